// How far to go in one update: the over-relaxation factor omega of Sinkhorn's iteration, from the rate that is seen.
//
// Near the solution Sinkhorn is a block Gauss-Seidel iteration of rate eta; with factor omega the rate lambda satisfies
// (lambda + omega - 1)^2 = lambda omega^2 eta (Young 1954), least at omega = 2 / (1 + sqrt(1 - eta)).
// Thibault, Chizat, Dossal, Papadakis, "Overrelaxed Sinkhorn-Knopp" (2021).

/** Chooses omega from the errors that are reported to it, or the next G from those before it. */
export interface Relaxation {
  readonly omega: number;
  /** Changes G as a column update left it; `before` is G from before the update, and stays as it is. `observe` comes first. */
  adjust?(G: Float64Array, before: Float64Array): void;
  observe(error: number): void;
  /** The errors so far are no longer comparable. */
  forget(): void;
  /** From now on nothing but Sinkhorn's own updates. */
  rest(): void;
}

/** Iterations whose errors give a rate: the fourth root of their ratio, by square roots that round alike everywhere. */
const window = 4;
/** Iterations after a change of omega whose errors say nothing about its rate. */
const settle = 4;
const largest = 1.98;
/** Far from the solution the linear theory does not hold. */
const near = 0.3;

/** A constant factor. */
export function constantRelaxation(omega: number): Relaxation {
  return {
    get omega() {
      return omega;
    },
    observe: () => {},
    forget: () => {},
    rest() {
      omega = 1;
    },
  };
}

/** Starts at 1; raises the factor while the rate says that more is better, and halves the excess when errors grow. */
export function adaptiveRelaxation(): Relaxation {
  let omega = 1;
  let ceiling = largest;
  let errors: number[] = [];
  return {
    get omega() {
      return omega;
    },
    observe(error) {
      if (ceiling === 1) return;
      errors.push(error);
      if (errors.length <= window + settle) return;
      const before = errors[errors.length - 1 - window];
      if (!(error < before)) {
        if (omega === 1) return;
        ceiling = omega;
        omega = 1 + (omega - 1) / 2;
        errors = [];
        return;
      }
      if (error > near) return;
      const rate = Math.sqrt(Math.sqrt(error / before));
      const eta = Math.min((rate + omega - 1) ** 2 / (rate * omega ** 2), 1);
      const best = Math.min(2 / (1 + Math.sqrt(1 - eta)), ceiling);
      if (rate > omega - 1 && best - 1 > (omega - 1) * 1.05) {
        omega = best;
        errors = [];
      }
    },
    forget() {
      errors = [];
    },
    rest() {
      omega = 1;
      ceiling = 1;
    },
  };
}

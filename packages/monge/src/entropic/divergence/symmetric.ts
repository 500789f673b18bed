// The potential of a measure against itself: the fixed point of f -> S f, the soft minimum of C - f (Feydy et al. 2019, section 3.1).
//
// The derivative of S is minus a stochastic matrix K. Under |x - y|^p, p <= 2, its eigenvalues lie in [0, 1], those of 1 - S' = 1 + K in
// [1, 2]: steps of 2/3 converge like 3^-k at any epsilon, where Sinkhorn's iteration slows down, and Anderson's combinations faster still.
import type { Cost } from "../../cost/cost.ts";
import type { Progress, RunOptions } from "../../run/options.ts";
import { defineSolver, type RunControl, type Solver } from "../../run/solver.ts";
import { startMixing } from "../acceleration/mixing.ts";
import { withSoftMinima } from "../operators/softMinima.ts";

/** How the measure is seen. */
export interface SelfOptions extends Pick<RunOptions, "stopWhen"> {
  readonly epsilon: number;
  /** rho / (rho + eps) for KL of strength rho, 1 for equality. */
  readonly factor: number;
  /** L1 error of the marginals, relative to the mass. */
  readonly tolerance: number;
}

/** Where the iteration got to. */
export interface SelfPotential {
  readonly f: Float64Array;
  readonly iterations: number;
}

/** The best single step for eigenvalues in [1, 2], and how many are combined. */
const step = 2 / 3;
const depth = 5;
/** Far from the solution plain averages: they never part (S does not expand), whatever the cost. */
const averaged = 0.5;
const near = 1;
const mostIterations = 60;
/** Iterations without a smaller error, as other costs may bring. */
const patience = 8;

/**
 * The potential of masses (as shares of the reference: a / mass where marginals are equal, else a) under a cost against themselves, to the
 * tolerance or as far as it goes: any f is a good start for Sinkhorn's own iteration.
 */
export const selfPotential: Solver<[Cost, Float64Array], SelfOptions, SelfPotential> = /*#__PURE__*/ defineSolver<
  [Cost, Float64Array],
  SelfOptions,
  SelfPotential
>(
  2,
  (control, [cost, weights], options) => control.elsewhere(() => iterate(control, cost, weights, options)),
  "selfPotential",
);

function* iterate(
  control: RunControl<SelfPotential>,
  cost: Cost,
  weights: Float64Array,
  { epsilon, factor, tolerance }: SelfOptions,
): Generator<Progress, SelfPotential, void> {
  const n = weights.length;
  let latest = { iteration: 0, error: Infinity };
  const steps = withSoftMinima(cost, { g: new Float64Array(n), weights, epsilon }, function* (softMinima) {
    let f: Float64Array = new Float64Array(n);
    const mixing = startMixing(weights, depth);
    let error = Infinity;
    let least = Infinity;
    let since = 0;
    let iterations = 0;
    for (; iterations < mostIterations && control.interrupted() === null; iterations++) {
      const answer = yield* softMinima(f);
      const factorOfStep = error < near ? step : averaged;
      const next = new Float64Array(n);
      let total = 0;
      let moved = 0;
      for (let i = 0; i < n; i++) {
        // A row that reaches nothing is the business of the solver: its error names it.
        const change = answer[i] < Infinity ? factor * answer[i] - f[i] : 0;
        next[i] = f[i] + factorOfStep * change;
        total += weights[i];
        moved += weights[i] * Math.abs(change);
      }
      f = error < near ? mixing.next(f, next) : next;
      error = total > 0 ? (2 * moved) / (total * epsilon) : 0;
      // After the step the error is about a fifth, and Sinkhorn's first update, which confirms it, makes it smaller again.
      if (error <= 3 * tolerance) return { f, iterations: iterations + 1 };
      if (error < least) since = 0;
      else if (++since >= patience) break;
      least = Math.min(least, error);
      latest = { iteration: iterations + 1, error };
      yield;
    }
    return { f, iterations };
  });
  try {
    for (;;) {
      const next = steps.next();
      if (next.done) return next.value;
      yield { phase: "average", ...latest, elapsedMs: control.elapsedMs() };
    }
  } finally {
    steps.return(undefined as never);
  }
}

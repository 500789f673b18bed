// Mirror descent over plans in factors: min <C, Q diag(1 / g) R^T> over factors with the sums of a, b and a common g >= least.
// A step multiplies each factor by exp(-step gradient) and projects. Scetbon, Cuturi, Peyre (2021), algorithm 3, without entropy.
import { exp2All } from "../entropic/operators/exponentials.ts";
import { OtError } from "../errors/otError.ts";
import { sum } from "../linalg/sum.ts";
import type { Progress, Status } from "../run/options.ts";
import type { Products } from "./products.ts";
import { type Factors, project, type Sides } from "./projection.ts";

/** What a descent is to do. */
export interface Descent {
  readonly sides: Sides;
  readonly products: Products;
  /** Decrease of the objective over `window` iterations, relative to it, at which to stop. */
  readonly tolerance: number;
  /** The first step, in units of the largest difference within the gradients. */
  readonly step: number;
}

/** How it went; the factors are those that were given, changed in place, their sums exact. */
export interface Descended {
  readonly status: Status;
  readonly iterations: number;
  readonly objective: number;
  /** The relative decrease over the last iterations. */
  readonly decrease: number;
}

/** Iterations over which progress is judged, and halvings of the step after which no decrease is to be had. */
const window = 10;
const mostHalvings = 12;
/** Error of the hubs within a step, and steps that a projection may take. */
const within = 1e-11;
const passes = 60;

/** Objective and products at the present factors. */
interface Slope {
  readonly objective: number;
  readonly CR: Float64Array;
  readonly CtQ: Float64Array;
  readonly omega: Float64Array;
}

/** Descends until nothing is gained or an exit. Yields once an iteration. */
export function* descend(
  factors: Factors,
  { sides, products, tolerance, step: first }: Descent,
  exits: { interrupted(): Status | null; elapsedMs(): number },
): Generator<Progress, Descended, void> {
  const n = sides.a.length;
  const m = sides.b.length;
  const r = factors.g.length;
  const multipliers = new Float64Array(2 * r);
  const fit = (): void => project(factors, sides, multipliers, within, passes);
  const slope = (): Slope => {
    const CR = new Float64Array(n * r);
    const CtQ = new Float64Array(m * r);
    products.times(factors.R, CR);
    products.transposeTimes(factors.Q, CtQ);
    const omega = new Float64Array(r);
    for (let at = 0; at < CR.length; at++) omega[at % r] += factors.Q[at] * CR[at];
    const objective = sum(omega.map((paid, k) => (factors.g[k] > 0 ? paid / factors.g[k] : 0)));
    return { objective, CR, CtQ, omega };
  };
  fit();
  let here = slope();
  if (!Number.isFinite(here.objective)) throw forbidden();
  const history = [here.objective];
  let step = first;
  let halvings = 0;
  for (let iteration = 1; ; iteration++) {
    const before = { Q: factors.Q.slice(), R: factors.R.slice(), g: factors.g.slice() };
    take(factors, here, step);
    fit();
    const there = slope();
    if (there.objective <= here.objective) {
      here = there;
      halvings = 0;
      step = Math.min(first, 2 * step);
    } else {
      factors.Q.set(before.Q);
      factors.R.set(before.R);
      factors.g.set(before.g);
      step /= 2;
      halvings++;
    }
    history.push(here.objective);
    const past = history[Math.max(0, history.length - 1 - window)];
    const decrease = here.objective === 0 ? 0 : (past - here.objective) / Math.abs(here.objective);
    yield { phase: "descend", iteration, error: decrease, primal: here.objective, elapsedMs: exits.elapsedMs() };
    const still = history.length > window && decrease <= tolerance && halvings === 0;
    const status = still || halvings >= mostHalvings ? "converged" : exits.interrupted();
    if (status !== null) return { status, iterations: iteration, objective: here.objective, decrease };
  }
}

/** Multiplies the factors by exp(-step gradient); constants along a row change nothing, so the least of each row is taken off. */
function take(factors: Factors, { CR, CtQ, omega }: Slope, step: number): void {
  const { Q, R, g } = factors;
  const r = g.length;
  const inverse = g.map((mass) => (mass > 0 ? 1 / mass : 0));
  let largest = 0;
  const above = (gradient: Float64Array): void => {
    for (let row = 0; row < gradient.length; row += r) {
      let least = Infinity;
      for (let k = 0; k < r; k++) {
        gradient[row + k] *= inverse[k];
        least = Math.min(least, gradient[row + k]);
      }
      for (let k = 0; k < r; k++) {
        gradient[row + k] -= least;
        largest = Math.max(largest, gradient[row + k]);
      }
    }
  };
  above(CR);
  above(CtQ);
  const slopes = omega.map((paid, k) => -paid * inverse[k] * inverse[k]);
  const least = slopes.reduce((low, value) => Math.min(low, value), Infinity);
  for (let k = 0; k < r; k++) {
    slopes[k] -= least;
    largest = Math.max(largest, slopes[k]);
  }
  if (largest === 0) return;
  const scale = (-step * Math.LOG2E) / largest;
  for (const [factor, gradient] of [
    [Q, CR],
    [R, CtQ],
    [g, slopes],
  ]) {
    for (let at = 0; at < gradient.length; at++) gradient[at] *= scale;
    exp2All(gradient);
    for (let at = 0; at < factor.length; at++) factor[at] *= gradient[at];
  }
}

function forbidden(): OtError {
  return new OtError("Unsupported", "The cost forbids pairs, and a plan in factors reaches all of them.", {
    argument: "C",
    seen: Infinity,
    cure: "Give forbidden pairs a large finite cost, or use emd or sinkhorn.",
  });
}

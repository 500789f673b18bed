// The max-sliced Wasserstein distance: max over directions theta of W_p^p(theta # mu, theta # nu), by gradient ascent from the best of many starts.
// Deshpande et al. (2019). W_p^p(theta) = <P_theta, |theta.(x - y)|^p>; P_theta fixed, its gradient is sum P p |t|^(p-1) sign(t) (x - y).
import { optionOutOfRange } from "../errors/otError.ts";
import { line } from "../kernels/line.ts";
import { backend } from "../kernels/module.ts";
import { eigen } from "../linalg/eigen.ts";
import type { MatrixLike } from "../linalg/matrix.ts";
import type { Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { randomDirections, scaleToUnit } from "./directions.ts";
import { type Slice, slice } from "./slice.ts";
import { readSlices, type SliceOptions, type SliceProblem, sliceCosts } from "./slices.ts";

/** Options of {@link maxSliced}. */
export interface MaxSlicedOptions extends SliceOptions, RunOptions {
  /** Random directions among which starts are chosen, >= 1; default 50. */
  readonly projections?: number;
  /** How many of the best are climbed from, >= 1; default 5. */
  readonly restarts?: number;
  /** Relative gain of a step at which a climb ends; default 1e-9. */
  readonly tolerance?: number;
}

/** Proof of a max-sliced distance: what no direction can exceed. */
export interface MaxSlicedCertificate {
  readonly kind: "bound";
  /** W_p^p along the direction that was found, recomputed: a lower bound of the maximum. */
  readonly lowerBound: number;
  /** No direction has more: for p <= 2 from the largest eigenvalue of sum P (x - y)(x - y)^T of the plan along the direction; else from sum P |x - y|^p. */
  readonly upperBound: number;
}

/** A max-sliced distance. */
export interface MaxSlicedResult {
  /** W_p^p along `direction`, never rooted: a lower bound of the maximum over all directions. */
  readonly value: number;
  /** value^(1/p). */
  readonly distance: number;
  /** The direction found, of length 1. */
  readonly direction: Float64Array;
  readonly report: Report;
  certify(): MaxSlicedCertificate;
}

/**
 * Max-sliced Wasserstein distance between clouds `x` (n x d) and `y` (m x d). The maximum is not concave: `value` is a local maximum, the
 * best of several climbs, and a lower bound of the global one and of W_p^p; `certify()` bounds it from above (often tightly where p = 2).
 *
 * Throws what `slicedWasserstein` throws.
 */
export interface MaxSliced {
  (x: MatrixLike, y: MatrixLike, options?: MaxSlicedOptions): MaxSlicedResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    x: MatrixLike,
    y: MatrixLike,
    options?: MaxSlicedOptions & { readonly signal?: AbortSignal },
  ): Promise<MaxSlicedResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the best direction so far. */
  steps(x: MatrixLike, y: MatrixLike, options?: MaxSlicedOptions): Run<MaxSlicedResult>;
}

/** The direction along which two clouds differ most; see {@link MaxSliced}. */
export const maxSliced: MaxSliced = /*#__PURE__*/ defineSolver<
  [MatrixLike, MatrixLike],
  MaxSlicedOptions,
  MaxSlicedResult
>(2, (control, [x, y], options) => {
  const problem = readSlices(x, y, options);
  const { projections = 50, restarts = 5, tolerance = 1e-9, seed = 0 } = options;
  for (const [name, value] of Object.entries({ projections, restarts })) {
    if (!(Number.isInteger(value) && value >= 1))
      throw optionOutOfRange(name, value, "Use a whole number of at least 1.");
  }
  if (!(tolerance >= 0)) throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0.");
  return climb(control, problem, { projections, restarts, tolerance, seed });
}) as MaxSliced;

function* climb(
  control: RunControl<MaxSlicedResult>,
  problem: SliceProblem,
  settings: { projections: number; restarts: number; tolerance: number; seed: number },
): Generator<Progress, MaxSlicedResult, void> {
  const { tolerance } = settings;
  const d = problem.x.cols;
  const starts = randomDirections(settings.projections, d, settings.seed);
  const values = sliceCosts(problem, starts);
  const best = Array.from(values.keys()).sort((k, l) => values[l] - values[k] || k - l);
  let top = slice(problem, starts.data.slice(best[0] * d, (best[0] + 1) * d));
  let iteration = 0;
  let gain = Infinity;
  let status: Status | null = null;
  control.offer(() => finish("stopped"));
  for (const start of best.slice(0, settings.restarts)) {
    let at = slice(problem, starts.data.slice(start * d, (start + 1) * d));
    let step = 1;
    for (gain = Infinity; gain > tolerance && status === null; ) {
      const gradient = tangent(at);
      let next: Slice | null = null;
      // For p = 2 the full step to the gradient's own direction never loses (power iteration on a convex function); else it is halved.
      for (let trial = step; next === null && trial > 1e-10; trial /= 4) {
        const theta = at.theta.map((value, k) => (trial >= 1 ? 0 : (1 / trial - 1) * value) + gradient[k]);
        if (!scaleToUnit(theta)) break;
        const candidate = slice(problem, theta);
        if (candidate.value > at.value) {
          next = candidate;
          step = Math.min(1, 4 * trial);
        }
      }
      gain = next === null || !(next.value > 0) ? 0 : (next.value - at.value) / next.value;
      at = next ?? at;
      if (at.value > top.value) top = at;
      iteration++;
      yield { phase: "climb", iteration, error: gain, primal: top.value, elapsedMs: control.elapsedMs() };
      status = control.interrupted();
    }
    if (status !== null) break;
  }
  return finish(status ?? "converged");

  function finish(reached: Status): MaxSlicedResult {
    const { theta: direction, value } = top;
    return {
      value,
      distance: value ** (1 / problem.p),
      direction,
      report: {
        status: reached,
        method: "maxSliced",
        why: `${settings.restarts} climbs from the best of ${settings.projections} random directions`,
        backend: backend(line),
        iterations: iteration,
        error: gain,
        tolerance,
        massAdjustment: problem.massAdjustment,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify: () => ({ kind: "bound", lowerBound: slice(problem, direction).value, upperBound: bound(top) }),
    };
  }
}

/** sum P |t|^(p-1) sign(t) (x - y), of length 1 where it is not 0. */
function tangent({ problem, rows, columns, stairs, gaps }: Slice): Float64Array {
  const { x, y, p } = problem;
  const d = x.cols;
  const out = new Float64Array(d);
  for (let k = 0; k < gaps.length; k++) {
    const weight = stairs.mass[k] * Math.sign(gaps[k]) * Math.abs(gaps[k]) ** (p - 1);
    if (weight === 0) continue;
    const [from, to] = [rows[stairs.i[k]] * d, columns[stairs.j[k]] * d];
    for (let c = 0; c < d; c++) out[c] += weight * (x.data[from + c] - y.data[to + c]);
  }
  scaleToUnit(out);
  return out;
}

/** max over theta of sum P |theta.(x - y)|^p is no more than this, for the plan of the slice: it is a coupling for every direction. */
function bound({ problem, rows, columns, stairs }: Slice): number {
  const { x, y, p } = problem;
  const d = x.cols;
  const square = new Float64Array(p <= 2 ? d * d : 0);
  const gap = new Float64Array(d);
  let mass = 0;
  let whole = 0;
  for (let k = 0; k < stairs.mass.length; k++) {
    const weight = stairs.mass[k];
    mass += weight;
    let length = 0;
    for (let c = 0; c < d; c++) {
      gap[c] = x.data[rows[stairs.i[k]] * d + c] - y.data[columns[stairs.j[k]] * d + c];
      length += gap[c] * gap[c];
    }
    whole += weight * length ** (p / 2);
    if (p <= 2) for (let r = 0; r < d; r++) for (let c = r; c < d; c++) square[r * d + c] += weight * gap[r] * gap[c];
  }
  if (p > 2) return whole;
  // Jensen: the mean of |t|^p is at most the mean of t^2 to the power p/2.
  return Math.min(whole, mass ** (1 - p / 2) * eigen(square, d).values[0] ** (p / 2));
}

// The projection-robust Wasserstein distance: max over subspaces of k dimensions of W_2^2 between the projections on them.
// Paty and Cuturi (2019); Lin, Fan, Ho, Cuturi and Jordan (2020). With V = sum P (x - y)(x - y)^T of a plan P and U the subspace's rows, <P, C_U> =
// tr U V U^T: the gradient for a fixed plan is 2 U V, and the sum of the k largest eigenvalues of V bounds the maximum from above.
import { points } from "../cost/points.ts";
import { optionOutOfRange } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import { exact } from "../kernels/exact.ts";
import { backend } from "../kernels/module.ts";
import { type Eigen, eigen } from "../linalg/eigen.ts";
import type { Floats, Matrix, MatrixLike } from "../linalg/matrix.ts";
import { orthonormalRows } from "../linalg/orthonormal.ts";
import { product, transposed } from "../linalg/small.ts";
import { dot, sum } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import type { Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { randomDirections } from "./directions.ts";
import type { MaxSlicedCertificate } from "./maxSliced.ts";
import { readSlices, type SliceOptions, type SliceProblem } from "./slices.ts";

/** Options of {@link projectionRobust}. */
export interface ProjectionRobustOptions extends Omit<SliceOptions, "p">, RunOptions {
  /** Dimensions of the subspace, from 1 to d; default 2. */
  readonly dimensions?: number;
  /** Climbs from random subspaces beside that from the principal displacements of the optimal plan, >= 0; default 2. */
  readonly restarts?: number;
  /** Relative gain of a step at which a climb ends; default 1e-6. */
  readonly tolerance?: number;
}

/** A projection-robust distance. */
export interface ProjectionRobustResult {
  /** W_2^2 between the projections, never rooted: a lower bound of the maximum over all subspaces and of W_2^2. */
  readonly value: number;
  /** Its root. */
  readonly distance: number;
  /** Orthonormal rows that span the subspace, k x d. */
  readonly subspace: Matrix;
  /** The optimal plan between the projections. */
  readonly plan: Plan;
  readonly report: Report;
  /** The value recomputed, and what no subspace can exceed. */
  certify(): MaxSlicedCertificate;
}

/**
 * Projection-robust Wasserstein distance between clouds `x` (n x d) and `y` (m x d): the subspace in which they differ most. The maximum is not
 * concave: `value` is a local one, the best of several climbs; `certify()` bounds the global one from above.
 *
 * Throws what `slicedWasserstein` throws.
 */
export interface ProjectionRobust {
  (x: MatrixLike, y: MatrixLike, options?: ProjectionRobustOptions): ProjectionRobustResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    x: MatrixLike,
    y: MatrixLike,
    options?: ProjectionRobustOptions & { readonly signal?: AbortSignal },
  ): Promise<ProjectionRobustResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the best subspace so far. */
  steps(x: MatrixLike, y: MatrixLike, options?: ProjectionRobustOptions): Run<ProjectionRobustResult>;
}

/** The subspace in which two clouds differ most; see {@link ProjectionRobust}. */
export const projectionRobust: ProjectionRobust = /*#__PURE__*/ defineSolver<
  [MatrixLike, MatrixLike],
  ProjectionRobustOptions,
  ProjectionRobustResult
>(2, (control, [x, y], options) => {
  const problem = readSlices(x, y, { ...options, p: 2 });
  const { dimensions = 2, restarts = 2, tolerance = 1e-6, seed = 0 } = options;
  const d = problem.x.cols;
  if (!(Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= d))
    throw optionOutOfRange("dimensions", dimensions, `Use a whole number from 1 to ${d}.`);
  if (!(Number.isInteger(restarts) && restarts >= 0))
    throw optionOutOfRange("restarts", restarts, "Use a whole number of at least 0.");
  if (!(tolerance >= 0)) throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0.");
  return climb(control, problem, { dimensions, restarts, tolerance, seed });
}) as ProjectionRobust;

/** A subspace, and the optimal plan between the projections. */
interface Place {
  readonly U: Matrix;
  readonly value: number;
  readonly plan: Plan;
}

function* climb(
  control: RunControl<ProjectionRobustResult>,
  problem: SliceProblem,
  settings: { dimensions: number; restarts: number; tolerance: number; seed: number },
): Generator<Progress, ProjectionRobustResult, void> {
  const { dimensions: k, restarts, tolerance, seed } = settings;
  const d = problem.x.cols;
  const { a, b, x, y } = problem;
  const whole = eigen(spread(problem, emd(a, b, points(x, y)).plan), d);
  const starts: Matrix[] = [{ data: whole.vectors.slice(0, k * d), rows: k, cols: d }];
  for (let r = 0; r < restarts; r++) starts.push(orthonormalRows(randomDirections(k, d, seed + r).data, d));
  let upper = topSum(whole, k);
  let top: Place | null = null;
  let [iteration, gain] = [0, Infinity];
  let status: Status | null = null;
  const finish = (reached: Status): ProjectionRobustResult => {
    const best = top ?? placeAt(problem, starts[0]);
    return {
      value: best.value,
      distance: Math.sqrt(best.value),
      subspace: best.U,
      plan: best.plan,
      report: {
        status: reached,
        method: "projectionRobust",
        why: `the best of ${1 + restarts} climbs, exact transport in each subspace`,
        backend: backend(exact),
        iterations: iteration,
        error: gain,
        tolerance,
        massAdjustment: problem.massAdjustment,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify: () => ({ kind: "bound", lowerBound: placeAt(problem, best.U).value, upperBound: upper }),
    };
  };
  control.offer(() => finish("stopped"));
  // The best place so far and the bound take notice of a place that is kept; V leads on from it.
  const arrive = (at: Place): [Place, Float64Array] => {
    const V = spread(problem, at.plan);
    if (top === null || at.value > top.value) top = at;
    upper = Math.min(upper, topSum(eigen(V, d), k));
    return [at, V];
  };
  for (const start of starts) {
    let [at, V] = arrive(placeAt(problem, start));
    for (gain = Infinity; status === null && gain > tolerance; ) {
      // The whole step is one of subspace iteration on V; where the plan then changes to one that costs less, it is shortened.
      let next: Place | null = null;
      const towards = product(at.U.data, V, k, d, d);
      const size = dot(towards, at.U.data) / k;
      for (let trial = 1; size > 0 && next === null && trial > 1e-6; trial /= 4) {
        const rows = towards.map((value, k_) => value / size + (1 / trial - 1) * at.U.data[k_]);
        const U = orthonormalRows(rows, d);
        if (U.rows < k) break;
        const candidate = placeAt(problem, U);
        if (candidate.value > at.value) next = candidate;
      }
      gain = next === null ? 0 : (next.value - at.value) / next.value;
      if (next !== null) [at, V] = arrive(next);
      yield { phase: "climb", iteration: ++iteration, error: gain, primal: at.value, elapsedMs: control.elapsedMs() };
      status = control.interrupted();
    }
    if (status !== null) break;
  }
  return finish(status ?? "converged");
}

function placeAt({ a, b, x, y }: SliceProblem, U: Matrix): Place {
  const k = U.rows;
  const on = ({ data, rows, cols }: Matrix<Floats>): Matrix => ({
    data: product(data, transposed(U.data, k, cols), rows, cols, k),
    rows,
    cols: k,
  });
  const { value, plan } = emd(a, b, points(on(x), on(y)));
  return { U, value, plan };
}

/** sum P (x - y)(x - y)^T, d x d. */
function spread({ x, y }: SliceProblem, plan: Plan): Float64Array {
  const d = x.cols;
  const V = new Float64Array(d * d);
  const gap = new Float64Array(d);
  for (const [i, j, mass] of plan.entries()) {
    for (let c = 0; c < d; c++) gap[c] = x.data[i * d + c] - y.data[j * d + c];
    for (let r = 0; r < d; r++) for (let c = 0; c < d; c++) V[r * d + c] += mass * gap[r] * gap[c];
  }
  return V;
}

/** Sum of the k largest eigenvalues. */
function topSum({ values }: Eigen, k: number): number {
  return Math.max(0, sum(values.slice(0, k)));
}

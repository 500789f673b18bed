// Co-optimal transport between two data matrices: min over plans P of samples and Q of features of sum L(X_ik, Y_jl) P_ij Q_kl.
// Titouan, Redko, Flamary, Courty (2020). Linear in each plan: exact (or entropic) transport of either in turn.
import type { MatrixLike } from "../linalg/matrix.ts";
import type { Weights } from "../measure/weights.ts";
import { lowRankPlan } from "../plan/lowRank.ts";
import type { Plan } from "../plan/plan.ts";
import { sparsePlan } from "../plan/sparse.ts";
import type { AsyncOptions, Progress, Status } from "../run/options.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { inside } from "./conditionalGradient.ts";
import { type CoOptimalResult, type CoOptimalStartReport, coOptimalResult } from "./coOptimalAnswer.ts";
import { type CoOptimalOptions, type CoOptimalStart, readEpsilons, readStarts } from "./coOptimalOptions.ts";
import {
  type Axis,
  beginningsOf,
  bestUnder,
  type CoOptimalProblem,
  type CoOptimalSide,
  costUnder,
  entropyOf,
  readCoOptimal,
} from "./coOptimalProblem.ts";
import { readTolerance } from "./semiRelaxed.ts";

/**
 * Co-optimal transport between the data `X` (n samples x d features) and `Y` (m x e): which sample is which, and which feature is which, found together.
 *
 * Minimises sum_ijkl L(X_ik, Y_jl) P_ij Q_kl over couplings P of the samples and Q of the features. Each plan is exact transport under what the
 * other makes it pay, in turn; the answer is a pair that neither plan alone can improve, the best of the starts. Memory is n m + d e, a round takes
 * n m e + n d + d e m operations and two exact solves.
 *
 * @param X data, n x d
 * @param Y data, m x e; neither number has to be that of X
 * @param a masses of the samples of X, >= 0; null: uniform, with the other side's total (1 if both are null)
 * @param b masses of the samples of Y
 *
 * `report.error` is the last fall of the objective relative to what the first plan paid; `report.iterations` counts rounds over all starts.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface CoOptimalTransport {
  (X: MatrixLike, Y: MatrixLike, a: Weights, b: Weights, options?: CoOptimalOptions): CoOptimalResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    X: MatrixLike,
    Y: MatrixLike,
    a: Weights,
    b: Weights,
    options?: CoOptimalOptions & Pick<AsyncOptions, "signal">,
  ): Promise<CoOptimalResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(X: MatrixLike, Y: MatrixLike, a: Weights, b: Weights, options?: CoOptimalOptions): Run<CoOptimalResult>;
}

/** Co-optimal transport; see {@link CoOptimalTransport}. */
export const coOptimalTransport: CoOptimalTransport = /*#__PURE__*/ defineSolver<
  [MatrixLike, MatrixLike, Weights, Weights],
  CoOptimalOptions,
  CoOptimalResult
>(4, (control, [X, Y, a, b], options) => {
  const problem = readCoOptimal(X, Y, a, b, options, readEpsilons(options.epsilon));
  return alternate(control, problem, readStarts(options.starts), readTolerance(options.tolerance));
});

/** Two plans and what they cost. */
interface Pair {
  readonly samples: Plan;
  readonly features: Plan;
  readonly value: number;
  readonly error: number;
}

function* alternate(
  control: RunControl<CoOptimalResult>,
  problem: CoOptimalProblem,
  asked: number | readonly CoOptimalStart[],
  tolerance: number,
): Generator<Progress, CoOptimalResult, void> {
  const reports: CoOptimalStartReport[] = [];
  let best: Pair | null = null;
  let rounds = 0;
  const finish = (status: Status, { samples, features, error }: Pair): CoOptimalResult =>
    coOptimalResult(problem, samples, features, reports, {
      status,
      method: problem.samples.epsilon > 0 || problem.features.epsilon > 0 ? "entropic" : "exact",
      why: `each plan under what the other makes it pay, in turn; the best of ${Math.max(1, reports.length)} starts`,
      backend: "wasm-simd",
      iterations: rounds,
      error: Number.isFinite(error) ? error : Infinity,
      tolerance,
      massAdjustment: problem.massAdjustment,
      elapsedMs: control.elapsedMs(),
      warnings: [],
    });
  const list = beginningsOf(problem, asked);
  const product = (): Pair => {
    return pair(productPlan(problem.samples), productPlan(problem.features), Infinity, Infinity);
  };
  let current: Pair | null = null;
  control.offer(() => finish("stopped", best ?? current ?? product()));
  for (const { name, axis, plan } of list) {
    const from = rounds;
    let last = Infinity;
    let scale = 0;
    current = null;
    const second = axis;
    const first: Axis = axis === "samples" ? "features" : "samples";
    let before: Plan = sparsePlan(plan());
    let status: Status | null = null;
    while (status === null) {
      const one = yield* improved(control, problem, first, before, rounds);
      const other = one === null ? null : yield* improved(control, problem, second, one.plan, rounds);
      if (one === null || other === null) {
        status = control.interrupted() ?? "stopped";
        break;
      }
      rounds++;
      if (last === Infinity) scale = Math.abs(one.value);
      const error = last === Infinity ? Infinity : scale > 0 ? Math.max(0, last - other.value) / scale : 0;
      const ended = error <= tolerance;
      // At the end the pair before the last half step: `one` is the best answer to that plan itself, and it is one to `one`, up to the tolerance.
      const kept = ended ? before : other.plan;
      before = kept;
      const value = ended ? one.value : other.value;
      current = first === "samples" ? pair(one.plan, kept, value, error) : pair(kept, one.plan, value, error);
      last = other.value;
      yield { phase: "alternating transport", iteration: rounds, error, primal: value, elapsedMs: control.elapsedMs() };
      status = ended || scale === 0 ? "converged" : control.interrupted();
    }
    if (current !== null) {
      reports.push({ start: name, value: current.value, iterations: rounds - from });
      if (best === null || current.value < best.value) best = current;
    }
    if (status !== "converged") return finish(status, best ?? product());
  }
  return finish("converged", best ?? product());
}

function pair(samples: Plan, features: Plan, value: number, error: number): Pair {
  return { samples, features, value, error };
}

/** The best plan of one side under a plan of the other, and the objective of both; null where the run is to stop. */
function* improved(
  control: RunControl<CoOptimalResult>,
  problem: CoOptimalProblem,
  axis: Axis,
  others: Plan,
  rounds: number,
): Generator<Progress, { plan: Plan; value: number } | null, void> {
  const side = problem[axis];
  const other = problem[axis === "samples" ? "features" : "samples"];
  const solved = yield* inside(bestUnder(side, costUnder(side, others.toSparse())), control, rounds);
  return solved === null ? null : { plan: solved.plan, value: solved.value + entropyOf(other, others) };
}

function productPlan({ a, b, mass }: CoOptimalSide): Plan {
  return lowRankPlan([a.length, b.length], { Q: a, R: b, g: Float64Array.of(mass) });
}

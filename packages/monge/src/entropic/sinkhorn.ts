// Entropic optimal transport: min over plans P with P 1 = a and P^T 1 = b of <P, C> + eps KL(P | a (x) b / mass).
// Cuturi (2013); solved in the log domain by Sinkhorn's iteration (Sinkhorn 1967) and Newton's method.
import { type CostLike, toCost } from "../cost/cost.ts";
import { isOtError, optionOutOfRange } from "../errors/otError.ts";
import { entropic } from "../kernels/entropic.ts";
import { giveBack, lease, type Workspace } from "../kernels/workspace.ts";
import type { Weights } from "../measure/weights.ts";
import type { AsyncOptions, Potentials, Progress, RunOptions } from "../run/options.ts";
import { defineSolver, drain, type Run, type RunControl } from "../run/solver.ts";
import { type AccelerationChoice, type AccelerationOptions, readAcceleration } from "./acceleration/acceleration.ts";
import { entropicResult, type Outcome } from "./answer.ts";
import { solveBalanced } from "./balanced.ts";
import { openSweeper } from "./operators/softminSweeper.ts";
import type { Measured, Sweeper } from "./operators/sweeper.ts";
import { type EntropicProblem, readProblem } from "./problem.ts";
import type { Unbalanced } from "./relaxed/penalty.ts";
import { relaxedSinkhorn } from "./relaxed/relaxed.ts";
import { readEpsilon } from "./schedule.ts";
import type { SinkhornResult } from "./sinkhornResult.ts";
import {
  type NearPairsOptions,
  prefersNearPairs,
  type TruncatedAnswer,
  truncatedSinkhorn,
} from "./truncated/truncated.ts";

/** Options of {@link sinkhorn}. Give `epsilon` or `relativeEpsilon`. */
export interface SinkhornOptions extends RunOptions, AccelerationOptions, NearPairsOptions {
  /** The weight of the entropy, > 0, in the unit of C. */
  readonly epsilon?: number;
  /** The same as a multiple of the largest finite |C_ij|. */
  readonly relativeEpsilon?: number;
  /** L1 error of both marginals, relative to the mass, at which to stop; default 1e-9. */
  readonly tolerance?: number;
  /**
   * Whether to pass through falling values of epsilon: `"auto"` (default) does for small epsilon without a warm start; a list
   * gives them in the unit of C, each above epsilon.
   */
  readonly annealing?: "auto" | "none" | readonly number[];
  /**
   * Whether iterations near the solution may work on kept entries instead of computing exponentials: all n m, or those of any
   * weight where they are few; default true. The error is always that of the full plan.
   */
  readonly keepEntries?: boolean;
  /**
   * What it costs that marginals differ from a and b, instead of holding them to these: see {@link Penalty}. A number is the strength of
   * KL on both sides. The masses need not balance then, and the reference of the entropy is a (x) b; `report.error` compares the
   * plan's marginals with those that the potentials stand for, relative to the larger mass.
   */
  readonly unbalanced?: Unbalanced;
  /**
   * The mass to move, from 0 to the smaller of the two: P 1 <= a, P^T 1 <= b, sum P = partial. The reference of the entropy is a (x) b,
   * f and g are <= 0, and `potentials.lambda` is the price of the mass; `report.error` is relative to it.
   */
  readonly partial?: number;
  /** Potentials to start from, in the unit of C; however bad, they do no harm but to the time. */
  readonly warmStart?: Potentials;
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/**
 * Entropic optimal transport between masses `a` (n) and `b` (m) under the cost `C` (n x m).
 *
 * Minimises <P, C> + epsilon KL(P | a (x) b / mass) over P >= 0 with P 1 = a and P^T 1 = b, where KL(P | Q) =
 * sum P log(P / Q) - P + Q. The solution is P_ij = (a_i b_j / mass) exp((f_i + g_j - C_ij) / epsilon). The plan computes its rows
 * when asked; potentials are finite everywhere, at atoms without mass by the same formula as elsewhere.
 *
 * `report.error` is the L1 error of both marginals of the returned plan, relative to the mass. A limit (`maxIterations`,
 * `timeLimitMs`, `stopWhen`) is no error, and neither is an epsilon too small for the tolerance (`"stalled"`).
 *
 * @param a masses of the sources, >= 0; null: uniform, with the other side's total (1 if both are null)
 * @param b masses of the targets
 * @param C a matrix or a cost: `cost.points(x, y)` never forms the matrix; `Infinity` forbids a pair
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `Infeasible` (a row or column with mass whose pairs
 * are all forbidden), `OutOfMemory`, `KernelUnavailable`.
 */
export interface Sinkhorn {
  (a: Weights, b: Weights, C: CostLike, options: SinkhornOptions): SinkhornResult;
  /** The same between turns of the event loop; can be aborted. */
  async<C extends CostLike>(
    a: Weights,
    b: Weights,
    C: C,
    options: SinkhornOptions & AsyncOptions<C>,
  ): Promise<SinkhornResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(a: Weights, b: Weights, C: CostLike, options: SinkhornOptions): Run<SinkhornResult>;
}

/** Entropic optimal transport; see {@link Sinkhorn}. */
export const sinkhorn: Sinkhorn = /*#__PURE__*/ defineSolver<
  [Weights, Weights, CostLike],
  SinkhornOptions,
  SinkhornResult
>(
  3,
  (control, [a, b, C], options) => {
    const { tolerance = 1e-9 } = options;
    if (!(tolerance > 0)) throw optionOutOfRange("tolerance", tolerance, "Use a number above 0; 1e-9 is the default.");
    const choice = readAcceleration(options);
    readEpsilon(options, 1);
    if (options.unbalanced !== undefined || options.partial !== undefined) {
      return relaxedSinkhorn(control, a, b, C, { ...options, tolerance, overRelaxation: choice.overRelaxation });
    }
    const problem = readProblem(a, b, toCost(C), options);
    return run(control, problem, options, tolerance, choice);
  },
  "sinkhorn",
) as Sinkhorn;

/** Plain data from which the result is made: it may come from another thread. */
interface Solved {
  readonly potentials: Potentials;
  readonly measured: Measured;
  readonly outcome: Omit<Outcome, "elapsedMs">;
}

function* run(
  control: RunControl<SinkhornResult>,
  problem: EntropicProblem,
  options: SinkhornOptions,
  tolerance: number,
  choice: AccelerationChoice,
): Generator<Progress, SinkhornResult, void> {
  const { potentials, measured, outcome } = yield* control.elsewhere(() =>
    solveHere(control, problem, options, tolerance, choice),
  );
  return entropicResult(problem, potentials, measured, { ...outcome, elapsedMs: control.elapsedMs() });
}

function* solveHere(
  control: RunControl<SinkhornResult>,
  problem: EntropicProblem,
  options: SinkhornOptions,
  tolerance: number,
  choice: AccelerationChoice,
): Generator<Progress, Solved, void> {
  if (prefersNearPairs(problem, options)) {
    const solved = ({ potentials, measured, ...ended }: TruncatedAnswer): Solved => {
      return { potentials, measured, outcome: { ...ended, tolerance, method: "newton over near pairs" } };
    };
    const offer = (make: () => TruncatedAnswer): void =>
      control.offer(() => {
        const { potentials, measured, outcome } = solved(make());
        return entropicResult(problem, potentials, measured, { ...outcome, elapsedMs: control.elapsedMs() });
      });
    const { interrupted, elapsedMs } = control;
    return solved(yield* truncatedSinkhorn({ interrupted, elapsedMs, offer }, problem, { ...options, tolerance }));
  }
  const workspace = lease(entropic);
  let intact = true;
  try {
    const sweeper = openSweeper(problem, workspace);
    const pass = sweeper.largest();
    let largest = 0;
    for (;;) {
      const step = pass.next();
      if (step.done) {
        largest = step.value;
        break;
      }
      yield { phase: "read", iteration: 0, error: Infinity, elapsedMs: control.elapsedMs() };
    }
    const epsilon = readEpsilon(options, largest);
    let passes = 0;
    control.offer(() => snapshot(problem, sweeper, epsilon, tolerance, passes, control.elapsedMs()));
    const ended = yield* solveBalanced(
      problem,
      sweeper,
      {
        epsilon,
        largest,
        tolerance,
        annealing: options.annealing ?? "auto",
        keep: options.keepEntries ?? true,
        choice,
        count(iterations) {
          passes = iterations;
        },
      },
      control,
    );
    const { status, iterations, measured, why } = ended;
    const potentials = yield* settled(sweeper, problem, control);
    const method = `sinkhorn over ${sweeper.operator.name}`;
    return { potentials, measured, outcome: { status, iterations, epsilon, tolerance, method, why } };
  } catch (error) {
    // An error of ours leaves the memory in order; a trap may not.
    intact = isOtError(error);
    throw error;
  } finally {
    if (intact) giveBack(workspace);
  }
}

/** The potentials, complete after the last measurement. */
function* settled(
  sweeper: Sweeper,
  problem: EntropicProblem,
  control: RunControl<SinkhornResult>,
): Generator<Progress, Potentials, void> {
  for (const _ of emptyAtoms(sweeper, problem)) {
    yield { phase: "finish", iteration: 0, error: Infinity, elapsedMs: control.elapsedMs() };
  }
  return sweeper.potentials();
}

/** Potentials of atoms without mass; the column sums are those of a measurement. */
function* emptyAtoms(sweeper: Sweeper, { a, b }: EntropicProblem): Generator<void, void, void> {
  if (b.includes(0)) yield* sweeper.columns(1, "empty");
  if (a.includes(0)) yield* sweeper.emptyRows();
}

/** The answer of the present potentials, made in another workspace so that the run goes on undisturbed. */
function snapshot(
  problem: EntropicProblem,
  running: Sweeper,
  epsilon: number,
  tolerance: number,
  iterations: number,
  elapsedMs: number,
): SinkhornResult {
  const workspace: Workspace = lease(entropic);
  const sweeper = openSweeper(problem, workspace);
  sweeper.setEpsilon(epsilon);
  sweeper.setPotentials(running.potentials());
  drain(sweeper.rows(1));
  const measured = drain(sweeper.measure());
  drain(emptyAtoms(sweeper, problem));
  const potentials = sweeper.potentials();
  giveBack(workspace);
  return entropicResult(problem, potentials, measured, {
    status: "stopped",
    iterations,
    epsilon,
    tolerance,
    method: `sinkhorn over ${running.operator.name}`,
    why: "the run is under way",
    elapsedMs,
  });
}

// Many exact problems of one size in one call, as minibatch transport needs them: one workspace, one answer after the other.
// Fatras, Zine, Flamary, Gribonval and Courty, "Learning with minibatch Wasserstein" (2020).
import { dense } from "../cost/dense.ts";
import { isOtError, OtError } from "../errors/otError.ts";
import { exact } from "../kernels/exact.ts";
import { giveBack, lease, type Workspace } from "../kernels/workspace.ts";
import type { MatrixLike } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import { type BatchWeights, type CostStack, named, readStack, readWeightRows } from "../run/batch.ts";
import type { AsyncOptions, Progress, RunOptions } from "../run/options.ts";
import type { Result } from "../run/result.ts";
import { defineSolver, drain, type Run, type RunControl } from "../run/solver.ts";
import { exactResult } from "./answer.ts";
import { chooseEngine, type ExactMethod } from "./engines.ts";
import { type Prepared, prepare } from "./prepare.ts";
import { type Control, type ExactAnswer, nothing } from "./problem.ts";

/** Options of {@link emdBatch}. */
export interface EmdBatchOptions extends Pick<RunOptions, "onProgress"> {
  /** The engine for every problem; default `"auto"`: chosen from each problem. */
  readonly method?: ExactMethod | "auto";
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/** The answers of a batch. */
export interface BatchResult {
  /** <P_k, C_k> of each problem k. */
  readonly values: Float64Array;
  /** Problem k with plan, potentials, report and `certify()`. Throws `InvalidValue` where there is no problem k. */
  result(k: number): Result;
}

/**
 * Exact optimal transport for a stack of K cost matrices, all n x m; each answer is the one that `emd` gives, bit for bit.
 *
 * @param a masses of the sources: n numbers for all problems, K x n (row k for problem k), or null for uniform masses
 * @param b masses of the targets: m numbers, K x m, or null
 * @param C K matrices in one buffer (`{ data, count: K, rows: n, cols: m }`, referenced) or an array of matrices of one size
 *
 * A batch has no limits to stop at: abort the asynchronous form, or return from the stepped one.
 *
 * Throws as `emd` does, and names the problem: `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `Infeasible`, ..
 */
export interface EmdBatch {
  (a: BatchWeights, b: BatchWeights, C: CostStack | readonly MatrixLike[], options?: EmdBatchOptions): BatchResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    a: BatchWeights,
    b: BatchWeights,
    C: CostStack | readonly MatrixLike[],
    options?: EmdBatchOptions & AsyncOptions,
  ): Promise<BatchResult>;
  /** The same by hand: iterate for progress. */
  steps(
    a: BatchWeights,
    b: BatchWeights,
    C: CostStack | readonly MatrixLike[],
    options?: EmdBatchOptions,
  ): Run<BatchResult>;
}

/** A batch of exact problems; see {@link EmdBatch}. */
export const emdBatch: EmdBatch = /*#__PURE__*/ defineSolver<
  [BatchWeights, BatchWeights, CostStack | readonly MatrixLike[]],
  EmdBatchOptions,
  BatchResult
>(
  3,
  (control, [a, b, C], options) => {
    const matrices = readStack(C);
    const sources = readWeightRows(a, matrices.length, "a");
    const targets = readWeightRows(b, matrices.length, "b");
    const prepareAt = (k: number): Prepared =>
      named(k, () => prepare(sources(k), targets(k), dense(matrices[k]), options));
    return run(control, matrices.length, prepareAt, options.method ?? "auto");
  },
  "emdBatch",
);

interface Solved {
  readonly answer: ExactAnswer;
  readonly choice: { readonly method: string; readonly why: string };
}

const entriesAtOnce = 1 << 18;

function* run(
  control: RunControl<BatchResult>,
  count: number,
  prepareAt: (k: number) => Prepared,
  method: ExactMethod | "auto",
): Generator<Progress, BatchResult, void> {
  const { elapsedMs } = control;
  const prepared: Prepared[] = [];
  const preparedAt = (k: number): Prepared => {
    prepared[k] ??= prepareAt(k);
    return prepared[k];
  };
  const { solved, values } = yield* control.elsewhere(() => solveAll(count, preparedAt, method, elapsedMs));
  // Masses are copied now, wherever the batch was solved: the caller may change them later.
  for (let k = 0; k < count; k++) preparedAt(k);
  return {
    values,
    result(k) {
      const one = solved[k];
      if (one !== undefined) return exactResult(preparedAt(k), one.answer, one.choice, "centred", elapsedMs());
      throw new OtError("InvalidValue", `There is no problem ${k} in a batch of ${count}.`, {
        argument: "k",
        seen: k,
        cure: `Use a whole number from 0 to ${count - 1}.`,
      });
    },
  };
}

function* solveAll(
  count: number,
  preparedAt: (k: number) => Prepared,
  method: ExactMethod | "auto",
  elapsedMs: () => number,
): Generator<Progress, { solved: Solved[]; values: Float64Array }, void> {
  const solved: Solved[] = [];
  const values = new Float64Array(count);
  const workspace = lease(exact);
  let intact = true;
  try {
    for (let k = 0, entries = 0; k < count; k++) {
      const prepared = preparedAt(k);
      solved.push(named(k, () => solveOne(prepared, method, workspace, elapsedMs)));
      values[k] = planCost(prepared, solved[k].answer);
      entries += prepared.problem.n * prepared.problem.m;
      if (entries < entriesAtOnce) continue;
      entries = 0;
      yield { phase: "batch", iteration: k + 1, error: 1 - (k + 1) / count, elapsedMs: elapsedMs() };
    }
  } catch (error) {
    // An error of ours leaves the memory in order; a trap may not.
    intact = isOtError(error);
    throw error;
  } finally {
    if (intact) giveBack(workspace);
  }
  return { solved, values };
}

function solveOne(
  prepared: Prepared,
  method: ExactMethod | "auto",
  workspace: Workspace,
  elapsedMs: () => number,
): Solved {
  const { problem } = prepared;
  if (problem.n === 0) return { answer: nothing, choice: { method: "none", why: "there is no mass to move" } };
  const { engine, why } = chooseEngine(problem, method);
  const control: Control = { maxIterations: Infinity, interrupted: () => null, offer: () => {}, elapsedMs };
  const mark = workspace.mark();
  const answer = drain(engine.run(problem, workspace, control));
  workspace.release(mark);
  return { answer, choice: { method: engine.name, why } };
}

function planCost(prepared: Prepared, answer: ExactAnswer): number {
  const { cost, rows, cols } = prepared.problem;
  const at = (k: number): number =>
    cost.at(rows === null ? answer.i[k] : rows[answer.i[k]], cols === null ? answer.j[k] : cols[answer.j[k]]);
  return sum(answer.mass.map((mass, k) => mass * at(k)));
}

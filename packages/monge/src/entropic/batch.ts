// Many entropic problems of one size in one call: one workspace, one answer after the other, no bookkeeping between.
// Iterations multiply scalings by a matrix kept in the cache; a problem that this does not bring to its tolerance goes to `sinkhorn`.
import { dense } from "../cost/dense.ts";
import { isOtError, OtError } from "../errors/otError.ts";
import { entropic } from "../kernels/entropic.ts";
import { giveBack, lease, type Workspace } from "../kernels/workspace.ts";
import type { Floats, Matrix, MatrixLike } from "../linalg/matrix.ts";
import { type BatchWeights, type CostStack, named, readStack, readWeightRows } from "../run/batch.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "../run/options.ts";
import { defineSolver, drain, type Run, type RunControl } from "../run/solver.ts";
import { entropicResult } from "./answer.ts";
import { iterateOne, type OneAnswer } from "./batchOne.ts";
import { padded } from "./operators/operator.ts";
import { type EntropicProblem, readProblem } from "./problem.ts";
import { readEpsilon } from "./schedule.ts";
import { sinkhorn } from "./sinkhorn.ts";
import type { SinkhornResult } from "./sinkhornResult.ts";

/** Options of {@link sinkhornBatch}. Give `epsilon` or `relativeEpsilon`. */
export interface SinkhornBatchOptions extends Pick<RunOptions, "onProgress"> {
  /** The weight of the entropy, > 0, in the unit of C: for all problems, or one for each. */
  readonly epsilon?: number | ArrayLike<number>;
  /** The same as a multiple of the largest finite |C_ij| of each problem. */
  readonly relativeEpsilon?: number;
  /** L1 error of both marginals, relative to the mass, at which a problem is done; default 1e-9. */
  readonly tolerance?: number;
  /** Iterations after which a problem is left with the answer so far; default: none. */
  readonly maxIterations?: number;
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/** The answers of a batch of K problems. */
export interface SinkhornBatchResult {
  /** The value of each problem: <P, C> + epsilon KL(P | a (x) b / mass). */
  readonly values: Float64Array;
  /** <P, C> of each. */
  readonly transportCosts: Float64Array;
  /** L1 error of both marginals of each, relative to its mass. */
  readonly errors: Float64Array;
  readonly iterations: Int32Array;
  readonly statuses: readonly Status[];
  /** Potentials: row k of `f` (K x n) and of `g` (K x m) are those of problem k, in the unit of C. */
  readonly potentials: { readonly f: Matrix; readonly g: Matrix };
  /** Problem k as `sinkhorn` returns it. Throws `InvalidValue` where there is no problem k. */
  result(k: number): SinkhornResult;
}

/**
 * Entropic optimal transport for a stack of K cost matrices, all n x m: a thousand problems of 32 x 32, say.
 *
 * @param a masses of the sources: n numbers for all problems, K x n (row k for problem k), or null for uniform masses
 * @param b masses of the targets: m numbers, K x m, or null
 * @param C K matrices in one buffer (`{ data, count: K, rows: n, cols: m }`, referenced) or an array of matrices of one size
 *
 * A batch has no time limit: abort the asynchronous form, or return from the stepped one.
 *
 * Throws as `sinkhorn` does, and names the problem: `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `Infeasible`, ..
 */
export interface SinkhornBatch {
  (
    a: BatchWeights,
    b: BatchWeights,
    C: CostStack | readonly MatrixLike[],
    options: SinkhornBatchOptions,
  ): SinkhornBatchResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    a: BatchWeights,
    b: BatchWeights,
    C: CostStack | readonly MatrixLike[],
    options: SinkhornBatchOptions & AsyncOptions,
  ): Promise<SinkhornBatchResult>;
  /** The same by hand: iterate for progress. */
  steps(
    a: BatchWeights,
    b: BatchWeights,
    C: CostStack | readonly MatrixLike[],
    options: SinkhornBatchOptions,
  ): Run<SinkhornBatchResult>;
}

/** A batch of entropic problems; see {@link SinkhornBatch}. */
export const sinkhornBatch: SinkhornBatch = /*#__PURE__*/ defineSolver<
  [BatchWeights, BatchWeights, CostStack | readonly MatrixLike[]],
  SinkhornBatchOptions,
  SinkhornBatchResult
>(
  3,
  (control, [a, b, C], options) => {
    const matrices = readStack(C);
    const { tolerance = 1e-9 } = options;
    if (!(tolerance > 0)) {
      throw new OtError("InvalidValue", `tolerance is ${tolerance}.`, {
        argument: "options.tolerance",
        seen: tolerance,
        cure: "Use a number above 0; 1e-9 is the default.",
      });
    }
    const epsilonOf = readEpsilons(options, matrices.length);
    const sources = readWeightRows(a, matrices.length, "a");
    const targets = readWeightRows(b, matrices.length, "b");
    // Masses that are the same for all problems are read once.
    let shared: EntropicProblem | null = null;
    const [first, second] = [sources(0), targets(0)];
    const problemAt = (k: number): EntropicProblem =>
      named(k, () => {
        const cost = dense(matrices[k]);
        const [source, target] = [sources(k), targets(k)];
        if (source !== first || target !== second) return readProblem(source, target, cost, options);
        shared ??= readProblem(source, target, cost, options);
        return { ...shared, cost };
      });
    return run(control, matrices, problemAt, epsilonOf, { ...options, tolerance });
  },
  "sinkhornBatch",
) as SinkhornBatch;

const entriesAtOnce = 1 << 20;

function* run(
  control: RunControl<SinkhornBatchResult>,
  matrices: readonly Matrix<Floats>[],
  problemAt: (k: number) => EntropicProblem,
  epsilonOf: (k: number, largest: number) => number,
  options: SinkhornBatchOptions & { readonly tolerance: number },
): Generator<Progress, SinkhornBatchResult, void> {
  const count = matrices.length;
  const [n, m] = count > 0 ? [matrices[0].rows, matrices[0].cols] : [0, 0];
  const problems: EntropicProblem[] = [];
  const cachedAt = (k: number): EntropicProblem => {
    problems[k] ??= problemAt(k);
    return problems[k];
  };
  const answers = yield* control.elsewhere(() => solveAll(control, matrices, cachedAt, epsilonOf, options));
  const f = new Float64Array(count * n);
  const g = new Float64Array(count * m);
  for (const [k, { potentials }] of answers.entries()) {
    // Masses are copied now, wherever the batch was solved: the caller may change them later.
    cachedAt(k);
    f.set(potentials.f, k * n);
    g.set(potentials.g, k * m);
  }
  return {
    values: Float64Array.from(answers, ({ value }) => value),
    transportCosts: Float64Array.from(answers, ({ measured }) => measured.transportCost),
    errors: Float64Array.from(answers, ({ measured }) => measured.error),
    iterations: Int32Array.from(answers, ({ iterations }) => iterations),
    statuses: answers.map(({ status }) => status),
    potentials: { f: { data: f, rows: count, cols: n }, g: { data: g, rows: count, cols: m } },
    result(k) {
      const answer = answers[k];
      if (answer !== undefined) {
        return entropicResult(problems[k], answer.potentials, answer.measured, {
          status: answer.status,
          iterations: answer.iterations,
          epsilon: answer.epsilon,
          tolerance: options.tolerance,
          method: answer.method,
          why: answer.why,
          elapsedMs: control.elapsedMs(),
        });
      }
      throw new OtError("InvalidValue", `There is no problem ${k} in a batch of ${count}.`, {
        argument: "k",
        seen: k,
        cure: `Use a whole number from 0 to ${count - 1}.`,
      });
    },
  };
}

function* solveAll(
  control: RunControl<SinkhornBatchResult>,
  matrices: readonly Matrix<Floats>[],
  problemAt: (k: number) => EntropicProblem,
  epsilonOf: (k: number, largest: number) => number,
  options: SinkhornBatchOptions & { readonly tolerance: number },
): Generator<Progress, OneAnswer[], void> {
  const count = matrices.length;
  const [n, m] = count > 0 ? [matrices[0].rows, matrices[0].cols] : [0, 0];
  const answers: OneAnswer[] = [];
  const workspace: Workspace = lease(entropic);
  let intact = true;
  try {
    const width = padded(m);
    workspace.call["batchInit"](workspace.alloc(workspace.call["batchDoubles"](n, width) * 8), n, m, width);
    for (let k = 0, work = 0; k < count; k++) {
      const problem = problemAt(k);
      const largest = largestOf(matrices[k].data);
      const epsilon = named(k, () => epsilonOf(k, largest));
      const { tolerance, maxIterations = Infinity } = options;
      const settings = { epsilon, largest, tolerance, maxIterations };
      const answer =
        iterateOne(workspace, problem, matrices[k], settings) ?? named(k, () => solveAlone(problem, settings));
      answers.push(answer);
      work += n * m * (answer.iterations + 10);
      if (work < entriesAtOnce) continue;
      work = 0;
      yield { phase: "batch", iteration: k + 1, error: 1 - (k + 1) / count, elapsedMs: control.elapsedMs() };
    }
  } catch (error) {
    // An error of ours leaves the memory in order; a trap may not.
    intact = isOtError(error);
    throw error;
  } finally {
    if (intact) giveBack(workspace);
  }
  return answers;
}

/** A problem that the kernel gave up on. */
function solveAlone(
  problem: EntropicProblem,
  settings: { readonly epsilon: number; readonly tolerance: number; readonly maxIterations: number },
): OneAnswer {
  const { epsilon, tolerance, maxIterations } = settings;
  const answer = drain(sinkhorn.steps(problem.a, problem.b, problem.cost, { epsilon, tolerance, maxIterations }));
  const { report, potentials, value, transportCost } = answer;
  const { status, iterations, error, method, why } = report;
  const rows = answer.plan.marginal(0);
  return { value, potentials, epsilon, status, iterations, method, why, measured: { error, transportCost, rows } };
}

function readEpsilons(
  { epsilon, relativeEpsilon }: SinkhornBatchOptions,
  count: number,
): (k: number, largest: number) => number {
  if (typeof epsilon !== "object" || epsilon === null) {
    const options = { epsilon: epsilon as number | undefined, relativeEpsilon };
    readEpsilon(options, 1);
    return (_, largest) => readEpsilon(options, largest);
  }
  if (epsilon.length !== count) {
    throw new OtError("InvalidShape", `There are ${epsilon.length} epsilons for ${count} problems.`, {
      argument: "options.epsilon",
      seen: epsilon.length,
      cure: "Pass one number for all problems, or one for each.",
    });
  }
  for (let k = 0; k < count; k++) named(k, () => readEpsilon({ epsilon: epsilon[k], relativeEpsilon }, 1));
  return (k, largest) => readEpsilon({ epsilon: epsilon[k], relativeEpsilon }, largest);
}

function largestOf(data: Floats): number {
  let largest = 0;
  for (let k = 0; k < data.length; k++) {
    const size = Math.abs(data[k]);
    if (size > largest && size < Infinity) largest = size;
  }
  return largest;
}

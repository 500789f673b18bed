// Unbalanced optimal transport without entropy: min <P, C> + D(P 1 | a) + D(P^T 1 | b) over P >= 0.
// Liero, Mielke, Savare (2018) for KL; Benamou (2003) for L2; Piccoli, Rossi (2014) for total variation.
import { type CostLike, toCost } from "../cost/cost.ts";
import type { Unbalanced } from "../entropic/relaxed/penalty.ts";
import { OtError } from "../errors/otError.ts";
import type { Weights } from "../measure/weights.ts";
import type { AsyncOptions, Progress, RunOptions } from "../run/options.ts";
import { defineSolver, type Run, type RunControl, threeForms } from "../run/solver.ts";
import { type UnbalancedResult, unbalancedResult } from "./answer.ts";
import { majorise } from "./majorisation.ts";
import { readUnbalanced, type UnbalancedProblem } from "./problem.ts";
import { isSmooth } from "./response.ts";
import { type SmoothProblem, solveSmooth } from "./smooth.ts";
import { isLinear, startLinear } from "./totalVariation.ts";

/** Options of {@link unbalancedTransport}. */
export interface UnbalancedOptions extends RunOptions {
  /**
   * What a marginal r of the plan pays for differing from the masses a of its side. `{ kind: "KL", strength }`: strength
   * sum (r log(r / a) - r + a). `"L2"`: (strength / 2) sum (r - a)^2. `"TV"`: strength sum |r - a|. `{ source, target }`: one for either
   * side, `"equal"` for a hard one. A number is KL of that strength on both sides.
   */
  readonly penalty: Unbalanced;
  /** Relative duality gap at which to stop; default 1e-9. The active set as a rule goes on to the optimum, to rounding. */
  readonly tolerance?: number;
  /**
   * Default `"auto"`: dummy atoms and `emd` for total variation, the active set for KL, L2 and a hard side. `"majorisation"`: the
   * multiplicative updates of Chapel et al. (2021), for comparison: the gap falls slowly.
   */
  readonly method?: "auto" | "activeSet" | "majorisation";
}

/**
 * Unbalanced transport without entropy between masses `a` (n) and `b` (m) under the cost `C` (n x m).
 *
 * Minimises <P, C> + D(P 1 | a) + D(P^T 1 | b) over P >= 0. The plan is sparse, with fewer than n + m entries. The potentials satisfy
 * f_i + g_j <= C_ij with equality where P_ij > 0, and the marginals are those that they stand for: a e^(-f / strength) under KL,
 * max(0, a - f / strength) under L2.
 *
 * @param a masses of the sources, >= 0; null: uniform, with the other side's total (1 if both are null)
 * @param b masses of the targets
 * @param C a matrix or a cost; rows of costs are computed when needed; `Infinity` forbids a pair
 *
 * Total variation may meet total variation or a hard side; KL, L2 and a hard side may meet in any pairing.
 *
 * A limit (`maxIterations`, `timeLimitMs`, `stopWhen`) is no error: the plan so far is kept, and `certify()` says how far it can be from
 * the optimum.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch` (both sides hard), `Infeasible` (a hard side that cannot be
 * served), `Unsupported` (total variation against KL or L2; a method that cannot take the penalty), `OutOfMemory`, `KernelUnavailable`.
 */
export interface UnbalancedTransport {
  (a: Weights, b: Weights, C: CostLike, options: UnbalancedOptions): UnbalancedResult;
  /** The same between turns of the event loop; can be aborted. */
  async<C extends CostLike>(
    a: Weights,
    b: Weights,
    C: C,
    options: UnbalancedOptions & AsyncOptions<C>,
  ): Promise<UnbalancedResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(a: Weights, b: Weights, C: CostLike, options: UnbalancedOptions): Run<UnbalancedResult>;
}

/** Unbalanced transport without entropy; see {@link UnbalancedTransport}. */
export const unbalancedTransport: UnbalancedTransport = /*#__PURE__*/ threeForms<
  [Weights, Weights, CostLike],
  UnbalancedOptions,
  UnbalancedResult
>(
  3,
  ([a, b, C, given]) => {
    const options = (typeof given === "object" && given !== null ? given : {}) as UnbalancedOptions;
    const { penalty, tolerance = 1e-9, method = "auto", ...rest } = options;
    const problem = readUnbalanced(a as Weights, b as Weights, toCost(C as CostLike), penalty);
    if (!(tolerance >= 0)) {
      throw new OtError("InvalidValue", `tolerance is ${tolerance}.`, {
        argument: "options.tolerance",
        seen: tolerance,
        cure: "Use a relative gap of at least 0; 1e-9 is the default.",
      });
    }
    if (method !== "auto" && method !== "activeSet" && method !== "majorisation") {
      throw new OtError("InvalidValue", `There is no method ${JSON.stringify(method)}.`, {
        argument: "options.method",
        seen: method,
        cure: 'Use "auto", "activeSet" or "majorisation".',
      });
    }
    if (isLinear(problem) && method === "auto") return startLinear(problem, rest);
    return smooth.steps(asSmooth(problem, method), { ...rest, tolerance, method });
  },
  "unbalancedTransport",
) as UnbalancedTransport;

interface SmoothOptions extends RunOptions {
  readonly tolerance: number;
  readonly method: "auto" | "activeSet" | "majorisation";
}

/** On a pool the solver around it crosses in its stead. */
const smooth = /*#__PURE__*/ defineSolver<[SmoothProblem], SmoothOptions, UnbalancedResult>(
  1,
  (control, [problem], options) => run(control, problem, options),
  "unbalancedTransport",
);

function* run(
  control: RunControl<UnbalancedResult>,
  problem: SmoothProblem,
  { tolerance, method }: SmoothOptions,
): Generator<Progress, UnbalancedResult, void> {
  const solve = method === "majorisation" ? majorise : solveSmooth;
  const { entries, potentials, report } = yield* control.elsewhere(function* () {
    const { plan, potentials, report } = yield* solve(control, problem, tolerance);
    return { entries: plan.matrix, potentials, report };
  });
  const { rows, rowPtr, colIdx, values } = entries;
  const i = new Int32Array(values.length);
  for (let row = 0; row < rows; row++) i.fill(row, rowPtr[row], rowPtr[row + 1]);
  return unbalancedResult(problem, {
    i,
    j: colIdx,
    mass: values,
    potentials: () => potentials,
    report: { ...report, elapsedMs: control.elapsedMs() },
  });
}

function asSmooth(problem: UnbalancedProblem, method: string): SmoothProblem {
  const { source, target } = problem;
  const refuse = (why: string, cure: string): OtError =>
    new OtError("Unsupported", `The method ${method} cannot take this problem: ${why}.`, {
      argument: "options.penalty",
      seen: { source, target },
      cure,
    });
  if (!isSmooth(source) || !isSmooth(target)) {
    throw refuse(
      "total variation meets another penalty",
      'Use TV on both sides or against "equal" (method "auto"), or KL and L2.',
    );
  }
  if (source === "equal" && target === "equal") throw refuse("both sides are hard", "Use emd, or leave method out.");
  return { ...problem, source, target };
}

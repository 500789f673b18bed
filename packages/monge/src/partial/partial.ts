// Partial optimal transport: min <P, C> over P >= 0 with P 1 <= a, P^T 1 <= b and sum P = mass, or with a pay of lambda per unit.
// Caffarelli, McCann (2010); Figalli (2010). Exact, by one dummy atom on either side: Chapel, Alaya, Gasso (2020).
import { type CostLike, toCost } from "../cost/cost.ts";
import { OtError } from "../errors/otError.ts";
import { type EmdOptions, emd } from "../exact/emd.ts";
import type { ExactMethod } from "../exact/engines.ts";
import type { Weights } from "../measure/weights.ts";
import type { AsyncOptions, Potentials, RunOptions } from "../run/options.ts";
import type { Result } from "../run/result.ts";
import { mapRun, type Run, threeForms } from "../run/solver.ts";
import { type PartialResult, partialResult } from "./answer.ts";
import { type Extended, extend } from "./extended.ts";
import { idle, isTiny } from "./idle.ts";
import { type PartialProblem, readPartial } from "./problem.ts";

/** Options of {@link partialTransport}: `mass`, or `lambda`, or neither. */
export interface PartialOptions extends RunOptions {
  /** The mass to move, in [0, min(|a|, |b|)]; default min(|a|, |b|): all of the lighter side. */
  readonly mass?: number;
  /** Instead of a mass: what moving a unit earns, in the unit of C. Pairs dearer than that are never used. */
  readonly lambda?: number;
  /** Potentials to start from, say of a similar problem; in the unit of C. */
  readonly warmStart?: Potentials;
  /** The engine of the problem with dummy atoms; default `"auto"`. */
  readonly method?: ExactMethod | "auto";
}

/**
 * Exact partial transport between masses `a` (n) and `b` (m), which need not balance, under the cost `C` (n x m).
 *
 * With `mass`: minimises <P, C> over P >= 0 with P 1 <= a, P^T 1 <= b and sum P = mass. With `lambda`: minimises
 * <P, C> - lambda sum P over P >= 0 with P 1 <= a and P^T 1 <= b; adding lambda (|a| + |b|) / 2 this is transport with the penalty
 * (lambda / 2) |P 1 - a|_1 + (lambda / 2) |P^T 1 - b|_1. The potentials satisfy f, g <= 0 and f_i + g_j + lambda <= C_ij; the
 * optimum is <f, a> + <g, b> + lambda mass, without the last term where lambda was given.
 *
 * @param a masses of the sources, >= 0; null: uniform, with the other side's total (1 if both are null)
 * @param b masses of the targets
 * @param C a matrix (array of rows, `{ data, rows, cols }`, CSR) or a cost; `Infinity` forbids a pair
 *
 * A limit (`maxIterations`, `timeLimitMs`, `stopWhen`) is no error: the result then holds a plan that moves the mass, and
 * `certify()` says how far it can be from the optimum.
 *
 * Throws `InvalidShape`, `InvalidValue` (a mass out of range, among others), `NegativeMass`, `Infeasible` (forbidden pairs
 * leave no way for that much mass; with a witness), `OutOfMemory`, `KernelUnavailable`.
 */
export interface PartialTransport {
  (a: Weights, b: Weights, C: CostLike, options?: PartialOptions): PartialResult;
  /** The same between turns of the event loop; can be aborted. */
  async<C extends CostLike>(
    a: Weights,
    b: Weights,
    C: C,
    options?: PartialOptions & AsyncOptions<C>,
  ): Promise<PartialResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(a: Weights, b: Weights, C: CostLike, options?: PartialOptions): Run<PartialResult>;
}

/** Exact partial transport; see {@link PartialTransport}. */
export const partialTransport: PartialTransport = /*#__PURE__*/ threeForms<
  [Weights, Weights, CostLike],
  PartialOptions,
  PartialResult
>(
  3,
  ([a, b, C, given]) => {
    const options = readOptions(given);
    const problem = readPartial(a as Weights, b as Weights, toCost(C as CostLike), options);
    const extended = isTiny(problem) ? null : extend(problem);
    if (extended === null) return idle.steps(problem, options);
    const { mass: _, lambda: __, warmStart: ___, ...rest } = options;
    const inner: EmdOptions = { ...rest, warmStart: extended.warmStart, massTolerance: 1e-9, duals: "free" };
    const run = mapRun(emd.steps(extended.a, extended.b, extended.cost, inner), (result) =>
      stripped(problem, extended, result),
    );
    return extended.explain(run);
  },
  "partialTransport",
);

function readOptions(given: unknown): PartialOptions {
  if (given === undefined || (typeof given === "object" && given !== null)) return given ?? {};
  throw new OtError("InvalidValue", "The options are not an object.", {
    argument: "options",
    seen: given,
    cure: "Pass 3 arguments, then one object of options: { mass } or { lambda }.",
  });
}

/** The plan between the true atoms. */
function stripped(problem: PartialProblem, extended: Extended, result: Result): PartialResult {
  const [n, m] = problem.cost.shape;
  const i: number[] = [];
  const j: number[] = [];
  const mass: number[] = [];
  for (const [row, column, amount] of result.plan.entries()) {
    if (row === n || column === m) continue;
    i.push(row);
    j.push(column);
    mass.push(amount);
  }
  const { status, method, why, backend, iterations, elapsedMs } = result.report;
  return partialResult(problem, {
    status,
    method,
    why: `${extended.why}; ${why}`,
    backend,
    iterations,
    elapsedMs,
    i,
    j,
    mass,
    potentials: () => extended.potentials(result.potentials),
  });
}

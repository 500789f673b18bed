// The one door: a cost with masses, or two measures; the method is looked up in the table and explained in the report.
import type { CostLike } from "../cost/cost.ts";
import type { Ground } from "../cost/ground.ts";
import { isMeasureLike, type MeasureLike } from "../measure/between.ts";
import type { Weights } from "../measure/weights.ts";
import type { AsyncOptions } from "../run/options.ts";
import type { Result } from "../run/result.ts";
import { mapRun, type Run, threeForms } from "../run/solver.ts";
import { type MethodOptions, type SolveMethod, start } from "./methods.ts";
import { costProblem, measureProblem, type SolveProblem } from "./problem.ts";

/** Options of {@link solve} between measures. */
export interface SolveMeasuresOptions extends Omit<MethodOptions, "method"> {
  /** Default `"auto"`. */
  readonly method?: SolveMethod | "auto";
  /** How two points are compared; default `"sqeuclidean"`. */
  readonly ground?: Ground;
}

/** Options of {@link solve} with a cost. */
export interface SolveCostOptions extends Omit<MethodOptions, "method"> {
  readonly method?: SolveMethod | "auto";
  /** Masses of the rows; default null: uniform. */
  readonly a?: Weights;
  /** Masses of the columns; default null: uniform. */
  readonly b?: Weights;
}

/** A result between measures. */
export interface MeasuresResult extends Result {
  /** transportCost^(1/p) for p >= 1, the cost itself below: without epsilon, and for masses of 1, the Wasserstein distance. */
  readonly distance: number;
  /** The ground cost's name. */
  readonly ground: string;
  /** The power of the ground cost. */
  readonly p: number;
}

/**
 * Optimal transport, whatever you have: `solve(source, target)` for measures (point clouds, histograms on grids, arrays of
 * points), `solve(C, { a, b })` for a cost.
 *
 * Exact unless `epsilon` asks for entropic transport; `unbalanced` puts a price on mass that appears or vanishes, `partial` moves
 * a part of the mass; otherwise masses must balance (see `normalize`). Between measures the ground cost is squared Euclidean
 * unless `ground` says otherwise, and `distance` is the p-th root of the transport cost.
 *
 * Throws as `emd`, `sinkhorn` and `partial` do.
 */
export interface Solve {
  (source: MeasureLike, target: MeasureLike, options?: SolveMeasuresOptions): MeasuresResult;
  (C: CostLike, options?: SolveCostOptions): Result;
  /** The same between turns of the event loop; can be aborted. */
  async(
    source: MeasureLike,
    target: MeasureLike,
    options?: SolveMeasuresOptions & AsyncOptions,
  ): Promise<MeasuresResult>;
  async<C extends CostLike>(C: C, options?: SolveCostOptions & AsyncOptions<C>): Promise<Result>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(source: MeasureLike, target: MeasureLike, options?: SolveMeasuresOptions): Run<MeasuresResult>;
  steps(C: CostLike, options?: SolveCostOptions): Run<Result>;
}

/** Optimal transport, whatever you have; see {@link Solve}. */
export const solve: Solve = /*#__PURE__*/ Object.assign((...args: unknown[]) => forms(args)(...args), {
  async: (...args: unknown[]) => forms(args).async(...args),
  steps: (...args: unknown[]) => forms(args).steps(...args),
}) as Solve;

/** The solver whose options stand where these arguments have them. */
function forms(args: readonly unknown[]): ReturnType<typeof threeForms<unknown[], MethodOptions, Result>> {
  return isMeasureLike(args[1]) ? betweenMeasures : withCost;
}

const betweenMeasures = /*#__PURE__*/ threeForms<unknown[], MethodOptions, Result>(2, ([source, target, given]) => {
  const { ground = "sqeuclidean", ...options } = (given ?? {}) as SolveMeasuresOptions;
  const problem = measureProblem(source as MeasureLike, target as MeasureLike, ground);
  return mapRun(start(problem, options), (result) => measured(result, problem));
});

const withCost = /*#__PURE__*/ threeForms<unknown[], MethodOptions, Result>(1, ([C, given]) => {
  const { a = null, b = null, ...options } = (given ?? {}) as SolveCostOptions;
  return start(costProblem(C as CostLike, a, b), options);
});

function measured(result: Result, { ground }: SolveProblem): MeasuresResult {
  const { name, p } = ground ?? { name: "cost", p: 1 };
  const { transportCost } = result;
  const distance = p > 1 ? Math.max(0, transportCost) ** (1 / p) : transportCost;
  // Getters, such as that of the potentials, stay getters.
  return Object.defineProperties(
    { distance, ground: name, p },
    Object.getOwnPropertyDescriptors(result),
  ) as MeasuresResult;
}

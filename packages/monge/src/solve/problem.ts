// What `solve` is asked: a cost with masses, or two measures under a ground cost, brought to one form.
import { type Cost, type CostLike, toCost } from "../cost/cost.ts";
import type { Ground, GroundSpec } from "../cost/ground.ts";
import { type MeasureLike, pairOf } from "../measure/between.ts";
import type { Histogram } from "../measure/measure.ts";
import type { Weights } from "../measure/weights.ts";

/** One question to `solve`, whichever way it was put. */
export interface SolveProblem {
  readonly a: Weights;
  readonly b: Weights;
  readonly cost: Cost;
  /** Null where a cost was given instead of measures. */
  readonly ground: GroundSpec | null;
  /** The two grids, where both measures are histograms on grids of the same spacing. */
  readonly grids: readonly [Histogram, Histogram] | null;
}

/** The problem of a cost with masses. */
export function costProblem(C: CostLike, a: Weights, b: Weights): SolveProblem {
  return { a, b, cost: toCost(C), ground: null, grids: null };
}

/** The problem of two measures. Throws `InvalidShape` where their dimensions differ. */
export function measureProblem(source: MeasureLike, target: MeasureLike, ground: Ground): SolveProblem {
  return pairOf(source, target, ground);
}

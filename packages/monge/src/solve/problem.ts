// What `solve` is asked: a cost with masses, or two measures under a ground cost, brought to one form.
import { type Cost, type CostLike, toCost } from "../cost/cost.ts";
import { cellPoints, grid } from "../cost/grid.ts";
import { type Ground, type GroundSpec, toGround } from "../cost/ground.ts";
import { points } from "../cost/points.ts";
import { OtError } from "../errors/otError.ts";
import { isMatrix, type MatrixLike } from "../linalg/matrix.ts";
import { type Histogram, type Measure, type PointCloud, pointCloud } from "../measure/measure.ts";
import type { Weights } from "../measure/weights.ts";

/** A measure, or points that weigh 1/n each. */
export type MeasureLike = Measure | MatrixLike;

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

/** Whether the second argument of `solve` is a target, and not the options. */
export function isMeasureLike(value: unknown): value is MeasureLike {
  if (typeof value !== "object" || value === null) return false;
  return isMeasure(value) || isMatrix(value) || "length" in value;
}

function isMeasure(value: object): value is Measure {
  return "weights" in value && "kind" in value;
}

/** The problem of a cost with masses. */
export function costProblem(C: CostLike, a: Weights, b: Weights): SolveProblem {
  return { a, b, cost: toCost(C), ground: null, grids: null };
}

/** The problem of two measures. Throws `InvalidShape` where their dimensions differ. */
export function measureProblem(source: MeasureLike, target: MeasureLike, ground: Ground): SolveProblem {
  const spec = toGround(ground);
  const from = toMeasure(source, "source");
  const to = toMeasure(target, "target");
  const weights = { a: from.weights, b: to.weights };
  if (from.kind === "grid" && to.kind === "grid" && from.shape.length === to.shape.length) {
    const separable = !spec.cosine && (spec.norm === spec.power || from.shape.length === 1) && spec.power >= 1;
    if (separable) {
      return { ...weights, cost: grid(from, to, { power: spec.power }), ground: spec, grids: [from, to] };
    }
  }
  return { ...weights, cost: points(atoms(from), atoms(to), ground), ground: spec, grids: null };
}

function toMeasure(value: MeasureLike, argument: string): Measure {
  if (typeof value === "object" && value !== null && isMeasure(value)) {
    if (value.kind === "points" || value.kind === "grid") return value;
    throw new OtError("Unsupported", `${argument} is a measure of kind ${JSON.stringify((value as Measure).kind)}.`, {
      argument,
      seen: value,
      cure: "Pass a point cloud or a histogram.",
    });
  }
  return pointCloud(value as MatrixLike);
}

function atoms(measure: PointCloud | Histogram): MatrixLike {
  if (measure.kind === "points") return measure.points;
  const { sourceAxes } = grid(measure);
  const data = cellPoints(measure.shape, sourceAxes);
  return { data, rows: measure.weights.length, cols: measure.shape.length };
}

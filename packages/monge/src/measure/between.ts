// Two measures and the cost between their atoms under a ground cost: separable where both are histograms and the ground allows it.
import type { Cost } from "../cost/cost.ts";
import { cellPoints, grid } from "../cost/grid.ts";
import { type Ground, type GroundSpec, toGround } from "../cost/ground.ts";
import { points } from "../cost/points.ts";
import { OtError } from "../errors/otError.ts";
import { type Floats, isMatrix, type Matrix, type MatrixLike } from "../linalg/matrix.ts";
import { type Histogram, type Measure, pointCloud } from "./measure.ts";

/** A measure, or points that weigh 1/n each. */
export type MeasureLike = Measure | MatrixLike;

/** A pair of measures with their cost. */
export interface MeasurePair {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly cost: Cost;
  readonly ground: GroundSpec;
  /** The two grids, where the cost is separable over them. */
  readonly grids: readonly [Histogram, Histogram] | null;
}

/** Whether `value` looks like a measure or points, and not like options. */
export function isMeasureLike(value: unknown): value is MeasureLike {
  if (typeof value !== "object" || value === null) return false;
  return isMeasure(value) || isMatrix(value) || "length" in value;
}

/** Reads a {@link MeasureLike}. Throws `Unsupported` for measures without atoms. */
export function toMeasure(value: MeasureLike, argument: string): Measure {
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

/** The cost between two measures. Throws `InvalidShape` where their dimensions differ. */
export function pairOf(source: MeasureLike, target: MeasureLike, ground: Ground): MeasurePair {
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
  return { ...weights, cost: points(atomsOf(from), atomsOf(to), ground), ground: spec, grids: null };
}

function isMeasure(value: object): value is Measure {
  return "weights" in value && "kind" in value;
}

/** The places of the atoms, n x d. */
export function atomsOf(measure: Measure): Matrix<Floats> {
  if (measure.kind === "points") return measure.points;
  const { sourceAxes } = grid(measure);
  const data = cellPoints(measure.shape, sourceAxes);
  return { data, rows: measure.weights.length, cols: measure.shape.length };
}

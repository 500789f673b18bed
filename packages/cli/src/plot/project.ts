// The plane in which a cloud of any dimension is drawn: itself, or the first two principal axes of both clouds together.
// Orthogonal iteration on the joint weighted covariance, X^T W X, never formed (Golub and Van Loan, Matrix Computations, 7.3.2).
import { type Side, total } from "./scene.ts";

/** Both clouds in the plane, (x, y) after (x, y), and what the axes are. */
export interface Projection {
  readonly source: Float64Array;
  readonly target: Float64Array;
  readonly axes: readonly [string, string];
  /** A sentence for the caption; empty where the plane is the data's own. */
  readonly note: string;
}

function columnPair(side: Side, first: number, second: number): Float64Array {
  const n = side.weights.length;
  const out = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    out[2 * k] = side.points[k * side.dimension + first];
    out[2 * k + 1] = side.points[k * side.dimension + second];
  }
  return out;
}

/** (sum over atoms of w (x - mean)(x - mean)^T) v for both sides together, added into `out`. */
function covarianceTimes(
  sides: readonly Side[],
  scales: readonly number[],
  mean: Float64Array,
  v: Float64Array,
  out: Float64Array,
): void {
  const dimension = v.length;
  out.fill(0);
  sides.forEach((side, s) => {
    for (let k = 0; k < side.weights.length; k++) {
      let dot = 0;
      for (let d = 0; d < dimension; d++) dot += (side.points[k * dimension + d] - mean[d]) * v[d];
      dot *= side.weights[k] * scales[s];
      for (let d = 0; d < dimension; d++) out[d] += dot * (side.points[k * dimension + d] - mean[d]);
    }
  });
}

function largestAbsolute(values: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < values.length; k++) most = Math.max(most, Math.abs(values[k]));
  return most;
}

function normalise(v: Float64Array): number {
  let norm = 0;
  for (const x of v) norm += x * x;
  norm = Math.sqrt(norm);
  if (norm > 0) for (let d = 0; d < v.length; d++) v[d] /= norm;
  return norm;
}

/** Projects both sides to the plane. */
export function project(source: Side, target: Side): Projection {
  if (source.dimension === 2)
    return { source: columnPair(source, 0, 1), target: columnPair(target, 0, 1), axes: ["x", "y"], note: "" };
  const dimension = source.dimension;
  // Squares of coordinates beyond 1e154 would overflow.
  const unit = Math.max(largestAbsolute(source.points), largestAbsolute(target.points)) || 1;
  const scaled = (side: Side): Side => ({ ...side, points: Float64Array.from(side.points, (x) => x / unit) });
  const sides = [scaled(source), scaled(target)];
  const scales = sides.map((side) => 0.5 / (total(side.weights) || 1));
  const mean = new Float64Array(dimension);
  let variance = 0;
  sides.forEach((side, s) => {
    for (let k = 0; k < side.weights.length; k++)
      for (let d = 0; d < dimension; d++) mean[d] += scales[s] * side.weights[k] * side.points[k * dimension + d];
  });
  sides.forEach((side, s) => {
    for (let k = 0; k < side.weights.length; k++)
      for (let d = 0; d < dimension; d++)
        variance += scales[s] * side.weights[k] * (side.points[k * dimension + d] - mean[d]) ** 2;
  });
  // A start that depends on the dimension only and is orthogonal to no axis.
  const first = Float64Array.from({ length: dimension }, (_, d) => 1 + Math.cos(1.3 * d + 0.4) / 2);
  const second = Float64Array.from({ length: dimension }, (_, d) => Math.sin(2.1 * d + 1));
  const image = new Float64Array(dimension);
  const strength = [0, 0];
  for (let round = 0; round < 60; round++) {
    covarianceTimes(sides, scales, mean, first, image);
    strength[0] = normalise(image);
    if (strength[0] > 0) first.set(image);
    covarianceTimes(sides, scales, mean, second, image);
    let dot = 0;
    for (let d = 0; d < dimension; d++) dot += image[d] * first[d];
    for (let d = 0; d < dimension; d++) image[d] -= dot * first[d];
    strength[1] = normalise(image);
    if (strength[1] > 0) second.set(image);
  }
  for (const axis of [first, second]) {
    // Signs are free: the largest entry of each axis is made positive, so that the same data give the same picture.
    const top = axis.reduce((best, x, d) => (Math.abs(x) > Math.abs(axis[best]) + 1e-12 ? d : best), 0);
    if (axis[top] < 0) for (let d = 0; d < dimension; d++) axis[d] = -axis[d];
  }
  const onto = (side: Side): Float64Array => {
    const out = new Float64Array(2 * side.weights.length);
    for (let k = 0; k < side.weights.length; k++) {
      for (let d = 0; d < dimension; d++) {
        const x = side.points[k * dimension + d] - mean[d];
        out[2 * k] += x * first[d];
        out[2 * k + 1] += x * second[d];
      }
    }
    return out.map((x) => x * unit);
  };
  const share = variance > 0 ? (strength[0] + strength[1]) / variance : 1;
  return {
    source: onto(sides[0]),
    target: onto(sides[1]),
    axes: ["first principal axis", "second principal axis"],
    note: `Drawn in the plane of the first two principal axes of both clouds together, which keeps ${Math.min(100, Math.round(share * 100))} % of the variance of the ${dimension} dimensions.`,
  };
}

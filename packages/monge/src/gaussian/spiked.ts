// Gaussians of many dimensions with few spread directions: covariance U diag(l) U^T + s^2 I, W2 and the optimal map without a d x d matrix.
// Bouveyron and Corneli, "Scaling optimal transport to high-dimensional Gaussian distributions" (2025); fitted by probabilistic principal
// components: Tipping and Bishop (1999). All happens in the span of both sides' directions; outside both are round.
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { positiveEigen, squareRoot } from "../linalg/eigen.ts";
import { squaredBures } from "../linalg/fidelity.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { orthonormalRows } from "../linalg/orthonormal.ts";
import { gram, product, transposed } from "../linalg/small.ts";
import { sum } from "../linalg/sum.ts";
import { gaussian, weightedPoints } from "../measure/gaussian.ts";
import type { Weights } from "../measure/weights.ts";
import { gaussianMap } from "./map.ts";
import { otherDimension } from "./require.ts";

/** N(mean, sum_k variances[k] u_k u_k^T + noise I) in R^d. */
export interface SpikedGaussian {
  readonly mean: Float64Array;
  /** The directions u_k, k x d, orthonormal rows; k < d. */
  readonly axes: Matrix;
  /** What each direction has beyond the noise, >= 0, squared units. */
  readonly variances: Float64Array;
  /** The variance s^2 >= 0 of every other direction. */
  readonly noise: number;
}

/**
 * The Gaussian with the mean of weighted points (n x d) whose covariance has their `count` largest principal variances, and in every other direction
 * the mean of what is left. Takes n x n products where there are fewer points than coordinates: O(n^2 d).
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`.
 */
export function empiricalSpiked(points: MatrixLike, count: number, weights: Weights = null): SpikedGaussian {
  const { data, n, d, shares, mean } = weightedPoints(points, weights);
  if (!(Number.isInteger(count) && count >= 1 && count < d && count <= n))
    throw optionOutOfRange("count", count, `Use a whole number from 1 to ${Math.min(n, d - 1)}.`);
  const centred = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    const root = Math.sqrt(shares[i]);
    for (let k = 0; k < d; k++) centred[i * d + k] = root * (data[i * d + k] - mean[k]);
  }
  // The products of rows and of columns have the same eigenvalues: the smaller matrix will do.
  const byRows = n <= d;
  const size = Math.min(n, d);
  const { values, vectors } = positiveEigen(byRows ? gram(centred, n, d) : gram(transposed(centred, n, d), d, n), size);
  const noise = sum(values.subarray(count)) / (d - count);
  const axes = new Float64Array(count * d);
  for (let k = 0; k < count; k++) {
    const vector = vectors.subarray(k * size, (k + 1) * size);
    axes.set(byRows ? product(vector, centred, 1, n, d) : vector, k * d);
  }
  const kept = orthonormalRows(axes, d);
  const variances = Float64Array.from({ length: kept.rows }, (_, k) => Math.max(0, values[k] - noise));
  return { mean, axes: kept, variances, noise };
}

/** W2 between spiked Gaussians. O((k + l)^2 d). Throws `InvalidShape`, `InvalidValue`. */
export function spikedBuresDistance(source: SpikedGaussian, target: SpikedGaussian): number {
  const { span, from, to, outside } = together(source, target);
  const r = span.rows;
  const gaps = Math.sqrt(source.noise) - Math.sqrt(target.noise);
  let total = squaredBures(squareRoot(from, r), squareRoot(to, r), r) + outside * gaps * gaps;
  source.mean.forEach((value, k) => {
    total += (value - target.mean[k]) ** 2;
  });
  return Math.sqrt(total);
}

/**
 * The optimal map between spiked Gaussians, as a function of points (n x d). Throws `InvalidShape`, `InvalidValue`, and `Unsupported` where a source
 * without noise would have to make some.
 */
export function spikedMap(source: SpikedGaussian, target: SpikedGaussian): (points: MatrixLike) => Matrix {
  const { span, from, to, outside } = together(source, target);
  const { rows: r, cols: d } = span;
  if (outside > 0 && source.noise === 0 && target.noise > 0) {
    throw new OtError("Unsupported", "No map makes noise out of none.", {
      argument: "source",
      seen: source.noise,
      cure: "Give the source a noise above 0.",
    });
  }
  const stretch = source.noise > 0 ? Math.sqrt(target.noise / source.noise) : 0;
  const zero = new Float64Array(r);
  const inside = gaussianMap(
    gaussian(zero, { data: from, rows: r, cols: r }),
    gaussian(zero, { data: to, rows: r, cols: r }),
  );
  return (points) => {
    const { data, rows: n, cols } = toMatrix(points, "points");
    if (cols !== d) throw otherDimension("points", cols, d);
    const centred = Float64Array.from(data, (value, at) => value - source.mean[at % d]);
    const along = product(centred, transposed(span.data, r, d), n, d, r);
    const moved = inside.apply({ data: along, rows: n, cols: r }).data;
    const change = product(
      moved.map((value, at) => value - stretch * along[at]),
      span.data,
      n,
      r,
      d,
    );
    return { data: change.map((value, at) => value + stretch * centred[at] + target.mean[at % d]), rows: n, cols: d };
  };
}

/** Orthonormal rows that span the directions of both sides, both covariances in their coordinates, and how many dimensions are left. */
function together(
  source: SpikedGaussian,
  target: SpikedGaussian,
): { span: Matrix; from: Float64Array; to: Float64Array; outside: number } {
  checked(source, "source");
  checked(target, "target");
  const d = source.mean.length;
  if (target.mean.length !== d) throw otherDimension("target", target.mean.length, d);
  const span = orthonormalRows(Float64Array.of(...source.axes.data, ...target.axes.data), d);
  const within = ({ axes, variances, noise }: SpikedGaussian): Float64Array => {
    const r = span.rows;
    const W = product(span.data, transposed(axes.data, axes.rows, d), r, d, axes.rows);
    const scaled = W.map((value, at) => value * Math.sqrt(variances[at % axes.rows]));
    const out = gram(scaled, r, axes.rows);
    for (let k = 0; k < r; k++) out[k * r + k] += noise;
    return out;
  };
  return { span, from: within(source), to: within(target), outside: d - span.rows };
}

function checked({ mean, axes, variances, noise }: SpikedGaussian, argument: string): void {
  const { data, rows, cols } = axes as Matrix<Floats>;
  const wrong = (message: string, seen: unknown): OtError =>
    new OtError("InvalidValue", `The ${argument} ${message}.`, {
      argument,
      seen,
      cure: "Pass orthonormal rows, one variance of at least 0 for each, and a noise of at least 0.",
    });
  if (cols !== mean.length || rows !== variances.length || rows >= cols)
    throw otherDimension(`${argument}.axes`, cols, mean.length);
  if (!(noise >= 0 && noise < Infinity)) throw wrong("has no noise of at least 0", noise);
  if (!variances.every((value) => value >= 0 && value < Infinity)) throw wrong("has a variance below 0", variances);
  const products = gram(Float64Array.from(data), rows, cols);
  const off = products.some((value, at) => !(Math.abs(value - (at % (rows + 1) === 0 ? 1 : 0)) < 1e-8));
  if (off || !mean.every(Number.isFinite)) throw wrong("has rows that are not orthonormal", rows);
}

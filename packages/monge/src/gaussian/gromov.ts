// Gromov-Wasserstein between Gaussians of any dimensions, over plans that are Gaussian. Delon, Desolneux, Salmona (2022).
//
// For a plan with cross-covariance K, E (|x - x'|^2 - |y - y'|^2)^2 = 4 (tr S - tr T)^2 + 8 (|S|^2 + |T|^2 - 2 |K|^2), and |K|^2 <= sum_i
// lambda_i tau_i over the descending spectra. Hence GGW^2 = 4 (tr S - tr T)^2 + 8 sum_i (lambda_i - tau_i)^2, the shorter spectrum padded by 0.
// No plan at all is below LGW^2 = 4 (tr S - tr T)^2 + 4 (|S| - |T|)^2 + 4 sum_i (lambda_i - tau_i)^2.
// With inner products, E (<x, x'> - <y, y'>)^2 = |S|^2 + |T|^2 - 2 |K|^2 for centred x, y, and sum_i (lambda_i - tau_i)^2 is the least over all plans.
import { optionOutOfRange } from "../errors/otError.ts";
import { positiveEigen } from "../linalg/eigen.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { affine, product, transposed } from "../linalg/small.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import { pointsOf } from "./density.ts";
import { requireGaussian } from "./require.ts";

/** Options of {@link gaussianGromovWasserstein}. */
export interface GaussianGromovOptions {
  /** What is compared: `"distances"` (default), squared distances of pairs, or `"products"`, inner products of centred vectors. */
  readonly compare?: "distances" | "products";
  /**
   * Points of both sides. The directions of the axes, which Gaussians leave open, are then chosen so that both sides are skewed the same
   * way along each axis.
   */
  readonly points?: { readonly source: MatrixLike; readonly target: MatrixLike };
}

/** Gromov-Wasserstein between two Gaussians. */
export interface GaussianGromovResult {
  /** The root of `value`. */
  readonly distance: number;
  /** The least of the Gromov-Wasserstein functional over Gaussian plans. */
  readonly value: number;
  /** Nothing is below this, whatever the plan; equal to `value` for `"products"`. */
  readonly lowerBound: number;
  /** A, n x m from the m dimensions of the source to the n of the target: x goes to m2 + A (x - m1). */
  readonly A: Matrix;
  /** The images of points (count x m), count x n. */
  apply(points: MatrixLike): Matrix;
  /** The functional at the plan of this map, recomputed; `primalResidual`: |A S A^T - T| / |T|, 0 where the map reaches all of the target. */
  certify(): StationarityCertificate;
}

/**
 * Gromov-Wasserstein between Gaussians: which principal axis of one goes to which of the other, in the order of their variances.
 *
 * Where the target has more dimensions (or more rank) than the source, no map reaches all of it: the plan exists, and `apply` gives the
 * mean of where it sends x.
 *
 * Throws `InvalidShape` for what is no Gaussian, `InvalidValue` for unknown options.
 */
export function gaussianGromovWasserstein(
  source: Gaussian,
  target: Gaussian,
  options: GaussianGromovOptions = {},
): GaussianGromovResult {
  requireGaussian(source, "source");
  requireGaussian(target, "target");
  const { compare = "distances", points } = options;
  if (compare !== "distances" && compare !== "products")
    throw optionOutOfRange("compare", compare, 'Use "distances" or "products".');
  const m = source.mean.length;
  const n = target.mean.length;
  const ofSource = positiveEigen(source.covariance.data, m);
  const ofTarget = positiveEigen(target.covariance.data, n);
  const lambda = padded(ofSource.values, Math.max(m, n));
  const tau = padded(ofTarget.values, Math.max(m, n));
  const apart = lambda.reduce((total, value, i) => total + (value - tau[i]) ** 2, 0);
  const traces = 4 * (total(lambda) - total(tau)) ** 2;
  const norms = 4 * (Math.hypot(...lambda) - Math.hypot(...tau)) ** 2;
  const products = compare === "products";
  const value = products ? apart : traces + 8 * apart;
  const lowerBound = products ? apart : traces + norms + 4 * apart;
  const signs = points === undefined ? null : commonSigns();
  const A = new Float64Array(n * m);
  for (let k = 0; k < Math.min(m, n); k++) {
    if (!(lambda[k] > 0)) continue;
    const ratio = Math.sqrt(tau[k] / lambda[k]) * (signs?.[k] ?? 1);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) A[i * m + j] += ratio * ofTarget.vectors[k * n + i] * ofSource.vectors[k * m + j];
    }
  }
  return {
    distance: Math.sqrt(value),
    value,
    lowerBound,
    A: { data: A, rows: n, cols: m },
    apply(given) {
      const { data, rows } = pointsOf(given, m);
      return { data: affine(A, target.mean, source.mean, data, rows), rows, cols: n };
    },
    certify() {
      const S = source.covariance.data;
      const T = target.covariance.data;
      const K = product(A, S, n, m, m);
      const pushed = product(K, transposed(A, n, m), n, m, n);
      const sizeT = Math.hypot(...T);
      const off = Math.hypot(...pushed.map((entry, k) => entry - T[k]));
      const spread = squares(S) + squares(T) - 2 * squares(K);
      const objective = products ? spread : traces + 8 * spread;
      return {
        kind: "stationarity",
        objective,
        stationarityGap: Math.max(0, objective - value),
        lowerBound,
        primalResidual: off === 0 ? 0 : off / (sizeT > 0 ? sizeT : off),
      };
    },
  };

  function commonSigns(): number[] {
    const from = skewness(toMatrix(points?.source ?? [], "options.points.source"), source.mean, ofSource.vectors);
    const to = skewness(toMatrix(points?.target ?? [], "options.points.target"), target.mean, ofTarget.vectors);
    return Array.from({ length: Math.min(m, n) }, (_, k) => (from[k] * to[k] < 0 ? -1 : 1));
  }
}

/** sum over points of the cube of each principal coordinate. */
function skewness(
  points: Matrix<Float64Array | Float32Array>,
  mean: Float64Array,
  vectors: Float64Array,
): Float64Array {
  const d = mean.length;
  const { data, rows } = pointsOf(points, d);
  const along = affine(vectors, new Float64Array(d), mean, data, rows);
  const cubes = new Float64Array(d);
  for (let i = 0; i < rows; i++) for (let k = 0; k < d; k++) cubes[k] += along[i * d + k] ** 3;
  return cubes;
}

function padded(values: Float64Array, length: number): Float64Array {
  const out = new Float64Array(length);
  out.set(values);
  return out;
}

function total(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function squares(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

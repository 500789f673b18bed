// The optimal map between two Gaussians, T(x) = m2 + A (x - m1).
// A = S^-1/2 (S^1/2 T S^1/2)^1/2 S^-1/2 (Knott, Smith 1984); where S is singular, G F^+ of the best coupling x = F z, y = G z.
import { OtError } from "../errors/otError.ts";
import { positiveEigen, spectral } from "../linalg/eigen.ts";
import { couple } from "../linalg/fidelity.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { affine, gram, multiply, product, trace, transposed } from "../linalg/small.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import { requireSameDimension } from "./require.ts";

/** What is proved of a map between Gaussians, recomputed from its matrix. */
export interface GaussianMapCertificate {
  /** |A S A^T - T| / |T| (Frobenius): 0 where the map transports the source to the target. */
  readonly pushforwardError: number;
  /** E |x - T(x)|^2. */
  readonly transportCost: number;
  /** W2^2 of the Gaussians: no map that transports one to the other costs less. */
  readonly lowerBound: number;
}

/** An affine map x -> A x + b. */
export interface GaussianMap {
  /** d x d; symmetric and positive semi-definite where the source's covariance is invertible. */
  readonly A: Matrix;
  readonly b: Float64Array;
  /** The images of points (n x d), n x d. */
  apply(points: MatrixLike): Matrix;
  /** The optimal map from target to source. */
  inverse(): GaussianMap;
  certify(): GaussianMapCertificate;
}

/**
 * The optimal transport map from `source` to `target` for |x - y|^2.
 *
 * A singular source may have no map to the target: a point cannot be spread. A linear one exists exactly if the rank of S^1/2 T S^1/2 is
 * that of T; it is found, symmetric or not. Otherwise what is returned goes as far as it can, and `certify().pushforwardError` says so.
 *
 * Throws `InvalidShape` where the dimensions differ; see `gaussianGromovWasserstein` for these.
 */
export function gaussianMap(source: Gaussian, target: Gaussian): GaussianMap {
  requireSameDimension(source, target);
  const d = source.mean.length;
  const S = source.covariance.data;
  const T = target.covariance.data;
  const spectrum = positiveEigen(S, d);
  const root = spectral(spectrum, Math.sqrt);
  const inverseRoot = spectral(spectrum, (value) => (value > 0 ? 1 / Math.sqrt(value) : 0));
  const targetRoot = spectral(positiveEigen(T, d), Math.sqrt);
  const { left, right, values } = couple(root, targetRoot, d);
  const largest = values.reduce((most, value) => Math.max(most, value), 0);
  // sum u_k v_k^T over what both reach: the directions beyond carry no mass of the source, or none of the target.
  const turn = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    if (!(values[k] > 1e-14 * largest)) continue;
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) turn[i * d + j] += left[k * d + i] * right[k * d + j];
  }
  const A = multiply(multiply(targetRoot, turn, d), inverseRoot, d);
  if (spectrum.values[d - 1] > 0) symmetrise(A, d);
  const b = affine(A, target.mean, source.mean, new Float64Array(d), 1);
  return {
    A: { data: A, rows: d, cols: d },
    b,
    apply(points) {
      const { data, rows, cols } = toMatrix(points, "points");
      if (cols !== d && rows > 0) {
        throw new OtError("InvalidShape", `The points have ${cols} coordinates, the map takes ${d}.`, {
          argument: "points",
          seen: cols,
          cure: "Pass points of the Gaussians' dimension.",
        });
      }
      return { data: affine(A, target.mean, source.mean, data, rows), rows, cols: d };
    },
    inverse: () => gaussianMap(target, source),
    certify() {
      const pushed = product(product(A, S, d, d, d), transposed(A, d, d), d, d, d);
      let off = 0;
      let size = 0;
      pushed.forEach((value, k) => {
        off += (value - T[k]) ** 2;
        size += T[k] ** 2;
      });
      const shift = source.mean.reduce((total, value, k) => total + (value - target.mean[k]) ** 2, 0);
      const moved = A.map((value, k) => value - (k % (d + 1) === 0 ? 1 : 0));
      const { F, G } = couple(root, targetRoot, d);
      return {
        pushforwardError: off === 0 ? 0 : Math.sqrt(off) / Math.sqrt(size > 0 ? size : off),
        transportCost: shift + trace(gram(multiply(moved, root, d), d, d), d),
        lowerBound: shift + F.reduce((total, value, k) => total + (value - G[k]) ** 2, 0),
      };
    },
  };
}

/**
 * The Gaussian at time t of the displacement interpolation from `source` (t = 0) to `target` (t = 1), the constant-speed geodesic of W2:
 * the law of (1 - t) x + t y under the optimal plan. Covariances may be singular.
 *
 * Throws `InvalidShape` where the dimensions differ, `InvalidValue` unless t lies in [0, 1].
 */
export function gaussianGeodesic(source: Gaussian, target: Gaussian, t: number): Gaussian {
  requireSameDimension(source, target);
  requireTime(t);
  const d = source.mean.length;
  const { F, G } = couple(rootOf(source), rootOf(target), d);
  const between = F.map((value, k) => (1 - t) * value + t * G[k]);
  return {
    kind: "gaussian",
    mean: source.mean.map((value, k) => (1 - t) * value + t * target.mean[k]),
    covariance: { data: gram(between, d, d), rows: d, cols: d },
  };
}

/** Throws `InvalidValue` unless t lies in [0, 1]. */
export function requireTime(t: number): void {
  if (t >= 0 && t <= 1) return;
  throw new OtError("InvalidValue", `The time t is ${t}.`, { argument: "t", seen: t, cure: "Use a time in [0, 1]." });
}

function rootOf({ covariance: { data, rows } }: Gaussian): Float64Array {
  return spectral(positiveEigen(data, rows), Math.sqrt);
}

function symmetrise(A: Float64Array, d: number): void {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) A[i * d + j] = A[j * d + i] = (A[i * d + j] + A[j * d + i]) / 2;
  }
}

// The Bures metric on covariances and the 2-Wasserstein distance between Gaussians.
// W2^2 = |m1 - m2|^2 + tr A + tr B - 2 tr (A^1/2 B A^1/2)^1/2. Dowson, Landau (1982); Olkin, Pukelsheim (1982); Bhatia, Jain, Lim (2019).
import { OtError } from "../errors/otError.ts";
import { squareRoot } from "../linalg/eigen.ts";
import { squaredBures } from "../linalg/fidelity.ts";
import { type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { type Gaussian, repairCovariances } from "../measure/gaussian.ts";
import { otherDimension, requireSameDimension } from "./require.ts";

/**
 * The squared Bures distance of two covariances, min |A^1/2 - B^1/2 Q|^2 over rotations Q: W2^2 between centred Gaussians.
 *
 * It is summed from squares, so that covariances which differ by a relative 1e-12 have a distance with digits; the formula with traces
 * would leave 0 or noise.
 *
 * @param A d x d, symmetric and positive semi-definite, may be singular
 * @param B d x d
 *
 * Throws `InvalidShape`, or `InvalidValue` for what is no covariance.
 */
export function squaredBuresDistance(A: MatrixLike, B: MatrixLike): number {
  const first = toCovariance(A, "A");
  const second = toCovariance(B, "B");
  if (first.d !== second.d) throw otherDimension("B", second.d, first.d);
  return squaredBures(squareRoot(first.data, first.d), squareRoot(second.data, first.d), first.d);
}

/** The Bures distance, the root of {@link squaredBuresDistance}: a metric on covariances. */
export function buresDistance(A: MatrixLike, B: MatrixLike): number {
  return Math.sqrt(squaredBuresDistance(A, B));
}

/**
 * W2^2 between two Gaussians: |m1 - m2|^2 and the squared Bures distance of the covariances.
 *
 * Throws `InvalidShape` where the dimensions differ; see `projectionDistance` for these.
 */
export function squaredBuresWassersteinDistance(source: Gaussian, target: Gaussian): number {
  requireSameDimension(source, target);
  const d = source.mean.length;
  let total = squaredBures(squareRoot(source.covariance.data, d), squareRoot(target.covariance.data, d), d);
  for (let k = 0; k < d; k++) total += (source.mean[k] - target.mean[k]) ** 2;
  return total;
}

/** W2 between two Gaussians, the root of {@link squaredBuresWassersteinDistance}. */
export function buresWassersteinDistance(source: Gaussian, target: Gaussian): number {
  return Math.sqrt(squaredBuresWassersteinDistance(source, target));
}

/** A covariance that was given without a mean, checked and copied. */
export function toCovariance(value: MatrixLike, argument: string): { readonly data: Float64Array; readonly d: number } {
  const { data, rows, cols } = toMatrix(value, argument);
  if (rows !== cols || rows === 0) {
    throw new OtError("InvalidShape", `${argument} is ${rows} x ${cols}.`, {
      argument,
      seen: [rows, cols],
      cure: "Pass a square matrix with at least one row.",
    });
  }
  const copy = Float64Array.from(data);
  repairCovariances(copy, 1, rows, data instanceof Float32Array, () => argument);
  return { data: copy, d: rows };
}

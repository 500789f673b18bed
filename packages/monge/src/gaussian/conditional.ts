// The mean of y given x under a Gaussian plan: m2 + K^T A^+ (x - m1), with K the covariance of x and y and A that of x.
import { positiveEigen, spectral } from "../linalg/eigen.ts";
import type { Matrix, MatrixLike } from "../linalg/matrix.ts";
import { affine, product, transposed } from "../linalg/small.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import { pointsOf } from "./density.ts";

/** The map x -> E [y | x]. */
export function conditionalMean(
  source: Gaussian,
  target: Gaussian,
  cross: Float64Array,
): (points: MatrixLike) => Matrix {
  const d = source.mean.length;
  let slope: Float64Array | null = null;
  return (points) => {
    slope ??= slopeOf(source, cross);
    const { data, rows } = pointsOf(points, d);
    return { data: affine(slope, target.mean, source.mean, data, rows), rows, cols: d };
  };
}

function slopeOf({ covariance: { data, rows: d } }: Gaussian, cross: Float64Array): Float64Array {
  const inverse = spectral(positiveEigen(data, d), (value) => (value > 0 ? 1 / value : 0));
  return product(transposed(cross, d, d), inverse, d, d, d);
}

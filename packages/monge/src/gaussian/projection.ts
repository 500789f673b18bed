// The distance between Gaussians of different dimensions by projection: min of W2(V x + b, y) over orthonormal rows V (n x m) and b.
// W2^2 = sum_i (rho_i^1/2 - tau_i^1/2)^2 with tau the variances of y and rho_i the number next to tau_i in [lambda_(i + m - n), lambda_i], for
// the variances of V x along its axes interlace those of x, and may be any that do. Cai, Lim (2022).
import { compression } from "../linalg/interlacing.ts";
import type { Matrix, MatrixLike } from "../linalg/matrix.ts";
import { affine, gram, product, transposed } from "../linalg/small.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import { bySize } from "./bySize.ts";
import { pointsOf } from "./density.ts";

/** The best projection of the Gaussian of more dimensions (m) to the space of the other one (n <= m). */
export interface ProjectionResult {
  /** The distance: W2 between the projected Gaussian and the other one. */
  readonly distance: number;
  /** Its square. */
  readonly value: number;
  /** Which of the two was projected; `"source"` where the dimensions are equal. */
  readonly projected: "source" | "target";
  /** V, n x m, with V V^T = I. */
  readonly projection: Matrix;
  /** b (n): x goes to V x + b. */
  readonly translation: Float64Array;
  /** The Gaussian of V x + b. */
  readonly image: Gaussian;
  /** V x + b for each row x of points (count x m), count x n. */
  apply(points: MatrixLike): Matrix;
}

/**
 * How far apart two Gaussians of any dimensions are, up to rigid motions and projections; symmetric in its arguments, and 0 exactly if
 * one is a projection of the other. It is also W2 from the larger one to the nearest measure that projects to the smaller one (Cai, Lim 2022).
 *
 * Throws `InvalidShape` for what is no Gaussian.
 */
export function projectionDistance(source: Gaussian, target: Gaussian): ProjectionResult {
  const { large, small, swapped, ofLarge, ofSmall } = bySize(source, target);
  const m = large.mean.length;
  const n = small.mean.length;
  const lambda = ofLarge.values;
  const rho = ofSmall.values.map((tau, i) => Math.min(lambda[i], Math.max(lambda[i + m - n], tau)));
  const value = rho.reduce(
    (total, variance, i) => total + (Math.sqrt(variance) - Math.sqrt(ofSmall.values[i])) ** 2,
    0,
  );
  const inAxes = product(compression(lambda, rho), ofLarge.vectors, n, m, m);
  const V = product(transposed(ofSmall.vectors, n, n), inAxes, n, n, m);
  const translation = affine(V, small.mean, large.mean, new Float64Array(m), 1);
  const turned = product(V, rootRows(ofLarge), n, m, m);
  return {
    distance: Math.sqrt(value),
    value,
    projected: swapped ? "target" : "source",
    projection: { data: V, rows: n, cols: m },
    translation,
    image: { kind: "gaussian", mean: small.mean.slice(), covariance: { data: gram(turned, n, m), rows: n, cols: n } },
    apply(points) {
      const { data, rows } = pointsOf(points, m);
      return { data: affine(V, small.mean, large.mean, data, rows), rows, cols: n };
    },
  };
}

/** F with F F^T the covariance of these eigenvalues and rows of eigenvectors. */
function rootRows({ values, vectors }: { values: Float64Array; vectors: Float64Array }): Float64Array {
  const m = values.length;
  const F = transposed(vectors, m, m);
  for (let i = 0; i < m; i++) for (let k = 0; k < m; k++) F[i * m + k] *= Math.sqrt(values[k]);
  return F;
}

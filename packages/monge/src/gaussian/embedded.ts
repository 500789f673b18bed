// Embedded Wasserstein distance: min of W2(x, phi(y)) over isometric embeddings phi of the smaller space into the larger one.
// EW2^2 = tr S + tr T - 2 sum_i (lambda_i tau_i)^1/2 = sum_i (lambda_i^1/2 - tau_i^1/2)^2 with both spectra descending, tau padded by 0:
// tr (S^1/2 V T V^T S^1/2)^1/2 is at most the sum of products of singular values (von Neumann). Salmona, Delon, Desolneux (2023).
import type { Matrix, MatrixLike } from "../linalg/matrix.ts";
import { affine, product, transposed } from "../linalg/small.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import { bySize } from "./bySize.ts";
import { pointsOf } from "./density.ts";

/** The best isometric embedding of the Gaussian of fewer dimensions (n) into the space of the other one (m >= n). */
export interface EmbeddedResult {
  /** EW2. */
  readonly distance: number;
  /** EW2^2. */
  readonly value: number;
  /** Which of the two was embedded; `"target"` where the dimensions are equal. */
  readonly embedded: "source" | "target";
  /** V, m x n, with V^T V = I. */
  readonly isometry: Matrix;
  /** b (m): y goes to V y + b. */
  readonly translation: Float64Array;
  /** The embedded Gaussian, in m dimensions. */
  readonly image: Gaussian;
  /** V y + b for each row y of points (count x n), count x m. */
  apply(points: MatrixLike): Matrix;
}

/**
 * W2 between two Gaussians up to isometries: rotations, reflections, translations, and embeddings where dimensions differ. It compares
 * spectra only.
 *
 * Throws `InvalidShape` for what is no Gaussian.
 */
export function embeddedWasserstein(source: Gaussian, target: Gaussian): EmbeddedResult {
  const { large, small, swapped, ofLarge, ofSmall } = bySize(source, target);
  const m = large.mean.length;
  const n = small.mean.length;
  let value = 0;
  for (let i = 0; i < m; i++) value += (Math.sqrt(ofLarge.values[i]) - (i < n ? Math.sqrt(ofSmall.values[i]) : 0)) ** 2;
  const V = product(transposed(ofLarge.vectors.subarray(0, n * m), n, m), ofSmall.vectors, m, n, n);
  const pushed = product(product(V, small.covariance.data, m, n, n), transposed(V, m, n), m, n, m);
  return {
    distance: Math.sqrt(value),
    value,
    embedded: swapped ? "source" : "target",
    isometry: { data: V, rows: m, cols: n },
    translation: affine(V, large.mean, small.mean, new Float64Array(n), 1),
    image: { kind: "gaussian", mean: large.mean.slice(), covariance: { data: symmetric(pushed, m), rows: m, cols: m } },
    apply(points) {
      const { data, rows } = pointsOf(points, n);
      return { data: affine(V, large.mean, small.mean, data, rows), rows, cols: m };
    },
  };
}

function symmetric(A: Float64Array, d: number): Float64Array {
  return A.map((value, k) => (value + A[(k % d) * d + Math.floor(k / d)]) / 2);
}

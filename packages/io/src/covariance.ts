// Covariances of dimension 2 and 3: from scales and a rotation, their eigenvalues, and their check.
// Eigenvalues by Jacobi's rotations (Golub and Van Loan, Matrix Computations, section 8.5).
import { OtError } from "monge";

/**
 * R diag(s^2) R^T of a splat's row (scales at 3, quaternion w x y z at 6), 3 x 3 row-major into `out` at `at`. Answers whether
 * the quaternion was one: zero is read as no rotation.
 */
export function splatCovariance(row: Float64Array, out: Float64Array, at: number): boolean {
  const r = rotation;
  const turned = rotationMatrix(row[6], row[7], row[8], row[9], r);
  const a = row[3] * row[3];
  const b = row[4] * row[4];
  const c = row[5] * row[5];
  for (let i = 0; i < 3; i++) {
    for (let j = i; j < 3; j++) {
      const value = a * r[3 * i] * r[3 * j] + b * r[3 * i + 1] * r[3 * j + 1] + c * r[3 * i + 2] * r[3 * j + 2];
      out[at + 3 * i + j] = value;
      out[at + 3 * j + i] = value;
    }
  }
  return turned;
}

const rotation = new Float64Array(9);

/** The rotation of a quaternion of any length, row-major; the identity and `false` for a zero one. */
export function rotationMatrix(w: number, x: number, y: number, z: number, out: Float64Array): boolean {
  const largest = Math.max(Math.abs(w), Math.abs(x), Math.abs(y), Math.abs(z));
  if (!(largest > 0)) {
    out.set([1, 0, 0, 0, 1, 0, 0, 0, 1]);
    return false;
  }
  // Divided by the largest first: squares of tiny and huge numbers would leave the range.
  w /= largest;
  x /= largest;
  y /= largest;
  z /= largest;
  const s = 2 / (w * w + x * x + y * y + z * z);
  out[0] = 1 - s * (y * y + z * z);
  out[1] = s * (x * y - w * z);
  out[2] = s * (x * z + w * y);
  out[3] = s * (x * y + w * z);
  out[4] = 1 - s * (x * x + z * z);
  out[5] = s * (y * z - w * x);
  out[6] = s * (x * z - w * y);
  out[7] = s * (y * z + w * x);
  out[8] = 1 - s * (x * x + y * y);
  return true;
}

/**
 * The unit quaternion w x y z of the rotation whose columns are the orthonormal `vectors`, one of them turned round if together
 * they are a reflection (Shepperd 1978: from the largest of the four components).
 */
export function quaternionOf(vectors: Float64Array, out: Float64Array): void {
  const [a, b, c, d, e, f, g, h, i] = vectors;
  const sign = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g) < 0 ? -1 : 1;
  const [m00, m01, m02, m10, m11, m12, m20, m21, m22] = [a, b, sign * c, d, e, sign * f, g, h, sign * i];
  const squares = [1 + m00 + m11 + m22, 1 + m00 - m11 - m22, 1 - m00 + m11 - m22, 1 - m00 - m11 + m22];
  const largest = squares.indexOf(Math.max(...squares));
  const rows = [
    [squares[0], m21 - m12, m02 - m20, m10 - m01],
    [m21 - m12, squares[1], m01 + m10, m02 + m20],
    [m02 - m20, m01 + m10, squares[2], m12 + m21],
    [m10 - m01, m02 + m20, m12 + m21, squares[3]],
  ];
  const length = Math.hypot(...rows[largest]);
  for (let k = 0; k < 4; k++) out[k] = rows[largest][k] / length;
}

/** Eigenvalues (`values`, in no order) and orthonormal eigenvectors (the columns of `vectors`) of a symmetric d x d matrix. */
export function eigenSymmetric(matrix: ArrayLike<number>, d: number): { values: Float64Array; vectors: Float64Array } {
  const a = Float64Array.from(matrix);
  const vectors = new Float64Array(d * d);
  for (let i = 0; i < d; i++) vectors[i * d + i] = 1;
  for (let sweep = 0; sweep < 30; sweep++) {
    let moved = false;
    for (let p = 0; p < d - 1; p++) {
      for (let q = p + 1; q < d; q++) {
        const off = a[p * d + q];
        if (Math.abs(off) <= 1e-17 * (Math.abs(a[p * d + p]) + Math.abs(a[q * d + q]))) continue;
        moved = true;
        const theta = (a[q * d + q] - a[p * d + p]) / (2 * off);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
        const c = 1 / Math.hypot(t, 1);
        const s = t * c;
        for (let k = 0; k < d; k++) turn(a, k * d + p, k * d + q, c, s);
        for (let k = 0; k < d; k++) turn(a, p * d + k, q * d + k, c, s);
        for (let k = 0; k < d; k++) turn(vectors, k * d + p, k * d + q, c, s);
      }
    }
    if (!moved) break;
  }
  return { values: Float64Array.from({ length: d }, (_, i) => a[i * d + i]), vectors };
}

function turn(a: Float64Array, p: number, q: number, c: number, s: number): void {
  const x = a[p];
  const y = a[q];
  a[p] = c * x - s * y;
  a[q] = s * x + c * y;
}

/** Throws `InvalidValue` unless no eigenvalue of the symmetric d x d `matrix` is below -1e-10 of the largest; `place` names it. */
export function assertPositive(matrix: ArrayLike<number>, d: number, place: string, argument: string = place): void {
  const { values } = eigenSymmetric(matrix, d);
  const least = values.reduce((low, value) => Math.min(low, value));
  const largest = values.reduce((high, value) => Math.max(high, Math.abs(value)), 0);
  if (least >= -1e-10 * largest) return;
  const shown = Number(least.toPrecision(6));
  throw new OtError("InvalidValue", `${place} is not symmetric positive semi-definite: eigenvalue ${shown}.`, {
    argument,
    seen: least,
    cure: "Check the order of its entries, or what wrote it.",
  });
}

/** Throws `InvalidValue` unless the d x d `matrix` is symmetric to 1e-8 of its largest entry; `place` names it. */
export function assertSymmetric(matrix: ArrayLike<number>, d: number, place: string, argument: string = place): void {
  let size = 0;
  for (let k = 0; k < d * d; k++) size = Math.max(size, Math.abs(matrix[k]));
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < i; j++) {
      const [low, high] = [matrix[i * d + j], matrix[j * d + i]];
      if (Math.abs(low - high) <= 1e-8 * size) continue;
      throw new OtError("InvalidValue", `${place} is not symmetric: ${high} above and ${low} below its diagonal.`, {
        argument,
        seen: [high, low],
        cure: "Pass a symmetric matrix, row by row.",
      });
    }
  }
}

// Eigenvalues and eigenvectors of a symmetric matrix A = sum_k values[k] v_k v_k^T: cyclic Jacobi rotations.
// Jacobi (1846); Rutishauser (1966). On d x d row-major buffers, any d; small eigenvalues come out as well as the entries determine them.

/** Eigenvalues, largest first, and orthonormal eigenvectors: row k of `vectors` (d x d) belongs to `values[k]`. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

const sweeps = 60;

/** The eigenvalues and eigenvectors of the symmetric d x d matrix `A`, of which the upper triangle is read. */
export function eigen(A: Float64Array, d: number): Eigen {
  const work = new Float64Array(d * d);
  for (let i = 0; i < d; i++) for (let j = i; j < d; j++) work[i * d + j] = work[j * d + i] = A[i * d + j];
  const vectors = new Float64Array(d * d);
  for (let k = 0; k < d; k++) vectors[k * d + k] = 1;
  for (let sweep = 0; sweep < sweeps && rotateAll(work, vectors, d); sweep++);
  const order = Array.from({ length: d }, (_, k) => k).sort((p, q) => work[q * d + q] - work[p * d + p]);
  const sorted = new Float64Array(d * d);
  order.forEach((from, k) => {
    sorted.set(vectors.subarray(from * d, (from + 1) * d), k * d);
  });
  return { values: Float64Array.from(order, (k) => work[k * d + k]), vectors: sorted };
}

/** sum_k f(values[k]) v_k v_k^T, exactly symmetric. */
export function spectral({ values, vectors }: Eigen, f: (value: number) => number): Float64Array {
  const d = values.length;
  const out = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    const weight = f(values[k]);
    if (weight === 0) continue;
    for (let i = 0; i < d; i++) {
      const scaled = weight * vectors[k * d + i];
      for (let j = i; j < d; j++) out[i * d + j] += scaled * vectors[k * d + j];
    }
  }
  for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) out[i * d + j] = out[j * d + i];
  return out;
}

/**
 * The eigenvalues and eigenvectors of a positive semi-definite matrix. Eigenvalues that are within what rounding of the entries can
 * make, 4 d 2^-52 (sum_i |v_i| A_ii^1/2)^2, are 0: of a matrix that has not full rank, the rank is seen.
 */
export function positiveEigen(A: Float64Array, d: number): Eigen {
  const { values, vectors } = eigen(A, d);
  for (let k = 0; k < d; k++) {
    let reach = 0;
    for (let i = 0; i < d; i++) reach += Math.abs(vectors[k * d + i]) * Math.sqrt(Math.max(0, A[i * d + i]));
    if (!(values[k] > 4 * d * 2 ** -52 * reach * reach)) values[k] = 0;
  }
  return { values, vectors };
}

/** A^1/2 of a positive semi-definite matrix. */
export function squareRoot(A: Float64Array, d: number): Float64Array {
  if (d === 1) return Float64Array.of(Math.sqrt(Math.max(0, A[0])));
  return spectral(positiveEigen(A, d), Math.sqrt);
}

/** One rotation for each pair; false where none was needed. */
function rotateAll(A: Float64Array, vectors: Float64Array, d: number): boolean {
  let rotated = false;
  for (let p = 0; p < d - 1; p++) {
    for (let q = p + 1; q < d; q++) {
      const off = A[p * d + q];
      if (off === 0) continue;
      const first = A[p * d + p];
      const second = A[q * d + q];
      // Too small to change either eigenvalue.
      if (
        Math.abs(off) <= 1e-300 ||
        Math.abs(off) <= 2 ** -54 * Math.sqrt(Math.abs(first)) * Math.sqrt(Math.abs(second))
      ) {
        A[p * d + q] = A[q * d + p] = 0;
        continue;
      }
      rotated = true;
      const theta = (second - first) / (2 * off);
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
      const c = 1 / Math.sqrt(t * t + 1);
      const s = t * c;
      for (let k = 0; k < d; k++) {
        if (k !== p && k !== q) {
          const a = A[k * d + p];
          const b = A[k * d + q];
          A[k * d + p] = A[p * d + k] = c * a - s * b;
          A[k * d + q] = A[q * d + k] = s * a + c * b;
        }
        const u = vectors[p * d + k];
        const v = vectors[q * d + k];
        vectors[p * d + k] = c * u - s * v;
        vectors[q * d + k] = s * u + c * v;
      }
      A[p * d + p] = first - t * off;
      A[q * d + q] = second + t * off;
      A[p * d + q] = A[q * d + p] = 0;
    }
  }
  return rotated;
}

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
  const found = { values: new Float64Array(d), vectors: new Float64Array(d * d) };
  eigenInto(A, 0, d, found, new Float64Array(d * d));
  return found;
}

/** As {@link eigen} for the matrix that starts at `A[from]`, into `found`, with room for d d numbers in `work`: for many small matrices. */
export function eigenInto(A: Float64Array, from: number, d: number, found: Eigen, work: Float64Array): void {
  const { values, vectors } = found;
  for (let i = 0; i < d; i++) for (let j = i; j < d; j++) work[i * d + j] = work[j * d + i] = A[from + i * d + j];
  vectors.fill(0);
  for (let k = 0; k < d; k++) vectors[k * d + k] = 1;
  for (let sweep = 0; sweep < sweeps && rotateAll(work, vectors, d); sweep++);
  for (let k = 0; k < d; k++) values[k] = work[k * d + k];
  for (let k = 0; k < d - 1; k++) {
    let largest = k;
    for (let other = k + 1; other < d; other++) if (values[other] > values[largest]) largest = other;
    if (largest !== k) exchange(values, vectors, k, largest);
  }
}

function exchange(values: Float64Array, vectors: Float64Array, p: number, q: number): void {
  const d = values.length;
  const value = values[p];
  values[p] = values[q];
  values[q] = value;
  for (let i = 0; i < d; i++) {
    const entry = vectors[p * d + i];
    vectors[p * d + i] = vectors[q * d + i];
    vectors[q * d + i] = entry;
  }
}

/** sum_k f(values[k]) v_k v_k^T, exactly symmetric; default f(x) = x. */
export function spectral({ values, vectors }: Eigen, f?: (value: number) => number): Float64Array {
  const d = values.length;
  const out = new Float64Array(d * d);
  for (let k = 0; k < d; k++) {
    const weight = f === undefined ? values[k] : f(values[k]);
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
  const found = eigen(A, d);
  clearRounding(A, 0, d, found);
  return found;
}

/** What {@link positiveEigen} does to the eigenvalues of the matrix that starts at `A[from]`. */
export function clearRounding(A: Float64Array, from: number, d: number, { values, vectors }: Eigen): void {
  for (let k = 0; k < d; k++) {
    let reach = 0;
    for (let i = 0; i < d; i++) reach += Math.abs(vectors[k * d + i]) * Math.sqrt(Math.max(0, A[from + i * d + i]));
    if (!(values[k] > 4 * d * 2 ** -52 * reach * reach)) values[k] = 0;
  }
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
      const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
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

// Products of small matrices in row-major buffers.

/** A B for square matrices of d x d. */
export function multiply(
  A: Float64Array,
  B: Float64Array,
  d: number,
  out: Float64Array = new Float64Array(d * d),
): Float64Array {
  return product(A, B, d, d, d, out);
}

/** A B with A n x k and B k x m. */
export function product(
  A: ArrayLike<number>,
  B: ArrayLike<number>,
  n: number,
  k: number,
  m: number,
  out: Float64Array = new Float64Array(n * m),
): Float64Array {
  // Row by row of B: reading down its columns takes five times as long where they are many.
  out.fill(0, 0, n * m);
  for (let i = 0; i < n; i++) {
    for (let t = 0; t < k; t++) {
      const factor = A[i * k + t];
      for (let j = 0, to = i * m, from = t * m; j < m; j++, to++, from++) out[to] += factor * B[from];
    }
  }
  return out;
}

/** A^T of an n x m matrix. */
export function transposed(A: ArrayLike<number>, n: number, m: number): Float64Array {
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) out[j * n + i] = A[i * m + j];
  return out;
}

/** F F^T of an n x m matrix, exactly symmetric. */
export function gram(F: Float64Array, n: number, m: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let total = 0;
      for (let k = 0; k < m; k++) total += F[i * m + k] * F[j * m + k];
      out[i * n + j] = out[j * n + i] = total;
    }
  }
  return out;
}

/** tr A. */
export function trace(A: Float64Array, d: number): number {
  let total = 0;
  for (let k = 0; k < d; k++) total += A[k * d + k];
  return total;
}

/** b + A (x - origin) for each row x of `points` (n x k), with A r x k. */
export function affine(
  A: Float64Array,
  b: Float64Array,
  origin: Float64Array,
  points: ArrayLike<number>,
  n: number,
): Float64Array {
  const r = b.length;
  const k = origin.length;
  const out = new Float64Array(n * r);
  for (let i = 0; i < n; i++) {
    for (let row = 0; row < r; row++) {
      let total = b[row];
      for (let t = 0; t < k; t++) total += A[row * k + t] * (points[i * k + t] - origin[t]);
      out[i * r + row] = total;
    }
  }
  return out;
}

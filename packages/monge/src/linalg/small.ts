// Products of small square matrices: d x d row-major buffers.

/** A B. */
export function multiply(
  A: Float64Array,
  B: Float64Array,
  d: number,
  out: Float64Array = new Float64Array(d * d),
): Float64Array {
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      let total = 0;
      for (let k = 0; k < d; k++) total += A[i * d + k] * B[k * d + j];
      out[i * d + j] = total;
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

/** tr A B of symmetric matrices: the sum of the products of their entries. */
export function inner(A: Float64Array, B: Float64Array): number {
  let total = 0;
  for (let k = 0; k < A.length; k++) total += A[k] * B[k];
  return total;
}

/** A x for each row x of `points` (n x d), shifted by b. */
export function affine(
  A: Float64Array,
  b: Float64Array,
  points: ArrayLike<number>,
  n: number,
  d: number,
): Float64Array {
  const out = new Float64Array(n * d);
  for (let i = 0; i < n; i++) {
    for (let r = 0; r < d; r++) {
      let total = b[r];
      for (let k = 0; k < d; k++) total += A[r * d + k] * points[i * d + k];
      out[i * d + r] = total;
    }
  }
  return out;
}

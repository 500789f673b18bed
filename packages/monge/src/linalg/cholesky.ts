// Symmetric positive definite systems: A = L L^T, then two triangular solves. Golub and Van Loan, "Matrix Computations", 4.2.

/** Replaces the lower triangle of `A` (n x n) by L. False, with A half-done, where A is not positive definite to working precision. */
export function factorPositive(A: Float64Array, n: number): boolean {
  const least = 1e-15 * largestDiagonal(A, n);
  return factor(A, n, (pivot) => (pivot > least ? Math.sqrt(pivot) : Number.NaN));
}

/**
 * The same under a rule for pivots: `root` gives the diagonal entry of L, the square root of the pivot where that is large enough; NaN ends the
 * factorisation with false; at Infinity the unknown is left out of what is solved.
 */
export function factor(A: Float64Array, n: number, root: (pivot: number) => number): boolean {
  for (let i = 0; i < n; i++) {
    const I = i * n;
    for (let j = 0; j <= i; j++) {
      const J = j * n;
      let value = A[I + j];
      for (let p = 0; p < j; p++) value -= A[I + p] * A[J + p];
      A[I + j] = j < i ? value / A[J + j] : root(value);
    }
    if (Number.isNaN(A[I + i])) return false;
  }
  return true;
}

/** The largest diagonal entry of `A` (n x n), 0 if none is positive. */
export function largestDiagonal(A: Float64Array, n: number): number {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, A[i * n + i]);
  return largest;
}

/** Replaces `B` (n x k) by the solution X of L L^T X = B. */
export function solveFactored(L: Float64Array, B: Float64Array, n: number, k = 1): void {
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < i; p++) eliminate(B, i, p, L[i * n + p], k);
    divide(B, i, L[i * n + i], k);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let p = i + 1; p < n; p++) eliminate(B, i, p, L[p * n + i], k);
    divide(B, i, L[i * n + i], k);
  }
}

function eliminate(B: Float64Array, i: number, p: number, factor: number, k: number): void {
  for (let c = 0; c < k; c++) B[i * k + c] -= factor * B[p * k + c];
}

function divide(B: Float64Array, i: number, divisor: number, k: number): void {
  for (let c = 0; c < k; c++) B[i * k + c] /= divisor;
}

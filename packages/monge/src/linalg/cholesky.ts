// Symmetric positive definite systems: A = L L^T, then two triangular solves. Golub and Van Loan, "Matrix Computations", 4.2.

/** Replaces the lower triangle of `A` (n x n) by L. False, with A half-done, where A is not positive definite to working precision. */
export function factorPositive(A: Float64Array, n: number): boolean {
  let largest = 0;
  for (let i = 0; i < n; i++) largest = Math.max(largest, A[i * n + i]);
  for (let j = 0; j < n; j++) {
    const J = j * n;
    let pivot = A[J + j];
    for (let p = 0; p < j; p++) pivot -= A[J + p] * A[J + p];
    if (!(pivot > 1e-15 * largest)) return false;
    const root = Math.sqrt(pivot);
    A[J + j] = root;
    for (let i = j + 1; i < n; i++) {
      const I = i * n;
      let value = A[I + j];
      for (let p = 0; p < j; p++) value -= A[I + p] * A[J + p];
      A[I + j] = value / root;
    }
  }
  return true;
}

/** Replaces `B` (n x k) by the solution X of L L^T X = B. */
export function solveFactored(L: Float64Array, B: Float64Array, n: number, k: number): void {
  for (let i = 0; i < n; i++) {
    for (let p = 0; p < i; p++) eliminate(B, i, p, L[i * n + p], k);
    scale(B, i, 1 / L[i * n + i], k);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let p = i + 1; p < n; p++) eliminate(B, i, p, L[p * n + i], k);
    scale(B, i, 1 / L[i * n + i], k);
  }
}

function eliminate(B: Float64Array, i: number, p: number, factor: number, k: number): void {
  for (let c = 0; c < k; c++) B[i * k + c] -= factor * B[p * k + c];
}

function scale(B: Float64Array, i: number, factor: number, k: number): void {
  for (let c = 0; c < k; c++) B[i * k + c] *= factor;
}

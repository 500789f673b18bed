// Singular values of a small matrix: K = P diag(sigma) Q^T, by one-sided Jacobi rotations. Hestenes (1958).
import { transposed } from "../linalg/small.ts";

/** Columns of P (rows x rank) and Q (cols x rank), row-major, with rank = min(rows, cols); sigma descends. */
export interface Singular {
  readonly P: Float64Array;
  readonly Q: Float64Array;
  readonly sigma: Float64Array;
}

const sweeps = 60;

/** Decomposes a rows x cols matrix, row-major. */
export function singular(K: Float64Array, rows: number, cols: number): Singular {
  if (rows < cols) {
    const { P, Q, sigma } = singular(transposed(K, rows, cols), cols, rows);
    return { P: Q, Q: P, sigma };
  }
  const W = K.slice();
  const V = new Float64Array(cols * cols);
  for (let k = 0; k < cols; k++) V[k * cols + k] = 1;
  for (let sweep = 0, rotated = true; rotated && sweep < sweeps; sweep++) {
    rotated = false;
    for (let p = 0; p < cols; p++) {
      for (let q = p + 1; q < cols; q++) {
        let alpha = 0;
        let beta = 0;
        let gamma = 0;
        for (let i = 0; i < rows; i++) {
          alpha += W[i * cols + p] ** 2;
          beta += W[i * cols + q] ** 2;
          gamma += W[i * cols + p] * W[i * cols + q];
        }
        if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta) || gamma === 0) continue;
        rotated = true;
        const zeta = (beta - alpha) / (2 * gamma);
        const t = (zeta >= 0 ? 1 : -1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        rotate(W, rows, cols, p, q, c, c * t);
        rotate(V, cols, cols, p, q, c, c * t);
      }
    }
  }
  const norms = Float64Array.from({ length: cols }, (_, k) => {
    let total = 0;
    for (let i = 0; i < rows; i++) total += W[i * cols + k] ** 2;
    return Math.sqrt(total);
  });
  const order = [...norms.keys()].sort((k, l) => norms[l] - norms[k]);
  const P = new Float64Array(rows * cols);
  const Q = new Float64Array(cols * cols);
  order.forEach((from, to) => {
    const scale = norms[from] > 0 ? 1 / norms[from] : 0;
    for (let i = 0; i < rows; i++) P[i * cols + to] = W[i * cols + from] * scale;
    for (let k = 0; k < cols; k++) Q[k * cols + to] = V[k * cols + from];
  });
  return { P, Q, sigma: Float64Array.from(order, (k) => norms[k]) };
}

function rotate(W: Float64Array, rows: number, cols: number, p: number, q: number, c: number, s: number): void {
  for (let i = 0; i < rows; i++) {
    const one = W[i * cols + p];
    const other = W[i * cols + q];
    W[i * cols + p] = c * one - s * other;
    W[i * cols + q] = s * one + c * other;
  }
}

// A subspace on which a symmetric matrix has given eigenvalues: orthonormal rows V with V diag(lambda) V^T = diag(rho).
// They exist exactly if lambda_(i + m - n) <= rho_i <= lambda_i (Fan, Pall 1957). One dimension is taken away at a time; the normal u of
// what is left has u_j^2 = prod_i (lambda_j - mu_i) / prod_(i != j) (lambda_j - lambda_i), the equation of Gu, Eisenstat (1994).
import { product } from "./small.ts";

/** V, n x m, for descending `lambda` (m) and `rho` (n) that interlace. */
export function compression(lambda: Float64Array, rho: Float64Array): Float64Array {
  const n = rho.length;
  const m = lambda.length;
  let V: Float64Array = new Float64Array(m * m);
  for (let k = 0; k < m; k++) V[k * (m + 1)] = 1;
  let present: Float64Array = lambda;
  for (let r = m - 1; r >= n; r--) {
    // The largest that may come next, for the others, and already the wanted one where that is larger.
    const next = Float64Array.from({ length: r }, (_, i) =>
      i < n ? Math.max(present[i + 1], rho[i]) : present[i + 1],
    );
    V = product(hyperplane(present, next), V, r, r + 1, m);
    present = next;
  }
  return V;
}

/** W, r x (r + 1), with W diag(lambda) W^T = diag(mu) for interlacing lambda_i >= mu_i >= lambda_(i + 1). */
function hyperplane(lambda: Float64Array, mu: Float64Array): Float64Array {
  const r = mu.length;
  const W = new Float64Array(r * (r + 1));
  const used = new Uint8Array(r + 1);
  const open: number[] = [];
  // Where both agree the axis itself will do.
  for (let i = 0; i < r; i++) {
    const same = used[i] === 0 && lambda[i] === mu[i] ? i : lambda[i + 1] === mu[i] ? i + 1 : -1;
    if (same < 0) open.push(i);
    else {
      used[same] = 1;
      W[i * (r + 1) + same] = 1;
    }
  }
  const left = Array.from(lambda.keys()).filter((j) => used[j] === 0);
  const u = left.map((j) => {
    let square = 1;
    const others = left.filter((k) => k !== j);
    open.forEach((i, t) => {
      square *= (lambda[j] - mu[i]) / (lambda[j] - lambda[others[t]]);
    });
    return Math.sqrt(Math.abs(square));
  });
  for (const i of open) {
    const entries = left.map((j, t) => u[t] / (lambda[j] - mu[i]));
    const length = Math.sqrt(entries.reduce((total, value) => total + value * value, 0));
    left.forEach((j, t) => {
      W[i * (r + 1) + j] = entries[t] / length;
    });
  }
  return W;
}

// The best weights of given plans: min <c, w> + 1/2 <w, H w> over w >= 0 with sum w = 1, by an active set.
// Simplicial decomposition (von Hohenbalken 1977) asks for it after each new plan.
import { factor, largestDiagonal, solveFactored } from "../linalg/cholesky.ts";

/** Improves the feasible weights `w` to the optimum over the given plans; those with weight 0 take part only if named by `entering`. */
export function reweigh(H: readonly Float64Array[], c: Float64Array, w: Float64Array, entering: number): void {
  let support = Array.from(w.keys()).filter((k) => w[k] > 0 || k === entering);
  // Each round drops a plan or ends.
  for (let round = w.length; round >= 0 && support.length > 1; round--) {
    const p = direction(H, c, w, support);
    let t = 1;
    let out = -1;
    for (let s = 0; s < support.length; s++) {
      const weight = w[support[s]];
      if (p[s] < 0 && weight < -t * p[s]) {
        t = weight / -p[s];
        out = s;
      }
    }
    for (let s = 0; s < support.length; s++) w[support[s]] = Math.max(0, w[support[s]] + t * p[s]);
    if (out < 0) break;
    w[support[out]] = 0;
    support = support.filter((k) => w[k] > 0);
  }
  let total = 0;
  for (const value of w) total += value;
  for (let k = 0; k < w.length; k++) w[k] /= total;
}

/** The minimiser of the quadratic function over the support, its weights free but for their sum, less the present weights. */
function direction(H: readonly Float64Array[], c: Float64Array, w: Float64Array, support: number[]): Float64Array {
  const size = support.length;
  const M = new Float64Array(size * size);
  const slope = new Float64Array(size);
  let trace = 0;
  for (const k of support) trace += H[k][k];
  const unit = trace > 0 ? trace / size : 1;
  for (let s = 0; s < size; s++) {
    const row = H[support[s]];
    let total = c[support[s]];
    for (let r = 0; r < size; r++) {
      total += row[support[r]] * w[support[r]];
      // The sum of a direction is 0, so the constant changes nothing but the condition.
      M[s * size + r] = row[support[r]] + unit;
    }
    slope[s] = -total;
    // Plans with the same features are told apart by their cost alone.
    M[s * size + s] += 1e-13 * unit;
  }
  // A pivot lost to rounding becomes that of a unit of rounding.
  const least = 1e-14 * largestDiagonal(M, size);
  factor(M, size, (pivot) => Math.sqrt(Math.max(pivot, least)));
  const ones = new Float64Array(size).fill(1);
  // The mean slope is a multiplier: taking it out beforehand spares digits.
  const mean = slope.reduce((all, value) => all + value, 0) / size;
  for (let s = 0; s < size; s++) slope[s] -= mean;
  solveFactored(M, slope, size);
  solveFactored(M, ones, size);
  const shift = slope.reduce((all, value) => all + value, 0) / ones.reduce((all, value) => all + value, 0);
  return slope.map((value, s) => value - shift * ones[s]);
}

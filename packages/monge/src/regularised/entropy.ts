// The entropy eps KL(P | a (x) b / mass) of a dense plan and its gradient eps log(P mass / (a b)), with logarithms by the kernel.
import { log2All } from "../entropic/operators/exponentials.ts";

/** Below this an entry counts as 0: the kernel takes logarithms of normal numbers. */
const nothing = 1e-300;

/** Natural logarithms of P_ij mass / (a_i b_j) into `out`; 0 where P_ij is 0. */
export function logDensity(P: Float64Array, a: Float64Array, b: Float64Array, mass: number, out: Float64Array): void {
  const m = b.length;
  const row = new Float64Array(m);
  for (let i = 0; i < a.length; i++) {
    const share = a[i] / mass;
    for (let j = 0; j < m; j++) {
      const density = P[i * m + j] > 0 ? P[i * m + j] / share / b[j] : 1;
      row[j] = density > nothing ? density : 1;
    }
    log2All(row);
    for (let j = 0; j < m; j++) out[i * m + j] = row[j] * Math.LN2;
  }
}

/** sum P log(P mass / (a b)): KL for a plan whose mass is that of a and b. */
export function entropyOf(P: Float64Array, logs: Float64Array): number {
  let total = 0;
  for (let k = 0; k < P.length; k++) total += P[k] * logs[k];
  return total;
}

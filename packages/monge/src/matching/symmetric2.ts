// Symmetric 2 x 2 matrices as three numbers: functions of them, congruences.
import { eigen, spectral } from "../linalg/eigen.ts";
import { multiply } from "../linalg/small.ts";

/** xx, xy, yy. */
export type Symmetric2 = readonly [xx: number, xy: number, yy: number];

/** f(S), by the eigenvalues. */
export function apply2([xx, xy, yy]: Symmetric2, f: (eigenvalue: number) => number): Symmetric2 {
  const out = spectral(eigen(Float64Array.of(xx, xy, xy, yy), 2), f);
  return [out[0], out[1], out[3]];
}

/** M S M. */
export function congruence2([a, b, c]: Symmetric2, [xx, xy, yy]: Symmetric2): Symmetric2 {
  const M = Float64Array.of(a, b, b, c);
  const out = multiply(multiply(M, Float64Array.of(xx, xy, xy, yy), 2), M, 2);
  return [out[0], (out[1] + out[2]) / 2, out[3]];
}

// The fidelity tr (A^1/2 B A^1/2)^1/2 of two positive semi-definite matrices, and how far apart they are in the Bures metric.
// Uhlmann (1976); it is the sum of the singular values of A^1/2 B^1/2, and max <A^1/2, B^1/2 Q> over rotations Q.
import { squareRoot } from "./eigen.ts";
import { singular } from "./singular.ts";
import { multiply } from "./small.ts";

/**
 * min over rotations Q of |A^1/2 - B^1/2 Q|^2 = tr A + tr B - 2 tr (A^1/2 B A^1/2)^1/2, from the two roots. Computed as the sum of
 * squares that it is, so that close matrices keep the precision which the difference of traces would lose.
 */
export function squaredBures(rootA: Float64Array, rootB: Float64Array, d: number): number {
  const { left, right } = singular(multiply(rootB, rootA, d), d);
  let total = 0;
  for (let k = 0; k < d; k++) {
    for (let i = 0; i < d; i++) {
      let gap = 0;
      for (let j = 0; j < d; j++) gap += rootA[i * d + j] * right[k * d + j] - rootB[i * d + j] * left[k * d + j];
      total += gap * gap;
    }
  }
  return total;
}

/** tr (A^1/2 B A^1/2)^1/2. */
export function fidelity(A: Float64Array, B: Float64Array, d: number): number {
  const { values } = singular(multiply(squareRoot(A, d), squareRoot(B, d), d), d);
  return values.reduce((total, value) => total + value, 0);
}

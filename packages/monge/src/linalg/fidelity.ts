// How two positive semi-definite matrices are coupled best: A = F F^T, B = G G^T with tr F^T G as large as can be.
// That largest value is the fidelity tr (A^1/2 B A^1/2)^1/2, the sum of the singular values of B^1/2 A^1/2. Uhlmann (1976).
import { singular } from "./singular.ts";
import { multiply, transposed } from "./small.ts";

/** The best coupling of N(0, A) and N(0, B): x = F z and y = G z with z standard normal, d x d each. */
export interface Coupling {
  readonly F: Float64Array;
  readonly G: Float64Array;
  /** Singular values of B^1/2 A^1/2, in the order of the columns of F and G. */
  readonly values: Float64Array;
  /** Rotations V and U with F = A^1/2 V, G = B^1/2 U, as rows v_k and u_k. */
  readonly right: Float64Array;
  readonly left: Float64Array;
}

/** The best coupling, from factors with A = P P^T and B = R R^T (roots, or any others). */
export function couple(P: Float64Array, R: Float64Array, d: number): Coupling {
  const { values, left, right } = singular(multiply(transposed(R, d, d), P, d), d);
  return { F: multiply(P, transposed(right, d, d), d), G: multiply(R, transposed(left, d, d), d), values, left, right };
}

/**
 * |F - G|^2 = tr A + tr B - 2 tr (A^1/2 B A^1/2)^1/2 from factors of both, as the sum of squares that it is: close matrices keep the
 * digits which the difference of traces would lose.
 */
export function squaredBures(P: Float64Array, R: Float64Array, d: number): number {
  const { F, G } = couple(P, R, d);
  let total = 0;
  for (let k = 0; k < F.length; k++) total += (F[k] - G[k]) ** 2;
  return total;
}

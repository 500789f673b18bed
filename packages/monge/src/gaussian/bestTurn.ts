// The partial isometry Q that maximises <M, Q>, the polar factor of a rectangular matrix, and that maximum, the sum of the singular values.
import { singular } from "../linalg/singular.ts";

/** Q, n x m like M, and <M, Q>. */
export function bestTurn(
  M: Float64Array,
  n: number,
  m: number,
): { readonly turn: Float64Array; readonly norm: number } {
  const side = Math.max(n, m);
  // Square, with zeros around it.
  const padded = new Float64Array(side * side);
  for (let i = 0; i < n; i++) padded.set(M.subarray(i * m, (i + 1) * m), i * side);
  const { values, left, right } = singular(padded, side);
  const turn = new Float64Array(n * m);
  let norm = 0;
  values.forEach((value, t) => {
    norm += value;
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) turn[i * m + j] += left[t * side + i] * right[t * side + j];
  });
  return { turn, norm };
}

// The squared Bures distance between 2 x 2 covariances: tr S + tr T - 2 tr (S^1/2 T S^1/2)^1/2.
// The last trace is the square root of tr ST + 2 sqrt(det S det T): no matrix root is needed (Dowson, Landau 1982).

/** Of S at S[s ..] and T at T[t ..], three numbers each: xx, xy, yy. */
export function buresSquared2(S: Float64Array, s: number, T: Float64Array, t: number): number {
  const [a, b, c] = [S[s], S[s + 1], S[s + 2]];
  const [d, e, f] = [T[t], T[t + 1], T[t + 2]];
  const dets = Math.max(0, a * c - b * b) * Math.max(0, d * f - e * e);
  const cross = a * d + 2 * b * e + c * f + 2 * Math.sqrt(dets);
  return Math.max(0, a + c + d + f - 2 * Math.sqrt(Math.max(0, cross)));
}

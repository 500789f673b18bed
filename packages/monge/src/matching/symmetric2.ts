// Symmetric 2 x 2 matrices [[xx, xy], [xy, yy]] by closed forms: eigenvalues, functions, congruences.

/** Three numbers: xx, xy, yy. */
export type Symmetric2 = readonly [xx: number, xy: number, yy: number];

/** The eigenvalues, larger first. */
export function eigenvalues2([xx, xy, yy]: Symmetric2): [number, number] {
  const mean = (xx + yy) / 2;
  const half = Math.hypot((xx - yy) / 2, xy);
  const large = mean + half;
  // The smaller one by the determinant, which keeps its digits.
  return [large, large > 0 ? (xx * yy - xy * xy) / large : mean - half];
}

/** f(S) for a function of the eigenvalues. */
export function apply2(S: Symmetric2, f: (eigenvalue: number) => number): [number, number, number] {
  const [xx, xy, yy] = S;
  const half = Math.hypot((xx - yy) / 2, xy);
  const [l1, l2] = eigenvalues2(S);
  const [f1, f2] = [f(l1), f(l2)];
  const mean = (f1 + f2) / 2;
  if (half === 0) return [mean, 0, mean];
  const slope = (f1 - f2) / (2 * half);
  const d = ((xx - yy) / 2) * slope;
  return [mean + d, xy * slope, mean - d];
}

/** M S M for symmetric M. */
export function congruence2([a, b, c]: Symmetric2, [xx, xy, yy]: Symmetric2): [number, number, number] {
  const p = a * xx + b * xy;
  const q = a * xy + b * yy;
  const r = b * xx + c * xy;
  const s = b * xy + c * yy;
  return [p * a + q * b, p * b + q * c, r * b + s * c];
}

// The normal equations of a camera: how the features of the ellipsoids change with its unknowns, against where their partners pull them.
//
// H = sum_i m_i J_i^T W J_i and g = sum_i J_i^T W (s_i - m_i y_i), with J_i by forward differences, m_i the mass of the partners of ellipsoid i and s_i
// that mass times their features; W is wx for positions and wc for shapes.
import { leastMass } from "./project";

/** Most unknowns; rows of H are as long. */
const most: i32 = 8;

const J = memory.data(64, 16);

/**
 * `base` holds the features of n ellipsoids (5 doubles each), `moved` one such block for each of k unknowns, moved by `difference`; `sums` n times 6 doubles
 * (mass, mass times features). H (8 x 8, the lower triangle of k x k is right) and g (8) are overwritten.
 */
export function normalEquations(
  n: i32,
  k: i32,
  base: usize,
  moved: usize,
  sums: usize,
  wx: f64,
  wc: f64,
  difference: f64,
  H: usize,
  g: usize,
): void {
  const block = <usize>n * 40;
  memory.fill(H, 0, most * most * 8);
  memory.fill(g, 0, most * 8);
  memory.fill(J, 0, most * 8);
  for (let i = 0; i < n; i++, base += 40, moved += 40, sums += 48) {
    const mass = load<f64>(sums);
    if (mass < leastMass || load<f64>(base, 16) < -1e8) continue;
    for (let c: usize = 0; c < 40; c += 8) {
      const weight = c < 16 ? wx : wc;
      const now = load<f64>(base + c);
      const pull = weight * (load<f64>(sums + c, 8) - mass * now);
      const heavy = weight * mass;
      let from = moved + c;
      for (let p = 0; p < k; p++, from += block) {
        store<f64>(J + (<usize>p << 3), (load<f64>(from) - now) / difference);
      }
      let row = H;
      for (let p = 0; p < k; p++, row += most * 8) {
        const slope = load<f64>(J + (<usize>p << 3));
        const at = g + (<usize>p << 3);
        store<f64>(at, load<f64>(at) + pull * slope);
        const scaled = f64x2.splat(heavy * slope);
        // Two columns at once, up to the diagonal.
        for (let q: usize = 0; q <= <usize>p << 3; q += 16) {
          v128.store(row + q, f64x2.add(v128.load(row + q), f64x2.mul(scaled, v128.load(J + q))));
        }
      }
    }
  }
}

// Potentials of a partial plan on the line, in one pass: differences along the cells of the plan are boxed by their neighbours,
// because |x - y|^p of sorted atoms is a Monge array (Hoffman 1963), and by the nearest atoms that have mass left.
import { power } from "../exact/line/staircase.ts";
import type { MergedLine } from "./lineOrderings.ts";

/** Far below one quantum, above the rounding of fractions of 1. */
const rounding = 4e-16;

/** The cells of a monotone plan between sorted atoms, in order. */
export interface LineCells {
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly mass: Float64Array;
}

/** The monotone plan with the given marginals over sorted atoms: whole numbers, or fractions of 1. */
export function monotoneCells(r: Float64Array, s: Float64Array): LineCells {
  const i: number[] = [];
  const j: number[] = [];
  const mass: number[] = [];
  let row = 0;
  let column = 0;
  let x = r[0];
  let y = s[0];
  while (row < r.length && column < s.length) {
    const amount = Math.min(x, y);
    x -= amount;
    y -= amount;
    if (amount > 0) {
      i.push(row);
      j.push(column);
      mass.push(amount);
    }
    // 1 - (1 - f) differs from f by rounding: that is no cell.
    if (x < rounding) x = r[++row];
    if (y < rounding) y = s[++column];
  }
  return { i: Int32Array.from(i), j: Int32Array.from(j), mass: Float64Array.from(mass) };
}

/**
 * f, g <= 0 over sorted atoms with f_i + g_j + lambda <= |x_i - y_j|^p, equal on the cells, 0 where mass is left (`freeX`, `freeY`).
 * `lambda` must be a slope of the cost at this mass.
 */
export function lineDuals(
  { n, m, p, xs, ys, position, side, rank }: MergedLine,
  { i, j }: LineCells,
  freeX: Uint8Array,
  freeY: Uint8Array,
  lambda: number,
): { f: Float64Array; g: Float64Array } {
  const cells = i.length;
  const cost = (row: number, column: number): number => power(Math.abs(xs[row] - ys[column]), p);
  // Largest f and g that the atoms with mass left allow, found from the nearest of them on either side.
  const f = new Float64Array(n);
  const g = new Float64Array(m);
  const nearest = (t: number, free: number): void => {
    const other = side[t] === 1 ? ys[rank[free]] : xs[rank[free]];
    const bound = power(Math.abs(position[t] - other), p) - lambda;
    if (side[t] === 1) f[rank[t]] = Math.min(f[rank[t]], bound);
    else g[rank[t]] = Math.min(g[rank[t]], bound);
  };
  const sweep = (from: number, to: number, step: number): void => {
    let lastX = -1;
    let lastY = -1;
    for (let t = from; t !== to; t += step) {
      if (side[t] === 1 && freeX[rank[t]] === 1) lastX = t;
      if (side[t] === 0 && freeY[rank[t]] === 1) lastY = t;
      const other = side[t] === 1 ? lastY : lastX;
      if (other >= 0) nearest(t, other);
    }
  };
  sweep(0, n + m, 1);
  sweep(n + m - 1, -1, -1);
  // Along the cells: the greatest f below these bounds whose differences the neighbouring cells allow.
  const u = new Float64Array(cells);
  for (let q = 0; q < cells; q++) u[q] = f[i[q]];
  for (let q = 1; q < cells; q++) {
    u[q] = Math.min(u[q], u[q - 1] + cost(i[q], j[q - 1]) - cost(i[q - 1], j[q - 1]));
  }
  for (let q = cells - 2; q >= 0; q--) {
    u[q] = Math.min(u[q], u[q + 1] - (cost(i[q + 1], j[q + 1]) - cost(i[q], j[q + 1])));
  }
  for (let q = 0; q < cells; q++) {
    f[i[q]] = u[q];
    g[j[q]] = Math.min(g[j[q]], cost(i[q], j[q]) - lambda - u[q]);
  }
  return { f, g };
}

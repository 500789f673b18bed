// What is done to potentials whatever solver they come from.
import { blockRows } from "../cost/base.ts";
import type { Cost } from "../cost/cost.ts";
import { dot, sum } from "../linalg/sum.ts";
import type { Potentials } from "./options.ts";

/** Adds a constant to f and takes it from g so that either side carries half of the dual value <f, a> + <g, b>. */
export function centrePotentials({ f, g }: Potentials, a: Float64Array, b: Float64Array): Potentials {
  const mass = sum(a);
  if (mass === 0) return { f, g };
  // Masses as shares, so that neither a mass of 1e300 nor one of 1e-300 spoils the products.
  const left = sum(f.map((value, i) => value * (a[i] / mass)));
  const right = sum(g.map((value, j) => value * (b[j] / mass)));
  const shift = (right - left) / 2;
  return { f: f.map((value) => value + shift), g: g.map((value) => value - shift) };
}

/** Replaces potentials that are NaN, still to be found, by c-transforms, rows first: the largest that keep f_i + g_j <= C_ij. In place. */
export function completePotentials(cost: Cost, { f, g }: Potentials): void {
  const [n, m] = cost.shape;
  const least = new Float64Array(m).fill(Infinity);
  const step = blockRows(m);
  const block = new Float64Array(step * m);
  for (let begin = 0; begin < n; begin += step) {
    const end = Math.min(n, begin + step);
    cost.block(begin, end, block);
    for (let i = begin; i < end; i++) {
      const at = (i - begin) * m;
      // NaN loses every comparison.
      if (Number.isNaN(f[i])) {
        let smallest = Infinity;
        for (let j = 0; j < m; j++) if (block[at + j] - g[j] < smallest) smallest = block[at + j] - g[j];
        f[i] = smallest < Infinity ? smallest : 0;
      }
      for (let j = 0; j < m; j++) if (block[at + j] - f[i] < least[j]) least[j] = block[at + j] - f[i];
    }
  }
  for (let j = 0; j < m; j++) if (Number.isNaN(g[j])) g[j] = least[j] < Infinity ? least[j] : 0;
}

/** sum mass |potential|: the size of what a potential adds to a dual value. */
export function magnitude(potential: Float64Array, mass: Float64Array): number {
  return dot(potential.map(Math.abs), mass);
}

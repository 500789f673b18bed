// A plan that computes its rows when asked: no n x m memory.
import { checkVector, derivePlan } from "./derive.ts";
import type { Plan, PlanEntry } from "./plan.ts";

/**
 * A plan from a function that writes row i (m masses) into `out`.
 * Every method sweeps the rows it needs; nothing is kept.
 */
export function lazyPlan(
  shape: readonly [n: number, m: number],
  fillRow: (i: number, out: Float64Array) => void,
): Plan {
  const [n, m] = shape;
  const row = (i: number): Float64Array => {
    const out = new Float64Array(m);
    fillRow(i, out);
    return out;
  };
  return derivePlan({
    kind: "lazy",
    shape,
    at: (i, j) => row(i)[j],
    *rows() {
      const masses = new Float64Array(m);
      for (let i = 0; i < n; i++) {
        fillRow(i, masses);
        yield masses;
      }
    },
    marginal: (axis) => sweep(axis === 0 ? null : new Float64Array(n).fill(1), axis),
    apply(v, axis = 0) {
      checkVector(shape, v, axis);
      return sweep(v, axis);
    },
    *entries(minMass = 0): IterableIterator<PlanEntry> {
      for (let i = 0; i < n; i++) {
        const masses = row(i);
        for (let j = 0; j < m; j++) if (Math.abs(masses[j]) > minMass) yield [i, j, masses[j]];
      }
    },
  });

  /** P v or P^T v; null stands for a vector of ones. */
  function sweep(v: ArrayLike<number> | null, axis: 0 | 1): Float64Array {
    const out = new Float64Array(axis === 0 ? n : m);
    const masses = new Float64Array(m);
    for (let i = 0; i < n; i++) {
      fillRow(i, masses);
      if (axis === 0) {
        let total = 0;
        for (let j = 0; j < m; j++) total += masses[j] * (v === null ? 1 : v[j]);
        out[i] = total;
      } else {
        const scale = v === null ? 1 : v[i];
        for (let j = 0; j < m; j++) out[j] += masses[j] * scale;
      }
    }
    return out;
  }
}

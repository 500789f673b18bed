// Anderson's acceleration of a fixed-point iteration x -> T(x): the combination of the last points whose residuals T(x) - x cancel best.
//
// x+ = T(x_k) - sum_l gamma_l (T(x_l+1) - T(x_l)), gamma the least-squares solution of sum_l gamma_l (r_l+1 - r_l) = r_k.
// Anderson (1965); Walker, Ni, "Anderson acceleration for fixed-point iterations" (2011).
import { difference } from "../linalg/sum.ts";

/** Remembers points and combines them. */
export interface Mixing {
  /** Takes x and T(x), and returns the next point. */
  next(x: Float64Array, mapped: Float64Array): Float64Array;
  forget(): void;
}

/** A step of the iteration: the change of residual and of image, and its products with the steps before it, oldest first. */
interface Step {
  readonly residual: Float64Array;
  readonly image: Float64Array;
  readonly products: readonly number[];
}

/** A squared relative pivot below which a step is a combination of newer ones. */
const dependent = 1e-12;

/** Least squares are weighed by `weights`; `depth` steps are remembered. */
export function startMixing(weights: Float64Array, depth: number): Mixing {
  const n = weights.length;
  let steps: Step[] = [];
  let before: { residual: Float64Array; image: Float64Array } | undefined;
  const inner = (x: Float64Array, y: Float64Array): number => {
    let total = 0;
    for (let k = 0; k < n; k++) total += weights[k] * x[k] * y[k];
    return total;
  };
  return {
    next(x, mapped) {
      const residual = difference(mapped, x);
      if (before !== undefined) {
        if (steps.length === depth) {
          steps = steps.slice(1).map((step) => ({ ...step, products: step.products.slice(1) }));
        }
        const change = difference(residual, before.residual);
        const products = steps.map((step) => inner(step.residual, change));
        products.push(inner(change, change));
        steps.push({ residual: change, image: difference(mapped, before.image), products });
      }
      before = { residual, image: mapped };
      const count = steps.length;
      const gamma = solve(
        count,
        (s, t) => steps[count - 1 - Math.min(s, t)].products[count - 1 - Math.max(s, t)],
        (s) => inner(steps[count - 1 - s].residual, residual),
      );
      const out = mapped.slice();
      for (let s = 0; s < count; s++) {
        const factor = gamma[s];
        const { image } = steps[count - 1 - s];
        for (let k = 0; k < n; k++) out[k] -= factor * image[k];
      }
      return out;
    },
    forget() {
      steps = [];
      before = undefined;
    },
  };
}

/** The solution of a symmetric positive system by Cholesky; unknowns that depend on those before them are 0. */
function solve(count: number, entry: (s: number, t: number) => number, goal: (s: number) => number): Float64Array {
  const lower: Float64Array[] = [];
  const right: number[] = [];
  const kept: number[] = [];
  for (let s = 0; s < count; s++) {
    const row = new Float64Array(kept.length + 1);
    for (let t = 0; t < kept.length; t++) {
      let value = entry(s, kept[t]);
      for (let k = 0; k < t; k++) value -= row[k] * lower[t][k];
      row[t] = value / lower[t][t];
    }
    let pivot = entry(s, s);
    const size = pivot;
    for (let k = 0; k < kept.length; k++) pivot -= row[k] * row[k];
    if (!(pivot > dependent * size)) continue;
    row[kept.length] = Math.sqrt(pivot);
    let value = goal(s);
    for (let k = 0; k < kept.length; k++) value -= row[k] * right[k];
    right.push(value / row[kept.length]);
    lower.push(row);
    kept.push(s);
  }
  const gamma = new Float64Array(count);
  for (let s = kept.length - 1; s >= 0; s--) {
    let value = right[s];
    for (let t = s + 1; t < kept.length; t++) value -= lower[t][s] * gamma[kept[t]];
    gamma[kept[s]] = value / lower[s][s];
  }
  return gamma;
}

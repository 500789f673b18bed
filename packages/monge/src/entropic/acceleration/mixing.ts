// Anderson's acceleration of a fixed-point iteration x -> T(x): the combination of the last points whose residuals T(x) - x cancel best.
//
// x+ = T(x_k) - sum_l gamma_l (T(x_l+1) - T(x_l)), gamma the least-squares solution of sum_l gamma_l (r_l+1 - r_l) = r_k.
// Anderson (1965); Walker, Ni, "Anderson acceleration for fixed-point iterations" (2011).
import { difference } from "../../linalg/sum.ts";

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
  const weighted = new Float64Array(n);
  const weigh = (x: Float64Array): void => {
    for (let k = 0; k < n; k++) weighted[k] = weights[k] * x[k];
  };
  return {
    next(x, mapped) {
      const residual = difference(mapped, x);
      if (before !== undefined) {
        if (steps.length === depth) {
          steps = steps.slice(1).map((step) => ({ ...step, products: step.products.slice(1) }));
        }
        const change = difference(residual, before.residual);
        weigh(change);
        const products = steps.map((step) => inner(step.residual, weighted));
        products.push(inner(change, weighted));
        steps.push({ residual: change, image: difference(mapped, before.image), products });
      }
      before = { residual, image: mapped };
      const count = steps.length;
      weigh(residual);
      const gamma = solve(
        count,
        (s, t) => steps[count - 1 - Math.min(s, t)].products[count - 1 - Math.max(s, t)],
        (s) => inner(steps[count - 1 - s].residual, weighted),
      );
      const out = mapped.slice();
      let s = 0;
      for (; s + 1 < count; s += 2) {
        const [factor, other] = [gamma[s], gamma[s + 1]];
        const { image } = steps[count - 1 - s];
        const { image: second } = steps[count - 2 - s];
        for (let k = 0; k < n; k++) out[k] = out[k] - factor * image[k] - other * second[k];
      }
      if (s < count) {
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

/** In four sums, which need not wait for each other. */
function inner(x: Float64Array, y: Float64Array): number {
  const end = x.length & ~3;
  let [first, second, third, fourth] = [0, 0, 0, 0];
  for (let k = 0; k < end; k += 4) {
    first += x[k] * y[k];
    second += x[k + 1] * y[k + 1];
    third += x[k + 2] * y[k + 2];
    fourth += x[k + 3] * y[k + 3];
  }
  for (let k = end; k < x.length; k++) first += x[k] * y[k];
  return first + second + (third + fourth);
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

// The problem between two small clouds that the tests of regularised transport share: 24 sources in three classes, 30 targets; its regularisers.
import { cost, type RegularisedOptions, type Regulariser, random } from "../../src/index.ts";

export function cloud(n: number, seed: number, shift = 0): number[][] {
  const rng = random(seed);
  return Array.from({ length: n }, () => [rng.normal() + shift, rng.normal()]);
}
export function masses(n: number, seed: number): Float64Array {
  const rng = random(seed);
  const weights = Float64Array.from({ length: n }, () => rng.uniform() + 0.1);
  const total = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / total);
}
export const [n, m] = [24, 30];
export const x = cloud(n, 1);
export const y = cloud(m, 2, 0.5);
export const a = masses(n, 3);
export const b = masses(m, 4);
export const C = cost.points(x, y).block(0, n);
export const matrix = { data: C, rows: n, cols: m };
export const labels = x.map(([first]) => (first > 0.4 ? "right" : first < -0.4 ? "left" : "middle"));

/** sum P^4, by functions. */
const fourth = (strength: number): Regulariser => ({
  value: ({ data }) => strength * data.reduce((all, p) => all + p ** 4, 0),
  gradient({ data }, out) {
    for (let k = 0; k < out.length; k++) out[k] = 4 * strength * data[k] ** 3;
  },
});

export const regularisers: Record<string, RegularisedOptions> = {
  L2: { regulariser: { kind: "L2", strength: 2 } },
  "L2 by conditional gradients": {
    regulariser: { kind: "L2", strength: 2 },
    method: "conditionalGradient",
    tolerance: 1e-8,
  },
  "L2 with entropy": { regulariser: { kind: "L2", strength: 2 }, epsilon: 0.2 },
  "group lasso": { regulariser: { kind: "groupLasso", strength: 0.5, labels } },
  "group lasso with squares": { regulariser: { kind: "groupLasso", strength: 0.5, labels, squares: 3 } },
  "group lasso with entropy": { regulariser: { kind: "groupLasso", strength: 0.5, labels }, epsilon: 0.2 },
  Laplacian: { regulariser: { kind: "laplacian", strength: 3, source: x, target: y } },
  "Laplacian with entropy": { regulariser: { kind: "laplacian", strength: 3, source: x, target: y }, epsilon: 0.2 },
  custom: { regulariser: fourth(1000) },
};

/** What a call throws. */
export function failure(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("it did not throw");
}

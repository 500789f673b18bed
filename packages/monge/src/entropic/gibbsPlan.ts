// The plan of entropic potentials, row by row when asked: P_ij = (a_i b_j / mass) exp((f_i + g_j - C_ij) / eps).
import type { Cost } from "../cost/cost.ts";
import { lazyPlan } from "../plan/lazy.ts";
import type { Plan } from "../plan/plan.ts";
import type { Potentials } from "../run/options.ts";
import { exp2All } from "./operators/exponentials.ts";
import { isSeparable } from "./operators/separable.ts";
import { separablePlan } from "./operators/separablePlan.ts";
import { hasNearPairs, nearPlan } from "./truncated/nearPlan.ts";

/** A plan that holds potentials only: n + m numbers. */
export function gibbsPlan(
  cost: Cost,
  a: Float64Array,
  b: Float64Array,
  mass: number,
  { f, g }: Potentials,
  epsilon: number,
): Plan {
  if (hasNearPairs(cost)) return nearPlan({ cost, a, b, mass, potentials: { f, g }, epsilon });
  const fillRow = gibbsRow(cost, a, b, mass, { f, g }, epsilon);
  if (cost.kind !== "grid" || !isSeparable(cost)) return lazyPlan(cost.shape, fillRow);
  const scale = Math.LOG2E / epsilon;
  const [F, G] = [f, g].map((potential) => potential.map((value) => value * scale));
  return separablePlan({ cost, a, b, mass, F, G, epsilon }, fillRow);
}

/** Writes row i of the plan. */
export function gibbsRow(
  cost: Cost,
  a: Float64Array,
  b: Float64Array,
  mass: number,
  { f, g }: Potentials,
  epsilon: number,
): (i: number, out: Float64Array) => void {
  const scale = Math.LOG2E / epsilon;
  const F = f.map((value) => value * scale);
  const G = g.map((value) => value * scale);
  return (i, out) => {
    if (a[i] === 0) {
      out.fill(0);
      return;
    }
    cost.block(i, i + 1, out);
    for (let j = 0; j < out.length; j++) out[j] = F[i] + G[j] - scale * out[j];
    exp2All(out);
    const share = a[i] / mass;
    for (let j = 0; j < out.length; j++) out[j] = b[j] > 0 ? out[j] * b[j] * share : 0;
  };
}

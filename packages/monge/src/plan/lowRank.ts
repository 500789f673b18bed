// A plan in factors: P = Q diag(1 / g) R^T, memory (n + m) r.
import { checkVector, derivePlan } from "./derive.ts";
import type { Plan, PlanEntry } from "./plan.ts";

/** A plan of rank r at most: mass goes from i through one of r hubs to j. */
export interface LowRankPlan extends Plan {
  readonly kind: "lowrank";
  readonly rank: number;
  /** n x r, row-major: mass of i that goes through hub k. */
  readonly Q: Float64Array;
  /** m x r, row-major: mass of j that comes through hub k. */
  readonly R: Float64Array;
  /** Mass that goes through each hub; a hub of 0 is unused. */
  readonly g: Float64Array;
}

/** The plan of these factors, which are not copied. */
export function lowRankPlan(
  shape: readonly [n: number, m: number],
  { Q, R, g }: Pick<LowRankPlan, "Q" | "R" | "g">,
): LowRankPlan {
  const [n, m] = shape;
  const rank = g.length;
  const inverse = g.map((mass) => (mass > 0 ? 1 / mass : 0));
  const at = (i: number, j: number): number => {
    let total = 0;
    for (let k = 0; k < rank; k++) total += Q[i * rank + k] * inverse[k] * R[j * rank + k];
    return total;
  };
  /** outer diag(1 / g) inner^T v, where null stands for ones. */
  const through = (inner: Float64Array, outer: Float64Array, v: ArrayLike<number> | null): Float64Array => {
    const hubs = new Float64Array(rank);
    for (let j = 0, at = 0; at < inner.length; j++) {
      const scale = v === null ? 1 : v[j];
      for (let k = 0; k < rank; k++, at++) hubs[k] += inner[at] * scale;
    }
    for (let k = 0; k < rank; k++) hubs[k] *= inverse[k];
    const out = new Float64Array(outer.length / rank);
    for (let i = 0, at = 0; i < out.length; i++) {
      let total = 0;
      for (let k = 0; k < rank; k++, at++) total += outer[at] * hubs[k];
      out[i] = total;
    }
    return out;
  };
  const plan = derivePlan({
    kind: "lowrank",
    shape,
    at,
    marginal: (axis) => (axis === 0 ? through(R, Q, null) : through(Q, R, null)),
    apply(v, axis = 0) {
      checkVector(shape, v, axis);
      return axis === 0 ? through(R, Q, v) : through(Q, R, v);
    },
    *entries(minMass = 0): IterableIterator<PlanEntry> {
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < m; j++) {
          const mass = at(i, j);
          if (Math.abs(mass) > minMass) yield [i, j, mass];
        }
      }
    },
  });
  return { ...plan, kind: "lowrank", rank, Q, R, g };
}

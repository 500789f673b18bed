// The plan of entropic potentials between grids: its products go along one axis after another, n^(1 + 1/d) operations instead of n^2.
import type { GridCost } from "../../cost/grid.ts";
import { OtError } from "../../errors/otError.ts";
import { entropic } from "../../kernels/entropic.ts";
import { withWorkspace } from "../../kernels/workspace.ts";
import { checkVector, derivePlan } from "../../plan/derive.ts";
import { lazyPlan } from "../../plan/lazy.ts";
import type { Plan } from "../../plan/plan.ts";
import { drain } from "../../run/solver.ts";
import { bindSeparable } from "./separable.ts";

/** Potentials and masses of a plan P_ij = a_i b_j / mass 2^(F_i + G_j - s C_ij). */
export interface GridPlan {
  readonly cost: GridCost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly mass: number;
  readonly F: Float64Array;
  readonly G: Float64Array;
  readonly epsilon: number;
}

/** A plan whose products are separable; `fillRow` computes single rows for `at` and `entries`. */
export function separablePlan(plan: GridPlan, fillRow: (i: number, out: Float64Array) => void): Plan {
  const { shape } = plan.cost;
  const rows = lazyPlan(shape, fillRow);
  return derivePlan({
    kind: "lazy",
    shape,
    at: rows.at,
    entries: rows.entries,
    marginal: (axis) => product(plan, axis, null),
    apply(v, axis = 0) {
      checkVector(shape, v, axis);
      return product(plan, axis, v);
    },
  });
}

/** P v or P^T v; null stands for ones. Signs apart: a sum of positive terms loses no digits. */
function product(plan: GridPlan, axis: 0 | 1, v: ArrayLike<number> | null): Float64Array {
  const { cost, a, b, mass, F, G, epsilon } = plan;
  const [mine, other, P, Q] = axis === 0 ? [a, b, F, G] : [b, a, G, F];
  const out = new Float64Array(mine.length);
  if (mass === 0) return out;
  const largest = v === null ? 1 : largestOf(v);
  if (largest === 0) return out;
  withWorkspace(entropic, (workspace) => {
    const { call } = workspace;
    const separable = bindSeparable(cost, workspace);
    separable.setEpsilon(epsilon);
    const count = other.length;
    const even = count + (count & 1);
    const masses = workspace.alloc(even * 8);
    const potentials = workspace.alloc(even * 8);
    const sums = workspace.alloc((out.length + 1) * 8);
    workspace.f64(potentials, even).fill(0);
    workspace.f64(potentials, count).set(Q);
    for (const sign of v === null ? [1] : [1, -1]) {
      const weights = workspace.f64(masses, even).fill(0);
      for (let j = 0; j < count; j++) {
        const value = v === null ? 1 : (sign * v[j]) / largest;
        if (value > 0) weights[j] = (other[j] / mass) * value;
      }
      const mark = workspace.mark();
      drain(separable.apply(axis, separable.operand(masses, potentials, count), sums));
      const length = out.length + (out.length & 1);
      const held = workspace.f64(sums, length);
      for (let i = 0; i < out.length; i++) held[i] += P[i];
      if (length > out.length) held[out.length] = 0;
      call["exp2All"](sums, length, 1);
      const total = workspace.f64(sums, out.length);
      for (let i = 0; i < out.length; i++) out[i] += sign * largest * mine[i] * total[i];
      workspace.release(mark);
    }
  });
  return out;
}

function largestOf(v: ArrayLike<number>): number {
  let most = 0;
  for (let k = 0; k < v.length; k++) {
    const size = Math.abs(v[k]);
    if (!(size < Infinity)) {
      throw new OtError("InvalidValue", `The vector has ${v[k]} at ${k}.`, {
        argument: "v",
        seen: v[k],
        cure: "Pass finite numbers.",
      });
    }
    if (size > most) most = size;
  }
  return most;
}

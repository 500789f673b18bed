// The plan of entropic potentials between point clouds, by near pairs: P_ij = (a_i b_j / mass) 2^(F_i + G_j - s |x_i - y_j|^2).
// Sums leave out pairs with t <= 2^-60, which weigh less than 1e-18 of the mass together; entries leave out none.
import type { Cost } from "../../cost/cost.ts";
import type { PointsCost } from "../../cost/points.ts";
import { truncated } from "../../kernels/truncated.ts";
import { giveBack, lease, type Workspace, withWorkspace } from "../../kernels/workspace.ts";
import { checkVector, derivePlan } from "../../plan/derive.ts";
import type { Plan, PlanEntry } from "../../plan/plan.ts";
import type { Potentials } from "../../run/options.ts";
import { drain } from "../../run/solver.ts";
import { exp2All } from "../operators/exponentials.ts";
import { type SortedCloud, sortedCloud } from "./coarse.ts";
import { type NearPairs, nearPairs, type Pass } from "./nearPairs.ts";

/** What such a plan is made of. */
export interface NearPlanParts {
  readonly cost: PointsCost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly mass: number;
  readonly potentials: Potentials;
  readonly epsilon: number;
}

/** Below so many pairs, sweeps over all of them take milliseconds. */
const manyPairs = 2 ** 24;
const fewDimensions = 3;
/** Exponent up to which sums leave pairs out, and that below which the kernels give 0 anyway. */
const least = -60;
const zero = -1022;

/** Whether plans and certificates under this cost go by near pairs. */
export function hasNearPairs(cost: Cost): cost is PointsCost {
  const [n, m] = cost.shape;
  return (
    cost.kind === "points" &&
    cost.ground.norm === 2 &&
    cost.ground.power === 2 &&
    cost.x.cols <= fewDimensions &&
    n * m >= manyPairs
  );
}

/** A plan that holds potentials and points only. */
export function nearPlan(parts: NearPlanParts): Plan {
  const { cost, a, b, mass, potentials, epsilon } = parts;
  const shape = cost.shape;
  const [n, m] = shape;
  const unit = cost.ground.cosine ? 0.5 : 1;
  const scale = (Math.LOG2E * unit) / epsilon;
  let clouds: readonly [SortedCloud, SortedCloud] | null = null;
  const sorted = (): readonly [SortedCloud, SortedCloud] => {
    clouds ??= [sortedCloud(cost.x, a, mass), sortedCloud(cost.y, b, mass)];
    return clouds;
  };
  /** Both sides in a workspace, with other weights where given. */
  function open(
    workspace: Workspace,
    cutoff: number,
    weigh: readonly ((weight: number, index: number) => number)[] = [],
  ): { pairs: NearPairs; pass: Pass } {
    const pairs = nearPairs(workspace, Math.max(n, m));
    const [rows, columns] = sorted().map(({ cloud, order }, side) => {
      const change = weigh[side];
      const weights = change === undefined ? cloud.weights : cloud.weights.map((weight, k) => change(weight, order[k]));
      const placed = pairs.place({ ...cloud, weights });
      const log = side === 0 ? potentials.f : potentials.g;
      const out = workspace.f64(placed.potentials, cloud.n);
      order.forEach((index, k) => {
        out[k] = log[index] * (Math.LOG2E / epsilon);
      });
      return placed;
    });
    return { pairs, pass: { rows, columns, scale, cutoff } };
  }
  /** P v or P^T v; null stands for ones. */
  const sweep = (v: ArrayLike<number> | null, axis: 0 | 1): Float64Array =>
    withWorkspace(truncated, (workspace) => {
      const out = new Float64Array(axis === 0 ? n : m);
      if (sorted().some(({ cloud }) => cloud.n === 0)) return out;
      const times = v === null ? undefined : (weight: number, index: number): number => weight * v[index];
      const same = (weight: number): number => weight;
      const weigh = times === undefined ? [] : axis === 0 ? [same, times] : [times, same];
      const { pairs, pass } = open(workspace, least, weigh);
      drain(pairs.apply(pass));
      const { cloud, order } = sorted()[axis];
      const sums = workspace.f64(axis === 0 ? pass.rows.sums : pass.columns.sums, cloud.n);
      order.forEach((index, k) => {
        out[index] = sums[k] * cloud.weights[k] * mass;
      });
      return out;
    });

  function* entries(minMass = 0): IterableIterator<PlanEntry> {
    const [x, y] = sorted();
    if (x.cloud.n === 0 || y.cloud.n === 0) return;
    const largest = [x, y].map(({ cloud }) => cloud.weights.reduce((most, weight) => Math.max(most, weight), 0));
    let cutoff = zero;
    for (let power = 2 ** zero; power * 2 * largest[0] * largest[1] * mass <= minMass; power *= 2) cutoff++;
    const position = new Int32Array(n).fill(-1);
    x.order.forEach((index, k) => {
      position[index] = k;
    });
    const workspace = lease(truncated);
    try {
      const { pairs, pass } = open(workspace, cutoff);
      workspace.call["boxesFit"](pass.columns.header, 0, 32);
      for (let i = 0; i < n; i++) {
        const k = position[i];
        if (k < 0) continue;
        const found: [number, number][] = [];
        const share = x.cloud.weights[k] * mass;
        pairs.row(pass, k, (first, t) => {
          for (let lane = 0; lane < 8 && first + lane < y.cloud.n; lane++) {
            const value = t[lane] * y.cloud.weights[first + lane] * share;
            if (value > minMass) found.push([y.order[first + lane], value]);
          }
        });
        found.sort(([j], [other]) => j - other);
        for (const [j, value] of found) yield [i, j, value];
      }
    } finally {
      giveBack(workspace);
    }
  }

  return derivePlan({
    kind: "lazy",
    shape,
    at(i, j) {
      if (a[i] === 0 || b[j] === 0) return 0;
      const t = Float64Array.of((potentials.f[i] + potentials.g[j] - cost.at(i, j)) * (Math.LOG2E / epsilon));
      exp2All(t);
      return t[0] * b[j] * (a[i] / mass);
    },
    marginal: (axis) => sweep(null, axis),
    apply(v, axis = 0) {
      checkVector(shape, v, axis);
      return sweep(v, axis);
    },
    entries,
  });
}

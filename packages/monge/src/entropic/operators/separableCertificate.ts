// What certificates of a plan between grids need to know, by sums along the axes instead of a sweep over all pairs.
import type { GridCost } from "../../cost/grid.ts";
import { entropic } from "../../kernels/entropic.ts";
import { giveBack, lease } from "../../kernels/workspace.ts";
import { dot, sum } from "../../linalg/sum.ts";
import type { Potentials } from "../../run/options.ts";
import { type PlainSums, startPlainSums } from "./separablePlain.ts";

/** The plan a_i b_j / mass exp((f_i + g_j - C_ij) / epsilon) between grids. */
export interface GridPlanClaim {
  readonly cost: GridCost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly mass: number;
  readonly potentials: Potentials;
  readonly epsilon: number;
}

/** Marginals of a plan and <P, C>. */
export interface PlanSums {
  readonly rows: Float64Array;
  readonly columns: Float64Array;
  readonly paid: number;
  /** sum P |C|. */
  readonly absolute: number;
}

/** Marginals and cost of the plan. */
export function* separableSums(claim: GridPlanClaim): Generator<void, PlanSums, void> {
  return yield* withSums(claim, function* (plain) {
    const a = shares(claim.a, claim.mass);
    const rows = times(yield* plain.sums(0, shares(claim.b, claim.mass)), claim.a);
    const columns = times(yield* plain.sums(1, a), claim.b);
    const paid = yield* payment(plain, claim, a, claim.b);
    return { rows, columns, paid, absolute: paid };
  });
}

/** A plan rounded to its marginals, and the c-transform of its potentials. */
export interface RoundedSums extends PlanSums {
  /** f^c_i = min_j C_ij - g_j over the columns with mass. */
  readonly repaired: Float64Array;
  /** The largest f_i + g_j - C_ij of pairs with mass, or 0. */
  readonly infeasibility: number;
}

/** Rounds the plan (Altschuler, Weed, Rigollet 2017) and repairs its potentials. */
export function* separableRounding(claim: GridPlanClaim): Generator<void, RoundedSums, void> {
  const { cost, a, b, mass, potentials } = claim;
  const { f, g } = potentials;
  const masked = b.includes(0) ? g.map((value, j) => (b[j] > 0 ? value : -Infinity)) : g;
  const least = leastReduced(cost, masked);
  const repaired = least.map((value, i) => (value < Infinity ? value : f[i]));
  const infeasibility = f.reduce((worst, value, i) => (a[i] > 0 ? Math.max(worst, value - least[i]) : worst), 0);
  return yield* withSums(claim, function* (plain) {
    const held = times(yield* plain.sums(0, shares(b, mass)), a);
    const x = held.map((row, i) => (row > a[i] ? a[i] / row : 1));
    const kept = times(a, x);
    const through = times(yield* plain.sums(1, shares(kept, mass)), b);
    const y = through.map((column, j) => (column > b[j] ? b[j] / column : 1));
    const reach = times(b, y);
    const rows = times(yield* plain.sums(0, shares(reach, mass)), kept);
    const columns = times(through, y);
    const rowsLeft = a.map((all, i) => Math.max(0, all - rows[i]));
    const columnsLeft = b.map((all, j) => Math.max(0, all - columns[j]));
    const left = sum(rowsLeft);
    const spread = left > 0 ? columnsLeft.map((lack) => lack / left) : columnsLeft;
    let paid = yield* payment(plain, claim, shares(kept, mass), reach);
    if (left > 0) paid += dot(rowsLeft, cost.apply(spread, 0));
    const spreadAll = left > 0 ? sum(spread) : 0;
    return {
      rows: rows.map((row, i) => row + rowsLeft[i] * spreadAll),
      columns: columns.map((column, j) => column + (left > 0 ? columnsLeft[j] : 0)),
      paid,
      absolute: paid,
      repaired,
      infeasibility,
    };
  });
}

/** Runs `work` on the sums of the claimed plan. */
export function* withSums<R>(
  { cost, potentials, epsilon }: GridPlanClaim,
  work: (plain: PlainSums) => Generator<void, R, void>,
): Generator<void, R, void> {
  const workspace = lease(entropic);
  const result = yield* work(startPlainSums(cost, potentials, epsilon, workspace));
  giveBack(workspace);
  return result;
}

/** sum_ij a_i b_j C_ij 2^(..): axis by axis. */
export function* payment(
  plain: PlainSums,
  { cost }: GridPlanClaim,
  a: Float64Array,
  b: Float64Array,
): Generator<void, number, void> {
  let total = 0;
  for (let k = 0; k < cost.sourceShape.length; k++) total += dot(a, yield* plain.sums(0, b, k));
  return total;
}

/** min_j C_ij - g_j for all i, or (axis 1) min_i C_ij - g_i for all j: along one axis of the grid after another. */
export function leastReduced(cost: GridCost, g: Float64Array, axis: 0 | 1 = 0): Float64Array {
  const { power } = cost;
  const source = [cost.sourceShape, cost.sourceAxes] as const;
  const target = [cost.targetShape, cost.targetAxes] as const;
  const [[sourceShape, sourceAxes], [targetShape, targetAxes]] = axis === 0 ? [source, target] : [target, source];
  let now = g.map((value) => -value);
  let inner = 1;
  for (let k = sourceShape.length - 1; k >= 0; k--) {
    const [outs, ins] = [sourceShape[k], targetShape[k]];
    const outer = now.length / (ins * inner);
    const next = new Float64Array(outer * outs * inner).fill(Infinity);
    for (let i = 0; i < outs; i++) {
      for (let j = 0; j < ins; j++) {
        const gap = Math.abs(sourceAxes[k][i] - targetAxes[k][j]);
        const price = power === 2 ? gap * gap : power === 1 ? gap : gap ** power;
        for (let o = 0; o < outer; o++) {
          const from = (o * ins + j) * inner;
          const to = (o * outs + i) * inner;
          for (let r = 0; r < inner; r++) {
            const value = now[from + r] + price;
            if (value < next[to + r]) next[to + r] = value;
          }
        }
      }
    }
    now = next;
    inner *= outs;
  }
  return now;
}

/** Masses relative to the total. */
export function shares(masses: Float64Array, mass: number): Float64Array {
  return mass > 0 ? masses.map((value) => value / mass) : masses;
}

/** Products, 0 wherever y is. */
export function times(x: Float64Array, y: Float64Array): Float64Array {
  return x.map((value, k) => (y[k] > 0 ? value * y[k] : 0));
}

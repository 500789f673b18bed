// The balanced transport problem that an allocation is: one more row for what is missing, one more column for what is left, and for each
// demand with limited lanes a row of its own. A lane of capacity u into demand j becomes a column that wants u: the supply fills what it
// ships, the row of the demand (sum u - b_j) the rest. Ahuja, Magnanti, Orlin, "Network Flows" (1993), section 2.4.
import type { AllocationProblem, IndexedLane } from "./problem.ts";

/** An arc of the balanced problem, and the lane that it is, or -1. */
export interface Arc {
  readonly row: number;
  readonly column: number;
  readonly cost: number;
  readonly lane: number;
}

/** The balanced problem. */
export interface Network {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly arcs: readonly Arc[];
  /** The row that covers unmet demand, the column that takes what is left. */
  readonly missing: number;
  readonly left: number;
  /** The column whose demand grows with that of demand j. */
  readonly columnOf: Int32Array;
  /** Where the capacity of a lane stands: its row and column; null for lanes without limit. */
  readonly limits: readonly ({ readonly row: number; readonly column: number } | null)[];
  /** The cost of leaving a unit unmet that must not be: a power of two above twice the difference between any two plans, per unit. */
  readonly must: number;
}

/** Builds it. */
export function networkOf({ supplies, demands }: AllocationProblem, lanes: readonly IndexedLane[]): Network {
  const [n, m] = [supplies.length, demands.length];
  const total = (values: readonly { readonly amount: number }[]): number =>
    values.reduce((sum, { amount }) => sum + amount, 0);
  const missing = n;
  const a = [...supplies.map(({ amount }) => amount), total(demands)];
  const b: number[] = [];
  const arcs: Arc[] = [];
  const columnOf = new Int32Array(m);
  const limits: ({ row: number; column: number } | null)[] = lanes.map(() => null);
  const costs = [...lanes.map(({ cost }) => cost), ...demands.map(({ unmetCost = 0 }) => unmetCost)];
  const largest = costs.reduce((most, cost) => Math.max(most, Math.abs(cost)), 0);
  const must = 2 ** Math.ceil(Math.log2(2 * (2 * (n + m) + lanes.length + 4) * Math.max(1, largest)));
  // No lane can carry more, with a unit more anywhere.
  const plenty = total(supplies) + total(demands) + 1;
  demands.forEach(({ amount, unmetCost = must }, j) => {
    const into = lanes.flatMap((lane, at) => (lane.j === j ? [{ lane, at }] : []));
    columnOf[j] = b.push(amount) - 1;
    arcs.push({ row: missing, column: columnOf[j], cost: unmetCost, lane: -1 });
    if (into.every(({ lane }) => lane.capacity === Infinity)) {
      for (const { lane, at } of into) arcs.push({ row: lane.i, column: columnOf[j], cost: lane.cost, lane: at });
      return;
    }
    let filled = 0;
    const row = a.push(0) - 1;
    arcs.push({ row, column: columnOf[j], cost: 0, lane: -1 });
    for (const { lane, at } of into) {
      const capacity = Math.min(lane.capacity, plenty);
      const column = b.push(capacity) - 1;
      arcs.push({ row: lane.i, column, cost: lane.cost, lane: at });
      arcs.push({ row, column, cost: 0, lane: -1 });
      if (lane.capacity < Infinity) limits[at] = { row, column };
      filled += capacity;
    }
    // The column of the demand itself carries what is unmet, at most all of it.
    a[row] = filled;
  });
  const left = b.push(total(supplies)) - 1;
  for (let i = 0; i <= missing; i++) arcs.push({ row: i, column: left, cost: 0, lane: -1 });
  return { a: Float64Array.from(a), b: Float64Array.from(b), arcs, missing, left, columnOf, limits, must };
}

// One side of many transports on lines or circles in kernel memory: what sorts its rows, and its masses in the order that sorted the last one.
// Equal masses (null) need no order: their addresses are 0, which the kernels understand.
import { line } from "../../kernels/line.ts";
import { type Workspace, withWorkspace } from "../../kernels/workspace.ts";
import { sum } from "../../linalg/sum.ts";

/** A side of `size` atoms. */
export interface SortingSide {
  readonly size: number;
  /** Addresses of the masses, and of the indices that sorted the last row; 0 where all masses are equal. */
  readonly masses: number;
  readonly order: number;
  /** Sorts the row of `size` finite doubles at `address`, ascending. */
  sort(address: number): void;
}

/** Reserves kernel memory (family `line`) for a side with these masses. */
export function sortingSide(workspace: Workspace, size: number, masses: Float64Array | null): SortingSide {
  const spare = workspace.alloc(8 * size);
  const histogram = workspace.alloc(workspace.call["sliceHistogramBytes"]());
  const [order, spareOrder] = masses === null ? [0, 0] : [workspace.alloc(4 * size), workspace.alloc(4 * size)];
  const weights = masses === null ? 0 : workspace.alloc(8 * size);
  if (masses !== null) workspace.f64(weights, size).set(masses);
  const { sliceSort } = workspace.call;
  return {
    size,
    masses: weights,
    order,
    sort: (address) => void sliceSort(size, address, spare, order, spareOrder, histogram),
  };
}

/** Masses with the sum 1; null for equal ones. */
export function shares(weights: Float64Array | null): Float64Array | null {
  if (weights === null) return null;
  const mass = sum(weights);
  return weights.map((weight) => weight / mass);
}

/** Runs `work` on sorted rows of coordinates on a circle of length 1, with masses of the sum 1 (null: equal). */
export function withCircleRows<R>(
  rows: readonly { readonly turns: Float64Array; readonly masses: Float64Array | null }[],
  work: (call: Workspace["call"], sides: readonly (SortingSide & { readonly row: number })[]) => R,
): R {
  return withWorkspace(line, (workspace) => {
    const sides = rows.map(({ turns, masses }) => {
      const side = sortingSide(workspace, turns.length, masses);
      const row = workspace.alloc(8 * turns.length);
      workspace.f64(row, turns.length).set(turns);
      side.sort(row);
      return { ...side, row };
    });
    return work(workspace.call, sides);
  });
}

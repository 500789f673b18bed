// A first forest for penalties that leave no atom alone: everyone goes to the cheapest partner.
import type { KeptPairs } from "./problem.ts";
import type { Smooth } from "./response.ts";

/** Arcs with flow. */
export interface Arcs {
  readonly i: number[];
  readonly j: number[];
  readonly price: number[];
  readonly flow: number[];
}

/**
 * Stars round the partners that the atoms of one side choose; atoms of the other side that nobody chose choose in turn. Under L2 an atom
 * may stay alone. The masses of a side that must be met are met.
 */
export function stars(pairs: KeptPairs, source: Smooth, target: Smooth): Arcs {
  const alone = (side: Smooth): boolean => side !== "equal" && side.kind === "L2";
  const arcs: Arcs = { i: [], j: [], price: [], flow: [] };
  if (alone(source) && alone(target)) return arcs;
  const [n, m] = [pairs.a.length, pairs.b.length];
  const columnOf = new Int32Array(n).fill(-1);
  const rowOf = new Int32Array(m).fill(-1);
  const rowLeast = new Float64Array(n).fill(Infinity);
  const columnLeast = new Float64Array(m).fill(Infinity);
  for (let i = 0; i < n; i++) {
    const row = pairs.row(i);
    for (let j = 0; j < m; j++) {
      if (row[j] < rowLeast[i]) {
        rowLeast[i] = row[j];
        columnOf[i] = j;
      }
      if (row[j] < columnLeast[j]) {
        columnLeast[j] = row[j];
        rowOf[j] = i;
      }
    }
  }
  const rowsFirst = source === "equal" || (target !== "equal" && alone(target));
  const chosen = new Uint8Array(rowsFirst ? m : n);
  const count = new Float64Array(rowsFirst ? n : m);
  const put = (i: number, j: number, price: number): void => {
    arcs.i.push(i);
    arcs.j.push(j);
    arcs.price.push(price);
    count[rowsFirst ? i : j]++;
    chosen[rowsFirst ? j : i] = 1;
  };
  const byRows = (): void => {
    for (let i = 0; i < n; i++) if (rowsFirst || chosen[i] === 0) put(i, columnOf[i], rowLeast[i]);
  };
  const byColumns = (): void => {
    for (let j = 0; j < m; j++) if (!rowsFirst || chosen[j] === 0) put(rowOf[j], j, columnLeast[j]);
  };
  if (rowsFirst) {
    byRows();
    if (!alone(target)) byColumns();
  } else {
    byColumns();
    if (!alone(source)) byRows();
  }
  for (let k = 0; k < arcs.i.length; k++) {
    const at = rowsFirst ? arcs.i[k] : arcs.j[k];
    arcs.flow.push((rowsFirst ? pairs.a[at] : pairs.b[at]) / count[at]);
  }
  return arcs;
}

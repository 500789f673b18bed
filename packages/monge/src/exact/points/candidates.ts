// Candidate arcs between two clouds: the best partners of each point under the present potentials, gathered into CSR form.
// A search asks for the k smallest c_ij - g_j below a limit per row (assembly/exact/pointsSearch.ts).
import type { Workspace } from "../../kernels/workspace.ts";
import type { Cloud } from "./cloud.ts";

/** Lists in kernel memory: sorted point i has counts[i] <= k partners at columns[i k ..], values ascending. */
export interface Lists {
  readonly k: number;
  readonly found: number;
  readonly counts: number;
  readonly columns: number;
  readonly values: number;
}

/** Arcs by rows, ascending and distinct columns, in the sorted order of both clouds. */
export interface Arcs {
  readonly rowPtr: Int32Array;
  readonly colIdx: Int32Array;
}

/** Pairs that one uninterrupted piece of a search may look at if nothing is pruned. */
const pairsPerPiece = 1e8;

/**
 * The k smallest c_ij - potential_j of each point i of `from` below `limit` (one number, or one per sorted point).
 * Allocates the lists; yields between pieces of work.
 */
export function* search(
  workspace: Workspace,
  from: Cloud,
  to: Cloud,
  k: number,
  limit: number | Float64Array,
): Generator<void, Lists, void> {
  const { call } = workspace;
  const n = from.n;
  const counts = workspace.alloc(n * 4);
  const columns = workspace.alloc(n * k * 4);
  const values = workspace.alloc(n * k * 8);
  const limits = workspace.alloc(n * 8);
  if (typeof limit === "number") workspace.f64(limits, n).fill(limit);
  else workspace.f64(limits, n).set(limit);
  call["cloudRefresh"](to.header);
  const piece = Math.max(1, Math.floor(pairsPerPiece / (8 * to.n * from.d)));
  let found = 0;
  for (let begin = 0; begin < from.blocks; begin += piece) {
    const end = Math.min(begin + piece, from.blocks);
    found += call["pointsSearch"](from.header, to.header, begin, end, k, limits, counts, columns, values);
    if (end < from.blocks) yield;
  }
  return { k, found, counts, columns, values };
}

/** The union of row lists, column lists (partners of the points of y) and earlier arcs, any of which may be absent. */
export function gather(
  workspace: Workspace,
  x: Cloud,
  y: Cloud,
  rows: Lists | null,
  columns: Lists | null,
  kept: Arcs | null,
): Arcs {
  const { call } = workspace;
  const mark = workspace.mark();
  const keptPtr = kept === null ? 0 : workspace.alloc(kept.rowPtr.length * 4);
  const keptIdx = kept === null ? 0 : workspace.alloc(kept.colIdx.length * 4);
  if (kept !== null) {
    workspace.i32(keptPtr, kept.rowPtr.length).set(kept.rowPtr);
    workspace.i32(keptIdx, kept.colIdx.length).set(kept.colIdx);
  }
  const cursor = workspace.alloc(4 * (x.n + 1));
  const rowPtr = workspace.alloc(4 * (x.n + 1));
  const byRow = [rows?.counts ?? 0, rows?.columns ?? 0, rows?.k ?? 0] as const;
  const byColumn = [columns?.counts ?? 0, columns?.columns ?? 0, columns?.k ?? 0] as const;
  const capacity = call["pointsArcsCount"](x.header, y.header, byRow[0], ...byColumn, keptPtr, cursor);
  const colIdx = workspace.alloc(4 * capacity);
  const lists = [...byRow, ...byColumn] as const;
  const count = call["pointsArcsFill"](x.header, y.header, ...lists, keptPtr, keptIdx, cursor, rowPtr, colIdx);
  const arcs = { rowPtr: workspace.i32(rowPtr, x.n + 1).slice(), colIdx: workspace.i32(colIdx, count).slice() };
  workspace.release(mark);
  return arcs;
}

/** Arcs copied into kernel memory, with their costs. */
export interface Graph {
  readonly arcs: number;
  readonly rowPtr: number;
  readonly colIdx: number;
  readonly cost: number;
}

/** Copies `arcs` into kernel memory and computes their costs. */
export function place(workspace: Workspace, x: Cloud, y: Cloud, arcs: Arcs): Graph {
  const count = arcs.colIdx.length;
  const rowPtr = workspace.alloc(4 * (x.n + 1));
  const colIdx = workspace.alloc(4 * count);
  const cost = workspace.alloc(8 * count);
  workspace.i32(rowPtr, x.n + 1).set(arcs.rowPtr);
  workspace.i32(colIdx, count).set(arcs.colIdx);
  workspace.call["pointsArcsCost"](x.header, y.header, rowPtr, colIdx, cost);
  return { arcs: count, rowPtr, colIdx, cost };
}

/** The arcs (i, partner[i]) as CSR; entries below 0 are left out. */
export function pairs(partner: Int32Array): Arcs {
  const rowPtr = new Int32Array(partner.length + 1);
  let count = 0;
  for (let i = 0; i < partner.length; i++) {
    if (partner[i] >= 0) count++;
    rowPtr[i + 1] = count;
  }
  return { rowPtr, colIdx: partner.filter((j) => j >= 0) };
}

/** All n m arcs: for problems so small that choosing is not worth it. */
export function complete(n: number, m: number): Arcs {
  return {
    rowPtr: Int32Array.from({ length: n + 1 }, (_, i) => i * m),
    colIdx: Int32Array.from({ length: n * m }, (_, k) => k % m),
  };
}

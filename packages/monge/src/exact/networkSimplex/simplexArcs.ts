// A cost in kernel memory, as a matrix or as a list of its finite entries by rows: what a network simplex prices.
import { blockRows } from "../../cost/base.ts";
import type { Cost } from "../../cost/cost.ts";
import type { Workspace } from "../../kernels/workspace.ts";

/** Addresses of a list of arcs: those of row i are [rowPtr[i], rowPtr[i + 1]). */
export interface ArcList {
  /** i32, one more than rows. */
  readonly rowPtr: number;
  /** i32 column and f64 cost of each arc. */
  readonly column: number;
  readonly price: number;
  readonly count: number;
}

/** A cost in kernel memory: the address of a matrix (f64, row-major, Infinity: forbidden), or a list of arcs if it is sparse. */
export type LoadedCosts =
  | { readonly matrix: number; readonly arcs: null }
  | { readonly matrix: null; readonly arcs: ArcList };

/** The columns, of m, that row i may reach. */
export function partners(workspace: Workspace, { matrix, arcs }: LoadedCosts, m: number, i: number): Iterable<number> {
  if (matrix !== null) {
    const row = workspace.f64(matrix + 8 * i * m, m);
    return Array.from({ length: m }, (_, j) => j).filter((j) => row[j] < Infinity);
  }
  const [begin, end] = workspace.i32(arcs.rowPtr + 4 * i, 2);
  return workspace.i32(arcs.column + 4 * begin, end - begin);
}

/** Calls `visit` with the finite entries of the given rows and columns of a cost (null: all), row by row, columns ascending. */
function visitArcs(
  cost: Cost,
  rows: Int32Array | null,
  cols: Int32Array | null,
  visit: (i: number, j: number, c: number) => void,
): void {
  const [height, m] = cost.shape;
  const n = rows?.length ?? height;
  if (cost.kind === "sparse") {
    const { rowPtr, colIdx, values } = cost.matrix;
    const place = cols && new Int32Array(m).fill(-1);
    cols?.forEach((column, j) => {
      if (place) place[column] = j;
    });
    for (let i = 0; i < n; i++) {
      const row = rows === null ? i : rows[i];
      for (let k = rowPtr[row]; k < rowPtr[row + 1]; k++) {
        const j = place === null ? colIdx[k] : place[colIdx[k]];
        if (j >= 0 && values[k] < Infinity) visit(i, j, values[k]);
      }
    }
    return;
  }
  const step = rows === null ? blockRows(m) : 1;
  const buffer = new Float64Array(step * m);
  for (let begin = 0; begin < n; begin += step) {
    const end = Math.min(n, begin + step);
    const first = rows === null ? begin : rows[begin];
    cost.block(first, first + end - begin, buffer);
    for (let i = begin; i < end; i++) {
      const at = (i - begin) * m;
      const width = cols?.length ?? m;
      for (let j = 0; j < width; j++) {
        const c = buffer[at + (cols === null ? j : cols[j])];
        if (c < Infinity) visit(i, j, c);
      }
    }
  }
}

/** Writes the finite entries of a cost into the workspace. */
export function loadArcs(workspace: Workspace, cost: Cost, rows: Int32Array | null, cols: Int32Array | null): ArcList {
  const n = rows?.length ?? cost.shape[0];
  const starts = new Int32Array(n + 1);
  visitArcs(cost, rows, cols, (i) => starts[i + 1]++);
  for (let i = 0; i < n; i++) starts[i + 1] += starts[i];
  const count = starts[n];
  const rowPtr = workspace.alloc(4 * (n + 1));
  const column = workspace.alloc(4 * count);
  const price = workspace.alloc(8 * count);
  workspace.i32(rowPtr, n + 1).set(starts);
  const columns = workspace.i32(column, count);
  const prices = workspace.f64(price, count);
  let k = 0;
  visitArcs(cost, rows, cols, (_, j, c) => {
    columns[k] = j;
    prices[k++] = c;
  });
  return { rowPtr, column, price, count };
}

/** Writes the rows and columns of a cost into the workspace as a dense matrix (f64, row-major) and returns its address. */
export function loadMatrix(workspace: Workspace, cost: Cost, rows: Int32Array | null, cols: Int32Array | null): number {
  const [height, width] = cost.shape;
  const n = rows?.length ?? height;
  const m = cols?.length ?? width;
  const address = workspace.alloc(8 * n * m);
  if (rows === null && cols === null) {
    const step = blockRows(m);
    for (let begin = 0; begin < n; begin += step) {
      const end = Math.min(n, begin + step);
      cost.block(begin, end, workspace.f64(address + 8 * begin * m, (end - begin) * m));
    }
    return address;
  }
  const row = new Float64Array(width);
  for (let i = 0; i < n; i++) {
    const source = rows === null ? i : rows[i];
    cost.block(source, source + 1, row);
    const out = workspace.f64(address + 8 * i * m, m);
    if (cols === null) out.set(row);
    else for (let j = 0; j < m; j++) out[j] = row[cols[j]];
  }
  return address;
}

// A problem with one more row and column, whose mass stands for what is left behind: inequality marginals for solvers of equalities.
// Chapel, Alaya, Gasso, "Partial optimal transport with applications on positive-unlabeled learning" (2020).
import { costFromRows } from "../cost/base.ts";
import type { Cost } from "../cost/cost.ts";
import { dense } from "../cost/dense.ts";
import { sparse } from "../cost/sparse.ts";

/** The prices of the last row and the last column of the extended cost. */
export interface Dummies {
  /** For each row: what a unit of its mass pays for staying. */
  readonly rows: Float64Array;
  /** For each column: what a unit of its mass pays for being left empty. */
  readonly columns: Float64Array;
  /** Between the dummies themselves; Infinity forbids it. */
  readonly corner: number;
  /** Pairs dearer than this are forbidden: no optimal plan uses them. Default Infinity. */
  readonly limit?: number;
}

/** Larger matrices are not held beside the solver's copy: their rows are made when it asks for them. */
const mostEntries = 2 ** 24;
/** Sparse costs have fewer arcs than this share of all pairs. */
const sparseShare = 0.2;

/** The (n + 1) x (m + 1) cost. It becomes a sparse one where `limit` leaves few pairs. */
export function withDummies(cost: Cost, dummies: Dummies): Cost {
  const { limit = Infinity } = dummies;
  if (cost.kind === "sparse") {
    const { rowPtr, colIdx, values } = cost.matrix;
    return sparseWithDummies(cost.shape, dummies, (i, visit) => {
      for (let k = rowPtr[i]; k < rowPtr[i + 1]; k++) if (values[k] <= limit) visit(colIdx[k], values[k]);
    });
  }
  if (limit < Infinity && share(cost, limit) < sparseShare) {
    const row = new Float64Array(cost.shape[1]);
    return sparseWithDummies(cost.shape, dummies, (i, visit) => {
      cost.block(i, i + 1, row);
      for (let j = 0; j < row.length; j++) if (row[j] <= limit) visit(j, row[j]);
    });
  }
  return denseWithDummies(cost, dummies);
}

/** The share of pairs at or below `limit`. */
function share({ shape: [n, m], block }: Cost, limit: number): number {
  const row = new Float64Array(m);
  let count = 0;
  for (let i = 0; i < n; i++) {
    block(i, i + 1, row);
    for (let j = 0; j < m; j++) if (row[j] <= limit) count++;
  }
  return count / (n * m);
}

function denseWithDummies(cost: Cost, { rows, columns, corner, limit = Infinity }: Dummies): Cost {
  const [n, m] = cost.shape;
  const price = (c: number): number => (c <= limit ? c : Infinity);
  const base = costFromRows(
    [n + 1, m + 1],
    (i, j) => (i < n ? (j < m ? price(cost.at(i, j)) : rows[i]) : j < m ? columns[j] : corner),
    (i, out, offset) => {
      if (i === n) {
        out.set(columns, offset);
        out[offset + m] = corner;
        return;
      }
      const row = out.subarray(offset, offset + m);
      cost.block(i, i + 1, row);
      if (limit < Infinity) for (let j = 0; j < m; j++) row[j] = price(row[j]);
      out[offset + m] = rows[i];
    },
  );
  const entries = (n + 1) * (m + 1);
  if (entries <= mostEntries) return dense({ data: base.block(0, n + 1), rows: n + 1, cols: m + 1 });
  return { kind: "custom", ...base };
}

type VisitRow = (i: number, visit: (j: number, price: number) => void) => void;

function sparseWithDummies(
  [n, m]: readonly [number, number],
  { rows, columns, corner }: Dummies,
  visitRow: VisitRow,
): Cost {
  const rowPtr = new Int32Array(n + 2);
  for (let i = 0; i < n; i++) {
    let count = 1;
    visitRow(i, () => count++);
    rowPtr[i + 1] = rowPtr[i] + count;
  }
  rowPtr[n + 1] = rowPtr[n] + m + (corner < Infinity ? 1 : 0);
  const colIdx = new Int32Array(rowPtr[n + 1]);
  const values = new Float64Array(rowPtr[n + 1]);
  let k = 0;
  const put = (j: number, price: number): void => {
    colIdx[k] = j;
    values[k++] = price;
  };
  for (let i = 0; i < n; i++) {
    visitRow(i, put);
    put(m, rows[i]);
  }
  for (let j = 0; j < m; j++) put(j, columns[j]);
  if (corner < Infinity) put(m, corner);
  return sparse({ rows: n + 1, cols: m + 1, rowPtr, colIdx, values });
}

// Compressed sparse rows: row i holds columns colIdx[rowPtr[i] .. rowPtr[i + 1]), ascending, with their values.
import { OtError } from "../errors/otError.ts";

/** A sparse matrix in CSR form; columns ascend within a row and occur at most once. */
export interface SparseMatrix {
  readonly rows: number;
  readonly cols: number;
  /** Length rows + 1, starts at 0, never falls. */
  readonly rowPtr: Int32Array;
  /** Column of each entry, in [0, cols). */
  readonly colIdx: Int32Array;
  readonly values: Float64Array;
}

/** Whether `value` has the fields of a {@link SparseMatrix}. */
export function isSparseMatrix(value: unknown): value is SparseMatrix {
  const candidate = value as SparseMatrix | null;
  return (
    typeof candidate === "object" &&
    candidate !== null &&
    candidate.rowPtr instanceof Int32Array &&
    candidate.colIdx instanceof Int32Array &&
    candidate.values instanceof Float64Array
  );
}

/**
 * Sorts entries (i[k], j[k], v[k]) into CSR form; repeated pairs are added up.
 * Two counting passes, so linear in the number of entries.
 */
export function sparseFromEntries(
  rows: number,
  cols: number,
  i: ArrayLike<number>,
  j: ArrayLike<number>,
  v: ArrayLike<number>,
): SparseMatrix {
  const count = v.length;
  // First by column, then stably by row: the columns of each row come out ascending.
  const byColumn = countingSort(count, cols, (k) => j[k]);
  const byRow = countingSort(count, rows, (k) => i[byColumn[k]]);
  const rowPtr = new Int32Array(rows + 1);
  const colIdx = new Int32Array(count);
  const values = new Float64Array(count);
  let length = 0;
  let row = 0;
  for (let k = 0; k < count; k++) {
    const entry = byColumn[byRow[k]];
    const atRow = i[entry];
    const atColumn = j[entry];
    while (row < atRow) rowPtr[++row] = length;
    if (length > rowPtr[row] && colIdx[length - 1] === atColumn) {
      values[length - 1] += v[entry];
    } else {
      colIdx[length] = atColumn;
      values[length++] = v[entry];
    }
  }
  while (row < rows) rowPtr[++row] = length;
  return { rows, cols, rowPtr, colIdx: colIdx.slice(0, length), values: values.slice(0, length) };
}

function countingSort(count: number, bins: number, key: (k: number) => number): Int32Array {
  const start = new Int32Array(bins + 1);
  for (let k = 0; k < count; k++) start[key(k) + 1]++;
  for (let bin = 0; bin < bins; bin++) start[bin + 1] += start[bin];
  const order = new Int32Array(count);
  for (let k = 0; k < count; k++) order[start[key(k)]++] = k;
  return order;
}

/** Checks the invariants of a CSR matrix that a caller passed in. Throws `InvalidShape` with the first that is broken. */
export function checkSparse(value: SparseMatrix, argument: string): void {
  const { rows, cols, rowPtr, colIdx, values } = value;
  const fail = (message: string, seen: unknown): never => {
    throw new OtError("InvalidShape", `${argument} is no CSR matrix: ${message}.`, {
      argument,
      seen,
      cure: "Build it with sparseFromEntries(rows, cols, i, j, values).",
    });
  };
  if (rowPtr.length !== rows + 1) fail(`rowPtr has ${rowPtr.length} entries for ${rows} rows`, rowPtr.length);
  if (colIdx.length !== values.length) fail(`${colIdx.length} columns for ${values.length} values`, colIdx.length);
  if (rowPtr[0] !== 0 || rowPtr[rows] !== values.length) fail("rowPtr does not span the values", rowPtr[rows]);
  for (let i = 0; i < rows; i++) {
    if (rowPtr[i + 1] < rowPtr[i]) fail(`rowPtr falls at row ${i}`, rowPtr[i + 1]);
    for (let k = rowPtr[i]; k < rowPtr[i + 1]; k++) {
      const j = colIdx[k];
      if (j < 0 || j >= cols) fail(`row ${i} names column ${j} of ${cols}`, j);
      if (k > rowPtr[i] && j <= colIdx[k - 1]) fail(`the columns of row ${i} do not ascend`, j);
    }
  }
}

// A regularised problem in the unit of its masses and costs: atoms with mass, rows sorted by class, costs from 0 to 1, column by column.
import type { Cost } from "../cost/cost.ts";
import { sum } from "../linalg/sum.ts";
import { classesOf } from "./groupLasso.ts";
import type { DualPoint } from "./newton.ts";
import type { End, Found } from "./problem.ts";
import type { Columns } from "./proximal.ts";

/** The regulariser (squares / 2) |P|^2 + lasso sum |P_group|; `labels` is null where lasso is 0. */
export interface Separable {
  readonly squares: number;
  readonly lasso: number;
  readonly labels: ArrayLike<number | string> | null;
}

/** The problem in its units: P is a multiple of `mass`, C and potentials are the least costs and a multiple of `unit`. */
export interface Kept extends Columns {
  /** The strength of the squares, in these units. */
  readonly squares: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly shape: readonly [n: number, m: number];
  readonly mass: number;
  /** The least cost of each row, and of each column after that: a row that is dear as a whole must not set the unit. */
  readonly lowRow: Float64Array;
  readonly lowColumn: Float64Array;
  readonly unit: number;
  readonly hasForbidden: boolean;
}

/** Reads the costs once. */
export function keep(cost: Cost, a: Float64Array, b: Float64Array, { squares, lasso, labels }: Separable): Kept {
  const positive = (masses: Float64Array): Int32Array => Int32Array.from(masses.keys()).filter((k) => masses[k] > 0);
  const columns = positive(b);
  const some = positive(a);
  const classes = labels === null ? null : classesOf(labels, some);
  const rows = classes === null ? some : classes.order.map((k) => some[k]);
  const n = rows.length;
  const data = new Float64Array(n * columns.length);
  const row = new Float64Array(b.length);
  const lowRow = new Float64Array(n);
  const lowColumn = new Float64Array(columns.length).fill(Infinity);
  let hasForbidden = false;
  for (let i = 0; i < n; i++) {
    cost.block(rows[i], rows[i] + 1, row);
    let least = Infinity;
    for (let j = 0; j < columns.length; j++) {
      const value = row[columns[j]];
      data[j * n + i] = value;
      if (value < least) least = value;
      if (value === Infinity) hasForbidden = true;
    }
    lowRow[i] = least < Infinity ? least : 0;
    for (let j = 0; j < columns.length; j++) lowColumn[j] = Math.min(lowColumn[j], data[j * n + i] - lowRow[i]);
  }
  let range = 0;
  for (let j = 0; j < columns.length; j++) {
    if (lowColumn[j] === Infinity) lowColumn[j] = 0;
    for (let i = 0; i < n; i++) {
      const value = data[j * n + i] - lowRow[i] - lowColumn[j];
      data[j * n + i] = value;
      if (value > range && value < Infinity) range = value;
    }
  }
  const unit = range > 0 ? range : 1;
  for (let k = 0; k < data.length; k++) data[k] /= unit;
  const mass = sum(a);
  return {
    a: Float64Array.from(rows, (i) => a[i] / mass),
    b: Float64Array.from(columns, (j) => b[j] / mass),
    cost: data,
    starts: classes?.starts ?? null,
    eta: lasso / unit,
    squares: squares * (mass / unit),
    rows,
    columns,
    shape: [a.length, b.length],
    mass,
    lowRow,
    lowColumn,
    unit,
    hasForbidden,
  };
}

/** The plan and potentials of a point over all atoms, in the caller's units; potentials of atoms without mass are NaN. */
export function unkept(problem: Kept, { f, g, entries }: DualPoint, end: End): Found {
  const { rows, columns, shape, unit, lowRow, lowColumn } = problem;
  const { columnPtr, row } = entries;
  const count = columnPtr[columns.length];
  const i = new Int32Array(count);
  const j = new Int32Array(count);
  for (let column = 0; column < columns.length; column++) {
    for (let k = columnPtr[column]; k < columnPtr[column + 1]; k++) {
      i[k] = rows[row[k]];
      j[k] = columns[column];
    }
  }
  const place = (values: Float64Array, at: Int32Array, length: number, low: Float64Array): Float64Array => {
    const all = new Float64Array(length).fill(NaN);
    for (let k = 0; k < at.length; k++) all[at[k]] = values[k] * unit + low[k];
    return all;
  };
  return {
    ...end,
    i,
    j,
    mass: entries.mass.slice(0, count).map((value) => value * problem.mass),
    f: place(f, rows, shape[0], lowRow),
    g: place(g, columns, shape[1], lowColumn),
  };
}

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

/** The problem in its units: P is a multiple of `mass`, C and potentials are `low` and a multiple of `unit`. */
export interface Kept extends Columns {
  /** The strength of the squares, in these units. */
  readonly squares: number;
  readonly rows: Int32Array;
  readonly columns: Int32Array;
  readonly shape: readonly [n: number, m: number];
  readonly mass: number;
  readonly low: number;
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
  let low = Infinity;
  let high = -Infinity;
  let hasForbidden = false;
  for (let i = 0; i < n; i++) {
    cost.block(rows[i], rows[i] + 1, row);
    for (let j = 0; j < columns.length; j++) {
      const value = row[columns[j]];
      data[j * n + i] = value;
      if (value < low) low = value;
      if (value === Infinity) hasForbidden = true;
      else if (value > high) high = value;
    }
  }
  if (low === Infinity) low = 0;
  const unit = high > low ? high - low : 1;
  for (let k = 0; k < data.length; k++) data[k] = (data[k] - low) / unit;
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
    low,
    unit,
    hasForbidden,
  };
}

/** The plan and potentials of a point over all atoms, in the caller's units; potentials of atoms without mass are NaN. */
export function unkept(problem: Kept, { f, g, entries }: DualPoint, end: End): Found {
  const { rows, columns, shape, unit, low } = problem;
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
  const place = (values: Float64Array, at: Int32Array, length: number, shift: number): Float64Array => {
    const all = new Float64Array(length).fill(NaN);
    for (let k = 0; k < at.length; k++) all[at[k]] = values[k] * unit + shift;
    return all;
  };
  return {
    ...end,
    i,
    j,
    mass: entries.mass.slice(0, count).map((value) => value * problem.mass),
    f: place(f, rows, shape[0], low / 2),
    g: place(g, columns, shape[1], low / 2),
  };
}

// The result of a transport between two rows of atoms on a line or a circle: plan and potentials are made when somebody asks.
import type { Cost } from "../../cost/cost.ts";
import type { SparseMatrix } from "../../linalg/sparse.ts";
import { sum } from "../../linalg/sum.ts";
import { type SparsePlan, sparsePlan } from "../../plan/sparse.ts";
import { certifyExact } from "../../run/certificate.ts";
import type { Potentials } from "../../run/options.ts";
import { centrePotentials } from "../../run/potentials.ts";
import type { Result } from "../../run/result.ts";
import { pick } from "./lineProblem.ts";
import type { Staircase } from "./staircase.ts";

/** A result whose ground cost is the p-th power of a distance. */
export interface LineResult extends Result {
  /** value^(1/p), in the unit of the coordinates; it is the p-Wasserstein distance where the mass is 1. */
  readonly distance: number;
  /** At most n + m - 1 entries. */
  readonly plan: SparsePlan;
}

/** What {@link lineResult} needs. */
export interface LineAnswer {
  readonly cost: Cost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly p: number;
  readonly value: number;
  readonly stairs: Staircase;
  /** Row and column of `cost` for each row and column of the stairs. */
  readonly rows: Uint32Array;
  readonly cols: Uint32Array;
  /** Potentials indexed as the stairs are. */
  readonly potentials: () => { f: Float64Array; g: Float64Array };
  readonly method: string;
  readonly why: string;
  readonly massAdjustment: number;
  readonly elapsedMs: number;
}

/** Builds the result. */
export function lineResult(answer: LineAnswer): LineResult {
  const { cost, a, b, p, value, stairs, rows, cols } = answer;
  const total = sum(a);
  const plan = once(() => sparsePlan(scattered(stairs, rows, cols)));
  const potentials = once(() => centred(answer));
  const claim = () => ({ cost, a, b, plan: plan(), potentials: potentials() });
  return {
    value,
    transportCost: value,
    distance: value ** (1 / p),
    get plan() {
      return plan();
    },
    get potentials() {
      return potentials();
    },
    report: {
      status: "optimal",
      method: answer.method,
      why: answer.why,
      backend: "js",
      iterations: stairs.mass.length,
      error: total > 0 ? stairs.drift / total : 0,
      tolerance: 0,
      massAdjustment: answer.massAdjustment,
      elapsedMs: answer.elapsedMs,
      warnings: [],
    },
    certify: Object.assign(() => certifyExact(claim())(), {
      async: (options = {}) => certifyExact(claim()).async(options),
    }),
  };
}

/** The cells with mass in CSR form. A row's cells follow each other on the stairs, so only their order within the row is to be found. */
function scattered(stairs: Staircase, rows: Uint32Array, cols: Uint32Array): SparseMatrix {
  const { i, j, mass } = stairs;
  const rowPtr = new Int32Array(rows.length + 1);
  for (let k = 0; k < mass.length; k++) if (mass[k] > 0) rowPtr[rows[i[k]] + 1]++;
  for (let row = 0; row < rows.length; row++) rowPtr[row + 1] += rowPtr[row];
  const colIdx = new Int32Array(rowPtr[rows.length]);
  const values = new Float64Array(colIdx.length);
  for (let k = 0; k < mass.length; ) {
    const row = i[k];
    const begin = rowPtr[rows[row]];
    let end = begin;
    for (; k < mass.length && i[k] === row; k++) {
      if (mass[k] === 0) continue;
      colIdx[end] = cols[j[k]];
      values[end++] = mass[k];
    }
    if (end - begin > 1) sortByColumn(colIdx, values, begin, end);
  }
  return { rows: rows.length, cols: cols.length, rowPtr, colIdx, values };
}

function sortByColumn(columns: Int32Array, values: Float64Array, begin: number, end: number): void {
  if (end - begin > 32) {
    const row = columns.subarray(begin, end);
    const order = Uint32Array.from(row, (_, k) => k).sort((k, l) => row[k] - row[l]);
    values.set(pick(values.subarray(begin, end), order), begin);
    row.sort();
    return;
  }
  for (let k = begin + 1; k < end; k++) {
    const column = columns[k];
    const value = values[k];
    let at = k;
    for (; at > begin && columns[at - 1] > column; at--) {
      columns[at] = columns[at - 1];
      values[at] = values[at - 1];
    }
    columns[at] = column;
    values[at] = value;
  }
}

/** The potentials in the caller's order, shifted so that either side carries half of the dual value. */
function centred(answer: LineAnswer): Potentials {
  const { a, b, rows, cols } = answer;
  const sorted = answer.potentials();
  const f = new Float64Array(rows.length);
  const g = new Float64Array(cols.length);
  for (let k = 0; k < rows.length; k++) f[rows[k]] = sorted.f[k];
  for (let k = 0; k < cols.length; k++) g[cols[k]] = sorted.g[k];
  return centrePotentials({ f, g }, a, b);
}

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

// A matching of rows to columns with its potentials; how an interrupted one is completed; the proof that there is none.
import { OtError } from "../../errors/otError.ts";
import type { Status } from "../../run/options.ts";
import type { Control } from "../problem.ts";

/** A cost matrix by its rows. */
export interface RowSource {
  readonly n: number;
  readonly m: number;
  /** Writes rows [begin, end), row-major, into `out`. */
  fill(begin: number, end: number, out: Float64Array): void;
}

/** Who is matched to whom, and the prices that prove it. */
export interface Matching {
  readonly status: Status;
  /** Forests of shortest augmenting paths. */
  readonly iterations: number;
  /** Column of each row; -1: none. */
  readonly columns: Int32Array;
  readonly f: Float64Array;
  readonly g: Float64Array;
}

/** What a matching engine sees of its driver. */
export type MatchControl = Pick<Control, "maxIterations" | "interrupted" | "elapsedMs"> & {
  offer(snapshot: () => Matching): void;
};

/** Prices beyond this times the cost range lose the digits that a proof needs. */
const wild = 1e4;

/**
 * Whether the prices outgrew the costs: forests double them where forbidden pairs leave hardly a choice. A spanning tree's
 * potentials, sums of at most n + m costs, then prove more. Looks at the costs only where the prices give reason to.
 */
export function hasWildPrices(source: RowSource, { columns, g, status }: Matching): boolean {
  if (status !== "optimal") return false;
  const { n, m } = source;
  const price = g.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const row = new Float64Array(m);
  let paid = 0;
  let largest = 0;
  for (const whole of [false, true]) {
    for (let i = 0; i < n; i += whole ? 1 : Math.ceil(n / 64)) {
      source.fill(i, i + 1, row);
      if (!whole) paid = Math.max(paid, Math.abs(row[columns[i]]));
      else for (let j = 0; j < m; j++) if (row[j] < Infinity) largest = Math.max(largest, Math.abs(row[j]));
    }
    if (price <= wild * (whole ? largest : paid)) return false;
  }
  return true;
}

/**
 * Completes an interrupted matching: free rows take, in order, the cheapest free column by reduced cost; f becomes
 * min_j (c_ij - g_j), so that the potentials are feasible. A row whose finite pairs are all taken stays free.
 */
export function completeMatching(source: RowSource, matching: Matching): Matching {
  const { n, m } = source;
  const columns = matching.columns.slice();
  const g = matching.g.map((price) => (Number.isFinite(price) ? price : 0));
  const f = new Float64Array(n);
  const taken = new Uint8Array(m);
  for (const j of columns) if (j >= 0) taken[j] = 1;
  const row = new Float64Array(m);
  for (let i = 0; i < n; i++) {
    source.fill(i, i + 1, row);
    let least = Infinity;
    let cheapest = Infinity;
    let column = -1;
    for (let j = 0; j < m; j++) {
      const reduced = row[j] - g[j];
      if (reduced < least) least = reduced;
      if (reduced < cheapest && taken[j] === 0) {
        cheapest = reduced;
        column = j;
      }
    }
    f[i] = least < Infinity ? least : 0;
    if (columns[i] < 0 && column >= 0) {
      columns[i] = column;
      taken[column] = 1;
    }
  }
  return { ...matching, columns, f, g };
}

/** The error for rows that may reach fewer columns than they are (Hall 1935). */
export function infeasible(source: RowSource, rows: Int32Array): OtError {
  const reached = new Uint8Array(source.m);
  const row = new Float64Array(source.m);
  for (const i of rows) {
    source.fill(i, i + 1, row);
    for (let j = 0; j < row.length; j++) if (row[j] < Infinity) reached[j] = 1;
  }
  const columns = Int32Array.from(reached.keys()).filter((j) => reached[j] === 1);
  return new OtError("Infeasible", `${rows.length} rows have finite costs to ${columns.length} columns only.`, {
    argument: "C",
    seen: { rows: rows.length, columns: columns.length },
    cure: "Allow more pairs for the rows of the error's witness, or make the masses partial.",
    witness: { rows, columns },
  });
}

// The best one-to-one links between ellipsoids and ellipses, some of either side left alone: exact partial assignment over near pairs.
//
// min sum over links of (d_ij^2 - gate_j): a pair may be linked where its distance is below its gate, and the whole is a linear assignment with a
// partner for everybody who stays alone. Solved, and certified, by `emd` on the sparse graph.
import { sparse } from "../cost/sparse.ts";
import { emd } from "../exact/emd.ts";
import { sparseFromEntries } from "../linalg/sparse.ts";
import type { Progress } from "../run/options.ts";
import type { Result } from "../run/result.ts";

/** Pairs that may be linked, and what each is worth. */
export interface Candidates {
  readonly n: number;
  readonly m: number;
  readonly i: readonly number[];
  readonly j: readonly number[];
  /** (gate - d^2) / 2 > 0, in nats: how much likelier a pair is than two strangers. */
  readonly gain: readonly number[];
}

/** The links, by candidate. */
export interface Links {
  /** The ellipse of each ellipsoid; -1: none. */
  readonly ofEllipsoid: Int32Array;
  readonly ofEllipse: Int32Array;
  /** Sum of the gains. */
  readonly gain: number;
  /** The assignment with dummies, with its proof. */
  readonly transport: Result | null;
}

/** Solves exactly. */
export function* bestLinks({ n, m, i, j, gain }: Candidates): Generator<Progress, Links, void> {
  const ofEllipsoid = new Int32Array(n).fill(-1);
  const ofEllipse = new Int32Array(m).fill(-1);
  if (gain.length === 0) return { ofEllipsoid, ofEllipse, gain: 0, transport: null };
  // Only those with candidates take part: rows are ellipsoids, then partners of lonely ellipses; columns the other way round.
  const rows = ranks(i, n);
  const columns = ranks(j, m);
  const size = rows.count + columns.count;
  const from: number[] = [];
  const to: number[] = [];
  const price: number[] = [];
  const arc = (row: number, column: number, value: number): void => {
    from.push(row);
    to.push(column);
    price.push(value);
  };
  for (let k = 0; k < gain.length; k++) {
    const [p, q] = [rows.of[i[k]], columns.of[j[k]]];
    arc(p, q, -gain[k]);
    arc(rows.count + q, columns.count + p, 0);
  }
  for (let p = 0; p < rows.count; p++) arc(p, columns.count + p, 0);
  for (let q = 0; q < columns.count; q++) arc(rows.count + q, q, 0);
  const ones = new Float64Array(size).fill(1);
  const transport = yield* emd.steps(ones, ones, sparse(sparseFromEntries(size, size, from, to, price)));
  let total = 0;
  const worth = new Map(gain.map((value, k) => [i[k] * m + j[k], value]));
  for (const [row, column, mass] of transport.plan.entries(0.5)) {
    if (row >= rows.count || column >= columns.count || !(mass > 0.5)) continue;
    const [p, q] = [rows.names[row], columns.names[column]];
    ofEllipsoid[p] = q;
    ofEllipse[q] = p;
    total += worth.get(p * m + q) ?? 0;
  }
  return { ofEllipsoid, ofEllipse, gain: total, transport };
}

/** Consecutive numbers for those of 0 .. count - 1 that occur. */
function ranks(given: readonly number[], count: number): { of: Int32Array; names: number[]; count: number } {
  const of = new Int32Array(count).fill(-1);
  const names: number[] = [];
  for (const index of given) {
    if (of[index] >= 0) continue;
    of[index] = names.length;
    names.push(index);
  }
  return { of, names, count: names.length };
}

// A problem between groups of atoms, small enough to be solved on the way: its potentials, carried over, are where the large problem starts.
// Compare Mérigot (2011) and Schmitzer, "Stabilized sparse scaling algorithms" (2019), section 3.3.
import type { Cost } from "../../cost/cost.ts";
import { dense } from "../../cost/dense.ts";
import type { Inside } from "../operators/sweeper.ts";
import type { EntropicProblem } from "../problem.ts";
import { costFeatures, groupAtoms } from "./groups.ts";

/** A problem between groups of rows and groups of columns. */
export interface Aggregate {
  readonly problem: EntropicProblem;
  /** The problem between groups of rows and single columns, which carries potentials over. */
  readonly between: EntropicProblem;
  /** The group of every row and column; -1 for those without mass. */
  readonly rowGroup: Int32Array;
  readonly columnGroup: Int32Array;
  /**
   * What grouping makes of the costs: the root mean square of C_ij - C_Ij - C_iJ + C_IJ. Potentials absorb everything else. Below this epsilon the
   * groups are too coarse.
   */
  readonly blur: number;
}

/** Atoms of a group, on average. */
const groupSize = 8;
/** Rows that the blur is estimated from. */
const samples = 32;

/** The problem between groups; undefined where some pair is forbidden. `inside` is that of a sweeper that holds the large problem, with nothing kept. */
export function* aggregate(
  { cost, a, b, mass, massAdjustment }: EntropicProblem,
  inside: Inside,
): Generator<void, Aggregate | undefined, void> {
  const m = cost.shape[1];
  const features = costFeatures(cost);
  const rows = groupAtoms(features.rows, a, groupSize);
  const columns = groupAtoms(features.columns, b, groupSize);
  const aGroups = sums(a, rows.of, rows.count);
  const bGroups = sums(b, columns.of, columns.count);
  const shares = a.map((weight, i) => (rows.of[i] >= 0 ? weight / aGroups[rows.of[i]] : 0));
  const rowMeans = yield* inside.groupRows(rows.of, shares, rows.count);
  if (!rowMeans.every((mean) => Math.abs(mean) < Infinity)) return undefined;
  const toGroups = b.map((weight, j) => (columns.of[j] >= 0 ? weight / bGroups[columns.of[j]] : 0));
  const groupMeans = columnMeans(rowMeans, rows.count, m, columns.of, toGroups, columns.count);
  const make = (data: Float64Array, from: Float64Array, to: Float64Array): EntropicProblem => ({
    cost: dense({ data, rows: from.length, cols: to.length }),
    a: from,
    b: to,
    mass,
    massAdjustment,
    warmStart: null,
  });
  return {
    problem: make(groupMeans, aGroups, bGroups),
    between: make(rowMeans, aGroups, b),
    rowGroup: rows.of,
    columnGroup: columns.of,
    blur: blurOf(cost, rowMeans, groupMeans, rows.of, columns, toGroups),
  };
}

/** The root mean square of C_ij - C_Ij - C_iJ + C_IJ over some rows. */
function blurOf(
  cost: Cost,
  rowMeans: Float64Array,
  groupMeans: Float64Array,
  rowGroup: Int32Array,
  { of, count }: { of: Int32Array; count: number },
  toGroups: Float64Array,
): number {
  const [n, m] = cost.shape;
  let total = 0;
  const row = new Float64Array(m);
  const taken = Math.min(samples, n);
  for (let k = 0; k < taken; k++) {
    const i = Math.floor(((2 * k + 1) * n) / (2 * taken));
    const I = rowGroup[i];
    if (I < 0) continue;
    cost.block(i, i + 1, row);
    const own = columnMeans(row, 1, m, of, toGroups, count);
    for (let j = 0; j < m; j++) {
      const J = of[j];
      if (J < 0) continue;
      const left = row[j] - rowMeans[I * m + j] - own[J] + groupMeans[I * count + J];
      total += left * left;
    }
  }
  return Math.sqrt(total / (taken * m));
}

function sums(masses: Float64Array, of: Int32Array, count: number): Float64Array {
  const out = new Float64Array(count);
  for (let k = 0; k < masses.length; k++) if (of[k] >= 0) out[of[k]] += masses[k];
  return out;
}

/** The means over groups of columns, rows x count. */
function columnMeans(
  data: Float64Array,
  rows: number,
  m: number,
  of: Int32Array,
  shares: Float64Array,
  count: number,
): Float64Array {
  const out = new Float64Array(rows * count);
  for (let i = 0; i < rows; i++) {
    const to = i * count;
    for (let j = 0; j < m; j++) if (of[j] >= 0) out[to + of[j]] += shares[j] * data[i * m + j];
  }
  return out;
}

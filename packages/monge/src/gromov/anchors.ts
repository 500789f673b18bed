// A structure seen from a few of its atoms: anchors, the cell of each, how far every atom is from every anchor.
// Farthest points: Gonzalez (1985); k-means++: Arthur and Vassilvitskii (2007).
import { type Cost, toCost } from "../cost/cost.ts";
import { pointsOf } from "../cost/points.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";
import type { Random } from "../linalg/random.ts";
import { dot, sum } from "../linalg/sum.ts";
import type { Structure } from "./structure.ts";

/** How anchors are chosen: each the farthest from those before, or seeded in proportion to mass times squared distance. */
export type AnchorChoice = "farthest" | "kmeans++";

/** A structure, partitioned. */
export interface Partition {
  /** The anchors, ascending. */
  readonly anchors: Int32Array;
  /** For each atom the index of its anchor among `anchors`. */
  readonly cells: Int32Array;
  /** (C_ip + C_pi) / 2 for atoms i and anchors p: n x anchors, row-major. */
  readonly distances: Float64Array;
  /** The masses of the cells. */
  readonly masses: Float64Array;
}

/**
 * Chooses up to `count` anchors among the atoms with mass, fewer where all others coincide with one, and gives every atom to its nearest; of
 * equally near ones to the first. Entries of C count as distances.
 */
export function partition(
  structure: Structure,
  a: Float64Array,
  count: number,
  choice: AnchorChoice,
  stream: Random,
): Partition {
  const { n } = structure;
  const massive = a.some((mass) => mass > 0);
  const nearest = new Float64Array(n).fill(Infinity);
  const chosen: { atom: number; column: Float64Array }[] = [];
  const square = structure.points !== null;
  const add = (atom: number): void => {
    const column = columnOf(structure, atom);
    for (let i = 0; i < n; i++) nearest[i] = Math.min(nearest[i], Math.abs(column[i]));
    nearest[atom] = 0;
    chosen.push({ atom, column });
  };
  const farthest = (far: Float64Array): number => {
    let best = -1;
    for (let i = 0; i < n; i++) if ((a[i] > 0 || !massive) && (best < 0 || far[i] > far[best])) best = i;
    return best;
  };
  const drawn = (weights: Float64Array): number => {
    const total = sum(weights);
    let left = stream.uniform() * total;
    let last = -1;
    for (let i = 0; i < n; i++) {
      if (weights[i] === 0) continue;
      last = i;
      left -= weights[i];
      if (left < 0) break;
    }
    return last;
  };
  const pull = (far: number, i: number): number => (massive ? a[i] : 1) * (square ? far : far * far);
  add(choice === "farthest" ? farthest(eccentricity(structure, a)) : drawn(massive ? a : new Float64Array(n).fill(1)));
  while (chosen.length < count) {
    const next = choice === "farthest" ? farthest(nearest) : drawn(nearest.map(pull));
    if (next < 0 || nearest[next] === 0) break;
    add(next);
  }
  return cellsOf(
    chosen.sort((one, other) => one.atom - other.atom),
    a,
  );
}

function cellsOf(chosen: readonly { atom: number; column: Float64Array }[], a: Float64Array): Partition {
  const [n, k] = [a.length, chosen.length];
  const distances = new Float64Array(n * k);
  const cells = new Int32Array(n);
  const masses = new Float64Array(k);
  for (let i = 0; i < n; i++) {
    let best = 0;
    for (let p = 0; p < k; p++) {
      distances[i * k + p] = chosen[p].column[i];
      if (Math.abs(chosen[p].column[i]) < Math.abs(chosen[best].column[i])) best = p;
    }
    cells[i] = best;
  }
  for (let p = 0; p < k; p++) cells[chosen[p].atom] = p;
  for (let i = 0; i < n; i++) masses[cells[i]] += a[i];
  return { anchors: Int32Array.from(chosen, ({ atom }) => atom), cells, distances, masses };
}

function columnOf({ n, row, at, symmetric }: Structure, atom: number): Float64Array {
  const out = new Float64Array(n);
  row(atom, out);
  if (!symmetric) for (let i = 0; i < n; i++) out[i] = (out[i] + at(i, atom)) / 2;
  return out;
}

/** The mean entry of each row, up to a constant: the same for a structure in another order or turned. */
function eccentricity({ n, row, points }: Structure, a: Float64Array): Float64Array {
  const mass = sum(a);
  const weights = mass > 0 ? a : new Float64Array(n).fill(1);
  const total = mass > 0 ? mass : n;
  if (points === null) {
    const entries = new Float64Array(n);
    return Float64Array.from({ length: n }, (_, i) => {
      row(i, entries);
      return dot(entries, weights) / total;
    });
  }
  const { data, d } = points;
  const mean = new Float64Array(d);
  for (let at = 0; at < data.length; at++) mean[at % d] += (weights[Math.floor(at / d)] * data[at]) / total;
  return Float64Array.from({ length: n }, (_, i) => {
    let square = 0;
    for (let k = 0; k < d; k++) square += (data[i * d + k] - mean[k]) ** 2;
    return square;
  });
}

/** The structure of the anchors alone. */
export function costOfAnchors(cost: Cost, anchors: Int32Array): Cost {
  const k = anchors.length;
  if (cost.kind === "points" && cost.x === cost.y) {
    const d = cost.x.cols;
    const data = new Float64Array(k * d);
    for (let p = 0; p < k; p++) data.set(cost.x.data.subarray(anchors[p] * d, (anchors[p] + 1) * d), p * d);
    const x: Matrix<Floats> = { data, rows: k, cols: d };
    return pointsOf(x, x, cost.ground);
  }
  return entriesBetween(cost, anchors, anchors);
}

/** The entries of a cost between some rows and some columns. */
export function entriesBetween(cost: Cost, rows: ArrayLike<number>, columns: ArrayLike<number>): Cost {
  const cols = columns.length;
  const data = new Float64Array(rows.length * cols);
  for (let i = 0, at = 0; i < rows.length; i++) {
    for (let j = 0; j < cols; j++, at++) data[at] = cost.at(rows[i], columns[j]);
  }
  return toCost({ data, rows: rows.length, cols });
}

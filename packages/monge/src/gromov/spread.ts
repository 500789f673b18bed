// A plan between anchors, spread over the atoms of their cells: first each cell is shared out among the cells that it is matched with, then the
// shares of two cells are matched. Chowdhury, Miller, Needham (2021), with the shares of a cell chosen by cost instead of all alike.
// What moving mass from i to j costs is the objective's derivative at the plan between anchors, <h1(Cx_i.), mu h2(Cy_j.)> up to marginal terms.
import type { Cost } from "../cost/cost.ts";
import { emd } from "../exact/emd.ts";
import { northWest } from "../exact/line/staircase.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { type SparseMatrix, sparseFromEntries } from "../linalg/sparse.ts";
import type { Partition } from "./anchors.ts";
import type { GromovProblem } from "./problem.ts";

/**
 * How the atoms of two matched cells are matched: `"line"` in the order of their distances from the anchors, `"anchors"` by exact transport under
 * what the objective says of them, seen from all anchors.
 */
export type WithinCells = "line" | "anchors";

/** Some atoms with the mass of each. */
interface Share {
  readonly atoms: number[];
  readonly masses: number[];
}

/** Spreads `mu`, the plan between the anchors; at most n + m + 4 |mu| entries, with the marginals a and b. */
export function spread(
  { a, b, loss, alpha, term }: GromovProblem,
  x: Partition,
  y: Partition,
  mu: SparseMatrix,
  within: WithinCells,
): SparseMatrix {
  const derivative = derivativeOf(x, y, mu, loss, 2 * alpha);
  const cost = (i: number, j: number): number => derivative(i, j) + (term === null ? 0 : linear(term, i, j));
  const shares = (
    side: Partition,
    masses: Float64Array,
    partners: readonly { cell: number; mass: number }[][],
    costTo: (atom: number, cell: number) => number,
  ): Map<number, Share>[] =>
    membersOf(side, masses).map((atoms, own) => shareOut(atoms, masses, partners[own], (i, q) => costTo(i, q)));
  const [rows, columns] = partnersOf(mu);
  const ofRows = shares(x, a, rows, (i, q) => cost(i, y.anchors[q]));
  const ofColumns = shares(y, b, columns, (j, p) => cost(x.anchors[p], j));
  const i: number[] = [];
  const j: number[] = [];
  const mass: number[] = [];
  for (const [p, partners] of rows.entries()) {
    for (const { cell: q } of partners) {
      const one = ofRows[p].get(q);
      const other = ofColumns[q].get(p);
      if (one === undefined || other === undefined) continue;
      match(one, other, p, q);
    }
  }
  return sparseFromEntries(a.length, b.length, i, j, mass);

  function match(one: Share, other: Share, p: number, q: number): void {
    const alone = one.atoms.length === 1 || other.atoms.length === 1;
    if (within === "line" || alone) {
      const first = inOrder(one, (atom) => x.distances[atom * x.anchors.length + p]);
      const second = inOrder(other, (atom) => y.distances[atom * y.anchors.length + q]);
      const stairs = northWest(first.masses, second.masses);
      for (let e = 0; e < stairs.mass.length; e++)
        put(first.atoms[stairs.i[e]], second.atoms[stairs.j[e]], stairs.mass[e]);
      return;
    }
    const table = tableOf(one.atoms, other.atoms, cost);
    const { plan } = emd(one.masses, other.masses, table, { massTolerance: Infinity });
    for (const [k, l, moved] of plan.entries()) put(one.atoms[k], other.atoms[l], moved);
  }

  function put(row: number, column: number, moved: number): void {
    if (moved <= 0) return;
    i.push(row);
    j.push(column);
    mass.push(moved);
  }
}

function linear({ cost, weight }: { cost: Cost; weight: number }, i: number, j: number): number {
  return weight === 0 ? 0 : weight * cost.at(i, j);
}

/** -weight <h1(Cx_ip), sum_q mu_pq h2(Cy_jq)>, of atoms i and j. */
function derivativeOf(
  x: Partition,
  y: Partition,
  mu: SparseMatrix,
  loss: GromovProblem["loss"],
  weight: number,
): (i: number, j: number) => number {
  const [k, l] = [x.anchors.length, y.anchors.length];
  const seen = x.distances.map(loss.h1);
  const other = y.distances.map(loss.h2);
  const m = y.cells.length;
  const carried = new Float64Array(m * k);
  for (let j = 0; j < m; j++) {
    for (let p = 0; p < k; p++) {
      let total = 0;
      for (let e = mu.rowPtr[p]; e < mu.rowPtr[p + 1]; e++) total += mu.values[e] * other[j * l + mu.colIdx[e]];
      carried[j * k + p] = -weight * total;
    }
  }
  return (i, j) => {
    let total = 0;
    for (let p = 0; p < k; p++) total += seen[i * k + p] * carried[j * k + p];
    return total;
  };
}

/** The atoms with mass of each cell. */
function membersOf({ anchors, cells }: Partition, masses: Float64Array): number[][] {
  const members: number[][] = Array.from(anchors, () => []);
  for (let i = 0; i < cells.length; i++) if (masses[i] > 0) members[cells[i]].push(i);
  return members;
}

/** For each row, and for each column, the cells that it is matched with. */
function partnersOf(mu: SparseMatrix): [{ cell: number; mass: number }[][], { cell: number; mass: number }[][]] {
  const rows: { cell: number; mass: number }[][] = Array.from({ length: mu.rows }, () => []);
  const columns: { cell: number; mass: number }[][] = Array.from({ length: mu.cols }, () => []);
  for (let p = 0; p < mu.rows; p++) {
    for (let e = mu.rowPtr[p]; e < mu.rowPtr[p + 1]; e++) {
      if (mu.values[e] <= 0) continue;
      rows[p].push({ cell: mu.colIdx[e], mass: mu.values[e] });
      columns[mu.colIdx[e]].push({ cell: p, mass: mu.values[e] });
    }
  }
  return [rows, columns];
}

/** Shares the atoms of one cell out among its partners, at the least cost: no more than atoms + partners - 1 pieces. */
function shareOut(
  atoms: number[],
  masses: Float64Array,
  partners: readonly { cell: number; mass: number }[],
  costTo: (atom: number, cell: number) => number,
): Map<number, Share> {
  const own = atoms.map((atom) => masses[atom]);
  if (partners.length === 1) return new Map([[partners[0].cell, { atoms, masses: own }]]);
  const shares = new Map<number, Share>(partners.map(({ cell }) => [cell, { atoms: [], masses: [] }]));
  if (partners.length === 0 || atoms.length === 0) return new Map();
  const wanted = partners.map(({ mass }) => mass);
  const cells = partners.map(({ cell }) => cell);
  const { plan } = emd(own, wanted, tableOf(atoms, cells, costTo), { massTolerance: Infinity });
  for (const [k, l, moved] of plan.entries()) {
    const share = shares.get(cells[l]);
    share?.atoms.push(atoms[k]);
    share?.masses.push(moved);
  }
  for (const [cell, { atoms: some }] of shares) if (some.length === 0) shares.delete(cell);
  return shares;
}

function tableOf(rows: readonly number[], columns: readonly number[], cost: (i: number, j: number) => number): Matrix {
  const data = new Float64Array(rows.length * columns.length);
  for (let k = 0, at = 0; k < rows.length; k++) {
    for (let l = 0; l < columns.length; l++, at++) data[at] = cost(rows[k], columns[l]);
  }
  return { data, rows: rows.length, cols: columns.length };
}

function inOrder({ atoms, masses }: Share, key: (atom: number) => number): Share {
  const order = atoms.map((_, k) => k).sort((k, l) => key(atoms[k]) - key(atoms[l]) || k - l);
  return { atoms: order.map((k) => atoms[k]), masses: order.map((k) => masses[k]) };
}

// Atoms too light for the quantum of integer masses: left out of a solve, then sent whole to their cheapest partner.
import { OtError } from "../errors/otError.ts";
import type { Status } from "../run/options.ts";
import { planOfTree, type SpanningTree } from "./networkSimplex/spanningTree.ts";
import type { ExactAnswer, ExactProblem } from "./problem.ts";

/** The part of a problem that an integer solve sees. */
export interface KeptAtoms {
  /** Index in the problem of each row and column kept; null: all. */
  readonly rows: Int32Array | null;
  readonly cols: Int32Array | null;
  /** Index in the caller's cost of each row and column kept; null: all. */
  readonly costRows: Int32Array | null;
  readonly costCols: Int32Array | null;
  /** Masses of the atoms kept, and in whole quanta. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly p: Float64Array;
  readonly q: Float64Array;
  readonly quantum: number;
  /** Whole quanta of all atoms of the problem. */
  readonly wholeA: Float64Array;
  readonly wholeB: Float64Array;
}

/** Sets the atoms aside whose whole mass is 0. */
export function keptAtoms(
  problem: ExactProblem,
  wholeA: Float64Array,
  wholeB: Float64Array,
  quantum: number,
): KeptAtoms {
  const rows = positive(wholeA);
  const cols = positive(wholeB);
  return {
    rows,
    cols,
    costRows: compose(problem.rows, rows),
    costCols: compose(problem.cols, cols),
    // Copies: the masses of left-out atoms will be taken from their partners'.
    a: pick(problem.a, rows),
    b: pick(problem.b, cols),
    p: pick(wholeA, rows),
    q: pick(wholeB, cols),
    quantum,
    wholeA,
    wholeB,
  };
}

function positive(whole: Float64Array): Int32Array | null {
  if (!whole.includes(0)) return null;
  const atoms: number[] = [];
  for (let k = 0; k < whole.length; k++) if (whole[k] > 0) atoms.push(k);
  return Int32Array.from(atoms);
}

function compose(outer: Int32Array | null, inner: Int32Array | null): Int32Array | null {
  if (outer === null || inner === null) return inner ?? outer;
  return inner.map((k) => outer[k]);
}

function pick(values: Float64Array, atoms: Int32Array | null): Float64Array {
  return atoms === null ? values.slice() : Float64Array.from(atoms, (k) => values[k]);
}

/** The answer for the whole problem from the tree and the potentials of the atoms kept. */
export function completeAnswer(
  problem: ExactProblem,
  kept: KeptAtoms,
  tree: SpanningTree,
  f: Float64Array,
  g: Float64Array,
  status: Status,
  iterations: number,
): ExactAnswer {
  const { a, b, p, q, quantum, rows, cols } = kept;
  if (rows === null && cols === null) {
    return { status, iterations, ...planOfTree(tree, a, b, p, q, quantum), f, g };
  }
  const light = placeLight(problem, kept, f, g);
  const rest = planOfTree(tree, light.a, light.b, p, q, quantum);
  const i = rows === null ? rest.i : rest.i.map((k) => rows[k]);
  const j = cols === null ? rest.j : rest.j.map((k) => cols[k]);
  return {
    status,
    iterations,
    i: Int32Array.from([...i, ...light.i]),
    j: Int32Array.from([...j, ...light.j]),
    mass: Float64Array.from([...rest.mass, ...light.mass]),
    f: light.f,
    g: light.g,
  };
}

interface Light {
  /** Potentials of all atoms. */
  readonly f: Float64Array;
  readonly g: Float64Array;
  /** Masses of the atoms kept, less what the light ones bring. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly i: number[];
  readonly j: number[];
  readonly mass: number[];
}

// Potentials of light atoms are c-transforms: rows over the columns kept, then columns over all rows that have one by then,
// then rows whose only partners are light columns.
function placeLight(problem: ExactProblem, kept: KeptAtoms, keptF: Float64Array, keptG: Float64Array): Light {
  const { n, m, cost } = problem;
  const f = scatter(keptF, kept.rows, n);
  const g = scatter(keptG, kept.cols, m);
  const light: Light = { f, g, a: kept.a.slice(), b: kept.b.slice(), i: [], j: [], mass: [] };
  const rowPlace = inverse(kept.rows, n);
  const colPlace = inverse(kept.cols, m);
  const at = (i: number, j: number): number =>
    cost.at(problem.rows === null ? i : problem.rows[i], problem.cols === null ? j : problem.cols[j]);
  const row = (i: number): void => {
    const [j, least] = cheapest(m, (k) => at(i, k) - g[k]);
    if (j < 0) return;
    f[i] = least;
    light.i.push(i);
    light.j.push(j);
    light.mass.push(problem.a[i]);
    if (colPlace[j] >= 0) light.b[colPlace[j]] -= problem.a[i];
  };
  for (let i = 0; i < n; i++) if (Number.isNaN(f[i])) row(i);
  for (let j = 0; j < m; j++) {
    if (!Number.isNaN(g[j])) continue;
    const [any, least] = cheapest(n, (k) => at(k, j) - f[k]);
    if (any < 0) throw alone(problem.cols === null ? j : problem.cols[j], "b");
    g[j] = least;
    // A light row cannot carry it, unless there is no other.
    const [heavy] = cheapest(n, (k) => (rowPlace[k] >= 0 ? at(k, j) - f[k] : Infinity));
    const i = heavy >= 0 ? heavy : any;
    light.i.push(i);
    light.j.push(j);
    light.mass.push(problem.b[j]);
    if (rowPlace[i] >= 0) light.a[rowPlace[i]] -= problem.b[j];
  }
  for (let i = 0; i < n; i++) {
    if (!Number.isNaN(f[i])) continue;
    row(i);
    if (Number.isNaN(f[i])) throw alone(problem.rows === null ? i : problem.rows[i], "a");
  }
  return light;
}

/** The index with the least value below Infinity, or -1; NaN loses every comparison. */
function cheapest(count: number, value: (k: number) => number): [number, number] {
  let best = -1;
  let least = Infinity;
  for (let k = 0; k < count; k++) {
    const candidate = value(k);
    if (candidate < least) {
      least = candidate;
      best = k;
    }
  }
  return [best, least];
}

function scatter(values: Float64Array, atoms: Int32Array | null, length: number): Float64Array {
  if (atoms === null) return values.slice();
  const all = new Float64Array(length).fill(NaN);
  for (let k = 0; k < atoms.length; k++) all[atoms[k]] = values[k];
  return all;
}

function inverse(atoms: Int32Array | null, length: number): Int32Array {
  if (atoms === null) return Int32Array.from({ length }, (_, k) => k);
  const place = new Int32Array(length).fill(-1);
  for (let k = 0; k < atoms.length; k++) place[atoms[k]] = k;
  return place;
}

function alone(atom: number, argument: "a" | "b"): OtError {
  return new OtError("Infeasible", `No plan exists: atom ${atom} of ${argument} may reach no atom of the other side.`, {
    argument,
    seen: atom,
    cure: "Allow more pairs, or take the atom's mass away.",
    witness:
      argument === "a"
        ? { rows: Int32Array.of(atom), columns: new Int32Array(0) }
        : { rows: new Int32Array(0), columns: Int32Array.of(atom) },
  });
}

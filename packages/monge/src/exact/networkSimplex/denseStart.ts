// The start of a network simplex on a dense matrix: potentials of a sample of the problem, extended to all of it, then greedy.
// As multiscale methods coarsen points (Schmitzer 2016), but with no geometry: every fourth row and column of the matrix.
import type { Workspace } from "../../kernels/workspace.ts";
import { layTree, viewTree } from "./spanningTree.ts";

/** Rows or columns that one of the sample stands for. */
const ratio = 4;
/** A side this small is not sampled. */
const smallest = 128;

/**
 * Binds tree, lists and a first basis for the n x m matrix (f64, row-major, Infinity: forbidden) at `matrix` and the whole masses
 * `p`, `q` (equal sums). Potentials start from `g` if given. Returns the quanta left on arcs of the root: where it is 0,
 * `denseRun` takes it from there.
 */
export function startDense(
  workspace: Workspace,
  matrix: number,
  p: Float64Array,
  q: Float64Array,
  g: Float64Array | null,
): number {
  const { call } = workspace;
  const n = p.length;
  const m = q.length;
  const sample = g === null ? samplePotentials(workspace, matrix, p, q) : null;
  layTree(workspace, n, m);
  const width = listWidth(m);
  const lists = workspace.alloc(call["denseBytes"](n, width));
  const masses = workspace.alloc(8 * (n + m));
  const scratch = workspace.alloc(call["greedyBytes"](n, m));
  workspace.f64(masses, n).set(p);
  workspace.f64(masses + 8 * n, m).set(q);
  call["denseBind"](matrix, lists, width, Math.ceil(Math.sqrt(n)));
  if (g !== null) {
    viewTree(workspace, n, m).potentials.set(g, n);
    call["denseReduce"](masses);
  } else {
    startPotentials(workspace, masses, sample);
  }
  call["denseList"]();
  const unmet = call["greedy"](masses, matrix, scratch);
  call["treeBuild"]();
  call["treeReprice"]();
  return unmet;
}

/** Column minima, or the potentials of the sample extended, whichever has the higher dual value; then row minima. */
function startPotentials(workspace: Workspace, masses: number, sample: Sample | null): void {
  const { call } = workspace;
  if (sample === null) {
    call["denseExtend"](0, 0, 0);
    call["denseReduce"](masses);
    return;
  }
  const count = sample.rows.length;
  const mark = workspace.mark();
  const rows = workspace.alloc(4 * count);
  const f = workspace.alloc(8 * count);
  workspace.i32(rows, count).set(sample.rows);
  workspace.f64(f, count).set(sample.f);
  call["denseExtend"](rows, f, count);
  const sampled = call["denseReduce"](masses);
  // A cloud moved to itself has potentials near 0, and those of a sample are mostly its noise.
  call["denseExtend"](0, 0, 0);
  if (call["denseReduce"](masses) < sampled) {
    call["denseExtend"](rows, f, count);
    call["denseReduce"](masses);
  }
  workspace.release(mark);
}

interface Sample {
  readonly rows: Int32Array;
  readonly f: Float64Array;
}

/** Columns in the shortlist of a row: measured in 2 and 784 dimensions, 500 to 5000 points. */
function listWidth(m: number): number {
  return Math.min(m, Math.max(24, Math.round(0.9 * Math.sqrt(m))));
}

/** Optimal row potentials of a sample of the problem, or null where it is too small for one. */
function samplePotentials(workspace: Workspace, matrix: number, p: Float64Array, q: Float64Array): Sample | null {
  const { call } = workspace;
  if (Math.min(p.length, q.length) < 2 * smallest) return null;
  const source = groups(p);
  const target = groups(q);
  const height = source.atoms.length;
  const width = target.atoms.length;
  const mark = workspace.mark();
  const rows = workspace.alloc(4 * height);
  const cols = workspace.alloc(4 * width);
  const part = workspace.alloc(8 * height * width);
  workspace.i32(rows, height).set(source.atoms);
  workspace.i32(cols, width).set(target.atoms);
  call["denseSample"](matrix, q.length, rows, height, cols, width, part);
  // Forbidden pairs may leave no plan for the sample. What its tree then keeps on arcs of the root stays there: potentials to
  // start from need not be optimal.
  startDense(workspace, part, source.masses, target.masses, null);
  call["denseRun"](0x3fffffff);
  const f = viewTree(workspace, height, width).potentials.slice(0, height);
  workspace.release(mark);
  return { rows: source.atoms, f };
}

/** One atom of each run of `ratio` neighbours, with the mass of the run. */
function groups(masses: Float64Array): { atoms: Int32Array; masses: Float64Array } {
  const count = Math.ceil(masses.length / ratio);
  const atoms = new Int32Array(count);
  const sums = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    const end = Math.min(masses.length, (k + 1) * ratio);
    atoms[k] = (k * ratio + end) >> 1;
    for (let i = k * ratio; i < end; i++) sums[k] += masses[i];
  }
  return { atoms, masses: sums };
}

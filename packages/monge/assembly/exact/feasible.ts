// First phase on a dense matrix with forbidden pairs: drives the flow off the arcs of the root that greedy left there.
// Arcs of the root cost 1, all others 0, so that potentials are +-1 and every arc that prices out does so by 2.
import { countPivot, pivots } from "./arcs";
import { findColumn, rowMinimum } from "./rows";
import { pi, pivot, potentials, root, sinks, sources, step, treePhase } from "./tree";

let matrix: usize = 0;
/** Potentials of the columns by the true costs, which break the ties of this phase. */
let guide: usize = 0;
/** The same, -Infinity where no arc into the column prices out. */
let masked: usize = 0;
let unmet: f64 = 0;
let cursor: i32 = 0;

/** Bytes of scratch for m columns. */
export function feasibleBytes(m: i32): usize {
  return <usize>m * 16;
}

/** Begins the phase from the tree at hand and the matrix (f64, n x m, Infinity: forbidden). */
export function feasibleBind(cost: usize, scratch: usize): void {
  matrix = cost;
  guide = scratch;
  masked = guide + (<usize>sinks << 3);
  memory.copy(guide, potentials + (<usize>sources << 3), <usize>sinks << 3);
  unmet = treePhase();
  cursor = 0;
}

/** Pivots until the flow is gone or no arc prices out (returns 0), or `maxPivots` more were done (returns 1). */
export function feasibleRun(maxPivots: i32): i32 {
  const n = sources;
  const limit = pivots + maxPivots;
  let clean = 0;
  mask();
  while (clean < n && unmet > 0) {
    const i = cursor;
    const row = matrix + ((<usize>i * sinks) << 3);
    const least = pi(i) + pi(root) > 0 ? rowMinimum(row, masked, sinks) : Infinity;
    if (least == Infinity) {
      cursor = i + 1 == n ? 0 : i + 1;
      clean++;
      continue;
    }
    const j = findColumn(row, masked, sinks, least);
    pivot(i, n + j, load<f64>(row + (<usize>j << 3)), -2);
    unmet -= 2 * step;
    countPivot();
    if (pivots >= limit) return 1;
    clean = 0;
    mask();
  }
  return 0;
}

// f_i + g_j > 0 where both are 1, measured from the root's potential.
function mask(): void {
  const zero = pi(root);
  const g = potentials + (<usize>sources << 3);
  for (let at: usize = 0; at < <usize>sinks << 3; at += 8) {
    store<f64>(masked + at, load<f64>(g + at) > zero ? load<f64>(guide + at) : -Infinity);
  }
}

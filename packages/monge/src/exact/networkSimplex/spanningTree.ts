// The basis of a network simplex in kernel memory, and the plan that it stands for.
// Flow on a tree is determined by the masses: what the subtree of a node has too much or lacks crosses the arc above it.
import type { Workspace } from "../../kernels/workspace.ts";

/** Views of the tree on n + m + 1 nodes (rows, columns, root); they go stale at the next `alloc`. */
export interface SpanningTree {
  /** Parent of each node. Every arc leaves a row or the root, so the arc above a row points up, above a column down. */
  readonly parents: Int32Array;
  /** Next node in preorder. */
  readonly threads: Int32Array;
  /** Flow on the arc above each node, in whole quanta. */
  readonly flows: Float64Array;
  /** Cost of the arc above each node. */
  readonly costs: Float64Array;
  /** f, then g, then the potential of the root. */
  readonly potentials: Float64Array;
}

/** Lays out a tree in the workspace. Fill parents, flows, costs; `treeBuild` and `treeReprice` make the rest. */
export function layTree(workspace: Workspace, n: number, m: number): void {
  const { call } = workspace;
  call["treeBind"](n, m, workspace.alloc(call["treeBytes"](n, m)));
}

/** Fresh views of the tree laid out last. */
export function viewTree(workspace: Workspace, n: number, m: number): SpanningTree {
  const { call } = workspace;
  const nodes = n + m + 1;
  return {
    parents: workspace.i32(call["treeParents"](), nodes),
    threads: workspace.i32(call["treeThreads"](), nodes),
    flows: workspace.f64(call["treeFlows"](), nodes),
    costs: workspace.f64(call["treeCosts"](), nodes),
    potentials: workspace.f64(call["treePotentials"](), nodes),
  };
}

/** Entries of a plan. */
export interface Entries {
  readonly i: Int32Array;
  readonly j: Int32Array;
  readonly mass: Float64Array;
}

/**
 * The plan of a tree for the true masses `a`, `b` (in the caller's unit), given that its flows belong to the whole `p`, `q`.
 *
 * Each entry is quantum * flow plus what the rounding errors a - quantum p, b - quantum q of its subtree amount to, so that
 * the marginals hold to the rounding of single entries. Where such a correction would make an entry negative (an entry of a few
 * quanta at most, or an empty one), the entry is 0 and the correction, at most (n + m) / 2 quanta, stays in the marginal.
 * Empty arcs carry corrections only if the errors left on the components that they join exceed 1e-13 of the mass.
 */
export function planOfTree(
  tree: SpanningTree,
  a: Float64Array,
  b: Float64Array,
  p: Float64Array,
  q: Float64Array,
  quantum: number,
): Entries {
  const joined = corrected(tree, a, b, p, q, quantum, false);
  if (joined.left <= 1e-13 * joined.total) return joined.entries;
  const through = corrected(tree, a, b, p, q, quantum, true);
  return through.left < joined.left ? through.entries : joined.entries;
}

function corrected(
  { parents, threads, flows }: SpanningTree,
  a: Float64Array,
  b: Float64Array,
  p: Float64Array,
  q: Float64Array,
  quantum: number,
  throughEmpty: boolean,
): { entries: Entries; left: number; total: number } {
  const n = a.length;
  const root = n + b.length;
  const order = new Int32Array(root);
  for (let k = 0, v = threads[root]; k < root; k++, v = threads[v]) order[k] = v;
  const error = new Float64Array(root + 1);
  for (let i = 0; i < n; i++) error[i] = a[i] - quantum * p[i];
  for (let j = 0; j < b.length; j++) error[n + j] = b[j] - quantum * q[j];
  const i = new Int32Array(root);
  const j = new Int32Array(root);
  const mass = new Float64Array(root);
  let count = 0;
  let left = 0;
  let total = 0;
  for (let k = root - 1; k >= 0; k--) {
    const v = order[k];
    const parent = parents[v];
    if (parent === root) {
      left += Math.abs(error[v]);
      continue;
    }
    const whole = quantum * flows[v];
    const amount = flows[v] === 0 && !throughEmpty ? 0 : Math.max(0, whole + error[v]);
    error[parent] -= amount - whole;
    left += Math.abs(error[v] - (amount - whole));
    if (amount === 0) continue;
    i[count] = v < n ? v : parent;
    j[count] = (v < n ? parent : v) - n;
    mass[count++] = amount;
    total += amount;
  }
  return { entries: { i: i.slice(0, count), j: j.slice(0, count), mass: mass.slice(0, count) }, left, total };
}

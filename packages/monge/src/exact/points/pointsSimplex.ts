// General masses between points: network simplex over candidate arcs, level by level, then pricing of all pairs.
// Each level starts from the plan of the coarser one, split to the children: a feasible tree that only needs local pivots.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Progress } from "../../run/options.ts";
import { layTree, planOfTree, type SpanningTree, viewTree } from "../networkSimplex/spanningTree.ts";
import { type Arcs, complete, gather, place } from "./candidates.ts";
import type { Cloud } from "./cloud.ts";
import { type Forest, greedyForest, hang, refineForest, staircase } from "./forest.ts";
import { type Candidates, descend, type PointsRun, pause, price } from "./pointsRun.ts";

/** Pivots between two pauses. */
const chunk = 2048;

/** Solves all levels; the plan and the potentials of the finest are left in `run`: optimal unless it was stopped. `a`, `b`: true masses. */
export function* solveSimplex(
  run: PointsRun,
  a: Float64Array,
  b: Float64Array,
  quantum: number,
): Generator<Progress, void, void> {
  const { workspace, xs, ys } = run;
  let plan: Forest | null = null;
  for (let level = xs.length - 1; level >= 0; level--) {
    const x = xs[level];
    const y = ys[level];
    const mark = workspace.mark();
    let arcs: Arcs;
    if (plan === null && !run.warm) {
      arcs = complete(x.cloud.n, y.cloud.n);
      plan = staircase(x.mass, y.mass);
    } else {
      const found: Candidates | null = yield* descend(run, level);
      if (found === null) return;
      arcs = gather(workspace, x.cloud, y.cloud, found.rows, found.columns, null);
      plan =
        plan === null
          ? greedyForest(x.mass, y.mass, workspace.i32(found.rows.columns, x.cloud.n * found.rows.k), found.rows.k)
          : refineForest(x, y, xs[level + 1], ys[level + 1], plan);
      workspace.release(mark);
    }
    plantTree(workspace, x.cloud, y.cloud, plan);
    if (level === 0)
      run.plan = () => truePlan(viewTree(workspace, x.cloud.n, y.cloud.n), a, b, x.mass, y.mass, quantum);
    if (!(yield* solveLevel(run, level, arcs))) return;
    if (level === 0) return;
    plan = wholePlan(viewTree(workspace, x.cloud.n, y.cloud.n), x.cloud.n);
    workspace.release(mark);
  }
}

/** Makes `plan` the tree of the simplex kernels; the top of each of its components gets its present potential. */
function plantTree(workspace: Workspace, x: Cloud, y: Cloud, plan: Forest): void {
  const { call } = workspace;
  const { n } = x;
  const root = n + y.n;
  layTree(workspace, n, y.n);
  const { parents, flows, costs } = viewTree(workspace, n, y.n);
  const { parent, flow } = hang(n, y.n, plan);
  parents.set(parent);
  flows.set(flow);
  const f = workspace.f64(x.potential, n);
  const between = call["pointsCost"];
  for (let v = 0; v < root; v++) {
    const above = parent[v];
    if (above === root) costs[v] = f[v];
    else costs[v] = v < n ? between(x.header, y.header, v, above - n) : between(x.header, y.header, above, v - n);
  }
  call["treeBuild"]();
  call["treeReprice"]();
}

/** Returns false where the run was stopped. */
function* solveLevel(run: PointsRun, level: number, arcs: Arcs): Generator<Progress, boolean, void> {
  const { workspace, xs, ys } = run;
  const { call } = workspace;
  const { cloud: x } = xs[level];
  const { cloud: y } = ys[level];
  let left = Infinity;
  for (;;) {
    const mark = workspace.mark();
    const graph = place(workspace, x, y, arcs);
    const scratch = workspace.alloc(call["arcsBytes"](x.n));
    // Rows priced at a time: a few dozen blocks a sweep.
    const block = Math.max(32, x.n >> 5);
    call["arcsBind"](graph.rowPtr, graph.rowPtr + 4, graph.colIdx, graph.cost, scratch, block);
    call["arcsPhase"](2);
    const before = run.iterations;
    for (;;) {
      const open = call["arcsSettle"](Math.max(1, Math.min(chunk, run.control.maxIterations - run.iterations)));
      run.iterations = before + call["arcsPivots"]();
      if (open === 0) break;
      if (level === 0) readPotentials(workspace, x, y);
      yield* pause(run, "simplex", left);
      if (run.stopped !== null) return false;
    }
    readPotentials(workspace, x, y);
    workspace.release(mark);
    yield* pause(run, "simplex", left);
    if (run.stopped !== null) return false;
    const violated = yield* price(run, level);
    if (violated === null) return false;
    left = violated.found / x.n;
    const known = arcs.colIdx.length;
    if (violated.found > 0) arcs = gather(workspace, x, y, violated, null, arcs);
    workspace.release(mark);
    // Violated arcs that are all known already are violated by rounding.
    if (arcs.colIdx.length === known) return true;
    yield* pause(run, "pricing", left);
    if (run.stopped !== null) return false;
  }
}

function readPotentials(workspace: Workspace, x: Cloud, y: Cloud): void {
  const { potentials } = viewTree(workspace, x.n, y.n);
  workspace.f64(x.potential, x.n).set(potentials.subarray(0, x.n));
  workspace.f64(y.potential, y.n).set(potentials.subarray(x.n, x.n + y.n));
}

/** The entries of the tree's plan, in quanta. */
function wholePlan({ parents, flows }: SpanningTree, n: number): Forest {
  const nodes = flows.length - 1;
  const i = new Int32Array(nodes);
  const j = new Int32Array(nodes);
  const mass = new Float64Array(nodes);
  let count = 0;
  for (let v = 0; v < nodes; v++) {
    if (flows[v] === 0) continue;
    i[count] = v < n ? v : parents[v];
    j[count] = (v < n ? parents[v] : v) - n;
    mass[count++] = flows[v];
  }
  return { i: i.slice(0, count), j: j.slice(0, count), mass: mass.slice(0, count) };
}

/** The plan of the tree for the true masses; an atom too light to show in quanta goes along an arc of the tree. */
function truePlan(
  tree: SpanningTree,
  a: Float64Array,
  b: Float64Array,
  p: Float64Array,
  q: Float64Array,
  quantum: number,
): Forest {
  const plan = planOfTree(tree, a, b, p, q, quantum);
  const n = a.length;
  const root = n + b.length;
  const { parents, threads } = tree;
  const served = new Uint8Array(root);
  for (const row of plan.i) served[row] = 1;
  for (const column of plan.j) served[n + column] = 1;
  const i: number[] = [];
  const j: number[] = [];
  const mass: number[] = [];
  for (let v = 0; v < root; v++) {
    const neighbour = parents[v] === root ? threads[v] : parents[v];
    // The node behind a top in preorder is its first child, unless the top is alone.
    if (served[v] === 1 || neighbour === root || (parents[v] === root && parents[neighbour] !== v)) continue;
    i.push(v < n ? v : neighbour);
    j.push((v < n ? neighbour : v) - n);
    mass.push(v < n ? a[v] : b[v - n]);
  }
  if (i.length === 0) return plan;
  return {
    i: Int32Array.from([...plan.i, ...i]),
    j: Int32Array.from([...plan.j, ...j]),
    mass: Float64Array.from([...plan.mass, ...mass]),
  };
}

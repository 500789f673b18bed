// Equal masses between points: shortest augmenting paths over candidate arcs, level by level, then pricing of all pairs.
// The assignment kernels (assembly/exact/assignmentArcs.ts) start from the potentials and the matching of the coarser level.
import type { Progress } from "../../run/options.ts";
import { type Arcs, complete, gather, pairs, place } from "./candidates.ts";
import { refineAssignment } from "./hierarchy.ts";
import { descend, type PointsRun, pause, price } from "./pointsRun.ts";

/** Solves all levels; the plan and the potentials of the finest are left in `run`: optimal unless it was stopped. */
export function* solveAssignment(run: PointsRun): Generator<Progress, void, void> {
  const { workspace, xs, ys } = run;
  let partner: Int32Array | null = null;
  for (let level = xs.length - 1; level >= 0; level--) {
    const n = xs[level].cloud.n;
    const mark = workspace.mark();
    const matching = { n, colOfRow: workspace.alloc(4 * n), rowOfCol: workspace.alloc(4 * n) };
    workspace.i32(matching.colOfRow, n).fill(-1);
    workspace.i32(matching.rowOfCol, n).fill(-1);
    if (level === 0) run.plan = () => matched(workspace.i32(matching.colOfRow, n));
    const prior: Int32Array | null = partner === null ? null : refineAssignment(xs[level], ys[level], partner);
    if (!(yield* solveLevel(run, level, matching, prior))) return;
    partner = workspace.i32(matching.colOfRow, n).slice();
    if (level > 0) workspace.release(mark);
  }
}

interface Matching {
  readonly n: number;
  readonly colOfRow: number;
  readonly rowOfCol: number;
}

/** Returns false where the run was stopped. */
function* solveLevel(
  run: PointsRun,
  level: number,
  matching: Matching,
  prior: Int32Array | null,
): Generator<Progress, boolean, void> {
  const { workspace, xs, ys } = run;
  const { call } = workspace;
  const { cloud: x } = xs[level];
  const { cloud: y } = ys[level];
  const { n } = matching;
  let arcs: Arcs;
  const cold = prior === null && !run.warm;
  if (cold) arcs = complete(n, n);
  else {
    const mark = workspace.mark();
    const found = yield* descend(run, level);
    if (found === null) return false;
    // Some perfect matching is among the arcs, so that no set of rows can be stuck.
    const possible = pairs(prior ?? Int32Array.from({ length: n }, (_, i) => i));
    arcs = gather(workspace, x, y, found.rows, found.columns, possible);
    workspace.release(mark);
  }
  for (let round = 0; ; round++) {
    const mark = workspace.mark();
    const graph = place(workspace, x, y, arcs);
    const scratch = workspace.alloc(call["assignmentArcsBytes"](n));
    call["assignmentArcsInit"](
      n,
      graph.rowPtr,
      graph.colIdx,
      graph.cost,
      x.potential,
      y.potential,
      matching.colOfRow,
      matching.rowOfCol,
      scratch,
    );
    if (round === 0) {
      if (cold) call["assignmentArcsReduce"]();
      call["assignmentArcsRepair"]();
      // Augmenting row reduction (epsilon 0): most rows find a column without a search.
      call["assignmentArcsAuction"](0, 10 * n, -Infinity);
    }
    call["assignmentArcsRepair"]();
    for (let open = call["assignmentArcsFree"](); open > 0; ) {
      open = call["assignmentArcsAugment"](1);
      // The arcs hold a perfect matching by construction; without one this loop would not end.
      if (open === 2) throw new Error("points: the candidate arcs hold no perfect matching");
      run.iterations++;
      yield* pause(run, "assignment", call["assignmentArcsFree"]() / n);
      if (run.stopped !== null) return false;
    }
    workspace.release(mark);
    yield* pause(run, "assignment", 0);
    if (run.stopped !== null) return false;
    const violated = yield* price(run, level);
    if (violated === null) return false;
    const before = arcs.colIdx.length;
    if (violated.found > 0) arcs = gather(workspace, x, y, violated, null, arcs);
    workspace.release(mark);
    // Violated arcs that are all known already are violated by rounding.
    if (arcs.colIdx.length === before) return true;
    yield* pause(run, "pricing", violated.found / n);
    if (run.stopped !== null) return false;
  }
}

function matched(partner: Int32Array): { i: Int32Array; j: Int32Array; mass: Float64Array } {
  const i: number[] = [];
  const j: number[] = [];
  for (let row = 0; row < partner.length; row++) {
    if (partner[row] < 0) continue;
    i.push(row);
    j.push(partner[row]);
  }
  return { i: Int32Array.from(i), j: Int32Array.from(j), mass: new Float64Array(i.length).fill(1) };
}

// Network simplex: moves from spanning tree to spanning tree, each time letting in an arc with C_ij - f_i - g_j < 0.
// Strongly feasible trees (Cunningham 1976) so that degeneracy cannot cycle; masses are integers, so no ratio test has a tolerance.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Progress, Status } from "../../run/options.ts";
import { completeAnswer, type KeptAtoms, keptAtoms } from "../keptAtoms.ts";
import { exponent, integerMasses } from "../masses.ts";
import { type Control, type Engine, type ExactAnswer, type ExactProblem, latestOffer } from "../problem.ts";
import { startDense } from "./denseStart.ts";
import { unreachable } from "./hallViolator.ts";
import { type ArcList, type LoadedCosts, loadArcs, loadMatrix } from "./simplexArcs.ts";
import { layTree, viewTree } from "./spanningTree.ts";

/** The engine; iterations are pivots. */
export const networkSimplex: Engine = {
  name: "networkSimplex",
  summary: "network simplex: any masses, any cost, forbidden pairs; O(n m) memory for costs that are not sparse",
  refuses: () => null,
  run,
};

function* run(problem: ExactProblem, workspace: Workspace, control: Control): Generator<Progress, ExactAnswer, void> {
  const { a, b, quantum, slack } = integerMasses(problem.a, problem.b);
  let kept = keptAtoms(problem, a, b, quantum);
  const offer = latestOffer(control);
  const start = workspace.mark();
  while (true) {
    const answer = yield* solveKept(problem, kept, slack, workspace, control, offer);
    if (answer !== null) return answer;
    // Blocks that balance only up to rounding were made to balance: once more, with masses that allow a plan.
    kept = keptAtoms(problem, kept.wholeA, kept.wholeB, quantum);
    workspace.release(start);
  }
}

function* solveKept(
  problem: ExactProblem,
  kept: KeptAtoms,
  slack: number,
  workspace: Workspace,
  control: Control,
  offer: (snapshot: () => ExactAnswer) => void,
): Generator<Progress, ExactAnswer | null, void> {
  const { call } = workspace;
  const n = kept.p.length;
  const m = kept.q.length;
  const costs = loadCosts(workspace, problem, kept);
  const { warmStart } = problem;
  const g =
    warmStart === null
      ? null
      : Float64Array.from(kept.q, (_, j) => warmStart.g[kept.cols === null ? j : kept.cols[j]] * costs.scale);
  let unmet =
    costs.matrix === null
      ? startSparse(workspace, costs.arcs, kept, g)
      : startDense(workspace, costs.matrix, kept.p, kept.q, g);

  const answer = (status: Status): ExactAnswer => {
    const tree = viewTree(workspace, n, m);
    const f = tree.potentials.slice(0, n);
    const g = tree.potentials.slice(n, n + m);
    if (costs.scale !== 1) {
      for (let i = 0; i < n; i++) f[i] /= costs.scale;
      for (let j = 0; j < m; j++) g[j] /= costs.scale;
    }
    return completeAnswer(problem, kept, tree, f, g, status, call["arcsPivots"]());
  };
  offer(() => answer("stopped"));

  const chunk = Math.max(64, Math.floor(1e6 / (n + m)));
  function* pivots(phase: string, advance: (count: number) => number): Generator<Progress, Status | null, void> {
    while (true) {
      const left = control.maxIterations - call["arcsPivots"]();
      if (left <= 0) return "maxIterations";
      if (advance(Math.min(chunk, left)) === 0) return null;
      const error = costs.matrix === null || call["denseViolated"]() < 0 ? Infinity : call["denseViolated"]() / n;
      yield { phase, iteration: call["arcsPivots"](), error, elapsedMs: control.elapsedMs() };
      const status = control.interrupted();
      if (status !== null) return status;
    }
  }

  if (unmet > 0) {
    call["arcsPhase"](1);
    if (costs.matrix === null) call["treePhase"]();
    else call["feasibleBind"](costs.matrix, workspace.alloc(call["feasibleBytes"](m)));
    const status = yield* pivots("feasibility", call[costs.matrix === null ? "arcsRun" : "feasibleRun"]);
    unmet = call["treePhase"]();
    if (status !== null) {
      call["treeReprice"]();
      return answer(status);
    }
    if (unmet > slack) throw unreachable(workspace, kept, costs);
    if (unmet > 0) {
      settleBlocks(workspace, kept);
      return null;
    }
    call["arcsPhase"](2);
    call["treeReprice"]();
  }
  const status = yield* pivots("pivots", call[costs.matrix === null ? "arcsSettle" : "denseRun"]);
  return answer(status ?? "optimal");
}

/** Binds tree, arcs and a first basis; returns the quanta left on arcs of the root. */
function startSparse(workspace: Workspace, arcs: ArcList, { p, q }: KeptAtoms, g: Float64Array | null): number {
  const { call } = workspace;
  const n = p.length;
  const m = q.length;
  layTree(workspace, n, m);
  const candidates = workspace.alloc(call["arcsBytes"](n));
  const masses = workspace.alloc(8 * (n + m));
  const scratch = workspace.alloc(call["greedyBytes"](n, m));
  workspace.f64(masses, n).set(p);
  workspace.f64(masses + 8 * n, m).set(q);
  if (g !== null) viewTree(workspace, n, m).potentials.set(g, n);
  call["arcsBind"](arcs.rowPtr, arcs.rowPtr + 4, arcs.column, arcs.price, candidates, Math.ceil(Math.sqrt(n)));
  call["arcsReduce"](g === null ? 1 : 0);
  const unmet = call["greedy"](masses, 0, scratch);
  call["treeBuild"]();
  call["treeReprice"]();
  return unmet;
}

/** Loads the costs, scaled exactly if sums could overflow. */
function loadCosts(
  workspace: Workspace,
  { cost }: ExactProblem,
  kept: KeptAtoms,
): LoadedCosts & { readonly scale: number } {
  const { call } = workspace;
  if (cost.kind !== "sparse") {
    const matrix = loadMatrix(workspace, cost, kept.costRows, kept.costCols);
    const count = kept.p.length * kept.q.length;
    const largest = call["largestMagnitude"](matrix, count);
    return { matrix, arcs: null, scale: rescale(workspace, matrix, count, largest) };
  }
  const arcs = loadArcs(workspace, cost, kept.costRows, kept.costCols);
  const largest = call["largestMagnitude"](arcs.price, arcs.count);
  return { matrix: null, arcs, scale: rescale(workspace, arcs.price, arcs.count, largest) };
}

/** Brings costs beyond 2^500 or all below 2^-500 to about 1, by a power of two, and returns it. */
function rescale(workspace: Workspace, address: number, count: number, largest: number): number {
  if (largest === 0 || (largest < 2 ** 500 && largest > 2 ** -500)) return 1;
  const scale = 2 ** Math.max(-1022, Math.min(1022, -exponent(largest)));
  workspace.call["scaleBy"](address, count, scale);
  return scale;
}

/** Takes the flow that is left on arcs of the root, a few quanta, out of the masses. */
function settleBlocks(workspace: Workspace, kept: KeptAtoms): void {
  const n = kept.p.length;
  const m = kept.q.length;
  const { parents, flows } = viewTree(workspace, n, m);
  for (let v = 0; v < n + m; v++) {
    if (parents[v] !== n + m || flows[v] === 0) continue;
    if (v < n) kept.wholeA[kept.rows === null ? v : kept.rows[v]] -= flows[v];
    else kept.wholeB[kept.cols === null ? v - n : kept.cols[v - n]] -= flows[v];
  }
}

// Cost scaling with crossover: a nearly optimal basis from prices of falling accuracy, finished by the network simplex.
// Goldberg and Tarjan (1990), with the forest of the flow giving the prices of the next phase; any masses.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Progress, Status } from "../../run/options.ts";
import { completeAnswer, type KeptAtoms, keptAtoms } from "../keptAtoms.ts";
import { integerMasses } from "../masses.ts";
import { type Control, type Engine, type ExactAnswer, type ExactProblem, latestOffer } from "../problem.ts";
import { networkSimplex } from "./networkSimplex.ts";
import { scalingBasis } from "./scalingBasis.ts";
import { loadArcs } from "./simplexArcs.ts";
import { layTree, viewTree } from "./spanningTree.ts";

/** Arcs beyond which lists of all of them no longer pay. */
const mostArcs = 2 ** 25;

/** The engine; iterations are pivots. */
export const costScaling: Engine = {
  name: "costScaling",
  summary: "cost scaling with crossover: any masses, sparse costs and matrices of up to 3e7 entries",
  refuses: ({ n, m, cost }) => {
    const arcs = cost.kind === "sparse" ? cost.matrix.values.length : n * m;
    return arcs > mostArcs ? `it lists all ${arcs} pairs, more than ${mostArcs}` : null;
  },
  run,
};

function* run(problem: ExactProblem, workspace: Workspace, control: Control): Generator<Progress, ExactAnswer, void> {
  const { a, b, quantum } = integerMasses(problem.a, problem.b);
  const kept = keptAtoms(problem, a, b, quantum);
  const offer = latestOffer(control);
  const start = workspace.mark();
  const answer = yield* scaled(problem, kept, workspace, control, offer);
  if (answer !== null) return answer;
  // No plan on these arcs, or one beyond the reach of floating point: the simplex finds it or names the witness.
  workspace.release(start);
  return yield* networkSimplex.run(problem, workspace, { ...control, offer });
}

function* scaled(
  problem: ExactProblem,
  kept: KeptAtoms,
  workspace: Workspace,
  control: Control,
  offer: (snapshot: () => ExactAnswer) => void,
): Generator<Progress, ExactAnswer | null, void> {
  const { call } = workspace;
  const n = kept.p.length;
  const m = kept.q.length;
  const arcs = loadArcs(workspace, problem.cost, kept.costRows, kept.costCols);
  const { least, most } = extent(workspace.f64(arcs.price, arcs.count));
  const largest = Math.max(Math.abs(least), Math.abs(most));
  if (!(largest < 2 ** 500) || (largest > 0 && largest < 2 ** -500)) return null;
  const masses = workspace.alloc(8 * (n + m));
  const prices = workspace.alloc(8 * (n + m));
  layTree(workspace, n, m);
  const lists = workspace.alloc(call["arcsBytes"](n));
  const greedyScratch = workspace.alloc(call["greedyBytes"](n, m));
  workspace.f64(masses, n).set(kept.p);
  workspace.f64(masses + 8 * n, m).set(kept.q);

  // A feasible plan first, for whoever stops before the crossover.
  call["arcsBind"](arcs.rowPtr, arcs.rowPtr + 4, arcs.column, arcs.price, lists, Math.max(32, n >> 5));
  call["arcsReduce"](1);
  const unmet = call["greedy"](masses, 0, greedyScratch);
  if (unmet > 0) return null;
  call["treeBuild"]();
  call["treeReprice"]();
  const answer = (status: Status): ExactAnswer => {
    const tree = viewTree(workspace, n, m);
    const f = tree.potentials.slice(0, n);
    const g = tree.potentials.slice(n, n + m);
    return completeAnswer(problem, kept, tree, f, g, status, call["arcsPivots"]());
  };
  offer(() => answer("stopped"));

  const warm = problem.warmStart;
  const g = workspace.f64(prices + 8 * n, m);
  if (warm === null) g.fill(0);
  else for (let j = 0; j < m; j++) g[j] = warm.g[kept.cols === null ? j : kept.cols[j]];
  const extentOfCost = Math.max(most - least, largest * 2 ** -30, Number.MIN_VALUE * 2 ** 60);
  // Below the rounding of the prices no accuracy can be reached.
  const end = Math.max(extentOfCost / (400 * Math.max(n, m)), largest * 2 ** -44);
  const start = Math.max(end, warm === null ? extentOfCost / 8 : warmAccuracy(g, extentOfCost, Math.max(n, m)));
  const graph = { n, m, arcs: arcs.count, rowPtr: arcs.rowPtr, colIdx: arcs.column, cost: arcs.price };
  const where = { a: masses, b: masses + 8 * n, f: prices, g: prices + 8 * n };
  const basis = scalingBasis(workspace, { ...graph, ...where }, { start, end }, 4 * largest * (n + m));
  let outcome: { readonly shipped: boolean };
  while (true) {
    const step = basis.next();
    if (step.done) {
      outcome = step.value;
      break;
    }
    yield { phase: "scaling", iteration: 0, error: step.value / extentOfCost, elapsedMs: control.elapsedMs() };
    const status = control.interrupted();
    if (status !== null) return answer(status);
  }
  if (!outcome.shipped) return null;
  const chunk = Math.max(64, Math.floor(1e6 / (n + m)));
  while (true) {
    const left = control.maxIterations - call["arcsPivots"]();
    if (left <= 0) return answer("maxIterations");
    if (call["arcsSettle"](Math.min(chunk, left)) === 0) return answer("optimal");
    const iteration = call["arcsPivots"]();
    yield { phase: "pivots", iteration, error: end / extentOfCost, elapsedMs: control.elapsedMs() };
    const status = control.interrupted();
    if (status !== null) return answer(status);
  }
}

/** Good prices of a column differ by the extent of the cost times the arcs of a path at most: the wider, the less they are worth. */
function warmAccuracy(g: Float64Array, extentOfCost: number, nodes: number): number {
  const { least, most } = extent(g);
  return most - least > nodes * extentOfCost ? (most - least) / 8 : extentOfCost / nodes;
}

function extent(prices: Float64Array): { least: number; most: number } {
  let least = Infinity;
  let most = -Infinity;
  for (let k = 0; k < prices.length; k++) {
    least = Math.min(least, prices[k]);
    most = Math.max(most, prices[k]);
  }
  return prices.length === 0 ? { least: 0, most: 0 } : { least, most };
}

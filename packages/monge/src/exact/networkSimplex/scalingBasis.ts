// A nearly optimal basis of a sparse transport problem by cost scaling: flow and prices to a falling accuracy, then crossover.
// Goldberg and Tarjan (1990); what is left to the network simplex is a few pivots.
import type { Workspace } from "../../kernels/workspace.ts";

/** Addresses of a bipartite graph and its masses in kernel memory. */
export interface ScalingProblem {
  readonly n: number;
  readonly m: number;
  readonly arcs: number;
  /** i32[n + 1], i32[arcs], f64[arcs]. */
  readonly rowPtr: number;
  readonly colIdx: number;
  readonly cost: number;
  /** Whole masses > 0 of equal total <= 2^52: f64[n], f64[m]. */
  readonly a: number;
  readonly b: number;
  /** Prices f64[n] (output), f64[m] (start and output). */
  readonly f: number;
  readonly g: number;
}

/** Accuracies in the unit of the cost: from `start` by `factor` down to `end`. */
export interface ScalingSteps {
  readonly start: number;
  readonly end: number;
  /** Default 10. */
  readonly factor?: number;
  /** Start from the flow of the tree laid out last, and from the prices that it implies; default false: from no flow. The graph must hold its arcs. */
  readonly fromTree?: boolean;
}

/** What the crossover left in the tree. */
export interface ScalingOutcome {
  /** All mass is shipped; otherwise the rest goes over the root at cost `artificial`. */
  readonly shipped: boolean;
  /** Pieces of work done. */
  readonly pieces: number;
}

/** Arcs that one piece of work looks at. */
const piece = 4e6;

/**
 * Runs the kernels and writes parents, flows and costs of the tree laid out last (`layTree`), then builds and reprices it.
 * Yields the accuracy between pieces of work. Prices that outgrow `arcs` x 4000 looks end the scaling early: the flow
 * so far is crossed over all the same.
 */
export function* scalingBasis(
  workspace: Workspace,
  problem: ScalingProblem,
  steps: ScalingSteps,
  artificial: number,
): Generator<number, ScalingOutcome, void> {
  const { call } = workspace;
  const { n, m, arcs } = problem;
  const mark = workspace.mark();
  const scratch = workspace.alloc(call["scalingBytes"](n, m, arcs));
  const { rowPtr, colIdx, cost, a, b, f, g } = problem;
  call["scalingInit"](n, m, rowPtr, colIdx, cost, a, b, f, g, scratch);
  if (steps.fromTree === true) call["scalingLoad"](call["treeParents"](), call["treeFlows"]());
  const most = 16 + Math.ceil((4000 * arcs) / piece);
  let pieces = 0;
  let status = 0;
  for (let eps = steps.start; ; eps = Math.max(steps.end, eps / (steps.factor ?? 10))) {
    call["scalingPhase"](eps, 1);
    do {
      status = call["scalingRun"](piece);
      pieces++;
      yield eps;
    } while (status === 1 && pieces < most);
    if (status !== 0 || eps <= steps.end) break;
  }
  call["crossover"](call["treeParents"](), call["treeFlows"](), call["treeCosts"](), artificial);
  call["treeBuild"]();
  call["treeReprice"]();
  workspace.release(mark);
  return { shipped: status === 0, pieces };
}

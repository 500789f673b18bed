// Exact W_1 between two histograms on one grid under the city-block distance, as a flow between neighbouring cells.
// min sum_e h_e |phi_e| with div phi = a - b: d N edges in place of N^2 pairs; Ling and Okada, "An efficient earth mover's distance
// algorithm for robust histogram comparison" (2007). Solved by the network simplex on spanning trees of the grid.
import type { Cost } from "../../cost/cost.ts";
import { custom } from "../../cost/custom.ts";
import { grid } from "../../cost/grid.ts";
import { isOtError, OtError } from "../../errors/otError.ts";
import { graph } from "../../kernels/graph.ts";
import { giveBack, lease, type Workspace } from "../../kernels/workspace.ts";
import type { Weights } from "../../measure/weights.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "../../run/options.ts";
import { defineSolver, type Run, type RunControl } from "../../run/solver.ts";
import { prepare } from "../prepare.ts";
import { type FlowTree, type GridL1Result, type GridProblem, gridResult, wholeSupplies } from "./gridAnswer.ts";
import { blockTree, gridGraph } from "./gridGraph.ts";

/** Options of {@link gridL1}. */
export interface GridL1Options extends RunOptions {
  /** Distance between neighbours along each axis, > 0; default 1. */
  readonly spacing?: readonly number[];
  /** Which axes close up on themselves; default none. */
  readonly periodic?: readonly boolean[];
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/**
 * Exact W_1 between masses `a` and `b` on the N cells of a grid of the given `shape` (row-major, any dimension) under the
 * city-block distance sum_k spacing_k |i_k - j_k|.
 *
 * Memory O(d N). `value` is W_1 times the mass; the potentials are f = -g = u, 1-Lipschitz in the city-block distance; the plan
 * has at most 4 N entries, and mass that both sides have in a cell stays there. A limit (`maxIterations` pivots,
 * `timeLimitMs`, `stopWhen`) leaves a feasible plan, and `certify()` says how far it can be from the optimum.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface GridL1 {
  (a: Weights, b: Weights, shape: readonly number[], options?: GridL1Options): GridL1Result;
  /** The same between turns of the event loop; can be aborted. */
  async(
    a: Weights,
    b: Weights,
    shape: readonly number[],
    options?: GridL1Options & AsyncOptions,
  ): Promise<GridL1Result>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(a: Weights, b: Weights, shape: readonly number[], options?: GridL1Options): Run<GridL1Result>;
}

/** Exact W_1 on a grid; see {@link GridL1}. */
export const gridL1: GridL1 = /*#__PURE__*/ defineSolver<
  [Weights, Weights, readonly number[]],
  GridL1Options,
  GridL1Result
>(
  3,
  (control, [a, b, shape], options) => {
    const periodic = options.periodic ?? [];
    const plain = grid({ shape, spacing: options.spacing }, undefined, { power: 1 });
    const cost = periodic.some(Boolean) ? periodicCost(plain.sourceShape, options.spacing, periodic) : plain;
    const prepared = prepare(a, b, cost, options);
    const spacing = options.spacing ?? shape.map(() => 1);
    const graph = gridGraph(plain.sourceShape, spacing, periodic);
    return run(control, { ...prepared, cost, graph, shape: plain.sourceShape, spacing });
  },
  "gridL1",
);

const pivotsAtOnce = 1024;

/** How the run ended. */
interface Ended {
  readonly tree: FlowTree;
  readonly status: Status;
  readonly iterations: number;
}

function* run(control: RunControl<GridL1Result>, problem: GridProblem): Generator<Progress, GridL1Result, void> {
  const finish = ({ tree, status, iterations }: Ended): GridL1Result =>
    gridResult(problem, tree, status, iterations, control.elapsedMs());
  return finish(yield* control.elsewhere(() => flow(control, problem, finish)));
}

function* flow(
  control: RunControl<GridL1Result>,
  problem: GridProblem,
  finish: (ended: Ended) => GridL1Result,
): Generator<Progress, Ended, void> {
  const workspace = lease(graph);
  let intact = true;
  try {
    return yield* pivot(control, problem, workspace, finish);
  } catch (error) {
    // An error of ours leaves the memory in order; a trap may not.
    intact = isOtError(error);
    throw error;
  } finally {
    if (intact) giveBack(workspace);
  }
}

function* pivot(
  control: RunControl<GridL1Result>,
  problem: GridProblem,
  workspace: Workspace,
  finish: (ended: Ended) => GridL1Result,
): Generator<Progress, Ended, void> {
  const { graph, shape, spacing } = problem;
  const { nodes, tails, heads, lengths } = graph;
  const tree = blockTree(graph, shape);
  const copy = (values: Int32Array): number => {
    const address = workspace.alloc(values.byteLength);
    workspace.i32(address, values.length).set(values);
    return address;
  };
  const [tailsAt, headsAt, parentsAt, edgesAt, orderAt] = [
    tails,
    heads,
    tree.parents,
    tree.parentEdges,
    tree.order,
  ].map(copy);
  const lengthsAt = workspace.alloc(8 * lengths.length);
  const upAt = workspace.alloc(4 * nodes);
  const flowAt = workspace.alloc(8 * nodes);
  const memory = workspace.alloc(workspace.call["graphFlowBytes"](nodes));
  workspace.f64(lengthsAt, lengths.length).set(lengths);
  const flow = workspace.f64(flowAt, nodes);
  const up = workspace.i32(upAt, nodes);
  flow.set(wholeSupplies(problem));
  // Each node passes on what its subtree has too much, or is sent what it lacks; a flow of 0 points up.
  for (let k = nodes - 1; k >= 0; k--) {
    const v = tree.order[k];
    if (k > 0) flow[tree.parents[v]] += flow[v];
    up[v] = flow[v] >= 0 ? 1 : 0;
    flow[v] = Math.abs(flow[v]);
  }
  const diameter = shape.reduce((total, cells, axis) => total + (cells - 1) * spacing[axis], 0);
  const block = Math.max(32, Math.ceil(Math.sqrt(tails.length) / 2));
  const slack = 16 * 2 ** -52 * diameter;
  workspace.call["graphFlowInit"](
    nodes,
    tails.length,
    tailsAt,
    headsAt,
    lengthsAt,
    parentsAt,
    upAt,
    edgesAt,
    flowAt,
    orderAt,
    memory,
    slack,
    block,
  );
  const answer = (status: Status): Ended => ({
    tree: {
      parents: workspace.i32(parentsAt, nodes).slice(),
      parentEdges: workspace.i32(edgesAt, nodes).slice(),
      up: workspace.i32(upAt, nodes).slice(),
    },
    status,
    iterations: pivots(workspace),
  });
  control.offer(() => finish(answer("stopped")));
  let status: Status = "optimal";
  while (workspace.call["graphFlowRun"](Math.min(pivotsAtOnce, control.maxIterations - pivots(workspace))) === 0) {
    yield { phase: "pivot", iteration: pivots(workspace), error: Infinity, elapsedMs: control.elapsedMs() };
    const stop = control.interrupted();
    if (stop !== null) {
      status = stop;
      break;
    }
  }
  return answer(status);
}

function pivots(workspace: Workspace): number {
  return workspace.call["graphFlowPivots"]();
}

function periodicCost(
  shape: readonly number[],
  spacing: readonly number[] | undefined,
  periodic: readonly boolean[],
): Cost {
  if (periodic.length !== shape.length) {
    throw new OtError("InvalidShape", `periodic names ${periodic.length} axes, the grid has ${shape.length}.`, {
      argument: "options.periodic",
      seen: periodic.length,
      cure: "Pass true or false for each axis.",
    });
  }
  const cells = shape.reduce((product, along) => product * along, 1);
  return custom([cells, cells], (i, j) => {
    let total = 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const along = shape[axis];
      const gap = Math.abs((i % along) - (j % along));
      total += (periodic[axis] ? Math.min(gap, along - gap) : gap) * (spacing?.[axis] ?? 1);
      i = Math.floor(i / along);
      j = Math.floor(j / along);
    }
    return total;
  });
}

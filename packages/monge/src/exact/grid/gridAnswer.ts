// From masses on a grid to supplies in whole units, and from the optimal spanning tree to flows, potentials and plan.
import type { Cost } from "../../cost/cost.ts";
import { sparseFromEntries } from "../../linalg/sparse.ts";
import { sum } from "../../linalg/sum.ts";
import { type SparsePlan, sparsePlan } from "../../plan/sparse.ts";
import { certifyExact } from "../../run/certificate.ts";
import type { Status } from "../../run/options.ts";
import type { Result } from "../../run/result.ts";
import { flowPaths } from "./flowPaths.ts";
import { type GridGraph, orderOf } from "./gridGraph.ts";

const units = 2 ** 50;

/** A result on a grid. */
export interface GridL1Result extends Result {
  readonly plan: SparsePlan;
}

/** A checked problem. */
export interface GridProblem {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly massAdjustment: number;
  readonly cost: Cost;
  readonly graph: GridGraph;
  readonly shape: readonly number[];
  readonly spacing: readonly number[];
}

/** a - b in whole units that add up to 0 exactly: the cumulated difference is rounded. */
export function wholeSupplies({ a, b }: GridProblem): Float64Array {
  const total = sum(a);
  const supplies = new Float64Array(a.length);
  let excess = 0;
  let lost = 0;
  let before = 0;
  for (let v = 0; v < a.length; v++) {
    const term = a[v] - b[v];
    const next = excess + term;
    lost += Math.abs(excess) >= Math.abs(term) ? excess - next + term : term - next + excess;
    excess = next;
    const whole = v === a.length - 1 || total === 0 ? 0 : Math.round(((excess + lost) / total) * units);
    supplies[v] = whole - before;
    before = whole;
  }
  return supplies;
}

/** The spanning tree that a run ended with. */
export interface FlowTree {
  readonly parents: Int32Array;
  readonly parentEdges: Int32Array;
  /** 1 where flow runs from a node to its parent, 0 where it comes from there. */
  readonly up: Int32Array;
}

/** From the last tree: flows of the true masses, exact potentials, the plan. */
export function gridResult(
  problem: GridProblem,
  tree: FlowTree,
  status: Status,
  iterations: number,
  elapsedMs: number,
): GridL1Result {
  const { a, b, cost, massAdjustment } = problem;
  const nodes = a.length;
  const order = orderOf(tree.parents);
  const excess = new Float64Array(nodes);
  for (let v = 0; v < nodes; v++) excess[v] = a[v] - b[v];
  const flow = new Float64Array(nodes);
  for (let k = nodes - 1; k > 0; k--) {
    const v = order[k];
    // Against the direction of the arc there is only rounding.
    flow[v] = Math.max(0, tree.up[v] === 1 ? excess[v] : -excess[v]);
    excess[tree.parents[v]] += excess[v];
  }
  const { i, j, mass } = flowPaths({ parents: tree.parents, up: tree.up, flow }, a, b);
  const plan = sparsePlan(sparseFromEntries(nodes, nodes, i, j, mass));
  const f = treePotentials(problem, tree, order);
  const potentials = { f, g: f.map((value) => 0 - value) };
  const transportCost = sum(mass.map((amount, k) => amount * cost.at(i[k], j[k])));
  const total = sum(a);
  const error = (marginal: Float64Array, weights: Float64Array): number =>
    sum(marginal.map((value, v) => Math.abs(value - weights[v])));
  return {
    value: transportCost,
    transportCost,
    plan,
    potentials,
    report: {
      status,
      method: "gridL1",
      why: "city-block transport on a grid is a flow between neighbouring cells",
      backend: "wasm-simd",
      iterations,
      error: total > 0 ? (error(plan.marginal(0), a) + error(plan.marginal(1), b)) / total : 0,
      tolerance: 0,
      massAdjustment,
      elapsedMs,
      warnings: [],
    },
    certify: certifyExact({ cost, a, b, plan, potentials }),
  };
}

/** u is a whole number of steps along each axis, counted along the tree: no rounding but that of the last sum. */
function treePotentials(problem: GridProblem, tree: FlowTree, order: Int32Array): Float64Array {
  const { graph, spacing } = problem;
  const d = spacing.length;
  const steps = new Int32Array(order.length * d);
  const potentials = new Float64Array(order.length);
  for (let k = 1; k < order.length; k++) {
    const v = order[k];
    const parent = tree.parents[v];
    for (let axis = 0; axis < d; axis++) steps[v * d + axis] = steps[parent * d + axis];
    steps[v * d + graph.axes[tree.parentEdges[v]]] += tree.up[v] === 1 ? 1 : -1;
    for (let axis = 0; axis < d; axis++) potentials[v] += steps[v * d + axis] * spacing[axis];
  }
  return potentials;
}

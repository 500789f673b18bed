// A Kantorovich potential of W1 between two clouds, chosen in the middle of the optimal ones, so that kinks lie away from the sources.
// Optimal duals form a polytope g_j - g_k <= min over i with P_ik > 0 of |x_i - y_j| - |x_i - y_k|; shortest paths are its corners, their mean is inside.
import { points as pointsCost } from "../cost/points.ts";
import { emd } from "../exact/emd.ts";
import { type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import type { Weights } from "../measure/weights.ts";
import type { Result } from "../run/result.ts";
import { type DiscretePotential, discretePotential } from "./discretePotential.ts";

/** Options of {@link kantorovichPotential}. */
export interface KantorovichPotentialOptions {
  /** Masses of the sources (n); default null: uniform. */
  readonly a?: Weights;
  /** Masses of the targets (m); default null: uniform. */
  readonly b?: Weights;
  /** Shortest-path trees that are averaged, >= 1; default 1000: with at least m of them only ties that every optimum has are left. */
  readonly roots?: number;
}

/** An exact potential and the transport that it proves. */
export interface KantorovichPotential extends DiscretePotential {
  /** W1 between the clouds (times their mass). */
  readonly value: number;
  /** The duals g of the targets, m values. */
  readonly g: Float64Array;
  /** The exact answer: plan, report, certificate. */
  readonly transport: Result;
}

/**
 * The exact Kantorovich potential between clouds `x` (n x d) and `y` (m x d) under the Euclidean distance.
 *
 * Duals of an exact solver are a corner of the optimal polytope, where every second source lies on a kink of u and has no gradient;
 * these are the mean of all its shortest-path corners. A source whose mass must be split still lies on a kink. O(m^3) beside the solve.
 *
 * Throws what `emd` and `cost.points` throw.
 */
export function kantorovichPotential(
  x: MatrixLike,
  y: MatrixLike,
  options: KantorovichPotentialOptions = {},
): KantorovichPotential {
  const cost = pointsCost(x, y, "euclidean");
  const transport = emd(options.a ?? null, options.b ?? null, cost);
  const m = cost.shape[1];
  const start = transport.potentials.g;
  const slack = reducedSlack(transport, start, m);
  const g = new Float64Array(m);
  const roots = Math.min(m, Math.max(1, options.roots ?? 1000));
  for (let r = 0; r < roots; r++) {
    const distance = shortestPaths(slack, Math.floor((r * m) / roots), m);
    for (let j = 0; j < m; j++) g[j] += distance[j] / roots;
  }
  for (let j = 0; j < m; j++) g[j] += start[j];
  return { ...discretePotential(toMatrix(y, "y"), g), g, value: transport.value, transport };
}

/** slack[k m + j] = min over sources i served from k of (C_ij - g_j) - (C_ik - g_k) >= 0: how far g_j may rise above g_k. */
function reducedSlack(transport: Result, g: Float64Array, m: number): Float64Array {
  const slack = new Float64Array(m * m).fill(Infinity);
  const cost = transport.problem?.cost as NonNullable<Result["problem"]>["cost"];
  const row = new Float64Array(m);
  let filled = -1;
  for (const [i, k] of transport.plan.entries()) {
    if (i !== filled) cost.block(i, i + 1, row);
    filled = i;
    const own = row[k] - g[k];
    for (let j = 0; j < m; j++) slack[k * m + j] = Math.min(slack[k * m + j], Math.max(0, row[j] - g[j] - own));
  }
  return slack;
}

/** Dijkstra's distances from `root` on the complete graph; the unreachable are as far as the farthest reached. */
function shortestPaths(weights: Float64Array, root: number, m: number): Float64Array {
  const distance = new Float64Array(m).fill(Infinity);
  const done = new Uint8Array(m);
  distance[root] = 0;
  let farthest = 0;
  for (let step = 0; step < m; step++) {
    let at = -1;
    for (let j = 0; j < m; j++) if (done[j] === 0 && (at < 0 || distance[j] < distance[at])) at = j;
    if (distance[at] === Infinity) break;
    done[at] = 1;
    farthest = distance[at];
    for (let j = 0; j < m; j++) {
      const through = farthest + weights[at * m + j];
      if (through < distance[j]) distance[j] = through;
    }
  }
  return distance.map((value) => (value < Infinity ? value : farthest));
}

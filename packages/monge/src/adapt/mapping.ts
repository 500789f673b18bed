// A plan and a map that fit each other: min over plans P and maps L of
//   sum_i a_i |L(x_i) - T_i(P)|^2 + planWeight <P, C> + ridge R(L),   T_i(P) = sum_j P_ij y_j / a_i.
// Perrot, Courty, Flamary, Habrard, "Mapping estimation for discrete optimal transport" (2016). Convex in both: for each plan the best map is a
// linear system, so that the objective is a quadratic of the images T. Fully corrective conditional gradients: exact transport proposes vertices, a small
// quadratic program mixes those found so far, and the gap bounds what is left.
import { dense } from "../cost/dense.ts";
import { optionOutOfRange } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { product, transposed } from "../linalg/small.ts";
import type { SparseMatrix } from "../linalg/sparse.ts";
import { dot, l1Distance, sum } from "../linalg/sum.ts";
import { densePlan } from "../plan/dense.ts";
import type { Plan } from "../plan/plan.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { Progress, Status } from "../run/options.ts";
import type { RunControl } from "../run/solver.ts";
import { affineMaps, kernelMaps, medianDistance, regression } from "./mapFamily.ts";

/** Options of the methods `"linearMapping"` and `"kernelMapping"`. */
export interface MappingOptions {
  /** Weight of <P, C> beside the squared distance of the map from the plan, >= 0; default 1. */
  readonly planWeight?: number;
  /** Weight of the map's regulariser, > 0: |A - I|^2 of a linear map, the squared norm in the kernel's space of the other; default 1e-3. */
  readonly ridge?: number;
  /** Standard deviation of the Gaussian kernel, > 0, in the unit of the samples; default: the median distance between source samples. */
  readonly bandwidth?: number;
}

/** What a mapping is fitted to. */
export interface MappingProblem {
  readonly x: Matrix<Floats>;
  readonly y: Matrix<Floats>;
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Costs, n x m. */
  readonly C: Float64Array;
}

/** A fitted map and its plan. */
export interface Mapping {
  readonly plan: Plan;
  readonly value: number;
  readonly transportCost: number;
  readonly status: Status;
  readonly iterations: number;
  /** The gap of the conditional gradient, relative to the value. */
  readonly error: number;
  apply(points: Matrix<Floats>): Matrix;
  certify(): StationarityCertificate;
}

/** A vertex of the plans with what it contributes: the parts of the objective's residual, which is affine in the plan. */
interface Vertex {
  readonly plan: SparseMatrix;
  /** <P, C>. */
  readonly cost: number;
  /** L(x_i) - T_i of the best map for these images, n x d, and the same with weights a. */
  readonly off: Float64Array;
  readonly weighted: Float64Array;
  /** B, k x d; B - start; and ridge form (B - start). */
  readonly B: Float64Array;
  readonly fromStart: Float64Array;
  readonly held: Float64Array;
}

/** Fits a map of the family. Throws `InvalidValue` for options out of range. */
export function* fitMapping(
  control: RunControl<unknown>,
  problem: MappingProblem,
  kind: "linear" | "kernel",
  { planWeight = 1, ridge = 1e-3, bandwidth }: MappingOptions,
  tolerance: number,
): Generator<Progress, Mapping, void> {
  if (!(planWeight >= 0 && planWeight < Infinity))
    throw optionOutOfRange("planWeight", planWeight, "Use a finite number of at least 0.");
  if (!(ridge > 0 && ridge < Infinity)) throw optionOutOfRange("ridge", ridge, "Use a finite number above 0.");
  const { x, y, a, b, C } = problem;
  const [n, m, d] = [x.rows, y.rows, x.cols];
  const maps = kind === "linear" ? affineMaps(d) : kernelMaps(x, bandwidth ?? medianDistance(x));
  const phi = maps.features(x);
  const bestMap = regression(maps, phi, a, ridge);
  const bestPlan = (costs: Float64Array): Plan => emd(a, b, dense({ data: costs, rows: n, cols: m })).plan;
  const vertexAt = (plan: Plan): Vertex => {
    const T = plan.barycentricMap(y).data;
    const B = bestMap(T, d);
    const off = product(phi, B, n, maps.k, d).map((value, k) => value - T[k]);
    const weighted = off.map((value, k) => a[Math.floor(k / d)] * value);
    const fromStart = B.map((value, k) => value - maps.start[k]);
    const held = product(maps.form, fromStart, maps.k, maps.k, d).map((value) => ridge * value);
    return { plan: plan.toSparse(), cost: paid(plan, C, m), off, weighted, B, fromStart, held };
  };
  const objectiveOf = ({ off, weighted, fromStart, held, cost }: Omit<Vertex, "plan" | "B">): number =>
    dot(off, weighted) + dot(fromStart, held) + planWeight * cost;
  const gradientOf = (off: Float64Array): Float64Array =>
    product(off, transposed(y.data, m, d), n, d, m).map((value, k) => planWeight * C[k] - 2 * value);

  let vertices = [vertexAt(bestPlan(C))];
  let weights: Float64Array = Float64Array.of(1);
  let H = [[meet(vertices[0], vertices[0])]];
  let [status, iterations, error]: [Status, number, number] = ["converged", 0, Infinity];
  for (let best = Infinity; ; ) {
    const state = mixed(vertices, weights);
    const gradient = gradientOf(state.off);
    const next = bestPlan(gradient);
    const objective = objectiveOf(state);
    // <G, P> of the mixture, vertex by vertex.
    const here = vertices.reduce((total, { plan }, k) => total + weights[k] * paidSparse(plan, gradient, m), 0);
    const gap = here - paid(next, gradient, m);
    error = Math.max(gap, 0) / Math.max(Math.abs(objective), Number.MIN_VALUE);
    const elapsedMs = control.elapsedMs();
    yield { phase: "mapping", iteration: ++iterations, error, primal: objective, dual: objective - gap, elapsedMs };
    if (!(error > tolerance)) break;
    status = control.interrupted() ?? (objective < best ? "converged" : "stalled");
    if (status !== "converged") break;
    best = objective;
    vertices = [...vertices, vertexAt(next)];
    const row = vertices.map((vertex) => meet(vertex, vertices[vertices.length - 1]));
    H = [...H.map((values, k) => [...values, row[k]]), row];
    weights = mixtureOf(H, vertices, Float64Array.of(...weights, 0), planWeight);
    const kept = [...weights.keys()].filter((k) => weights[k] > 0);
    vertices = kept.map((k) => vertices[k]);
    H = kept.map((p) => kept.map((q) => H[p][q]));
    weights = weights.filter((weight) => weight > 0);
  }
  const P = new Float64Array(n * m);
  vertices.forEach(({ plan }, k) => {
    for (let i = 0; i < n; i++) {
      for (let at = plan.rowPtr[i]; at < plan.rowPtr[i + 1]; at++)
        P[i * m + plan.colIdx[at]] += weights[k] * plan.values[at];
    }
  });
  const plan = densePlan({ data: P, rows: n, cols: m });
  const final = vertexAt(plan);
  return {
    plan,
    value: objectiveOf(final),
    transportCost: final.cost,
    status,
    iterations,
    error,
    apply: (points) => ({
      data: product(maps.features(points), final.B, points.rows, maps.k, d),
      rows: points.rows,
      cols: d,
    }),
    certify() {
      const again = vertexAt(plan);
      const gradient = gradientOf(again.off);
      const stationarityGap = dot(gradient, P) - paid(bestPlan(gradient), gradient, m);
      const objective = objectiveOf(again);
      const residual = l1Distance(plan.marginal(0), a) + l1Distance(plan.marginal(1), b);
      return {
        kind: "stationarity",
        objective,
        stationarityGap,
        lowerBound: objective - Math.max(stationarityGap, 0),
        primalResidual: residual / sum(a),
      };
    },
  };
}

function paid(plan: Plan, costs: Float64Array, m: number): number {
  return paidSparse(plan.toSparse(), costs, m);
}

function paidSparse({ rowPtr, colIdx, values, rows }: SparseMatrix, costs: Float64Array, m: number): number {
  let total = 0;
  for (let i = 0; i < rows; i++) {
    for (let at = rowPtr[i]; at < rowPtr[i + 1]; at++) total += values[at] * costs[i * m + colIdx[at]];
  }
  return total;
}

/** The residuals of a mixture of vertices. */
function mixed(vertices: readonly Vertex[], weights: Float64Array): Omit<Vertex, "plan" | "B"> {
  const mix = (of: (vertex: Vertex) => Float64Array): Float64Array => {
    const out = new Float64Array(of(vertices[0]).length);
    vertices.forEach((vertex, k) => {
      of(vertex).forEach((value, at) => {
        out[at] += weights[k] * value;
      });
    });
    return out;
  };
  return {
    off: mix(({ off }) => off),
    weighted: mix(({ weighted }) => weighted),
    fromStart: mix(({ fromStart }) => fromStart),
    held: mix(({ held }) => held),
    cost: vertices.reduce((total, { cost }, k) => total + weights[k] * cost, 0),
  };
}

/** What a pair of vertices adds to the quadratic part of the objective. */
function meet(p: Vertex, q: Vertex): number {
  return dot(p.off, q.weighted) + dot(p.fromStart, q.held);
}

/** The weights in the simplex that minimise t^T H t + planWeight c^T t, from `start`: pairs of coordinates in turn, the steepest first. */
function mixtureOf(
  H: readonly (readonly number[])[],
  vertices: readonly Vertex[],
  start: Float64Array,
  planWeight: number,
): Float64Array {
  const k = vertices.length;
  const t = start.slice();
  const slope = vertices.map(({ cost }, p) => planWeight * cost + 2 * dot(Float64Array.from(H[p]), t));
  const scale = vertices.reduce((most, { cost }, p) => Math.max(most, H[p][p] + planWeight * cost), 0);
  for (let round = 0; round < 200 * k; round++) {
    let [low, high] = [0, -1];
    for (let p = 0; p < k; p++) {
      if (slope[p] < slope[low]) low = p;
      if (t[p] > 0 && (high < 0 || slope[p] > slope[high])) high = p;
    }
    const fall = slope[high] - slope[low];
    if (!(fall > 1e-14 * scale)) break;
    const curvature = 2 * (H[low][low] + H[high][high] - 2 * H[low][high]);
    const step = curvature > 0 ? Math.min(t[high], fall / curvature) : t[high];
    t[low] += step;
    t[high] = step === t[high] ? 0 : t[high] - step;
    for (let p = 0; p < k; p++) slope[p] += 2 * step * (H[p][low] - H[p][high]);
  }
  return t;
}

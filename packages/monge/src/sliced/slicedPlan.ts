// Transport plans from slices: the monotone plan along a direction, lifted to the points; the mean of many, or the cheapest of all tried.
// Expected sliced plans: Liu, Martin, Bai, Shen, Thorpe, Kolouri (2024). Cheapest (min-SWGG): Mahey, Chapel, Gasso, Bonet, Courty (2023).

import { points } from "../cost/points.ts";
import { optionOutOfRange } from "../errors/otError.ts";
import { eigen } from "../linalg/eigen.ts";
import type { Matrix, MatrixLike } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { sparseFromEntries } from "../linalg/sparse.ts";
import { sum } from "../linalg/sum.ts";
import { type SparsePlan, sparsePlan } from "../plan/sparse.ts";
import type { Report } from "../run/report.ts";
import { type DirectionOptions, readDirections, scaleToUnit } from "./directions.ts";
import { liftedCost, type Slice, slice } from "./slice.ts";
import { readSlices, type SliceOptions, type SliceProblem, sliceCosts } from "./slices.ts";

/** Options of {@link slicedPlan}. */
export interface SlicedPlanOptions extends SliceOptions, DirectionOptions {
  /** How strongly cheap plans are preferred in the mean: weights exp(-(cost - least) / temperature), > 0, in the unit of W_p^p; default Infinity: all alike. */
  readonly temperature?: number;
}

/** Options of {@link minSlicedPlan}. */
export interface MinSlicedPlanOptions extends SliceOptions, DirectionOptions {
  /** Perturbations of the best direction, ever smaller while they fail, >= 0; default 100. */
  readonly refinements?: number;
}

/** What is certain about W_p^p from slices. */
export interface SlicedPlanCertificate {
  readonly kind: "bound";
  /** The largest W_p^p along the directions: projections shorten, so W_p^p is at least this. */
  readonly lowerBound: number;
  /** <P, |x - y|^p>, recomputed from the plan: W_p^p is at most this. */
  readonly upperBound: number;
  /** sum |P 1 - a| + sum |P^T 1 - b|, relative to the mass. */
  readonly primalResidual: number;
}

/** A plan from slices. */
export interface SlicedPlanResult {
  /** <P, |x - y|^p>, never rooted: an upper bound of W_p^p. */
  readonly value: number;
  /** value^(1/p). */
  readonly distance: number;
  readonly plan: SparsePlan;
  /** The directions that the plan comes from, and their weights in it. */
  readonly directions: Matrix;
  readonly weights: Float64Array;
  readonly report: Report;
  certify(): SlicedPlanCertificate;
}

/**
 * The mean of the plans along random directions, between clouds `x` (n x d) and `y` (m x d): feasible, at most `projections` (n + m - 1)
 * entries, and its cost an upper bound of W_p^p.
 *
 * Throws what `slicedWasserstein` throws.
 */
export function slicedPlan(x: MatrixLike, y: MatrixLike, options: SlicedPlanOptions = {}): SlicedPlanResult {
  const begin = performance.now();
  const problem = readSlices(x, y, options);
  const { temperature = Infinity } = options;
  if (!(temperature > 0))
    throw optionOutOfRange("temperature", temperature, "Use a positive number; Infinity weighs all alike.");
  const directions = readDirections(options, problem.x.cols);
  const slices = rowsOf(directions).map((theta) => slice(problem, theta));
  const costs = slices.map(liftedCost);
  const least = Math.min(...costs);
  const raw = Float64Array.from(costs, (cost) => Math.exp(-(cost - least) / temperature));
  const weights = raw.map((value) => value / sum(raw));
  const why = `the mean of the plans along ${directions.rows} directions`;
  return answer({ problem, slices, weights, directions, tried: directions, why, method: "slicedPlan", begin });
}

/**
 * The cheapest of the plans along many directions (random, along the principal axes, along the difference of the means), refined by
 * perturbations: at most n + m - 1 entries. It is optimal where one direction orders the optimal plan, always so for d >= 2 n; else an upper
 * bound of W_p^p.
 *
 * Throws what `slicedWasserstein` throws.
 */
export function minSlicedPlan(x: MatrixLike, y: MatrixLike, options: MinSlicedPlanOptions = {}): SlicedPlanResult {
  const begin = performance.now();
  const problem = readSlices(x, y, options);
  const { refinements = 100, seed = 0 } = options;
  if (!(Number.isInteger(refinements) && refinements >= 0)) {
    throw optionOutOfRange("refinements", refinements, "Use a whole number of at least 0.");
  }
  const directions = readDirections(options, problem.x.cols);
  const given = options.directions === undefined ? [...rowsOf(directions), ...likely(problem)] : rowsOf(directions);
  let best: Slice | null = null;
  let least = Infinity;
  const consider = (theta: Float64Array): boolean => {
    const candidate = slice(problem, theta);
    const cost = liftedCost(candidate);
    if (!(cost < least) && best !== null) return false;
    least = cost;
    best = candidate;
    return true;
  };
  for (const theta of given) consider(theta);
  const rng = random(seed + 0.5);
  let radius = 0.5;
  for (let k = 0; k < refinements; k++) {
    const scale = radius / Math.sqrt(problem.x.cols);
    const theta = (best as unknown as Slice).theta.map((value) => value + scale * rng.normal());
    if (scaleToUnit(theta)) radius *= consider(theta) ? 1.5 : 0.93;
  }
  const found = best as unknown as Slice;
  const tried = {
    data: Float64Array.from(given.flatMap((theta) => [...theta])),
    rows: given.length,
    cols: problem.x.cols,
  };
  const why = `the cheapest of the plans along ${given.length} directions and ${refinements} perturbations`;
  const chosen = { data: found.theta, rows: 1, cols: problem.x.cols };
  return answer({
    problem,
    slices: [found],
    weights: Float64Array.of(1),
    directions: chosen,
    tried,
    why,
    method: "minSlicedPlan",
    begin,
  });
}

interface PlanAnswer {
  readonly problem: SliceProblem;
  readonly slices: readonly Slice[];
  readonly weights: Float64Array;
  readonly directions: Matrix;
  /** The directions whose costs bound W_p^p from below. */
  readonly tried: Matrix;
  readonly why: string;
  readonly method: string;
  readonly begin: number;
}

function answer({ problem, slices, weights, directions, tried, why, method, begin }: PlanAnswer): SlicedPlanResult {
  const { a, b, p, massAdjustment } = problem;
  const plan = sparsePlan(lifted(problem, slices, weights));
  const cost = points(problem.x, problem.y, { norm: 2, power: p });
  const paid = (): number => sum(Array.from(plan.entries(), ([i, j, mass]) => mass * cost.at(i, j)));
  const value = paid();
  const residual = (): number => {
    const [rows, columns] = [plan.marginal(0), plan.marginal(1)];
    const off =
      sum(rows.map((mass, i) => Math.abs(mass - a[i]))) + sum(columns.map((mass, j) => Math.abs(mass - b[j])));
    return off === 0 ? 0 : off / sum(a);
  };
  return {
    value,
    distance: value ** (1 / p),
    plan,
    directions,
    weights,
    report: {
      status: "converged",
      method,
      why,
      backend: "js",
      iterations: tried.rows,
      error: residual(),
      tolerance: 0,
      massAdjustment,
      elapsedMs: performance.now() - begin,
      warnings: [],
    },
    certify: () => ({
      kind: "bound",
      lowerBound: sliceCosts(problem, tried).reduce((most, cost) => Math.max(most, cost), 0),
      upperBound: paid(),
      primalResidual: residual(),
    }),
  };
}

/** The weighted sum of the lifted plans. */
function lifted(
  { x, y }: SliceProblem,
  slices: readonly Slice[],
  weights: Float64Array,
): ReturnType<typeof sparseFromEntries> {
  const [i, j, mass]: [number[], number[], number[]] = [[], [], []];
  slices.forEach(({ rows, columns, stairs }, l) => {
    for (let k = 0; k < stairs.mass.length; k++) {
      if (stairs.mass[k] === 0 || weights[l] === 0) continue;
      i.push(rows[stairs.i[k]]);
      j.push(columns[stairs.j[k]]);
      mass.push(weights[l] * stairs.mass[k]);
    }
  });
  return sparseFromEntries(x.rows, y.rows, i, j, mass);
}

function rowsOf({ data, rows, cols }: Matrix): Float64Array[] {
  return Array.from({ length: rows }, (_, l) => data.slice(l * cols, (l + 1) * cols));
}

/** The principal axes of both clouds together (up to 64 coordinates), and the difference of their means. */
function likely({ x, y, a, b }: SliceProblem): Float64Array[] {
  const d = x.cols;
  const total = sum(a);
  if (!(total > 0)) return [];
  const mean = ({ data, rows }: SliceProblem["x"], masses: Float64Array): Float64Array => {
    const out = new Float64Array(d);
    for (let i = 0; i < rows; i++) for (let k = 0; k < d; k++) out[k] += (masses[i] / total) * data[i * d + k];
    return out;
  };
  const [from, to] = [mean(x, a), mean(y, b)];
  const apart = from.map((value, k) => value - to[k]);
  const found = scaleToUnit(apart) ? [apart] : [];
  if (d > 64) return found;
  const square = new Float64Array(d * d);
  for (const [cloud, masses] of [
    [x, a],
    [y, b],
  ] as const) {
    for (let i = 0; i < cloud.rows; i++) {
      for (let r = 0; r < d; r++) {
        for (let c = r; c < d; c++) {
          const centre = (k: number): number => cloud.data[i * d + k] - (from[k] + to[k]) / 2;
          square[r * d + c] += masses[i] * centre(r) * centre(c);
        }
      }
    }
  }
  const { vectors } = eigen(square, d);
  return [...found, ...rowsOf({ data: vectors, rows: d, cols: d })];
}

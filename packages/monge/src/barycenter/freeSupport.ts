// Barycenters whose points move: min over points X of sum w_k W2^2(sum_i a_i delta_{x_i}, b_k), with exact or entropic plans inside.
//
// Plans and points in turn: x_i <- sum_k w_k (P_k Y_k)_i / a_i. Cuturi, Doucet (2014), algorithm 2 with full steps; the objective never rises.
import { points } from "../cost/points.ts";
import { sinkhorn } from "../entropic/sinkhorn.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import { toShares } from "../gaussian/barycenter.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { sum } from "../linalg/sum.ts";
import { type PointCloud, pointCloud } from "../measure/measure.ts";
import { readWeights, type Weights } from "../measure/weights.ts";
import type { Plan } from "../plan/plan.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";

/** Options of {@link freeSupportBarycenter}. */
export interface FreeSupportOptions extends RunOptions {
  /** Number of points; default that of `start`, else of the largest input. */
  readonly size?: number;
  /** Points to start from, size x d; default: drawn from the inputs by weight (`seed`). */
  readonly start?: MatrixLike;
  /** Masses of the points; default equal. */
  readonly pointWeights?: Weights;
  /** The weight of the entropy of the plans, in the unit of squared distances: points are drawn together a little. Default: exact plans. */
  readonly epsilon?: number;
  /** Root of the mean squared move of the points in a round, relative to the spread of the inputs, at which to stop; default 1e-9. */
  readonly tolerance?: number;
}

/** A barycenter with points of its own. */
export interface FreeSupportResult {
  readonly cloud: PointCloud;
  /** sum w_k <P_k, C_k> under squared distances. */
  readonly value: number;
  /** The plans from the barycenter (rows) to each input. */
  readonly plans: readonly Plan[];
  readonly report: Report;
  /** `stationarityGap` is what one more round gains at least; `lowerBound` = sum_{k<l} w_k w_l W2^2(b_k, b_l), which every barycenter pays. */
  certify(): StationarityCertificate;
}

/**
 * A barycenter of point clouds with `size` points of its own and given masses.
 *
 * A local optimum that depends on where it starts; all inputs' weights and the weights of the points are honoured.
 *
 * @param inputs clouds (`pointCloud`), or matrices of points that weigh the same; masses are scaled to 1
 * @param weights of the inputs, >= 0, made to sum to 1; null: equal
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface FreeSupportBarycenter {
  (inputs: readonly (PointCloud | MatrixLike)[], weights?: Weights, options?: FreeSupportOptions): FreeSupportResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    inputs: readonly (PointCloud | MatrixLike)[],
    weights?: Weights,
    options?: FreeSupportOptions & Pick<AsyncOptions, "signal">,
  ): Promise<FreeSupportResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    inputs: readonly (PointCloud | MatrixLike)[],
    weights?: Weights,
    options?: FreeSupportOptions,
  ): Run<FreeSupportResult>;
}

/** Free-support barycenters; see {@link FreeSupportBarycenter}. */
export const freeSupportBarycenter: FreeSupportBarycenter = /*#__PURE__*/ defineSolver<
  [readonly (PointCloud | MatrixLike)[], Weights | undefined],
  FreeSupportOptions,
  FreeSupportResult
>(2, (control, [inputs, weights], options) => {
  const { tolerance = 1e-9, epsilon } = options;
  if (!(tolerance >= 0))
    throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0; 1e-9 is the default.");
  if (epsilon !== undefined && !(epsilon > 0))
    throw optionOutOfRange("epsilon", epsilon, "Use a number above 0, or leave it out for exact plans.");
  const clouds = readClouds(inputs);
  const shares = toShares(weights ?? null, clouds.length);
  const start = options.start === undefined ? drawn(clouds, shares, options) : toMatrix(options.start, "options.start");
  if (start.rows < 1 || start.cols !== clouds[0].points.cols || (options.size ?? start.rows) !== start.rows)
    throw optionOutOfRange("start", `${start.rows} x ${start.cols}`, "Pass size x d points, d as the inputs have.");
  const given = options.pointWeights ?? null;
  const a =
    given === null
      ? new Float64Array(start.rows).fill(1 / start.rows)
      : toShares(readWeights(given, start.rows, "options.pointWeights"), start.rows);
  return run(control, { clouds, shares, a, epsilon, tolerance }, Float64Array.from(start.data));
}) as FreeSupportBarycenter;

interface Problem {
  readonly clouds: readonly PointCloud[];
  readonly shares: Float64Array;
  readonly a: Float64Array;
  readonly epsilon: number | undefined;
  readonly tolerance: number;
}

function readClouds(inputs: readonly (PointCloud | MatrixLike)[]): PointCloud[] {
  if (!Array.isArray(inputs) || inputs.length === 0) {
    throw new OtError("InvalidShape", "There are no point clouds.", {
      argument: "inputs",
      seen: inputs,
      cure: "Pass an array of at least one cloud.",
    });
  }
  return inputs.map((input: PointCloud | MatrixLike, k) => {
    const cloud = "kind" in input && input.kind === "points" ? input : pointCloud(input as MatrixLike);
    const mass = sum(cloud.weights);
    const first = inputs[0] as PointCloud | MatrixLike;
    const d =
      "kind" in first && first.kind === "points" ? first.points.cols : toMatrix(first as MatrixLike, "inputs[0]").cols;
    if (cloud.points.cols === d && cloud.points.rows > 0 && mass > 0) {
      return { ...cloud, weights: cloud.weights.map((weight) => weight / mass) };
    }
    throw new OtError(
      "InvalidShape",
      `inputs[${k}] has ${cloud.points.rows} points of ${cloud.points.cols} coordinates, mass ${mass}.`,
      {
        argument: `inputs[${k}]`,
        seen: cloud.points.cols,
        cure: "Pass clouds of one dimension and of positive mass.",
      },
    );
  });
}

function drawn(clouds: readonly PointCloud[], shares: Float64Array, { size, seed = 0 }: FreeSupportOptions): Matrix {
  const rows = size ?? clouds.reduce((most, { points: { rows: own } }) => Math.max(most, own), 1);
  if (!(Number.isInteger(rows) && rows >= 1))
    throw optionOutOfRange("size", rows, "Use a whole number of points of at least 1.");
  const d = clouds[0].points.cols;
  const generator = random(seed);
  const data = new Float64Array(rows * d);
  for (let i = 0; i < rows; i++) {
    const { points: from, weights } = clouds[pick(shares, generator.uniform())];
    const j = pick(weights, generator.uniform());
    for (let c = 0; c < d; c++) data[i * d + c] = from.data[j * d + c];
  }
  return { data, rows, cols: d };
}

function pick(weights: Float64Array, at: number): number {
  let passed = 0;
  for (let k = 0; k < weights.length; k++) {
    passed += weights[k];
    if (at < passed) return k;
  }
  return weights.length - 1;
}

/** Mean squared distance of the inputs' points from their common mean. */
function spreadOf({ clouds, shares }: Problem): number {
  const d = clouds[0].points.cols;
  let spread = 0;
  for (let c = 0; c < d; c++) {
    let [first, second] = [0, 0];
    clouds.forEach(({ points: { data }, weights }, k) => {
      for (let j = 0; j < weights.length; j++) {
        first += shares[k] * weights[j] * data[j * d + c];
        second += shares[k] * weights[j] * data[j * d + c] ** 2;
      }
    });
    spread += Math.max(0, second - first * first);
  }
  return spread;
}

interface Round {
  readonly plans: Plan[];
  readonly value: number;
  readonly next: Float64Array;
}

function oneRound({ clouds, shares, a, epsilon }: Problem, X: Float64Array): Round {
  const d = clouds[0].points.cols;
  const next = new Float64Array(X.length);
  let value = 0;
  const plans = clouds.map(({ points: Y, weights }, k) => {
    const C = points({ data: X, rows: a.length, cols: d }, Y);
    const { plan, transportCost } =
      epsilon === undefined ? emd(a, weights, C) : sinkhorn(a, weights, C, { epsilon, tolerance: 1e-8 });
    value += shares[k] * transportCost;
    const mean = plan.barycentricMap(Y).data;
    for (let i = 0; i < a.length; i++) for (let c = 0; c < d; c++) next[i * d + c] += shares[k] * mean[i * d + c];
    return plan;
  });
  // Points without mass stay where they are.
  for (let i = 0; i < a.length; i++) if (a[i] === 0) for (let c = 0; c < d; c++) next[i * d + c] = X[i * d + c];
  return { plans, value, next };
}

function* run(
  control: RunControl<FreeSupportResult>,
  problem: Problem,
  start: Float64Array,
): Generator<Progress, FreeSupportResult, void> {
  const { a, clouds, tolerance, epsilon } = problem;
  const d = clouds[0].points.cols;
  const spread = spreadOf(problem);
  let X = start;
  let round = oneRound(problem, X);
  let iterations = 0;
  let error = Infinity;
  control.offer(() => finish("stopped"));
  for (;;) {
    const moved = moveOf(X, round.next, a, d);
    error = moved === 0 ? 0 : Math.sqrt(moved / (spread > 0 ? spread : moved));
    if (error <= tolerance) return finish("converged");
    const before = round.value;
    X = round.next;
    round = oneRound(problem, X);
    iterations++;
    yield { phase: "barycenter", iteration: iterations, error, primal: round.value, elapsedMs: control.elapsedMs() };
    const interrupted = iterations >= control.maxIterations ? "maxIterations" : control.interrupted();
    if (interrupted !== null) return finish(interrupted);
    // Without entropy the objective falls strictly until it stands.
    if (epsilon === undefined && round.value >= before && error < 1e-6) return finish("stalled");
  }

  function finish(status: Status): FreeSupportResult {
    const Z = X.slice();
    const { plans, value } = round;
    return {
      cloud: { kind: "points", points: { data: Z, rows: a.length, cols: d }, weights: a },
      value,
      plans,
      report: {
        status,
        method: epsilon === undefined ? "exact plans" : "entropic plans",
        why: epsilon === undefined ? "no epsilon was given" : "epsilon was given",
        backend: "wasm-simd",
        iterations,
        error: Number.isFinite(error) ? error : 1,
        tolerance,
        massAdjustment: 1,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify: () => certificate({ ...problem, epsilon: undefined }, Z),
    };
  }
}

/** sum a_i |x_i - z_i|^2. */
function moveOf(X: Float64Array, Z: Float64Array, a: Float64Array, d: number): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) for (let c = i * d; c < (i + 1) * d; c++) total += a[i] * (X[c] - Z[c]) ** 2;
  return total;
}

function certificate(problem: Problem, X: Float64Array): StationarityCertificate {
  const { clouds, shares, a } = problem;
  const { value, next } = oneRound(problem, X);
  let bound = 0;
  for (let k = 0; k < clouds.length; k++) {
    for (let l = 0; l < k; l++) {
      if (shares[k] === 0 || shares[l] === 0) continue;
      const [p, q] = [clouds[k], clouds[l]];
      bound += shares[k] * shares[l] * emd(p.weights, q.weights, points(p.points, q.points)).value;
    }
  }
  return {
    kind: "stationarity",
    objective: value,
    stationarityGap: moveOf(X, next, a, clouds[0].points.cols),
    lowerBound: bound,
    primalResidual: 0,
  };
}

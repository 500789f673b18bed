// Semi-discrete transport in any dimension: a law that can only be sampled, to weighted points, by averaged stochastic ascent of the semi-dual.
// max over g of E_x[min_j (|x - y_j|^p - g_j)] + sum g b: Genevay, Cuturi, Peyre and Bach (2016); averages by Polyak and Juditsky (1992).
import { points as pointsCost } from "../cost/points.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { type Random, random } from "../linalg/random.ts";
import { sum } from "../linalg/sum.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";
import type { Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { evaluate, type SemiDual, type SemidiscreteEvaluation, semiDual } from "./semiDual.ts";

/** A law that points can be drawn from; the samplers of `monge/potential` are such. */
export interface PointSampler {
  /** [d]; or the shape of a picture, whose pixels are the coordinates. */
  readonly shape: readonly number[];
  /** Writes `count` points into `out`, one after the other, with randomness from `draw` alone. */
  draw(count: number, draw: Random, out: Float32Array): void;
}

/** Options of {@link semidiscrete}. */
export interface SemidiscreteOptions extends RunOptions {
  /** Masses of the points, >= 0, with total 1; default null: uniform. */
  readonly b?: Weights;
  /** Exponent of the ground cost |x - y|^p, in [1, Infinity); default 2. */
  readonly p?: number;
  /** Entropy, >= 0, in the unit of the cost; default 0: none. */
  readonly epsilon?: number;
  /** Ascent steps, >= 1; default 2000. */
  readonly steps?: number;
  /** Samples a step, >= 1; default 64. */
  readonly batch?: number;
  /** First step length in units of the mean cost; default 0.5. Steps shrink as 1 / sqrt(t). */
  readonly stepSize?: number;
  /** Fresh samples for the estimate, >= 2; default 20000. */
  readonly evaluationPoints?: number;
}

/** What fresh samples say. */
export interface SemidiscreteCertificate extends SemidiscreteEvaluation {
  readonly kind: "statistical";
}

/** A semi-discrete transport from samples. */
export interface SemidiscreteResult {
  /** The semi-dual value on fresh samples: in the mean a lower bound of W_p^p, never rooted. */
  readonly value: number;
  /** Its standard error over the fresh samples. */
  readonly standardError: number;
  /** max(value, 0)^(1/p). */
  readonly distance: number;
  /** The duals g of the points, centred: sum g b = 0. For p = 1 they make `discretePotential(y, g)`. */
  readonly potential: Float64Array;
  /** Share of fresh samples whose point each is (with entropy: the mean of the probabilities); b in the optimum. */
  readonly masses: Float64Array;
  /** sum |masses - b|, of which about `massNoise` is the fresh samples' own. */
  readonly massError: number;
  readonly massNoise: number;
  /** For each row of `points` (n x d) the index of the point that it goes to. */
  assign(points: MatrixLike): Int32Array;
  /** u(x) = min_j (|x - y_j|^p - g_j), with entropy its soft minimum, at each row of `points`. */
  evaluate(points: MatrixLike): Float64Array;
  readonly report: Report;
  /** The same estimates on other samples. */
  certify(options?: { readonly seed?: number; readonly count?: number }): SemidiscreteCertificate;
}

/**
 * W_p^p between a law `source` and points `y` (m x d) with masses. Duals start from exact transport of a sample, then ascend; the answer is their
 * average. Status `"maxIterations"` after all steps: nothing proves that more would not help; errors are stated from fresh samples.
 *
 * @param source a sampler; or points (n x d), which stand for themselves with equal masses (then `emd` is exact)
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`.
 */
export interface Semidiscrete {
  (source: PointSampler | MatrixLike, y: MatrixLike, options?: SemidiscreteOptions): SemidiscreteResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    source: PointSampler | MatrixLike,
    y: MatrixLike,
    options?: SemidiscreteOptions & { readonly signal?: AbortSignal },
  ): Promise<SemidiscreteResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the duals so far. */
  steps(source: PointSampler | MatrixLike, y: MatrixLike, options?: SemidiscreteOptions): Run<SemidiscreteResult>;
}

/** Transport of a sampled law to points; see {@link Semidiscrete}. */
export const semidiscrete: Semidiscrete = /*#__PURE__*/ defineSolver<
  [PointSampler | MatrixLike, MatrixLike],
  SemidiscreteOptions,
  SemidiscreteResult
>(2, (control, [source, y], options) => {
  const target = toMatrix(y, "y");
  const { p = 2, epsilon = 0, steps = 2000, batch = 64, stepSize = 0.5, evaluationPoints = 20000, seed = 0 } = options;
  if (!(p >= 1 && p < Infinity)) throw optionOutOfRange("p", p, "Use a finite p of at least 1.");
  if (!(epsilon >= 0 && epsilon < Infinity)) throw optionOutOfRange("epsilon", epsilon, "Use a number of at least 0.");
  if (!(stepSize > 0 && stepSize < Infinity)) throw optionOutOfRange("stepSize", stepSize, "Use a positive number.");
  for (const [name, value, least] of [
    ["steps", steps, 1],
    ["batch", batch, 1],
    ["evaluationPoints", evaluationPoints, 2],
  ] as const) {
    if (!(Number.isInteger(value) && value >= least))
      throw optionOutOfRange(name, value, `Use a whole number of at least ${least}.`);
  }
  // The points cost checks the coordinates.
  pointsCost(target, target, { norm: 2, power: p });
  const { b, massAdjustment } = balancedMasses([1], options.b ?? null, 1, target.rows, undefined);
  const sampler = readSource(source, target.cols);
  const problem = semiDual(target, b, p, epsilon);
  return run(control, {
    problem,
    sampler,
    exact: "draw" in source ? null : toMatrix(source, "source"),
    steps,
    batch,
    stepSize,
    evaluationPoints,
    seed,
    massAdjustment,
  });
}) as Semidiscrete;

/** Draws a batch of points as f64 would read them. */
type Draw = (count: number, rng: Random) => Matrix<Float32Array>;

interface Settings {
  readonly problem: SemiDual;
  readonly sampler: Draw;
  /** The source itself where it is finite. */
  readonly exact: Matrix<Floats> | null;
  readonly steps: number;
  readonly batch: number;
  readonly stepSize: number;
  readonly evaluationPoints: number;
  readonly seed: number;
  readonly massAdjustment: number;
}

function* run(
  control: RunControl<SemidiscreteResult>,
  settings: Settings,
): Generator<Progress, SemidiscreteResult, void> {
  const { problem, sampler, exact, steps, batch, seed } = settings;
  const { y, b, p, epsilon } = problem;
  const m = b.length;
  // Exact duals of a sample: off by the sample's error alone, so that the ascent begins where it would end after many steps.
  const count = exact === null ? Math.min(20000, Math.max(1000, 20 * m)) : exact.rows;
  const sample = exact ?? sampler(count, random(seed, 1));
  const start = emd(null, b, pointsCost(sample, y, { norm: 2, power: p }));
  const done = exact !== null && epsilon === 0;
  const g = Float64Array.from(start.potentials.g);
  const average = g.slice();
  // Duals are off by about their spread over sqrt(samples a point); the first step is of that order.
  const length = (settings.stepSize * Math.max(start.value, epsilon) * Math.sqrt(m)) / Math.sqrt(count / m);
  let iteration = 0;
  let status: Status = done ? "optimal" : "maxIterations";
  control.offer(() => finish("stopped"));
  const rng = random(seed, 2);
  const shares = new Float64Array(m);
  while (!done && iteration < steps) {
    problem.shares(sampler(batch, rng), g, shares);
    iteration++;
    const step = length / Math.sqrt(iteration);
    for (let j = 0; j < m; j++) {
      g[j] += step * (b[j] - shares[j]);
      average[j] += (g[j] - average[j]) / iteration;
    }
    if (iteration % 16 !== 0 && iteration < steps) continue;
    yield { phase: "ascent", iteration, error: step, elapsedMs: control.elapsedMs() };
    const interrupted = control.interrupted();
    if (interrupted !== null) {
      status = interrupted;
      break;
    }
  }
  return finish(status);

  function finish(reached: Status): SemidiscreteResult {
    const shift = sum(average.map((value, j) => value * b[j])) / sum(b);
    const potential = average.map((value) => value - shift);
    const look = (points: number, stream: number, other: number): SemidiscreteEvaluation =>
      done && exact !== null
        ? evaluate(problem, potential, [exact])
        : evaluate(problem, potential, chunks(sampler, points, random(other, stream)));
    const seen = look(settings.evaluationPoints, 3, seed);
    const value = done ? start.value : seen.estimate;
    const points = (given: MatrixLike): Matrix<Floats> => {
      const matrix = toMatrix(given, "points");
      if (matrix.cols === y.cols) return matrix;
      throw wrongDimension("points", matrix.cols, y.cols);
    };
    return {
      value,
      standardError: done ? 0 : seen.standardError,
      distance: Math.max(0, value) ** (1 / p),
      potential,
      masses: seen.masses,
      massError: seen.massError,
      massNoise: seen.massNoise,
      assign: (given) => problem.assign(points(given), potential),
      evaluate: (given) => problem.values(points(given), potential),
      report: {
        status: reached,
        method: done ? start.report.method : "averagedAscent",
        why: done ? "the source is its points" : `from exact duals of ${count} samples`,
        backend: "js",
        iterations: iteration,
        error: seen.massError,
        tolerance: 0,
        massAdjustment: settings.massAdjustment,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify: (options = {}) => ({
        kind: "statistical",
        ...look(options.count ?? settings.evaluationPoints, 4, options.seed ?? seed),
      }),
    };
  }
}

function* chunks(sampler: Draw, count: number, rng: Random): Generator<Matrix<Float32Array>> {
  for (let left = count; left > 0; left -= 1000) yield sampler(Math.min(1000, left), rng);
}

function readSource(source: PointSampler | MatrixLike, d: number): Draw {
  if (typeof source === "object" && source !== null && "draw" in source) {
    const dimension = source.shape.reduce((product, extent) => product * extent, 1);
    if (dimension !== d) throw wrongDimension("source", dimension, d);
    return (count, rng) => {
      const data = new Float32Array(count * d);
      source.draw(count, rng, data);
      const wrong = data.findIndex((value) => !Number.isFinite(value));
      if (wrong < 0) return { data, rows: count, cols: d };
      throw new OtError("InvalidValue", `The source drew ${data[wrong]}.`, {
        argument: "source",
        seen: data[wrong],
        cure: "Draw finite coordinates.",
      });
    };
  }
  const { data, rows, cols } = toMatrix(source, "source");
  if (cols !== d) throw wrongDimension("source", cols, d);
  return (count, rng) => {
    const drawn = new Float32Array(count * d);
    for (let i = 0; i < count; i++) {
      const from = rng.integer(rows) * d;
      for (let k = 0; k < d; k++) drawn[i * d + k] = data[from + k];
    }
    return { data: drawn, rows: count, cols: d };
  };
}

function wrongDimension(argument: string, seen: number, d: number): OtError {
  return new OtError("InvalidShape", `${argument} has ${seen} coordinates a point, y has ${d}.`, {
    argument,
    seen,
    cure: "Compare points of the same dimension.",
  });
}

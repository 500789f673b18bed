// Barycenters of measures that are seen through linear maps: min over mu of sum w_i W2^2(P_i # mu, nu_i). Delon, Gozlan, Saint-Dizier (2021).
// For a cloud of n points: exact plans to each nu_i, then x_k = M^-1 (sum w_i P_i^T y_ik + strength at), with y_ik the mean of where x_k goes.

import { points } from "../cost/points.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import { wasserstein1d } from "../exact/line/wasserstein1d.ts";
import { exact } from "../kernels/exact.ts";
import { backend } from "../kernels/module.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { affine } from "../linalg/small.ts";
import { atomsOf, type MeasureLike, toMeasure } from "../measure/between.ts";
import { empiricalGaussian, requireFinite } from "../measure/gaussian.ts";
import { normalize, type PointCloud } from "../measure/measure.ts";
import { mixtureOf } from "../measure/mixture.ts";
import type { Weights } from "../measure/weights.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress, RunOptions } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { type Alternated, type AlternatingStep, alternate } from "./alternate.ts";
import { toShares } from "./barycenter.ts";
import { sampleMixture } from "./density.ts";
import { pointsBound, priorCost } from "./generalizedBound.ts";
import { generalizedGaussianBarycenter } from "./generalizedGaussian.ts";
import { type ProjectionPrior, type Projections, readProjections } from "./projections.ts";

/** Options of {@link generalizedBarycenter}. */
export interface GeneralizedBarycenterOptions extends RunOptions {
  /** w_i >= 0, made to sum to 1; default equal. */
  readonly weights?: Weights;
  /** Points of the barycenter, each of mass 1 / atoms; default: of the measure with the most. */
  readonly atoms?: number;
  /** Points to start from, atoms x d; default: a sample of the Gaussian solution, with `seed`. */
  readonly start?: MatrixLike;
  /** Adds strength E |x - at|^2: needed where the maps leave a direction unseen. Default: none. */
  readonly prior?: ProjectionPrior;
  /** Relative fall of the objective in one iteration at which to stop, >= 0; default 1e-6. */
  readonly tolerance?: number;
}

/** A barycenter seen through maps. */
export interface GeneralizedBarycenterResult {
  /** The points, atoms x d, of equal masses of total 1. */
  readonly measure: PointCloud;
  /** sum w_i W2^2(P_i # measure, nu_i), and the prior's share, for masses of 1. */
  readonly value: number;
  readonly report: Report;
  /**
   * `objective`, recomputed with exact plans; `stationarityGap`: what moving the points gains with these plans held; `lowerBound`: no measure
   * at all is below it, from exact plans between each two of the nu_i (tight for two measures).
   */
  readonly certify: () => StationarityCertificate;
}

/**
 * The cloud of points whose images under the maps P_i are closest to the measures nu_i: a shape from its projections, a joint law from
 * marginals.
 *
 * Not convex in the points: a local optimum. Masses are made 1.
 *
 * @param measures nu_i, in k_i dimensions: point clouds, histograms, or points
 * @param maps P_i, k_i x d
 *
 * Throws `InvalidShape`, `InvalidValue` (also where the maps leave a direction of the d dimensions unseen and there is no prior).
 */
export interface GeneralizedBarycenter {
  (
    measures: readonly MeasureLike[],
    maps: readonly MatrixLike[],
    options?: GeneralizedBarycenterOptions,
  ): GeneralizedBarycenterResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    measures: readonly MeasureLike[],
    maps: readonly MatrixLike[],
    options?: GeneralizedBarycenterOptions & AsyncOptions,
  ): Promise<GeneralizedBarycenterResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    measures: readonly MeasureLike[],
    maps: readonly MatrixLike[],
    options?: GeneralizedBarycenterOptions,
  ): Run<GeneralizedBarycenterResult>;
}

/** Barycenters seen through maps; see {@link GeneralizedBarycenter}. */
export const generalizedBarycenter: GeneralizedBarycenter = /*#__PURE__*/ defineSolver<
  [readonly MeasureLike[], readonly MatrixLike[]],
  GeneralizedBarycenterOptions,
  GeneralizedBarycenterResult
>(
  2,
  (control, [given, maps], options) => {
    if (!Array.isArray(given) || given.length === 0) {
      throw new OtError("InvalidShape", "There are no measures.", {
        argument: "measures",
        seen: given,
        cure: "Pass an array of at least one measure.",
      });
    }
    const measures = given.map((measure: MeasureLike, i) => cloudOf(measure, `measures[${i}]`));
    const shares = toShares(options.weights ?? null, measures.length);
    const projections = readProjections(
      maps,
      measures.map((measure) => measure.points.cols),
      shares,
      options.prior,
    );
    const { tolerance = 1e-6, seed = 0, start } = options;
    if (!(tolerance >= 0))
      throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0; 1e-6 is the default.");
    const atoms =
      options.atoms ?? (start === undefined ? Math.max(...measures.map(({ points: y }) => y.rows)) : undefined);
    if (atoms !== undefined && !(Number.isInteger(atoms) && atoms >= 1))
      throw optionOutOfRange("atoms", atoms, "Use a whole number of at least 1.");
    const x =
      start === undefined
        ? firstPoints(measures, shares, maps, options, atoms ?? 1, seed)
        : readStart(start, projections.d, atoms);
    return run(control, { measures, shares, projections, tolerance }, x);
  },
  "generalizedBarycenter",
) as GeneralizedBarycenter;

interface Problem {
  readonly measures: readonly PointCloud[];
  readonly shares: Float64Array;
  readonly projections: Projections;
  readonly tolerance: number;
}

function* run(
  control: RunControl<GeneralizedBarycenterResult>,
  problem: Problem,
  start: Matrix,
): Generator<Progress, GeneralizedBarycenterResult, void> {
  const { tolerance } = problem;
  const step = (x: Matrix): AlternatingStep<Matrix> => {
    const { objective, next } = stepFrom(problem, x);
    return { objective, next: () => next };
  };
  return finish(yield* control.elsewhere(() => alternate(control, start, step, tolerance, finish)));

  function finish({ state: found, status, iterations, error }: Alternated<Matrix>): GeneralizedBarycenterResult {
    return {
      measure: { kind: "points", points: found, weights: new Float64Array(found.rows).fill(1 / found.rows) },
      value: stepFrom(problem, found).objective,
      report: {
        status,
        method: "alternating",
        why: "exact plans and least squares in turn never raise the objective",
        backend: backend(exact),
        iterations,
        error,
        tolerance,
        massAdjustment: 1,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify() {
        const { objective, next } = stepFrom(problem, found);
        return {
          kind: "stationarity",
          objective,
          stationarityGap: gain(found, next, problem.projections),
          lowerBound: pointsBound(problem.measures, problem.shares, problem.projections),
          primalResidual: 0,
        };
      },
    };
  }
}

/** The objective at x, by exact plans, and the points that are best with these plans. */
function stepFrom({ measures, shares, projections }: Problem, x: Matrix): { objective: number; next: Matrix } {
  const { d, maps, lifts, offset } = projections;
  const n = x.rows;
  let objective = priorCost(projections, x);
  const next = new Float64Array(n * d);
  for (let i = 0; i < n; i++) next.set(offset, i * d);
  measures.forEach(({ points: y, weights }, i) => {
    if (shares[i] === 0) return;
    const { data, rows: k } = maps[i];
    const seen = affine(data, new Float64Array(k), new Float64Array(d), x.data, n);
    const { value, plan } =
      k === 1
        ? wasserstein1d(seen, y.data, { b: weights, a: new Float64Array(n).fill(1 / n), p: 2 })
        : emd(new Float64Array(n).fill(1 / n), weights, points({ data: seen, rows: n, cols: k }, y));
    objective += shares[i] * value;
    const images = plan.barycentricMap(y).data;
    for (let row = 0; row < n; row++) {
      for (let r = 0; r < d; r++) {
        for (let c = 0; c < k; c++) next[row * d + r] += lifts[i][r * k + c] * images[row * k + c];
      }
    }
  });
  return { objective, next: { data: next, rows: n, cols: d } };
}

/** The mean of (x - next)^T M (x - next): what the least squares gain. */
function gain(x: Matrix, next: Matrix, { M, d }: Projections): number {
  let total = 0;
  for (let i = 0; i < x.rows; i++) {
    for (let r = 0; r < d; r++) {
      for (let c = 0; c < d; c++) {
        total += M[r * d + c] * (x.data[i * d + r] - next.data[i * d + r]) * (x.data[i * d + c] - next.data[i * d + c]);
      }
    }
  }
  return total / x.rows;
}

function firstPoints(
  measures: readonly PointCloud[],
  weights: Float64Array,
  maps: readonly MatrixLike[],
  { prior }: GeneralizedBarycenterOptions,
  atoms: number,
  seed: number,
): Matrix {
  const gaussians = measures.map(({ points: y, weights: w }) => empiricalGaussian(y, w));
  const { gaussian } = generalizedGaussianBarycenter(gaussians, maps, {
    weights,
    prior,
    tolerance: 1e-4,
    maxIterations: 200,
  });
  return sampleMixture(mixtureOf([gaussian]), atoms, seed).points;
}

function readStart(start: MatrixLike, d: number, atoms: number | undefined): Matrix {
  const { data, rows, cols } = toMatrix(start, "options.start");
  requireFinite(data, "options.start");
  if (cols === d && rows >= 1 && (atoms === undefined || atoms === rows))
    return { data: Float64Array.from(data), rows, cols };
  throw new OtError("InvalidShape", `The start is ${rows} x ${cols}.`, {
    argument: "options.start",
    seen: [rows, cols],
    cure: `Pass points of ${d} coordinates, as many as atoms says.`,
  });
}

function cloudOf(given: MeasureLike, argument: string): PointCloud {
  const measure = normalize(toMeasure(given, argument));
  if (measure.kind === "points") {
    requireFinite(measure.points.data, argument);
    return measure;
  }
  return { kind: "points", points: atomsOf(measure), weights: measure.weights };
}

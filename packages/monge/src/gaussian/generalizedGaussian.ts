// The Gaussian seen through linear maps as Gaussians: min over N(m, S) of sum w_i W2^2(P_i # N(m, S), N(m_i, A_i)).
// S = F F^T with F <- M^-1 sum w_i P_i^T A_i^1/2 Q_i, where Q_i maximises <P_i F, A_i^1/2 Q_i>: the least squares of generalizedBarycenter.ts
// for points x = F z, y_i = A_i^1/2 Q_i z. Delon, Gozlan, Saint-Dizier (2021).
import { optionOutOfRange } from "../errors/otError.ts";
import { squareRoot } from "../linalg/eigen.ts";
import type { MatrixLike } from "../linalg/matrix.ts";
import { gram, product, trace, transposed } from "../linalg/small.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import type { Weights } from "../measure/weights.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { toShares } from "./barycenter.ts";
import { bestTurn } from "./bestTurn.ts";
import { gaussiansBound, meansCost } from "./generalizedGaussianBound.ts";
import { type ProjectionPrior, type Projections, readProjections } from "./projections.ts";
import { requireGaussian } from "./require.ts";

/** Options of {@link generalizedGaussianBarycenter}. */
export interface GeneralizedGaussianOptions extends RunOptions {
  /** w_i >= 0, made to sum to 1; default equal. */
  readonly weights?: Weights;
  /** Adds strength E |x - at|^2: needed where the maps leave a direction unseen. Default: none. */
  readonly prior?: ProjectionPrior;
  /** Relative change of the factor of the covariance in one iteration at which to stop, >= 0; default 1e-10. */
  readonly tolerance?: number;
}

/** A Gaussian seen through maps. */
export interface GeneralizedGaussianResult {
  readonly gaussian: Gaussian;
  /** sum w_i W2^2(P_i # gaussian, Gaussian i), and the prior's share. */
  readonly value: number;
  readonly report: Report;
  /** As of `generalizedBarycenter`; `stationarityGap` is what one more iteration gains at least. */
  readonly certify: () => StationarityCertificate;
}

/**
 * The Gaussian in d dimensions whose images under the maps P_i are closest to Gaussians in k_i dimensions.
 *
 * @param gaussians in k_i dimensions
 * @param maps P_i, k_i x d
 *
 * Throws `InvalidShape`, `InvalidValue` (also where the maps leave a direction unseen and there is no prior).
 */
export interface GeneralizedGaussianBarycenter {
  (
    gaussians: readonly Gaussian[],
    maps: readonly MatrixLike[],
    options?: GeneralizedGaussianOptions,
  ): GeneralizedGaussianResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    gaussians: readonly Gaussian[],
    maps: readonly MatrixLike[],
    options?: GeneralizedGaussianOptions & AsyncOptions,
  ): Promise<GeneralizedGaussianResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    gaussians: readonly Gaussian[],
    maps: readonly MatrixLike[],
    options?: GeneralizedGaussianOptions,
  ): Run<GeneralizedGaussianResult>;
}

/** Gaussians seen through maps; see {@link GeneralizedGaussianBarycenter}. */
export const generalizedGaussianBarycenter: GeneralizedGaussianBarycenter = /*#__PURE__*/ defineSolver<
  [readonly Gaussian[], readonly MatrixLike[]],
  GeneralizedGaussianOptions,
  GeneralizedGaussianResult
>(
  2,
  (control, [gaussians, maps], options) => {
    if (!Array.isArray(gaussians) || gaussians.length === 0) requireGaussian(gaussians as never, "gaussians");
    gaussians.forEach((value: Gaussian, i) => {
      requireGaussian(value, `gaussians[${i}]`);
    });
    const { tolerance = 1e-10 } = options;
    if (!(tolerance >= 0))
      throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0; 1e-10 is the default.");
    const shares = toShares(options.weights ?? null, gaussians.length);
    const dimensions = gaussians.map(({ mean }: Gaussian) => mean.length);
    const projections = readProjections(maps, dimensions, shares, options.prior);
    return run(control, { gaussians, shares, projections }, tolerance);
  },
  "generalizedGaussianBarycenter",
) as GeneralizedGaussianBarycenter;

interface Problem {
  readonly gaussians: readonly Gaussian[];
  readonly shares: Float64Array;
  readonly projections: Projections;
}

/** The factor of the covariance, and how the iterations ended. */
interface Found {
  readonly F: Float64Array;
  readonly status: Status;
  readonly iterations: number;
  readonly error: number;
}

function* run(
  control: RunControl<GeneralizedGaussianResult>,
  problem: Problem,
  tolerance: number,
): Generator<Progress, GeneralizedGaussianResult, void> {
  const { gaussians, projections } = problem;
  const { d, lifts, offset } = projections;
  const mean = offset.slice();
  gaussians.forEach(({ mean: seen }, i) => {
    const part = product(lifts[i], seen, d, seen.length, 1);
    for (let k = 0; k < d; k++) mean[k] += part[k];
  });
  const roots = gaussians.map(({ covariance: { data, rows } }) => squareRoot(data, rows));
  return finish(yield* control.elsewhere(solveHere));

  function* solveHere(): Generator<Progress, Found, void> {
    let F = startFrom(problem);
    let iterations = 0;
    let error = Infinity;
    control.offer(() => finish({ F, status: "stopped", iterations, error }));
    for (;;) {
      const { next } = stepFrom(problem, roots, F);
      const size = Math.hypot(...next);
      const before = error;
      const gap = Math.hypot(...next.map((value, k) => value - F[k]));
      error = gap === 0 ? 0 : gap / size;
      if (error <= tolerance) return { F, status: "converged", iterations, error };
      if (error < 1e-12 && error >= before) return { F, status: "stalled", iterations, error };
      F = next;
      iterations++;
      yield { phase: "barycenter", iteration: iterations, error, elapsedMs: control.elapsedMs() };
      const interrupted = control.interrupted();
      if (interrupted !== null) return { F, status: interrupted, iterations, error };
    }
  }

  function finish({ F, status, iterations, error }: Found): GeneralizedGaussianResult {
    const found = F;
    const value = objectiveOf(problem, roots, found, mean);
    return {
      gaussian: { kind: "gaussian", mean: mean.slice(), covariance: { data: gram(found, d, d), rows: d, cols: d } },
      value,
      report: {
        status,
        method: "fixedPoint",
        why: "least squares between the best couplings never raise the objective",
        backend: "js",
        iterations,
        error: Number.isFinite(error) ? error : 1,
        tolerance,
        massAdjustment: 1,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify() {
        const { next } = stepFrom(problem, roots, found);
        const moved = next.map((entry, k) => entry - found[k]);
        const { M } = projections;
        return {
          kind: "stationarity",
          objective: objectiveOf(problem, roots, found, mean),
          stationarityGap: trace(product(product(transposed(moved, d, d), M, d, d, d), moved, d, d, d), d),
          lowerBound: gaussiansBound(problem, roots, found, mean),
          primalResidual: 0,
        };
      },
    };
  }
}

/** A round Gaussian as wide as what is seen. */
function startFrom({ gaussians, projections: { d, maps } }: Problem): Float64Array {
  let seen = 0;
  let gains = 0;
  gaussians.forEach(({ covariance: { data, rows } }, i) => {
    seen += trace(data, rows);
    gains += maps[i].data.reduce((total, value) => total + value * value, 0);
  });
  const scale = gains > 0 && seen > 0 ? Math.sqrt(seen / gains) : 1;
  return Float64Array.from({ length: d * d }, (_, k) => (k % (d + 1) === 0 ? scale : 0));
}

/** The factor after one step, and sum w_i of the best couplings. */
function stepFrom(
  { gaussians, shares, projections: { d, maps, lifts } }: Problem,
  roots: readonly Float64Array[],
  F: Float64Array,
): { next: Float64Array; coupled: number } {
  const next = new Float64Array(d * d);
  let coupled = 0;
  gaussians.forEach((_, i) => {
    if (shares[i] === 0) return;
    const k = maps[i].rows;
    const { turn, norm } = bestTurn(product(roots[i], product(maps[i].data, F, k, d, d), k, k, d), k, d);
    coupled += shares[i] * norm;
    const part = product(lifts[i], product(roots[i], turn, k, k, d), d, k, d);
    for (let at = 0; at < d * d; at++) next[at] += part[at];
  });
  return { next, coupled };
}

function objectiveOf(problem: Problem, roots: readonly Float64Array[], F: Float64Array, mean: Float64Array): number {
  const { gaussians, shares, projections } = problem;
  const { d, M } = projections;
  let total = trace(product(product(transposed(F, d, d), M, d, d, d), F, d, d, d), d);
  gaussians.forEach(({ covariance: { data, rows } }, i) => {
    total += shares[i] * trace(data, rows);
  });
  return meansCost(problem, mean) + Math.max(0, total - 2 * stepFrom(problem, roots, F).coupled);
}

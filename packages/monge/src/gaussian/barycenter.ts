// The barycenter of Gaussians: min over N(m, S) of sum w_i W2^2(N(m, S), N(m_i, A_i)). Agueh, Carlier (2011).
//
// S = F F^T with F <- (1 - step) F + step sum w_i A_i^1/2 Q_i, where Q_i is the rotation that brings A_i^1/2 closest to F. Step 1 is the fixed
// point iteration of Alvarez-Esteban, del Barrio, Cuesta-Albertos, Matran (2016), smaller steps the gradient descent of Chewi, Maunu,
// Rigollet, Stromme (2020), without the inverse of S that their formulas have: generalised Procrustes analysis of the roots.
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { squareRoot } from "../linalg/eigen.ts";
import { gram } from "../linalg/small.ts";
import { sum } from "../linalg/sum.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import { readWeights, type Weights } from "../measure/weights.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { barycenterObjective, certifyBarycenter, type GaussianBarycenterCertify } from "./barycenterCertificate.ts";
import { procrustesMean } from "./procrustes.ts";
import { otherDimension, requireGaussian } from "./require.ts";

/** Options of {@link gaussianBarycenter}. */
export interface GaussianBarycenterOptions extends RunOptions {
  /** `"fixedPoint"` (default): full steps, usually the fastest; `"gradient"`: steps of length `step`. */
  readonly method?: "fixedPoint" | "gradient";
  /** The length of a gradient step in (0, 1]; default 0.5. */
  readonly step?: number;
  /** |sum w_i A_i^1/2 Q_i - F| / |F|, the gradient relative to the deviations, at which to stop; default 1e-10. */
  readonly tolerance?: number;
  /** Where to start: default the Gaussian whose root covariance is the mean of the roots, the barycenter if all commute. */
  readonly start?: Gaussian;
}

/** A barycenter of Gaussians. */
export interface GaussianBarycenterResult {
  readonly gaussian: Gaussian;
  /** sum w_i W2^2(barycenter, Gaussian i). */
  readonly value: number;
  readonly report: Report;
  readonly certify: GaussianBarycenterCertify;
}

/**
 * The Gaussian of least sum w_i W2^2 to the given ones.
 *
 * Unique where one of the covariances is invertible. All of them may be singular: then S is a stationary point, and `certify()` bounds
 * how far from the least value it is.
 *
 * @param gaussians one or more, of one dimension
 * @param weights >= 0, made to sum to 1; null or absent: equal
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`.
 */
export interface GaussianBarycenter {
  (gaussians: readonly Gaussian[], weights?: Weights, options?: GaussianBarycenterOptions): GaussianBarycenterResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    gaussians: readonly Gaussian[],
    weights?: Weights,
    options?: GaussianBarycenterOptions & AsyncOptions,
  ): Promise<GaussianBarycenterResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    gaussians: readonly Gaussian[],
    weights?: Weights,
    options?: GaussianBarycenterOptions,
  ): Run<GaussianBarycenterResult>;
}

/** The barycenter of Gaussians; see {@link GaussianBarycenter}. */
export const gaussianBarycenter: GaussianBarycenter = /*#__PURE__*/ defineSolver<
  [readonly Gaussian[], Weights | undefined],
  GaussianBarycenterOptions,
  GaussianBarycenterResult
>(
  2,
  (control, [gaussians, weights], options) => {
    const shares = readShares(gaussians, weights ?? null);
    const { method = "fixedPoint", step = 0.5, tolerance = 1e-10, start } = options;
    if (method !== "fixedPoint" && method !== "gradient")
      throw optionOutOfRange("method", method, 'Use "fixedPoint" or "gradient".');
    if (!(step > 0 && step <= 1)) throw optionOutOfRange("step", step, "Use a length in (0, 1].");
    if (!(tolerance >= 0))
      throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0; 1e-10 is the default.");
    const d = gaussians[0].mean.length;
    if (start !== undefined) {
      requireGaussian(start, "options.start");
      if (start.mean.length !== d) throw otherDimension("options.start", start.mean.length, d);
    }
    return run(control, { gaussians, shares, method, step: method === "gradient" ? step : 1, tolerance, start });
  },
  "gaussianBarycenter",
) as GaussianBarycenter;

interface Problem {
  readonly gaussians: readonly Gaussian[];
  readonly shares: Float64Array;
  readonly method: string;
  readonly step: number;
  readonly tolerance: number;
  readonly start?: Gaussian;
}

/** The factor of the covariance, and how the iterations ended. */
interface Found {
  readonly F: Float64Array;
  readonly status: Status;
  readonly iterations: number;
  readonly error: number;
}

/** Weights that sum to 1, for Gaussians that were checked. */
export function readShares(gaussians: readonly Gaussian[], weights: Weights): Float64Array {
  if (!Array.isArray(gaussians) || gaussians.length === 0) {
    throw new OtError("InvalidShape", "There are no Gaussians.", {
      argument: "gaussians",
      seen: gaussians,
      cure: "Pass an array of at least one Gaussian.",
    });
  }
  gaussians.forEach((value: Gaussian, i) => {
    requireGaussian(value, `gaussians[${i}]`);
    if (value.mean.length !== gaussians[0].mean.length)
      throw otherDimension(`gaussians[${i}]`, value.mean.length, gaussians[0].mean.length);
  });
  return toShares(weights, gaussians.length);
}

/** Weights as shares of their sum. Throws `InvalidValue` where all vanish. */
export function toShares(weights: Weights, count: number): Float64Array {
  if (weights === null) return new Float64Array(count).fill(1 / count);
  const given = readWeights(weights, count, "weights");
  const total = sum(given);
  if (total > 0) return given.map((weight) => weight / total);
  throw new OtError("InvalidValue", "All weights are 0.", {
    argument: "weights",
    seen: total,
    cure: "Give at least one of them a positive weight.",
  });
}

function* run(
  control: RunControl<GaussianBarycenterResult>,
  { gaussians, shares, method, step, tolerance, start }: Problem,
): Generator<Progress, GaussianBarycenterResult, void> {
  const d = gaussians[0].mean.length;
  const roots = gaussians.map(({ covariance }) => squareRoot(covariance.data, d));
  const mean = new Float64Array(d);
  gaussians.forEach((value, i) => {
    for (let k = 0; k < d; k++) mean[k] += shares[i] * value.mean[k];
  });
  return finish(yield* control.elsewhere(solveHere));

  function* solveHere(): Generator<Progress, Found, void> {
    let F = start === undefined ? meanOf(roots, shares) : squareRoot(start.covariance.data, d);
    let iterations = 0;
    let error = Infinity;
    control.offer(() => finish({ F, status: "stopped", iterations, error }));
    for (;;) {
      const next = procrustesMean(F, roots, shares, d);
      const size = Math.sqrt(squares(next));
      const gap = Math.sqrt(squares(next.map((value, k) => value - F[k])));
      const before = error;
      error = gap === 0 ? 0 : gap / size;
      if (error <= tolerance) return { F, status: "converged", iterations, error };
      // Rounding is all that is left.
      if (error < 1e-12 && error >= before) return { F, status: "stalled", iterations, error };
      F = step === 1 ? next : F.map((value, k) => (1 - step) * value + step * next[k]);
      iterations++;
      yield { phase: "barycenter", iteration: iterations, error, elapsedMs: control.elapsedMs() };
      const interrupted = control.interrupted();
      if (interrupted !== null) return { F, status: interrupted, iterations, error };
    }
  }

  function finish({ F, status, iterations, error }: Found): GaussianBarycenterResult {
    const gaussian: Gaussian = {
      kind: "gaussian",
      mean: mean.slice(),
      covariance: { data: gram(F, d, d), rows: d, cols: d },
    };
    const claim = { gaussians, shares, gaussian };
    return {
      gaussian,
      value: barycenterObjective(claim),
      report: {
        status,
        method,
        why: method === "gradient" ? `gradient steps of ${step}` : "full steps need no line search",
        backend: "js",
        iterations,
        error: Number.isFinite(error) ? error : 1,
        tolerance,
        massAdjustment: 1,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify: certifyBarycenter(claim),
    };
  }
}

function meanOf(roots: readonly Float64Array[], shares: Float64Array): Float64Array {
  return roots[0].map((_, k) => roots.reduce((total, root, i) => total + shares[i] * root[k], 0));
}

function squares(values: Float64Array): number {
  return values.reduce((total, value) => total + value * value, 0);
}

// What a sliced distance answers: the mean over directions, its Monte Carlo standard error, and a certificate from fresh directions.
// The error of the p-th root is that of the mean by the delta method: se / (p value^((p - 1) / p)).
import { line } from "../kernels/line.ts";
import { backend } from "../kernels/module.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import type { Report } from "../run/report.ts";
import type { SliceProblem } from "./slices.ts";

/** A certificate of a Monte Carlo mean: the same mean over directions that the answer did not see. */
export interface SlicedCertificate {
  readonly kind: "statistical";
  /** The mean of W_p^p over fresh directions. */
  readonly estimate: number;
  /** Its standard error; NaN-free: 0 with one direction. */
  readonly standardError: number;
  /** Systematic error: none, the mean is unbiased over directions. (Samples of laws have a bias of their own.) */
  readonly bias: 0;
}

/** The answer of a sliced distance. */
export interface SlicedResult {
  /** Mean of W_p^p over the directions, never rooted. */
  readonly value: number;
  /** value^(1/p). */
  readonly distance: number;
  /** Monte Carlo standard error of `value`, from the spread over the directions; 0 with one direction. */
  readonly standardError: number;
  /** Standard error of `distance`; 0 where the distance is 0. */
  readonly distanceError: number;
  /** W_p^p along each direction. */
  readonly values: Float64Array;
  /** The directions, count x d (for circles two rows each, an orthonormal frame). */
  readonly directions: Matrix;
  readonly report: Report;
  /** The same over as many fresh directions; default seed: another one. */
  certify(options?: { readonly seed?: number }): SlicedCertificate;
}

/** What makes a {@link SlicedResult}. */
export interface SlicedClaim {
  readonly values: Float64Array;
  readonly problem: Pick<SliceProblem, "p" | "massAdjustment">;
  readonly directions: Matrix;
  /** Null: the directions were given. */
  readonly seed: number | null;
  readonly fresh: (seed: number) => Float64Array;
  readonly method: string;
  readonly begin: number;
}

/** Makes the answer. */
export function slicedResult(claim: SlicedClaim): SlicedResult {
  const { values, problem, directions, seed, fresh, method, begin } = claim;
  const { p, massAdjustment } = problem;
  const { mean: value, error: standardError } = meanAndError(values);
  const distance = value ** (1 / p);
  return {
    value,
    distance,
    standardError,
    distanceError: value > 0 ? (standardError / p) * (distance / value) : 0,
    values,
    directions,
    report: {
      status: "converged",
      method,
      why: `${values.length} ${seed === null ? "given" : "random"} directions, sorted exactly along each`,
      backend: backend(line),
      iterations: values.length,
      error: standardError,
      tolerance: 0,
      massAdjustment,
      elapsedMs: performance.now() - begin,
      warnings: [],
    },
    certify(options = {}) {
      const again = meanAndError(fresh(options.seed ?? (seed ?? 0) + 0x5eed));
      return { kind: "statistical", estimate: again.mean, standardError: again.error, bias: 0 };
    },
  };
}

/** The mean and its standard error. */
export function meanAndError(values: Float64Array): { mean: number; error: number } {
  const count = values.length;
  const mean = sum(values) / count;
  if (count === 1) return { mean, error: 0 };
  return { mean, error: Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (count - 1) / count) };
}

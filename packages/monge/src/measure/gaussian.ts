// Gaussians: a mean and a covariance. A covariance may be singular (mass on a subspace) or 0 (a point).
import { OtError } from "../errors/otError.ts";
import { eigen, spectral } from "../linalg/eigen.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import { readWeights, type Weights } from "./weights.ts";

/** The normal law with the given mean (d) and covariance (d x d, symmetric, positive semi-definite); mass 1. */
export interface Gaussian {
  readonly kind: "gaussian";
  readonly mean: Float64Array;
  readonly covariance: Matrix;
}

/**
 * The Gaussian of this mean and covariance; both are copied.
 *
 * A covariance must be symmetric to 1e-8 of its largest entry (the mean of both triangles is taken) and positive semi-definite:
 * eigenvalues down to -1e-10 of the largest one count as rounding and become 0. For Float32Array both bounds are 1e-6.
 *
 * @param mean d numbers
 * @param covariance d x d
 *
 * Throws `InvalidShape`, or `InvalidValue` for what is not finite, not symmetric or not positive semi-definite.
 */
export function gaussian(mean: ArrayLike<number>, covariance: MatrixLike): Gaussian {
  const given = toMatrix(covariance, "covariance");
  const d = mean.length;
  if (d === 0) throw wrongShape("mean", 0, "The mean has no coordinates.");
  if (given.rows !== d || given.cols !== d) {
    throw wrongShape(
      "covariance",
      [given.rows, given.cols],
      `The covariance is ${given.rows} x ${given.cols} for ${d} coordinates.`,
    );
  }
  const copy = Float64Array.from(mean);
  requireFinite(copy, "mean");
  const data = Float64Array.from(given.data);
  repairCovariances(data, 1, d, given.data instanceof Float32Array, () => "covariance");
  return { kind: "gaussian", mean: copy, covariance: { data, rows: d, cols: d } };
}

/**
 * The Gaussian with the mean and the covariance of weighted points: sum w_i x_i and sum w_i (x_i - mean)(x_i - mean)^T with
 * w = weights / total. No correction for the lost degree of freedom: it is the Gaussian closest to the points in its moments.
 *
 * @param points n x d, n >= 1
 * @param weights null or absent: uniform
 */
export function empiricalGaussian(points: MatrixLike, weights: Weights = null): Gaussian {
  const { data, n, d, shares, mean } = weightedPoints(points, weights);
  const covariance = new Float64Array(d * d);
  const gap = new Float64Array(d);
  for (let i = 0; i < n; i++) {
    const share = shares[i];
    for (let k = 0; k < d; k++) gap[k] = data[i * d + k] - mean[k];
    for (let r = 0; r < d; r++) for (let k = 0; k <= r; k++) covariance[r * d + k] += share * gap[r] * gap[k];
  }
  for (let r = 0; r < d; r++) for (let k = 0; k < r; k++) covariance[k * d + r] = covariance[r * d + k];
  return { kind: "gaussian", mean, covariance: { data: covariance, rows: d, cols: d } };
}

/** Points, row-major n x d, the shares of their weights, which sum to 1, and their mean. */
export interface WeightedPoints {
  readonly data: Floats;
  readonly n: number;
  readonly d: number;
  readonly shares: Float64Array;
  readonly mean: Float64Array;
}

/** Reads weighted points; null: equal weights. Throws `InvalidShape`, `InvalidValue`, `NegativeMass`. */
export function weightedPoints(points: MatrixLike, weights: Weights): WeightedPoints {
  const { data, rows: n, cols: d } = toMatrix(points, "points");
  if (n === 0 || d === 0) throw wrongShape("points", n, "There are no points.");
  requireFinite(data, "points");
  const given = weights === null ? new Float64Array(n).fill(1) : readWeights(weights, n, "weights");
  const total = sum(given);
  if (!(total > 0)) {
    throw new OtError("InvalidValue", "The points have no mass.", {
      argument: "weights",
      seen: total,
      cure: "Give at least one point a positive weight.",
    });
  }
  const shares = given.map((weight) => weight / total);
  const mean = new Float64Array(d);
  for (let i = 0; i < n; i++) for (let k = 0; k < d; k++) mean[k] += shares[i] * data[i * d + k];
  return { data, n, d, shares, mean };
}

/**
 * Checks `count` covariances of d x d one after the other in `data`: symmetric, finite, positive semi-definite. In place they become
 * exactly symmetric, and lose the negative eigenvalues that rounding left. `name` says how the caller calls number k.
 */
export function repairCovariances(
  data: Float64Array,
  count: number,
  d: number,
  single: boolean,
  name: (k: number) => string,
): void {
  const asymmetry = single ? 1e-6 : 1e-8;
  const negative = single ? 1e-6 : 1e-10;
  const work = new Float64Array(d * d);
  for (let k = 0; k < count; k++) {
    const A = data.subarray(k * d * d, (k + 1) * d * d);
    let largest = 0;
    for (let at = 0; at < d * d; at++) {
      if (!Number.isFinite(A[at])) {
        throw wrongCovariance(name(k), A[at], `has the entry ${A[at]}`, "Use finite numbers.");
      }
      if (Math.abs(A[at]) > largest) largest = Math.abs(A[at]);
    }
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < i; j++) {
        const gap = Math.abs(A[i * d + j] - A[j * d + i]);
        if (gap > asymmetry * largest) {
          const what = `is not symmetric: its entries (${i}, ${j}) and (${j}, ${i}) differ by ${gap}`;
          throw wrongCovariance(name(k), gap, what, "Pass a symmetric matrix: (A + A^T) / 2.");
        }
        A[i * d + j] = A[j * d + i] = A[i * d + j] / 2 + A[j * d + i] / 2;
      }
    }
    if (isPositive(A, work, d)) continue;
    const spectrum = eigen(A, d);
    const top = Math.max(spectrum.values[0], -spectrum.values[d - 1]);
    const wrong = spectrum.values.findIndex((value) => value < -negative * top);
    if (wrong >= 0) {
      const value = spectrum.values[wrong];
      const what = `is not positive semi-definite: eigenvalue ${wrong} is ${value}`;
      throw wrongCovariance(name(k), value, what, "Pass a covariance: its eigenvalues are variances.");
    }
    if (spectrum.values[d - 1] < 0) A.set(spectral(spectrum, (value) => Math.max(0, value)));
  }
}

/** Whether the Cholesky factorisation goes through: the quick way to see that a matrix is positive definite. */
function isPositive(A: Float64Array, L: Float64Array, d: number): boolean {
  for (let j = 0; j < d; j++) {
    let pivot = A[j * d + j];
    for (let k = 0; k < j; k++) pivot -= L[j * d + k] ** 2;
    if (!(pivot > 1e-14 * A[j * d + j])) return false;
    const root = Math.sqrt(pivot);
    L[j * d + j] = root;
    for (let i = j + 1; i < d; i++) {
      let entry = A[i * d + j];
      for (let k = 0; k < j; k++) entry -= L[i * d + k] * L[j * d + k];
      L[i * d + j] = entry / root;
    }
  }
  return true;
}

/** Throws `InvalidValue` at a number that is not finite. */
export function requireFinite(values: ArrayLike<number>, argument: string): void {
  for (let k = 0; k < values.length; k++) {
    if (Number.isFinite(values[k])) continue;
    throw new OtError("InvalidValue", `Number ${k} of ${argument} is ${values[k]}.`, {
      argument,
      seen: values[k],
      cure: "Use finite numbers.",
    });
  }
}

/** The error for what does not fit. */
export function wrongShape(argument: string, seen: unknown, message: string): OtError {
  return new OtError("InvalidShape", message, {
    argument,
    seen,
    cure: "A mean has d >= 1 coordinates, its covariance is d x d.",
  });
}

function wrongCovariance(argument: string, seen: number, what: string, cure: string): OtError {
  return new OtError("InvalidValue", `${argument} ${what}.`, { argument, seen, cure });
}

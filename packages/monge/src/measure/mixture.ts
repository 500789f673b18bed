// Gaussian mixtures: sum_k weights[k] N(means[k], covariances[k]).
import { OtError } from "../errors/otError.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { type Gaussian, repairCovariances, requireFinite, wrongShape } from "./gaussian.ts";
import { readWeights, type Weights } from "./weights.ts";

/** k Gaussians with masses: `means` k x d, `covariances` k x d x d one after the other, each row-major. */
export interface Mixture {
  readonly kind: "mixture";
  readonly means: Matrix;
  readonly covariances: Float64Array;
  readonly weights: Float64Array;
}

/**
 * The mixture of these Gaussians; everything is copied. Covariances as for `gaussian`: symmetric, positive semi-definite, 0 allowed.
 *
 * @param means k x d
 * @param covariances k d d numbers, or k matrices of d x d
 * @param weights masses >= 0; null or absent: each 1/k. They need not sum to 1
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`.
 */
export function gaussianMixture(
  means: MatrixLike,
  covariances: Floats | readonly MatrixLike[],
  weights: Weights = null,
): Mixture {
  const given = toMatrix(means, "means");
  const { rows: k, cols: d } = given;
  if (k > 0 && d === 0) throw wrongShape("means", d, "The means have no coordinates.");
  const data = Float64Array.from(given.data);
  requireFinite(data, "means");
  const [copy, single] = readCovariances(covariances, k, d);
  repairCovariances(copy, k, d, single, (index) => `covariances[${index}]`);
  return {
    kind: "mixture",
    means: { data, rows: k, cols: d },
    covariances: copy,
    weights: weights === null ? new Float64Array(k).fill(1 / k) : readWeights(weights, k, "weights"),
  };
}

/** The mixture of Gaussians given one by one. */
export function mixtureOf(gaussians: readonly Gaussian[], weights: Weights = null): Mixture {
  const d = gaussians.length === 0 ? 0 : gaussians[0].mean.length;
  gaussians.forEach(({ mean }, k) => {
    if (mean.length === d) return;
    throw wrongShape(
      `gaussians[${k}]`,
      mean.length,
      `Gaussian ${k} has ${mean.length} coordinates, the first has ${d}.`,
    );
  });
  const k = gaussians.length;
  const means = new Float64Array(k * d);
  const covariances = new Float64Array(k * d * d);
  gaussians.forEach(({ mean, covariance }, at) => {
    means.set(mean, at * d);
    covariances.set(covariance.data, at * d * d);
  });
  return {
    kind: "mixture",
    means: { data: means, rows: k, cols: d },
    covariances,
    weights: weights === null ? new Float64Array(k).fill(1 / k) : readWeights(weights, k, "weights"),
  };
}

/** Component k of a mixture, of mass 1; copied. */
export function componentOf({ means, covariances }: Mixture, k: number): Gaussian {
  const d = means.cols;
  return {
    kind: "gaussian",
    mean: means.data.slice(k * d, (k + 1) * d),
    covariance: { data: covariances.slice(k * d * d, (k + 1) * d * d), rows: d, cols: d },
  };
}

function readCovariances(given: Floats | readonly MatrixLike[], k: number, d: number): [Float64Array, boolean] {
  const wrong = (seen: unknown, message: string): OtError =>
    new OtError("InvalidShape", message, {
      argument: "covariances",
      seen,
      cure: `Pass k d d numbers (here ${k * d * d}), or k matrices of d x d.`,
    });
  if (given instanceof Float64Array || given instanceof Float32Array) {
    if (given.length !== k * d * d)
      throw wrong(given.length, `${given.length} numbers are no ${k} covariances of ${d} x ${d}.`);
    return [Float64Array.from(given), given instanceof Float32Array];
  }
  if (!Array.isArray(given) || given.length !== k)
    throw wrong(given?.length, `There are ${k} means and ${given?.length} covariances.`);
  const copy = new Float64Array(k * d * d);
  let single = false;
  given.forEach((value: MatrixLike, index) => {
    const { data, rows, cols } = toMatrix(value, `covariances[${index}]`);
    if (rows !== d || cols !== d)
      throw wrong([rows, cols], `covariances[${index}] is ${rows} x ${cols}, the means have ${d} coordinates.`);
    single ||= data instanceof Float32Array;
    copy.set(data, index * d * d);
  });
  return [copy, single];
}

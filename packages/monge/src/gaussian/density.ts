// Densities of Gaussians and mixtures, and samples of them.
// log N(x; m, A) = -(d log 2 pi + log det A + (x - m)^T A^-1 (x - m)) / 2.
import { OtError } from "../errors/otError.ts";
import { positiveEigen, squareRoot } from "../linalg/eigen.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import { type Mixture, mixtureOf } from "../measure/mixture.ts";
import { requireGaussian, requireMixture } from "./require.ts";

/** log N(x; m, A) of row i of `points` (n x d). Throws `InvalidValue` where the covariance is singular: then there is no density. */
export function gaussianLogPdf(gaussian: Gaussian, points: MatrixLike): Float64Array {
  requireGaussian(gaussian, "gaussian");
  return mixtureLogPdf(mixtureOf([gaussian]), points);
}

/** N(x; m, A) of each point; see {@link gaussianLogPdf}. */
export function gaussianPdf(gaussian: Gaussian, points: MatrixLike): Float64Array {
  return gaussianLogPdf(gaussian, points).map(Math.exp);
}

/**
 * log sum_k w_k N(x; m_k, A_k) of each row x of `points` (n x d); the weights are taken as they are. Throws `InvalidValue` where a
 * component with mass has a singular covariance.
 */
export function mixtureLogPdf(mixture: Mixture, points: MatrixLike): Float64Array {
  requireMixture(mixture, "mixture");
  const { data, rows: n } = pointsOf(points, mixture.means.cols);
  const k = mixture.weights.length;
  const logs = componentLogs(mixture, 0)(data, n);
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    let most = -Infinity;
    for (let l = 0; l < k; l++) if (logs[i * k + l] > most) most = logs[i * k + l];
    let total = 0;
    if (most > -Infinity) for (let l = 0; l < k; l++) total += Math.exp(logs[i * k + l] - most);
    out[i] = most > -Infinity ? most + Math.log(total) : -Infinity;
  }
  return out;
}

/** sum_k w_k N(x; m_k, A_k) of each point; see {@link mixtureLogPdf}. */
export function mixturePdf(mixture: Mixture, points: MatrixLike): Float64Array {
  return mixtureLogPdf(mixture, points).map(Math.exp);
}

/** Independent points of a mixture and the components that they come from. */
export interface MixtureSample {
  /** count x d. */
  readonly points: Matrix;
  readonly labels: Int32Array;
}

/**
 * Draws `count` points of a mixture (its weights as shares of their sum); the same for the same seed. Singular covariances are legal.
 *
 * Throws `InvalidValue` for a negative or fractional count, or a mixture without mass.
 */
export function sampleMixture(mixture: Mixture, count: number, seed = 0): MixtureSample {
  requireMixture(mixture, "mixture");
  if (!(Number.isInteger(count) && count >= 0)) {
    throw new OtError("InvalidValue", `count is ${count}.`, {
      argument: "count",
      seen: count,
      cure: "Use a whole number of points.",
    });
  }
  const { means, covariances, weights } = mixture;
  const d = means.cols;
  const ends = runningSums(weights);
  const total = ends[ends.length - 1] ?? 0;
  if (!(total > 0)) {
    throw new OtError("InvalidValue", "The mixture has no mass.", {
      argument: "mixture",
      seen: total,
      cure: "Give at least one component a positive weight.",
    });
  }
  const roots = Array.from(weights, (_, l) => squareRoot(covariances.slice(l * d * d, (l + 1) * d * d), d));
  const { uniform, normal } = random(seed);
  const points = new Float64Array(count * d);
  const labels = new Int32Array(count);
  const z = new Float64Array(d);
  for (let i = 0; i < count; i++) {
    const label = firstBeyond(ends, uniform() * total);
    const root = roots[label];
    for (let k = 0; k < d; k++) z[k] = normal();
    for (let r = 0; r < d; r++) {
      let value = means.data[label * d + r];
      for (let k = 0; k < d; k++) value += root[r * d + k] * z[k];
      points[i * d + r] = value;
    }
    labels[i] = label;
  }
  return { points: { data: points, rows: count, cols: d }, labels };
}

/** Points of d coordinates. Throws `InvalidShape`. */
export function pointsOf(points: MatrixLike, d: number): Matrix<Floats> {
  const matrix = toMatrix(points, "points");
  if (matrix.cols === d || matrix.rows === 0) return matrix;
  throw new OtError("InvalidShape", `The points have ${matrix.cols} coordinates, the Gaussians ${d}.`, {
    argument: "points",
    seen: matrix.cols,
    cure: "Pass points of the Gaussians' dimension.",
  });
}

/**
 * log (w_k N(x_i; m_k, A_k)) at i k + l. `floor` is the least variance along any direction, in the unit of the covariances; with floor 0 a
 * singular covariance throws `InvalidValue`.
 */
export function componentLogs(
  { means, covariances, weights }: Mixture,
  floor: number,
): (points: ArrayLike<number>, n: number) => Float64Array {
  const d = means.cols;
  const k = weights.length;
  const vectors: Float64Array[] = [];
  const constants = new Float64Array(k);
  const precisions = new Float64Array(k * d);
  for (let l = 0; l < k; l++) {
    const spectrum = positiveEigen(covariances.slice(l * d * d, (l + 1) * d * d), d);
    vectors.push(spectrum.vectors);
    let logs = d * Math.log(2 * Math.PI);
    spectrum.values.forEach((value, r) => {
      if (value <= floor && floor === 0 && weights[l] > 0) {
        throw new OtError("InvalidValue", `Component ${l} has a singular covariance, and so no density.`, {
          argument: "mixture",
          seen: value,
          cure: "Add a small variance to the diagonal, or drop the component.",
        });
      }
      const variance = Math.max(value, floor);
      precisions[l * d + r] = variance > 0 ? 1 / variance : 0;
      logs += Math.log(variance);
    });
    constants[l] = weights[l] > 0 ? Math.log(weights[l]) - logs / 2 : -Infinity;
  }
  return (points, n) => {
    const out = new Float64Array(n * k);
    for (let i = 0; i < n; i++) {
      for (let l = 0; l < k; l++) {
        const axes = vectors[l];
        let squares = 0;
        for (let r = 0; r < d; r++) {
          let along = 0;
          for (let c = 0; c < d; c++) along += axes[r * d + c] * (points[i * d + c] - means.data[l * d + c]);
          squares += along * along * precisions[l * d + r];
        }
        out[i * k + l] = constants[l] - squares / 2;
      }
    }
    return out;
  };
}

/** Running sums of the weights. */
export function runningSums(weights: ArrayLike<number>): Float64Array {
  let total = 0;
  return Float64Array.from(weights, (weight) => {
    total += weight;
    return total;
  });
}

/** The first index whose running sum exceeds `value`: it has mass. */
export function firstBeyond(ends: Float64Array, value: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ends[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

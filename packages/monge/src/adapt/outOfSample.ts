// Samples that were not fitted: they move as the fitted samples near them do.
// Ferradans, Papadakis, Peyre, Aujol (2014): T(x) = x + d(nearest); smoothed: the mean of the displacements of the k nearest.
import { optionOutOfRange } from "../errors/otError.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { squaredDistance } from "./mapFamily.ts";

/** How samples that were not fitted move. */
export interface OutOfSampleOptions {
  /**
   * `"nearest"` (default): like the nearest fitted sample. `"smooth"`: like the nearest `neighbours`, weighted by exp(-|x - x_k|^2 / (2 h^2)),
   * h the mean distance to them. `"entropic"`: by the entropic map (methods `"sinkhorn"` and `"unbalanced"`, no label penalty).
   */
  readonly outOfSample?: "nearest" | "smooth" | "entropic";
  /** Samples that `"smooth"` asks; default 10. */
  readonly neighbours?: number;
}

/** Checks the rule. Throws `InvalidValue`. */
export function readRule({ outOfSample = "nearest", neighbours = 10 }: OutOfSampleOptions): number | "entropic" {
  if (!(Number.isInteger(neighbours) && neighbours >= 1)) {
    throw optionOutOfRange("neighbours", neighbours, "Use a positive integer; 10 is the default.");
  }
  if (outOfSample === "nearest") return 1;
  if (outOfSample === "smooth") return neighbours;
  if (outOfSample === "entropic") return outOfSample;
  throw optionOutOfRange("outOfSample", outOfSample, 'Use "nearest", "smooth" or "entropic".');
}

/**
 * Moves `points` by the displacements of the fitted samples: from `fitted` to `images`, row by row. Fitted samples whose `moves` is 0 (no
 * mass leaves them) are not asked. With one neighbour a fitted sample goes exactly to its image.
 */
export function moveLike(
  points: Matrix<Floats>,
  fitted: Matrix<Floats>,
  images: Matrix<Floats>,
  moves: ArrayLike<number>,
  neighbours: number,
): Matrix {
  const { rows, cols: d } = points;
  const data = Float64Array.from(points.data);
  const near = new Nearest(neighbours);
  for (let i = 0; i < rows; i++) {
    near.clear();
    for (let k = 0; k < fitted.rows; k++) if (moves[k] > 0) near.offer(k, squaredDistance(points, i, fitted, k));
    const weights = near.weights();
    if (near.distances[0] === 0 && near.count > 0 && neighbours === 1) {
      data.set(images.data.subarray(near.rows[0] * d, (near.rows[0] + 1) * d), i * d);
      continue;
    }
    for (let at = 0; at < near.count; at++) {
      const row = near.rows[at] * d;
      for (let c = 0; c < d; c++) data[i * d + c] += weights[at] * (images.data[row + c] - fitted.data[row + c]);
    }
  }
  return { data, rows, cols: d };
}

/** The k nearest so far, in the order of their distances; of equal ones the first stays first. */
class Nearest {
  readonly rows: Int32Array;
  readonly distances: Float64Array;
  count = 0;

  constructor(k: number) {
    this.rows = new Int32Array(k);
    this.distances = new Float64Array(k);
  }

  clear(): void {
    this.count = 0;
  }

  offer(row: number, distance: number): void {
    const { rows, distances } = this;
    if (this.count === rows.length && distance >= distances[this.count - 1]) return;
    let at = Math.min(this.count, rows.length - 1);
    for (; at > 0 && distances[at - 1] > distance; at--) {
      rows[at] = rows[at - 1];
      distances[at] = distances[at - 1];
    }
    rows[at] = row;
    distances[at] = distance;
    if (this.count < rows.length) this.count++;
  }

  /** Gaussian weights that sum to 1. */
  weights(): Float64Array {
    const { count, distances } = this;
    let mean = 0;
    for (let at = 0; at < count; at++) mean += Math.sqrt(distances[at]) / count;
    const weights = new Float64Array(count);
    let total = 0;
    for (let at = 0; at < count; at++) {
      weights[at] = mean > 0 ? Math.exp((distances[0] - distances[at]) / (2 * mean * mean)) : 1;
      total += weights[at];
    }
    return weights.map((weight) => weight / total);
  }
}

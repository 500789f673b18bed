// The map that takes the typical image of one group to that of the other: where intensity appears, where it disappears, and how it moves.
// Typical images are means of the normalised images; the map is the exact W2 plan between the two, averaged at each pixel.
import { grid } from "../cost/grid.ts";
import { emd } from "../exact/emd.ts";
import type { Matrix, MatrixLike } from "../linalg/matrix.ts";
import { toMatrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import { groupsOf } from "../statistics/energy.ts";

/** A difference picture. */
export interface Difference {
  /** Means of the images of either group, each image as shares of its intensity. */
  readonly meanA: Float64Array;
  readonly meanB: Float64Array;
  /** meanB - meanA: above 0 where intensity appears from A to B, below 0 where it disappears. Sums to 0. */
  readonly change: Float64Array;
  /** change over its standard error from the spread of either group (Welch): beyond +-4 hardly by chance in a picture of this size. */
  readonly score: Float64Array;
  /** W2 between the two means, in pixels, and how far it is proved. */
  readonly distance: number;
  readonly relativeGap: number;
  /** Mean displacement of what the mean of A has in each pixel: rows, columns (cells x 2, in pixels; 0 where there is nothing). */
  readonly displacement: Matrix;
}

/**
 * What changes from group 0 to group 1.
 *
 * @param images K x (rows * columns) intensities
 *
 * Throws `InvalidShape`, `NegativeMass`.
 */
export function groupDifference(
  images: MatrixLike,
  shape: readonly [number, number],
  labels: ArrayLike<number>,
): Difference {
  const { data, cols: cells } = toMatrix(images, "images");
  const [groupA, groupB] = groupsOf(labels);
  const share = (k: number): Float64Array => {
    const image = Float64Array.from(data.subarray(k * cells, (k + 1) * cells));
    const total = sum(image);
    return image.map((value) => value / total);
  };
  const moments = (members: Int32Array): { mean: Float64Array; error: Float64Array } => {
    const mean = new Float64Array(cells);
    const square = new Float64Array(cells);
    let n = 0;
    for (const k of members) {
      n++;
      // Welford's update: no cancellation.
      share(k).forEach((value, cell) => {
        const before = value - mean[cell];
        mean[cell] += before / n;
        square[cell] += before * (value - mean[cell]);
      });
    }
    return { mean, error: square.map((value) => (n < 2 ? 0 : value / (n - 1) / n)) };
  };
  const [a, b] = [moments(groupA), moments(groupB)];
  const change = b.mean.map((value, cell) => value - a.mean[cell]);
  const score = change.map((value, cell) => {
    const error = Math.sqrt(a.error[cell] + b.error[cell]);
    return error > 0 ? value / error : 0;
  });
  const result = emd(a.mean, b.mean, grid(shape));
  const displacement = new Float64Array(2 * cells);
  for (const [i, j, mass] of result.plan.entries()) {
    const [row, column] = [Math.floor(i / shape[1]), i % shape[1]];
    displacement[2 * i] += (mass * (Math.floor(j / shape[1]) - row)) / a.mean[i];
    displacement[2 * i + 1] += (mass * ((j % shape[1]) - column)) / a.mean[i];
  }
  return {
    meanA: a.mean,
    meanB: b.mean,
    change,
    score,
    distance: Math.sqrt(Math.max(0, result.value)),
    relativeGap: Math.abs(result.certify().relativeGap),
    displacement: { data: displacement, rows: cells, cols: 2 },
  };
}

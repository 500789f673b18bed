// The sliced Wasserstein distance: SW_p^p = mean over directions theta of W_p^p(theta # mu, theta # nu), by random directions.
// Rabin, Peyre, Delon and Bernot (2011); Bonneel, Rabin, Peyre and Pfister (2015). The error is that of a mean of independent values.
import type { MatrixLike } from "../linalg/matrix.ts";
import { type DirectionOptions, readDirections } from "./directions.ts";
import { type SlicedResult, slicedResult } from "./slicedResult.ts";
import { readSlices, type SliceOptions, sliceCosts } from "./slices.ts";

/** Options of {@link slicedWasserstein}. */
export interface SlicedOptions extends SliceOptions, DirectionOptions {}

/**
 * Sliced Wasserstein distance between clouds `x` (n x d) and `y` (m x d).
 *
 * `value` is the mean of W_p^p over the directions, never rooted; `distance` its p-th root; both with their Monte Carlo standard error. It
 * is below W_p^p: for p = 2, SW_2^2 <= W_2^2 / d. Sorting is exact; O((n + m) (d + log n)) a direction.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `KernelUnavailable`, `OutOfMemory`.
 */
export function slicedWasserstein(x: MatrixLike, y: MatrixLike, options: SlicedOptions = {}): SlicedResult {
  const begin = performance.now();
  const problem = readSlices(x, y, options);
  const directions = readDirections(options, problem.x.cols);
  return slicedResult({
    values: sliceCosts(problem, directions),
    problem,
    directions,
    seed: options.directions === undefined ? (options.seed ?? 0) : null,
    fresh: (seed) => sliceCosts(problem, readDirections({ projections: directions.rows, seed }, problem.x.cols)),
    method: "sliced",
    begin,
  });
}

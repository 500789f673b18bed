// Images as vectors whose Euclidean distances are nearly W2: the displacements of the exact plans from one reference, by root mass.
// Linear optimal transport; Wang, Slepcev, Basu, Ozolek and Rohde (2013). K exact problems in place of K (K - 1) / 2.
import { grid } from "../cost/grid.ts";
import { OtError } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import type { AsyncOptions, Progress } from "../run/options.ts";

/** Options of {@link linearEmbedding}. */
export interface LinearEmbeddingOptions extends AsyncOptions {
  /** Masses of the reference on the same grid, >= 0; default: the mean of the images, each as shares of its intensity. */
  readonly reference?: ArrayLike<number>;
  onProgress?(progress: Progress): void;
}

/** K images as vectors. */
export interface LinearEmbedding {
  /** K x (2 cells): r_i^1/2 (T(x_i) - x_i), rows and columns, in pixels, with T the mean destination from cell i of the reference. */
  readonly vectors: Matrix;
  /** Masses r of the reference; they sum to 1. */
  readonly reference: Float64Array;
  /** The largest relative gap between primal and dual value of a plan. */
  readonly relativeGap: number;
}

/**
 * The linear embedding of `images` (K x (rows * columns) intensities, row-major), each taken as shares of its own intensity.
 *
 * The length of a vector is W2 to the reference where the plan splits no cell, and below it elsewhere; so are distances between images that
 * are moved copies of the reference.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`; rejects with `signal.reason` on abort.
 */
export async function linearEmbedding(
  images: MatrixLike,
  shape: readonly [number, number],
  options: LinearEmbeddingOptions = {},
): Promise<LinearEmbedding> {
  const begin = performance.now();
  const { pool, signal, onProgress } = options;
  const { data, rows: K, cols: cells } = toMatrix(images, "images");
  const shares = Array.from({ length: K }, (_, k) => shareOf(data.subarray(k * cells, (k + 1) * cells), `image ${k}`));
  const reference = options.reference === undefined ? meanOf(shares) : shareOf(options.reference, "options.reference");
  const C = grid(shape);
  const vectors = new Float64Array(K * 2 * cells);
  let relativeGap = 0;
  let next = 0;
  let done = 0;
  const walk = async (): Promise<void> => {
    while (next < K) {
      const k = next++;
      signal?.throwIfAborted();
      const result = await emd.async(reference, shares[k], C, { pool, signal });
      relativeGap = Math.max(relativeGap, Math.abs(result.certify().relativeGap));
      const vector = vectors.subarray(2 * k * cells, 2 * (k + 1) * cells);
      for (const [i, j, mass] of result.plan.entries()) {
        const root = mass / Math.sqrt(reference[i]);
        vector[2 * i] += root * (Math.floor(j / shape[1]) - Math.floor(i / shape[1]));
        vector[2 * i + 1] += root * ((j % shape[1]) - (i % shape[1]));
      }
      onProgress?.({
        phase: "linear embedding",
        iteration: ++done,
        error: 1 - done / K,
        elapsedMs: performance.now() - begin,
      });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, pool?.threads ?? 0) }, walk));
  return { vectors: { data: vectors, rows: K, cols: 2 * cells }, reference, relativeGap };
}

function shareOf(values: ArrayLike<number>, name: string): Float64Array {
  const total = sum(values);
  if (total > 0 && total < Infinity) return Float64Array.from(values, (value) => value / total);
  throw new OtError("InvalidValue", `The intensities of ${name} sum to ${total}.`, {
    argument: name,
    seen: total,
    cure: "Leave out images without intensity.",
  });
}

function meanOf(shares: readonly Float64Array[]): Float64Array {
  const mean = new Float64Array(shares[0].length);
  for (const share of shares) for (let i = 0; i < mean.length; i++) mean[i] += share[i] / shares.length;
  return mean;
}

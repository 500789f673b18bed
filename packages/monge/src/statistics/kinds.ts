// The table of distances between samples: each from pooled points once, then between any two selections of them.
// Permutations, resampling and batches of a stream are all selections: what depends on the points alone is computed once.
import { points } from "../cost/points.ts";
import { OtError } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import { wasserstein1d } from "../exact/line/wasserstein1d.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { type DirectionOptions, readDirections } from "../sliced/directions.ts";
import { slicedWasserstein } from "../sliced/slicedWasserstein.ts";
import { groupMeans } from "./energy.ts";
import { discrepancy, type KernelName, kernelMatrix, medianDistance } from "./mmd.ts";

/** Distances between samples: Wasserstein of order 1 and 2 (exact), sliced Wasserstein of order 2, energy, maximum mean discrepancy. */
export type SampleDistanceKind = "w1" | "w2" | "sliced" | "energy" | "mmd";

/** What a kind needs to know besides the points. */
export interface KindOptions extends Pick<DirectionOptions, "projections" | "seed"> {
  /** Kernel of `"mmd"`; default `"gaussian"`. */
  readonly kernel?: KernelName;
  /** Length scale of the kernel; default: the median distance between the pooled points. */
  readonly bandwidth?: number;
}

/** The distance between two selections of the pooled points, by row; a row may occur several times. */
export type Between = (a: Int32Array, b: Int32Array) => number;

interface Kind {
  readonly summary: string;
  prepare(pool: Matrix, options: KindOptions): Between;
}

/** The table. */
export const sampleDistanceKinds: Readonly<Record<SampleDistanceKind, Kind>> = {
  w1: { summary: "Wasserstein distance W1: mass times distance", prepare: (pool) => wasserstein(pool, 1) },
  w2: {
    summary: "Wasserstein distance W2: root of mass times squared distance",
    prepare: (pool) => wasserstein(pool, 2),
  },
  sliced: {
    summary: "sliced Wasserstein distance: root mean square of W2 along random directions, the same for all selections",
    prepare(pool, { projections, seed }) {
      // A line has one direction.
      if (pool.cols === 1) return wasserstein(pool, 2);
      const directions = readDirections({ projections, seed }, pool.cols);
      return (a, b) => slicedWasserstein(take(pool, a), take(pool, b), { directions }).distance;
    },
  },
  energy: {
    summary: "energy distance: root of 2 E|X - Y| - E|X - X'| - E|Y - Y'|",
    prepare(pool) {
      const distances = pooledDistances(pool);
      return (a, b) => {
        const { between, withinA, withinB } = groupMeans(distances, a, b);
        return Math.sqrt(Math.max(0, 2 * between - withinA - withinB));
      };
    },
  },
  mmd: {
    summary: "maximum mean discrepancy of a kernel",
    prepare(pool, { kernel = "gaussian", bandwidth }) {
      const distances = pooledDistances(pool);
      const values = kernelMatrix(distances, kernel, bandwidth ?? medianDistance(distances));
      return (a, b) => Math.sqrt(discrepancy(values, a, b));
    },
  },
};

/** The distance of a kind over pooled points (N x d). Throws `InvalidValue` for an unknown kind. */
export function betweenSelections(kind: SampleDistanceKind, pool: Matrix, options: KindOptions): Between {
  const row = sampleDistanceKinds[kind];
  if (row !== undefined) return row.prepare(pool, options);
  throw new OtError("InvalidValue", `There is no distance ${JSON.stringify(kind)}.`, {
    argument: "options.kind",
    seen: kind,
    cure: `Use one of ${Object.keys(sampleDistanceKinds).join(", ")}.`,
  });
}

/** |x_i - x_j| for all pairs. */
function pooledDistances(pool: Matrix): Matrix {
  const N = pool.rows;
  return { data: points(pool, pool, "euclidean").block(0, N), rows: N, cols: N };
}

function wasserstein(pool: Matrix, p: 1 | 2): Between {
  if (pool.cols === 1) return (a, b) => wasserstein1d(take(pool, a).data, take(pool, b).data, { p }).distance;
  const ground = p === 1 ? "euclidean" : "sqeuclidean";
  return (a, b) => Math.max(0, emd(null, null, points(take(pool, a), take(pool, b), ground)).value) ** (1 / p);
}

function take({ data, cols: d }: Matrix, rows: Int32Array): Matrix {
  const out = new Float64Array(rows.length * d);
  for (let k = 0; k < rows.length; k++) out.set(data.subarray(rows[k] * d, (rows[k] + 1) * d), k * d);
  return { data: out, rows: rows.length, cols: d };
}

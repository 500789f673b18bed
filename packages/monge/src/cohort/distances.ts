// The matrix of exact W2 distances between all images of a cohort, in tiles: side by side on a pool, kept in a store, resumable.
// Tiles are runs of pairs in the order (0, 1), (0, 2) .. (1, 2) ..: the same whatever the number of workers, and so are the values.
import { OtError } from "../errors/otError.ts";
import { gridSquared } from "../exact/grid/gridSquared.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import type { AsyncOptions, Progress } from "../run/options.ts";

/** Where finished tiles wait for a run that was interrupted. Keys name the images, the grid and the tile. */
export interface TileStore {
  get(key: string): Promise<Float64Array | null>;
  put(key: string, values: Float64Array): Promise<void>;
}

/** Options of {@link imageDistances}. */
export interface ImageDistanceOptions extends AsyncOptions {
  /** Side of a pixel, > 0; default 1: distances are in pixels. */
  readonly spacing?: number;
  /** Keeps tiles; default: none are kept. */
  readonly store?: TileStore;
  /** Pairs of a tile; default 256. */
  readonly tilePairs?: number;
  onProgress?(progress: Progress): void;
}

/** Distances between K images. */
export interface ImageDistances {
  /** W2, K x K, symmetric, in the unit of `spacing`. */
  readonly distances: Matrix;
  /** The largest relative gap between primal and dual value of a pair: 0 proves all to rounding. Tiles from a store bring theirs. */
  readonly relativeGap: number;
  /** Exact problems: K (K - 1) / 2, and those that a store had. */
  readonly problems: number;
  readonly restored: number;
  readonly elapsedMs: number;
}

/**
 * Exact W2 distances between all pairs of K images (K x (rows * columns) intensities, row-major), each taken as shares of its own intensity.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`; rejects with `signal.reason` on abort: tiles in the store stay.
 */
export async function imageDistances(
  images: MatrixLike,
  shape: readonly [number, number],
  options: ImageDistanceOptions = {},
): Promise<ImageDistances> {
  const begin = performance.now();
  const { spacing = 1, store, tilePairs = 256, pool, signal } = options;
  const matrix = toMatrix(images, "images");
  const K = matrix.rows;
  if (K < 2 || !(Number.isInteger(tilePairs) && tilePairs >= 1)) {
    throw new OtError("InvalidShape", `There are ${K} images, in tiles of ${tilePairs} pairs.`, {
      argument: K < 2 ? "images" : "options.tilePairs",
      seen: K < 2 ? K : tilePairs,
      cure: "Pass at least two images, and tiles of at least one pair.",
    });
  }
  const problems = (K * (K - 1)) / 2;
  const tiles = Math.ceil(problems / tilePairs);
  const name = `${fingerprint(matrix.data)}-${shape.join("x")}-${spacing}-${tilePairs}`;
  const squares = new Float64Array(problems);
  let relativeGap = 0;
  let restored = 0;
  let done = 0;
  let next = 0;
  const tile = async (k: number): Promise<void> => {
    const from = k * tilePairs;
    const count = Math.min(problems, from + tilePairs) - from;
    const key = `${name}-${k}`;
    const kept = (await store?.get(key)) ?? null;
    // A tile holds its values, then its gap.
    const intact = kept !== null && kept.length === count + 1;
    if (intact) restored += count;
    const values = intact ? kept : await solveTile(matrix, shape, from, count, { spacing, pool, signal });
    if (!intact) await store?.put(key, values);
    squares.set(values.subarray(0, count), from);
    relativeGap = Math.max(relativeGap, values[count]);
    done += count;
    options.onProgress?.({
      phase: "distances",
      iteration: done,
      error: 1 - done / problems,
      elapsedMs: performance.now() - begin,
    });
  };
  const walk = async (): Promise<void> => {
    while (next < tiles) {
      signal?.throwIfAborted();
      await tile(next++);
    }
  };
  // Two tiles a worker: none waits for its next.
  await Promise.all(Array.from({ length: Math.max(1, 2 * (pool?.threads ?? 0)) }, walk));
  const data = new Float64Array(K * K);
  for (let i = 0, k = 0; i < K; i++) {
    for (let j = i + 1; j < K; j++) data[i * K + j] = data[j * K + i] = Math.sqrt(Math.max(0, squares[k++]));
  }
  const elapsedMs = performance.now() - begin;
  return { distances: { data, rows: K, cols: K }, relativeGap, problems, restored, elapsedMs };
}

async function solveTile(
  images: Matrix<Floats>,
  shape: readonly [number, number],
  from: number,
  count: number,
  options: Pick<ImageDistanceOptions, "spacing" | "pool" | "signal">,
): Promise<Float64Array> {
  const pairs = new Int32Array(2 * count);
  // Only the images of this tile cross to the worker.
  const used: number[] = [];
  const places = new Map<number, number>();
  const place = (k: number): number => {
    const known = places.get(k);
    if (known !== undefined) return known;
    places.set(k, used.length);
    used.push(k);
    return used.length - 1;
  };
  let [i, j] = pairAt(from, images.rows);
  for (let k = 0; k < count; k++) {
    pairs[2 * k] = place(i);
    pairs[2 * k + 1] = place(j);
    if (++j === images.rows) j = ++i + 1;
  }
  const cells = images.cols;
  const data = new Float64Array(used.length * cells);
  used.forEach((k, row) => {
    data.set(images.data.subarray(k * cells, (k + 1) * cells), row * cells);
  });
  const { values, relativeGap } = await gridSquared.async({ data, rows: used.length, cols: cells }, shape, {
    ...options,
    pairs,
  });
  return Float64Array.of(...values, Math.abs(relativeGap));
}

/** The pair at place k of (0, 1), (0, 2) .. (1, 2) .. */
function pairAt(k: number, K: number): [number, number] {
  let i = 0;
  let rest = k;
  while (rest >= K - 1 - i) rest -= K - 1 - i++;
  return [i, i + 1 + rest];
}

/** A hash of the bits of the images: FNV-1a over their 32-bit words, twice. */
function fingerprint(data: Floats): string {
  const words = new Uint32Array(Float64Array.from(data).buffer);
  let [left, right] = [0x811c9dc5, 0x01000193];
  for (const word of words) {
    left = Math.imul(left ^ word, 0x01000193);
    right = Math.imul(right ^ (word >>> 7) ^ left, 0x85ebca6b);
  }
  return `${(left >>> 0).toString(16)}${(right >>> 0).toString(16)}-${data.length}`;
}

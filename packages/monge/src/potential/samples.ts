// Where training draws its points from: the rows of a matrix, or a law that a sampler draws from.
// Same seed, same bits: all randomness of a sampler comes from the stream that it is given.
import { OtError } from "../errors/otError.ts";
import { type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import type { Random } from "../linalg/random.ts";

/** A law on points of one shape, of which training draws as many as it likes. */
export interface Sampler {
  /** [d], or [channels, height, width] of pictures, row-major. */
  readonly shape: readonly number[];
  /** Writes `count` points into `out`, one after the other. Holds no state: the same stream gives the same points. */
  draw(count: number, draw: Random, out: Float32Array): void;
}

/** Points, n x d, drawn uniformly with replacement; or a {@link Sampler}. */
export type Samples = MatrixLike | Sampler;

/** A sampler that was checked, and the points behind it where there is a finite number. */
export interface SampleSource extends Sampler {
  readonly dimension: number;
  /** The rows, in f32; null for a sampler. */
  readonly points: { readonly data: Float32Array; readonly rows: number } | null;
}

/**
 * Reads either side of a problem. What a sampler draws is checked as it is drawn.
 *
 * Throws `InvalidShape` for no points or points without coordinates, `InvalidValue` for coordinates that are not finite (in f32).
 */
export function readSamples(samples: Samples | SampleSource, argument: string): SampleSource {
  if ("dimension" in samples) return samples;
  return isSampler(samples) ? checkedSampler(samples, argument) : rowsOf(samples, argument);
}

/** Both sides, of one shape. Throws what {@link readSamples} throws, and `InvalidShape` if the shapes differ. */
export function readPair(source: Samples | SampleSource, target: Samples | SampleSource): [SampleSource, SampleSource] {
  const [from, to] = [readSamples(source, "source"), readSamples(target, "target")];
  const given = from.points === null && to.points === null;
  const fits = given ? String(from.shape) === String(to.shape) : from.dimension === to.dimension;
  if (fits) return [from, to];
  throw new OtError("InvalidShape", `The source is ${described(from.shape)}, the target ${described(to.shape)}.`, {
    argument: "target",
    seen: [...to.shape],
    cure: "Bring both sides to the same number of coordinates: the same channels, height and width for pictures.",
  });
}

function isSampler(samples: Samples): samples is Sampler {
  return typeof samples === "object" && samples !== null && typeof (samples as Sampler).draw === "function";
}

function rowsOf(samples: MatrixLike, argument: string): SampleSource {
  const { data: given, rows, cols } = toMatrix(samples, argument);
  if (rows === 0 || cols === 0) throw empty(argument, [rows, cols]);
  const data = Float32Array.from(given);
  const wrong = firstNotFinite(data, data.length);
  if (wrong >= 0) throw notFinite(argument, given[wrong], `row ${Math.floor(wrong / cols)}, column ${wrong % cols}`);
  return {
    shape: [cols],
    dimension: cols,
    points: { data, rows },
    draw(count, draw, out) {
      for (let k = 0; k < count; k++) {
        const from = draw.integer(rows) * cols;
        for (let j = 0; j < cols; j++) out[k * cols + j] = data[from + j];
      }
    },
  };
}

function checkedSampler(sampler: Sampler, argument: string): SampleSource {
  const { shape } = sampler;
  const whole = Array.isArray(shape) && shape.every((extent) => Number.isInteger(extent) && extent >= 1);
  if (!whole || (shape.length !== 1 && shape.length !== 3)) throw empty(argument, shape);
  const dimension = shape.reduce((product, extent) => product * extent, 1);
  return {
    shape,
    dimension,
    points: null,
    draw(count, draw, out) {
      sampler.draw(count, draw, out);
      const wrong = firstNotFinite(out, count * dimension);
      if (wrong < 0) return;
      const place = `coordinate ${wrong % dimension} of point ${Math.floor(wrong / dimension)} of a draw`;
      throw notFinite(argument, out[wrong], place);
    },
  };
}

function firstNotFinite(data: Float32Array, length: number): number {
  for (let k = 0; k < length; k++) if (!Number.isFinite(data[k])) return k;
  return -1;
}

function notFinite(argument: string, seen: number, place: string): OtError {
  return new OtError("InvalidValue", `${argument} holds ${seen} at ${place}: no finite 32-bit number.`, {
    argument,
    seen,
    cure: "Replace or leave out what is no number, and scale coordinates to about 1.",
  });
}

function empty(argument: string, seen: unknown): OtError {
  return new OtError("InvalidShape", `${argument} holds no points: its shape is ${JSON.stringify(seen)}.`, {
    argument,
    seen,
    cure: "Pass a matrix with a row for each point, or a sampler of shape [d] or [channels, height, width].",
  });
}

function described(shape: readonly number[]): string {
  return shape.length === 1
    ? `of ${shape[0]} coordinates`
    : `of ${shape.join(" x ")} (channels x height x width) numbers`;
}

// Samplers of pictures: crops at random places, noise, and either of them degraded. Same seed, same bits.
// A sampler stands for a law on R^d, d = channels x height x width, of which training draws as many points as it likes.
import { OtError } from "../errors/otError.ts";
import type { Random } from "../linalg/random.ts";
import type { Degradation } from "./degradation.ts";
import { commonChannels, type Picture, type PictureShape } from "./picture.ts";
import type { Sampler } from "./samples.ts";

/** How crops are taken. */
export interface CropOptions {
  /** Side of square crops, or [height, width], in pixels. Default: whole pictures, which then must all have one size. */
  readonly size?: number | readonly [height: number, width: number];
  /** Mirror every second crop left to right, at random. Default `false`. */
  readonly mirror?: boolean;
}

/**
 * Crops of pictures: a picture is drawn uniformly, then a place in it uniformly. Throws `InvalidShape` for no pictures, unequal
 * channels, and pictures smaller than a crop.
 */
export function imageCrops(list: readonly Picture[], options: CropOptions = {}): Sampler {
  const channels = commonChannels(list);
  const { size = [list[0].shape[1], list[0].shape[2]], mirror = false } = options;
  const [height, width] = typeof size === "number" ? [size, size] : size;
  const small = list.find(({ shape }) =>
    options.size === undefined
      ? shape[1] !== height || shape[2] !== width
      : !(shape[1] >= height && shape[2] >= width && height >= 1 && width >= 1),
  );
  if (small !== undefined) {
    throw new OtError(
      "InvalidShape",
      `${small.name ?? "A picture"} of ${small.shape[1]} x ${small.shape[2]} pixels gives no crop of ${height} x ${width}.`,
      { argument: "options.size", seen: [height, width], cure: "Take smaller crops, or leave the picture out." },
    );
  }
  const pixels = channels * height * width;
  return {
    shape: [channels, height, width],
    draw(count, draw, out) {
      for (let k = 0; k < count; k++) {
        const { data, shape } = list[draw.integer(list.length)];
        const top = draw.integer(shape[1] - height + 1);
        const left = draw.integer(shape[2] - width + 1);
        const turn = mirror && draw.integer(2) === 1;
        for (let c = 0; c < channels; c++) {
          for (let i = 0; i < height; i++) {
            const from = (c * shape[1] + top + i) * shape[2] + left;
            const to = k * pixels + (c * height + i) * width;
            for (let j = 0; j < width; j++) out[to + j] = data[from + (turn ? width - 1 - j : j)];
          }
        }
      }
    },
  };
}

/** Pictures of independent normal samples, mean 0: where generation starts. `deviation` > 0, default 1. Throws `InvalidValue`. */
export function gaussianNoise(shape: PictureShape, deviation = 1): Sampler {
  if (!(deviation > 0) || !Number.isFinite(deviation)) {
    throw new OtError("InvalidValue", `deviation is ${deviation}.`, {
      argument: "deviation",
      seen: deviation,
      cure: "Use a positive number.",
    });
  }
  const pixels = shape[0] * shape[1] * shape[2];
  return {
    shape: [...shape],
    draw(count, draw, out) {
      for (let k = 0; k < count * pixels; k++) out[k] = deviation * draw.normal();
    },
  };
}

/** What `sampler` draws, degraded: noise is drawn from the same stream of random numbers. */
export function degraded(sampler: Sampler, degradation: Degradation): Sampler {
  const [channels, height, width] = sampler.shape;
  const pixels = channels * height * width;
  return {
    shape: sampler.shape,
    draw(count, draw: Random, out) {
      sampler.draw(count, draw, out);
      for (let k = 0; k < count; k++)
        degradation.apply(out.subarray(k * pixels, (k + 1) * pixels), [channels, height, width], draw);
    },
  };
}

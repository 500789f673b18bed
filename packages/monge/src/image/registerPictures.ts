// Alignment of pictures by their light (or their dark): the map of pixels, and the moving picture drawn where it belongs.
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { type PointCloud, pointCloud } from "../measure/measure.ts";
import type { AsyncOptions } from "../run/options.ts";
import { mapRun, type Run, threeForms } from "../run/solver.ts";
import { type Canvas, lumaOfCanvas, onCanvas, pictureOf } from "./canvas.ts";
import { type Picture, requirePicture } from "./picture.ts";
import { type RegisterOptions, type RegisterResult, register } from "./register.ts";

/** Options of {@link registerPictures}. */
export interface RegisterPicturesOptions extends RegisterOptions {
  /** Longest side to which pictures are averaged down for the search; default 40. */
  readonly size?: number;
  /** Dark pixels weigh, not bright ones; default false. */
  readonly invert?: boolean;
  /** Pixels below this share of the largest weight do not count; default 0.1. */
  readonly threshold?: number;
}

/** Aligned pictures: the map is between pixels (x to the right, y down, from the centre of the first pixel) of the pictures in full size. */
export interface RegisterPicturesResult extends RegisterResult {
  /** The moving picture as the fixed one would show it: of its size, RGB of 8 bits; the ground where nothing falls. */
  readonly picture: Picture;
}

/** Aligns the picture `moving` with the picture `fixed`; otherwise as `register`. */
export interface RegisterPictures {
  (moving: Picture, fixed: Picture, options?: RegisterPicturesOptions): RegisterPicturesResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    moving: Picture,
    fixed: Picture,
    options?: RegisterPicturesOptions & Pick<AsyncOptions, "signal">,
  ): Promise<RegisterPicturesResult>;
  /** The same by hand: iterate for progress. */
  steps(moving: Picture, fixed: Picture, options?: RegisterPicturesOptions): Run<RegisterPicturesResult>;
}

/** Alignment of pictures; see {@link RegisterPictures}. */
export const registerPictures: RegisterPictures = /*#__PURE__*/ threeForms<
  [Picture, Picture],
  RegisterPicturesOptions,
  RegisterPicturesResult
>(2, (args) => {
  const [moving, fixed, options = {}] = args as readonly [Picture, Picture, RegisterPicturesOptions?];
  requirePicture(moving, "moving");
  requirePicture(fixed, "fixed");
  const { size = 40, invert = false, threshold = 0.1 } = options;
  if (!(Number.isInteger(size) && size >= 2))
    throw optionOutOfRange("size", size, "Use a whole number of pixels of at least 2.");
  if (!(threshold >= 0 && threshold < 1)) throw optionOutOfRange("threshold", threshold, "Use a share in [0, 1).");
  const ground = invert ? 1 : 0;
  const clouds = [moving, fixed].map((picture, k) =>
    cloudOf(picture, onCanvas([picture], size, ground)[0], invert, threshold, k === 0 ? "moving" : "fixed"),
  );
  return mapRun(register.steps(clouds[0], clouds[1], options), (result) => ({
    ...result,
    picture: drawn(moving, fixed, result, ground),
  }));
}) as RegisterPictures;

function cloudOf(picture: Picture, canvas: Canvas, invert: boolean, threshold: number, argument: string): PointCloud {
  const luma = lumaOfCanvas(canvas).map((value) => (invert ? 1 - value : value));
  const most = luma.reduce((high, value) => Math.max(high, value), 0);
  const [sx, sy] = [picture.width / canvas.width, picture.height / canvas.height];
  const places: number[][] = [];
  const weights: number[] = [];
  luma.forEach((value, i) => {
    if (!(value > threshold * most)) return;
    places.push([((i % canvas.width) + 0.5) * sx - 0.5, (Math.floor(i / canvas.width) + 0.5) * sy - 0.5]);
    weights.push(value);
  });
  if (places.length > 0) return pointCloud(places, weights);
  throw new OtError("InvalidValue", `The picture ${argument} is all ${invert ? "white" : "black"}.`, {
    argument,
    seen: most,
    cure: `Pass a picture with something ${invert ? "dark" : "bright"}, or change invert.`,
  });
}

/** Each pixel of the fixed picture's frame looks up where it comes from, between the four nearest. */
function drawn(moving: Picture, fixed: Picture, { A, b }: RegisterResult, ground: number): Picture {
  const [source] = onCanvas([moving], Math.max(moving.width, moving.height), ground);
  const { width, height } = fixed;
  const rgb = new Float64Array(width * height * 3).fill(ground);
  const [p, q, r, s] = A.data;
  const det = p * s - q * r;
  if (det === 0) return pictureOf({ width, height, rgb });
  for (let v = 0, at = 0; v < height; v++) {
    for (let u = 0; u < width; u++, at += 3) {
      const x = (s * (u - b[0]) - q * (v - b[1])) / det;
      const y = (p * (v - b[1]) - r * (u - b[0])) / det;
      if (!(x > -1 && y > -1 && x < source.width && y < source.height)) continue;
      const [left, top] = [Math.floor(x), Math.floor(y)];
      for (let c = 0; c < 3; c++) {
        let value = 0;
        for (let corner = 0; corner < 4; corner++) {
          const [i, j] = [left + (corner & 1), top + (corner >> 1)];
          const share = Math.abs(1 - (corner & 1) - (x - left)) * Math.abs(1 - (corner >> 1) - (y - top));
          const inside = i >= 0 && j >= 0 && i < source.width && j < source.height;
          value += share * (inside ? source.rgb[3 * (j * source.width + i) + c] : ground);
        }
        rgb[at + c] = value;
      }
    }
  }
  return pictureOf({ width, height, rgb });
}

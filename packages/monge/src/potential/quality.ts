// How close a picture is to the truth: peak signal-to-noise ratio and structural similarity.
// PSNR = 10 log10(R^2 / MSE); SSIM by Wang, Bovik, Sheikh, Simoncelli (2004): 11 x 11 Gaussian window of 1.5 pixels, K1 = 0.01, K2 = 0.03.
import { OtError } from "../errors/otError.ts";
import type { Picture } from "./picture.ts";

/** From black to white on [-1, 1]. */
const defaultRange = 2;
const windowSide = 11;
const windowDeviation = 1.5;

/** Decibels; `Infinity` for equal pictures. `range` > 0 is the distance from black to white, default 2. Throws `InvalidShape`. */
export function psnr(seen: Picture, truth: Picture, range: number = defaultRange): number {
  requireAlike(seen, truth);
  let square = 0;
  for (let k = 0; k < seen.data.length; k++) square += (seen.data[k] - truth.data[k]) ** 2;
  return 10 * Math.log10((range * range * seen.data.length) / square);
}

/**
 * Structural similarity in [-1, 1], 1 for equal pictures: the mean over all windows that lie inside the picture, and over
 * channels. Throws `InvalidShape` for pictures of less than 11 x 11 pixels.
 */
export function ssim(seen: Picture, truth: Picture, range: number = defaultRange): number {
  requireAlike(seen, truth);
  const [channels, height, width] = seen.shape;
  if (height < windowSide || width < windowSide) {
    throw new OtError("InvalidShape", `SSIM looks at 11 x 11 pixels, the pictures have ${height} x ${width}.`, {
      argument: "seen",
      seen: [height, width],
      cure: "Compare larger pictures, or by psnr.",
    });
  }
  const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    const x = Float64Array.from(seen.data.subarray(c * height * width, (c + 1) * height * width));
    const y = Float64Array.from(truth.data.subarray(c * height * width, (c + 1) * height * width));
    const mean = (cell: (k: number) => number): Float64Array =>
      windowMeans(
        x.map((_, k) => cell(k)),
        height,
        width,
      );
    const mx = mean((k) => x[k]);
    const my = mean((k) => y[k]);
    const xx = mean((k) => x[k] * x[k]);
    const yy = mean((k) => y[k] * y[k]);
    const xy = mean((k) => x[k] * y[k]);
    let channel = 0;
    for (let k = 0; k < mx.length; k++) {
      const [vx, vy, cov] = [xx[k] - mx[k] * mx[k], yy[k] - my[k] * my[k], xy[k] - mx[k] * my[k]];
      channel += ((2 * mx[k] * my[k] + c1) * (2 * cov + c2)) / ((mx[k] * mx[k] + my[k] * my[k] + c1) * (vx + vy + c2));
    }
    sum += channel / mx.length;
  }
  return sum / channels;
}

/** Means over a collection. */
export interface Quality {
  /** Mean PSNR in decibels. */
  readonly psnr: number;
  /** Mean SSIM; `null` for pictures of less than 11 x 11 pixels. */
  readonly ssim: number | null;
  /** PSNR of each picture. */
  readonly each: Float64Array;
}

/** Mean quality of `seen` against `truth`, picture by picture. Throws `InvalidShape`. */
export function quality(seen: readonly Picture[], truth: readonly Picture[], range: number = defaultRange): Quality {
  if (seen.length !== truth.length || seen.length === 0) {
    throw new OtError("InvalidShape", `${seen.length} pictures are compared with ${truth.length}.`, {
      argument: "seen",
      seen: seen.length,
      cure: "Pass as many as there are truths, one at least.",
    });
  }
  const each = Float64Array.from(seen, (picture, k) => psnr(picture, truth[k], range));
  const large = truth.every(({ shape }) => shape[1] >= windowSide && shape[2] >= windowSide);
  const similar = large
    ? seen.reduce((sum, picture, k) => sum + ssim(picture, truth[k], range), 0) / seen.length
    : null;
  return { psnr: each.reduce((sum, value) => sum + value, 0) / each.length, ssim: similar, each };
}

/** Weighted means over every window inside the picture, (height - 10) x (width - 10). */
function windowMeans(x: Float64Array, height: number, width: number): Float64Array {
  const cols = width - windowSide + 1;
  const rows = height - windowSide + 1;
  const across = new Float64Array(height * cols);
  for (let i = 0; i < height; i++)
    for (let j = 0; j < cols; j++)
      for (let b = 0; b < windowSide; b++) across[i * cols + j] += bell[b] * x[i * width + j + b];
  const out = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++)
    for (let a = 0; a < windowSide; a++)
      for (let j = 0; j < cols; j++) out[i * cols + j] += bell[a] * across[(i + a) * cols + j];
  return out;
}

const bell: Float64Array = /* @__PURE__ */ (() => {
  const raw = Float64Array.from({ length: windowSide }, (_, k) => {
    const at = k - (windowSide - 1) / 2;
    return Math.exp(-(at * at) / (2 * windowDeviation * windowDeviation));
  });
  const total = raw.reduce((sum, weight) => sum + weight, 0);
  return raw.map((weight) => weight / total);
})();

function requireAlike(seen: Picture, truth: Picture): void {
  if (seen.shape.every((extent, axis) => extent === truth.shape[axis])) return;
  throw new OtError(
    "InvalidShape",
    `A picture of shape ${seen.shape.join(" x ")} is compared with ${truth.shape.join(" x ")}.`,
    {
      argument: "seen",
      seen: [...seen.shape],
      cure: "Compare pictures of one shape.",
    },
  );
}

// Pixels as masses: luma Y = 0.2126 R + 0.7152 G + 0.0722 B (ITU-R BT.709) in [0, 1], over a background where transparent.
// Reduced by areas: a cell of the smaller grid gets the mass that it covers, so the total stays.
import { OtError } from "monge";
import type { ParseOptions } from "./options.ts";
import type { Table } from "./table.ts";

/** Samples in [0, max], interleaved: grey, grey + alpha, RGB or RGBA. */
export interface Pixels {
  readonly data: ArrayLike<number>;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly max: number;
}

/** The masses of an image, shape [height, width], reduced to `options.size`. */
export function densityTable(pixels: Pixels, dtype: string, options: ParseOptions): Table {
  const { width, height } = pixels;
  const size = checkSize(options.size);
  const scale = Math.min(1, size / Math.max(width, height));
  const rows = Math.max(1, Math.round(height * scale));
  const cols = Math.max(1, Math.round(width * scale));
  const luma = lumas(pixels, options);
  const data = scale === 1 ? luma : reduceRows(reduceColumns(luma, height, width, cols), height, cols, rows);
  return { data, shape: [rows, cols], stored: [height, width], dtype, nature: "grid" };
}

/** The luma of each pixel in [0, 1]. */
export function lumas({ data, width, height, channels, max }: Pixels, options: ParseOptions): Float64Array {
  const curve = options.linear === true ? linearCurve(max) : (sample: number): number => sample / max;
  const invert = options.invert === true;
  const alphaAt = channels === 2 || channels === 4 ? channels - 1 : -1;
  const green = channels >= 3 ? 1 : 0;
  const blue = channels >= 3 ? 2 : 0;
  const behind = backgroundLuma(options);
  const out = new Float64Array(width * height);
  for (let i = 0, k = 0; i < out.length; i++, k += channels) {
    const luma = weighted(curve(data[k]), curve(data[k + green]), curve(data[k + blue]));
    const alpha = alphaAt < 0 ? 1 : data[k + alphaAt] / max;
    const over = alpha === 1 ? luma : alpha * luma + (1 - alpha) * behind;
    out[i] = invert ? 1 - over : over;
  }
  return out;
}

/** Exactly x for red = green = blue = x, whatever the rounding of the three products would give. */
function weighted(red: number, green: number, blue: number): number {
  return red === green && green === blue ? red : Math.min(1, 0.2126 * red + 0.7152 * green + 0.0722 * blue);
}

function backgroundLuma({ background, invert, linear }: ParseOptions): number {
  if (background === undefined) return invert === true ? 1 : 0;
  if (!Array.isArray(background) || background.length !== 3 || !background.every((each) => each >= 0 && each <= 255)) {
    throw new OtError("InvalidValue", `options.background is ${JSON.stringify(background)}.`, {
      argument: "options.background",
      seen: background,
      cure: "Pass [red, green, blue], each in 0..255.",
    });
  }
  const curve = linear === true ? linearCurve(255) : (sample: number): number => sample / 255;
  return weighted(curve(background[0]), curve(background[1]), curve(background[2]));
}

/** sRGB to light (IEC 61966-2-1), tabled: there are at most 65536 samples. */
function linearCurve(max: number): (sample: number) => number {
  const table = new Float64Array(max + 1).fill(-1);
  return (sample) => {
    const at = Math.round(sample);
    if (table[at] < 0) table[at] = lightOf(at / max);
    return table[at];
  };
}

function lightOf(value: number): number {
  if (value <= 0.04045) return value / 12.92;
  const x = (value + 0.055) / 1.055;
  // x^2.4 = (x r)^2 with r = x^(1/5) by Newton from above: Math.pow may differ by a bit between engines.
  let r = 1;
  for (let step = 0; step < 12; step++) r -= (r - x / (r * r * r * r)) / 5;
  return x * r * (x * r);
}

function checkSize(size: number | undefined): number {
  if (size === undefined) return Number.POSITIVE_INFINITY;
  if (Number.isInteger(size) && size >= 1) return size;
  throw new OtError("InvalidValue", `options.size is ${size}.`, {
    argument: "options.size",
    seen: size,
    cure: "Pass a whole number of pixels, 1 or more.",
  });
}

/** height x width -> height x cols. */
function reduceColumns(data: Float64Array, height: number, width: number, cols: number): Float64Array {
  const out = new Float64Array(height * cols);
  eachOverlap(width, cols, (from, to, share) => {
    for (let i = 0; i < height; i++) out[i * cols + to] += share * data[i * width + from];
  });
  return out;
}

/** height x cols -> rows x cols. */
function reduceRows(data: Float64Array, height: number, cols: number, rows: number): Float64Array {
  const out = new Float64Array(rows * cols);
  eachOverlap(height, rows, (from, to, share) => {
    for (let j = 0; j < cols; j++) out[to * cols + j] += share * data[from * cols + j];
  });
  return out;
}

/** The share of each of `many` intervals that falls into each of `few`, both dividing the same length; shares of one sum to 1. */
function eachOverlap(many: number, few: number, use: (from: number, to: number, share: number) => void): void {
  for (let from = 0; from < many; from++) {
    // In units of 1 / many of a target interval all ends are whole numbers: no gap and no double cover by rounding.
    const begin = from * few;
    const end = begin + few;
    for (let to = Math.floor(begin / many); to * many < end; to++) {
      use(from, to, (Math.min(end, (to + 1) * many) - Math.max(begin, to * many)) / few);
    }
  }
}

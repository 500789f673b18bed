// Pictures on a common canvas: reduced by areas, centred, over a background; RGB in [0, 1].
import { alphaOf, type Picture } from "./picture.ts";

/** Three components in [0, 1] for each cell, rows from the top. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly rgb: Float64Array;
}

/** Puts pictures on one canvas that holds them all, its longest side at most `size`. `ground` is the grey behind and around them. */
export function onCanvas(pictures: readonly Picture[], size: number, ground: number): Canvas[] {
  const scale = Math.min(1, size / Math.max(...pictures.map(({ width, height }) => Math.max(width, height))));
  const small = pictures.map((picture) => reduced(picture, scale, ground));
  const width = Math.max(...small.map((canvas) => canvas.width));
  const height = Math.max(...small.map((canvas) => canvas.height));
  return small.map((canvas) => centred(canvas, width, height, ground));
}

function reduced(picture: Picture, scale: number, ground: number): Canvas {
  const { data, channels, max } = picture;
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const alpha = alphaOf(picture);
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  const rgb = new Float64Array(width * height * 3);
  const columns = shares(picture.width, width);
  const rows = shares(picture.height, height);
  for (const [y, to, vertical] of rows) {
    for (const [x, cell, horizontal] of columns) {
      const at = (y * picture.width + x) * channels;
      const seen = alpha < 0 ? 1 : data[at + alpha] / max;
      const share = vertical * horizontal;
      const out = 3 * (to * width + cell);
      rgb[out] += share * ((seen * data[at]) / max + (1 - seen) * ground);
      rgb[out + 1] += share * ((seen * data[at + green]) / max + (1 - seen) * ground);
      rgb[out + 2] += share * ((seen * data[at + blue]) / max + (1 - seen) * ground);
    }
  }
  return { width, height, rgb };
}

/** What of each of `few` cells is covered by which of `many`: from, to, share; shares of one cell sum to 1. */
function shares(many: number, few: number): [from: number, to: number, share: number][] {
  const out: [number, number, number][] = [];
  for (let from = 0; from < many; from++) {
    const begin = from * few;
    const end = begin + few;
    for (let to = Math.floor(begin / many); to * many < end; to++)
      out.push([from, to, (Math.min(end, (to + 1) * many) - Math.max(begin, to * many)) / many]);
  }
  return out;
}

function centred({ width, height, rgb }: Canvas, wide: number, high: number, ground: number): Canvas {
  if (width === wide && height === high) return { width, height, rgb };
  const out = new Float64Array(wide * high * 3).fill(ground);
  const [left, top] = [(wide - width) >> 1, (high - height) >> 1];
  for (let y = 0; y < height; y++)
    out.set(rgb.subarray(3 * y * width, 3 * (y + 1) * width), 3 * ((y + top) * wide + left));
  return { width: wide, height: high, rgb: out };
}

/** Luma of each cell (ITU-R BT.709). */
export function lumaOfCanvas({ rgb }: Canvas): Float64Array {
  return Float64Array.from(
    { length: rgb.length / 3 },
    (_, i) => 0.2126 * rgb[3 * i] + 0.7152 * rgb[3 * i + 1] + 0.0722 * rgb[3 * i + 2],
  );
}

/** A canvas as a picture of 8 bits; what is out of [0, 1] is cut. */
export function pictureOf({ width, height, rgb }: Canvas): Picture {
  const data = Uint8Array.from(rgb, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
  return { data, width, height, channels: 3, max: 255 };
}

// What a transfer changes, smoothed along the picture but not across its edges: against noise and bands that steep maps of colours make.
//
// The guided filter of He, Sun, Tang (2013), guide: the luma of the source; filtered: the change of each component. In strips of rows, so that memory
// does not grow with the picture.
import type { Picture } from "./picture.ts";

/** Strength of the smoothing. */
export interface GuidedOptions {
  /** Half the width of the windows in pixels; default 8. */
  readonly radius?: number;
  /** Contrast (standard deviation of the luma in [0, 1]) below which a window counts as flat and is smoothed; default 0.05. */
  readonly contrast?: number;
}

const stripRows = 128;

/** Rewrites the colours of `after`, a transfer of `before`, in place; yields after each strip. */
export function* guide(
  before: Picture,
  after: Picture,
  { radius = 8, contrast = 0.05 }: GuidedOptions,
): Generator<number, void, void> {
  const { width, height } = before;
  const max = before.max;
  const floats = after.data instanceof Float32Array || after.data instanceof Float64Array;
  const [green, blue] = before.channels >= 3 ? [1, 2] : [0, 0];
  const offsets = [0, green, blue];
  // Rows of the present strip must be filtered from values that the strip before has not rewritten.
  const kept = new Map<number, Float32Array>();
  const changeRow = (y: number, c: number): Float32Array => {
    const row = new Float32Array(width);
    const old = kept.get(3 * y + c);
    if (old !== undefined) return old;
    for (let x = 0, i = y * width; x < width; x++, i++)
      row[x] = (after.data[i * after.channels + c] - before.data[i * before.channels + offsets[c]]) / max;
    return row;
  };
  for (let begin = 0; begin < height; begin += stripRows) {
    const end = Math.min(height, begin + stripRows);
    const [low, high] = [Math.max(0, begin - 2 * radius), Math.min(height, end + 2 * radius)];
    const rows = high - low;
    const luma = new Float32Array(rows * width);
    for (let i = 0, at = low * width * before.channels; i < luma.length; i++, at += before.channels)
      luma[i] = (0.2126 * before.data[at] + 0.7152 * before.data[at + green] + 0.0722 * before.data[at + blue]) / max;
    const mean = boxMean(luma, rows, width, radius);
    const squares = boxMean(
      luma.map((value) => value * value),
      rows,
      width,
      radius,
    );
    const smoothed: Float32Array[] = [];
    for (let c = 0; c < 3; c++) {
      const change = new Float32Array(rows * width);
      for (let y = low; y < high; y++) change.set(changeRow(y, c), (y - low) * width);
      const level = boxMean(change, rows, width, radius);
      const both = boxMean(
        change.map((value, i) => value * luma[i]),
        rows,
        width,
        radius,
      );
      const slope = new Float32Array(rows * width);
      const offset = new Float32Array(rows * width);
      for (let i = 0; i < slope.length; i++) {
        const variance = Math.max(0, squares[i] - mean[i] * mean[i]);
        slope[i] = (both[i] - mean[i] * level[i]) / (variance + contrast * contrast);
        offset[i] = level[i] - slope[i] * mean[i];
      }
      const slopes = boxMean(slope, rows, width, radius);
      const offsetMeans = boxMean(offset, rows, width, radius);
      smoothed.push(slopes.map((value, i) => value * luma[i] + offsetMeans[i]));
    }
    for (let y = Math.max(0, end - 2 * radius); y < end; y++)
      for (let c = 0; c < 3; c++) kept.set(3 * y + c, changeRow(y, c));
    for (const key of kept.keys()) if (key < 3 * (end - 2 * radius)) kept.delete(key);
    for (let y = begin; y < end; y++) {
      for (let x = 0, i = y * width; x < width; x++, i++) {
        for (let c = 0; c < 3; c++) {
          const value = before.data[i * before.channels + offsets[c]] + max * smoothed[c][(y - low) * width + x];
          const held = Math.min(max, Math.max(0, value));
          after.data[i * after.channels + c] = floats ? held : held + 0.5;
        }
      }
    }
    yield end;
  }
}

/** Means over windows of 2 radius + 1 cells a side, cut at the borders. */
function boxMean(values: Float32Array, rows: number, width: number, radius: number): Float32Array {
  const across = new Float32Array(values.length);
  for (let y = 0; y < rows; y++) {
    const at = y * width;
    let total = 0;
    for (let x = 0; x < Math.min(radius, width); x++) total += values[at + x];
    for (let x = 0; x < width; x++) {
      if (x + radius < width) total += values[at + x + radius];
      if (x - radius > 0) total -= values[at + x - radius - 1];
      across[at + x] = total / (Math.min(width - 1, x + radius) - Math.max(0, x - radius) + 1);
    }
  }
  const out = new Float32Array(values.length);
  const totals = new Float64Array(width);
  for (let y = 0; y < Math.min(radius, rows); y++) for (let x = 0; x < width; x++) totals[x] += across[y * width + x];
  for (let y = 0; y < rows; y++) {
    const count = Math.min(rows - 1, y + radius) - Math.max(0, y - radius) + 1;
    for (let x = 0; x < width; x++) {
      if (y + radius < rows) totals[x] += across[(y + radius) * width + x];
      if (y - radius > 0) totals[x] -= across[(y - radius - 1) * width + x];
      out[y * width + x] = totals[x] / count;
    }
  }
  return out;
}

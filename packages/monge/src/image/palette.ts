// The palette of a picture: a few colours that stand for all its pixels, each with its share of them.
//
// Pixels are collected in 64 x 64 x 64 bins; the box of bins with the largest squared error is cut at its mean, across its longest spread, until there
// are enough (Wan, Prusinkiewicz, Wong 1990). No step is random: the same picture, the same palette.
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { type ColorSpace, colorCodec } from "./colorSpace.ts";
import { alphaOf, type Picture, requirePicture } from "./picture.ts";

/** Colours with their shares, the heaviest first. */
export interface Palette {
  /** size x 3, in the coordinates of `space`. */
  readonly colors: Matrix;
  /** Shares of the pixels, which sum to 1; a pixel counts by its alpha. */
  readonly weights: Float64Array;
  readonly space: ColorSpace;
}

/** Options of {@link palette}. */
export interface PaletteOptions {
  /** Colours at most; default 1000. A picture with fewer different bins has fewer. */
  readonly size?: number;
  /** Where colours are means and errors are measured; default `"oklab"`. */
  readonly space?: ColorSpace;
  /** Of each `every` pixels one, starting with number `skip`; default all. Two palettes with other `skip` see different pixels. */
  readonly every?: number;
  readonly skip?: number;
}

const bits = 6;

/**
 * The palette of a picture. Grey counts as a colour. Fully transparent pixels do not count.
 *
 * Throws `InvalidShape`, `InvalidValue` (no pixel that is to be seen).
 */
export function palette(picture: Picture, options: PaletteOptions = {}): Palette {
  requirePicture(picture, "picture");
  const { size = 1000, space = "oklab", every = 1, skip = 0 } = options;
  for (const [name, value, least] of [
    ["size", size, 1],
    ["every", every, 1],
    ["skip", skip, 0],
  ] as const) {
    if (!(Number.isInteger(value) && value >= least))
      throw optionOutOfRange(name, value, `Use a whole number of at least ${least}.`);
  }
  const bins = collect(picture, space, every, skip);
  const boxes = cut(bins, size);
  const colors = new Float64Array(boxes.length * 3);
  const weights = new Float64Array(boxes.length);
  boxes.sort((left, right) => right.weight - left.weight || left.begin - right.begin);
  const total = boxes.reduce((sum, box) => sum + box.weight, 0);
  boxes.forEach(({ weight, mean }, i) => {
    weights[i] = weight / total;
    colors.set(mean, 3 * i);
  });
  return { colors: { data: colors, rows: boxes.length, cols: 3 }, weights, space };
}

/** Occupied bins: the mean of their pixels and their weight. */
interface Bins {
  readonly colors: Float64Array;
  readonly weights: Float64Array;
}

function collect(picture: Picture, space: ColorSpace, every: number, skip: number): Bins {
  const { data, channels, max } = picture;
  const alpha = alphaOf(picture);
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  const side = 1 << bits;
  const sums = new Float64Array(side ** 3 * 4);
  const level = (side - 1e-9) / max;
  const pixels = picture.width * picture.height;
  for (let i = skip; i < pixels; i += every) {
    const at = i * channels;
    const weight = alpha < 0 ? 1 : data[at + alpha] / max;
    if (!(weight > 0)) continue;
    const [r, g, b] = [data[at], data[at + green], data[at + blue]];
    const bin = 4 * ((Math.floor(r * level) << (2 * bits)) | (Math.floor(g * level) << bits) | Math.floor(b * level));
    sums[bin] += weight;
    sums[bin + 1] += weight * r;
    sums[bin + 2] += weight * g;
    sums[bin + 3] += weight * b;
  }
  let count = 0;
  for (let bin = 0; bin < sums.length; bin += 4) if (sums[bin] > 0) count++;
  if (count === 0) {
    throw new OtError("InvalidValue", "No pixel of the picture is to be seen.", {
      argument: "picture",
      seen: 0,
      cure: "Pass a picture with pixels that are not transparent.",
    });
  }
  const colors = new Float64Array(count * 3);
  const weights = new Float64Array(count);
  const codec = colorCodec(space);
  for (let bin = 0, k = 0; bin < sums.length; bin += 4) {
    const weight = sums[bin];
    if (!(weight > 0)) continue;
    for (let c = 0; c < 3; c++) colors[3 * k + c] = sums[bin + 1 + c] / (weight * max);
    codec.encode(colors, 3 * k);
    weights[k++] = weight;
  }
  return { colors, weights };
}

/** A range of the order of bins. */
interface Box {
  readonly begin: number;
  readonly end: number;
  readonly weight: number;
  readonly mean: Float64Array;
  /** Weighted squared distance from the mean, along the axis where it is largest. */
  readonly error: number;
  readonly axis: number;
}

function cut({ colors, weights }: Bins, size: number): Box[] {
  const order = Int32Array.from(weights.keys());
  const spare = new Int32Array(order.length);
  const measure = (begin: number, end: number): Box => {
    let weight = 0;
    const mean = new Float64Array(3);
    for (let k = begin; k < end; k++) {
      const i = order[k];
      weight += weights[i];
      for (let c = 0; c < 3; c++) mean[c] += weights[i] * colors[3 * i + c];
    }
    for (let c = 0; c < 3; c++) mean[c] /= weight;
    const errors = [0, 0, 0];
    for (let k = begin; k < end; k++) {
      const i = order[k];
      for (let c = 0; c < 3; c++) errors[c] += weights[i] * (colors[3 * i + c] - mean[c]) ** 2;
    }
    const error = Math.max(...errors);
    return { begin, end, weight, mean, error: end - begin > 1 ? error : 0, axis: errors.indexOf(error) };
  };
  const done: Box[] = [];
  const open = startHeap<Box>((box) => box.error);
  open.push(measure(0, order.length));
  while (open.size() > 0 && done.length + open.size() < size) {
    const box = open.pop();
    if (!(box.error > 0)) {
      done.push(box);
      continue;
    }
    const threshold = box.mean[box.axis];
    let [low, high] = [box.begin, 0];
    for (let k = box.begin; k < box.end; k++) {
      const i = order[k];
      if (colors[3 * i + box.axis] <= threshold) order[low++] = i;
      else spare[high++] = i;
    }
    order.set(spare.subarray(0, high), low);
    // Colours that differ by rounding alone may all lie on one side of their mean.
    if (low === box.begin || low === box.end) {
      done.push({ ...box, error: 0 });
      continue;
    }
    open.push(measure(box.begin, low));
    open.push(measure(low, box.end));
  }
  return [...done, ...open.all()];
}

interface Heap<T> {
  push(item: T): void;
  /** The item of the largest key. */
  pop(): T;
  size(): number;
  all(): T[];
}

function startHeap<T>(key: (item: T) => number): Heap<T> {
  const items: T[] = [];
  const swap = (i: number, j: number): void => {
    [items[i], items[j]] = [items[j], items[i]];
  };
  return {
    push(item) {
      items.push(item);
      for (let i = items.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1;
        if (key(items[parent]) >= key(items[i])) break;
        swap(i, parent);
        i = parent;
      }
    },
    pop() {
      const [top] = items;
      const last = items.pop() as T;
      if (items.length > 0) {
        items[0] = last;
        for (let i = 0; ; ) {
          let most = i;
          for (const child of [2 * i + 1, 2 * i + 2])
            if (child < items.length && key(items[child]) > key(items[most])) most = child;
          if (most === i) break;
          swap(i, most);
          i = most;
        }
      }
      return top;
    },
    size: () => items.length,
    all: () => items,
  };
}

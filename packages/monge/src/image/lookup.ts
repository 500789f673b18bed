// A map of colours as a table over the sRGB cube, interpolated within tetrahedra: built once, applied to any number of pixels.
// Kasson, Nin, Plouffe, Hafner, "Performing color space conversions with three-dimensional linear interpolation" (1995).
import { type ColorSpace, colorCodec } from "./colorSpace.ts";
import { alphaOf, type Picture, samplesLike } from "./picture.ts";

/** Images of the nodes: side^3 colours of three sRGB components in [0, 1], red slowest. */
export interface Lookup {
  readonly side: number;
  readonly nodes: Float32Array;
}

/** Moves colours (n x 3, in the coordinates of a space) in place. */
export type MoveColors = (colors: Float64Array) => void;

/** The table of a map that works in `space`. Generators yield between slices of the cube. */
export function* buildLookup(space: ColorSpace, side: number, move: MoveColors): Generator<void, Lookup, void> {
  const codec = colorCodec(space);
  const nodes = new Float32Array(side ** 3 * 3);
  const slice = new Float64Array(side * side * 3);
  for (let r = 0; r < side; r++) {
    for (let g = 0, at = 0; g < side; g++) {
      for (let b = 0; b < side; b++, at += 3) {
        slice[at] = r / (side - 1);
        slice[at + 1] = g / (side - 1);
        slice[at + 2] = b / (side - 1);
        codec.encode(slice, at);
      }
    }
    move(slice);
    for (let at = 0; at < slice.length; at += 3) {
      codec.decode(slice, at);
      for (let c = at; c < at + 3; c++) slice[c] = Math.min(1, Math.max(0, slice[c]));
    }
    nodes.set(slice, r * slice.length);
    yield;
  }
  return { side, nodes };
}

/** Pixels between two yields: some 50 ms. */
const chunkPixels = 1 << 18;

/** The picture under the map, in RGB (grey becomes colour), with the alpha and the depth that it has. */
export function* applyLookup({ side, nodes }: Lookup, picture: Picture): Generator<number, Picture, void> {
  const { data, width, height, channels, max } = picture;
  const alpha = alphaOf(picture);
  const [green, blue] = channels >= 3 ? [1, 2] : [0, 0];
  const wide = alpha < 0 ? 3 : 4;
  const out = samplesLike(data, width * height * wide);
  const round = !(data instanceof Float32Array || data instanceof Float64Array);
  const level = (side - 1) / max;
  const [dr, dg, db] = [3 * side * side, 3 * side, 3];
  const half = round ? 0.5 : 0;
  const pixels = width * height;
  for (let begin = 0; begin < pixels; begin += chunkPixels) {
    const end = Math.min(pixels, begin + chunkPixels);
    for (let i = begin, from = begin * channels, to = begin * wide; i < end; i++, from += channels, to += wide) {
      const x = data[from] * level;
      const y = data[from + green] * level;
      const z = data[from + blue] * level;
      const r = Math.min(side - 2, x | 0);
      const g = Math.min(side - 2, y | 0);
      const b = Math.min(side - 2, z | 0);
      const [u, v, w] = [x - r, y - g, z - b];
      const corner = r * dr + g * dg + b * db;
      const last = corner + dr + dg + db;
      // The tetrahedron of the order of u, v, w: from one corner to the opposite one along the axes, largest first.
      let first: number;
      let second: number;
      let large: number;
      let middle: number;
      let small: number;
      if (u >= v) {
        if (v >= w) {
          first = corner + dr;
          second = first + dg;
          [large, middle, small] = [u, v, w];
        } else if (u >= w) {
          first = corner + dr;
          second = first + db;
          [large, middle, small] = [u, w, v];
        } else {
          first = corner + db;
          second = first + dr;
          [large, middle, small] = [w, u, v];
        }
      } else if (u >= w) {
        first = corner + dg;
        second = first + dr;
        [large, middle, small] = [v, u, w];
      } else if (v >= w) {
        first = corner + dg;
        second = first + db;
        [large, middle, small] = [v, w, u];
      } else {
        first = corner + db;
        second = first + dg;
        [large, middle, small] = [w, v, u];
      }
      for (let c = 0; c < 3; c++) {
        const value =
          (1 - large) * nodes[corner + c] +
          (large - middle) * nodes[first + c] +
          (middle - small) * nodes[second + c] +
          small * nodes[last + c];
        out[to + c] = value * max + half;
      }
      if (alpha >= 0) out[to + 3] = data[from + alpha];
    }
    yield end;
  }
  return { data: out, width, height, channels: wide, max };
}

// From the displacements of a palette to those of any colour: the mean over the nearest colours of the palette, the nearer the more.
//
// d(c) = sum_i k_i d_i / sum_i k_i over the nearest colours p_i, k_i = a_i exp(-|c - p_i|^2 / (2 h^2)), h the distance to the middle one of them:
// the out-of-sample rule of Ferradans, Papadakis, Peyre, Aujol (2014) for one neighbour, smoothed for more.
import type { Matrix } from "../linalg/matrix.ts";
import type { MoveColors } from "./lookup.ts";

/** Displacements of the colours of a palette, n x 3. */
export interface Displacements {
  readonly colors: Matrix;
  readonly weights: Float64Array;
  readonly by: Float64Array;
}

/** Moves colours as the palette moves. */
export function extend({ colors, weights, by }: Displacements, neighbours: number): MoveColors {
  const { rows } = colors;
  // In the order of the first coordinate: a search goes out from where a colour would stand, as far as the nearest known allow.
  const order = Int32Array.from({ length: rows }, (_, i) => i).sort(
    (i, j) => colors.data[3 * i] - colors.data[3 * j] || i - j,
  );
  const data = Float64Array.from({ length: 3 * rows }, (_, k) => colors.data[3 * order[Math.floor(k / 3)] + (k % 3)]);
  const most = Math.min(neighbours, rows);
  const near = new Int32Array(most);
  const squared = new Float64Array(most);
  let held = 0;
  const meet = (i: number, distance: number): void => {
    let place = held < most ? held++ : most - 1;
    for (; place > 0 && squared[place - 1] > distance; place--) {
      squared[place] = squared[place - 1];
      near[place] = near[place - 1];
    }
    squared[place] = distance;
    near[place] = i;
  };
  return (moving) => {
    for (let at = 0; at < moving.length; at += 3) {
      const [x, y, z] = [moving[at], moving[at + 1], moving[at + 2]];
      held = 0;
      let high = lowerBound(data, rows, x);
      let low = high - 1;
      for (;;) {
        const up = high < rows ? data[3 * high] - x : Infinity;
        const down = low >= 0 ? x - data[3 * low] : Infinity;
        const ahead = Math.min(up, down);
        if (ahead === Infinity || (held === most && ahead * ahead >= squared[most - 1])) break;
        const i = up <= down ? high++ : low--;
        const [dy, dz] = [data[3 * i + 1] - y, data[3 * i + 2] - z];
        const distance = ahead * ahead + dy * dy + dz * dz;
        if (held < most || distance < squared[most - 1]) meet(i, distance);
      }
      const width = squared[held >> 1];
      let total = 0;
      const moved = [0, 0, 0];
      for (let k = 0; k < held; k++) {
        const i = order[near[k]];
        const kernel = width > 0 ? bell(squared[k] / width) : squared[k] > 0 ? 0 : 1;
        const share = kernel * weights[i];
        total += share;
        for (let c = 0; c < 3; c++) moved[c] += share * by[3 * i + c];
      }
      for (let c = 0; c < 3; c++) moving[at + c] += total > 0 ? moved[c] / total : by[3 * order[near[0]] + c];
    }
  };
}

/** The first of the colours whose first coordinate is at least x. */
function lowerBound(data: Float64Array, rows: number, x: number): number {
  let [low, high] = [0, rows];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (data[3 * middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** exp(-t / 2) as (1 - t / 32)^16, which is 0 from t = 32 on: powers by multiplication have the same bits everywhere. */
export function bell(t: number): number {
  const base = Math.max(0, 1 - t / 32);
  const fourth = base * base * base * base;
  return fourth * fourth * fourth * fourth;
}

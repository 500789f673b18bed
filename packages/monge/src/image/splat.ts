// Particles of light drawn on a grid: each is spread over the four nearest cells, or over a Gaussian of some width, and loses nothing.
import { bell } from "./extension.ts";

/** Particles, what stays and fades, and how either side looks. */
export interface Scene {
  /** From cell to cell, with shares of the light. */
  readonly moving: { readonly from: Int32Array; readonly to: Int32Array; readonly mass: Float64Array };
  /** Shares that fade out, and in, where they are. */
  readonly restSource: Float64Array;
  readonly restTarget: Float64Array;
  readonly source: { readonly weights: Float64Array; readonly rgb: Float64Array };
  readonly target: { readonly weights: Float64Array; readonly rgb: Float64Array };
  readonly width: number;
  readonly height: number;
}

/** The scene at time t in (0, 1), three components a cell, blurred by `deviation` cells. */
export function splat(scene: Scene, t: number, deviation: number): Float64Array {
  const { moving, restSource, restTarget, source, target, width, height } = scene;
  const { from, to, mass } = moving;
  const rgb = new Float64Array(width * height * 3);
  const look = new Float64Array(3);
  for (let k = 0; k < mass.length; k++) {
    const [i, j] = [from[k], to[k]];
    const [early, late] = [((1 - t) * mass[k]) / source.weights[i], (t * mass[k]) / target.weights[j]];
    for (let c = 0; c < 3; c++) look[c] = early * source.rgb[3 * i + c] + late * target.rgb[3 * j + c];
    const x = (1 - t) * (i % width) + t * (j % width);
    const y = (1 - t) * Math.floor(i / width) + t * Math.floor(j / width);
    const [left, top] = [Math.min(Math.floor(x), width - 1), Math.min(Math.floor(y), height - 1)];
    const [u, v] = [x - left, y - top];
    drop(rgb, width, left, top, (1 - u) * (1 - v), look);
    if (u > 0) drop(rgb, width, left + 1, top, u * (1 - v), look);
    if (v > 0) drop(rgb, width, left, top + 1, (1 - u) * v, look);
    if (u > 0 && v > 0) drop(rgb, width, left + 1, top + 1, u * v, look);
  }
  const out = blurred(rgb, width, height, deviation);
  for (let i = 0; i < width * height; i++) {
    const early = restSource[i] > 0 && source.weights[i] > 0 ? ((1 - t) * restSource[i]) / source.weights[i] : 0;
    const late = restTarget[i] > 0 && target.weights[i] > 0 ? (t * restTarget[i]) / target.weights[i] : 0;
    if (early === 0 && late === 0) continue;
    for (let c = 3 * i; c < 3 * i + 3; c++) out[c] += early * source.rgb[c] + late * target.rgb[c];
  }
  return out;
}

function drop(rgb: Float64Array, width: number, x: number, y: number, share: number, look: Float64Array): void {
  const at = 3 * (y * width + x);
  for (let c = 0; c < 3; c++) rgb[at + c] += share * look[c];
}

/** A separable Gaussian, folded back at the borders, so that nothing is lost. */
function blurred(rgb: Float64Array, width: number, height: number, deviation: number): Float64Array {
  if (!(deviation > 0.05)) return rgb;
  const radius = Math.ceil(3 * deviation);
  const taps = Float64Array.from({ length: 2 * radius + 1 }, (_, k) => bell(((k - radius) / deviation) ** 2));
  const total = taps.reduce((sum, value) => sum + value, 0);
  const folded = (at: number, length: number): number => {
    let place = at;
    while (place < 0 || place >= length) place = place < 0 ? -1 - place : 2 * length - 1 - place;
    return place;
  };
  const pass = (values: Float64Array, along: number, across: number, step: number, jump: number): Float64Array => {
    const out = new Float64Array(values.length);
    for (let line = 0; line < across; line++) {
      for (let at = 0; at < along; at++) {
        for (let k = -radius; k <= radius; k++) {
          const share = taps[k + radius] / total;
          const to = 3 * (line * jump + folded(at + k, along) * step);
          const here = 3 * (line * jump + at * step);
          for (let c = 0; c < 3; c++) out[to + c] += share * values[here + c];
        }
      }
    }
    return out;
  };
  return pass(pass(rgb, width, height, 1, width), height, width, width, 1);
}

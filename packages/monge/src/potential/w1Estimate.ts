// W1 from a potential and samples, with its standard error. Penalised dual: D - lambda P, D = mean u(x) - mean u(y), P = mean (|g| - 1)_+^2.
// sup_u D - lambda P = min over flows w of int |w| + |w|^2 / (4 lambda sigma) >= W1; its flow has length D - 2 lambda P, which is above
// W1 to second order in 1 / lambda only (both are W1 for lambda -> infinity). sigma: the law of the points where slopes are penalised.
import { type Random, random } from "../linalg/random.ts";
import { type Potential, rowNorms } from "./potential.ts";
import type { SampleSource } from "./samples.ts";

/** What a potential says about W1 between two sides, on samples. Lengths in the unit of the coordinates. */
export interface W1Estimate {
  /** D - 2 lambda P: the length of the flow that belongs to u. D itself where lambda is 0. */
  readonly estimate: number;
  /** Of `estimate`, from the spread among the samples. */
  readonly standardError: number;
  /** D - lambda P, the objective of training. */
  readonly penalised: number;
  /** D = mean u(x) - mean u(y). */
  readonly dual: number;
  /** P = mean (|grad u(z)| - 1)_+^2. */
  readonly penalty: number;
  /** |grad u| between the sides: mean, largest seen, and the mean excess over 1. */
  readonly slope: { readonly mean: number; readonly max: number; readonly excess: number };
  /** |D - 2 lambda mean (|g| - 1)_+ |g|| / |D|: 0 where scaling u cannot improve it; 1 where D is 0. */
  readonly residual: number;
  /** Samples of each side. */
  readonly count: number;
}

/** Streams of a seed: training takes one a step from `training` on, so that no two purposes share numbers. */
export const streams = { training: 0x10000000, evaluation: 0x20000000, pool: 0x30000000, certificate: 0x40000000 };

const chunk = 256;

/**
 * Looks at `u` on `count` fresh samples of each side and `count` points between them. Sides of at most `count` rows are taken whole.
 */
export function estimateW1(
  u: Potential,
  source: SampleSource,
  target: SampleSource,
  options: { readonly penalty: number; readonly count: number; readonly seed: number; readonly stream: number },
): W1Estimate {
  const { penalty: lambda, count } = options;
  const draw = random(options.seed, options.stream);
  const d = u.dimension;
  const moments = { x: spread(), y: spread(), p: spread(), slope: spread(), excess: spread(), scaled: spread() };
  let steepest = 0;
  for (let done = 0; done < count; done += chunk) {
    const rows = Math.min(chunk, count - done);
    const x = drawn(source, rows, draw);
    const y = drawn(target, rows, draw);
    const z = between(x, y, draw, d);
    if (!whole(source, count)) moments.x.take(valuesOf(u, x));
    if (!whole(target, count)) moments.y.take(valuesOf(u, y));
    const slopes = rowNorms(u.evaluate({ data: z, rows, cols: d }).gradients);
    steepest = slopes.reduce((most, slope) => Math.max(most, slope), steepest);
    const excess = slopes.map((slope) => Math.max(0, slope - 1));
    moments.slope.take(slopes);
    moments.excess.take(excess);
    moments.p.take(excess.map((value) => value * value));
    moments.scaled.take(excess.map((value, i) => value * slopes[i]));
  }
  for (const [side, of] of [
    [source, moments.x],
    [target, moments.y],
  ] as const) {
    if (side.points === null || !whole(side, count)) continue;
    of.take(valuesOf(u, side.points.data));
  }
  const dual = moments.x.mean() - moments.y.mean();
  const penalty = moments.p.mean();
  const error = moments.x.variance() + moments.y.variance() + (2 * lambda) ** 2 * moments.p.variance();
  return {
    estimate: dual - 2 * lambda * penalty,
    standardError: Math.sqrt(error),
    penalised: dual - lambda * penalty,
    dual,
    penalty,
    slope: { mean: moments.slope.mean(), max: steepest, excess: moments.excess.mean() },
    residual: dual === 0 ? 1 : Math.min(1, Math.abs(dual - 2 * lambda * moments.scaled.mean()) / Math.abs(dual)),
    count,
  };
}

/** `count` points of a side. */
export function drawn(side: SampleSource, count: number, draw: Random): Float32Array {
  const out = new Float32Array(count * side.dimension);
  side.draw(count, draw, out);
  return out;
}

/** Points uniform on the segments from x_i to y_i. */
function between(x: Float32Array, y: Float32Array, draw: Random, d: number): Float32Array {
  const z = new Float32Array(x.length);
  for (let i = 0; i < x.length; i += d) {
    const t = draw.uniform();
    for (let k = i; k < i + d; k++) z[k] = x[k] + t * (y[k] - x[k]);
  }
  return z;
}

function whole(side: SampleSource, count: number): boolean {
  return side.points !== null && side.points.rows <= count;
}

function valuesOf(u: Potential, data: Float32Array): Float64Array {
  return u.evaluate({ data, rows: data.length / u.dimension, cols: u.dimension }).values;
}

/** A running mean (Welford), and the variance of that mean. */
function spread(): { take(values: Float64Array): void; mean(): number; variance(): number } {
  let n = 0;
  let mean = 0;
  let squares = 0;
  return {
    take(values) {
      for (const value of values) {
        n++;
        const step = value - mean;
        mean += step / n;
        squares += step * (value - mean);
      }
    },
    mean: () => mean,
    variance: () => (n > 1 ? squares / (n - 1) / n : 0),
  };
}

// The linear circular distance: L2 on the circle between the maps that take the uniform law to two laws, in place of W_2^2 between them.
// Martin, Medri, Bai, Liu, Yan, Rohde and Kolouri, "LCOT" (2023): map F^-1(s - E + 1/2) - s on a circle of length 1, E the mean coordinate.
import { argsort } from "../exact/line/lineOrder.ts";
import { pick, readPeriod, wrapped } from "../exact/line/lineProblem.ts";
import { sum } from "../linalg/sum.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";

/** The squared linear circular distance between masses `a` at `x` and `b` at `y` on a circle of length `period`; times the mass. */
export function linearCircle(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  a: Float64Array,
  b: Float64Array,
  period: number,
): number {
  const mass = sum(a);
  if (mass === 0) return 0;
  const left = quantiles(wrapped(x, "x", period), a, mass, period);
  const right = quantiles(wrapped(y, "y", period), b, sum(b), period);
  // Both maps are steps: between neighbouring jumps of either their difference is constant.
  const jumps = Float64Array.from([...left.jumps, ...right.jumps, 0, 1]).sort();
  let total = 0;
  for (let k = 1; k < jumps.length; k++) {
    const width = jumps[k] - jumps[k - 1];
    if (!(width > 0)) continue;
    const middle = (jumps[k] + jumps[k - 1]) / 2;
    const gap = Math.abs(left.at(middle) - right.at(middle)) % 1;
    total += width * Math.min(gap, 1 - gap) ** 2;
  }
  return mass * period * period * total;
}

interface Quantiles {
  /** Where s -> F^-1(s - E + 1/2) jumps, in [0, 1]. */
  readonly jumps: Float64Array;
  at(s: number): number;
}

function quantiles(points: Float64Array, weights: Float64Array, mass: number, period: number): Quantiles {
  const order = argsort(points);
  const sorted = pick(points, order).map((value) => value / period);
  const shares = pick(weights, order).map((value) => value / mass);
  const mean = sum(sorted.map((value, i) => value * shares[i]));
  const reached = new Float64Array(shares.length);
  for (let i = 0, total = 0; i < shares.length; i++) {
    total += shares[i];
    reached[i] = total;
  }
  const shift = 0.5 - mean;
  return {
    jumps: reached.map((level) => level - shift - Math.floor(level - shift)),
    at(s) {
      const level = s + shift;
      const turns = Math.floor(level);
      let low = 0;
      let high = reached.length - 1;
      for (const rest = level - turns; low < high; ) {
        const middle = (low + high) >> 1;
        if (reached[middle] > rest) high = middle;
        else low = middle + 1;
      }
      return sorted[low] + turns;
    },
  };
}

/** Options of {@link linearCircular}. */
export interface LinearCircularOptions {
  /** Masses of x, >= 0; default null: uniform, with the total of b (1 if both are null). */
  readonly a?: Weights;
  /** Masses of y, >= 0; default null: uniform, with the total of a. */
  readonly b?: Weights;
  /** Length of the circle, in the unit of the coordinates; default 1. */
  readonly period?: number;
}

/**
 * The squared linear circular distance between atoms at `x` and `y` on a circle (never rooted): close to W_2^2, Euclidean, O(n log n).
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`.
 */
export function linearCircular(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: LinearCircularOptions = {},
): number {
  const period = readPeriod(options.period, 2);
  const { a, b } = balancedMasses(options.a ?? null, options.b ?? null, x.length, y.length, undefined);
  return linearCircle(x, y, a, b, period);
}

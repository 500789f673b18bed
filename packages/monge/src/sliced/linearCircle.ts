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
  const left = stepsOf(wrapped(x, "x", period), a, mass, period);
  const right = stepsOf(wrapped(y, "y", period), b, sum(b), period);
  // Between neighbouring jumps of either the difference of the maps is constant.
  let total = 0;
  let [i, j, from] = [0, 0, 0];
  let [u, v] = [left.first, right.first];
  while (from < 1) {
    const next = Math.min(1, left.jumps[i] ?? 1, right.jumps[j] ?? 1);
    const gap = Math.abs(u - v) % 1;
    total += (next - from) * Math.min(gap, 1 - gap) ** 2;
    while (left.jumps[i] <= next) u = left.values[i++];
    while (right.jumps[j] <= next) v = right.values[j++];
    from = next;
  }
  return mass * period * period * total;
}

interface Steps {
  /** Where s -> F^-1(s - E + 1/2) jumps, ascending in [0, 1), its value after each jump, and that at the start. */
  readonly jumps: Float64Array;
  readonly values: Float64Array;
  readonly first: number;
}

function stepsOf(points: Float64Array, weights: Float64Array, mass: number, period: number): Steps {
  const order = argsort(points);
  const n = order.length;
  const sorted = pick(points, order);
  const shares = pick(weights, order);
  let mean = 0;
  for (let i = 0; i < n; i++) {
    sorted[i] /= period;
    shares[i] /= mass;
    mean += sorted[i] * shares[i];
  }
  const shift = 0.5 - mean;
  const places = new Float64Array(n);
  const after = new Float64Array(n);
  let start = 0;
  for (let i = 0, level = 0; i < n; i++) {
    level = i === n - 1 ? 1 : level + shares[i];
    const turns = Math.floor(level - shift);
    places[i] = level - shift - turns;
    after[i] = (i === n - 1 ? sorted[0] + 1 : sorted[i + 1]) - turns;
    if (i > 0 && places[i] < places[i - 1]) start = i;
  }
  const turned = (of: Float64Array): Float64Array => {
    const out = new Float64Array(n);
    out.set(of.subarray(start));
    out.set(of.subarray(0, start), n - start);
    return out;
  };
  const values = turned(after);
  return { jumps: turned(places), values, first: values[n - 1] - 1 };
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

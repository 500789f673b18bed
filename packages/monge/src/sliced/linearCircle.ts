// The linear circular distance: L2 on the circle between the maps that take the uniform law to two laws, in place of W_2^2 between them.
// Martin, Medri, Bai, Liu, Yan, Rohde and Kolouri, "LCOT" (2023): map F^-1(s - E + 1/2) - s on a circle of length 1, E the mean coordinate.
import { readPeriod, wrapped } from "../exact/line/lineProblem.ts";
import { shares, withCircleRows } from "../exact/line/sortingSide.ts";
import { sum } from "../linalg/sum.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";

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
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `KernelUnavailable`.
 */
export function linearCircular(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: LinearCircularOptions = {},
): number {
  const period = readPeriod(options.period, 2);
  const { a = null, b = null } = options;
  const balanced = balancedMasses(a, b, x.length, y.length, undefined);
  const mass = sum(balanced.a);
  if (mass === 0) return 0;
  const equal = a === null && b === null;
  const side = (points: ArrayLike<number>, argument: string, weights: Float64Array) => ({
    turns: wrapped(points, argument, period).map((point) => point / period),
    masses: equal ? null : shares(weights),
  });
  const sides = [side(x, "x", balanced.a), side(y, "y", balanced.b)];
  const cost = withCircleRows(sides, ({ circleLinearCost }, [left, right]) =>
    circleLinearCost(x.length, y.length, left.row, right.row, left.masses, right.masses, left.order, right.order),
  );
  return mass * period * period * cost;
}

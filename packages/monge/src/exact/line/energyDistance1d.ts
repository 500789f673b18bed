// The energy distance on the line: the L2 distance of distribution functions where W_1 is the L1 distance.
// sqrt(2 integral (F - G)^2 dz); Szekely and Rizzo, "Energy statistics" (2013). Of one dimension only; not a transport cost.
import { points } from "../../cost/points.ts";
import type { Weights } from "../../measure/weights.ts";
import { prepare } from "../prepare.ts";
import { withLineSorter } from "./lineOrder.ts";
import { column, pick } from "./lineProblem.ts";

/** Options of {@link energyDistance1d}. */
export interface EnergyDistance1dOptions {
  /** Masses of x, >= 0; default null: uniform, with the total of b (1 if both are null). */
  readonly a?: Weights;
  /** Masses of y, >= 0; default null: uniform, with the total of a. */
  readonly b?: Weights;
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/**
 * The energy distance sqrt(2 integral (F - G)^2 dz) between atoms at `x` (n numbers) and `y` (m numbers) on the line, where F
 * and G are the cumulated masses. For mass 1 its square is 2 E|X - Y| - E|X - X'| - E|Y - Y'|. O(n log n + m log m).
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`.
 */
export function energyDistance1d(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  options: EnergyDistance1dOptions = {},
): number {
  const cost = points(column(x, "x"), column(y, "y"), "cityblock");
  const { a, b } = prepare(options.a ?? null, options.b ?? null, cost, options);
  const xs = Float64Array.from(cost.x.data);
  const ys = Float64Array.from(cost.y.data);
  const [left, right] = withLineSorter(Math.max(xs.length, ys.length), (sorter) => [
    pick(a, sorter.sortWithOrder(xs)),
    pick(b, sorter.sortWithOrder(ys)),
  ]);
  let i = 0;
  let j = 0;
  let difference = 0;
  let integral = 0;
  let before = Math.min(xs[0], ys[0]);
  while (i < xs.length || j < ys.length) {
    const fromX = j === ys.length || (i < xs.length && xs[i] <= ys[j]);
    const here = fromX ? xs[i] : ys[j];
    integral += (here - before) * difference * difference;
    difference += fromX ? left[i++] : -right[j++];
    before = here;
  }
  return Math.sqrt(2 * integral);
}

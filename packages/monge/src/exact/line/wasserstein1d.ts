// Optimal transport on the line under |x - y|^p, p >= 1: sort both sides and match quantile with quantile.
// W_p^p = integral over t in [0, 1] of |F^-1(t) - G^-1(t)|^p dt; Villani, Topics in Optimal Transportation (2003), theorem 2.18.
import { points } from "../../cost/points.ts";
import type { MatrixLike } from "../../linalg/matrix.ts";
import { prepare } from "../prepare.ts";
import { withLineSorter } from "./lineOrder.ts";
import { column, pick, readExponent, type Wasserstein1dOptions } from "./lineProblem.ts";
import { type LineResult, lineResult } from "./lineResult.ts";
import { northWest, staircaseCost, staircasePotentials, uniformStairs } from "./staircase.ts";
import { wasserstein1dBatch } from "./wasserstein1dBatch.ts";

export type { Wasserstein1dOptions } from "./lineProblem.ts";

/**
 * Optimal transport between atoms at `x` (n numbers) and `y` (m numbers) on the line, under the cost |x_i - y_j|^p.
 *
 * `value` is sum P_ij |x_i - y_j|^p = W_p^p (times the mass), never rooted; `distance` is its p-th root. The plan is monotone
 * with at most n + m - 1 entries; the potentials are feasible for every pair and tight on the plan. O(n log n + m log m);
 * plan and potentials are made when they are first read.
 *
 * Throws `InvalidShape` (no atoms, wrong number of weights), `InvalidValue` (coordinates or weights that are not finite,
 * p < 1, costs beyond 1.8e308), `NegativeMass`, `MassMismatch`.
 */
export interface Wasserstein1d {
  (x: ArrayLike<number>, y: ArrayLike<number>, options?: Wasserstein1dOptions): LineResult;
  /**
   * K problems at once: column k of `x` (n x K) against column k of `y` (m x K), all with the same masses `a` (n) and `b` (m).
   * Returns the K values W_p^p, never rooted; bit for bit those of one call each.
   */
  batch(x: MatrixLike, y: MatrixLike, options?: Wasserstein1dOptions): Float64Array;
}

/** Optimal transport on the line; see {@link Wasserstein1d}. */
export const wasserstein1d: Wasserstein1d = /*#__PURE__*/ Object.assign(line, { batch: wasserstein1dBatch });

function line(x: ArrayLike<number>, y: ArrayLike<number>, options: Wasserstein1dOptions = {}): LineResult {
  const begin = performance.now();
  const p = readExponent(options.p);
  const cost = points(column(x, "x"), column(y, "y"), p === 2 ? "sqeuclidean" : { norm: 1, power: p });
  const prepared = prepare(options.a ?? null, options.b ?? null, cost, options);
  const xs = Float64Array.from(cost.x.data);
  const ys = Float64Array.from(cost.y.data);
  const [rows, cols] = withLineSorter(Math.max(xs.length, ys.length), (sorter) => [
    sorter.sortWithOrder(xs),
    sorter.sortWithOrder(ys),
  ]);
  const { a, b } = prepared;
  const stairs =
    (options.a ?? options.b ?? null) === null
      ? uniformStairs(a.length, b.length, 1)
      : northWest(pick(a, rows), pick(b, cols));
  return lineResult({
    cost,
    a,
    b,
    p,
    value: staircaseCost(stairs, xs, ys, p),
    stairs,
    rows,
    cols,
    potentials: () => staircasePotentials(stairs, xs, ys, p),
    method: "quantiles",
    why: "on the line the monotone plan is optimal for every convex cost of x - y",
    massAdjustment: prepared.massAdjustment,
    elapsedMs: performance.now() - begin,
  });
}

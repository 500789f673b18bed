// W_2^2 on a circle between atoms and the uniform distribution, in closed form.
// With c_i the middle of [F(x_i-), F(x_i)]: W_2^2 = Var_a(x_i - c_i) + sum a_i^3 / 12 on a circle of length 1 and for mass 1;
// Bonet, Berg, Courty, Septier, Drumetz and Pham, "Spherical sliced-Wasserstein" (2023), proposition 1.
import { sum } from "../../linalg/sum.ts";
import { readWeights, type Weights } from "../../measure/weights.ts";
import { readPeriod, wrapped } from "./lineProblem.ts";
import { shares, withCircleRows } from "./sortingSide.ts";

/** Options of {@link wassersteinCircleUniform}. */
export interface WassersteinCircleUniformOptions {
  /** Masses of x, >= 0; default null: uniform with total 1. */
  readonly a?: Weights;
  /** Length of the circle, in the unit of the coordinates; default 1. */
  readonly period?: number;
}

/**
 * W_2^2 (never rooted) between atoms at `x` on a circle and the uniform distribution of the same mass, under the squared arc
 * length. Exact, O(n log n); 0 where there is no mass.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `KernelUnavailable`.
 */
export function wassersteinCircleUniform(x: ArrayLike<number>, options: WassersteinCircleUniformOptions = {}): number {
  const period = readPeriod(options.period, 2);
  const points = wrapped(x, "x", period);
  const n = points.length;
  const weights = options.a == null ? new Float64Array(n).fill(1 / n) : readWeights(options.a, n, "a");
  const total = sum(weights);
  if (total === 0) return 0;
  const turns = points.map((point) => point / period);
  const masses = options.a == null ? null : shares(weights);
  const cost = withCircleRows([{ turns, masses }], ({ circleUniformCost }, [side]) =>
    circleUniformCost(n, side.row, side.masses, side.order),
  );
  return total * period * period * cost;
}

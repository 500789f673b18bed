// The masses of two sides that must weigh the same: read, filled in where uniform, matched within rounding, refused beyond.
import { OtError } from "../errors/otError.ts";
import { sum } from "../linalg/sum.ts";
import { readWeights, type Weights } from "./weights.ts";

/** Two sides of equal mass. */
export interface BalancedMasses {
  readonly a: Float64Array;
  /** Scaled by `massAdjustment`. */
  readonly b: Float64Array;
  readonly massAdjustment: number;
}

/**
 * Copies of the masses a (n) and b (m). Null is uniform with the other side's total, or with total 1. Totals that differ by
 * no more than `tolerance` (relative; default 1e-9, 1e-6 if either is a Float32Array) are matched by scaling b.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, and `MassMismatch` beyond the tolerance.
 */
export function balancedMasses(
  a: Weights,
  b: Weights,
  n: number,
  m: number,
  tolerance: number = a instanceof Float32Array || b instanceof Float32Array ? 1e-6 : 1e-9,
): BalancedMasses {
  const source = a === null ? null : readWeights(a, n, "a");
  const target = b === null ? null : readWeights(b, m, "b");
  const mass = source !== null ? totalMass(source, "a") : target !== null ? totalMass(target, "b") : 1;
  const [scaled, massAdjustment] = target === null ? [uniform(m, mass), 1] : matched(target, mass, tolerance);
  return { a: source ?? uniform(n, mass), b: scaled, massAdjustment };
}

function uniform(count: number, mass: number): Float64Array {
  return new Float64Array(count).fill(mass / count);
}

function totalMass(weights: Float64Array, argument: string): number {
  const total = sum(weights);
  if (total < Infinity) return total;
  throw new OtError("InvalidValue", `The weights ${argument} add up to more than 1.8e308.`, {
    argument,
    seen: total,
    cure: "Divide all weights by a common factor.",
  });
}

/** b scaled to the mass of a, and the factor. Throws `MassMismatch` beyond the tolerance. */
function matched(b: Float64Array, mass: number, tolerance: number): [Float64Array, number] {
  const other = totalMass(b, "b");
  if (other === mass) return [b, 1];
  if (!(Math.abs(mass - other) <= tolerance * Math.max(mass, other))) {
    throw new OtError("MassMismatch", `a weighs ${mass}, b weighs ${other}.`, {
      argument: "b",
      seen: other,
      cure: "Scale both to the same mass (normalize), or raise massTolerance.",
    });
  }
  const factor = mass / other;
  return [b.map((weight) => weight * factor), factor];
}

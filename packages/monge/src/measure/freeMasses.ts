// The masses of two sides that need not weigh the same: read, filled in where uniform.
import { OtError } from "../errors/otError.ts";
import { sum } from "../linalg/sum.ts";
import { requireAtoms } from "./atoms.ts";
import { readWeights, type Weights } from "./weights.ts";

/** Two sides and their totals. */
export interface FreeMasses {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly massA: number;
  readonly massB: number;
}

/**
 * Copies of the masses a (n) and b (m). Null is uniform with the other side's total, or with total 1.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`.
 */
export function freeMasses(a: Weights, b: Weights, n: number, m: number): FreeMasses {
  requireAtoms(n, m);
  const source = a === null ? null : readWeights(a, n, "a");
  const target = b === null ? null : readWeights(b, m, "b");
  const massA = source === null ? null : total(source, "a");
  const massB = target === null ? null : total(target, "b");
  const rows = massA ?? massB ?? 1;
  const columns = massB ?? massA ?? 1;
  return {
    a: source ?? new Float64Array(n).fill(rows / n),
    b: target ?? new Float64Array(m).fill(columns / m),
    massA: rows,
    massB: columns,
  };
}

function total(weights: Float64Array, argument: string): number {
  const mass = sum(weights);
  if (mass < Infinity) return mass;
  throw new OtError("InvalidValue", `The weights ${argument} add up to more than 1.8e308.`, {
    argument,
    seen: mass,
    cure: "Divide all weights by a common factor.",
  });
}

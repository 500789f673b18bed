// An entropic problem after its input was checked: weights that balance, a cost, epsilon, potentials to start from.
import type { Cost } from "../cost/cost.ts";
import { sum } from "../linalg/sum.ts";
import { requireAtoms } from "../measure/atoms.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";
import type { Potentials } from "../run/options.ts";
import { readPotentials } from "../run/warmStart.ts";

/** A checked problem. */
export interface EntropicProblem {
  readonly cost: Cost;
  /** Masses of all rows, zeros included. */
  readonly a: Float64Array;
  /** Masses of all columns, scaled by `massAdjustment`. */
  readonly b: Float64Array;
  /** Their sum. */
  readonly mass: number;
  readonly massAdjustment: number;
  readonly warmStart: Potentials | null;
}

/** Checks weights and warm start. Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`. */
export function readProblem(
  a: Weights,
  b: Weights,
  cost: Cost,
  options: { readonly massTolerance?: number; readonly warmStart?: Potentials },
): EntropicProblem {
  const [n, m] = cost.shape;
  requireAtoms(n, m);
  const masses = balancedMasses(a, b, n, m, options.massTolerance);
  return {
    cost,
    a: masses.a,
    b: masses.b,
    mass: sum(masses.a),
    massAdjustment: masses.massAdjustment,
    warmStart: readPotentials(options.warmStart, n, m),
  };
}

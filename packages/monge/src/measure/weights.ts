// The masses of a measure: read once, checked, copied.
import { OtError } from "../errors/otError.ts";

/** Masses of the atoms, each >= 0 and finite; null means uniform. */
export type Weights = ArrayLike<number> | null;

/** Copies weights after a check. Throws `InvalidShape`, `InvalidValue` (NaN, infinite) or `NegativeMass`, with the index. */
export function readWeights(weights: ArrayLike<number>, count: number, argument: string): Float64Array {
  if (typeof weights !== "object" || weights === null || typeof weights.length !== "number") {
    throw new OtError("InvalidShape", `${argument} is no array of weights.`, {
      argument,
      seen: weights,
      cure: "Pass an array of numbers, or null for uniform weights.",
    });
  }
  if (weights.length !== count) {
    throw new OtError("InvalidShape", `${argument} has ${weights.length} weights for ${count} atoms.`, {
      argument,
      seen: weights.length,
      cure: "Pass one weight for each atom, or null for uniform weights.",
    });
  }
  const copy = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const weight = weights[i];
    if (!(weight >= 0 && weight < Infinity)) {
      const negative = weight < 0 && weight > -Infinity;
      throw new OtError(negative ? "NegativeMass" : "InvalidValue", `The weight ${argument}[${i}] is ${weight}.`, {
        argument,
        seen: weight,
        cure: negative ? "Weights are masses: make them 0 or more." : "Use finite weights.",
      });
    }
    copy[i] = weight;
  }
  return copy;
}

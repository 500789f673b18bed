// A cost given by a function of two indices: everything else is derived from it.
import { OtError } from "../errors/otError.ts";
import { type CostBase, costFromRows } from "./base.ts";

/** A cost that only knows how to compute one entry. */
export interface CustomCost extends CostBase {
  readonly kind: "custom";
}

/**
 * The cost C_ij = at(i, j), n x m. `at` must be pure: it is called many times, in any order.
 * Slower than every other kind; it cannot cross to a worker.
 *
 * Throws `InvalidValue` when `at` returns NaN or -Infinity, with the pair.
 */
export function custom(shape: readonly [n: number, m: number], at: (i: number, j: number) => number): CustomCost {
  const [n, m] = shape;
  if (!(Number.isInteger(n) && Number.isInteger(m) && n >= 0 && m >= 0)) {
    throw new OtError("InvalidShape", `The shape [${shape}] is no pair of sizes.`, {
      argument: "shape",
      seen: shape,
      cure: "Pass [n, m] with whole numbers.",
    });
  }
  const checked = (i: number, j: number): number => {
    const value = at(i, j);
    if (value > -Infinity) return value;
    throw new OtError("InvalidValue", `The custom cost at (${i}, ${j}) is ${value}.`, {
      argument: "at",
      seen: value,
      cure: "Return finite costs, or Infinity for a forbidden pair.",
    });
  };
  const base = costFromRows([n, m], checked, (i, out, offset) => {
    for (let j = 0; j < m; j++) out[offset + j] = checked(i, j);
  });
  return { kind: "custom", ...base };
}

// A cost given by a function of two indices: everything else is derived from it.
import { OtError } from "../errors/otError.ts";
import { type CostBase, costFromRows } from "./base.ts";

/**
 * Soft minima of C minus potentials of the other side. axis 0: the n numbers -epsilon log sum_j exp((potential_j - C_ij) / epsilon)
 * from m potentials; axis 1: the m numbers -epsilon log sum_i exp((potential_i - C_ij) / epsilon) from n. In the unit of C; masses are
 * in the potentials already, so that an atom without mass comes as -Infinity. Infinity is the soft minimum over nothing.
 */
export type Softmin = (potential: Float64Array, axis: 0 | 1, epsilon: number) => ArrayLike<number>;

/** A cost that only knows how to compute one entry, and perhaps soft minima. */
export interface CustomCost extends CostBase {
  readonly kind: "custom";
  /** Soft minima of all rows or columns; undefined where they follow from the entries. */
  readonly softmin?: Softmin;
}

/** Options of {@link custom}. */
export interface CustomOptions {
  /**
   * Computes soft minima faster than entry by entry: through a heat kernel, a tree, a Fourier transform. `sinkhorn` then calls it
   * twice an iteration and uses `at` for <P, C>, the plan and the certificate only, so the two must agree. Must be pure.
   */
  readonly softmin?: Softmin;
}

/**
 * The cost C_ij = at(i, j), n x m. `at` must be pure: it is called many times, in any order.
 * Slower than every other kind; it cannot cross to a worker.
 *
 * Throws `InvalidValue` when `at` returns NaN or -Infinity, with the pair.
 */
export function custom(
  shape: readonly [n: number, m: number],
  at: (i: number, j: number) => number,
  options: CustomOptions = {},
): CustomCost {
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
  const { softmin } = options;
  if (softmin === undefined) return { kind: "custom", ...base };
  if (typeof softmin === "function") return { kind: "custom", softmin, ...base };
  throw new OtError("InvalidValue", "softmin is no function.", {
    argument: "options.softmin",
    seen: softmin,
    cure: "Pass a function of potential, axis and epsilon, or leave it out.",
  });
}

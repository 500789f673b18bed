// The options of co-optimal transport, and their check.
import { optionOutOfRange } from "../errors/otError.ts";
import type { Weights } from "../measure/weights.ts";
import type { RunOptions } from "../run/options.ts";

/**
 * Where to start: `"product"` of the masses of the samples; `"samples"` and `"features"`, the plan of either under what the laws of their entries cost at
 * least, which sees through any order of the others; `"random"`, a random vertex.
 */
export type CoOptimalStart = "product" | "samples" | "features" | "random";

/** Options of `coOptimalTransport`. */
export interface CoOptimalOptions extends RunOptions {
  /** Masses of the features (columns) of X and of Y, >= 0; null or left out: uniform, with total 1. */
  readonly features?: readonly [u: Weights, v: Weights];
  /** How entries are compared: `"square"` (default), or `"KL"`, x log(x / y) - x + y, for entries of at least 0. */
  readonly loss?: "square" | "KL";
  /**
   * The weight of epsilon KL(P | a (x) b / mass) and of the same for Q, or of each, at least 0, in the unit of the objective over the mass; default 0: exact,
   * sparse plans.
   */
  readonly epsilon?: number | readonly [samples: number, features: number];
  /** Where to start, by name, or a number of: product, samples, features, random ones; default 3. The best answer is returned. */
  readonly starts?: number | readonly CoOptimalStart[];
  /** By how much of what the first plan pays the objective must fall in one round to go on; default 1e-9. */
  readonly tolerance?: number;
  /** Relative difference of masses up to which those of Y are scaled to weigh what those of X weigh; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/** The weights of the entropies. Throws `InvalidValue`. */
export function readEpsilons(epsilon: CoOptimalOptions["epsilon"] = 0): readonly [number, number] {
  const [samples, features] = typeof epsilon === "number" ? [epsilon, epsilon] : epsilon;
  for (const value of [samples, features]) {
    if (!(value >= 0 && value < Infinity)) {
      throw optionOutOfRange("epsilon", epsilon, "Use a finite number of at least 0, or one for each plan.");
    }
  }
  return [samples, features];
}

const names: readonly string[] = ["product", "samples", "features", "random"];

/** Where to start. Throws `InvalidValue`. */
export function readStarts(starts: CoOptimalOptions["starts"] = 3): number | readonly CoOptimalStart[] {
  if (typeof starts === "number") {
    if (Number.isInteger(starts) && starts >= 1) return starts;
    throw optionOutOfRange("starts", starts, "Use a whole number of at least 1.");
  }
  const unknown = starts.find((name) => !names.includes(name));
  if (starts.length > 0 && unknown === undefined) return starts;
  throw optionOutOfRange("starts", unknown ?? "empty", `Use some of ${names.join(", ")}.`);
}

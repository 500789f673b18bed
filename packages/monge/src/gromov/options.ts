// The options of the solvers of couplings between structures, and their check.
import { roundPlan } from "../entropic/rounding.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import type { MatrixLike } from "../linalg/matrix.ts";
import { l1Distance, sum } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import type { RunOptions } from "../run/options.ts";
import type { GromovProblem, StructureOptions } from "./problem.ts";
import type { GromovStart } from "./starts.ts";

/** How a Gromov-Wasserstein problem is solved. */
export type GromovMethod = "conditionalGradient" | "projectedGradient" | "proximal";

/** Options of {@link gromovWasserstein}. */
export interface GromovOptions extends RunOptions, StructureOptions {
  /** How entries are compared: `"square"` (default), or `"KL"`, x log(x / y) - x + y, for entries of at least 0. */
  readonly loss?: "square" | "KL";
  /**
   * `"conditionalGradient"` (default): exact transport under the gradient and the exact step; a sparse plan. `"projectedGradient"`: adds
   * epsilon KL(P | a (x) b / mass), by `sinkhorn` under the gradient. `"proximal"`: the same with the plan before as reference; the
   * entropy vanishes in the limit.
   */
  readonly method?: GromovMethod;
  /** The weight of the entropy, > 0, in the unit of the objective over the mass. Needed for `"projectedGradient"`. */
  readonly epsilon?: number;
  /** A plan to start from, instead of `starts`; what its marginals lack is mended. */
  readonly initial?: Plan | MatrixLike;
  /**
   * Where to start; the best answer is returned. A number takes as many of: product, the axes, TLB, FLB, random ones; see {@link GromovStart}.
   * Default: product and axes.
   */
  readonly starts?: number | readonly GromovStart[];
  /**
   * Conditional gradients: the Frank-Wolfe gap, relative to what the product would pay, at which to stop; default 1e-9. Entropic methods: the change of
   * the plan, relative to the mass; default 1e-6.
   */
  readonly tolerance?: number;
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/** Options of {@link fusedGromovWasserstein}. */
export interface FusedGromovOptions extends GromovOptions {
  /** The weight of the structure term, in [0, 1]; default 0.5. 0 is `emd` under M, 1 is `gromovWasserstein`. */
  readonly alpha?: number;
}

/** Checked options of a run. */
export interface GromovRun {
  readonly method: GromovMethod;
  readonly epsilon: number | null;
  readonly tolerance: number;
  readonly initial: Plan | null;
  readonly starts: number | readonly GromovStart[];
}

const defaultStarts: readonly GromovStart[] = ["product", "axes"];
const startNames: readonly string[] = ["product", "axes", "TLB", "FLB", "random"];

/** Reads the options of a run. Throws `InvalidShape`, `InvalidValue`, `Unsupported`. */
export function readRun({ a, b, x, y }: GromovProblem, options: GromovOptions): GromovRun {
  const { method = "conditionalGradient", epsilon = null, initial, starts = defaultStarts } = options;
  if (method !== "conditionalGradient" && method !== "projectedGradient" && method !== "proximal") {
    throw optionOutOfRange("method", method, 'Use "conditionalGradient", "projectedGradient" or "proximal".');
  }
  const exact = method === "conditionalGradient";
  const { tolerance = exact ? 1e-9 : 1e-6 } = options;
  if (!(tolerance >= 0)) throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0.");
  if (epsilon !== null && !(epsilon > 0 && epsilon < Infinity)) {
    throw optionOutOfRange("epsilon", epsilon, "Use a finite number above 0.");
  }
  if (exact && epsilon !== null) {
    throw new OtError("Unsupported", "Conditional gradients have no entropy.", {
      argument: "options.epsilon",
      seen: epsilon,
      cure: 'Use the method "projectedGradient" or "proximal", or leave epsilon out.',
    });
  }
  if (method === "projectedGradient" && epsilon === null) {
    throw optionOutOfRange("epsilon", epsilon, "Give the weight of the entropy, or use another method.");
  }
  if (typeof starts === "number") {
    if (!(Number.isInteger(starts) && starts >= 1))
      throw optionOutOfRange("starts", starts, "Use a whole number of at least 1.");
  } else {
    const unknown = starts.find((name) => !startNames.includes(name));
    if (starts.length === 0 || unknown !== undefined) {
      throw optionOutOfRange("starts", unknown ?? "empty", `Use some of ${startNames.join(", ")}.`);
    }
  }
  return { method, epsilon, tolerance, initial: readInitial(initial, a, b, x.n, y.n), starts };
}

/** The plan to start from, its marginals mended. Throws `InvalidShape`. */
export function readInitial(
  initial: Plan | MatrixLike | undefined,
  a: Float64Array,
  b: Float64Array,
  n: number,
  m: number,
): Plan | null {
  if (initial === undefined) return null;
  const given = "kind" in initial ? initial : null;
  // What fits already stays sparse: mending rounding alone would fill it up.
  const plan = given !== null && fits(given, a, b) ? given : roundPlan(initial, a, b);
  if (plan.shape[0] === n && plan.shape[1] === m) return plan;
  throw new OtError(
    "InvalidShape",
    `The initial plan is ${plan.shape[0]} x ${plan.shape[1]} between ${n} and ${m} atoms.`,
    {
      argument: "options.initial",
      seen: plan.shape,
      cure: "Pass a plan between the atoms of x and y.",
    },
  );
}

function fits(plan: Plan, a: Float64Array, b: Float64Array): boolean {
  if (plan.shape[0] !== a.length || plan.shape[1] !== b.length) return false;
  return l1Distance(plan.marginal(0), a) + l1Distance(plan.marginal(1), b) <= 1e-13 * sum(a);
}

// Semi-relaxed Gromov-Wasserstein transport: the masses of one side only are given, the other's are found. Vincent-Cuaz et al. (2022).
// min over P >= 0 with P 1 = a of sum L(Cx_ik, Cy_jl) P_ij P_kl: the linearised problem sends each row to its cheapest column.
import type { CostLike } from "../cost/cost.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { isMatrix, type MatrixLike } from "../linalg/matrix.ts";
import { sparseFromEntries } from "../linalg/sparse.ts";
import { l1Distance, sum } from "../linalg/sum.ts";
import { readWeights, type Weights } from "../measure/weights.ts";
import { densePlan } from "../plan/dense.ts";
import type { Plan } from "../plan/plan.ts";
import type { AsyncOptions, RunOptions } from "../run/options.ts";
import { defineSolver, type Run } from "../run/solver.ts";
import type { Oracle } from "./conditionalGradient.ts";
import { descendFree, type FreeGromovResult, type FreeProblem } from "./freeMarginals.ts";
import { type FusedPart, type GromovProblem, readSides } from "./problem.ts";

/** Options of {@link semiRelaxedGromovWasserstein}. */
export interface SemiRelaxedGromovOptions extends RunOptions {
  /** How entries are compared; default `"square"`. */
  readonly loss?: "square" | "KL";
  /** A plan to start from, n x m, its rows scaled to `a`; default a (x) (1 / m). */
  readonly initial?: Plan | MatrixLike;
  /** The Frank-Wolfe gap, relative to what the first plan would pay, at which to stop; default 1e-9. */
  readonly tolerance?: number;
}

/** Options of {@link semiRelaxedFusedGromovWasserstein}. */
export interface SemiRelaxedFusedGromovOptions extends SemiRelaxedGromovOptions {
  /** The weight of the structure term, in [0, 1]; default 0.5. */
  readonly alpha?: number;
}

/**
 * Semi-relaxed Gromov-Wasserstein transport from the structure `Cx` (n x n) with masses `a` to the structure `Cy` (m x m), whose masses are free.
 *
 * Minimises sum_ijkl L(Cx_ik, Cy_jl) P_ij P_kl over P >= 0 with P 1 = a. The masses that y gets are `plan.marginal(1)`: which part of y looks most like
 * x. Never above `gromovWasserstein` for any masses of y. Gradient and plan are held in memory, n m numbers each.
 *
 * @param Cx a square matrix, symmetric or not, or `cost.points(x)`
 * @param Cy the same for the other side
 * @param a masses of the atoms of x, >= 0; null: uniform with total 1
 *
 * `certify().lowerBound` sends every row's entries to their nearest in a row of Cy; it is 0 where that would take too long.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface SemiRelaxedGromovWasserstein {
  (Cx: CostLike, Cy: CostLike, a: Weights, options?: SemiRelaxedGromovOptions): FreeGromovResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    options?: SemiRelaxedGromovOptions & Pick<AsyncOptions, "signal">,
  ): Promise<FreeGromovResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(Cx: CostLike, Cy: CostLike, a: Weights, options?: SemiRelaxedGromovOptions): Run<FreeGromovResult>;
}

/** Semi-relaxed Gromov-Wasserstein transport; see {@link SemiRelaxedGromovWasserstein}. */
export const semiRelaxedGromovWasserstein: SemiRelaxedGromovWasserstein = /*#__PURE__*/ defineSolver<
  [CostLike, CostLike, Weights],
  SemiRelaxedGromovOptions,
  FreeGromovResult
>(3, (control, [Cx, Cy, a], options) => {
  return descendFree(control, readSemiRelaxed(Cx, Cy, a, null, options), readTolerance(options.tolerance));
});

/**
 * The fused form: (1 - alpha) <M, P> + alpha sum_ijkl L(Cx_ik, Cy_jl) P_ij P_kl over P >= 0 with P 1 = a; otherwise as
 * {@link SemiRelaxedGromovWasserstein}. `M` is n x m, without forbidden pairs (`Unsupported`).
 */
export interface SemiRelaxedFusedGromovWasserstein {
  (M: CostLike, Cx: CostLike, Cy: CostLike, a: Weights, options?: SemiRelaxedFusedGromovOptions): FreeGromovResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    M: CostLike,
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    options?: SemiRelaxedFusedGromovOptions & Pick<AsyncOptions, "signal">,
  ): Promise<FreeGromovResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    M: CostLike,
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    options?: SemiRelaxedFusedGromovOptions,
  ): Run<FreeGromovResult>;
}

/** Semi-relaxed fused Gromov-Wasserstein transport; see {@link SemiRelaxedFusedGromovWasserstein}. */
export const semiRelaxedFusedGromovWasserstein: SemiRelaxedFusedGromovWasserstein = /*#__PURE__*/ defineSolver<
  [CostLike, CostLike, CostLike, Weights],
  SemiRelaxedFusedGromovOptions,
  FreeGromovResult
>(4, (control, [M, Cx, Cy, a], options) => {
  const free = readSemiRelaxed(Cx, Cy, a, { M, alpha: options.alpha }, options);
  return descendFree(control, free, readTolerance(options.tolerance));
});

/** A tolerance of at least 0. Throws `InvalidValue`. */
export function readTolerance(tolerance = 1e-9): number {
  if (tolerance >= 0) return tolerance;
  throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0; 1e-9 is the default.");
}

function readSemiRelaxed(
  Cx: CostLike,
  Cy: CostLike,
  weights: Weights,
  fused: FusedPart | null,
  options: SemiRelaxedGromovOptions,
): FreeProblem {
  const sides = readSides(Cx, Cy, fused, options.loss);
  const [n, m] = [sides.x.n, sides.y.n];
  const a = weights === null ? new Float64Array(n).fill(1 / n) : readWeights(weights, n, "a");
  const mass = sum(a);
  const b = new Float64Array(m).fill(mass / m);
  const problem: GromovProblem = { ...sides, a, b, mass, massAdjustment: 1, seed: 0 };
  return {
    problem,
    initial: options.initial === undefined ? null : withRows(options.initial, a, m),
    oracle: () => cheapestColumns(a, m),
    residual: (plan) => l1Distance(plan.marginal(0), a) / (mass > 0 ? mass : 1),
    *lowerBound() {
      yield { phase: "certify", iteration: 0, error: Infinity, elapsedMs: 0 };
      return semiRelaxedBound(problem);
    },
    why: "with free masses on one side the linearised problem sends each row to its cheapest column",
  };
}

function cheapestColumns(a: Float64Array, m: number): Oracle {
  return function* ({ cost }) {
    const { data } = cost as { data: Float64Array };
    const j = Int32Array.from(a, (_, i) => {
      let best = 0;
      for (let k = 1; k < m; k++) if (data[i * m + k] < data[i * m + best]) best = k;
      return best;
    });
    return sparseFromEntries(a.length, m, Int32Array.from(a.keys()), j, a);
  };
}

/** The plan with its rows scaled to the masses; rows without any are spread. Throws `InvalidShape`, `InvalidValue`. */
function withRows(given: Plan | MatrixLike, a: Float64Array, m: number): Plan {
  const plan = isMatrix(given) || Array.isArray(given) ? densePlan(given) : (given as Plan);
  if (plan.shape[0] !== a.length || plan.shape[1] !== m) {
    throw new OtError(
      "InvalidShape",
      `The initial plan is ${plan.shape[0]} x ${plan.shape[1]} between ${a.length} and ${m} atoms.`,
      {
        argument: "options.initial",
        seen: plan.shape,
        cure: "Pass a plan between the atoms of x and y.",
      },
    );
  }
  const { data } = plan.toDense();
  const rows = plan.marginal(0);
  if (!data.every((value) => value >= 0 && value < Infinity)) {
    throw new OtError("InvalidValue", "The initial plan has entries that are negative or not finite.", {
      argument: "options.initial",
      cure: "Pass masses of at least 0.",
    });
  }
  const out = data.map((value, at) => {
    const i = Math.floor(at / m);
    return rows[i] > 0 ? (value * a[i]) / rows[i] : a[i] / m;
  });
  return densePlan({ data: out, rows: a.length, cols: m });
}

/** Comparisons that the bound may take. */
const affordable = 2 ** 27;

/**
 * sum a_i min_j (alpha sum_k a_k min_l L(Cx_ik, Cy_jl) + term_ij): every entry of a row goes to its nearest in a row of Cy, which is one of its two
 * neighbours there, for either loss.
 */
function semiRelaxedBound({ x, y, a, loss, alpha, term }: GromovProblem): number {
  const [n, m] = [x.n, y.n];
  if (n * m * (n + m) > affordable) return 0;
  const targets = Array.from({ length: m }, (_, j) =>
    y
      .matrix()
      .slice(j * m, (j + 1) * m)
      .sort(),
  );
  const total = new Float64Array(n);
  const paid = term === null ? null : term.cost.block(0, n);
  for (let i = 0; i < n; i++) {
    if (a[i] === 0) continue;
    const row = x.matrix().subarray(i * n, (i + 1) * n);
    const order = Uint32Array.from(row.keys()).sort((k, l) => row[k] - row[l]);
    let least = Infinity;
    for (let j = 0; j < m; j++) {
      const target = targets[j];
      let value = 0;
      let l = 0;
      for (const k of order) {
        while (l < m - 1 && target[l] < row[k]) l++;
        const above = loss.of(row[k], target[l]);
        value += a[k] * (l > 0 ? Math.min(above, loss.of(row[k], target[l - 1])) : above);
      }
      const linear = paid === null || term === null ? 0 : term.weight * paid[i * m + j];
      least = Math.min(least, alpha * value + linear);
    }
    total[i] = a[i] * least;
  }
  return sum(total);
}

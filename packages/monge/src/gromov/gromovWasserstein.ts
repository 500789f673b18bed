// Gromov-Wasserstein transport: min over couplings P of sum L(Cx_ik, Cy_jl) P_ij P_kl, between structures that share no space; and its fused form.
// Memoli (2011); Peyre, Cuturi, Solomon (2016); fused with features: Vayer et al. (2019).
import type { CostLike } from "../cost/cost.ts";
import type { Weights } from "../measure/weights.ts";
import type { AsyncOptions } from "../run/options.ts";
import { defineSolver, type Run } from "../run/solver.ts";
import type { GromovResult } from "./answer.ts";
import { mirrorDescent } from "./mirrorDescent.ts";
import { descendFromStarts } from "./multiStart.ts";
import { type FusedGromovOptions, type GromovOptions, readRun } from "./options.ts";
import { readGromov } from "./problem.ts";

/**
 * Gromov-Wasserstein transport between the structures `Cx` (n x n) and `Cy` (m x m) under masses `a` and `b`.
 *
 * Minimises sum_ijkl L(Cx_ik, Cy_jl) P_ij P_kl over P >= 0 with P 1 = a and P^T 1 = b: pairs that are alike in one structure go to pairs
 * that are alike in the other. The answer is a local optimum, the best of the starts; `certify()` says how stationary it is, and what no plan can be
 * below. Structures by `cost.points(x)` (squared Euclidean, the default ground) take memory n + m, and time n m or less a step; matrices of a
 * small rank are found out and take n m; others take n^2 m.
 *
 * `report.error` is the Frank-Wolfe gap relative to what the product of the masses would pay, or the last change of the plan.
 *
 * @param Cx a square matrix, symmetric or not, or `cost.points(x)`
 * @param Cy the same for the other side; n and m may differ
 * @param a masses of the atoms of x, >= 0; null: uniform, with the other side's total (1 if both are null)
 * @param b masses of the atoms of y
 *
 * A limit (`maxIterations`, over all starts together, `timeLimitMs`, `stopWhen`) is no error: the plan so far is kept.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface GromovWasserstein {
  (Cx: CostLike, Cy: CostLike, a: Weights, b: Weights, options?: GromovOptions): GromovResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: GromovOptions & Pick<AsyncOptions, "signal">,
  ): Promise<GromovResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(Cx: CostLike, Cy: CostLike, a: Weights, b: Weights, options?: GromovOptions): Run<GromovResult>;
}

/** Gromov-Wasserstein transport; see {@link GromovWasserstein}. */
export const gromovWasserstein: GromovWasserstein = /*#__PURE__*/ defineSolver<
  [CostLike, CostLike, Weights, Weights],
  GromovOptions,
  GromovResult
>(4, (control, [Cx, Cy, a, b], options) => {
  const problem = readGromov(Cx, Cy, a, b, null, options);
  return solverOf(options)(control, problem, readRun(problem, options));
});

/**
 * Fused Gromov-Wasserstein transport: (1 - alpha) <M, P> + alpha sum_ijkl L(Cx_ik, Cy_jl) P_ij P_kl, for atoms that have features (compared by
 * `M`, n x m) and a structure.
 *
 * @param M a matrix or a cost without forbidden pairs; by `cost.points` between features it takes no n m memory either
 * @param Cx a square matrix, symmetric or not, or `cost.points(x)`
 * @param Cy the same for the other side
 * @param a masses of the atoms of x, >= 0; null: uniform
 * @param b masses of the atoms of y
 *
 * Otherwise as {@link GromovWasserstein}. Throws also `Unsupported` (forbidden pairs).
 */
export interface FusedGromovWasserstein {
  (M: CostLike, Cx: CostLike, Cy: CostLike, a: Weights, b: Weights, options?: FusedGromovOptions): GromovResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    M: CostLike,
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: FusedGromovOptions & Pick<AsyncOptions, "signal">,
  ): Promise<GromovResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    M: CostLike,
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: FusedGromovOptions,
  ): Run<GromovResult>;
}

/** Fused Gromov-Wasserstein transport; see {@link FusedGromovWasserstein}. */
export const fusedGromovWasserstein: FusedGromovWasserstein = /*#__PURE__*/ defineSolver<
  [CostLike, CostLike, CostLike, Weights, Weights],
  FusedGromovOptions,
  GromovResult
>(5, (control, [M, Cx, Cy, a, b], options) => {
  const problem = readGromov(Cx, Cy, a, b, { M, alpha: options.alpha }, options);
  return solverOf(options)(control, problem, readRun(problem, options));
});

function solverOf({ method }: GromovOptions): typeof descendFromStarts {
  return method === undefined || method === "conditionalGradient" ? descendFromStarts : mirrorDescent;
}

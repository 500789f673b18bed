// Partial Gromov-Wasserstein transport: only a given mass is matched, the rest of either side is left out. Chapel, Alaya, Gasso (2020).
// min over P >= 0 with P 1 <= a, P^T 1 <= b, sum P = mass of sum L(Cx_ik, Cy_jl) P_ij P_kl; the linearised problem is exact partial transport.
import type { CostLike } from "../cost/cost.ts";
import { optionOutOfRange } from "../errors/otError.ts";
import { excess, sum } from "../linalg/sum.ts";
import { readWeights, type Weights } from "../measure/weights.ts";
import { partialTransport } from "../partial/partial.ts";
import type { AsyncOptions, RunOptions } from "../run/options.ts";
import { defineSolver, type Run } from "../run/solver.ts";
import { type Exits, inside, type Oracle } from "./conditionalGradient.ts";
import { descendFree, type FreeGromovResult, type FreeProblem } from "./freeMarginals.ts";
import { type FusedPart, type GromovProblem, readSides } from "./problem.ts";
import { readTolerance } from "./semiRelaxed.ts";

/** Options of {@link partialGromovWasserstein}. */
export interface PartialGromovOptions extends RunOptions {
  /** The mass to match, in [0, min(|a|, |b|)]; default min(|a|, |b|). */
  readonly mass?: number;
  /** How entries are compared; default `"square"`. */
  readonly loss?: "square" | "KL";
  /** The Frank-Wolfe gap, relative to what the first plan would pay, at which to stop; default 1e-9. */
  readonly tolerance?: number;
}

/** Options of {@link partialFusedGromovWasserstein}. */
export interface PartialFusedGromovOptions extends PartialGromovOptions {
  /** The weight of the structure term, in [0, 1]; default 0.5. */
  readonly alpha?: number;
}

/**
 * Partial Gromov-Wasserstein transport between the structures `Cx` (n x n) and `Cy` (m x m) under masses `a` and `b`, which need not balance.
 *
 * Minimises sum_ijkl L(Cx_ik, Cy_jl) P_ij P_kl over P >= 0 with P 1 <= a, P^T 1 <= b and sum P = mass. A local optimum, found from the
 * product of the masses. Gradient and plan are held in memory, n m numbers each.
 *
 * @param Cx a square matrix, symmetric or not, or `cost.points(x)`
 * @param Cy the same for the other side
 * @param a masses of the atoms of x, >= 0; null: uniform with total 1
 * @param b masses of the atoms of y
 *
 * Throws `InvalidShape`, `InvalidValue` (a mass out of range, among others), `NegativeMass`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface PartialGromovWasserstein {
  (Cx: CostLike, Cy: CostLike, a: Weights, b: Weights, options?: PartialGromovOptions): FreeGromovResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: PartialGromovOptions & Pick<AsyncOptions, "signal">,
  ): Promise<FreeGromovResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(Cx: CostLike, Cy: CostLike, a: Weights, b: Weights, options?: PartialGromovOptions): Run<FreeGromovResult>;
}

/** Partial Gromov-Wasserstein transport; see {@link PartialGromovWasserstein}. */
export const partialGromovWasserstein: PartialGromovWasserstein = /*#__PURE__*/ defineSolver<
  [CostLike, CostLike, Weights, Weights],
  PartialGromovOptions,
  FreeGromovResult
>(4, (control, [Cx, Cy, a, b], options) => {
  return descendFree(control, readPartial(Cx, Cy, a, b, null, options), readTolerance(options.tolerance));
});

/**
 * The fused form: (1 - alpha) <M, P> + alpha sum_ijkl L(Cx_ik, Cy_jl) P_ij P_kl under the same constraints; otherwise as
 * {@link PartialGromovWasserstein}. `M` is n x m, without forbidden pairs (`Unsupported`).
 */
export interface PartialFusedGromovWasserstein {
  (
    M: CostLike,
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: PartialFusedGromovOptions,
  ): FreeGromovResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    M: CostLike,
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: PartialFusedGromovOptions & Pick<AsyncOptions, "signal">,
  ): Promise<FreeGromovResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    M: CostLike,
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options?: PartialFusedGromovOptions,
  ): Run<FreeGromovResult>;
}

/** Partial fused Gromov-Wasserstein transport; see {@link PartialFusedGromovWasserstein}. */
export const partialFusedGromovWasserstein: PartialFusedGromovWasserstein = /*#__PURE__*/ defineSolver<
  [CostLike, CostLike, CostLike, Weights, Weights],
  PartialFusedGromovOptions,
  FreeGromovResult
>(5, (control, [M, Cx, Cy, a, b], options) => {
  const free = readPartial(Cx, Cy, a, b, { M, alpha: options.alpha }, options);
  return descendFree(control, free, readTolerance(options.tolerance));
});

function readPartial(
  Cx: CostLike,
  Cy: CostLike,
  left: Weights,
  right: Weights,
  fused: FusedPart | null,
  options: PartialGromovOptions,
): FreeProblem {
  const sides = readSides(Cx, Cy, fused, options.loss);
  const read = (weights: Weights, count: number, argument: string): Float64Array =>
    weights === null ? new Float64Array(count).fill(1 / count) : readWeights(weights, count, argument);
  const a = read(left, sides.x.n, "a");
  const b = read(right, sides.y.n, "b");
  const [massA, massB] = [sum(a), sum(b)];
  const most = Math.min(massA, massB);
  const { mass = most } = options;
  if (!(mass >= 0 && mass <= most)) {
    throw optionOutOfRange("mass", mass, `Use a mass from 0 to ${most}, what the lighter side weighs.`);
  }
  const share = (p: Float64Array, total: number): Float64Array =>
    p.map((value) => (total > 0 ? (value / total) * mass : 0));
  const problem: GromovProblem = {
    ...sides,
    a: share(a, massA),
    b: share(b, massB),
    mass,
    massAdjustment: 1,
    seed: 0,
  };
  const { term } = problem;
  return {
    problem,
    initial: null,
    oracle: (exits) => partialOracle(a, b, mass, exits),
    residual(plan) {
      const broken = excess(plan.marginal(0), a) + excess(plan.marginal(1), b) + Math.abs(sum(plan.marginal(0)) - mass);
      return mass > 0 ? broken / mass : broken;
    },
    *lowerBound() {
      if (term === null || term.weight === 0) return 0;
      return term.weight * (yield* partialTransport.steps(a, b, term.cost, { mass })).value;
    },
    why: "the linearised problem is exact partial transport",
  };
}

function partialOracle(a: Float64Array, b: Float64Array, mass: number, exits: Exits): Oracle {
  return function* ({ cost }, _, iteration) {
    const result = yield* inside(partialTransport.steps(a, b, cost, { mass }), exits, iteration);
    return result === null ? null : result.plan.toSparse();
  };
}

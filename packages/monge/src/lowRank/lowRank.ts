// Low-rank optimal transport: min <P, C> over plans P = Q diag(1 / g) R^T of rank r at most, linear in n where the cost factors.
// Forrow et al. (2019); Scetbon, Cuturi, Peyre (2021).
import { type CostLike, toCost } from "../cost/cost.ts";
import { optionOutOfRange } from "../errors/otError.ts";
import { entropic } from "../kernels/entropic.ts";
import { backend } from "../kernels/module.ts";
import { sum } from "../linalg/sum.ts";
import { requireAtoms } from "../measure/atoms.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";
import { type LowRankPlan, lowRankPlan } from "../plan/lowRank.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { certifyLowRank, type LowRankCertify } from "./certificate.ts";
import { descend } from "./descent.ts";
import { productsOf } from "./products.ts";
import type { Factors } from "./projection.ts";
import { startFactors } from "./start.ts";

/** Options of {@link lowRankTransport}. */
export interface LowRankOptions extends RunOptions {
  /** The number r of hubs that mass goes through, >= 1. More than min(n, m) is no gain. */
  readonly rank: number;
  /** Decrease of the objective over ten iterations, relative to it, at which to stop; default 1e-4. */
  readonly tolerance?: number;
  /** The length of a step in units of the largest difference within the gradients, > 0; default 10. Halved where it overshoots. */
  readonly step?: number;
  /** The least mass of a hub as a share of 1 / r, in [0, 1]; default 1e-4. */
  readonly leastHub?: number;
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/** A plan in factors with what can be proved of it. */
export interface LowRankResult {
  /** <P, C>. */
  readonly value: number;
  /** <P, C> again: there is no regulariser. */
  readonly transportCost: number;
  readonly plan: LowRankPlan;
  readonly report: Report;
  /** The problem is not convex: stationarity and a lower bound, recomputed from the input. */
  readonly certify: LowRankCertify;
}

/**
 * Transport between masses `a` (n) and `b` (m) through `rank` hubs, under the cost `C` (n x m).
 *
 * Minimises <P, C> over plans P = Q diag(1 / g) R^T with Q 1 = a, R 1 = b, Q^T 1 = R^T 1 = g, by mirror descent from a start that an
 * exact plan of a sample suggests. For `cost.lowRank` and squared Euclidean points an iteration takes time and memory (n + m) rank;
 * other costs are swept. The marginals are exact to rounding. The answer is a local optimum: its cost is at least that of `emd`.
 *
 * @param a masses of the sources, >= 0; null: uniform, with the other side's total (1 if both are null)
 * @param b masses of the targets
 * @param C a matrix or a cost without forbidden pairs
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `Unsupported` (forbidden pairs), `KernelUnavailable`.
 */
export interface LowRankTransport {
  (a: Weights, b: Weights, C: CostLike, options: LowRankOptions): LowRankResult;
  /** The same between turns of the event loop; can be aborted. */
  async(a: Weights, b: Weights, C: CostLike, options: LowRankOptions & AsyncOptions): Promise<LowRankResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(a: Weights, b: Weights, C: CostLike, options: LowRankOptions): Run<LowRankResult>;
}

/** Transport through few hubs; see {@link LowRankTransport}. */
export const lowRankTransport: LowRankTransport = /*#__PURE__*/ defineSolver<
  [Weights, Weights, CostLike],
  LowRankOptions,
  LowRankResult
>(
  3,
  (control, [a, b, C], options) => {
    const cost = toCost(C);
    const [n, m] = cost.shape;
    requireAtoms(n, m);
    const masses = balancedMasses(a, b, n, m, options.massTolerance);
    const { rank, tolerance = 1e-4, step = 10, leastHub = 1e-4 } = options;
    if (!(Number.isInteger(rank) && rank >= 1))
      throw optionOutOfRange("rank", rank, "Use a whole number of at least 1.");
    if (!(tolerance >= 0))
      throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0; 1e-4 is the default.");
    if (!(step > 0 && step < Infinity))
      throw optionOutOfRange("step", step, "Use a finite number above 0; 10 is the default.");
    if (!(leastHub >= 0 && leastHub <= 1)) throw optionOutOfRange("leastHub", leastHub, "Use a share in [0, 1].");
    return run(control, { cost, ...masses }, { ...options, tolerance, step, leastHub });
  },
  "lowRankTransport",
) as LowRankTransport;

interface Problem {
  readonly cost: ReturnType<typeof toCost>;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly massAdjustment: number;
}

/** Factors for masses of total 1, and how the descent ended. */
interface Answer extends Factors {
  readonly status: Status;
  readonly iterations: number;
  readonly decrease: number;
}

function* run(
  control: RunControl<LowRankResult>,
  problem: Problem,
  options: LowRankOptions & Required<Pick<LowRankOptions, "tolerance" | "step" | "leastHub">>,
): Generator<Progress, LowRankResult, void> {
  const { cost, a, b, massAdjustment } = problem;
  const { tolerance, step, leastHub } = options;
  const mass = sum(a);
  // More hubs than atoms with mass could not all be used.
  const rank = Math.max(1, Math.min(options.rank, filled(a), filled(b)));
  const products = productsOf(cost, rank);
  return finish(yield* control.elsewhere(solveHere));

  function* solveHere(): Generator<Progress, Answer, void> {
    yield { phase: "start", iteration: 0, error: Infinity, elapsedMs: control.elapsedMs() };
    if (mass === 0) return { ...noFactors(), status: "converged", iterations: 0, decrease: 0 };
    const unit = (masses: Float64Array): Float64Array => masses.map((value) => value / mass);
    const sides = { a: unit(a), b: unit(b), least: leastHub / rank };
    const factors = startFactors(cost, sides, rank, options.seed ?? 0);
    const state = { status: "stopped", iterations: 0, decrease: Infinity } as const;
    control.offer(() => finish({ Q: factors.Q.slice(), R: factors.R.slice(), g: factors.g.slice(), ...state }));
    return { ...factors, ...(yield* descend(factors, { sides, products, tolerance, step }, control)) };
  }

  function noFactors(): Factors {
    return { Q: new Float64Array(a.length * rank), R: new Float64Array(b.length * rank), g: new Float64Array(rank) };
  }

  function finish({ Q, R, g, status, iterations, decrease }: Answer): LowRankResult {
    const times = (values: Float64Array): Float64Array => values.map((value) => value * mass);
    const plan = lowRankPlan(cost.shape, { Q: times(Q), R: times(R), g: times(g) });
    const value = costOf(plan);
    return {
      value,
      transportCost: value,
      plan,
      report: {
        status,
        method: "mirrorDescent",
        why: products.why,
        backend: backend(entropic),
        iterations,
        error: decrease,
        tolerance,
        massAdjustment,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify: certifyLowRank({ cost, a, b, plan }),
    };
  }

  function costOf({ Q, R, g }: LowRankPlan): number {
    const CR = new Float64Array(a.length * rank);
    products.times(R, CR);
    return sum(CR.map((value, at) => (g[at % rank] > 0 ? (Q[at] * value) / g[at % rank] : 0)));
  }
}

function filled(p: Float64Array): number {
  return p.reduce((count, mass) => count + Number(mass > 0), 0);
}

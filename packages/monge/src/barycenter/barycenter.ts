// Entropic barycenters on a fixed support: min over a of sum w_k OT_eps(a, b_k), balanced, without the bias of the entropy, or unbalanced.
//
// Benamou, Carlier, Cuturi, Nenna, Peyre (2015); on grids Solomon et al. (2015); debiased Janati, Cuturi, Gramfort (2020); unbalanced Chizat et al. (2018).
import type { Cost } from "../cost/cost.ts";
import { gibbsPlan } from "../entropic/gibbsPlan.ts";
import { farthest } from "../entropic/operators/separable.ts";
import { epsilonSchedule, readEpsilon } from "../entropic/schedule.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { entropic } from "../kernels/entropic.ts";
import { backend } from "../kernels/module.ts";
import type { Weights } from "../measure/weights.ts";
import type { Plan } from "../plan/plan.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { type BarycenterCertify, certifyBarycenter, inputMarginals, meanOf, objectiveOf } from "./certificate.ts";
import { type BarycenterCost, type BarycenterProblem, readBarycenter } from "./problem.ts";
import {
  type BarycenterSettings,
  type BarycenterState,
  type Pace,
  scale,
  startState,
  supportMarginals,
} from "./scaling.ts";

/** Options of {@link barycenter}. Give `epsilon` or `relativeEpsilon`. */
export interface BarycenterOptions extends RunOptions {
  /** The weight of the entropy, > 0, in the unit of the cost. */
  readonly epsilon?: number;
  /** The same as a multiple of the largest cost. */
  readonly relativeEpsilon?: number;
  /**
   * Takes off the blur of the entropy: minimises sum w_k S_eps(a, b_k), the Sinkhorn divergence. Needs one symmetric cost, between the
   * support and itself. Default false.
   */
  readonly debiased?: boolean;
  /**
   * Strength of a KL penalty on all marginals, in the unit of the cost: the inputs may weigh differently, and mass that is far from
   * everything is given up. Default: marginals are held.
   */
  readonly unbalanced?: number;
  /** Change of the marginals in one round, summed and relative to the mass, at which to stop; default 1e-9. */
  readonly tolerance?: number;
  /** Whether to pass through falling values of epsilon; default `"auto"`: where epsilon is small against the largest cost. */
  readonly annealing?: "auto" | "none" | readonly number[];
  /** Relative difference of the masses up to which they are scaled to that of the first input; default 1e-9. */
  readonly massTolerance?: number;
}

/** A barycenter on a fixed support. */
export interface BarycenterResult {
  /** Its masses at the n points of the support. */
  readonly weights: Float64Array;
  /**
   * The objective at the potentials: sum w_k [<P_k, C_k> + eps KL(P_k | u (x) b_k)] with u = 1 / n, under `unbalanced` with strength KL of
   * all marginals; where `debiased` less the entropic cost of the barycenter to itself, halved, but with the inputs' own terms (`certify()`
   * has all).
   */
  readonly value: number;
  /** The plans from the barycenter (rows) to each input; rows are computed when asked. */
  readonly plans: readonly Plan[];
  /** That of the answer: larger than asked for where a limit came on the way down to it. */
  readonly epsilon: number;
  readonly report: Report;
  readonly certify: BarycenterCertify;
}

/**
 * The entropic barycenter of `inputs` on a support that is fixed: the rows of `C`.
 *
 * A grid (`cost.grid(shape)`) is convolved along its axes and never forms a matrix: the convolutional barycenter of images. Everything
 * is computed in the log domain, in plain numbers where their range allows.
 *
 * @param inputs masses of each input, >= 0, of equal totals unless `unbalanced`; null: uniform
 * @param C the cost from the support (n rows) to the atoms of the inputs (columns): one for all, or a list of costs
 * @param weights of the inputs, >= 0, made to sum to 1; null: equal
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `Infeasible` (a point out of reach), `Unsupported` (debiased between
 * different supports), `OutOfMemory`, `KernelUnavailable`.
 */
export interface Barycenter {
  (inputs: readonly Weights[], C: BarycenterCost, weights: Weights, options: BarycenterOptions): BarycenterResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    inputs: readonly Weights[],
    C: BarycenterCost,
    weights: Weights,
    options: BarycenterOptions & Pick<AsyncOptions, "signal">,
  ): Promise<BarycenterResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    inputs: readonly Weights[],
    C: BarycenterCost,
    weights: Weights,
    options: BarycenterOptions,
  ): Run<BarycenterResult>;
}

/** Entropic barycenters on a fixed support; see {@link Barycenter}. */
export const barycenter: Barycenter = /*#__PURE__*/ defineSolver<
  [readonly Weights[], BarycenterCost, Weights],
  BarycenterOptions,
  BarycenterResult
>(3, (control, [inputs, C, weights], options) => {
  const { tolerance = 1e-9, unbalanced, debiased = false } = options;
  if (!(tolerance > 0)) throw optionOutOfRange("tolerance", tolerance, "Use a number above 0; 1e-9 is the default.");
  if (unbalanced !== undefined && !(unbalanced > 0))
    throw optionOutOfRange("unbalanced", unbalanced, "Use a strength above 0 in the unit of the cost.");
  const held = unbalanced === undefined || unbalanced === Infinity;
  const problem = readBarycenter(inputs, C, weights, held, options.massTolerance);
  if (debiased) requireSelf(problem.costs, held);
  readEpsilon(options, 1);
  const kind = held ? (debiased ? "debiased" : "balanced") : "unbalanced";
  return run(control, problem, kind, held ? Infinity : (unbalanced as number), tolerance, options);
}) as Barycenter;

function requireSelf(costs: readonly Cost[], held: boolean): void {
  const [cost] = costs;
  const [n, m] = cost.shape;
  let symmetric = held && costs.every((other) => other === cost) && n === m;
  for (let k = 0; symmetric && k < Math.min(n, 64); k++) {
    const [i, j] = [(k * 7919) % n, (k * 104729 + 1) % n];
    symmetric = Math.abs(cost.at(i, j) - cost.at(j, i)) <= 1e-12 * Math.abs(cost.at(i, j));
  }
  if (symmetric) return;
  throw new OtError("Unsupported", "A debiased barycenter needs one symmetric cost, and equal masses.", {
    argument: "options.debiased",
    seen: [n, m],
    cure: "Put all inputs on the support of the barycenter, leave unbalanced out, or set debiased to false.",
  });
}

function largestOf(cost: Cost): number {
  if (cost.kind === "grid") return farthest(cost);
  let largest = 0;
  const [n] = cost.shape;
  for (let i = 0; i < n; i++)
    for (const value of cost.block(i, i + 1)) if (value < Infinity) largest = Math.max(largest, Math.abs(value));
  return largest;
}

/** Error at which a larger epsilon has done its service. */
const passing = 1e-3;

function* run(
  control: RunControl<BarycenterResult>,
  problem: BarycenterProblem,
  kind: BarycenterSettings["kind"],
  strength: number,
  tolerance: number,
  options: BarycenterOptions,
): Generator<Progress, BarycenterResult, void> {
  const largest = [...new Set(problem.costs)].reduce((most, cost) => Math.max(most, largestOf(cost)), 0);
  const epsilon = readEpsilon(options, largest);
  const { schedule, why } = epsilonSchedule(epsilon, largest, options.annealing ?? "auto", false);
  const state = startState(problem);
  let status: Status | null = null;
  const pace: Pace = {
    iterations: 0,
    error: Infinity,
    interrupted: () => status !== null,
  };
  const settings = (at: number): BarycenterSettings => ({ kind, epsilon: at, strength });
  let present = schedule[0];
  control.offer(() => finish("stopped", present));
  for (const at of schedule) {
    present = at;
    const last = at === epsilon;
    const steps = scale(problem, settings(at), state, last ? tolerance : passing, pace);
    for (;;) {
      const step = steps.next();
      if (step.done) break;
      yield { phase: "barycenter", iteration: pace.iterations, error: pace.error, elapsedMs: control.elapsedMs() };
      status ??= control.interrupted();
      if (status === null && pace.iterations >= control.maxIterations) status = "maxIterations";
    }
    if (status !== null) break;
  }
  return finish(status ?? "converged", present);

  function finish(ended: Status, at: number): BarycenterResult {
    const held = settings(at);
    const copy: BarycenterState = { F: [...state.F], g: [...state.g], S: [...state.S], D: state.D };
    const rows = supportMarginals(copy, at);
    const columns = inputMarginals(problem, held, copy);
    const weights = meanOf(rows, problem.shares);
    const value = objectiveOf(problem, held, copy, rows, columns, weights);
    const { inputs, costs, masses, n } = problem;
    return {
      weights,
      value: kind === "debiased" ? value - copy.D.reduce((total, own, x) => total + own * weights[x], 0) : value,
      plans: costs.map((cost, k) =>
        gibbsPlan(
          cost,
          new Float64Array(n).fill(masses[k] / n),
          inputs[k],
          masses[k],
          { f: copy.F[k], g: copy.g[k] },
          at,
        ),
      ),
      epsilon: at,
      report: {
        status: ended,
        method: `${kind} scaling`,
        why,
        backend: backend(entropic),
        iterations: pace.iterations,
        error: Number.isFinite(pace.error) ? pace.error : 1,
        tolerance,
        massAdjustment: 1,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify: certifyBarycenter(problem, held, copy, weights),
    };
  }
}

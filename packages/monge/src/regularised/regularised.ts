// Regularised optimal transport: min <P, C> + Omega(P) (+ eps KL(P | a (x) b / mass)) over plans P >= 0 with P 1 = a and P^T 1 = b.
// Squares: Blondel, Seguy, Rolet (2018); group lasso: Courty et al. (2017); Laplacian: Flamary et al. (2014); or any convex function.
import { type CostLike, toCost } from "../cost/cost.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { entropic } from "../kernels/entropic.ts";
import { backend } from "../kernels/module.ts";
import { sum } from "../linalg/sum.ts";
import { requireAtoms } from "../measure/atoms.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";
import type { AsyncOptions, Progress, RunOptions } from "../run/options.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { type RegularisedProblem, type RegularisedResult, regularisedResult } from "./answer.ts";
import { conditionalGradient } from "./conditionalGradient.ts";
import { solveByDual } from "./dual.ts";
import { generalisedGradient } from "./generalised.ts";
import type { Found, Inner } from "./problem.ts";
import { type CustomRegulariser, type Regulariser, readRegulariser, separableOf } from "./regulariser.ts";

/** Options of {@link regularisedTransport}. */
export interface RegularisedOptions extends RunOptions {
  /** Omega, as data (`"L2"`, `"groupLasso"`, `"laplacian"`) or as a convex function by its value and gradient. */
  readonly regulariser: Regulariser;
  /** The weight of an entropy beside Omega, > 0, in the unit of C; default: none. */
  readonly epsilon?: number;
  /**
   * Default `"auto"`: without entropy `"newton"` on the dual for L2 and the group lasso, `"conditionalGradient"` for others; with entropy
   * conditional gradients through `sinkhorn`.
   */
  readonly method?: "auto" | "newton" | "conditionalGradient";
  /** Relative duality gap, and L1 error of the marginals relative to the mass, at which to stop; default 1e-9. */
  readonly tolerance?: number;
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/**
 * Regularised transport between masses `a` (n) and `b` (m) under the cost `C` (n x m).
 *
 * Minimises <P, C> + Omega(P), with `epsilon` + epsilon KL(P | a (x) b / mass), over P >= 0 with P 1 = a and P^T 1 = b, for the convex
 * function Omega that `regulariser` describes. The costs and the plan are held in memory, n m numbers each. `certify()` bounds the optimum
 * from below by linearising Omega at the plan; for the group lasso by its dual.
 *
 * `report.error` is the larger of the relative duality gap and the L1 error of the marginals relative to the mass. A limit
 * (`maxIterations`, `timeLimitMs`, `stopWhen`) is no error: the plan so far is kept, and `certify()` says how far it can be from
 * the optimum and from the marginals.
 *
 * @param a masses of the sources, >= 0; null: uniform, with the other side's total (1 if both are null)
 * @param b masses of the targets
 * @param C a matrix or a cost; `Infinity` forbids a pair
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `Infeasible`, `Unsupported` (a method that cannot take the
 * regulariser), `OutOfMemory`, `KernelUnavailable`.
 */
export interface RegularisedTransport {
  (a: Weights, b: Weights, C: CostLike, options: RegularisedOptions): RegularisedResult;
  /** The same between turns of the event loop, or on a pool (but for regularisers that are functions); can be aborted. */
  async<C extends CostLike, R extends Regulariser>(
    a: Weights,
    b: Weights,
    C: C,
    options: RegularisedOptions & { readonly regulariser: R } & ([R] extends [CustomRegulariser]
        ? Omit<AsyncOptions<C>, "pool">
        : AsyncOptions<C>),
  ): Promise<RegularisedResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(a: Weights, b: Weights, C: CostLike, options: RegularisedOptions): Run<RegularisedResult>;
}

/** Regularised transport; see {@link RegularisedTransport}. */
export const regularisedTransport: RegularisedTransport = /*#__PURE__*/ defineSolver<
  [Weights, Weights, CostLike],
  RegularisedOptions,
  RegularisedResult
>(
  3,
  (control, [a, b, C], options) => {
    const cost = toCost(C);
    const [n, m] = cost.shape;
    requireAtoms(n, m);
    const bytes = matrices * 8 * n * m;
    if (bytes > 2 ** 32) {
      throw new OtError("OutOfMemory", `A ${n} x ${m} problem needs about ${bytes} bytes.`, {
        argument: "C",
        seen: [n, m],
        cure: "Use fewer atoms; sinkhorn and emd need no matrix.",
      });
    }
    const masses = balancedMasses(a, b, n, m, options.massTolerance);
    const { tolerance = 1e-9, epsilon = 0, method = "auto", regulariser } = options;
    if (!(tolerance >= 0))
      throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0; 1e-9 is the default.");
    if (options.epsilon !== undefined && !(epsilon > 0 && epsilon < Infinity)) {
      throw optionOutOfRange("epsilon", epsilon, "Use a finite number above 0, or leave it out for no entropy.");
    }
    const mass = sum(masses.a);
    const functional = readRegulariser(regulariser, { ...masses, mass });
    const separable = separableOf(regulariser);
    const problem = { ...masses, cost, mass, functional, separable, epsilon };
    const route = chooseRoute(problem, method);
    return run(control, problem, route, tolerance);
  },
  "regularisedTransport",
) as RegularisedTransport;

/** Matrices of n m numbers that a route holds at once. */
const matrices = 8;

interface Route {
  readonly method: string;
  readonly why: string;
  readonly backend: "js" | "wasm-simd" | "entropic";
  run(problem: RegularisedProblem, tolerance: number, control: Inner): Generator<Progress, Found, void>;
}

function chooseRoute({ separable, epsilon, functional }: RegularisedProblem, method: string): Route {
  if (method !== "auto" && method !== "newton" && method !== "conditionalGradient") {
    throw optionOutOfRange("method", method, 'Use "auto", "newton" or "conditionalGradient".');
  }
  const dense = ({ cost, ...problem }: RegularisedProblem): RegularisedProblem & { C: Float64Array } => ({
    ...problem,
    cost,
    C: cost.block(0, cost.shape[0]),
  });
  if (epsilon > 0) {
    if (method === "newton") throw unsupported(method, "there is entropy", "Leave epsilon or the method out.");
    return {
      method: "conditionalGradient over sinkhorn",
      why: "with entropy, the linearised problem is entropic transport",
      backend: "entropic",
      run: (problem, tolerance, control) => generalisedGradient({ ...dense(problem), tolerance }, control),
    };
  }
  if (separable !== null && method !== "conditionalGradient") {
    return {
      method: "newton",
      why: separable.lasso > 0 ? "the dual of a group lasso around a plan is smooth" : "the dual of squares is smooth",
      backend: "js",
      run: (problem, tolerance, control) => solveByDual({ ...problem, tolerance }, separable, control),
    };
  }
  if (method === "newton") {
    throw unsupported(method, "its dual is not known", 'Use "conditionalGradient", or leave the method out.');
  }
  if (separable !== null && separable.lasso > 0) {
    throw unsupported(method, "the group lasso is not differentiable at 0", 'Use "newton", or give epsilon.');
  }
  return {
    method: "conditionalGradient",
    why:
      functional.quadratic === undefined
        ? "the linearised problem is exact transport; pairwise steps"
        : "the linearised problem is exact transport; quadratic, so that found plans get their best weights",
    backend: "wasm-simd",
    run: (problem, tolerance, control) => conditionalGradient({ ...dense(problem), tolerance }, control),
  };
}

function* run(
  control: RunControl<RegularisedResult>,
  problem: RegularisedProblem,
  route: Route,
  tolerance: number,
): Generator<Progress, RegularisedResult, void> {
  const finish = (found: Found): RegularisedResult =>
    regularisedResult(
      problem,
      found,
      {
        method: route.method,
        why: route.why,
        backend: route.backend === "entropic" ? backend(entropic) : route.backend,
      },
      tolerance,
      control.elapsedMs(),
    );
  if (problem.mass === 0) return finish(empty(problem));
  const { interrupted, elapsedMs } = control;
  const offer = (snapshot: () => Found): void => control.offer(() => finish(snapshot()));
  return finish(yield* control.elsewhere(() => route.run(problem, tolerance, { interrupted, elapsedMs, offer })));
}

function empty({ a, b }: RegularisedProblem): Found {
  const none = new Int32Array(0);
  const [f, g] = [a.map(() => NaN), b.map(() => 0)];
  return { status: "converged", iterations: 0, error: 0, i: none, j: none, mass: new Float64Array(0), f, g };
}

function unsupported(method: string, reason: string, cure: string): OtError {
  return new OtError("Unsupported", `The method ${method} cannot take this problem: ${reason}.`, {
    argument: "options.method",
    seen: method,
    cure,
  });
}

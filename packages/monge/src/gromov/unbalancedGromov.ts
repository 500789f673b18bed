// Unbalanced Gromov-Wasserstein transport: masses may differ from those given, for a quadratic KL penalty. Sejourne, Vialard, Peyre (2021).
// min over P >= 0 of sum L P P + rho KL(p (x) p | a (x) a) + rho KL(q (x) q | b (x) b) (+ eps KL(P (x) P | (a (x) b)^2)), p and q the marginals of P;
// with two plans in place of the one it is convex in each: unbalanced transport in turn.
import type { CostLike } from "../cost/cost.ts";
import { sinkhorn } from "../entropic/sinkhorn.ts";
import { optionOutOfRange } from "../errors/otError.ts";
import { sparseFromEntries } from "../linalg/sparse.ts";
import { sum } from "../linalg/sum.ts";
import { readWeights, type Weights } from "../measure/weights.ts";
import { densePlan } from "../plan/dense.ts";
import type { Plan } from "../plan/plan.ts";
import { sparsePlan } from "../plan/sparse.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, drain, drainAsync, type Run, type RunControl } from "../run/solver.ts";
import { unbalancedTransport } from "../unbalanced/unbalanced.ts";
import { type Exits, inside } from "./conditionalGradient.ts";
import { type DenseEnergy, denseEnergy, sums } from "./denseEnergy.ts";
import type { FreeGromovCertify } from "./freeMarginals.ts";
import { structureCost } from "./objective.ts";
import { type GromovProblem, readSides } from "./problem.ts";

/** Options of {@link unbalancedGromovWasserstein}. */
export interface UnbalancedGromovOptions extends RunOptions {
  /** rho: what the masses of both sides are held by, > 0, in the unit of the loss; or one for either side. */
  readonly strength: number | { readonly source: number; readonly target: number };
  /** The weight of the entropy, > 0; default: none, and a sparse plan. */
  readonly epsilon?: number;
  /** How entries are compared; default `"square"`. */
  readonly loss?: "square" | "KL";
  /** The change of the plan, relative to its mass, at which to stop; default 1e-7. */
  readonly tolerance?: number;
}

/** An unbalanced plan with what can be proved of it. */
export interface UnbalancedGromovResult {
  /** structureCost + penalty + entropy; never rooted. */
  readonly value: number;
  /** sum L(Cx_ik, Cy_jl) P_ij P_kl. */
  readonly structureCost: number;
  /** strength KL(p (x) p | a (x) a) + strength KL(q (x) q | b (x) b). */
  readonly penalty: number;
  /** epsilon KL(P (x) P | (a (x) b) (x) (a (x) b)); 0 without entropy. */
  readonly entropy: number;
  readonly plan: Plan;
  readonly report: Report;
  /**
   * `stationarityGap` is by how much the objective could fall if one of the two plans that it is made of moved away from the other; the
   * lower bound is 0: no term is negative.
   */
  readonly certify: FreeGromovCertify;
}

/**
 * Unbalanced Gromov-Wasserstein transport between the structures `Cx` (n x n) and `Cy` (m x m) under masses `a` and `b`, which need not balance.
 *
 * Minimises sum_ijkl L(Cx_ik, Cy_jl) P_ij P_kl + strength [KL(p (x) p | a (x) a) + KL(q (x) q | b (x) b)] over P >= 0 with marginals p and q, where
 * KL(r (x) r | a (x) a) = 2 |r| KL(r | a) + (|r| - |a|)^2: parts that do not fit the other structure lose mass. Without entropy the inner problems are
 * solved exactly (`unbalancedTransport`). A local optimum. Gradient and plan are held in memory, n m numbers each.
 *
 * @param Cx a square matrix, symmetric or not, or `cost.points(x)`
 * @param Cy the same for the other side
 * @param a masses of the atoms of x, >= 0; null: uniform with total 1
 * @param b masses of the atoms of y
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface UnbalancedGromovWasserstein {
  (Cx: CostLike, Cy: CostLike, a: Weights, b: Weights, options: UnbalancedGromovOptions): UnbalancedGromovResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options: UnbalancedGromovOptions & Pick<AsyncOptions, "signal">,
  ): Promise<UnbalancedGromovResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    Cx: CostLike,
    Cy: CostLike,
    a: Weights,
    b: Weights,
    options: UnbalancedGromovOptions,
  ): Run<UnbalancedGromovResult>;
}

/** Unbalanced Gromov-Wasserstein transport; see {@link UnbalancedGromovWasserstein}. */
export const unbalancedGromovWasserstein: UnbalancedGromovWasserstein = /*#__PURE__*/ defineSolver<
  [CostLike, CostLike, Weights, Weights],
  UnbalancedGromovOptions,
  UnbalancedGromovResult
>(4, (control, [Cx, Cy, left, right], options) => {
  const sides = readSides(Cx, Cy, null, options.loss);
  const read = (weights: Weights, count: number, argument: string): Float64Array =>
    weights === null ? new Float64Array(count).fill(1 / count) : readWeights(weights, count, argument);
  const a = read(left, sides.x.n, "a");
  const b = read(right, sides.y.n, "b");
  const { strength, epsilon = 0, tolerance = 1e-7 } = options;
  const strengths = typeof strength === "number" ? { source: strength, target: strength } : (strength ?? {});
  for (const value of [strengths.source, strengths.target]) {
    if (!(value > 0 && value < Infinity)) throw optionOutOfRange("strength", value, "Use a finite number above 0.");
  }
  if (options.epsilon !== undefined && !(epsilon > 0 && epsilon < Infinity)) {
    throw optionOutOfRange("epsilon", epsilon, "Use a finite number above 0, or leave it out for no entropy.");
  }
  if (!(tolerance >= 0)) throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0.");
  const problem = { ...sides, a, b, mass: sum(a), massAdjustment: 1, seed: 0 };
  return alternate(control, { problem, strengths, epsilon }, tolerance);
}) as UnbalancedGromovWasserstein;

interface Unbalanced {
  readonly problem: GromovProblem;
  readonly strengths: { readonly source: number; readonly target: number };
  readonly epsilon: number;
}

function openEnergy({ x, y, a, b, loss }: GromovProblem): DenseEnergy {
  return denseEnergy([x, y], loss, a, b, 1, null, true);
}

function* alternate(
  control: RunControl<UnbalancedGromovResult>,
  given: Unbalanced,
  tolerance: number,
): Generator<Progress, UnbalancedGromovResult, void> {
  const { a, b } = given.problem;
  const [n, m] = [a.length, b.length];
  const energy = openEnergy(given.problem);
  // The product, with the geometric mean of both masses.
  const factor = 1 / Math.sqrt(sum(a) * sum(b) || 1);
  let P: Float64Array = Float64Array.from({ length: n * m }, (_, at) => a[Math.floor(at / m)] * b[at % m] * factor);
  let iterations = 0;
  let error = Infinity;
  const finish = (status: Status): UnbalancedGromovResult =>
    result(given, P, {
      status,
      method: given.epsilon > 0 ? "sinkhorn" : "unbalancedTransport",
      why: "two plans in turn, each the best for the other: unbalanced transport",
      backend: "wasm-simd",
      iterations,
      error,
      tolerance,
      massAdjustment: 1,
      elapsedMs: control.elapsedMs(),
      warnings: [],
    });
  try {
    control.offer(() => finish("stopped"));
    for (;;) {
      const mass = sum(P);
      if (mass === 0) {
        error = 0;
        return finish("converged");
      }
      const best = yield* respond(given, energy, P, control, iterations);
      if (best === null) return finish(control.interrupted() ?? "stopped");
      // Both plans get the same mass: their product does not change.
      const moved = sum(best.plan);
      const scale = moved > 0 ? Math.sqrt(mass / moved) : 0;
      error = 0;
      const next = best.plan.map((value) => value * scale);
      for (let at = 0; at < next.length; at++) error += Math.abs(next[at] - P[at]);
      error /= mass;
      P = next;
      iterations++;
      yield { phase: "plans in turn", iteration: iterations, error, elapsedMs: control.elapsedMs() };
      const status = error <= tolerance ? "converged" : control.interrupted();
      if (status !== null) return finish(status);
    }
  } finally {
    energy.close();
  }
}

/**
 * The best second plan Q for the first one P, and what both pay. F(P, Q) = <L P, Q> + sum over penalties of
 * rho [|Q| sum p log(p / a) + |P| KL(Q 1 | a) - |P| |a| + |a|^2], alike for the other side and for the entropy.
 */
function* respond(
  { problem, strengths, epsilon }: Unbalanced,
  energy: DenseEnergy,
  P: Float64Array,
  exits: Exits,
  iteration: number,
): Generator<Progress, { plan: Float64Array; value: number } | null, void> {
  const { a, b } = problem;
  const [n, m] = [a.length, b.length];
  const mass = sum(P);
  const price = new Float64Array(n * m);
  energy.imageOf(P, price);
  const [p, q] = sums(P, n, m);
  const own = strengths.source * logRatio(p, a) + strengths.target * logRatio(q, b);
  const shared = epsilon > 0 ? epsilon * entropyOf(P, a, b) : 0;
  for (let at = 0; at < price.length; at++) price[at] = price[at] / 2 + own + shared;
  const C = { data: price, rows: n, cols: m };
  const penalties = {
    source: { kind: "KL" as const, strength: strengths.source * mass },
    target: { kind: "KL" as const, strength: strengths.target * mass },
  };
  const constant = (rho: number, total: number): number => rho * total * (total - mass);
  const both = sum(a) * sum(b);
  const rest =
    constant(strengths.source, sum(a)) +
    constant(strengths.target, sum(b)) +
    (epsilon > 0 ? constant(epsilon, both) : 0);
  if (epsilon > 0) {
    const solved = yield* inside(
      sinkhorn.steps(a, b, C, { epsilon: epsilon * mass, unbalanced: penalties, tolerance: 1e-10 }),
      exits,
      iteration,
    );
    return solved === null ? null : { plan: solved.plan.toDense().data, value: solved.value + rest };
  }
  const solved = yield* inside(
    unbalancedTransport.steps(a, b, C, { penalty: penalties, tolerance: 1e-11 }),
    exits,
    iteration,
  );
  return solved === null ? null : { plan: solved.plan.toDense().data, value: solved.value + rest };
}

function result(given: Unbalanced, P: Float64Array, report: Report): UnbalancedGromovResult {
  const { problem, epsilon } = given;
  const [n, m] = [problem.a.length, problem.b.length];
  const plan = epsilon > 0 ? densePlan({ data: P.slice(), rows: n, cols: m }) : sparse(P, n, m);
  const structure = structureCost(problem.x, problem.y, problem.loss, plan);
  const { penalty, entropy } = penaltiesOf(given, P);
  return {
    value: structure + penalty + entropy,
    structureCost: structure,
    penalty,
    entropy,
    plan,
    report,
    certify: Object.assign(() => drain(prove(given, plan)), {
      async: (options: Pick<AsyncOptions, "signal"> = {}) => drainAsync(() => prove(given, plan), options.signal),
    }),
  };
}

function* prove(given: Unbalanced, plan: Plan): Generator<Progress, StationarityCertificate, void> {
  const { x, y, loss } = given.problem;
  const P = plan.toDense().data;
  const { penalty, entropy } = penaltiesOf(given, P);
  const objective = structureCost(x, y, loss, plan) + penalty + entropy;
  const energy = openEnergy(given.problem);
  let gap = 0;
  try {
    if (sum(P) > 0) {
      const best = yield* respond(given, energy, P, { interrupted: () => null, elapsedMs: () => 0 }, 0);
      gap = objective - (best?.value ?? objective);
    }
  } finally {
    energy.close();
  }
  return { kind: "stationarity", objective, stationarityGap: Math.max(0, gap), lowerBound: 0, primalResidual: 0 };
}

function penaltiesOf(
  { problem, strengths, epsilon }: Unbalanced,
  P: Float64Array,
): { penalty: number; entropy: number } {
  const { a, b } = problem;
  const [p, q] = sums(P, a.length, b.length);
  const mass = sum(P);
  const squared = (logs: number, total: number): number => 2 * mass * logs - mass * mass + total * total;
  return {
    penalty: strengths.source * squared(logRatio(p, a), sum(a)) + strengths.target * squared(logRatio(q, b), sum(b)),
    entropy: epsilon > 0 ? epsilon * squared(entropyOf(P, a, b), sum(a) * sum(b)) : 0,
  };
}

/** sum p log(p / a). */
function logRatio(p: Float64Array, a: Float64Array): number {
  return sum(p.map((value, i) => (value > 0 ? value * Math.log(value / a[i]) : 0)));
}

/** sum P log(P / (a (x) b)). */
function entropyOf(P: Float64Array, a: Float64Array, b: Float64Array): number {
  const m = b.length;
  return sum(P.map((value, at) => (value > 0 ? value * Math.log(value / a[Math.floor(at / m)] / b[at % m]) : 0)));
}

function sparse(P: Float64Array, n: number, m: number): Plan {
  const at = Int32Array.from(P.keys()).filter((k) => P[k] > 0);
  return sparsePlan(
    sparseFromEntries(
      n,
      m,
      at.map((k) => Math.floor(k / m)),
      at.map((k) => k % m),
      Float64Array.from(at, (k) => P[k]),
    ),
  );
}

// The proof of an answer by linear-programming duality, recomputed from the input: primal and dual value, and what is left between them.
import { blockRows } from "../cost/base.ts";
import type { Cost } from "../cost/cost.ts";
import { dot, excess, l1Distance, sum } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import type { AsyncOptions, Potentials, Progress } from "./options.ts";
import { magnitude } from "./potentials.ts";
import { drain, drainAsync } from "./solver.ts";

/** A proof by duality: `dual <= optimum <= primal`, up to the stated residuals. */
export interface DualityCertificate {
  readonly kind: "duality";
  readonly problem: "exact" | "entropic" | "unbalanced" | "partial" | "regularised";
  /** <P, C> of the plan. */
  readonly primal: number;
  /** Value of the potentials after they were made feasible by a c-transform: a lower bound of the optimum. */
  readonly dual: number;
  /** primal - dual: no plan is cheaper by more than this. */
  readonly gap: number;
  /** gap / sum P |C|; where nothing is paid, gap / (sum a |f| + sum b |g|): never NaN, and 0 where both vanish. */
  readonly relativeGap: number;
  /** sum |P 1 - a| + sum |P^T 1 - b| + negative mass, relative to the mass. */
  readonly primalResidual: number;
  /** max over pairs with mass of f_i + g_j - C_ij, or 0: by how much the potentials were infeasible before the repair. */
  readonly dualInfeasibility: number;
}

/** What can be proved of a local optimum: where duality ends. */
export interface StationarityCertificate {
  readonly kind: "stationarity";
  /** The objective of the answer, recomputed. */
  readonly objective: number;
  /** By how much the objective, linearised at the answer, could fall: 0 at a stationary point. */
  readonly stationarityGap: number;
  /** No answer whatever is below this; -Infinity where no bound is known. */
  readonly lowerBound: number;
  /** As in {@link DualityCertificate}. */
  readonly primalResidual: number;
}

/** A certificate of a convex problem's answer. */
export type Certificate = DualityCertificate;

/** Makes the certificate: at once, or between turns of the event loop. It sweeps all n m pairs of the input. */
export interface Certify {
  (): Certificate;
  async(options?: AsyncOptions): Promise<Certificate>;
}

/** What an exact answer claims. */
export interface ExactClaim {
  readonly cost: Cost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly plan: Plan;
  readonly potentials: Potentials;
  /** `"atMost"`: columns may stay partly unmatched, so their potentials must not be positive. Default `"equal"`. */
  readonly columns?: "equal" | "atMost";
}

/**
 * The certificate of an exact answer. An unpruned sweep over every pair of atoms with mass (no plan can use others), so that
 * no solver's own pricing certifies itself: f^c_i = min_j (C_ij - g_j) makes (f^c, g) feasible, and sum f^c a + sum g b
 * bounds every plan's cost from below.
 */
export function certifyExact(claim: ExactClaim): Certify {
  return Object.assign(() => drain(sweep(claim)), {
    async: (options: AsyncOptions = {}) => drainAsync(() => sweep(claim), options.signal),
  });
}

function* sweep(claim: ExactClaim): Generator<Progress, DualityCertificate, void> {
  const { cost, a, b, plan, potentials } = claim;
  const { f, g: given } = potentials;
  const partial = claim.columns === "atMost";
  const g = partial ? given.map((value) => Math.min(value, 0)) : given;
  const begin = performance.now();
  const [n, m] = cost.shape;
  let infeasibility = partial ? given.reduce((worst, value) => Math.max(worst, value), 0) : 0;
  const repaired = new Float64Array(n);
  // C_ij + Infinity is never the least: columns without mass must not lower the potentials of the rows.
  const masked = b.every((mass) => mass > 0) ? g : g.map((value, j) => (b[j] > 0 ? value : -Infinity));
  const step = a.every((mass) => mass > 0) ? blockRows(m) : 1;
  const rows = new Float64Array(step * m);
  for (let from = 0; from < n; from += step) {
    if (step === 1 && a[from] === 0) continue;
    const to = Math.min(n, from + step);
    cost.block(from, to, rows);
    for (let i = from; i < to; i++) {
      const least = leastReduced(rows, (i - from) * m, masked, m);
      // A row whose pairs are all forbidden bounds nothing: any finite potential is feasible.
      repaired[i] = least < Infinity ? least : f[i];
      infeasibility = Math.max(infeasibility, f[i] - least);
    }
    yield { phase: "certify", iteration: from, error: 0, elapsedMs: performance.now() - begin };
  }
  const { primal, absolute, negative } = planCost(plan, cost);
  const mass = sum(a);
  const dual = dot(repaired, a) + dot(g, b);
  const gap = primal - dual;
  const columnError = partial ? excess(plan.marginal(1), b) : l1Distance(plan.marginal(1), b);
  const residual = l1Distance(plan.marginal(0), a) + columnError + negative;
  return {
    kind: "duality",
    problem: partial ? "partial" : "exact",
    primal,
    dual,
    gap,
    relativeGap: gap === 0 ? 0 : gap / (absolute > 0 ? absolute : magnitude(repaired, a) + magnitude(g, b)),
    primalResidual: mass > 0 ? residual / mass : residual,
    dualInfeasibility: infeasibility,
  };
}

/** min over columns of C_ij - g_j; a column whose g_j is -Infinity never wins. */
function leastReduced(rows: Float64Array, at: number, g: Float64Array, m: number): number {
  let least = Infinity;
  for (let j = 0; j < m; j++) {
    const reduced = rows[at + j] - g[j];
    if (reduced < least) least = reduced;
  }
  return least;
}

function planCost(plan: Plan, cost: Cost): { primal: number; absolute: number; negative: number } {
  const terms: number[] = [];
  let absolute = 0;
  let negative = 0;
  for (const [i, j, mass] of plan.entries()) {
    const term = mass === 0 ? 0 : mass * cost.at(i, j);
    terms.push(term);
    absolute += Math.abs(term);
    if (mass < 0) negative -= mass;
  }
  return { primal: sum(terms), absolute, negative };
}

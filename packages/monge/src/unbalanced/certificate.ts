// The proof of an unbalanced plan: primal <P, C> + D(P 1 | a) + D(P^T 1 | b), dual sum D*(f) + sum D*(g) for f_i + g_j <= C_ij.
// The potentials are made feasible first; D* never falls as f rises, so that the c-transform is the best repair.
import { blockRows } from "../cost/base.ts";
import type { Cost } from "../cost/cost.ts";
import { dualTerms, penaltyValue } from "../entropic/relaxed/dual.ts";
import type { Marginal } from "../entropic/relaxed/penalty.ts";
import { l1Distance, sum } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import type { Certify, DualityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Potentials, Progress } from "../run/options.ts";
import { drain, drainAsync } from "../run/solver.ts";
import type { UnbalancedProblem } from "./problem.ts";

/** What an unbalanced answer claims. */
export interface UnbalancedClaim extends UnbalancedProblem {
  readonly plan: Plan;
  readonly potentials: Potentials;
}

/** The certificate of an unbalanced answer: an unpruned sweep over every pair. */
export function certifyUnbalanced(claim: () => UnbalancedClaim): Certify {
  return Object.assign(() => drain(prove(claim())), {
    async: (options: AsyncOptions = {}) => drainAsync(() => prove(claim()), options.signal),
  });
}

/** The proof, in steps. */
export function* prove(claim: UnbalancedClaim): Generator<Progress, DualityCertificate, void> {
  const { cost, a, b, source, target, plan, potentials } = claim;
  const [n, m] = cost.shape;
  const takesPart = (side: Marginal, mass: number): boolean => mass > 0 || (side !== "equal" && side.kind !== "KL");
  const g = confined(target, potentials.g);
  // Rows may not fall below -rho under total variation: that bounds the columns.
  const floor = source !== "equal" && source.kind === "TV" ? -source.strength : -Infinity;
  if (floor > -Infinity) {
    yield* sweep(cost, (_, row, at) => {
      for (let j = 0; j < m; j++) g[j] = Math.min(g[j], row[at + j] - floor);
    });
  }
  let infeasibility = 0;
  const least = new Float64Array(n).fill(Infinity);
  yield* sweep(cost, (i, row, at) => {
    if (!takesPart(source, a[i])) return;
    for (let j = 0; j < m; j++) {
      const reduced = row[at + j] - g[j];
      if (reduced < least[i] && takesPart(target, b[j])) least[i] = reduced;
    }
    infeasibility = Math.max(infeasibility, potentials.f[i] - least[i]);
  });
  // A row whose pairs are all forbidden is bounded by nothing: its own potential will do.
  const f = confined(
    source,
    least.map((value, i) => (value < Infinity ? value : potentials.f[i])),
  );
  const r = plan.marginal(0);
  const s = plan.marginal(1);
  let paid = 0;
  let absolute = 0;
  let negative = 0;
  for (const [i, j, mass] of plan.entries()) {
    const term = mass * cost.at(i, j);
    paid += term;
    absolute += Math.abs(term);
    if (mass < 0) negative -= mass;
  }
  const penalties = penaltyValue(source, r, a) + penaltyValue(target, s, b);
  const terms = [dualTerms(source, f, a).dual, dualTerms(target, g, b).dual];
  const primal = paid + penalties;
  const dual = sum(terms[0]) + sum(terms[1]);
  const gap = primal - dual;
  const mass = sum(r);
  const residual = missed(source, r, a) + missed(target, s, b) + negative;
  // The price of moving nothing is what the values are computed from: objectives far below it are known to its rounding only.
  const nothing = penaltyValue(source, new Float64Array(n), a) + penaltyValue(target, new Float64Array(m), b);
  const size = Math.max(absolute + penalties, 1e-8 * nothing);
  return {
    kind: "duality",
    problem: "unbalanced",
    primal,
    dual,
    gap,
    relativeGap: gap === 0 ? 0 : gap / (size > 0 ? size : sum([...terms[0], ...terms[1]].map(Math.abs))),
    primalResidual: mass > 0 ? residual / mass : residual,
    dualInfeasibility: infeasibility,
  };
}

/** What a plan misses of what it must have: the hard marginals, and nothing where there is no mass under KL. */
export function missed(side: Marginal, r: Float64Array, a: Float64Array): number {
  if (side === "equal") return l1Distance(r, a);
  return side.kind === "KL" ? sum(r.filter((_, i) => a[i] === 0)) : 0;
}

/** Within [-rho, rho] under total variation. */
function confined(side: Marginal, potentials: Float64Array): Float64Array {
  if (side === "equal" || side.kind !== "TV") return potentials.slice();
  const { strength } = side;
  return potentials.map((value) => Math.max(-strength, Math.min(strength, value)));
}

function* sweep(
  cost: Cost,
  visit: (i: number, rows: Float64Array, at: number) => void,
): Generator<Progress, void, void> {
  const begin = performance.now();
  const [n, m] = cost.shape;
  const step = blockRows(m);
  const rows = new Float64Array(step * m);
  for (let from = 0; from < n; from += step) {
    const to = Math.min(n, from + step);
    cost.block(from, to, rows);
    for (let i = from; i < to; i++) visit(i, rows, (i - from) * m);
    yield { phase: "certify", iteration: from, error: 0, elapsedMs: performance.now() - begin };
  }
}

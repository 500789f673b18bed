// The proof of a partial plan: f, g <= 0 and f_i + g_j + lambda <= C_ij make <f, a> + <g, b> + lambda mass a lower bound.
// Where moving a unit earns lambda, the objective is <P, C> - lambda sum P and the bound <f, a> + <g, b>.
import { blockRows } from "../cost/base.ts";
import type { Cost } from "../cost/cost.ts";
import { dot, excess, sum } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import type { Certify, DualityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress } from "../run/options.ts";
import { magnitude } from "../run/potentials.ts";
import { drain, drainAsync } from "../run/solver.ts";

/** What a partial answer claims. */
export interface PartialClaim {
  readonly cost: Cost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly plan: Plan;
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly lambda: number;
  /** The mass to be moved; null where each unit earns lambda instead. */
  readonly mass: number | null;
}

/** The certificate of a partial answer: an unpruned sweep over every pair of atoms with mass. */
export function certifyPartial(claim: () => PartialClaim): Certify {
  return Object.assign(() => drain(sweep(claim())), {
    async: (options: AsyncOptions = {}) => drainAsync(() => sweep(claim()), options.signal),
  });
}

function* sweep(claim: PartialClaim): Generator<Progress, DualityCertificate, void> {
  const { cost, a, b, plan, lambda, mass } = claim;
  const begin = performance.now();
  const [n, m] = cost.shape;
  let infeasibility = 0;
  for (let i = 0; i < n; i++) if (a[i] > 0) infeasibility = Math.max(infeasibility, claim.f[i]);
  for (let j = 0; j < m; j++) if (b[j] > 0) infeasibility = Math.max(infeasibility, claim.g[j]);
  const g = claim.g.map((value) => Math.min(value, 0));
  const f = new Float64Array(n);
  const step = blockRows(m);
  const rows = new Float64Array(step * m);
  for (let from = 0; from < n; from += step) {
    const to = Math.min(n, from + step);
    cost.block(from, to, rows);
    for (let i = from; i < to; i++) {
      if (a[i] === 0) continue;
      let least = Infinity;
      for (let j = 0, at = (i - from) * m; j < m; j++, at++) {
        const reduced = rows[at] - g[j];
        if (reduced < least && b[j] > 0) least = reduced;
      }
      f[i] = Math.min(0, least - lambda);
      infeasibility = Math.max(infeasibility, claim.f[i] - (least - lambda));
    }
    yield { phase: "certify", iteration: from, error: 0, elapsedMs: performance.now() - begin };
  }
  const paid = cashed(plan, cost);
  const moved = sum(plan.marginal(0));
  const earned = mass === null ? lambda * moved : 0;
  const primal = paid.primal - earned;
  const dual = dot(f, a) + dot(g, b) + (mass === null ? 0 : lambda * mass);
  const gap = primal - dual;
  const size = Math.max(paid.absolute, Math.abs(earned));
  const residual =
    excess(plan.marginal(0), a) +
    excess(plan.marginal(1), b) +
    paid.negative +
    (mass === null ? 0 : Math.abs(moved - mass));
  const unit = mass ?? Math.min(sum(a), sum(b));
  return {
    kind: "duality",
    problem: "partial",
    primal,
    dual,
    gap,
    relativeGap: gap === 0 ? 0 : gap / (size > 0 ? size : magnitude(f, a) + magnitude(g, b)),
    primalResidual: unit > 0 ? residual / unit : residual,
    dualInfeasibility: infeasibility,
  };
}

function cashed(plan: Plan, cost: Cost): { primal: number; absolute: number; negative: number } {
  const terms: number[] = [];
  let absolute = 0;
  let negative = 0;
  for (const [i, j, mass] of plan.entries()) {
    const term = mass * cost.at(i, j);
    terms.push(term);
    absolute += Math.abs(term);
    if (mass < 0) negative -= mass;
  }
  return { primal: sum(terms), absolute, negative };
}

// From the entries and potentials of an unbalanced plan to the caller's result.
import { penaltyValue } from "../entropic/relaxed/dual.ts";
import { sparseFromEntries } from "../linalg/sparse.ts";
import { sum } from "../linalg/sum.ts";
import { type SparsePlan, sparsePlan } from "../plan/sparse.ts";
import type { Potentials } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import type { Result } from "../run/result.ts";
import { certifyUnbalanced } from "./certificate.ts";
import type { UnbalancedProblem } from "./problem.ts";

/** An unbalanced plan with its proof. */
export interface UnbalancedResult extends Result {
  /** <P, C> + D(P 1 | a) + D(P^T 1 | b). */
  readonly value: number;
  /** The mass that the plan moves. */
  readonly mass: number;
  /** What the penalties of either side cost: D(P 1 | a) and D(P^T 1 | b). */
  readonly penalties: { readonly source: number; readonly target: number };
  /** n x m, with fewer than n + m entries; its marginals are what the penalties allow. */
  readonly plan: SparsePlan;
}

/** A plan and how it came about. */
export interface UnbalancedAnswer {
  readonly i: ArrayLike<number>;
  readonly j: ArrayLike<number>;
  readonly mass: ArrayLike<number>;
  /** Asked for when somebody reads them. */
  readonly potentials: () => Potentials;
  readonly report: Omit<Report, "backend" | "massAdjustment" | "warnings">;
}

/** Builds the result. */
export function unbalancedResult(problem: UnbalancedProblem, answer: UnbalancedAnswer): UnbalancedResult {
  const { cost, a, b, source, target } = problem;
  const [n, m] = cost.shape;
  const { i, j, mass, report } = answer;
  const plan = sparsePlan(sparseFromEntries(n, m, i, j, mass));
  const transportCost = sum(Float64Array.from(mass, (value, k) => value * cost.at(i[k], j[k])));
  const penalties = {
    source: penaltyValue(source, plan.marginal(0), a),
    target: penaltyValue(target, plan.marginal(1), b),
  };
  let potentials: Potentials | undefined;
  const read = (): Potentials => {
    potentials ??= answer.potentials();
    return potentials;
  };
  return {
    value: transportCost + penalties.source + penalties.target,
    transportCost,
    mass: sum(mass),
    penalties,
    plan,
    get potentials() {
      return read();
    },
    report: { ...report, backend: "js", massAdjustment: 1, warnings: [] },
    problem: { cost, a, b, marginals: { source, target } },
    certify: certifyUnbalanced(() => ({ ...problem, plan, potentials: read() })),
  };
}

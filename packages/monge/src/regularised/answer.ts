// From the entries and potentials of a regularised plan to the caller's result.
import type { Cost } from "../cost/cost.ts";
import { sparseFromEntries } from "../linalg/sparse.ts";
import { sum } from "../linalg/sum.ts";
import { densePlan } from "../plan/dense.ts";
import type { Plan } from "../plan/plan.ts";
import { sparsePlan } from "../plan/sparse.ts";
import type { Potentials } from "../run/options.ts";
import { centrePotentials, completePotentials } from "../run/potentials.ts";
import type { Result, SolvedProblem } from "../run/result.ts";
import { certifyRegularised } from "./certificate.ts";
import { entropyOf, logDensity } from "./entropy.ts";
import type { Functional } from "./functional.ts";
import type { Separable } from "./kept.ts";
import type { Found } from "./problem.ts";

/** A regularised plan with its proof. */
export interface RegularisedResult extends Result {
  /** <P, C> + Omega(P) + epsilon KL(P | a (x) b / mass). */
  readonly value: number;
  /** Omega(P). */
  readonly regularisation: number;
  /** epsilon KL(P | a (x) b / mass); 0 without entropy. */
  readonly entropy: number;
  /** n x m: sparse, or dense with entropy. */
  readonly plan: Plan;
  /**
   * With C' = C + grad Omega(P), f_i + g_j <= C'_ij with equality where P_ij > 0, or with entropy
   * P_ij = (a_i b_j / mass) exp((f_i + g_j - C'_ij) / epsilon).
   */
  readonly potentials: Potentials;
  readonly problem: SolvedProblem;
}

/** A checked problem. */
export interface RegularisedProblem {
  readonly cost: Cost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly mass: number;
  readonly massAdjustment: number;
  readonly functional: Functional;
  /** The regulariser as the dual route sees it, where it does. */
  readonly separable: Separable | null;
  /** 0: no entropy. */
  readonly epsilon: number;
}

/** Builds the result. */
export function regularisedResult(
  problem: RegularisedProblem,
  found: Found,
  choice: { readonly method: string; readonly why: string; readonly backend: string },
  tolerance: number,
  elapsedMs: number,
): RegularisedResult {
  const { cost, a, b, mass, functional, epsilon, separable } = problem;
  const [n, m] = cost.shape;
  const P = new Float64Array(n * m);
  for (let k = 0; k < found.mass.length; k++) P[found.i[k] * m + found.j[k]] = found.mass[k];
  const transportCost = sum(found.mass.map((moved, k) => moved * cost.at(found.i[k], found.j[k])));
  const regularisation = functional.value(P);
  let entropy = 0;
  if (epsilon > 0 && mass > 0) {
    const logs = new Float64Array(P.length);
    logDensity(P, a, b, mass, logs);
    entropy = epsilon * (entropyOf(P, logs) + mass - sum(P));
  }
  let potentials: Potentials | undefined;
  const read = (): Potentials => {
    potentials ??= centrePotentials(completed(cost, found), a, b);
    return potentials;
  };
  const { status, iterations, error } = found;
  return {
    value: transportCost + regularisation + entropy,
    transportCost,
    regularisation,
    entropy,
    plan:
      epsilon > 0
        ? densePlan({ data: P, rows: n, cols: m })
        : sparsePlan(sparseFromEntries(n, m, found.i, found.j, found.mass)),
    get potentials() {
      return read();
    },
    report: {
      status,
      ...choice,
      iterations,
      error,
      tolerance,
      massAdjustment: problem.massAdjustment,
      elapsedMs,
      warnings: [],
    },
    problem: { cost, a, b },
    certify: certifyRegularised(() => ({
      a,
      b,
      mass,
      C: cost.block(0, n),
      P,
      potentials: read(),
      functional,
      lasso: epsilon === 0 && separable !== null && separable.lasso > 0 ? separable : null,
      epsilon,
    })),
  };
}

/** Potentials that are NaN become c-transforms, rows first: atoms without mass bear none under any of these regularisers. */
function completed(cost: Cost, { f: knownF, g: knownG }: Found): Potentials {
  if (!knownF.some(Number.isNaN) && !knownG.some(Number.isNaN)) return { f: knownF, g: knownG };
  const [f, g] = [knownF.slice(), knownG.slice()];
  const potentials = { f, g };
  completePotentials(cost, potentials);
  return potentials;
}

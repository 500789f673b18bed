// From the entries and potentials of a partial plan to the caller's result.
import { sparseFromEntries } from "../linalg/sparse.ts";
import { excess, sum } from "../linalg/sum.ts";
import { type SparsePlan, sparsePlan } from "../plan/sparse.ts";
import type { Potentials, Status } from "../run/options.ts";
import type { Result } from "../run/result.ts";
import { certifyPartial } from "./certificate.ts";
import type { PartialProblem } from "./problem.ts";

/** Potentials of a partial plan: f, g <= 0 and f_i + g_j + lambda <= C_ij. */
export interface PartialPotentials extends Potentials {
  /** The price of one more unit of mass, in the unit of C; the one given where `lambda` was. */
  readonly lambda: number;
}

/** A partial plan with its proof. */
export interface PartialResult extends Result {
  /** <P, C>, or <P, C> - lambda sum P where `lambda` was given. */
  readonly value: number;
  /** The mass that the plan moves. */
  readonly mass: number;
  /** n x m, at most n + m + 1 entries unless a limit stopped the run; P 1 <= a and P^T 1 <= b. */
  readonly plan: SparsePlan;
  /** Feasible for every pair, tight where P moves mass, 0 at atoms that keep some: a proof by duality. */
  readonly potentials: PartialPotentials;
}

/** A plan and how it came about. */
export interface PartialAnswer {
  readonly status: Status;
  readonly method: string;
  readonly why: string;
  readonly backend: string;
  readonly iterations: number;
  readonly elapsedMs: number;
  readonly i: ArrayLike<number>;
  readonly j: ArrayLike<number>;
  readonly mass: ArrayLike<number>;
  /** Asked for when somebody reads them. */
  readonly potentials: () => PartialPotentials;
}

/** Builds the result. */
export function partialResult(
  { cost, a, b, aim, massAdjustment }: Pick<PartialProblem, "cost" | "a" | "b" | "aim" | "massAdjustment">,
  answer: PartialAnswer,
): PartialResult {
  const [n, m] = cost.shape;
  const { i, j, mass, status, method, why, backend, iterations, elapsedMs } = answer;
  const plan = sparsePlan(sparseFromEntries(n, m, i, j, mass));
  const transportCost = sum(Float64Array.from(mass, (value, k) => value * cost.at(i[k], j[k])));
  const moved = sum(mass);
  let potentials: PartialPotentials | undefined;
  const read = (): PartialPotentials => {
    potentials ??= answer.potentials();
    return potentials;
  };
  const wanted = "mass" in aim ? aim.mass : null;
  const residual =
    excess(plan.marginal(0), a) + excess(plan.marginal(1), b) + (wanted === null ? 0 : Math.abs(moved - wanted));
  return {
    value: "mass" in aim ? transportCost : transportCost - aim.lambda * moved,
    transportCost,
    mass: moved,
    plan,
    get potentials() {
      return read();
    },
    report: {
      status,
      method,
      why,
      backend,
      iterations,
      error: moved > 0 ? residual / moved : residual,
      tolerance: 0,
      massAdjustment,
      elapsedMs,
      warnings: [],
    },
    problem: { cost, a, b, marginals: { source: "atMost", target: "atMost" } },
    certify: certifyPartial(() => ({ cost, a, b, plan, ...read(), mass: wanted })),
  };
}

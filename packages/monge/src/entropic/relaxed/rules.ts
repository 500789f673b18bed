// How a plan whose marginals are relaxed is made feasible, and its potentials with it: the rules, whoever adds up the plan.
import { sum } from "../../linalg/sum.ts";
import type { Potentials } from "../../run/options.ts";
import type { PlanSums } from "../operators/separableCertificate.ts";
import { clamped } from "./claim.ts";
import type { Held, RelaxedProblem } from "./problem.ts";

/** A feasible plan's sums, and feasible potentials. */
export interface RelaxedRounded extends PlanSums {
  readonly f: Float64Array;
  readonly g: Float64Array;
  /** By how much the given f was too large. */
  readonly infeasibility: number;
}

/** The plan becomes less diag(x) P diag(y) + spread rowsLeft columnsLeft^T; the rules are asked in this order. */
export interface RelaxedRules {
  /** g, from min_i C_ij over the rows with mass. */
  target(least: Float64Array): Float64Array;
  /** x, from the rows of P. */
  rowFactors(rows: Float64Array): Float64Array;
  /** y, from the columns of diag(x) P. */
  columnFactors(columns: Float64Array): Float64Array;
  /** f, from min_j C_ij - g_j over the columns with mass. */
  source(reduced: Float64Array): { readonly f: Float64Array; readonly infeasibility: number };
  /** The rest, from the marginals of diag(x) P diag(y). */
  left(rows: Float64Array, columns: Float64Array): Left;
}

/** What is taken off the plan and spread over what is left of the masses. */
export interface Left {
  readonly less: number;
  readonly spread: number;
  readonly rowsLeft: Float64Array;
  readonly columnsLeft: Float64Array;
}

/** The rules for these potentials. */
export function relaxedRules({ a, b, source, target, partial }: RelaxedProblem, given: Potentials): RelaxedRules {
  const lambda = given.lambda ?? 0;
  return {
    target(least) {
      // A source that may lose at most rho a unit bounds what a target may gain.
      const floor = typeof source === "object" && source.kind === "TV" ? -source.strength : -Infinity;
      return clamped(target, given.g).map((value, j) => Math.min(value, least[j] - floor - lambda));
    },
    rowFactors: (rows) => rows.map((held, i) => factor(source, held, a[i])),
    columnFactors: (columns) => columns.map((held, j) => factor(target, held, b[j])),
    source(reduced) {
      let infeasibility = 0;
      const f = reduced.map((value, i) => {
        const bound = value - lambda;
        if (a[i] > 0) infeasibility = Math.max(infeasibility, given.f[i] - bound);
        return bound < Infinity ? bound : given.f[i];
      });
      return { f: clamped(source, f), infeasibility };
    },
    left(rows, columns) {
      const moved = sum(rows);
      const wanted = partial ?? (source === "equal" && target === "equal" ? sum(a) : moved);
      const less = moved > wanted ? wanted / moved : 1;
      const left = Math.max(0, wanted - moved * less);
      const rowsLeft = a.map((mass, i) => Math.max(0, mass - rows[i] * less));
      const columnsLeft = b.map((mass, j) => Math.max(0, mass - columns[j] * less));
      const all = sum(rowsLeft) * sum(columnsLeft);
      return { less, spread: left > 0 && all > 0 ? left / all : 0, rowsLeft, columnsLeft };
    },
  };
}

/** By what a row or column of the plan is multiplied: up to its mass where it must have it, down to it where it may not have more. */
function factor(held: Held, marginal: number, mass: number): number {
  if (held === "equal" && marginal > 0) return mass / marginal;
  return held === "atMost" && marginal > mass ? mass / marginal : 1;
}

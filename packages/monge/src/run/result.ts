// What a solver returns.
import type { Cost } from "../cost/cost.ts";
import type { Plan } from "../plan/plan.ts";
import type { Certify } from "./certificate.ts";
import type { Potentials } from "./options.ts";
import type { Report } from "./report.ts";

/** What holds a side of a plan to its masses: equality, an upper bound, or a penalty of a strength in the unit of the cost. */
export type MarginalHold = "equal" | "atMost" | { readonly kind: "KL" | "TV" | "L2"; readonly strength: number };

/** What was solved, as the solver took it. */
export interface SolvedProblem {
  readonly cost: Cost;
  /** Masses of all rows. */
  readonly a: Float64Array;
  /** Masses of all columns, scaled by `report.massAdjustment`. */
  readonly b: Float64Array;
  /** What holds the sides to their masses; absent for transport between equal masses. */
  readonly marginals?: { readonly source: MarginalHold; readonly target: MarginalHold };
}

/** An answer with its proof. */
export interface Result {
  /** The objective, regulariser included; never rooted: under |x - y|^p this is W_p^p. */
  readonly value: number;
  /** <P, C>. */
  readonly transportCost: number;
  readonly plan: Plan;
  readonly potentials: Potentials;
  readonly report: Report;
  /** What was solved: the inputs that gradients and maps need again. Absent where no cost was formed. */
  readonly problem?: SolvedProblem;
  /** Recomputes from the input how far the answer can be from the optimum. */
  readonly certify: Certify;
}

// What a solver returns.
import type { Plan } from "../plan/plan.ts";
import type { Certify } from "./certificate.ts";
import type { Potentials } from "./options.ts";
import type { Report } from "./report.ts";

/** An answer with its proof. */
export interface Result {
  /** The objective, regulariser included; never rooted: under |x - y|^p this is W_p^p. */
  readonly value: number;
  /** <P, C>. */
  readonly transportCost: number;
  readonly plan: Plan;
  readonly potentials: Potentials;
  readonly report: Report;
  /** Recomputes from the input how far the answer can be from the optimum. */
  readonly certify: Certify;
}

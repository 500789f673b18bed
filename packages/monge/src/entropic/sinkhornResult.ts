// What an entropic solver returns.
import type { Result, SolvedProblem } from "../run/result.ts";
import type { EntropicCertify } from "./certificate.ts";

/** An entropic answer. `value` is <P, C> + epsilon KL(P | a (x) b / mass); the plan is lazy. */
export interface SinkhornResult extends Result {
  /** The weight of the entropy, in the unit of C. */
  readonly epsilon: number;
  readonly problem: SolvedProblem;
  readonly certify: EntropicCertify;
}

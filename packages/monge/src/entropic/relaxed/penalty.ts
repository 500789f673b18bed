// Marginal penalties: what it costs that a plan's marginal differs from the masses it should have.
//
// KL: rho (sum r log(r / a) - r + a); TV: rho sum |r - a|; L2: (rho / 2) sum |r - a|^2. Infinite strength, or "equal": r = a.
import { OtError } from "../../errors/otError.ts";

/** A penalty on the difference between a marginal r of the plan and the masses a of that side. */
export interface Penalty {
  /**
   * `"KL"`: strength sum (r log(r / a) - r + a). `"TV"`: strength sum |r - a|. `"L2"`: (strength / 2) sum (r - a)^2: there alone the
   * unit of the strength is that of C over that of the masses.
   */
  readonly kind: "KL" | "TV" | "L2";
  /** > 0, in the unit of C; `Infinity` is the hard constraint r = a. */
  readonly strength: number;
}

/** What holds a side of the plan to its masses: a penalty, or equality. */
export type Marginal = Penalty | "equal";

/** The penalties of both sides. */
export interface Marginals {
  readonly source: Marginal;
  readonly target: Marginal;
}

/** How marginal penalties are given: a number is KL of that strength on both sides, one penalty is meant for both sides. */
export type Unbalanced = number | Penalty | Marginals;

/** The penalties of either side; a strength of Infinity becomes `"equal"`. Throws `InvalidValue`. */
export function readMarginals(unbalanced: Unbalanced, argument = "options.unbalanced"): Marginals {
  if (typeof unbalanced === "object" && unbalanced !== null && "source" in unbalanced && "target" in unbalanced) {
    return {
      source: readMarginal(unbalanced.source, `${argument}.source`),
      target: readMarginal(unbalanced.target, `${argument}.target`),
    };
  }
  const both = readMarginal(
    typeof unbalanced === "number" ? { kind: "KL", strength: unbalanced } : (unbalanced as Penalty),
    argument,
  );
  return { source: both, target: both };
}

function readMarginal(marginal: Marginal, argument: string): Marginal {
  if (marginal === "equal") return marginal;
  const kind = marginal?.kind;
  if (kind !== "KL" && kind !== "TV" && kind !== "L2") {
    throw new OtError("InvalidValue", `${argument} is no penalty.`, {
      argument,
      seen: marginal,
      cure: 'Pass { kind: "KL" | "TV" | "L2", strength }, "equal", a number for KL, or { source, target } of these.',
    });
  }
  const { strength } = marginal;
  if (!(strength > 0)) {
    throw new OtError("InvalidValue", `The strength of ${argument} is ${strength}.`, {
      argument,
      seen: strength,
      cure: "Use a number above 0 in the unit of the cost; Infinity is a hard constraint.",
    });
  }
  return strength === Infinity ? "equal" : { kind, strength };
}

// A problem has atoms on both sides.
import { OtError } from "../errors/otError.ts";

/** Throws `InvalidShape` for a cost of n x m where either is 0. */
export function requireAtoms(n: number, m: number): void {
  if (n > 0 && m > 0) return;
  throw new OtError("InvalidShape", `The cost is ${n} x ${m}: there is nothing to transport.`, {
    argument: "C",
    seen: [n, m],
    cure: "Pass at least one atom on either side.",
  });
}

// Potentials to start from: checked against the size of the problem.
import { OtError } from "../errors/otError.ts";
import type { Potentials } from "./options.ts";

/** The warm start, or null where there is none. Throws `InvalidShape` or `InvalidValue` for `options.warmStart`. */
export function readPotentials(warmStart: Potentials | undefined, n: number, m: number): Potentials | null {
  if (warmStart === undefined) return null;
  const { f, g } = warmStart;
  if (f?.length !== n || g?.length !== m) {
    throw new OtError(
      "InvalidShape",
      `The warm start has ${f?.length} and ${g?.length} potentials for a ${n} x ${m} cost.`,
      {
        argument: "options.warmStart",
        seen: [f?.length, g?.length],
        cure: "Pass the potentials of a problem of the same size.",
      },
    );
  }
  if (f.every(Number.isFinite) && g.every(Number.isFinite)) return warmStart;
  throw new OtError("InvalidValue", "The warm start has potentials that are not finite.", {
    argument: "options.warmStart",
    cure: "Pass finite potentials, or leave the warm start out.",
  });
}

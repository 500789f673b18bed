// The table of exact engines, and the choice among them: made from the problem, and explained.
import { OtError } from "../errors/otError.ts";
import { networkSimplex } from "./networkSimplex.ts";
import { pointsExact } from "./pointsExact.ts";
import type { Engine, ExactProblem } from "./problem.ts";
import { shortestPath } from "./shortestPath.ts";

/** The exact engines, by name. */
export type ExactMethod = "networkSimplex" | "shortestPath" | "costScaling" | "points";

const engines: readonly Engine[] = [shortestPath, networkSimplex, pointsExact];

/** The engine for a problem and the reason for it. Throws `Unsupported` where the engine asked for cannot take the problem. */
export function chooseEngine(problem: ExactProblem, method: ExactMethod | "auto"): { engine: Engine; why: string } {
  if (method !== "auto") {
    const engine = engines.find(({ name }) => name === method);
    if (engine === undefined) {
      throw new OtError("InvalidValue", `There is no method ${JSON.stringify(method)}.`, {
        argument: "options.method",
        seen: method,
        cure: `Use "auto" or one of ${engines.map(({ name }) => name).join(", ")}.`,
      });
    }
    const reason = engine.refuses(problem);
    if (reason === null) return { engine, why: "asked for" };
    throw new OtError("Unsupported", `The method ${method} cannot take this problem: ${reason}.`, {
      argument: "options.method",
      seen: method,
      cure: 'Leave method out: "auto" chooses an engine that can.',
    });
  }
  const engine = engines.find((candidate) => candidate.refuses(problem) === null);
  if (engine !== undefined) return { engine, why: engine.summary };
  throw new OtError("Unsupported", "No engine takes this problem.", { cure: "Report it." });
}

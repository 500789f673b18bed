// The table of exact engines, and the choice among them: made from the problem, and explained.
import { OtError } from "../errors/otError.ts";
import { shortestPath } from "./assignment/shortestPath.ts";
import { costScaling } from "./networkSimplex/costScaling.ts";
import { networkSimplex } from "./networkSimplex/networkSimplex.ts";
import { pointsExact } from "./points/pointsExact.ts";
import type { Engine, ExactProblem } from "./problem.ts";

/** The exact engines, by name. */
export type ExactMethod = "networkSimplex" | "shortestPath" | "costScaling" | "points";

const engines: readonly Engine[] = [shortestPath, networkSimplex, pointsExact, costScaling];

/** When to take which engine: the first rule whose reason is not null. */
const rules: readonly { readonly engine: Engine; readonly reason: (problem: ExactProblem) => string | null }[] = [
  {
    engine: shortestPath,
    reason: ({ cost, uniform }) =>
      uniform && cost.kind === "sparse" ? `equal masses on a graph of ${cost.matrix.values.length} arcs` : null,
  },
  {
    engine: networkSimplex,
    reason: ({ cost }) => (cost.kind === "sparse" ? `a sparse cost of ${cost.matrix.values.length} arcs` : null),
  },
  {
    engine: pointsExact,
    reason({ n, m, cost }) {
      if (cost.kind !== "points" && cost.kind !== "grid") return null;
      const d = cost.kind === "points" ? cost.x.cols : cost.sourceShape.length;
      return n * m < worthwhilePairs(d) ? null : `${n} x ${m} points in dimension ${d}: solved without the matrix`;
    },
  },
  {
    engine: shortestPath,
    reason: ({ n, uniform }) => (uniform ? `equal masses, ${n} x ${n} pairs: an assignment` : null),
  },
  { engine: networkSimplex, reason: ({ n, m }) => `general masses, ${n} x ${m} pairs in memory` },
];

/**
 * Pairs from which boxes beat a matrix: measured on uniform points, where bounds prune less with each dimension.
 * In high dimension only the size of the matrix (half a gigabyte) decides.
 */
function worthwhilePairs(d: number): number {
  return [0, 2.5e5, 2.5e5, 2.5e5, 1e6, 5e6, 2e7, 4e7][d] ?? 6.4e7;
}

/** The engine for a problem and the reason for it. Throws `Unsupported` where the engine asked for cannot take the problem. */
export function chooseEngine(problem: ExactProblem, method: ExactMethod | "auto"): { engine: Engine; why: string } {
  if (method === "auto") {
    for (const { engine, reason } of rules) {
      const why = reason(problem);
      if (why !== null && engine.refuses(problem) === null) return { engine, why };
    }
  }
  const engine = engines.find(({ name }) => name === method);
  if (engine === undefined) {
    throw new OtError("InvalidValue", `There is no method ${JSON.stringify(method)}.`, {
      argument: "options.method",
      seen: method,
      cure: `Use "auto" or one of ${engines.map(({ name }) => name).join(", ")}.`,
    });
  }
  const refusal = engine.refuses(problem);
  if (refusal === null) return { engine, why: "asked for" };
  throw new OtError("Unsupported", `The method ${method} cannot take this problem: ${refusal}.`, {
    argument: "options.method",
    seen: method,
    cure: 'Leave method out: "auto" chooses an engine that can.',
  });
}

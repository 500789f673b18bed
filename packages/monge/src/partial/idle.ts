// Partial plans that need no solver: nothing moves, or so little that the cheapest pair alone can carry it.
import type { Cost } from "../cost/cost.ts";
import type { Progress, RunOptions } from "../run/options.ts";
import { defineSolver, type Solver } from "../run/solver.ts";
import { type PartialPotentials, type PartialResult, partialResult } from "./answer.ts";
import type { PartialProblem } from "./problem.ts";

/** Masses below this share of the lighter side would drown in the rounding of what stays. */
const tiny = 1e-9;

/** The cheapest pair with mass on both sides; i = -1 where every pair is forbidden. */
interface Pair {
  readonly i: number;
  readonly j: number;
  readonly price: number;
}

function cheapestPair({ cost, a, b }: Pick<PartialProblem, "cost" | "a" | "b">): Pair {
  const [n, m] = cost.shape;
  const row = new Float64Array(m);
  let pair: Pair = { i: -1, j: -1, price: Infinity };
  for (let i = 0; i < n; i++) {
    if (a[i] === 0) continue;
    cost.block(i, i + 1, row);
    for (let j = 0; j < m; j++) if (b[j] > 0 && row[j] < pair.price) pair = { i, j, price: row[j] };
  }
  return pair;
}

/** The potentials of a plan that moves nothing: lambda is the least cost, 0 where every pair is forbidden. */
export function idlePotentials(cost: Cost): PartialPotentials {
  const [n, m] = cost.shape;
  const ones = (count: number): Float64Array => new Float64Array(count).fill(1);
  const { i, price } = cheapestPair({ cost, a: ones(n), b: ones(m) });
  return { f: new Float64Array(n), g: new Float64Array(m), lambda: i < 0 ? 0 : price };
}

/** Whether the cheapest pair carries the mass. */
export function isTiny({ aim, massA, massB, a, b, cost }: PartialProblem): boolean {
  if (!("mass" in aim) || aim.mass > tiny * Math.min(massA, massB)) return false;
  const { i, j } = cheapestPair({ a, b, cost });
  return i >= 0 && aim.mass < Math.min(a[i], b[j]);
}

/** The plan of the cheapest pair, or the empty one. */
export const idle: Solver<[PartialProblem], RunOptions, PartialResult> = /*#__PURE__*/ defineSolver(
  1,
  function* (control, [problem]): Generator<Progress, PartialResult, void> {
    const { aim, cost, a, b } = problem;
    yield { phase: "idle", iteration: 0, error: 0, elapsedMs: control.elapsedMs() };
    const mass = "mass" in aim ? aim.mass : 0;
    const pair = mass > 0 ? [cheapestPair({ cost, a, b })] : [];
    return partialResult(problem, {
      status: "optimal",
      method: "none",
      why: mass > 0 ? "the cheapest pair carries so little a mass" : "there is no mass to move",
      backend: "js",
      iterations: 0,
      elapsedMs: control.elapsedMs(),
      i: pair.map(({ i }) => i),
      j: pair.map(({ j }) => j),
      mass: pair.map(() => mass),
      potentials: () => ({ ...idlePotentials(cost), ...("lambda" in aim ? { lambda: aim.lambda } : {}) }),
    });
  },
);

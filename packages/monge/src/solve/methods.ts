// The table of methods: the special solvers that win where they apply, then the general one. First that accepts, runs.
import { OtError } from "../errors/otError.ts";
import { type EmdOptions, emd } from "../exact/emd.ts";
import type { ExactMethod } from "../exact/engines.ts";
import { gridL1 } from "../exact/gridL1.ts";
import { wasserstein1d } from "../exact/wasserstein1d.ts";
import type { Histogram } from "../measure/measure.ts";
import type { Result } from "../run/result.ts";
import { defineSolver, type Run } from "../run/solver.ts";
import type { SolveProblem } from "./problem.ts";

/** What `solve` can be told to use: a special solver, or an engine of `emd`. */
export type SolveMethod = ExactMethod | "quantiles" | "gridL1";

interface Method {
  readonly name: string;
  readonly summary: string;
  /** Null where the method applies, otherwise the reason why not. */
  refuses(problem: SolveProblem, options: EmdOptions): string | null;
  start(problem: SolveProblem, options: EmdOptions): Run<Result>;
}

const quantiles = /*#__PURE__*/ defineSolver<[SolveProblem], EmdOptions, Result>(1, (control, [problem], options) =>
  (function* () {
    const { a, b, cost } = problem;
    yield { phase: "sort", iteration: 0, error: 0, elapsedMs: control.elapsedMs() };
    const [x, y] = line(cost);
    return wasserstein1d(x, y, { a, b, p: problem.ground?.p, massTolerance: options.massTolerance });
  })(),
);

const methods: readonly Method[] = [
  {
    name: "quantiles",
    summary: "points on a line: sort both sides, match quantile with quantile",
    refuses({ cost, ground }) {
      if (ground === null || ground.cosine || ground.p < 1) return "it needs measures under |x - y|^p with p >= 1";
      const onLine = cost.kind === "points" ? cost.x.cols === 1 : cost.kind === "grid" && cost.sourceAxes.length === 1;
      return onLine ? null : "it needs points on a line";
    },
    start: (problem, options) => quantiles.steps(problem, options),
  },
  {
    name: "gridL1",
    summary: "city-block distance on one grid: a flow between neighbouring cells",
    refuses({ ground, grids }, { warmStart }) {
      if (grids === null || ground?.norm !== 1 || ground.power !== 1)
        return "it needs histograms under the city-block distance";
      if (warmStart !== undefined) return "it takes no warm start";
      return sameGrid(grids) ? null : "it needs both histograms on the same grid";
    },
    start: ({ a, b, grids }, options) =>
      gridL1.steps(a, b, grids?.[0].shape ?? [], { ...options, spacing: grids?.[0].spacing }),
  },
  {
    name: "engines",
    summary: "any cost: the exact engines, chosen by emd",
    refuses: () => null,
    start: ({ a, b, cost }, options) => emd.steps(a, b, cost, options),
  },
];

/** Starts the method asked for, or the first that accepts the problem. Throws `Unsupported` where the one asked for refuses. */
export function start(
  problem: SolveProblem,
  options: Omit<EmdOptions, "method"> & { method?: SolveMethod | "auto" },
): Run<Result> {
  const { method = "auto", ...rest } = options;
  const special = methods.find(({ name }) => name === method);
  if (special !== undefined) {
    const reason = special.refuses(problem, rest);
    if (reason === null) return special.start(problem, rest);
    throw new OtError("Unsupported", `The method ${method} cannot take this problem: ${reason}.`, {
      argument: "options.method",
      seen: method,
      cure: 'Leave method out: "auto" chooses one that can.',
    });
  }
  // An engine named by hand is emd's to judge.
  if (method !== "auto")
    return emd.steps(problem.a, problem.b, problem.cost, { ...rest, method: method as ExactMethod });
  const chosen = methods.find((candidate) => candidate.refuses(problem, rest) === null) ?? methods[methods.length - 1];
  return chosen.start(problem, rest);
}

function sameGrid([source, target]: readonly [Histogram, Histogram]): boolean {
  const same = (x: readonly number[], y: readonly number[]): boolean =>
    x.length === y.length && x.every((value, k) => value === y[k]);
  return same(source.shape, target.shape) && same(source.spacing, target.spacing) && same(source.origin, target.origin);
}

function line(cost: SolveProblem["cost"]): [ArrayLike<number>, ArrayLike<number>] {
  if (cost.kind === "points") return [cost.x.data, cost.y.data];
  if (cost.kind === "grid") return [cost.sourceAxes[0], cost.targetAxes[0]];
  throw new OtError("Unsupported", "There are no points on a line here.", { argument: "cost", cure: "Pass measures." });
}

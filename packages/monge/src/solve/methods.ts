// The table of methods: the special solvers that win where they apply, then the general one. First that accepts, runs.
import type { Unbalanced } from "../entropic/relaxed/penalty.ts";
import { sinkhorn } from "../entropic/sinkhorn.ts";
import { OtError } from "../errors/otError.ts";
import { type EmdOptions, emd } from "../exact/emd.ts";
import type { ExactMethod } from "../exact/engines.ts";
import { gridL1 } from "../exact/grid/gridL1.ts";
import { wasserstein1d } from "../exact/line/wasserstein1d.ts";
import type { Histogram } from "../measure/measure.ts";
import { partialTransport } from "../partial/partial.ts";
import type { Result } from "../run/result.ts";
import { defineSolver, type Run } from "../run/solver.ts";
import { unbalancedTransport } from "../unbalanced/unbalanced.ts";
import type { SolveProblem } from "./problem.ts";

/** What `solve` can be told to use: a special solver, or an engine of `emd`. */
export type SolveMethod = ExactMethod | "quantiles" | "gridL1" | "sinkhorn" | "partial" | "unbalanced";

/** The options of every method together; a method refuses what it cannot take. */
export interface MethodOptions extends EmdOptions {
  /** The weight of the entropy, > 0, in the unit of C: entropic transport. Default: none, exact transport. */
  readonly epsilon?: number;
  /** The same as a multiple of the largest finite |C_ij|. */
  readonly relativeEpsilon?: number;
  /** Where the solver is iterative: error of the marginals (entropic) or relative gap (unbalanced) at which to stop. */
  readonly tolerance?: number;
  /** What it costs that marginals differ from a and b, instead of holding them; a number is the strength of KL on both sides. */
  readonly unbalanced?: Unbalanced;
  /** The mass to move, the cheapest, from 0 to the smaller of the two. Default: all. */
  readonly partial?: number;
}

type Given = Omit<MethodOptions, "method">;

interface Method {
  readonly name: string;
  readonly summary: string;
  /** Null where the method applies, otherwise the reason why not. */
  refuses(problem: SolveProblem, options: Given): string | null;
  start(problem: SolveProblem, options: Given): Run<Result>;
}

/** Why an exact method between balanced masses cannot take these options, or null. */
function beyondExact({ epsilon, relativeEpsilon, unbalanced, partial, tolerance }: Given): string | null {
  if (epsilon !== undefined || relativeEpsilon !== undefined) return "it has no entropy";
  if (unbalanced !== undefined || partial !== undefined) return "it moves all mass";
  return tolerance === undefined ? null : "it is exact, and has no tolerance";
}

const entropic = ({ epsilon, relativeEpsilon }: Given): boolean =>
  epsilon !== undefined || relativeEpsilon !== undefined;

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
    refuses({ cost, ground }, options) {
      const beyond = beyondExact(options);
      if (beyond !== null) return beyond;
      if (ground === null || ground.cosine || ground.p < 1) return "it needs measures under |x - y|^p with p >= 1";
      const onLine = cost.kind === "points" ? cost.x.cols === 1 : cost.kind === "grid" && cost.sourceAxes.length === 1;
      return onLine ? null : "it needs points on a line";
    },
    start: (problem, options) => quantiles.steps(problem, options),
  },
  {
    name: "gridL1",
    summary: "city-block distance on one grid: a flow between neighbouring cells",
    refuses({ ground, grids }, options) {
      const beyond = beyondExact(options);
      if (beyond !== null) return beyond;
      const { warmStart } = options;
      if (grids === null || ground?.norm !== 1 || ground.power !== 1)
        return "it needs histograms under the city-block distance";
      if (warmStart !== undefined) return "it takes no warm start";
      return sameGrid(grids) ? null : "it needs both histograms on the same grid";
    },
    start: ({ a, b, grids }, options) =>
      gridL1.steps(a, b, grids?.[0].shape ?? [], { ...options, spacing: grids?.[0].spacing }),
  },
  {
    name: "sinkhorn",
    summary: "with epsilon: entropic transport, balanced, unbalanced or partial",
    refuses: (_, options) => (entropic(options) ? null : "it needs epsilon"),
    start: ({ a, b, cost }, options) => sinkhorn.steps(a, b, cost, options),
  },
  {
    name: "partial",
    summary: "a part of the mass, exactly: one dummy atom on either side",
    refuses: (_, options) =>
      options.partial === undefined || entropic(options) || options.unbalanced !== undefined
        ? "it needs a mass to move (partial), and neither epsilon nor penalties"
        : null,
    start: ({ a, b, cost }, options) => partialTransport.steps(a, b, cost, { ...options, mass: options.partial }),
  },
  {
    name: "unbalanced",
    summary: "penalties instead of held marginals, without entropy",
    refuses: (_, options) =>
      options.unbalanced === undefined || entropic(options) || options.partial !== undefined
        ? "it needs penalties (unbalanced), and neither epsilon nor a mass to move"
        : null,
    start: ({ a, b, cost }, { unbalanced = 1, ...options }) =>
      unbalancedTransport.steps(a, b, cost, { ...options, penalty: unbalanced }),
  },
  {
    name: "engines",
    summary: "any cost: the exact engines, chosen by emd",
    refuses: (_, options) => beyondExact(options),
    start: ({ a, b, cost }, options) => emd.steps(a, b, cost, options),
  },
];

/**
 * Starts the method asked for, or the first that accepts the problem. Throws `Unsupported` where the one asked for, or every one,
 * refuses.
 */
export function start(
  problem: SolveProblem,
  options: Omit<MethodOptions, "method"> & { method?: SolveMethod | "auto" },
): Run<Result> {
  const { method = "auto", ...rest } = options;
  if (rest.partial !== undefined && rest.unbalanced !== undefined) {
    throw new OtError("InvalidValue", "partial and unbalanced are both given.", {
      argument: "options.partial",
      seen: rest.partial,
      cure: "Give one of them: a mass to move, or what it costs to leave mass behind.",
    });
  }
  const engine = method !== "auto" && methods.every(({ name }) => name !== method);
  // An engine named by hand is emd's to judge.
  const wanted = engine ? "engines" : method;
  const candidates = methods.filter(({ name }) => wanted === "auto" || name === wanted);
  const reasons: string[] = [];
  for (const candidate of candidates) {
    const reason = candidate.refuses(problem, rest);
    if (reason === null)
      return engine
        ? emd.steps(problem.a, problem.b, problem.cost, { ...rest, method: method as ExactMethod })
        : candidate.start(problem, rest);
    reasons.push(reason);
  }
  const said = wanted === "auto" ? "No method" : `The method ${method}`;
  throw new OtError(
    "Unsupported",
    `${said} ${wanted === "auto" ? "can" : "cannot"} take this problem: ${reasons.pop()}.`,
    {
      argument: "options.method",
      seen: method,
      cure: 'Leave method out: "auto" chooses one that can.',
    },
  );
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

// The run of a divergence: transport between the sides, then the self terms at the same epsilon.
import type { Cost } from "../../cost/cost.ts";
import { OtError } from "../../errors/otError.ts";
import { sum } from "../../linalg/sum.ts";
import type { AsyncOptions, Potentials, Progress } from "../../run/options.ts";
import type { Run, RunControl } from "../../run/solver.ts";
import { isSeparable } from "../operators/separable.ts";
import { type Marginal, readMarginals } from "../relaxed/penalty.ts";
import { type SinkhornOptions, sinkhorn } from "../sinkhorn.ts";
import type { SinkhornResult } from "../sinkhornResult.ts";
import type { DivergenceOptions, DivergenceProblem } from "./problem.ts";
import { type DivergenceResult, divergenceResult } from "./result.ts";
import { type SelfOptions, selfPotential } from "./symmetric.ts";

/** OT(a, a), and the iterations that its potential took before Sinkhorn's. */
export interface SelfTerm {
  readonly result: SinkhornResult;
  readonly iterations: number;
}

/** What a divergence needs of its driver. */
export type DivergenceControl<R> = Pick<RunControl<R>, "interrupted" | "elapsedMs" | "offer">;

/** Checks the input and returns the run. `known` is the self term of the source, where somebody has it. */
export function divergenceRun(
  control: DivergenceControl<DivergenceResult>,
  problem: DivergenceProblem,
  options: DivergenceOptions & AsyncOptions,
  known: SelfTerm | null = null,
): Generator<Progress, DivergenceResult, void> {
  const marginal = readMarginal(options);
  const settings = innerOptions(control, options);
  const { costs, a, b, same } = problem;
  const between = sinkhorn.steps(a, b, costs.xy, settings);
  return run();

  function* run(): Generator<Progress, DivergenceResult, void> {
    let xx = known;
    const finish = (xy: SinkhornResult, source: SinkhornResult, target: SinkhornResult, iterations: number) =>
      divergenceResult(
        { xy, xx: source, yy: target },
        { unbalanced: marginal !== "equal", warnings: problem.warnings, iterations, elapsedMs: control.elapsedMs() },
      );
    control.offer(() => {
      const xy = between.snapshot();
      if (same) return finish(xy, xy, xy, 0);
      const rough = (cost: Cost, masses: Float64Array): SinkhornResult =>
        sinkhorn(masses, masses, cost, { ...sameEpsilon(options, xy), maxIterations: 1 });
      return finish(xy, xx?.result ?? rough(costs.xx, xy.problem.a), rough(costs.yy, xy.problem.b), 0);
    });
    const xy = yield* renamed("both", between, control);
    if (same) return finish(xy, xy, xy, 0);
    const inner = { ...settings, ...sameEpsilon(options, xy) };
    xx ??= yield* selfTerm(control, "source", costs.xx, xy.problem.a, marginal, inner);
    const yy = yield* selfTerm(control, "target", costs.yy, xy.problem.b, marginal, inner);
    return finish(xy, xx.result, yy.result, xx.iterations + yy.iterations);
  }
}

/** OT(a, a): its potential by averages where they converge; Sinkhorn's iteration then has only to confirm it. */
export function* selfTerm(
  control: DivergenceControl<never>,
  name: string,
  cost: Cost,
  masses: Float64Array,
  marginal: Marginal,
  options: SinkhornOptions & AsyncOptions & { readonly epsilon: number },
): Generator<Progress, SelfTerm, void> {
  const { epsilon, tolerance = 1e-9 } = options;
  const mass = sum(masses);
  const factor =
    marginal === "equal" ? 1 : marginal.kind === "KL" ? marginal.strength / (marginal.strength + epsilon) : 0;
  let warmStart: Potentials | undefined;
  let iterations = 0;
  if (mass > 0 && factor > 0 && suits(cost)) {
    const weights = marginal === "equal" ? masses.map((weight) => weight / mass) : masses;
    const { pool, stopWhen } = options;
    const self: SelfOptions & AsyncOptions = { epsilon, factor, tolerance, pool, stopWhen };
    const found = yield* renamed(name, selfPotential.steps(cost, weights, self), control);
    iterations = found.iterations;
    warmStart = { f: found.f, g: found.f };
  }
  const confirm = sinkhorn.steps(masses, masses, cost, { ...options, warmStart });
  return { result: yield* renamed(name, confirm, control), iterations };
}

/** What holds the marginals of both sides. Throws `Unsupported` where that differs: a divergence has one notion of mass. */
export function readMarginal({ unbalanced }: DivergenceOptions): Marginal {
  if (unbalanced === undefined) return "equal";
  const { source, target } = readMarginals(unbalanced);
  const alike =
    source === target ||
    (source !== "equal" && target !== "equal" && source.kind === target.kind && source.strength === target.strength);
  if (alike) return source;
  throw new OtError("Unsupported", "The two sides of a divergence have different penalties.", {
    argument: "options.unbalanced",
    seen: unbalanced,
    cure: "Use one penalty for both sides.",
  });
}

/** The options for each of the problems: limits as they are, stops passed on. */
export function innerOptions(
  control: DivergenceControl<never>,
  options: DivergenceOptions & AsyncOptions,
): SinkhornOptions & AsyncOptions {
  const { epsilon, relativeEpsilon, tolerance, unbalanced, massTolerance, maxIterations, pool } = options;
  const given = { epsilon, relativeEpsilon, tolerance, unbalanced, massTolerance, maxIterations, pool };
  return { ...given, stopWhen: () => control.interrupted() !== null } as SinkhornOptions & AsyncOptions;
}

/** The options of the self terms: epsilon is that of the problem between the sides. */
function sameEpsilon(
  { tolerance, unbalanced }: DivergenceOptions,
  { epsilon }: SinkhornResult,
): SinkhornOptions & { readonly epsilon: number } {
  const own = { epsilon, relativeEpsilon: undefined, tolerance, unbalanced };
  return own as SinkhornOptions & { readonly epsilon: number };
}

/** A run whose phases say whose they are. */
function* renamed<R>(name: string, steps: Run<R>, control: DivergenceControl<never>): Generator<Progress, R, void> {
  try {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      yield { ...step.value, phase: `${name}: ${step.value.phase}`, elapsedMs: control.elapsedMs() };
    }
  } finally {
    steps.return(undefined as never);
  }
}

/** Entries beyond which operators that do not look at all of them win. */
const mostEntries = 4e8;

function suits(cost: Cost): boolean {
  return (cost.kind === "grid" && isSeparable(cost)) || cost.shape[0] * cost.shape[1] <= mostEntries;
}

// Sinkhorn divergences from one source to many targets: one epsilon, and the source's self term computed once.
import { blockRows } from "../../cost/base.ts";
import type { MeasureLike } from "../../measure/between.ts";
import { named } from "../../run/batch.ts";
import type { AsyncOptions, Progress } from "../../run/options.ts";
import { defineSolver, type Run, type RunControl } from "../../run/solver.ts";
import { farthest } from "../operators/separable.ts";
import { readEpsilon } from "../schedule.ts";
import type { MeasureDivergenceOptions } from "./divergence.ts";
import { type DivergenceProblem, measuresProblem } from "./problem.ts";
import type { DivergenceResult } from "./result.ts";
import { divergenceRun, readMarginal, type SelfTerm } from "./run.ts";

/** The divergences of many targets. */
export interface DivergencesResult {
  /** S(source, target k). */
  readonly values: Float64Array;
  /** Each divergence with its parts, potentials, report and `certify()`. */
  readonly results: readonly DivergenceResult[];
}

/**
 * The Sinkhorn divergences from `source` to each of `targets`, each as {@link SinkhornDivergence} gives it, but for the self term of the
 * source, which is shared; so `relativeEpsilon` is a multiple of the largest cost between the source and any target.
 *
 * Throws as `sinkhornDivergence` does, and names the problem.
 */
export interface SinkhornDivergences {
  (source: MeasureLike, targets: readonly MeasureLike[], options: MeasureDivergenceOptions): DivergencesResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    source: MeasureLike,
    targets: readonly MeasureLike[],
    options: MeasureDivergenceOptions & AsyncOptions,
  ): Promise<DivergencesResult>;
  /** The same by hand: iterate for progress; there is no snapshot. */
  steps(
    source: MeasureLike,
    targets: readonly MeasureLike[],
    options: MeasureDivergenceOptions,
  ): Run<DivergencesResult>;
}

/** Sinkhorn divergences to many targets; see {@link SinkhornDivergences}. */
export const sinkhornDivergences: SinkhornDivergences = /*#__PURE__*/ defineSolver<
  [MeasureLike, readonly MeasureLike[]],
  MeasureDivergenceOptions,
  DivergencesResult
>(2, (control, [source, targets], options) => {
  const ground = options.ground ?? "sqeuclidean";
  const problems = targets.map((target, k) => named(k, () => measuresProblem(source, target, ground)));
  readMarginal(options);
  readEpsilon(options, 1);
  return run(control, problems, options);
}) as SinkhornDivergences;

function* run(
  control: RunControl<DivergencesResult>,
  problems: readonly DivergenceProblem[],
  options: MeasureDivergenceOptions & AsyncOptions,
): Generator<Progress, DivergencesResult, void> {
  const results: DivergenceResult[] = [];
  if (problems.length > 0) {
    const largest = options.epsilon === undefined ? yield* largestCost(control, problems) : 1;
    const within = { ...options, epsilon: readEpsilon(options, largest), relativeEpsilon: undefined };
    const quiet = { interrupted: control.interrupted, elapsedMs: control.elapsedMs, offer: () => {} };
    let known: SelfTerm | null = null;
    for (const [k, problem] of problems.entries()) {
      const steps = named(k, () => divergenceRun(quiet, problem, within, known));
      for (;;) {
        const step = named(k, () => steps.next());
        if (step.done) {
          results.push(step.value);
          break;
        }
        yield { ...step.value, phase: `target ${k + 1} of ${problems.length}: ${step.value.phase}` };
      }
      // Its iterations are counted where they were made.
      known ??= { result: results[k].parts.xx, iterations: 0 };
    }
  }
  return { values: Float64Array.from(results, ({ value }) => value), results };
}

/** The largest finite |C_ij| between the source and any target. */
function* largestCost(
  control: RunControl<DivergencesResult>,
  problems: readonly DivergenceProblem[],
): Generator<Progress, number, void> {
  let largest = 0;
  for (const { costs } of problems) {
    if (costs.xy.kind === "grid") {
      largest = Math.max(largest, farthest(costs.xy));
      continue;
    }
    const [n, m] = costs.xy.shape;
    const step = blockRows(m);
    const block = new Float64Array(step * m);
    for (let begin = 0; begin < n; begin += step) {
      const end = Math.min(n, begin + step);
      costs.xy.block(begin, end, block);
      for (let k = 0; k < (end - begin) * m; k++) {
        const size = Math.abs(block[k]);
        if (size > largest && size < Infinity) largest = size;
      }
    }
    yield { phase: "read", iteration: 0, error: Infinity, elapsedMs: control.elapsedMs() };
  }
  return largest;
}

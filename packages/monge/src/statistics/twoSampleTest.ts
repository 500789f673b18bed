// The permutation test of two samples by a distance: are they of one law?
// The p-value is valid at any size and for every distance; what differs between distances is what they see (Ramdas et al. 2017).
import { random } from "../linalg/random.ts";
import type { AsyncOptions, Progress, RunOptions } from "../run/options.ts";
import { defineSolver, type Run } from "../run/solver.ts";
import { groupsOf } from "./energy.ts";
import { type Between, betweenSelections, type KindOptions, type SampleDistanceKind } from "./kinds.ts";
import { type PermutationOptions, type PermutationResult, permutationSteps } from "./permutation.ts";
import { halves } from "./sampleDistance.ts";
import { type Pooled, poolSamples, type SampleLike } from "./samples.ts";

/** Options of {@link twoSampleTest}. */
export interface TwoSampleOptions extends PermutationOptions, KindOptions, Pick<RunOptions, "onProgress"> {
  /** Default `"energy"`: one matrix of distances, then cheap relabellings. */
  readonly kind?: SampleDistanceKind;
  /** Random halvings of either sample for the bias; default 20. */
  readonly halvings?: number;
}

/** A test of two samples. */
export interface TwoSampleResult extends PermutationResult {
  readonly kind: SampleDistanceKind;
  readonly n: number;
  readonly m: number;
  /** Mean distance between random halves of one sample. */
  readonly splitHalfBias: number;
}

/**
 * Tests whether the samples `x` (n x d, or n numbers) and `y` are of one law: the distance between them against that after random
 * relabelling. `statistic` is the distance. With `strata` labels are exchanged within a stratum only: one entry for each member of x, then
 * of y.
 *
 * Throws `InvalidShape`, `InvalidValue`.
 */
export interface TwoSampleTest {
  (x: SampleLike, y: SampleLike, options?: TwoSampleOptions): TwoSampleResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    x: SampleLike,
    y: SampleLike,
    options?: TwoSampleOptions & Pick<AsyncOptions, "signal">,
  ): Promise<TwoSampleResult>;
  /** The same by hand: iterate for progress. */
  steps(x: SampleLike, y: SampleLike, options?: TwoSampleOptions): Run<TwoSampleResult>;
}

/** A test of two samples; see {@link TwoSampleTest}. */
export const twoSampleTest: TwoSampleTest = /*#__PURE__*/ defineSolver<
  [SampleLike, SampleLike],
  TwoSampleOptions,
  TwoSampleResult
>(2, (_, [x, y], options) => {
  const pooled = poolSamples(x, y);
  return run(pooled, betweenSelections(options.kind ?? "energy", pooled.pool, options), options);
});

function* run(
  { n, m }: Pooled,
  between: Between,
  options: TwoSampleOptions,
): Generator<Progress, TwoSampleResult, void> {
  const labels = Uint8Array.from({ length: n + m }, (_, k) => (k < n ? 0 : 1));
  const tested = yield* permutationSteps(labels, (dealt) => between(...groupsOf(dealt)), options);
  const rng = random((options.seed ?? 0) + 0.5);
  const { halvings = 20 } = options;
  let splitHalfBias = 0;
  for (const side of groupsOf(labels)) {
    for (let k = 0; k < halvings; k++) splitHalfBias += between(...halves(side, rng)) / (2 * halvings);
  }
  return { ...tested, kind: options.kind ?? "energy", n, m, splitHalfBias };
}

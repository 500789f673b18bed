// The distance between two samples, with what equal laws would show by chance, and an interval.
// m-out-of-n bootstrap (Bickel, Goetze and van Zwet 1997): for Wasserstein distances the ordinary one fails where the laws are equal,
// since the distance is no differentiable function of the laws there (Duembgen 1993; Sommerfeld and Munk 2018).
import { OtError } from "../errors/otError.ts";
import { type Random, random } from "../linalg/random.ts";
import type { AsyncOptions, Progress, RunOptions } from "../run/options.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { type Between, betweenSelections, type KindOptions, type SampleDistanceKind } from "./kinds.ts";
import { type Pooled, poolSamples, type SampleLike } from "./samples.ts";

/** Options of {@link sampleDistance}. */
export interface SampleDistanceOptions extends KindOptions, Pick<RunOptions, "seed" | "onProgress"> {
  /** Default `"w2"`. */
  readonly kind?: SampleDistanceKind;
  /** Level of the interval, in (0, 1); default 0.95. */
  readonly level?: number;
  /** Resamples for the interval, at least 20; default 200. 0: no interval. */
  readonly resamples?: number;
  /** Random halvings of either sample for the bias, at least 1; default 20. */
  readonly halvings?: number;
  /** Members of a resample as a power of those of the sample, in (0, 1): m = n^power; default 2/3. */
  readonly power?: number;
}

/** A distance between samples, and how far to trust it. */
export interface SampleDistanceResult {
  /** The distance between the two samples; of W_p the root, in the unit of the coordinates. */
  readonly distance: number;
  readonly kind: SampleDistanceKind;
  /** Members of the two samples. */
  readonly n: number;
  readonly m: number;
  /**
   * Mean distance between random halves of one sample, over both samples: what a distance shows where there is no difference. Halves are
   * half as large, so samples of equal laws would show somewhat less.
   */
  readonly splitHalfBias: number;
  /** m-out-of-n interval for the distance of the laws, from 0 up; null where none was asked for. It does not remove the bias. */
  readonly interval: { readonly low: number; readonly high: number; readonly level: number } | null;
}

/**
 * The distance between the samples `x` (n x d, or n numbers) and `y` (m x d), with its split-half bias and an interval.
 *
 * The interval is that of the m-out-of-n bootstrap: resamples of n^(2/3) members show how the distance varies, scaled by the root of the
 * shares. It is asymptotically right on finite sets and in one dimension; in higher dimensions the bias of a Wasserstein distance falls as
 * slowly as n^(-1/d), and is larger than any interval: compare the distance with `splitHalfBias` first.
 *
 * Throws `InvalidShape`, `InvalidValue`.
 */
export interface SampleDistance {
  (x: SampleLike, y: SampleLike, options?: SampleDistanceOptions): SampleDistanceResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    x: SampleLike,
    y: SampleLike,
    options?: SampleDistanceOptions & Pick<AsyncOptions, "signal">,
  ): Promise<SampleDistanceResult>;
  /** The same by hand: iterate for progress. */
  steps(x: SampleLike, y: SampleLike, options?: SampleDistanceOptions): Run<SampleDistanceResult>;
}

/** The distance between two samples; see {@link SampleDistance}. */
export const sampleDistance: SampleDistance = /*#__PURE__*/ defineSolver<
  [SampleLike, SampleLike],
  SampleDistanceOptions,
  SampleDistanceResult
>(2, (control, [x, y], options) => {
  const pooled = poolSamples(x, y);
  const { kind = "w2", level = 0.95, resamples = 200, halvings = 20, power = 2 / 3, seed = 0 } = options;
  inRange("level", level, level > 0 && level < 1, "Use a number between 0 and 1.");
  inRange(
    "power",
    power,
    power > 0 && power < 1,
    "Use a number between 0 and 1: resamples must be smaller than samples.",
  );
  const whole = Number.isInteger(resamples) && (resamples === 0 || resamples >= 20);
  inRange("resamples", resamples, whole, "Use a whole number of at least 20, or 0 for no interval.");
  inRange("halvings", halvings, Number.isInteger(halvings) && halvings >= 1, "Use a whole number of at least 1.");
  const between = betweenSelections(kind, pooled.pool, options);
  return run(control, pooled, between, { kind, level, resamples, halvings, power, seed });
});

type Settings = Required<Pick<SampleDistanceOptions, "kind" | "level" | "resamples" | "halvings" | "power" | "seed">>;

function* run(
  { elapsedMs }: RunControl<SampleDistanceResult>,
  { n, m }: Pooled,
  between: Between,
  { kind, level, resamples, halvings, power, seed }: Settings,
): Generator<Progress, SampleDistanceResult, void> {
  const rng = random(seed);
  const left = Int32Array.from({ length: n }, (_, k) => k);
  const right = Int32Array.from({ length: m }, (_, k) => n + k);
  const all = halvings + resamples;
  const sign = (phase: string, done: number): Progress => ({
    phase,
    iteration: done,
    error: 1 - done / all,
    elapsedMs: elapsedMs(),
  });
  const distance = between(left, right);
  yield sign("halvings", 0);
  let bias = 0;
  for (let k = 0; k < halvings; k++) {
    for (const side of [left, right]) bias += between(...halves(side, rng)) / (2 * halvings);
    yield sign("halvings", k + 1);
  }
  const answer = { distance, kind, n, m, splitHalfBias: bias };
  if (resamples === 0) return { ...answer, interval: null };
  const small = [left, right].map(({ length }) => Math.max(2, Math.round(length ** power)));
  // The root of the harmonic size of a resample over that of the sample.
  const rate = Math.sqrt((small[0] * small[1] * (n + m)) / ((small[0] + small[1]) * n * m));
  const deviations = new Float64Array(resamples);
  for (let k = 0; k < resamples; k++) {
    const value = between(drawn(left, small[0], rng), drawn(right, small[1], rng));
    deviations[k] = rate * (value - distance);
    yield sign("resamples", halvings + k + 1);
  }
  deviations.sort();
  const quantile = (share: number): number => deviations[Math.round(share * (resamples - 1))];
  const low = Math.max(0, distance - quantile((1 + level) / 2));
  const high = Math.max(low, distance - quantile((1 - level) / 2));
  return { ...answer, interval: { low, high, level } };
}

/** Two halves without a common member; of an odd number one is left out. */
export function halves(members: Int32Array, rng: Random): [Int32Array, Int32Array] {
  const order = members.slice();
  for (let k = order.length - 1; k > 0; k--) {
    const other = rng.integer(k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  const half = order.length >> 1;
  return [order.subarray(0, half), order.subarray(half, 2 * half)];
}

function drawn(members: Int32Array, count: number, rng: Random): Int32Array {
  return Int32Array.from({ length: count }, () => members[rng.integer(members.length)]);
}

function inRange(name: string, seen: unknown, fits: boolean, cure: string): void {
  if (fits) return;
  throw new OtError("InvalidValue", `${name} is ${seen}.`, { argument: `options.${name}`, seen, cure });
}

// The permutation test: how often a statistic of two groups is as large when the labels are dealt out anew.
// p = (1 + #{permuted >= observed}) / (1 + permutations), valid at any sample size for exchangeable data; Phipson and Smyth (2010).
import { OtError } from "../errors/otError.ts";
import { type Random, random } from "../linalg/random.ts";
import type { Progress } from "../run/progress.ts";

/** Options of {@link permutationTest}. */
export interface PermutationOptions {
  /** Relabellings, >= 1; default 999. The least p-value is 1 / (1 + permutations). */
  readonly permutations?: number;
  /** Ends the test once this many permuted statistics were as large (Besag and Clifford 1991): p = enough / relabellings is valid, too. Default: never. */
  readonly enough?: number;
  /** Seed of the relabellings; default 0. */
  readonly seed?: number;
  /** Labels are exchanged only between members of one stratum (a site, say): one entry each; default: between all. */
  readonly strata?: ArrayLike<number | string>;
}

/** What the relabellings say. */
export interface PermutationResult {
  readonly statistic: number;
  /** In (0, 1]: the chance of a statistic this large where the labels mean nothing. */
  readonly pValue: number;
  /** Relabellings that were made. */
  readonly permutations: number;
  /** Mean and standard deviation of the permuted statistics. */
  readonly nullMean: number;
  readonly nullDeviation: number;
  /** (statistic - nullMean) / nullDeviation; 0 where the statistic never varies. */
  readonly score: number;
}

/**
 * Tests whether the labels 0 and 1 matter for `statistic(labels)`, which must be large where they do.
 *
 * @param labels one 0 or 1 for each member; both must occur
 * @param statistic called with the labels, then with permuted ones; it must not keep or change them
 *
 * Throws `InvalidValue`, `InvalidShape`.
 */
export function permutationTest(
  labels: ArrayLike<number>,
  statistic: (labels: Uint8Array) => number,
  options: PermutationOptions = {},
): PermutationResult {
  const run = permutationSteps(labels, statistic, options);
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}

/** The same in steps: one for each relabelling. */
export function* permutationSteps(
  labels: ArrayLike<number>,
  statistic: (labels: Uint8Array) => number,
  options: PermutationOptions,
): Generator<Progress, PermutationResult, void> {
  const begin = performance.now();
  const { permutations = 999 } = options;
  if (!(Number.isInteger(permutations) && permutations >= 1)) {
    throw new OtError("InvalidValue", `permutations is ${permutations}.`, {
      argument: "options.permutations",
      seen: permutations,
      cure: "Use a whole number of at least 1; 999 resolves p-values down to 0.001.",
    });
  }
  const present = readLabels(labels);
  const strata = strataOf(options.strata, present.length);
  const observed = statistic(present);
  const values = new Float64Array(permutations);
  const rng = random(options.seed ?? 0);
  const shuffled = present.slice();
  // A relabelling that repeats the observed one may differ from it in the last bits.
  const tolerance = 1e-12 * Math.abs(observed);
  let asLarge = 0;
  let made = 0;
  const enough = options.enough ?? Infinity;
  while (made < permutations && asLarge < enough) {
    const k = made++;
    for (const members of strata) shuffle(shuffled, members, rng);
    values[k] = statistic(shuffled);
    if (values[k] >= observed - tolerance) asLarge++;
    yield {
      phase: "permutations",
      iteration: k + 1,
      error: 1 - (k + 1) / permutations,
      elapsedMs: performance.now() - begin,
    };
  }
  const seen = values.subarray(0, made);
  const nullMean = seen.reduce((total, value) => total + value, 0) / made;
  const spread = seen.reduce((total, value) => total + (value - nullMean) ** 2, 0);
  const nullDeviation = made < 2 ? 0 : Math.sqrt(spread / (made - 1));
  return {
    statistic: observed,
    pValue: asLarge >= enough ? asLarge / made : (1 + asLarge) / (1 + permutations),
    permutations: made,
    nullMean,
    nullDeviation,
    score: nullDeviation > 0 ? (observed - nullMean) / nullDeviation : 0,
  };
}

function readLabels(labels: ArrayLike<number>): Uint8Array {
  const read = Uint8Array.from(labels);
  const wrong = Array.from(labels).find((label) => label !== 0 && label !== 1);
  if (wrong === undefined && read.includes(0) && read.includes(1)) return read;
  throw new OtError("InvalidValue", "The labels are not those of two groups.", {
    argument: "labels",
    seen: wrong ?? read[0],
    cure: "Use 0 and 1, each at least once.",
  });
}

/** Members by stratum, for shuffling. */
function strataOf(strata: ArrayLike<number | string> | undefined, count: number): Int32Array[] {
  if (strata === undefined) return [Int32Array.from({ length: count }, (_, k) => k)];
  if (strata.length !== count) {
    throw new OtError("InvalidShape", `There are ${strata.length} strata for ${count} members.`, {
      argument: "options.strata",
      seen: strata.length,
      cure: "Give one stratum for each member.",
    });
  }
  const members = new Map<number | string, number[]>();
  for (let k = 0; k < count; k++) {
    const found = members.get(strata[k]);
    if (found === undefined) members.set(strata[k], [k]);
    else found.push(k);
  }
  return [...members.values()].map((list) => Int32Array.from(list));
}

function shuffle(labels: Uint8Array, members: Int32Array, rng: Random): void {
  for (let k = members.length - 1; k > 0; k--) {
    const other = rng.integer(k + 1);
    const label = labels[members[k]];
    labels[members[k]] = labels[members[other]];
    labels[members[other]] = label;
  }
}

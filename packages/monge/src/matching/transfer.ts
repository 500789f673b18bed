// What is known of one side, told of the other: labels and values of ellipsoids carried to the ellipses, or back, along the links of a match.
//
// An ellipse gets the mean of the values of its ellipsoids, weighted by the probabilities of the pairs; the members of a group count in full. This
// is the barycentric projection of the soft plan (Courty, Flamary, Tuia, Rakotomamonjy 2017), across dimensions.
import { OtError } from "../errors/otError.ts";
import type { MatchResult } from "./match.ts";

/** Values that were carried over. */
export interface TransferredValues {
  /** Of every receiver k numbers; NaN where nobody is linked to it. */
  readonly values: Float64Array;
  /** The probability that it has a partner at all, in [0, 1]. */
  readonly certainty: Float64Array;
}

/** Labels that were carried over. */
export interface TransferredLabels {
  /** The likeliest label of every receiver; -1 where nobody is linked to it. */
  readonly labels: Int32Array;
  /** The probability of that label, in [0, 1]. */
  readonly certainty: Float64Array;
}

/** Which way to carry. */
export type TransferDirection = "toEllipses" | "toEllipsoids";

/**
 * Carries numbers, such as colours, from the ellipsoids to the ellipses (default) or back.
 *
 * @param values k numbers for each giver, one giver after the other
 *
 * Throws `InvalidShape` where their number is no multiple of that of the givers.
 */
export function transferValues(
  match: Pick<MatchResult, "probabilities" | "groups">,
  values: ArrayLike<number>,
  direction: TransferDirection = "toEllipses",
): TransferredValues {
  const { givers, receivers, links } = linksOf(match, direction);
  const k = perGiver(values.length, givers);
  const sums = new Float64Array(receivers * k);
  const certainty = new Float64Array(receivers);
  for (const [giver, receiver, weight] of links) {
    certainty[receiver] += weight;
    for (let c = 0; c < k; c++) sums[receiver * k + c] += weight * values[giver * k + c];
  }
  for (let at = 0; at < sums.length; at++) sums[at] /= certainty[Math.floor(at / k)];
  return { values: sums, certainty: certainty.map((total) => Math.min(1, total)) };
}

/**
 * Carries labels (integers) likewise: each receiver gets the label with the most probability among its partners.
 *
 * Throws `InvalidShape` where there is not one label for each giver.
 */
export function transferLabels(
  match: Pick<MatchResult, "probabilities" | "groups">,
  labels: ArrayLike<number>,
  direction: TransferDirection = "toEllipses",
): TransferredLabels {
  const { givers, receivers, links } = linksOf(match, direction);
  if (perGiver(labels.length, givers) !== 1) throw wrongLength(labels.length, givers);
  const shares = Array.from({ length: receivers }, () => new Map<number, number>());
  for (const [giver, receiver, weight] of links) {
    shares[receiver].set(labels[giver], (shares[receiver].get(labels[giver]) ?? 0) + weight);
  }
  const out = { labels: new Int32Array(receivers).fill(-1), certainty: new Float64Array(receivers) };
  shares.forEach((share, receiver) => {
    for (const [label, weight] of share) {
      if (!(weight > out.certainty[receiver])) continue;
      out.labels[receiver] = label;
      out.certainty[receiver] = Math.min(1, weight);
    }
  });
  return out;
}

/** [giver, receiver, weight]: the probabilities, and in groups 1 / (members) where these say less. */
function linksOf(
  { probabilities, groups }: Pick<MatchResult, "probabilities" | "groups">,
  direction: TransferDirection,
): { givers: number; receivers: number; links: [number, number, number][] } {
  const { rows, cols, rowPtr, colIdx, values } = probabilities;
  const weights = new Map<number, number>();
  for (let i = 0; i < rows; i++) {
    for (let e = rowPtr[i]; e < rowPtr[i + 1]; e++) weights.set(i * cols + colIdx[e], values[e]);
  }
  for (const { ellipsoids, ellipses } of groups) {
    const share = 1 / Math.max(ellipsoids.length, ellipses.length);
    for (const i of ellipsoids) for (const j of ellipses) weights.set(i * cols + j, share);
  }
  const forth = direction === "toEllipses";
  return {
    givers: forth ? rows : cols,
    receivers: forth ? cols : rows,
    links: Array.from(weights, ([at, weight]) => {
      const [i, j] = [Math.floor(at / cols), at % cols];
      return forth ? [i, j, weight] : [j, i, weight];
    }),
  };
}

function perGiver(length: number, givers: number): number {
  if (length > 0 && length % givers === 0) return length / givers;
  throw wrongLength(length, givers);
}

function wrongLength(length: number, givers: number): OtError {
  return new OtError("InvalidShape", `${length} values are given for ${givers} Gaussians.`, {
    argument: "values",
    seen: length,
    cure: "Pass the same number of values for each Gaussian of the giving side, one Gaussian after the other.",
  });
}

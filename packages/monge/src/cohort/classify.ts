// Classification from distances alone, each image judged by all others: nearest neighbours, medoids, and a score for each image.
// Fix and Hodges (1951); medoid of a group: the member with the least mean squared distance to it. No tuning, so leaving one out is fair.
import { OtError } from "../errors/otError.ts";
import type { MatrixLike } from "../linalg/matrix.ts";
import { groupsOf, squareMatrix } from "../statistics/energy.ts";
import { type Proportion, proportion } from "../statistics/wilson.ts";

/** Predictions of the labels, each without the image's own label. */
export interface Classification {
  readonly predicted: Uint8Array;
  /** Share of images whose label is predicted, with Wilson's interval at 95 %. */
  readonly accuracy: Proportion;
  /** Of group 1 (sensitivity, where 1 is ill) and of group 0 (specificity). */
  readonly sensitivity: Proportion;
  readonly specificity: Proportion;
  /** Mean of the two: unmoved by groups of unequal size. */
  readonly balancedAccuracy: number;
}

/**
 * Labels from the majority of the `k` nearest other images (default 1, odd), of equals those that come first.
 *
 * @param distances N x N
 * @param labels 0 or 1 for each image
 *
 * Throws `InvalidShape`, `InvalidValue`.
 */
export function nearestNeighbours(
  distances: MatrixLike,
  labels: ArrayLike<number>,
  options: { readonly k?: number } = {},
): Classification {
  const N = labels.length;
  const { data } = squareMatrix(distances, N);
  const { k = 1 } = options;
  if (!(Number.isInteger(k) && k % 2 === 1 && k >= 1 && k < N)) {
    throw new OtError("InvalidValue", `k is ${k}.`, {
      argument: "options.k",
      seen: k,
      cure: "Use an odd number of neighbours, fewer than there are images.",
    });
  }
  return classification(labels, (i) => {
    const others = Array.from({ length: N }, (_, j) => j).filter((j) => j !== i);
    others.sort((p, q) => data[i * N + p] - data[i * N + q] || p - q);
    let votes = 0;
    for (let t = 0; t < k; t++) votes += labels[others[t]];
    return 2 * votes > k ? 1 : 0;
  });
}

/** Labels of the nearer medoid; an image that is one gives way to the next best of its group. */
export function nearestMedoid(distances: MatrixLike, labels: ArrayLike<number>): Classification {
  const N = labels.length;
  const { data } = squareMatrix(distances, N);
  const groups = groupsOf(labels);
  return classification(labels, (i) => {
    const [a, b] = groups.map((members) => data[i * N + medoid(data, N, members, i)]);
    return b < a ? 1 : 0;
  });
}

/** The members of either group with the least mean squared distance to it: its most typical image. */
export function medoids(distances: MatrixLike, labels: ArrayLike<number>): [number, number] {
  const N = labels.length;
  const { data } = squareMatrix(distances, N);
  const [a, b] = groupsOf(labels);
  return [medoid(data, N, a, -1), medoid(data, N, b, -1)];
}

/** The medoid of `members` without the image `left`. */
function medoid(data: Float64Array, N: number, members: Int32Array, left: number): number {
  let best = -1;
  let least = Infinity;
  for (const p of members) {
    if (p === left) continue;
    let total = 0;
    for (const q of members) if (q !== left) total += data[p * N + q] ** 2;
    if (total < least) {
      least = total;
      best = p;
    }
  }
  return best;
}

/**
 * A score for each image: mean distance to the other images of group 0 less that to those of group 1. Positive: nearer to group 1.
 * In the unit of the distances.
 */
export function imageScores(distances: MatrixLike, labels: ArrayLike<number>): Float64Array {
  const N = labels.length;
  const { data } = squareMatrix(distances, N);
  const [a, b] = groupsOf(labels);
  const mean = (i: number, members: Int32Array): number => {
    let total = 0;
    for (const j of members) total += data[i * N + j];
    // An image is at distance 0 from itself.
    return total / Math.max(1, members.length - (labels[i] === labels[members[0]] ? 1 : 0));
  };
  return Float64Array.from({ length: N }, (_, i) => mean(i, a) - mean(i, b));
}

/** The chance that an image of group 1 scores higher than one of group 0, equals counted half: the area under the ROC curve. */
export function areaUnderCurve(scores: ArrayLike<number>, labels: ArrayLike<number>): number {
  const [a, b] = groupsOf(labels);
  let wins = 0;
  for (const i of a) for (const j of b) wins += scores[j] > scores[i] ? 1 : scores[j] === scores[i] ? 0.5 : 0;
  return wins / (a.length * b.length);
}

function classification(labels: ArrayLike<number>, predict: (i: number) => number): Classification {
  const predicted = Uint8Array.from({ length: labels.length }, (_, i) => predict(i));
  const groups = groupsOf(labels);
  const right = groups.map((members, label) => members.filter((i) => predicted[i] === label).length);
  const specificity = proportion(right[0], groups[0].length);
  const sensitivity = proportion(right[1], groups[1].length);
  return {
    predicted,
    accuracy: proportion(right[0] + right[1], labels.length),
    sensitivity,
    specificity,
    balancedAccuracy: (sensitivity.share + specificity.share) / 2,
  };
}

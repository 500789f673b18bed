// Nearest neighbours on images that had no part in anything: k is chosen on the others, by leaving one out there.
// A split that keeps the shares of the groups; what was chosen by looking is judged where nobody looked.
import { OtError } from "../errors/otError.ts";
import type { MatrixLike } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { groupsOf, squareMatrix } from "../statistics/energy.ts";
import { type Proportion, proportion } from "../statistics/wilson.ts";
import { nearestNeighbours } from "./classify.ts";

/** Options of {@link heldOutNeighbours}. */
export interface HeldOutOptions {
  /** Share of either group that is held out, in (0, 1); default 1/3. At least one image of each group is held out, and two are not. */
  readonly share?: number;
  /** Candidates for k, odd; those that the training part is too small for are left out. Default 1, 3, 5, 7, 9. */
  readonly candidates?: readonly number[];
  /** Seed of the split; default 0. */
  readonly seed?: number;
}

/** What was found on the images that were held out. */
export interface HeldOut {
  /** The images held out, by index, and what was predicted for them. */
  readonly members: Int32Array;
  readonly predicted: Uint8Array;
  /** Images that k was chosen on. */
  readonly trained: number;
  readonly k: number;
  /** With Wilson's interval at 95 %. */
  readonly accuracy: Proportion;
  readonly sensitivity: Proportion;
  readonly specificity: Proportion;
}

/**
 * Classifies images that were held out by the k nearest of all others.
 *
 * @param distances N x N
 * @param labels 0 or 1 for each image, at least three of either
 *
 * Throws `InvalidShape`, `InvalidValue`.
 */
export function heldOutNeighbours(
  distances: MatrixLike,
  labels: ArrayLike<number>,
  options: HeldOutOptions = {},
): HeldOut {
  const N = labels.length;
  const { data } = squareMatrix(distances, N);
  const { share = 1 / 3, candidates = [1, 3, 5, 7, 9], seed = 0 } = options;
  const groups = groupsOf(labels);
  if (!(share > 0 && share < 1) || groups.some(({ length }) => length < 3)) {
    throw new OtError("InvalidValue", `A share of ${share} of ${groups[0].length} and ${groups[1].length} images.`, {
      argument: "options.share",
      seen: share,
      cure: "Use a number between 0 and 1, and at least three images of either group.",
    });
  }
  const rng = random(seed);
  const held = new Uint8Array(N);
  for (const members of groups) {
    const order = members.slice();
    const count = Math.min(order.length - 2, Math.max(1, Math.round(share * order.length)));
    for (let k = 0; k < count; k++) {
      const other = k + rng.integer(order.length - k);
      [order[k], order[other]] = [order[other], order[k]];
      held[order[k]] = 1;
    }
  }
  const all = Int32Array.from({ length: N }, (_, i) => i);
  const [training, members] = [all.filter((i) => held[i] === 0), all.filter((i) => held[i] === 1)];
  const part = {
    data: Float64Array.from({ length: training.length ** 2 }, (_, at) => {
      const [p, q] = [training[Math.floor(at / training.length)], training[at % training.length]];
      return data[p * N + q];
    }),
    rows: training.length,
    cols: training.length,
  };
  const known = Uint8Array.from(training, (i) => labels[i]);
  let [k, best] = [1, -1];
  for (const candidate of candidates) {
    if (candidate >= training.length) continue;
    const { balancedAccuracy } = nearestNeighbours(part, known, { k: candidate });
    if (balancedAccuracy > best) [k, best] = [candidate, balancedAccuracy];
  }
  const predicted = Uint8Array.from(members, (i) => {
    const order = training.slice().sort((p, q) => data[i * N + p] - data[i * N + q] || p - q);
    const votes = order.subarray(0, k).reduce((total, j) => total + labels[j], 0);
    return 2 * votes > k ? 1 : 0;
  });
  const right = [0, 1].map((label) => members.filter((i, t) => labels[i] === label && predicted[t] === label).length);
  const sizes = [0, 1].map((label) => members.filter((i) => labels[i] === label).length);
  return {
    members,
    predicted,
    trained: training.length,
    k,
    accuracy: proportion(right[0] + right[1], members.length),
    sensitivity: proportion(right[1], sizes[1]),
    specificity: proportion(right[0], sizes[0]),
  };
}

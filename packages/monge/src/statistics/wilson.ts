// The confidence interval of a share k / n: (p + z^2 / 2n -+ z (p (1 - p) / n + z^2 / 4n^2)^1/2) / (1 + z^2 / n).
// Wilson (1927); it keeps its level near 0 and 1, where the textbook interval collapses.
import { OtError } from "../errors/otError.ts";

/** A share with its interval. */
export interface Proportion {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
  readonly of: number;
}

/** The share `count / of` with its Wilson interval at `level` (0.9, 0.95 or 0.99; default 0.95). Throws `InvalidValue`. */
export function proportion(count: number, of: number, level = 0.95): Proportion {
  const z = quantiles.get(level);
  if (!(Number.isInteger(count) && Number.isInteger(of) && of > 0 && count >= 0 && count <= of) || z === undefined) {
    throw new OtError("InvalidValue", `There is no interval for ${count} of ${of} at the level ${level}.`, {
      argument: z === undefined ? "level" : "count",
      seen: z === undefined ? level : count,
      cure: "Use whole numbers with 0 <= count <= of, of > 0, and a level of 0.9, 0.95 or 0.99.",
    });
  }
  const share = count / of;
  const centre = share + (z * z) / (2 * of);
  const reach = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  const scale = 1 + (z * z) / of;
  const low = count === 0 ? 0 : (centre - reach) / scale;
  return { share, low, high: count === of ? 1 : (centre + reach) / scale, count, of };
}

/** Normal quantiles at (1 + level) / 2. */
const quantiles: ReadonlyMap<number, number> = new Map([
  [0.9, 1.6448536269514722],
  [0.95, 1.959963984540054],
  [0.99, 2.5758293035489004],
]);

// The atoms of two sides merged along the line, and the cost of matching any balanced interval of them, after one pass.
// Chapel, Tavenard, "One for all and all for one: efficient computation of partial Wasserstein distances on the line" (2025).
import { withLineSorter } from "../exact/line/lineOrder.ts";
import { power } from "../exact/line/staircase.ts";

/** Both sides sorted and merged; t runs over all n + m atoms from left to right. */
export interface MergedLine {
  readonly n: number;
  readonly m: number;
  readonly p: number;
  /** Sorted coordinates of either side, and their indices in the caller's arrays. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly rows: Uint32Array;
  readonly cols: Uint32Array;
  /** Coordinate of atom t; 1 where it belongs to x, 0 to y; its rank among its own side. */
  readonly position: Float64Array;
  readonly side: Uint8Array;
  readonly rank: Uint32Array;
}

/** Sorts and merges; at equal coordinates x comes first. */
export function mergeLine(x: Float64Array, y: Float64Array, p: number): MergedLine {
  const xs = x.slice();
  const ys = y.slice();
  const [n, m] = [xs.length, ys.length];
  const [rows, cols] = withLineSorter(Math.max(n, m), (sorter) => [sorter.sortWithOrder(xs), sorter.sortWithOrder(ys)]);
  const position = new Float64Array(n + m);
  const side = new Uint8Array(n + m);
  const rank = new Uint32Array(n + m);
  for (let t = 0, i = 0, j = 0; t < n + m; t++) {
    if (i < n && (j === m || xs[i] <= ys[j])) {
      position[t] = xs[i];
      side[t] = 1;
      rank[t] = i++;
    } else {
      position[t] = ys[j];
      rank[t] = j++;
    }
  }
  return { n, m, p, xs, ys, rows, cols, position, side, rank };
}

/** Costs of balanced intervals: those with as many atoms of x as of y, matched in order. */
export interface IntervalCosts {
  /** cost of atoms [l, r] minus cost of atoms [l + 1, r - 1]: what it adds to match the two ends too. */
  added(l: number, r: number): number;
}

/**
 * Between two places t < t' with the same excess of x over y there is a balanced interval. Summed up along all places of equal
 * excess, in two doubles, the costs of the shortest such intervals give that of any other as one difference.
 *
 * For p = 1 the cost of a shortest interval is its length plus the cost of its inside: O(n + m) in all. For p > 1 its pairs are
 * summed: O(n + m) times the largest excess.
 */
export function intervalCosts(line: MergedLine): IntervalCosts {
  const { n, m, p, xs, ys, position, side } = line;
  const count = n + m;
  const high = new Float64Array(count + 1);
  const low = new Float64Array(count + 1);
  const last = new Int32Array(count + 1).fill(-1);
  let excess = m;
  last[excess] = 0;
  // Atoms of either side before place t: i - j = excess - m.
  for (let t = 1, i = 0, j = 0; t <= count; t++) {
    if (side[t - 1] === 1) i++;
    else j++;
    excess = m + i - j;
    const from = last[excess];
    last[excess] = t;
    if (from < 0) continue;
    let block: number;
    let rest = 0;
    if (p === 1) {
      const inside = high[t - 1] - high[from + 1];
      block = position[t - 1] - position[from] + inside;
      rest = low[t - 1] - low[from + 1];
    } else {
      const pairs = (t - from) / 2;
      block = 0;
      for (let q = 1; q <= pairs; q++) block += power(Math.abs(xs[i - q] - ys[j - q]), p);
    }
    const sum = high[from] + block;
    const kept = sum - high[from];
    high[t] = sum;
    low[t] = low[from] + (high[from] - (sum - kept) + (block - kept)) + rest;
  }
  return {
    added(l, r) {
      if (r === l + 1) return power(position[r] - position[l], p);
      const whole = high[r + 1] - high[l] + (low[r + 1] - low[l]);
      const inside = high[r] - high[l + 1] + (low[r] - low[l + 1]);
      return whole - inside;
    },
  };
}

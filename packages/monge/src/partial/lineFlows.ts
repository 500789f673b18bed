// Partial transport of weighted atoms under |x - y|, for every mass at once: the cost is convex and piecewise linear in the mass.
// Flow over the gaps of the line; the next mass goes between neighbours among the atoms that have some left, where a unit adds least.
import type { MergedLine } from "./lineOrderings.ts";

/** Steps of the cost: step k sends amount[k] from atom to atom, each unit adding slope[k]. */
export interface LineSteps {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly amount: Float64Array;
  readonly slope: Float64Array;
}

/** All steps until one side is empty or `most` has moved. `masses`: of the merged atoms, whole numbers, so that no sum is rounded. */
export function lineFlows({ position, side }: MergedLine, masses: Float64Array, most: number): LineSteps {
  const count = side.length;
  const left = masses.slice();
  // Flow to the right over the gap behind atom t.
  const flow = new Float64Array(count);
  const steps: { l: number; r: number; amount: number; slope: number }[] = [];
  const before = new Int32Array(count).fill(-1);
  const after = new Int32Array(count).fill(-1);
  const slope = new Float64Array(count).fill(Infinity);
  const room = new Float64Array(count);
  for (let t = 0, previous = -1; t < count; t++) {
    if (left[t] === 0) continue;
    before[t] = previous;
    if (previous >= 0) after[previous] = t;
    previous = t;
  }
  /** What a unit between l and its next neighbour adds, and how much may go until flow against it is used up. */
  const price = (l: number): void => {
    const r = after[l];
    slope[l] = Infinity;
    if (r < 0 || side[l] === side[r]) return;
    const sign = side[l] === 1 ? 1 : -1;
    let total = 0;
    let least = Infinity;
    for (let t = l; t < r; t++) {
      const gap = position[t + 1] - position[t];
      const along = sign * flow[t];
      if (along >= 0) total += gap;
      else {
        total -= gap;
        if (gap > 0) least = Math.min(least, -along);
      }
    }
    slope[l] = total;
    room[l] = least;
  };
  const queue = startTournament(slope);
  for (let t = 0; t < count; t++) {
    price(t);
    queue.update(t);
  }
  for (let moved = 0; moved < most; ) {
    const l = queue.least();
    if (slope[l] === Infinity) break;
    const r = after[l];
    const sign = side[l] === 1 ? 1 : -1;
    const amount = Math.min(room[l], left[l], left[r], most - moved);
    steps.push({ l, r, amount, slope: slope[l] });
    moved += amount;
    for (let t = l; t < r; t++) {
      flow[t] += sign * amount;
    }
    for (const t of [l, r]) {
      left[t] -= amount;
      if (left[t] > 0) continue;
      if (before[t] >= 0) after[before[t]] = after[t];
      if (after[t] >= 0) before[after[t]] = before[t];
      slope[t] = Infinity;
      queue.update(t);
    }
    for (const t of [left[l] > 0 ? l : before[l], left[r] > 0 ? r : -1]) {
      if (t < 0) continue;
      price(t);
      queue.update(t);
    }
  }
  return {
    left: Int32Array.from(steps, (step) => step.l),
    right: Int32Array.from(steps, (step) => step.r),
    amount: Float64Array.from(steps, (step) => step.amount),
    slope: Float64Array.from(steps, (step) => step.slope),
  };
}

/** The index of the least of changing values; the first of equals. */
function startTournament(values: Float64Array): { update(t: number): void; least(): number } {
  let leaves = 1;
  while (leaves < values.length) leaves *= 2;
  const winner = new Int32Array(2 * leaves).fill(-1);
  const better = (s: number, t: number): number => (t < 0 || (s >= 0 && values[s] <= values[t]) ? s : t);
  for (let t = 0; t < values.length; t++) winner[leaves + t] = t;
  for (let node = leaves - 1; node > 0; node--) winner[node] = better(winner[2 * node], winner[2 * node + 1]);
  return {
    update(t) {
      for (let node = (leaves + t) >> 1; node > 0; node >>= 1) {
        winner[node] = better(winner[2 * node], winner[2 * node + 1]);
      }
    },
    least: () => winner[1],
  };
}

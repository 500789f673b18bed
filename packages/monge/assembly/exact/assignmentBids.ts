// Bids of the free rows on candidate arcs: an auction at one epsilon (Bertsekas 1988), Gauss-Seidel.
// A bid lowers the price of the best column by its lead over the second best, plus epsilon; its owner bids again later.
import { colIdx, colOfRow, cost, free, freeCount, g, listFree, n, rowOfCol, rowPtr, setFree } from "./assignmentGraph";

export function assignmentArcsAuction(eps: f64, maxBids: i32, floor: f64): i32 {
  listFree();
  let bids = 0;
  let left = freeCount;
  let tail = freeCount;
  let next = 0;
  // The free rows as a ring: displaced rows join at the end.
  while (left > 0 && bids < maxBids) {
    const i = load<i32>(free + (<usize>next << 2));
    next = next + 1 == n ? 0 : next + 1;
    const end = load<i32>(rowPtr + (<usize>i << 2) + 4);
    let best = Infinity;
    let second = Infinity;
    let bestCol = -1;
    let secondCol = -1;
    for (let k = load<i32>(rowPtr + (<usize>i << 2)); k < end; k++) {
      const j = load<i32>(colIdx + (<usize>k << 2));
      const reduced = load<f64>(cost + (<usize>k << 3)) - load<f64>(g + (<usize>j << 3));
      if (reduced < second) {
        if (reduced < best) {
          second = best;
          secondCol = bestCol;
          best = reduced;
          bestCol = j;
        } else {
          second = reduced;
          secondCol = j;
        }
      }
    }
    bids++;
    if (bestCol < 0) {
      left--;
      continue;
    }
    const step = second < Infinity ? second - best + eps : eps;
    if (step == 0 && load<i32>(rowOfCol + (<usize>bestCol << 2)) >= 0 && secondCol >= 0) bestCol = secondCol;
    const j = bestCol;
    const owner = load<i32>(rowOfCol + (<usize>j << 2));
    const price = g + (<usize>j << 3);
    const lower = load<f64>(price) - step;
    // No progress in floating point, or a war for too few columns: the row waits for the shortest paths.
    if (lower < floor || (owner >= 0 && lower == load<f64>(price))) {
      left--;
      continue;
    }
    store<f64>(price, lower);
    store<i32>(rowOfCol + (<usize>j << 2), i);
    store<i32>(colOfRow + (<usize>i << 2), j);
    if (owner >= 0) {
      store<i32>(colOfRow + (<usize>owner << 2), -1);
      if (tail == n) tail = 0;
      store<i32>(free + (<usize>tail << 2), owner);
      tail++;
    } else {
      left--;
    }
  }
  setFree(left);
  return bids;
}

// Assignment over candidate arcs: min sum_i c(i, sigma(i)) over the permutations that the arcs of n rows to n columns allow.
// Shortest augmenting paths from all free rows at once (a forest), on prices g of the caller's, of a column reduction or
// of an auction. Invariants: c_ij - f_i - g_j >= 0 on arcs, = 0 on matched ones, both to rounding.
//
// The arcs are CSR: rowPtr i32[n + 1], colIdx i32, cost f64 (Infinity is an absent arc), in any order within a row.
//   assignmentArcsBytes(n): bytes of scratch.
//   assignmentArcsInit(n, rowPtr, colIdx, cost, f, g, colOfRow, rowOfCol, scratch): names the arrays: f, g f64[n];
//     colOfRow, rowOfCol i32[n], -1 for free. All stay the caller's and are up to date between calls. Call it again
//     after the arcs were rebuilt.
//   assignmentArcsReduce(): cold prices g_j = min_i c_ij. Nothing may be matched.
//   assignmentArcsSpread(out): out f64[n], largest minus smallest c_ij - g_j of each row; its median is a scale for eps.
//   assignmentArcsRelease(): frees every row: the start of an epsilon.
//   assignmentArcsAuction(eps, maxBids, floor): optional. Bids of the free rows; prices fall, never below floor; returns
//     the number of bids. eps = 0 is the augmenting row reduction of Jonker and Volgenant. Good from cold prices:
//     eps = spread / 2, then an eighth of it and so on down to spread / 100, with 12 n bids each; then Repair,
//     Auction(0, 4 n), Repair, Augment.
//   assignmentArcsRepair(): f_i = min_j (c_ij - g_j); frees the rows whose matched arc is gone or no longer tight; free
//     rows take a free tight column if there is one. Returns the number of free rows. Needed before Augment.
//   assignmentArcsAugment(forests): 0 all rows are matched, at the optimum over the arcs; 1 call again; 2 stuck.
//   assignmentArcsStuckCount(), assignmentArcsStuck(): i32 rows that reach fewer columns than they are. Add arcs to other
//     columns, then Init, Repair, Augment. (The arcs of any one perfect matching prevent it.)
//   assignmentArcsFree(): rows that are free now.
import {
  closed,
  colIdx,
  colOfRow,
  cost,
  dist,
  f,
  free,
  freeCount,
  g,
  listFree,
  match,
  matchedCost,
  n,
  order,
  parentArc,
  parentRow,
  rootOf,
  rowOfCol,
  rowPtr,
  setFree,
  settled,
} from "./assignmentGraph";
import { drop, heapLength, pop, rise } from "./assignmentHeap";

let orderLength: i32 = 0;
let stuckCount: i32 = 0;
// Largest minus smallest cost of an arc.
let costRange: f64 = 0;

export function assignmentArcsStuckCount(): i32 {
  return stuckCount;
}

export function assignmentArcsStuck(): usize {
  return order;
}

export function assignmentArcsRepair(): i32 {
  let cheapest = Infinity;
  let dearest = -Infinity;
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2;
    const begin = load<i32>(rowPtr + at);
    const end = load<i32>(rowPtr + at + 4);
    const partner = load<i32>(colOfRow + at);
    let least = Infinity;
    let own = Infinity;
    let ownCost = 0.0;
    for (let k = begin; k < end; k++) {
      const j = load<i32>(colIdx + (<usize>k << 2));
      const c = load<f64>(cost + (<usize>k << 3));
      const reduced = c - load<f64>(g + (<usize>j << 3));
      least = min(least, reduced);
      cheapest = min(cheapest, c);
      if (c < Infinity) dearest = max(dearest, c);
      if (j == partner && reduced < own) {
        own = reduced;
        ownCost = c;
      }
    }
    if (least == Infinity) least = 0;
    store<f64>(f + (<usize>i << 3), least);
    if (partner < 0) continue;
    // Slack that rounding of the prices alone can explain does not cost the row its column.
    const price = load<f64>(g + (<usize>partner << 3));
    if (own - least > 8.881784197001252e-16 * (abs(ownCost) + abs(price) + abs(least))) {
      store<i32>(colOfRow + at, -1);
      store<i32>(rowOfCol + (<usize>partner << 2), -1);
    } else {
      store<f64>(matchedCost + (<usize>i << 3), ownCost);
      store<f64>(f + (<usize>i << 3), own);
    }
  }
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2;
    if (load<i32>(colOfRow + at) >= 0) continue;
    const end = load<i32>(rowPtr + at + 4);
    const least = load<f64>(f + (<usize>i << 3));
    for (let k = load<i32>(rowPtr + at); k < end; k++) {
      const j = load<i32>(colIdx + (<usize>k << 2));
      const c = load<f64>(cost + (<usize>k << 3));
      if (load<i32>(rowOfCol + (<usize>j << 2)) < 0 && c - load<f64>(g + (<usize>j << 3)) == least) {
        match(i, j, c);
        break;
      }
    }
  }
  costRange = max(0, dearest - cheapest);
  listFree();
  return freeCount;
}

export function assignmentArcsAugment(forests: i32): i32 {
  stuckCount = 0;
  for (let forest = 0; forest < forests && freeCount > 0; forest++) if (!grow()) return 2;
  return freeCount == 0 ? 0 : 1;
}

// One forest: Dijkstra from all free rows until enough trees hold a free column; then prices and one path a tree.
function grow(): bool {
  orderLength = 0;
  const sources = freeCount;
  for (let k = 0; k < sources; k++) {
    const i = load<i32>(free + (<usize>k << 2));
    store<i32>(rootOf + (<usize>i << 2), i);
    store<i32>(closed + (<usize>i << 2), -1);
  }
  for (let k = 0; k < sources; k++) relax(load<i32>(free + (<usize>k << 2)), 0);
  // Half of the trees: the cheap ends of many phases cost less than the expensive end of one.
  const target = (sources + 1) >> 1;
  let found = 0;
  let head = 0;
  let reach = 0.0;
  let limit = Infinity;
  while (true) {
    if (head == orderLength) {
      let j = -1;
      while (heapLength > 0) {
        const top = pop();
        if (load<i32>(settled + (<usize>top << 2)) == 0) {
          j = top;
          break;
        }
      }
      if (j < 0) break;
      settle(j);
    }
    const j = load<i32>(order + (<usize>head << 2));
    const distance = load<f64>(dist + (<usize>j << 3));
    // The prices of free columns fall by what lies beyond the first of them: unbounded, they could double with every forest.
    if (distance > limit) break;
    head++;
    reach = distance;
    const i = load<i32>(rowOfCol + (<usize>j << 2));
    const root = load<i32>(rootOf + (<usize>load<i32>(parentRow + (<usize>j << 2)) << 2));
    if (i < 0) {
      const mark = closed + (<usize>root << 2);
      if (load<i32>(mark) < 0) {
        store<i32>(mark, j);
        if (found++ == 0) limit = max(reach, costRange);
        if (found == target) break;
      }
      continue;
    }
    store<i32>(rootOf + (<usize>i << 2), root);
    relax(i, reach);
  }
  if (found == 0) {
    // Nothing to augment: the rows of the forest are more than the columns that they reach.
    for (let k = 0; k < orderLength; k++) {
      const at = order + (<usize>k << 2);
      const j = load<i32>(at);
      forget(j);
      store<i32>(at, load<i32>(rowOfCol + (<usize>j << 2)));
    }
    for (let k = 0; k < sources; k++) {
      store<i32>(order + (<usize>(orderLength + k) << 2), load<i32>(free + (<usize>k << 2)));
    }
    stuckCount = orderLength + sources;
    return false;
  }
  for (let k = 0; k < orderLength; k++) {
    const j = load<i32>(order + (<usize>k << 2));
    const d = load<f64>(dist + (<usize>j << 3));
    const i = load<i32>(rowOfCol + (<usize>j << 2));
    if (d < reach) {
      const price = g + (<usize>j << 3);
      const lower = load<f64>(price) - (reach - d);
      store<f64>(price, lower);
      if (i >= 0) store<f64>(f + (<usize>i << 3), load<f64>(matchedCost + (<usize>i << 3)) - lower);
    }
  }
  let left = 0;
  for (let k = 0; k < sources; k++) {
    const root = load<i32>(free + (<usize>k << 2));
    let j = load<i32>(closed + (<usize>root << 2));
    if (j < 0) {
      const at = f + (<usize>root << 3);
      store<f64>(at, load<f64>(at) + reach);
      store<i32>(free + (<usize>left << 2), root);
      left++;
      continue;
    }
    while (j >= 0) {
      const i = load<i32>(parentRow + (<usize>j << 2));
      const previous = load<i32>(colOfRow + (<usize>i << 2));
      const c = load<f64>(cost + (<usize>load<i32>(parentArc + (<usize>j << 2)) << 3));
      match(i, j, c);
      store<f64>(f + (<usize>i << 3), c - load<f64>(g + (<usize>j << 3)));
      j = previous;
    }
  }
  setFree(left);
  for (let k = 0; k < orderLength; k++) forget(load<i32>(order + (<usize>k << 2)));
  while (heapLength > 0) forget(drop());
  return true;
}

@inline
function forget(j: i32): void {
  store<f64>(dist + (<usize>j << 3), Infinity);
  store<i32>(settled + (<usize>j << 2), 0);
}

@inline
function settle(j: i32): void {
  store<i32>(settled + (<usize>j << 2), 1);
  store<i32>(order + (<usize>orderLength << 2), j);
  orderLength++;
}

function relax(i: i32, d: f64): void {
  const end = load<i32>(rowPtr + (<usize>i << 2) + 4);
  const dual = load<f64>(f + (<usize>i << 3));
  for (let k = load<i32>(rowPtr + (<usize>i << 2)); k < end; k++) {
    const j = load<i32>(colIdx + (<usize>k << 2));
    const known = load<f64>(dist + (<usize>j << 3));
    const reduced = load<f64>(cost + (<usize>k << 3)) - load<f64>(g + (<usize>j << 3)) - dual;
    const through = max(d, d + reduced);
    if (through >= known) continue;
    store<f64>(dist + (<usize>j << 3), through);
    store<i32>(parentRow + (<usize>j << 2), i);
    store<i32>(parentArc + (<usize>j << 2), k);
    if (through == d) settle(j);
    else rise(j, through);
  }
}

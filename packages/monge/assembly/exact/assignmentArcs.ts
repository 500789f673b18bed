// Assignment over candidate arcs: min sum_i c(i, sigma(i)) over the permutations that the arcs allow; n rows, n columns.
// Shortest augmenting paths from all free rows at once (a forest), on prices g that come from the caller, from a column
// reduction or from an auction (Bertsekas 1988). Invariants: c_ij - f_i - g_j >= 0 on arcs, = 0 on matched ones, to rounding.
//
// How to call it. The arcs are CSR: rowPtr i32[n + 1], colIdx i32, cost f64, all finite; order within a row does not matter.
//   assignmentArcsBytes(n)          bytes of scratch
//   assignmentArcsInit(n, rowPtr, colIdx, cost, f, g, colOfRow, rowOfCol, scratch)
//                                   names the arrays: f, g f64[n]; colOfRow, rowOfCol i32[n] with -1 for free. All stay the
//                                   caller's, and are up to date between calls. Call it again after the arcs were rebuilt.
//   assignmentArcsReduce()          cold prices: g_j = min_i c_ij. Nothing needs to be in g before, nothing must be matched.
//   assignmentArcsSpread(out)       out f64[n]: largest minus smallest c_ij - g_j of each row; its median is a scale for eps.
//   assignmentArcsAuction(eps, maxBids, floor) -> bids
//                                   optional: bids for the free rows at this epsilon (Gauss-Seidel); prices fall, never below
//                                   floor, and rows match. eps = 0 is the augmenting row reduction of Jonker and Volgenant.
//                                   Returns early if all match. Good: eps = spread / 2, / 4, / 4, / 4 with 12 n bids each and a
//                                   Release before each; then Repair, Auction(0, 4 n), Repair, Augment.
//   assignmentArcsRelease()         frees every row (between the epsilons of an auction).
//   assignmentArcsRepair() -> free rows
//                                   f_i = min_j (c_ij - g_j); frees rows whose matched arc is gone or not tight; gives free rows
//                                   a free tight column where there is one. Needed before Augment: after Init, after an auction, after new arcs.
//   assignmentArcsAugment(phases) -> 0 all rows are matched, optimally over the arcs; 1 call again; 2 stuck:
//   assignmentArcsStuckCount(), assignmentArcsStuck() -> i32 row list: these rows reach fewer columns than they are. Add arcs to
//                                   columns outside, Init, Repair, Augment. (The arcs of any one perfect matching prevent it.)
//   assignmentArcsFree() -> rows that are free now

let n: i32 = 0;
let rowPtr: usize = 0;
let colIdx: usize = 0;
let cost: usize = 0;
let f: usize = 0;
let g: usize = 0;
let colOfRow: usize = 0;
let rowOfCol: usize = 0;
// Scratch, per column: distance, row it was reached from and over which arc, place in the heap; the columns in settling order.
let dist: usize = 0;
let parentRow: usize = 0;
let parentArc: usize = 0;
let place: usize = 0;
let order: usize = 0;
let settled: usize = 0;
// Scratch, per row: cost of its matched arc, root of its tree, whether that root (a free row) found a column; the free rows.
let matchedCost: usize = 0;
let rootOf: usize = 0;
let closed: usize = 0;
let free: usize = 0;
let freeCount: i32 = 0;
let stuckCount: i32 = 0;
// A 4-ary heap of columns with the keys beside them.
let heapKey: usize = 0;
let heapCol: usize = 0;
let heapLength: i32 = 0;
let orderLength: i32 = 0;

export function assignmentArcsBytes(size: i32): usize {
  return <usize>size * 68 + 64;
}

export function assignmentArcsInit(
  size: i32,
  rowPtrAt: usize,
  colIdxAt: usize,
  costAt: usize,
  fAt: usize,
  gAt: usize,
  colOfRowAt: usize,
  rowOfColAt: usize,
  scratch: usize,
): void {
  n = size;
  rowPtr = rowPtrAt;
  colIdx = colIdxAt;
  cost = costAt;
  f = fAt;
  g = gAt;
  colOfRow = colOfRowAt;
  rowOfCol = rowOfColAt;
  const wide = <usize>n << 3;
  const narrow = <usize>n << 2;
  dist = scratch;
  matchedCost = dist + wide;
  heapKey = matchedCost + wide;
  parentRow = heapKey + wide;
  parentArc = parentRow + narrow;
  place = parentArc + narrow;
  order = place + narrow;
  rootOf = order + narrow;
  closed = rootOf + narrow;
  free = closed + narrow;
  heapCol = free + narrow;
  settled = heapCol + narrow;
  freeCount = 0;
  stuckCount = 0;
  heapLength = 0;
  orderLength = 0;
  for (let j = 0; j < n; j++) {
    store<f64>(dist + (<usize>j << 3), Infinity);
    store<i32>(place + (<usize>j << 2), -1);
    store<i32>(settled + (<usize>j << 2), 0);
  }
}

export function assignmentArcsFree(): i32 {
  return freeCount;
}

export function assignmentArcsStuckCount(): i32 {
  return stuckCount;
}

export function assignmentArcsStuck(): usize {
  return order;
}

export function assignmentArcsReduce(): void {
  for (let j = 0; j < n; j++) store<f64>(g + (<usize>j << 3), Infinity);
  const end = load<i32>(rowPtr + (<usize>n << 2));
  for (let k = 0; k < end; k++) {
    const at = g + (<usize>load<i32>(colIdx + (<usize>k << 2)) << 3);
    const c = load<f64>(cost + (<usize>k << 3));
    if (c < load<f64>(at)) store<f64>(at, c);
  }
  for (let j = 0; j < n; j++) {
    const at = g + (<usize>j << 3);
    if (load<f64>(at) == Infinity) store<f64>(at, 0);
  }
}

export function assignmentArcsSpread(out: usize): void {
  for (let i = 0; i < n; i++) {
    const end = load<i32>(rowPtr + (<usize>i << 2) + 4);
    let least = Infinity;
    let most = -Infinity;
    for (let k = load<i32>(rowPtr + (<usize>i << 2)); k < end; k++) {
      const j = load<i32>(colIdx + (<usize>k << 2));
      const reduced = load<f64>(cost + (<usize>k << 3)) - load<f64>(g + (<usize>j << 3));
      least = min(least, reduced);
      if (reduced < Infinity) most = max(most, reduced);
    }
    store<f64>(out + (<usize>i << 3), least < most ? most - least : 0);
  }
}

export function assignmentArcsRelease(): void {
  memory.fill(colOfRow, 0xff, <usize>n << 2);
  memory.fill(rowOfCol, 0xff, <usize>n << 2);
}

function listFree(): void {
  freeCount = 0;
  for (let i = 0; i < n; i++) {
    if (load<i32>(colOfRow + (<usize>i << 2)) < 0) {
      store<i32>(free + (<usize>freeCount << 2), i);
      freeCount++;
    }
  }
}

export function assignmentArcsRepair(): i32 {
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
  listFree();
  return freeCount;
}

@inline
function match(i: i32, j: i32, c: f64): void {
  store<i32>(colOfRow + (<usize>i << 2), j);
  store<i32>(rowOfCol + (<usize>j << 2), i);
  store<f64>(matchedCost + (<usize>i << 3), c);
}

export function assignmentArcsAuction(eps: f64, maxBids: i32, floor: f64): i32 {
  listFree();
  let bids = 0;
  let tail = freeCount;
  let next = 0;
  // The free rows as a ring: displaced rows join at the end.
  while (freeCount > 0 && bids < maxBids) {
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
      freeCount--;
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
      freeCount--;
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
      freeCount--;
    }
  }
  return bids;
}

export function assignmentArcsAugment(phases: i32): i32 {
  stuckCount = 0;
  for (let phase = 0; phase < phases && freeCount > 0; phase++) if (!grow()) return 2;
  return freeCount == 0 ? 0 : 1;
}

// One forest: Dijkstra from all free rows until enough trees hold a free column; then prices and one path a tree.
function grow(): bool {
  heapLength = 0;
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
    head++;
    reach = load<f64>(dist + (<usize>j << 3));
    const i = load<i32>(rowOfCol + (<usize>j << 2));
    const root = load<i32>(rootOf + (<usize>load<i32>(parentRow + (<usize>j << 2)) << 2));
    if (i < 0) {
      const mark = closed + (<usize>root << 2);
      if (load<i32>(mark) < 0) {
        store<i32>(mark, j);
        found++;
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
  freeCount = left;
  for (let k = 0; k < orderLength; k++) forget(load<i32>(order + (<usize>k << 2)));
  for (let k = 0; k < heapLength; k++) forget(load<i32>(heapCol + (<usize>k << 2)));
  return true;
}

@inline
function forget(j: i32): void {
  store<f64>(dist + (<usize>j << 3), Infinity);
  store<i32>(place + (<usize>j << 2), -1);
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

function rise(j: i32, key: f64): void {
  let at = load<i32>(place + (<usize>j << 2));
  if (at < 0) at = heapLength++;
  while (at > 0) {
    const up = (at - 1) >> 2;
    const upKey = load<f64>(heapKey + (<usize>up << 3));
    if (upKey <= key) break;
    const col = load<i32>(heapCol + (<usize>up << 2));
    store<f64>(heapKey + (<usize>at << 3), upKey);
    store<i32>(heapCol + (<usize>at << 2), col);
    store<i32>(place + (<usize>col << 2), at);
    at = up;
  }
  store<f64>(heapKey + (<usize>at << 3), key);
  store<i32>(heapCol + (<usize>at << 2), j);
  store<i32>(place + (<usize>j << 2), at);
}

function pop(): i32 {
  const top = load<i32>(heapCol);
  heapLength--;
  if (heapLength > 0) {
    const key = load<f64>(heapKey + (<usize>heapLength << 3));
    const j = load<i32>(heapCol + (<usize>heapLength << 2));
    let at = 0;
    while (true) {
      const first = 4 * at + 1;
      if (first >= heapLength) break;
      const last = min(first + 4, heapLength);
      let child = first;
      let childKey = load<f64>(heapKey + (<usize>first << 3));
      for (let k = first + 1; k < last; k++) {
        const other = load<f64>(heapKey + (<usize>k << 3));
        if (other < childKey) {
          childKey = other;
          child = k;
        }
      }
      if (childKey >= key) break;
      const col = load<i32>(heapCol + (<usize>child << 2));
      store<f64>(heapKey + (<usize>at << 3), childKey);
      store<i32>(heapCol + (<usize>at << 2), col);
      store<i32>(place + (<usize>col << 2), at);
      at = child;
    }
    store<f64>(heapKey + (<usize>at << 3), key);
    store<i32>(heapCol + (<usize>at << 2), j);
    store<i32>(place + (<usize>j << 2), at);
  }
  store<i32>(place + (<usize>top << 2), -1);
  return top;
}

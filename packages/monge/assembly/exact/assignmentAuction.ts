// Auction on a dense matrix (Bertsekas 1988) that looks at k candidates a row instead of m columns.
// Prices only fall, so reduced costs c_ij - g_j only rise: what a scan left out stays above limit_i, the k-th value of
// that scan. While the best candidate is not above limit_i it is the best of all, and min(second best, limit_i) bounds
// the second best of all from below, which makes a smaller but valid bid. A few eps above limit_i are let pass, since
// the prices of one epsilon are only where the next one starts; beyond that the row is scanned again.
import { smallest } from "./assignmentDense";

let matrix: usize = 0;
let n: i32 = 0;
let k: i32 = 0;
let g: usize = 0;
// Candidates of row i at i k: colIdx i32, cost f64 (Infinity where the row has fewer finite entries); limit f64[n].
let colIdx: usize = 0;
let cost: usize = 0;
let limit: usize = 0;
let colOfRow: usize = 0;
let rowOfCol: usize = 0;
// i32[n], a ring: displaced rows join at the end.
let free: usize = 0;
let next: i32 = 0;
let freeCount: i32 = 0;
let scratch: usize = 0;

// scratch: 4 n + 16 k + 32 bytes.
export function assignmentAuctionInit(
  matrixAt: usize,
  size: i32,
  candidates: i32,
  gAt: usize,
  colIdxAt: usize,
  costAt: usize,
  limitAt: usize,
  colOfRowAt: usize,
  rowOfColAt: usize,
  scratchAt: usize,
): void {
  matrix = matrixAt;
  n = size;
  k = candidates;
  g = gAt;
  colIdx = colIdxAt;
  cost = costAt;
  limit = limitAt;
  colOfRow = colOfRowAt;
  rowOfCol = rowOfColAt;
  scratch = scratchAt;
  free = scratch + ((<usize>k * 12 + 31) & ~15);
}

// Scans rows [begin, end) at the present prices.
export function assignmentAuctionScan(begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) scanRow(i);
}

function scanRow(i: i32): void {
  const row = matrix + ((<usize>i * <usize>n) << 3);
  const found = smallest(i, row, n, g, k, Infinity, scratch, scratch + ((<usize>k * 12 + 7) & ~7));
  const cols = scratch + (<usize>k << 3);
  const first = <usize>i * <usize>k;
  for (let t = 0; t < k; t++) {
    const j = t < found ? load<i32>(cols + (<usize>t << 2)) : 0;
    store<i32>(colIdx + ((first + <usize>t) << 2), j);
    store<f64>(cost + ((first + <usize>t) << 3), t < found ? load<f64>(row + (<usize>j << 3)) : Infinity);
  }
  const last = found == k ? load<f64>(scratch + (<usize>(k - 1) << 3)) : Infinity;
  store<f64>(limit + (<usize>i << 3), last);
}

// Frees every row: the start of an epsilon.
export function assignmentAuctionOpen(): void {
  memory.fill(colOfRow, 0xff, <usize>n << 2);
  memory.fill(rowOfCol, 0xff, <usize>n << 2);
  for (let i = 0; i < n; i++) store<i32>(free + (<usize>i << 2), i);
  next = 0;
  freeCount = n;
}

// Up to maxBids bids of at least eps; prices stay above floor. Returns how many rows are free.
export function assignmentAuctionBid(eps: f64, maxBids: i32, floor: f64): i32 {
  const slack = 4 * eps;
  for (let bids = 0; bids < maxBids && freeCount > 0; bids++) {
    const i = load<i32>(free + (<usize>next << 2));
    const first = <usize>i * <usize>k;
    const bound = load<f64>(limit + (<usize>i << 3));
    let best = Infinity;
    let second = Infinity;
    let j = -1;
    for (let t: usize = 0; t < <usize>k; t++) {
      const col = load<i32>(colIdx + ((first + t) << 2));
      const reduced = load<f64>(cost + ((first + t) << 3)) - load<f64>(g + (<usize>col << 3));
      if (reduced < best) {
        second = best;
        best = reduced;
        j = col;
      } else {
        second = min(second, reduced);
      }
    }
    if (best > bound + slack) {
      scanRow(i);
      continue;
    }
    second = min(second, max(best, bound));
    next = next + 1 == n ? 0 : next + 1;
    const step = second < Infinity ? second - best + eps : eps;
    const price = j < 0 ? -Infinity : load<f64>(g + (<usize>j << 3)) - step;
    // A row without finite pairs, or a war over too few columns: it waits for the shortest paths.
    if (price < floor) {
      freeCount--;
      continue;
    }
    const owner = load<i32>(rowOfCol + (<usize>j << 2));
    store<f64>(g + (<usize>j << 3), price);
    store<i32>(rowOfCol + (<usize>j << 2), i);
    store<i32>(colOfRow + (<usize>i << 2), j);
    if (owner >= 0) {
      store<i32>(colOfRow + (<usize>owner << 2), -1);
      const end = next + freeCount - 1;
      store<i32>(free + (<usize>(end >= n ? end - n : end) << 2), owner);
    } else {
      freeCount--;
    }
  }
  return freeCount;
}

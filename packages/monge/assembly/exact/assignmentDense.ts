// Candidate arcs out of a dense matrix: in every row the k entries of least reduced cost c_ij - g_j, by one SIMD scan.
// The solver of assignmentArcs.ts works on the candidates; a scan that finds nothing below f_i proves the answer.

// g_j = min_i c_ij over rows [begin, end), on top of what g holds; start with g = Infinity. Returns the largest finite
// entry.
export function assignmentDenseColumnMin(matrix: usize, m: i32, g: usize, begin: i32, end: i32): f64 {
  const paired = m & ~1;
  const infinity = f64x2.splat(Infinity);
  let most = f64x2.splat(-Infinity);
  let largest = -Infinity;
  for (let i = begin; i < end; i++) {
    const row = matrix + ((<usize>i * <usize>m) << 3);
    let j = 0;
    for (; j < paired; j += 2) {
      const at = <usize>j << 3;
      const entries = v128.load(row + at);
      v128.store(g + at, f64x2.pmin(v128.load(g + at), entries));
      most = f64x2.pmax(most, v128.bitselect(entries, most, f64x2.lt(entries, infinity)));
    }
    if (j < m) {
      const at = <usize>j << 3;
      const entry = load<f64>(row + at);
      store<f64>(g + at, min(load<f64>(g + at), entry));
      if (entry < Infinity) largest = max(largest, entry);
    }
  }
  return max(largest, max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)));
}

// least[i] = min_j (c_ij - g_j) for rows [begin, end). scratch: 16 bytes.
export function assignmentDenseLeast(
  matrix: usize,
  m: i32,
  g: usize,
  begin: i32,
  end: i32,
  least: usize,
  scratch: usize,
): void {
  for (let i = begin; i < end; i++) {
    const row = matrix + ((<usize>i * <usize>m) << 3);
    smallest(i, row, m, g, 1, -Infinity, scratch, least + (<usize>i << 3));
  }
}

// Rows [begin, end) of the new arcs: the old arcs of the row (none if oldPtr = 0), then up to k entries below bound[i]
// (f64[n]; -Infinity: none wanted), ascending. least[i] becomes min_j (c_ij - g_j). Returns how many arcs were added.
// scratch: 16 k bytes. newPtr[begin] is read. A column with g_j = -Infinity is never taken.
export function assignmentDenseExtend(
  matrix: usize,
  m: i32,
  g: usize,
  begin: i32,
  end: i32,
  k: i32,
  bound: usize,
  least: usize,
  oldPtr: usize,
  oldCol: usize,
  oldCost: usize,
  newPtr: usize,
  newCol: usize,
  newCost: usize,
  scratch: usize,
): i32 {
  let length = load<i32>(newPtr + (<usize>begin << 2));
  let added = 0;
  for (let i = begin; i < end; i++) {
    if (oldPtr) {
      const from = load<i32>(oldPtr + (<usize>i << 2));
      const count = load<i32>(oldPtr + (<usize>i << 2) + 4) - from;
      memory.copy(newCol + (<usize>length << 2), oldCol + (<usize>from << 2), <usize>count << 2);
      memory.copy(newCost + (<usize>length << 3), oldCost + (<usize>from << 3), <usize>count << 3);
      length += count;
    }
    const limit = load<f64>(bound + (<usize>i << 3));
    if (limit > -Infinity) {
      const row = matrix + ((<usize>i * <usize>m) << 3);
      const found = smallest(i, row, m, g, k, limit, scratch, least + (<usize>i << 3));
      for (let t = 0; t < found; t++) {
        const j = load<i32>(scratch + (<usize>k << 3) + (<usize>t << 2));
        store<i32>(newCol + (<usize>length << 2), j);
        store<f64>(newCost + (<usize>length << 3), load<f64>(row + (<usize>j << 3)));
        length++;
      }
      added += found;
    }
    store<i32>(newPtr + (<usize>i << 2) + 4, length);
  }
  return added;
}

// The k least of row - g below limit: keys f64[k] ascending at scratch, columns i32[k] behind them. Returns their
// number; whatever is left out is not below the last key, if there are k. The scan of row i starts near column i, so
// that rows of equal costs get different columns.
export function smallest(i: i32, row: usize, m: i32, g: usize, k: i32, limit: f64, scratch: usize, leastAt: usize): i32 {
  const start = i < m ? i & ~7 : 0;
  kept = 0;
  low = Infinity;
  let bound = limit;
  if (limit == Infinity && m >= 32 * 16 && k <= groups) {
    bound = rankBound(row, m, g, k, scratch);
    bound += abs(bound) * 2.220446049250313e-16 + f64.MIN_VALUE;
  }
  scanPart(row, start, m, g, k, bound, scratch);
  const cut = kept == k ? load<f64>(scratch + (<usize>(k - 1) << 3)) : bound;
  scanPart(row, 0, start, g, k, cut, scratch);
  store<f64>(leastAt, low);
  return kept;
}

const groups: i32 = 32;

// An upper bound of the k-th least of row - g: the k-th least of the minima of 32 groups of neighbours.
function rankBound(row: usize, m: i32, g: usize, k: i32, scratch: usize): f64 {
  const width = (m / groups) & ~7;
  let count = 0;
  for (let group = 0; group < groups; group++) {
    const end = <usize>((group + 1) * width) << 3;
    let least0 = f64x2.splat(Infinity);
    let least1 = least0;
    for (let at = <usize>(group * width) << 3; at < end; at += 32) {
      least0 = f64x2.pmin(least0, f64x2.sub(v128.load(row + at), v128.load(g + at)));
      least1 = f64x2.pmin(least1, f64x2.sub(v128.load(row + at, 16), v128.load(g + at, 16)));
    }
    least0 = f64x2.pmin(least0, least1);
    const key = min(f64x2.extract_lane(least0, 0), f64x2.extract_lane(least0, 1));
    let to = count < k ? count++ : k;
    if (to == k && key >= load<f64>(scratch + (<usize>(k - 1) << 3))) continue;
    if (to == k) to--;
    while (to > 0 && load<f64>(scratch + (<usize>(to - 1) << 3)) > key) {
      store<f64>(scratch + (<usize>to << 3), load<f64>(scratch + (<usize>(to - 1) << 3)));
      to--;
    }
    store<f64>(scratch + (<usize>to << 3), key);
  }
  return load<f64>(scratch + (<usize>(k - 1) << 3));
}

let kept: i32 = 0;
let low: f64 = 0;

function scanPart(row: usize, from: i32, to: i32, g: usize, k: i32, limit: f64, scratch: usize): void {
  const cols = scratch + (<usize>k << 3);
  let count = kept;
  let lows = f64x2.splat(low);
  let threshold = f64x2.splat(limit);
  let cut = limit;
  const eights = from + ((to - from) & ~7);
  let j = from;
  for (; j < to; ) {
    let last = to;
    if (j < eights) {
      const c = row + (<usize>j << 3);
      const p = g + (<usize>j << 3);
      const r0 = f64x2.sub(v128.load(c), v128.load(p));
      const r1 = f64x2.sub(v128.load(c, 16), v128.load(p, 16));
      const r2 = f64x2.sub(v128.load(c, 32), v128.load(p, 32));
      const r3 = f64x2.sub(v128.load(c, 48), v128.load(p, 48));
      const least = f64x2.pmin(f64x2.pmin(r0, r1), f64x2.pmin(r2, r3));
      lows = f64x2.pmin(lows, least);
      if (!v128.any_true(f64x2.lt(least, threshold))) {
        j += 8;
        continue;
      }
      last = j + 8;
    }
    for (; j < last; j++) {
      const key = load<f64>(row + (<usize>j << 3)) - load<f64>(g + (<usize>j << 3));
      if (key < f64x2.extract_lane(lows, 0)) lows = f64x2.replace_lane(lows, 0, key);
      if (!(key < cut)) continue;
      let at = count < k ? count++ : k - 1;
      while (at > 0) {
        const before = load<f64>(scratch + (<usize>(at - 1) << 3));
        if (before <= key) break;
        store<f64>(scratch + (<usize>at << 3), before);
        store<i32>(cols + (<usize>at << 2), load<i32>(cols + (<usize>(at - 1) << 2)));
        at--;
      }
      store<f64>(scratch + (<usize>at << 3), key);
      store<i32>(cols + (<usize>at << 2), j);
      if (count == k) {
        cut = load<f64>(scratch + (<usize>(k - 1) << 3));
        threshold = f64x2.splat(cut);
      }
    }
  }
  kept = count;
  low = min(f64x2.extract_lane(lows, 0), f64x2.extract_lane(lows, 1));
}

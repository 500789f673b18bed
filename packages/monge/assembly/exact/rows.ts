// Scans of one dense row against the potentials of the columns, two f64 lanes at a time.

/** min_j row[j] - g[j] over m >= 1 columns. `pmin` is one instruction where `min` is five; no NaN occurs. */
export function rowMinimum(row: usize, g: usize, m: i32): f64 {
  let best0 = f64x2.splat(Infinity);
  let best1 = best0;
  let best2 = best0;
  let best3 = best0;
  let j: usize = 0;
  const end = <usize>(m & ~7) << 3;
  for (; j < end; j += 64) {
    best0 = f64x2.pmin(best0, f64x2.sub(v128.load(row + j), v128.load(g + j)));
    best1 = f64x2.pmin(best1, f64x2.sub(v128.load(row + j, 16), v128.load(g + j, 16)));
    best2 = f64x2.pmin(best2, f64x2.sub(v128.load(row + j, 32), v128.load(g + j, 32)));
    best3 = f64x2.pmin(best3, f64x2.sub(v128.load(row + j, 48), v128.load(g + j, 48)));
  }
  best0 = f64x2.pmin(f64x2.pmin(best0, best1), f64x2.pmin(best2, best3));
  let best = min(f64x2.extract_lane(best0, 0), f64x2.extract_lane(best0, 1));
  const stop = <usize>m << 3;
  for (; j < stop; j += 8) best = min(best, load<f64>(row + j) - load<f64>(g + j));
  return best;
}

/** First j with row[j] - g[j] == value, which must occur. */
export function findColumn(row: usize, g: usize, m: i32, value: f64): i32 {
  let j: usize = 0;
  const end = <usize>(m & ~3) << 3;
  const wanted = f64x2.splat(value);
  for (; j < end; j += 32) {
    const hit = v128.or(
      f64x2.eq(f64x2.sub(v128.load(row + j), v128.load(g + j)), wanted),
      f64x2.eq(f64x2.sub(v128.load(row + j, 16), v128.load(g + j, 16)), wanted),
    );
    if (v128.any_true(hit)) break;
  }
  while (load<f64>(row + j) - load<f64>(g + j) != value) j += 8;
  return <i32>(j >> 3);
}

/** g = min(g, row - f), entry by entry. */
export function lowerTo(g: usize, row: usize, f: f64, m: i32): void {
  const shift = f64x2.splat(f);
  let j: usize = 0;
  const end = <usize>(m & ~1) << 3;
  for (; j < end; j += 16) v128.store(g + j, f64x2.pmin(v128.load(g + j), f64x2.sub(v128.load(row + j), shift)));
  if (m & 1) store<f64>(g + j, min(load<f64>(g + j), load<f64>(row + j) - f));
}

/** The largest finite |x| of `count` numbers; 0 if there is none. */
export function largestMagnitude(x: usize, count: i32): f64 {
  let most = f64x2.splat(0);
  const infinite = f64x2.splat(Infinity);
  let k: usize = 0;
  const end = <usize>(count & ~1) << 3;
  for (; k < end; k += 16) {
    const size = f64x2.abs(v128.load(x + k));
    most = f64x2.pmax(most, v128.and(size, f64x2.lt(size, infinite)));
  }
  let result = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
  if (count & 1) {
    const size = abs(load<f64>(x + k));
    if (size < Infinity) result = max(result, size);
  }
  return result;
}

/** Multiplies `count` numbers by `factor`. */
export function scaleBy(x: usize, count: i32, factor: f64): void {
  for (let k: usize = 0; k < <usize>count << 3; k += 8) store<f64>(x + k, load<f64>(x + k) * factor);
}

// The values of the candidates of one selection, and their columns.
let values: usize = 0;
let columns: usize = 0;

/** Scratch that `selectColumns` needs for `width` columns. */
export function selectBytes(width: i32): usize {
  return <usize>width * 4 * 12 + 64;
}

/**
 * The `width` columns with the least row[j] - g[j], in any order, as i32 at `out`; returns their number, less than `width`
 * where fewer are finite. Columns below the present threshold are
 * collected; a full buffer is cut back to `width` by quickselect, which lowers the threshold.
 */
export function selectColumns(row: usize, g: usize, m: i32, width: i32, out: usize, scratch: usize): i32 {
  const room = width * 4;
  values = scratch;
  columns = scratch + (<usize>room << 3) + 32;
  let threshold = Infinity;
  let count = 0;
  let j = 0;
  while (j < m) {
    const wanted = f64x2.splat(threshold);
    while (j + 4 <= m) {
      const p = row + (<usize>j << 3);
      const q = g + (<usize>j << 3);
      const hit = v128.or(
        f64x2.lt(f64x2.sub(v128.load(p), v128.load(q)), wanted),
        f64x2.lt(f64x2.sub(v128.load(p, 16), v128.load(q, 16)), wanted),
      );
      if (v128.any_true(hit)) break;
      j += 4;
    }
    const stop = min(j + 4, m);
    for (; j < stop; j++) {
      const value = load<f64>(row + (<usize>j << 3)) - load<f64>(g + (<usize>j << 3));
      // Written always, kept if below: no branch to mispredict.
      store<f64>(values + (<usize>count << 3), value);
      store<i32>(columns + (<usize>count << 2), j);
      count += i32(value < threshold);
    }
    if (count + 4 > room) {
      threshold = cut(count, width);
      count = width;
    }
  }
  if (count > width) {
    cut(count, width);
    count = width;
  }
  memory.copy(out, columns, <usize>count << 2);
  return count;
}

// Moves the `width` least of `count` values to the front and returns the largest of them (Hoare's quickselect).
function cut(count: i32, width: i32): f64 {
  let low = 0;
  let high = count - 1;
  const target = width - 1;
  while (low < high) {
    const pivot = load<f64>(values + (<usize>((low + high) >> 1) << 3));
    let left = low;
    let right = high;
    while (left <= right) {
      while (load<f64>(values + (<usize>left << 3)) < pivot) left++;
      while (load<f64>(values + (<usize>right << 3)) > pivot) right--;
      if (left > right) break;
      const value = load<f64>(values + (<usize>left << 3));
      store<f64>(values + (<usize>left << 3), load<f64>(values + (<usize>right << 3)));
      store<f64>(values + (<usize>right << 3), value);
      const column = load<i32>(columns + (<usize>left << 2));
      store<i32>(columns + (<usize>left << 2), load<i32>(columns + (<usize>right << 2)));
      store<i32>(columns + (<usize>right << 2), column);
      left++;
      right--;
    }
    if (target <= right) high = right;
    else if (target >= left) low = left;
    else break;
  }
  let most = -Infinity;
  for (let k = 0; k < width; k++) most = max(most, load<f64>(values + (<usize>k << 3)));
  return most;
}

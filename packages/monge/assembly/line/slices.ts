// Many transports on the line at once: projections of points on directions, sorted by the upper bits of their doubles, and the cost of each.
// Rows are one projection each. Radix sort on the upper 22 or 33 bits, then insertion, which has little to do; else all six passes.

import { buckets, countDigits, doublesOf, keyOf, passes, radixPasses } from "./sort";

/** Bytes of the histograms of slices. */
export function sliceHistogramBytes(): i32 {
  return passes * buckets * 4;
}

/**
 * out[l, i] = <direction l, point i> for `count` directions (count x d) and n points, given by coordinates: points[k, i], rows of `stride`
 * doubles, a multiple of 8. Rows of out are `stride` long too.
 */
export function sliceProject(points: usize, stride: i32, d: i32, directions: usize, count: i32, out: usize): void {
  const row = <usize>stride << 3;
  for (let i: usize = 0; i < row; i += 64) {
    for (let l = 0; l < count; l += 2) {
      // The last of an odd number of directions is computed twice.
      const first = directions + ((<usize>l * <usize>d) << 3);
      const second = l + 1 < count ? first + (<usize>d << 3) : first;
      let s0 = f64x2.splat(0);
      let s1 = f64x2.splat(0);
      let s2 = f64x2.splat(0);
      let s3 = f64x2.splat(0);
      let t0 = f64x2.splat(0);
      let t1 = f64x2.splat(0);
      let t2 = f64x2.splat(0);
      let t3 = f64x2.splat(0);
      let at = points + i;
      for (let k: usize = 0; k < <usize>d; k++, at += row) {
        const u = v128.load64_splat(first + (k << 3));
        const v = v128.load64_splat(second + (k << 3));
        const p0 = v128.load(at);
        const p1 = v128.load(at, 16);
        const p2 = v128.load(at, 32);
        const p3 = v128.load(at, 48);
        s0 = f64x2.add(s0, f64x2.mul(u, p0));
        s1 = f64x2.add(s1, f64x2.mul(u, p1));
        s2 = f64x2.add(s2, f64x2.mul(u, p2));
        s3 = f64x2.add(s3, f64x2.mul(u, p3));
        t0 = f64x2.add(t0, f64x2.mul(v, p0));
        t1 = f64x2.add(t1, f64x2.mul(v, p1));
        t2 = f64x2.add(t2, f64x2.mul(v, p2));
        t3 = f64x2.add(t3, f64x2.mul(v, p3));
      }
      const to = out + <usize>l * row + i;
      v128.store(to, s0);
      v128.store(to, s1, 16);
      v128.store(to, s2, 32);
      v128.store(to, s3, 48);
      if (l + 1 < count) {
        const next = to + row;
        v128.store(next, t0);
        v128.store(next, t1, 16);
        v128.store(next, t2, 32);
        v128.store(next, t3, 48);
      }
    }
  }
}

/** Passes [from, passes) of the radix sort on flipped bits; returns where the keys ended: 0 in place, 1 in the spare arrays. */
function radix(
  count: i32,
  keys: usize,
  spare: usize,
  order: usize,
  spareOrder: usize,
  histogram: usize,
  from: i32,
): i32 {
  memory.fill(histogram + <usize>(from * buckets * 4), 0, <usize>((passes - from) * buckets * 4));
  for (let k: usize = 0; k < <usize>count; k++) countDigits(load<u64>(keys + (k << 3)), histogram, from);
  return radixPasses(count, keys, spare, order, spareOrder, histogram, from);
}

/** Insertion sort of keys; false once more than 8 count places were moved (then nearly sorted at best). */
function insertion(count: i32, keys: usize, order: usize): bool {
  let budget = 8 * count;
  for (let k: usize = 1; k < <usize>count; k++) {
    const key = load<u64>(keys + (k << 3));
    let at = k;
    if (load<u64>(keys + ((k - 1) << 3)) <= key) continue;
    const index = order !== 0 ? load<u32>(order + (k << 2)) : 0;
    while (at > 0 && load<u64>(keys + ((at - 1) << 3)) > key) {
      store<u64>(keys + (at << 3), load<u64>(keys + ((at - 1) << 3)));
      if (order !== 0) store<u32>(order + (at << 2), load<u32>(order + ((at - 1) << 2)));
      at--;
      budget--;
    }
    store<u64>(keys + (at << 3), key);
    if (order !== 0) store<u32>(order + (at << 2), index);
    if (budget < 0) return false;
  }
  return true;
}

/** Sorts the `count` finite doubles at `values`, ascending, in place; with `order` not 0, permutes the indices 0 .. count - 1 there alike. */
export function sliceSort(
  count: i32,
  values: usize,
  spare: usize,
  order: usize,
  spareOrder: usize,
  histogram: usize,
): void {
  for (let k: usize = 0; k < <usize>count; k++) {
    store<u64>(values + (k << 3), keyOf(load<f64>(values + (k << 3))));
    if (order !== 0) store<u32>(order + (k << 2), <u32>k);
  }
  // From nothing, the upper 22 or 33 bits, or all of them, whichever leaves the insertion little.
  let from = count <= 64 ? passes : count <= 1024 ? 4 : 3;
  while (true) {
    if (from < passes) settle(radix(count, values, spare, order, spareOrder, histogram, from), count, values, spare, order, spareOrder);
    if (from === 0 || insertion(count, values, order)) break;
    from = from > 3 ? 3 : 0;
  }
  doublesOf(count, values, values);
}

function settle(turned: i32, count: i32, values: usize, spare: usize, order: usize, spareOrder: usize): void {
  if (turned === 0) return;
  memory.copy(values, spare, <usize>count << 3);
  if (order !== 0) memory.copy(order, spareOrder, <usize>count << 2);
}

/** |gap|^p. */
function power(gap: f64, p: f64): f64 {
  return p === 2 ? gap * gap : p === 1 ? Math.abs(gap) : Math.pow(Math.abs(gap), p);
}

/** The cost between sorted rows of n and m atoms of masses 1 / n and 1 / m: the corner rule on whole numbers. */
export function sliceUniformCost(n: i32, m: i32, x: usize, y: usize, p: f64): f64 {
  let total: f64 = 0;
  if (n === m) {
    for (let k: usize = 0; k < <usize>n; k++) total += power(load<f64>(x + (k << 3)) - load<f64>(y + (k << 3)), p);
    return total / <f64>n;
  }
  let i: usize = 0;
  let j: usize = 0;
  let row = m;
  let column = n;
  while (i < <usize>n && j < <usize>m) {
    const cost = power(load<f64>(x + (i << 3)) - load<f64>(y + (j << 3)), p);
    const moved = min(row, column);
    total += <f64>moved * cost;
    row -= moved;
    column -= moved;
    if (row === 0) {
      i++;
      row = m;
    }
    if (column === 0) {
      j++;
      column = n;
    }
  }
  return total / (<f64>n * <f64>m);
}

/** The cost between sorted rows with masses a and b, read through the orders that sorted them. */
export function sliceWeightedCost(
  n: i32,
  m: i32,
  x: usize,
  y: usize,
  a: usize,
  b: usize,
  rows: usize,
  columns: usize,
  p: f64,
): f64 {
  let total: f64 = 0;
  let i: usize = 0;
  let j: usize = 0;
  let row = load<f64>(a + (<usize>load<u32>(rows) << 3));
  let column = load<f64>(b + (<usize>load<u32>(columns) << 3));
  while (true) {
    const cost = power(load<f64>(x + (i << 3)) - load<f64>(y + (j << 3)), p);
    const down = j === <usize>m - 1 || (i < <usize>n - 1 && row <= column);
    if (down) {
      total += row * cost;
      column -= row;
      if (++i === <usize>n) break;
      row = load<f64>(a + (<usize>load<u32>(rows + (i << 2)) << 3));
    } else {
      total += column * cost;
      row -= column;
      if (++j === <usize>m) break;
      column = load<f64>(b + (<usize>load<u32>(columns + (j << 2)) << 3));
    }
  }
  return total;
}

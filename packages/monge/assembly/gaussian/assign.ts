// Nearest centres under the Bures-Wasserstein distance: among the neighbours of the present centre, or among all.
//
// W2 is a metric, so W2(x, c_j) >= W2(c_l, c_j) - W2(x, c_l): neighbours of the present centre l, in order of their distance from it, need
// to be looked at only up to W2(x, c_l) plus the best distance so far. Elkan (2003).
import { distance, lowerBound } from "./distance";

const hops: i32 = 16;
let open: i32 = 0;

/** Records of the last `assignNear` whose list of neighbours ended before its bound did: their centre may not be the nearest. */
export function assignOpen(): i32 {
  return open;
}

/**
 * Moves records [begin, end) of `size` numbers at x to the nearest centre within reach. `labels` (i32) holds the present centres
 * and gets the new ones, `costs` gets the squared distances, `own` those to the present centres. Row l of `near` (i32) and `reach` (f64) holds the `width` nearest centres of l
 * and their distances, ascending. Returns how many labels changed.
 */
export function assignNear(
  d: i32, size: i32, x: usize, begin: i32, end: i32, labels: usize, costs: usize, own: usize, centres: usize,
  near: usize, reach: usize, width: i32,
): i32 {
  const step = <usize>size << 3;
  let changed = 0;
  open = 0;
  for (let i = begin; i < end; i++) {
    const here = x + <usize>i * step;
    const place = labels + (<usize>i << 2);
    const before = load<i32>(place);
    let label = before;
    let best = distance(d, here, centres + <usize>label * step);
    let bounded = false;
    store<f64>(own + (<usize>i << 3), best);
    for (let hop = 0; hop < hops; hop++) {
      const from = label;
      const start = Math.sqrt(best);
      let radius = 2 * start;
      bounded = false;
      for (let t: usize = <usize>from * <usize>width, stop = t + <usize>width; t < stop; t++) {
        if (load<f64>(reach + (t << 3)) >= radius) {
          bounded = true;
          break;
        }
        const other = load<i32>(near + (t << 2));
        const there = centres + <usize>other * step;
        if (lowerBound(d, here, there) >= best) continue;
        const value = distance(d, here, there);
        if (value >= best) continue;
        best = value;
        label = other;
        radius = start + Math.sqrt(best);
      }
      if (label == from) break;
    }
    if (!bounded) open++;
    if (label != before) changed++;
    store<i32>(place, label);
    store<f64>(costs + (<usize>i << 3), best);
  }
  return changed;
}

/**
 * The nearest of `count` centres for records [begin, end), by looking at all of them that its bounds leave. `order` (i32) lists the
 * centres by coordinate `axis` of their means, ascending.
 */
export function nearestAll(
  d: i32, size: i32, x: usize, begin: i32, end: i32, labels: usize, costs: usize, centres: usize, order: usize, count: i32, axis: i32,
): void {
  const step = <usize>size << 3;
  const along = <usize>axis << 3;
  for (let i = begin; i < end; i++) {
    const here = x + <usize>i * step;
    const value = load<f64>(here + along);
    let up = firstAbove(value, centres, step, order, count, along);
    let down = up - 1;
    let best = Infinity;
    let label = load<i32>(order);
    while (up < count || down >= 0) {
      let other: i32 = -1;
      let gap = Infinity;
      if (up < count) {
        other = load<i32>(order + (<usize>up << 2));
        gap = load<f64>(centres + <usize>other * step + along) - value;
      }
      if (down >= 0) {
        const below = load<i32>(order + (<usize>down << 2));
        const gapBelow = value - load<f64>(centres + <usize>below * step + along);
        if (gapBelow < gap) {
          gap = gapBelow;
          other = below;
          down--;
        } else up++;
      } else up++;
      if (gap * gap >= best) break;
      const there = centres + <usize>other * step;
      if (lowerBound(d, here, there) >= best) continue;
      const cost = distance(d, here, there);
      if (cost < best) {
        best = cost;
        label = other;
      }
    }
    store<i32>(labels + (<usize>i << 2), label);
    store<f64>(costs + (<usize>i << 3), best);
  }
}

/**
 * The `width` nearest other centres of the centres [begin, end), and their distances, ascending; where there are fewer, the rest of the
 * row says centre 0 at distance Infinity. `order` and `axis` as for `nearestAll`.
 */
export function neighbours(
  d: i32, size: i32, centres: usize, begin: i32, end: i32, order: usize, count: i32, axis: i32, near: usize, reach: usize, width: i32,
): void {
  const step = <usize>size << 3;
  const along = <usize>axis << 3;
  for (let place = begin; place < end; place++) {
    const self = load<i32>(order + (<usize>place << 2));
    const here = centres + <usize>self * step;
    const value = load<f64>(here + along);
    const row = <usize>self * <usize>width;
    for (let t: usize = row; t < row + <usize>width; t++) {
      store<i32>(near + (t << 2), 0);
      store<f64>(reach + (t << 3), Infinity);
    }
    const last = reach + ((row + <usize>width - 1) << 3);
    let up = place + 1;
    let down = place - 1;
    while (up < count || down >= 0) {
      let other: i32 = -1;
      let gap = Infinity;
      if (up < count) {
        other = load<i32>(order + (<usize>up << 2));
        gap = load<f64>(centres + <usize>other * step + along) - value;
      }
      if (down >= 0) {
        const below = load<i32>(order + (<usize>down << 2));
        const gapBelow = value - load<f64>(centres + <usize>below * step + along);
        if (gapBelow < gap) {
          gap = gapBelow;
          other = below;
          down--;
        } else up++;
      } else up++;
      const worst = load<f64>(last);
      if (gap >= worst) break;
      const there = centres + <usize>other * step;
      if (lowerBound(d, here, there) >= worst * worst) continue;
      insert(Math.sqrt(distance(d, here, there)), other, near, reach, row, width);
    }
  }
}

/** Puts a neighbour into its place of a row, which loses its last one. */
function insert(value: f64, other: i32, near: usize, reach: usize, row: usize, width: i32): void {
  let t = row + <usize>width - 1;
  if (value >= load<f64>(reach + (t << 3))) return;
  for (; t > row && load<f64>(reach + ((t - 1) << 3)) > value; t--) {
    store<f64>(reach + (t << 3), load<f64>(reach + ((t - 1) << 3)));
    store<i32>(near + (t << 2), load<i32>(near + ((t - 1) << 2)));
  }
  store<f64>(reach + (t << 3), value);
  store<i32>(near + (t << 2), other);
}

/** The first place in `order` whose centre lies above `value` along the axis. */
function firstAbove(value: f64, centres: usize, step: usize, order: usize, count: i32, along: usize): i32 {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<f64>(centres + <usize>load<i32>(order + (<usize>middle << 2)) * step + along) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

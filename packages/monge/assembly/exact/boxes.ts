// A point cloud sorted into a tree of boxes: leaves of 8 consecutive points, every node with its bounds and its largest potential.
// Median splits of the widest axis (Bentley 1975), but at multiples of 8 points, so that a leaf is one block of 8 lanes.
//
// A cloud is a header of 12 i32 at address `cloud`, filled by the caller before `cloudBuild`:
//   0 n   1 d   2 blocks = ceil(n / 8)   3 nodes = 2 * (power of two >= blocks) - 1
//   4 coords: blocks * d * 8 f64, coordinate k of point j at ((j >> 3) * d + k) * 8 + (j & 7)
//   5 order: blocks * 8 i32, original index of sorted point j (the caller's array of n rows is only read by `cloudBuild`)
//   6 ranges: nodes * 2 i32, the blocks [begin, end) of a node; children of v are 2 v + 1 and 2 v + 2; end = 0 where there is no node
//   7 boxes: nodes * 2 d f64, lower corner then upper corner
//   8 potential: blocks * 8 f64, -Infinity behind n      9 peak: nodes f64, largest potential of a node

@inline export function cloudSize(cloud: usize): i32 {
  return load<i32>(cloud);
}
@inline export function cloudDimension(cloud: usize): i32 {
  return load<i32>(cloud, 4);
}
@inline export function cloudBlocks(cloud: usize): i32 {
  return load<i32>(cloud, 8);
}
@inline function cloudNodes(cloud: usize): i32 {
  return load<i32>(cloud, 12);
}
@inline export function cloudCoords(cloud: usize): usize {
  return load<u32>(cloud, 16);
}
@inline function cloudOrder(cloud: usize): usize {
  return load<u32>(cloud, 20);
}
@inline export function cloudRanges(cloud: usize): usize {
  return load<u32>(cloud, 24);
}
@inline export function cloudBoxes(cloud: usize): usize {
  return load<u32>(cloud, 28);
}
@inline export function cloudPotential(cloud: usize): usize {
  return load<u32>(cloud, 32);
}
@inline export function cloudPeak(cloud: usize): usize {
  return load<u32>(cloud, 36);
}

/** Sorts the n x d row-major `points` into the tree of `cloud` and fills everything but the potentials. */
export function cloudBuild(cloud: usize, points: usize): void {
  const n = cloudSize(cloud);
  const d = cloudDimension(cloud);
  const blocks = cloudBlocks(cloud);
  const nodes = cloudNodes(cloud);
  const order = cloudOrder(cloud);
  const ranges = cloudRanges(cloud);
  for (let j = 0; j < n; j++) store<i32>(order + (<usize>j << 2), j);
  memory.fill(ranges, 0, <usize>nodes << 3);
  store<i32>(ranges, 0);
  store<i32>(ranges, blocks, 4);
  for (let v = 0; v < nodes; v++) {
    const begin = load<i32>(ranges + (<usize>v << 3));
    const end = load<i32>(ranges + (<usize>v << 3), 4);
    if (end == 0) continue;
    const first = begin << 3;
    const last = min(end << 3, n);
    if (end - begin > 1) {
      const middle = (begin + end + 1) >> 1;
      select(points, d, order, first, last, middle << 3);
      const left = ranges + (<usize>(2 * v + 1) << 3);
      store<i32>(left, begin);
      store<i32>(left, middle, 4);
      store<i32>(left, middle, 8);
      store<i32>(left, end, 12);
    } else if (last - first > 4) {
      // Halves and quarters of a leaf are neighbours too: they become the cells of the next coarser measure.
      select(points, d, order, first, last, first + 4);
      select(points, d, order, first, first + 4, first + 2);
      if (last - first > 6) select(points, d, order, first + 4, last, first + 6);
    }
  }
  const coords = cloudCoords(cloud);
  for (let j = 0; j < blocks << 3; j++) {
    // The lanes behind the last point repeat it: they never widen a box, and their potential keeps them out.
    const from = points + <usize>load<i32>(order + (<usize>min(j, n - 1) << 2)) * (<usize>d << 3);
    const to = coords + ((<usize>(j >> 3) * d) << 6) + (<usize>(j & 7) << 3);
    for (let k = 0; k < d; k++) store<f64>(to + (<usize>k << 6), load<f64>(from + (<usize>k << 3)));
    if (j >= n) store<i32>(order + (<usize>j << 2), load<i32>(order + (<usize>(n - 1) << 2)));
  }
  bound(cloud);
}

function bound(cloud: usize): void {
  const d = cloudDimension(cloud);
  const ranges = cloudRanges(cloud);
  const boxes = cloudBoxes(cloud);
  const coords = cloudCoords(cloud);
  const wide = <usize>d << 3;
  for (let v = cloudNodes(cloud) - 1; v >= 0; v--) {
    const begin = load<i32>(ranges + (<usize>v << 3));
    const end = load<i32>(ranges + (<usize>v << 3), 4);
    if (end == 0) continue;
    const box = boxes + (<usize>v << 1) * wide;
    const left = boxes + (<usize>(2 * v + 1) << 1) * wide;
    const right = left + 2 * wide;
    for (let k: usize = 0; k < wide; k += 8) {
      let low: f64;
      let high: f64;
      if (end - begin == 1) {
        const lane = coords + ((<usize>begin * d) << 6) + (k << 3);
        low = load<f64>(lane);
        high = low;
        for (let l: usize = 8; l < 64; l += 8) {
          low = min(low, load<f64>(lane + l));
          high = max(high, load<f64>(lane + l));
        }
      } else {
        low = min(load<f64>(left + k), load<f64>(right + k));
        high = max(load<f64>(left + wide + k), load<f64>(right + wide + k));
      }
      store<f64>(box + k, low);
      store<f64>(box + wide + k, high);
    }
  }
}

/** Sorts order[first .. last) so that the points before position `at` lie below the others along the widest axis. */
function select(points: usize, d: i32, order: usize, first: i32, last: i32, at: i32): void {
  let axis = 0;
  let widest = -1.0;
  for (let k = 0; k < d; k++) {
    let low = Infinity;
    let high = -Infinity;
    for (let j = first; j < last; j++) {
      const value = coordinate(points, d, order, j, k);
      low = min(low, value);
      high = max(high, value);
    }
    if (high - low > widest) {
      widest = high - low;
      axis = k;
    }
  }
  let low = first;
  let high = last - 1;
  while (low < high) {
    // Hoare's selection, pivot the median of three; equal keys are swapped too, so ties split evenly.
    const p = coordinate(points, d, order, low, axis);
    const q = coordinate(points, d, order, (low + high) >> 1, axis);
    const r = coordinate(points, d, order, high, axis);
    const pivot = max(min(p, q), min(max(p, q), r));
    let i = low;
    let j = high;
    while (i <= j) {
      while (coordinate(points, d, order, i, axis) < pivot) i++;
      while (coordinate(points, d, order, j, axis) > pivot) j--;
      if (i <= j) {
        const swap = load<i32>(order + (<usize>i << 2));
        store<i32>(order + (<usize>i << 2), load<i32>(order + (<usize>j << 2)));
        store<i32>(order + (<usize>j << 2), swap);
        i++;
        j--;
      }
    }
    if (at <= j) high = j;
    else if (at >= i) low = i;
    else return;
  }
}

@inline function coordinate(points: usize, d: i32, order: usize, j: i32, k: i32): f64 {
  return load<f64>(points + ((<usize>load<i32>(order + (<usize>j << 2)) * d + k) << 3));
}

/** Recomputes the largest potential of every node; call it whenever the potentials changed. */
export function cloudRefresh(cloud: usize): void {
  const n = cloudSize(cloud);
  const ranges = cloudRanges(cloud);
  const potential = cloudPotential(cloud);
  const peak = cloudPeak(cloud);
  for (let j = n; j < cloudBlocks(cloud) << 3; j++) store<f64>(potential + (<usize>j << 3), -Infinity);
  for (let v = cloudNodes(cloud) - 1; v >= 0; v--) {
    const begin = load<i32>(ranges + (<usize>v << 3));
    const end = load<i32>(ranges + (<usize>v << 3), 4);
    if (end == 0) continue;
    let top: f64;
    if (end - begin == 1) {
      const lane = potential + (<usize>begin << 6);
      top = load<f64>(lane);
      for (let l: usize = 8; l < 64; l += 8) top = max(top, load<f64>(lane + l));
    } else {
      const left = peak + (<usize>(2 * v + 1) << 3);
      top = max(load<f64>(left), load<f64>(left, 8));
    }
    store<f64>(peak + (<usize>v << 3), top);
  }
}

// For each point i of a cloud the k columns with the smallest c_ij - g_j below a limit: pricing, c-transforms and candidates alike.
// Branch and bound over the column tree, one block of 8 rows at a time; a node is left out when c(box, box) - max g >= the limit.

import { cloudBlocks, cloudCoords, cloudDimension, cloudPeak, cloudPotential, cloudRanges, cloudSize } from "./boxes";
import { pointBound, pointsBound, pointsLanes } from "./points";

const lanes = memory.data(64, 16);
const limits = memory.data(64, 16);
/** Depth first with one sibling left behind per level: 32 levels hold 2^31 blocks. */
const stack = memory.data(64 * 16, 16);

/** The node of `cloud` that is the leaf of block `block`. */
function leafOf(cloud: usize, block: i32): i32 {
  const ranges = cloudRanges(cloud);
  let v = 0;
  while (true) {
    const at = ranges + ((<usize>v) << 3);
    if (load<i32>(at, 4) - load<i32>(at) == 1) return v;
    v = 2 * v + 1;
    if (block >= load<i32>(ranges + ((<usize>v) << 3), 4)) v++;
  }
}

/**
 * Searches the rows of blocks [begin, end) of cloud x in cloud y, whose potentials must be refreshed.
 * limit: f64 per row, only values c - g < limit count. Row i gets counts[i] <= k columns and values at i * k, ascending.
 * Returns the number of columns found.
 */
export function pointsSearch(
  x: usize,
  y: usize,
  begin: i32,
  end: i32,
  k: i32,
  limit: usize,
  counts: usize,
  columns: usize,
  values: usize,
): i32 {
  const d = cloudDimension(x);
  const n = cloudSize(x);
  // In high dimension a bound costs as much as the distances that it saves, and saves few.
  const low = d <= 8;
  const ranges = cloudRanges(y);
  const peak = cloudPeak(y);
  const potential = cloudPotential(y);
  const coordsX = cloudCoords(x);
  const coordsY = cloudCoords(y);
  let found = 0;
  for (let block = begin; block < min(end, cloudBlocks(x)); block++) {
    const firstRow = block << 3;
    const rows = min(n - firstRow, 8);
    const blockX = coordsX + ((<usize>block * d) << 6);
    const leaf = leafOf(x, block);
    let widest = -Infinity;
    for (let r = 0; r < rows; r++) {
      const most = load<f64>(limit + ((<usize>(firstRow + r)) << 3));
      store<f64>(limits + ((<usize>r) << 3), most);
      store<i32>(counts + ((<usize>(firstRow + r)) << 2), 0);
      widest = max(widest, most);
    }
    let depth: usize = 16;
    store<i32>(stack, 0);
    store<f64>(stack, -Infinity, 8);
    while (depth > 0) {
      depth -= 16;
      if (load<f64>(stack + depth, 8) >= widest) continue;
      const v = load<i32>(stack + depth);
      const at = ranges + ((<usize>v) << 3);
      if (load<i32>(at, 4) - load<i32>(at) > 1) {
        const left = 2 * v + 1;
        const lowLeft = pointsBound(x, leaf, y, left) - load<f64>(peak + ((<usize>left) << 3));
        const lowRight = pointsBound(x, leaf, y, left + 1) - load<f64>(peak + ((<usize>left) << 3), 8);
        const near = lowLeft <= lowRight ? left : left + 1;
        const far = 2 * left + 1 - near;
        const lowFar = max(lowLeft, lowRight);
        const lowNear = min(lowLeft, lowRight);
        if (lowFar < widest) {
          store<i32>(stack + depth, far);
          store<f64>(stack + depth, lowFar, 8);
          depth += 16;
        }
        if (lowNear < widest) {
          store<i32>(stack + depth, near);
          store<f64>(stack + depth, lowNear, 8);
          depth += 16;
        }
        continue;
      }
      const column = load<i32>(at);
      const top = load<f64>(peak + ((<usize>v) << 3));
      const blockY = coordsY + ((<usize>column * d) << 6);
      const g = potential + ((<usize>column) << 6);
      let changed = false;
      for (let r = 0; r < rows; r++) {
        const from = blockX + ((<usize>r) << 3);
        let most = load<f64>(limits + ((<usize>r) << 3));
        if (low && pointBound(from, y, v) - top >= most) continue;
        pointsLanes(from, blockY, d, g, lanes);
        const wide = f64x2.splat(most);
        const near = v128.or(
          v128.or(f64x2.lt(v128.load(lanes), wide), f64x2.lt(v128.load(lanes, 16), wide)),
          v128.or(f64x2.lt(v128.load(lanes, 32), wide), f64x2.lt(v128.load(lanes, 48), wide)),
        );
        if (!v128.any_true(near)) continue;
        const row = <usize>(firstRow + r);
        let count = load<i32>(counts + (row << 2));
        const columnList = columns + ((row * k) << 2);
        const valueList = values + ((row * k) << 3);
        for (let lane = 0; lane < 8; lane++) {
          const value = load<f64>(lanes + ((<usize>lane) << 3));
          if (value >= most) continue;
          let place: usize = count < k ? count++ : k - 1;
          while (place > 0 && load<f64>(valueList + (place << 3) - 8) > value) {
            store<f64>(valueList + (place << 3), load<f64>(valueList + (place << 3) - 8));
            store<i32>(columnList + (place << 2), load<i32>(columnList + (place << 2) - 4));
            place--;
          }
          store<f64>(valueList + (place << 3), value);
          store<i32>(columnList + (place << 2), (column << 3) + lane);
          if (count == k) most = load<f64>(valueList + ((<usize>(k - 1)) << 3));
        }
        store<i32>(counts + (row << 2), count);
        store<f64>(limits + ((<usize>r) << 3), most);
        changed = true;
      }
      if (changed) {
        widest = -Infinity;
        for (let r = 0; r < rows; r++) widest = max(widest, load<f64>(limits + ((<usize>r) << 3)));
      }
    }
    for (let r = 0; r < rows; r++) found += load<i32>(counts + ((<usize>(firstRow + r)) << 2));
  }
  return found;
}

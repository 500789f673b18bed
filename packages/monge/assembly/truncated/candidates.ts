// Which groups of columns a block of rows must look at: all that may hold an exponent F + G - s |x - y|^2 above the cutoff.
//
// With D the difference of the centres of two boxes, dx and dy the offsets in them, q and p the gradients of the majorants of F and G:
// F + G - s |D + dx - dy|^2 <= F0 + G0 + excesses - s |D|^2 + sum_k (q - 2 s D)_k dx_k + (p + 2 s D)_k dy_k - s (dx_k - dy_k)^2,
// whose maximum over the boxes is bounded coordinate by coordinate. Tight also where transport goes far, for there p = -2 s D.
import { coordinate, sideCount, sideDimension, sideLevels, sideNode, sidePotentials, sideSize } from "./boxes";

/** Nodes that wait: (level, index). */
const stack: usize = memory.data(8 * 64);
/** A little above rounding, in bits. */
const slack: f64 = 1e-3;

/**
 * Lists at `out` the groups (nodes of `columns` at `level`) that may exceed the cutoff with the rows of `node`; returns their number.
 */
export function candidates(node: usize, columns: usize, level: i32, scale: f64, cutoff: f64, out: usize): i32 {
  let found = 0;
  let depth: usize = 1;
  store<i32>(stack, sideLevels(columns) - 1);
  store<i32>(stack, 0, 4);
  const d = <usize>sideDimension(columns);
  while (depth > 0) {
    depth--;
    const at = load<i32>(stack + (depth << 3));
    const v = load<i32>(stack + (depth << 3), 4);
    if (!(bound(node, sideNode(columns, at, v), d, scale) + slack > cutoff)) continue;
    if (at <= level) {
      store<i32>(out + (<usize>found << 2), v);
      found++;
      continue;
    }
    for (let child = 2 * v + 1; child >= 2 * v; child--) {
      if (child >= sideCount(columns, at - 1)) continue;
      store<i32>(stack + (depth << 3), at - 1);
      store<i32>(stack + (depth << 3), child, 4);
      depth++;
    }
  }
  return found;
}

/** An upper bound of F + G - s |x - y|^2 over two nodes. */
@inline function bound(x: usize, y: usize, d: usize, s: f64): f64 {
  const wide = d << 3;
  const value = wide << 1;
  const excess = 3 * wide + 8;
  let total = load<f64>(x + value) + load<f64>(y + value) + load<f64>(x + excess) + load<f64>(y + excess);
  for (let k: usize = 0; k < wide; k += 8) {
    const gap = load<f64>(x + k) - load<f64>(y + k);
    const r = load<f64>(x + wide + k);
    const h = load<f64>(y + wide + k);
    const pull = 2 * s * gap;
    const alpha = load<f64>(x + value + 8 + k) - pull;
    const beta = load<f64>(y + value + 8 + k) + pull;
    const both = Math.abs(alpha + beta);
    total += min(rise(Math.abs(alpha), r + h, s) + both * h, rise(Math.abs(beta), r + h, s) + both * r) - s * gap * gap;
  }
  return total;
}

/** The maximum of slope w - s w^2 over |w| <= reach. */
@inline function rise(slope: f64, reach: f64, s: f64): f64 {
  return slope >= 2 * s * reach ? slope * reach - s * reach * reach : (slope * slope) / (4 * s);
}

/** A point as a node: centre, and zeros. */
const point: usize = memory.data(8 * (3 * 8 + 2));

/** max_j G_j - s |x - y_j|^2 for the point x of d coordinates, over the points with a finite potential. */
export function peak(x: usize, side: usize, scale: f64): f64 {
  const d = <usize>sideDimension(side);
  memory.copy(point, x, d << 3);
  memory.fill(point + (d << 3), 0, (2 * d + 2) << 3);
  let best = -Infinity;
  let depth: usize = 1;
  store<i32>(stack, sideLevels(side) - 1);
  store<i32>(stack, 0, 4);
  while (depth > 0) {
    depth--;
    const at = load<i32>(stack + (depth << 3));
    const v = load<i32>(stack + (depth << 3), 4);
    if (!(bound(point, sideNode(side, at, v), d, scale) + slack > best)) continue;
    if (at == 0) {
      for (let j = v << 3; j < min((v + 1) << 3, sideSize(side)); j++) {
        let value = 0.0;
        for (let k: usize = 0; k < d; k++) {
          const gap = load<f64>(x + (k << 3)) - coordinate(side, j, k);
          value += gap * gap;
        }
        best = max(best, load<f64>(sidePotentials(side) + (<usize>j << 3)) - scale * value);
      }
      continue;
    }
    for (let child = 2 * v + 1; child >= 2 * v; child--) {
      if (child >= sideCount(side, at - 1)) continue;
      store<i32>(stack + (depth << 3), at - 1);
      store<i32>(stack + (depth << 3), child, 4);
      depth++;
    }
  }
  return best;
}

/** The largest squared distance between the points of two sides. */
export function farthest(x: usize, y: usize): f64 {
  const d = <usize>sideDimension(x);
  let best = 0.0;
  for (let i = 0; i < sideSize(x); i++) {
    for (let k: usize = 0; k < d; k++) store<f64>(point + (k << 3), coordinate(x, i, k));
    let depth: usize = 1;
    store<i32>(stack, sideLevels(y) - 1);
    store<i32>(stack, 0, 4);
    while (depth > 0) {
      depth--;
      const at = load<i32>(stack + (depth << 3));
      const v = load<i32>(stack + (depth << 3), 4);
      const node = sideNode(y, at, v);
      let reach = 0.0;
      for (let k: usize = 0; k < d; k++) {
        const gap = Math.abs(load<f64>(point + (k << 3)) - load<f64>(node + (k << 3))) + load<f64>(node + ((d + k) << 3));
        reach += gap * gap;
      }
      if (reach * (1 + 1e-12) <= best) continue;
      if (at > 0) {
        for (let child = 2 * v + 1; child >= 2 * v; child--) {
          if (child >= sideCount(y, at - 1)) continue;
          store<i32>(stack + (depth << 3), at - 1);
          store<i32>(stack + (depth << 3), child, 4);
          depth++;
        }
        continue;
      }
      for (let j = v << 3; j < min((v + 1) << 3, sideSize(y)); j++) {
        let value = 0.0;
        for (let k: usize = 0; k < d; k++) {
          const gap = load<f64>(point + (k << 3)) - coordinate(y, j, k);
          value += gap * gap;
        }
        best = max(best, value);
      }
    }
  }
  return best;
}

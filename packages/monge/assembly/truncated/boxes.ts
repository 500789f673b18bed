// One side of a truncated problem: sorted points in blocks of 8, and a tree of boxes with a majorant of the potential on each.
//
// Node v of level k holds the points [8 v 2^k, 8 (v + 1) 2^k): the tree is implicit in the order. On a node, G(y) <= value +
// gradient . (y - centre) + excess. A side is a header of i32 at address `side`, filled by the caller before `boxesBuild`:
//   0 n   4 d   8 blocks of 8 points   12 levels
//   16 coordinates: coordinate k of point j at ((j >> 3) d + k) 8 + (j & 7), f64   20 weights   24 potentials   28 sums
//   32 nodes: records of f64: centre d, half extent d, value, gradient d, excess   36 + 4 k: first record of level k
// Weights, potentials and sums have 8 numbers a block; behind n the weights are 0 and the potentials -Infinity.

/** A normal matrix and its right side, for the least squares of a node. */
const normal: usize = memory.data(8 * 9 * 8);
const mean: usize = memory.data(8 * 8);

@inline export function sideSize(side: usize): i32 {
  return load<i32>(side);
}
@inline export function sideDimension(side: usize): i32 {
  return load<i32>(side, 4);
}
@inline export function sideLevels(side: usize): i32 {
  return load<i32>(side, 12);
}
@inline export function sideCoordinates(side: usize): usize {
  return load<u32>(side, 16);
}
@inline export function sideWeights(side: usize): usize {
  return load<u32>(side, 20);
}
@inline export function sidePotentials(side: usize): usize {
  return load<u32>(side, 24);
}
@inline export function sideSums(side: usize): usize {
  return load<u32>(side, 28);
}

/** The number of nodes of a level. */
@inline export function sideCount(side: usize, level: i32): i32 {
  return (sideSize(side) + (8 << level) - 1) >> (3 + level);
}

/** The record of a node. */
@inline export function sideNode(side: usize, level: i32, v: i32): usize {
  const stride = <usize>(3 * sideDimension(side) + 2) << 3;
  return load<u32>(side, 32) + <usize>(load<i32>(side + (<usize>level << 2), 36) + v) * stride;
}

/** Bounds of every node, bottom up. */
export function boxesBuild(side: usize): void {
  const d = <usize>sideDimension(side);
  const n = sideSize(side);
  for (let level = 0; level < sideLevels(side); level++) {
    const below = level > 0 ? sideCount(side, level - 1) : 0;
    for (let v = 0; v < sideCount(side, level); v++) {
      const node = sideNode(side, level, v);
      for (let k: usize = 0; k < d; k++) {
        let low = Infinity;
        let high = -Infinity;
        if (level == 0) {
          for (let j = v << 3; j < min((v + 1) << 3, n); j++) {
            const value = coordinate(side, j, k);
            low = min(low, value);
            high = max(high, value);
          }
        } else {
          for (let child = 2 * v; child < min(2 * v + 2, below); child++) {
            const part = sideNode(side, level - 1, child) + (k << 3);
            low = min(low, load<f64>(part) - load<f64>(part + (d << 3)));
            high = max(high, load<f64>(part) + load<f64>(part + (d << 3)));
          }
        }
        const centre = 0.5 * low + 0.5 * high;
        store<f64>(node + (k << 3), centre);
        store<f64>(node + ((d + k) << 3), max(high - centre, centre - low));
      }
    }
  }
}

/** Majorants of the potential on the nodes of levels [from, to). */
export function boxesFit(side: usize, from: i32, to: i32): void {
  for (let level = from; level < min(to, sideLevels(side)); level++) {
    for (let v = 0; v < sideCount(side, level); v++) boxesFitNode(side, level, v);
  }
}

/** The majorant on one node: the affine function of least squares, and the largest excess over it. */
export function boxesFitNode(side: usize, level: i32, v: i32): void {
  const d = <usize>sideDimension(side);
  const node = sideNode(side, level, v);
  const first = v << (3 + level);
  const last = min((v + 1) << (3 + level), sideSize(side));
  const potentials = sidePotentials(side);
  const gradient = node + ((2 * d + 1) << 3);
  const share = 1 / <f64>(last - first);
  let average = 0.0;
  memory.fill(mean, 0, d << 3);
  for (let j = first; j < last; j++) {
    average += share * load<f64>(potentials + (<usize>j << 3));
    for (let k: usize = 0; k < d; k++) bump(mean + (k << 3), share * coordinate(side, j, k));
  }
  const wide = d + 1;
  memory.fill(normal, 0, (d * wide) << 3);
  for (let j = first; j < last; j++) {
    const rise = load<f64>(potentials + (<usize>j << 3)) - average;
    for (let k: usize = 0; k < d; k++) {
      const x = coordinate(side, j, k) - load<f64>(mean + (k << 3));
      for (let l = k; l < d; l++) bump(normal + ((k * wide + l) << 3), x * (coordinate(side, j, l) - load<f64>(mean + (l << 3))));
      bump(normal + ((k * wide + d) << 3), x * rise);
    }
  }
  solve(d, wide, gradient);
  let value = average;
  for (let k: usize = 0; k < d; k++) {
    value += load<f64>(gradient + (k << 3)) * (load<f64>(node + (k << 3)) - load<f64>(mean + (k << 3)));
  }
  let excess = -Infinity;
  for (let j = first; j < last; j++) {
    let left = load<f64>(potentials + (<usize>j << 3)) - value;
    for (let k: usize = 0; k < d; k++) {
      left -= load<f64>(gradient + (k << 3)) * (coordinate(side, j, k) - load<f64>(node + (k << 3)));
    }
    excess = max(excess, left);
  }
  store<f64>(node + ((2 * d) << 3), value);
  store<f64>(node + ((3 * d + 1) << 3), excess);
}

/** Solves the symmetric system in `normal` (upper half), with a little on its diagonal: any gradient is valid, a small one is safe. */
function solve(d: usize, wide: usize, out: usize): void {
  let trace = 0.0;
  for (let k: usize = 0; k < d; k++) trace += load<f64>(normal + ((k * wide + k) << 3));
  if (!(trace > 1e-280)) {
    memory.fill(out, 0, d << 3);
    return;
  }
  for (let k: usize = 0; k < d; k++) bump(normal + ((k * wide + k) << 3), 1e-4 * trace);
  for (let k: usize = 0; k < d; k++) {
    const pivot = load<f64>(normal + ((k * wide + k) << 3));
    for (let r = k + 1; r < d; r++) {
      const times = load<f64>(normal + ((k * wide + r) << 3)) / pivot;
      for (let l = r; l <= d; l++) bump(normal + ((r * wide + l) << 3), -times * load<f64>(normal + ((k * wide + l) << 3)));
    }
  }
  for (let k = <isize>d - 1; k >= 0; k--) {
    let value = load<f64>(normal + ((<usize>k * wide + d) << 3));
    for (let l = <usize>k + 1; l < d; l++) value -= load<f64>(normal + ((<usize>k * wide + l) << 3)) * load<f64>(out + (l << 3));
    store<f64>(out + (<usize>k << 3), value / load<f64>(normal + ((<usize>k * wide + <usize>k) << 3)));
  }
}

@inline function bump(at: usize, by: f64): void {
  store<f64>(at, load<f64>(at) + by);
}

@inline export function coordinate(side: usize, j: i32, k: usize): f64 {
  const d = <usize>sideDimension(side);
  return load<f64>(sideCoordinates(side) + (((<usize>(j >> 3) * d + k) << 6) + (<usize>(j & 7) << 3)));
}

/** log2 of the sums of a side, at `out`; those out of range as the next power of 2^30 within it: nothing can be concluded from them. */
export function sideLogSums(side: usize, out: usize): void {
  const sums = sideSums(side);
  for (let j: usize = 0; j < <usize>sideSize(side) << 3; j += 8) {
    store<f64>(out + j, Math.log2(min(max(load<f64>(sums + j), 9.313225746154785e-10), 1073741824)));
  }
}

// The slowest part of the cells' system, solved exactly: its matrix on aggregates of neighbouring column cells, by Cholesky's factorisation.
//
// With Z_JC = 1 where column cell J belongs to aggregate C, the matrix is Z^T (Gamma - W^T R^-1 W) Z: a coarse space for conjugate gradients
// (Nicolaides 1987). The factor is kept row by row from the first entry of each row on; what has no pivot left is grounded.
import { cellsBefore, cellsCount, cellsRoots, cellsTiles } from "./cells";

let size: i32 = 0;
let shift: i32 = 0;
/** Rows of the factor, `size` numbers each, its diagonal inverted; first entries; the masses of the aggregates. */
let factor: usize = 0;
let firsts: usize = 0;
let masses: usize = 0;
let total: f64 = 0;
/** Numbers of one row cell, and the right side. */
let work: usize = 0;

/** A pivot that is a smaller share of its diagonal than this is none. */
const least: f64 = 1e-10;

/**
 * Aggregates of 2^`groups` groups of 8 column cells, `count` of them: a multiple of 2. `memory` has room for count (count + 3) numbers.
 * `ofRows` is A / rho by row cell, gamma the sums of W by column cell.
 */
export function aggregatesBuild(count: i32, groups: i32, blocks: i32, ofRows: usize, gamma: usize, cells: i32, memoryAt: usize): void {
  size = count;
  shift = groups;
  factor = memoryAt;
  masses = factor + (<usize>(count * count) << 3);
  work = masses + (<usize>count << 3);
  firsts = work + (<usize>count << 3);
  memory.fill(factor, 0, <usize>(count * count + 3 * count) << 3);
  total = 0;
  for (let c = 0; c < cells; c++) {
    const value = load<f64>(gamma + (<usize>c << 3));
    bump(masses + (<usize>(c >> (3 + groups)) << 3), value);
    total += value;
  }
  for (let c = 0; c < count; c++) store<f64>(entry(c, c), load<f64>(masses + (<usize>c << 3)));
  const last = cellsBefore(blocks);
  for (let c = 0; c < last; c++) row(c, load<f64>(ofRows + (<usize>c << 3)));
  memory.fill(work, 0, <usize>count << 3);
  factorise();
}

@inline function entry(i: i32, j: i32): usize {
  return factor + (<usize>(i * size + j) << 3);
}

// Subtracts the row cell's part: W_IC W_IC' / rho_I. Groups ascend, so the aggregates do.
function row(index: i32, times: f64): void {
  let tile = cellsTiles(index);
  const stop = tile + (<usize>cellsCount(index) << 5);
  const roots = cellsRoots();
  // Numbers W sqrt(A) of the row, by aggregate: a list of (aggregate, number) in the place of the right side.
  let from = 0;
  let to = -1;
  for (let name = stop; tile < stop; name += 4, tile += 32) {
    const group = load<i32>(name);
    const c = group >> shift;
    if (to < 0) from = c;
    // Between two aggregates of the row are zeros.
    for (to = max(to, from - 1); to < c; ) store<f64>(work + (<usize>++to << 3), 0);
    let sum = 0.0;
    for (let k: usize = 0; k < 8; k++) {
      const value = load<f32>(tile + (k << 2));
      if (value > 0) sum += <f64>value / load<f64>(roots + (<usize>group << 6) + (k << 3));
    }
    bump(work + (<usize>c << 3), sum);
  }
  for (let i = from; i <= to; i++) {
    const value = load<f64>(work + (<usize>i << 3)) * times;
    if (value == 0) continue;
    const at = entry(i, 0);
    for (let j: usize = <usize>from << 3; j <= <usize>i << 3; j += 8) bump(at + j, -value * load<f64>(work + j));
  }
}

function factorise(): void {
  for (let i = 0; i < size; i++) {
    let first = 0;
    while (first < i && load<f64>(entry(i, first)) == 0) first++;
    // Pairs of numbers.
    first &= ~1;
    store<i32>(firsts + (<usize>i << 2), first);
    const diagonal = load<f64>(entry(i, i));
    let pivot = diagonal;
    for (let j = first; j < i; j++) {
      const begin = max(first, load<i32>(firsts + (<usize>j << 2)));
      const value = (load<f64>(entry(i, j)) - dot(entry(i, begin), entry(j, begin), j - begin)) * load<f64>(entry(j, j));
      store<f64>(entry(i, j), value);
      pivot -= value * value;
    }
    store<f64>(entry(i, i), pivot > least * diagonal ? 1 / Math.sqrt(pivot) : 0);
  }
}

/** s = r + the aggregates' solution for r, both in the unit of z: `roots` holds sqrt(gamma), and `cells` numbers are in use. */
export function aggregatesApply(r: usize, s: usize, roots: usize, cells: i32): void {
  memory.fill(work, 0, <usize>size << 3);
  for (let c = 0; c < cells; c++) {
    const at = <usize>c << 3;
    bump(work + (<usize>(c >> (3 + shift)) << 3), load<f64>(r + at) * load<f64>(roots + at));
  }
  for (let i = 0; i < size; i++) {
    const first = load<i32>(firsts + (<usize>i << 2));
    const at = work + (<usize>i << 3);
    store<f64>(at, (load<f64>(at) - dot(entry(i, first), work + (<usize>first << 3), i - first)) * load<f64>(entry(i, i)));
  }
  for (let i = size - 1; i >= 0; i--) {
    const at = work + (<usize>i << 3);
    const value = load<f64>(at) * load<f64>(entry(i, i));
    store<f64>(at, value);
    for (let j = load<i32>(firsts + (<usize>i << 2)); j < i; j++) {
      bump(work + (<usize>j << 3), -value * load<f64>(entry(i, j)));
    }
  }
  // A constant is no change of the plan.
  let mean = 0.0;
  for (let c: usize = 0; c < <usize>size << 3; c += 8) mean += load<f64>(masses + c) * load<f64>(work + c);
  mean /= total;
  for (let c = 0; c < cells; c++) {
    const at = <usize>c << 3;
    store<f64>(s + at, load<f64>(r + at) + load<f64>(roots + at) * (load<f64>(work + (<usize>(c >> (3 + shift)) << 3)) - mean));
  }
}

function dot(x: usize, y: usize, count: i32): f64 {
  let pairs = f64x2.splat(0);
  const end = x + (<usize>(count & ~1) << 3);
  for (; x < end; x += 16, y += 16) pairs = f64x2.add(pairs, f64x2.mul(v128.load(x), v128.load(y)));
  let value = f64x2.extract_lane(pairs, 0) + f64x2.extract_lane(pairs, 1);
  if (count & 1) value += load<f64>(x) * load<f64>(y);
  return value;
}

@inline function bump(at: usize, by: f64): void {
  store<f64>(at, load<f64>(at) + by);
}

// The plan summed over cells of q rows and q columns: the small matrix on which the slow part of the error is solved for.
//
// W_IJ = sum of P_ij over i in I, j in J. Kept is S = W_IJ / sqrt(A_I B_J) <= 1 in f32, row cell by row cell, as tiles of 8 column cells, where
// a tile holds more than a share `least` of some cell. The Hessian of the semi-dual in g is B - W^T A^-1 W.
import { sideSize, sideWeights } from "./boxes";

let q: i32 = 1;
let rows: usize = 0;
let columns: usize = 0;
/** 1 / sqrt of the masses of the row and column cells. */
let ra: usize = 0;
let rb: usize = 0;
/** Where the tiles of each row cell begin in `values`, in units of 32 bytes, and their number. Behind the tiles are their groups. */
let starts: usize = 0;
let values: usize = 0;
let capacity: i32 = 0;
let used: i32 = 0;
let least: f64 = 0;
/** The groups of the tiles of the present row cell; its weighted rows at the candidates. */
let draft: usize = 0;
let held: usize = 0;
let list: usize = 0;
let count: i32 = 0;
let level: i32 = 0;

/** Layout for cells of `size` (a power of two up to 32); addresses are the caller's. */
export function cellsInit(
  x: usize, y: usize, size: i32, ofRows: usize, ofColumns: usize, startsAt: usize, draftAt: usize, heldAt: usize, valuesAt: usize,
): void {
  rows = x;
  columns = y;
  q = size;
  ra = ofRows;
  rb = ofColumns;
  starts = startsAt;
  draft = draftAt;
  held = heldAt;
  values = valuesAt;
  capacity = 0;
  scales(x, ra);
  scales(y, rb);
}

function scales(side: usize, out: usize): void {
  const n = sideSize(side);
  const weights = sideWeights(side);
  for (let first = 0; first < n; first += q, out += 8) {
    let mass = 0.0;
    for (let j = first; j < min(first + q, n); j++) mass += load<f64>(weights + (<usize>j << 3));
    store<f64>(out, 1 / Math.sqrt(mass));
  }
}

/** Starts to keep cells; tiles without a share above `share` are left out. */
export function cellsOpen(share: f64): void {
  used = 0;
  least = share;
}

/** There is room for `units` of 32 bytes. */
export function cellsRoom(units: i32): void {
  capacity = units;
}

/** Units that are used. */
export function cellsUsed(): i32 {
  return used;
}

/** Whether the cells of one more row block of `length` candidates fit. */
export function cellsFit(length: i32): bool {
  return used + (((length + 7) >> 3) + length) * (32 / q) <= capacity;
}

export function cellsBegin(listAt: usize, length: i32, groupLevel: i32): void {
  list = listAt;
  count = length;
  level = groupLevel;
  if (q > 1) memory.fill(held, 0, <usize>count << (6 + level));
}

/** Adds a row to its cell: `weight` times the buffer, which holds the `number` candidates at the positions `active`. */
export function cellsRow(i: i32, weight: f64, buffer: usize, active: usize, number: i32): void {
  const times = f64x2.splat(weight);
  if (q == 1) {
    openCell();
    if (weight != 0) for (let k = 0; k < number; k++) {
      const group = load<i32>(list + (<usize>load<i32>(active + (<usize>k << 2)) << 2));
      const from = buffer + (<usize>k << 6);
      const masses = sideWeights(columns) + (<usize>group << 6);
      for (let lane: usize = 0; lane < 64; lane += 16) {
        v128.store(sums + lane, f64x2.mul(f64x2.mul(times, v128.load(from + lane)), v128.load(masses + lane)));
      }
      pick(group, i);
    }
    endCell(i);
    return;
  }
  const wide = <usize>64 << level;
  if (weight != 0) {
    let from = buffer;
    for (let k = 0; k < number; k++) {
      let to = held + <usize>load<i32>(active + (<usize>k << 2)) * wide;
      for (const stop = to + wide; to < stop; to += 64, from += 64) {
        v128.store(to, f64x2.add(v128.load(to), f64x2.mul(times, v128.load(from))));
        v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(times, v128.load(from, 16))), 16);
        v128.store(to, f64x2.add(v128.load(to, 32), f64x2.mul(times, v128.load(from, 32))), 32);
        v128.store(to, f64x2.add(v128.load(to, 48), f64x2.mul(times, v128.load(from, 48))), 48);
      }
    }
  }
  if (((i + 1) & (q - 1)) != 0 && i + 1 != sideSize(rows)) return;
  openCell();
  for (let entry = 0; entry < count; entry++) {
    const group = load<i32>(list + (<usize>entry << 2));
    let from = held + <usize>entry * wide;
    let mass = sideWeights(columns) + <usize>group * wide;
    for (let k: usize = 0; k < 64; k += 8) {
      let total = 0.0;
      for (let j = 0; j < q; j++, from += 8, mass += 8) total += load<f64>(from) * load<f64>(mass);
      store<f64>(sums + k, total);
    }
    pick(group, i >> ctz(q));
  }
  endCell(i >> ctz(q));
  memory.fill(held, 0, <usize>count << (6 + level));
}

/** Smaller numbers are 0: arithmetic below the range of f32 is slow. */
const tiny: f64 = 1e-30;
const sums: usize = memory.data(64);
let begun: i32 = 0;
let kept: i32 = 0;

@inline function openCell(): void {
  begun = used;
  kept = 0;
}

// Keeps the tile of a group in the row cell `index`, of which `sums` holds W, where it has a share that matters.
@inline function pick(group: i32, index: i32): void {
  const tile = values + (<usize>used << 5);
  const ofRow = f64x2.splat(load<f64>(ra + (<usize>index << 3)));
  const square = f64x2.mul(ofRow, ofRow);
  const low = f64x2.splat(tiny);
  let top = f64x2.splat(0);
  for (let k: usize = 0; k < 64; k += 16) {
    const W = v128.load(sums + k);
    const ofColumn = v128.load(rb + (<usize>group << 6) + k);
    // Behind the last column W is 0, whatever the other numbers are.
    const share = f64x2.mul(W, f64x2.pmax(square, f64x2.mul(ofColumn, ofColumn)));
    const value = f64x2.mul(f64x2.mul(W, ofRow), ofColumn);
    const some = f64x2.gt(value, low);
    top = f64x2.pmax(top, v128.and(share, some));
    v128.store_lane<i64>(tile + (k >> 1), f32x4.demote_f64x2_zero(v128.and(value, some)), 0);
  }
  if (!(max(f64x2.extract_lane(top, 0), f64x2.extract_lane(top, 1)) > least)) return;
  store<i32>(draft + (<usize>kept << 2), group);
  kept++;
  used++;
}

function endCell(index: i32): void {
  store<i32>(starts + (<usize>index << 3), begun);
  store<i32>(starts + (<usize>index << 3), kept, 4);
  memory.copy(values + (<usize>used << 5), draft, <usize>kept << 2);
  used += (kept + 7) >> 3;
}

/** Row cells of a row block up to its number `block`. */
@inline export function cellsBefore(block: i32): i32 {
  return min(block * (32 / q), (sideSize(rows) + q - 1) / q);
}
@inline export function cellsCount(index: i32): i32 {
  return load<i32>(starts + (<usize>index << 3), 4);
}
@inline export function cellsTiles(index: i32): usize {
  return values + (<usize>load<i32>(starts + (<usize>index << 3)) << 5);
}

/** Where 1 / sqrt of the masses of the column cells are. */
@inline export function cellsRoots(): usize {
  return rb;
}

/** Sums of the kept cells: rho_I = sum_J W_IJ and gamma_J = sum_I W_IJ, f64, cleared by the caller. */
export function cellsSums(blocks: i32, rho: usize, gamma: usize): void {
  const last = cellsBefore(blocks);
  const zero = f64x2.splat(0);
  for (let c = 0; c < last; c++) {
    let tile = cellsTiles(c);
    const stop = tile + (<usize>cellsCount(c) << 5);
    const ofRow = f64x2.splat(1 / load<f64>(ra + (<usize>c << 3)));
    let total = f64x2.splat(0);
    for (let name = stop; tile < stop; name += 4, tile += 32) {
      const group = <usize>load<i32>(name) << 6;
      for (let k: usize = 0; k < 64; k += 16) {
        const entry = f64x2.promote_low_f32x4(v128.load64_zero(tile + (k >> 1)));
        // Only in use are columns whose entries are not 0: behind the last one the root may be anything.
        const value = v128.and(f64x2.div(f64x2.mul(entry, ofRow), v128.load(rb + group + k)), f64x2.gt(entry, zero));
        total = f64x2.add(total, value);
        const to = gamma + group + k;
        v128.store(to, f64x2.add(v128.load(to), value));
      }
    }
    store<f64>(rho + (<usize>c << 3), f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1));
  }
}

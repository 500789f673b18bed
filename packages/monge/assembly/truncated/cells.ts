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
  if (q == 1) {
    openCell();
    if (weight != 0) for (let k = 0; k < number; k++) {
      pick(load<i32>(list + (<usize>load<i32>(active + (<usize>k << 2)) << 2)), buffer + (<usize>k << 6), weight, i);
    }
    endCell(i);
    return;
  }
  const wide = <usize>64 << level;
  const times = f64x2.splat(weight);
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
    pick(load<i32>(list + (<usize>entry << 2)), held + <usize>entry * wide, 1, i >> ctz(q));
  }
  endCell(i >> ctz(q));
  memory.fill(held, 0, <usize>count << (6 + level));
}

/** Smaller numbers are 0: arithmetic below the range of f32 is slow. */
const tiny: f64 = 1e-30;
let begun: i32 = 0;
let kept: i32 = 0;

@inline function openCell(): void {
  begun = used;
  kept = 0;
}

// Keeps the tile of a group in the row cell `index`, its columns summed from `from`, where it has a share that matters.
@inline function pick(group: i32, from: usize, times: f64, index: i32): void {
  const first = <usize>group << 6;
  const tile = values + (<usize>used << 5);
  const ofRow = load<f64>(ra + (<usize>index << 3));
  const most = least;
  let weight = sideWeights(columns) + first * <usize>q;
  let matters = false;
  for (let k: usize = 0; k < 8; k++) {
    let total = 0.0;
    for (let j = 0; j < q; j++, from += 8, weight += 8) total += load<f64>(from) * load<f64>(weight);
    total *= times;
    const ofColumn = load<f64>(rb + first + (k << 3));
    const value = total * ofRow * ofColumn;
    if (value > tiny) {
      matters = matters || total * max(ofRow * ofRow, ofColumn * ofColumn) > most;
      store<f32>(tile + (k << 2), <f32>value);
    } else store<f32>(tile + (k << 2), 0);
  }
  if (!matters) return;
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

/** Sums of the kept cells: rho_I = sum_J W_IJ and gamma_J = sum_I W_IJ, f64, cleared by the caller. */
export function cellsSums(blocks: i32, rho: usize, gamma: usize): void {
  const last = cellsBefore(blocks);
  for (let c = 0; c < last; c++) {
    let tile = cellsTiles(c);
    const stop = tile + (<usize>cellsCount(c) << 5);
    const ofRow = 1 / load<f64>(ra + (<usize>c << 3));
    let total = 0.0;
    for (let name = stop; tile < stop; name += 4) {
      const group = <usize>load<i32>(name) << 6;
      for (let k = group; k < group + 64; k += 8, tile += 4) {
        const entry = load<f32>(tile);
        if (entry == 0) continue;
        const value = <f64>entry * ofRow / load<f64>(rb + k);
        total += value;
        store<f64>(gamma + k, load<f64>(gamma + k) + value);
      }
    }
    store<f64>(rho + (<usize>c << 3), total);
  }
}

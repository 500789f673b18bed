// The plan summed over cells of q rows and q columns: the small matrix on which the slow part of the error is solved for.
//
// W_IJ = sum of P_ij over i in I, j in J. Kept is S = W_IJ / sqrt(A_I B_J) <= 1 in f32, as tiles of the cells of one row block and
// 8 column cells, where a tile holds more than a share `least` of some cell. The Hessian of the semi-dual in g is B - W^T A^-1 W.
import { sideSize, sideWeights } from "./boxes";

let q: i32 = 1;
let rows: usize = 0;
let columns: usize = 0;
/** Cells of a row block. */
let tall: i32 = 32;
/** 1 / sqrt of the masses of the row and column cells. */
let ra: usize = 0;
let rb: usize = 0;
/** Where each row block begins in `values`, in units of 32 bytes, and its number of tiles. A block is the groups of its tiles, then its tiles, row cell by row cell. */
let starts: usize = 0;
let values: usize = 0;
let capacity: i32 = 0;
let used: i32 = 0;
let least: f64 = 0;
/** Tiles of the present row block before the choice; the weighted rows of the present cell. */
let draft: usize = 0;
let held: usize = 0;
let list: usize = 0;
let count: i32 = 0;
let level: i32 = 0;
let cell: i32 = 0;

/** Layout for cells of `size` (a power of two up to 32); addresses are the caller's. */
export function cellsInit(
  x: usize, y: usize, size: i32, ofRows: usize, ofColumns: usize, startsAt: usize, draftAt: usize, heldAt: usize, valuesAt: usize,
): void {
  rows = x;
  columns = y;
  q = size;
  tall = 32 / size;
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

/** Whether the cells of one more block of `count` candidates fit. */
export function cellsFit(count: i32): bool {
  return used + ((count + 7) >> 3) + count * tall <= capacity;
}

export function cellsBegin(listAt: usize, length: i32, groupLevel: i32): void {
  list = listAt;
  count = length;
  level = groupLevel;
  cell = 0;
  memory.fill(held, 0, <usize>count << (6 + level));
}

/** Adds a row, `weight` times the buffer, to its cell. */
export function cellsRow(i: i32, weight: f64, buffer: usize): void {
  const end = <usize>count << (6 + level);
  const times = f64x2.splat(weight);
  if (weight != 0) {
    for (let k: usize = 0; k < end; k += 64) {
      v128.store(held + k, f64x2.add(v128.load(held + k), f64x2.mul(times, v128.load(buffer + k))));
      v128.store(held + k, f64x2.add(v128.load(held + k, 16), f64x2.mul(times, v128.load(buffer + k, 16))), 16);
      v128.store(held + k, f64x2.add(v128.load(held + k, 32), f64x2.mul(times, v128.load(buffer + k, 32))), 32);
      v128.store(held + k, f64x2.add(v128.load(held + k, 48), f64x2.mul(times, v128.load(buffer + k, 48))), 48);
    }
  }
  if (((i + 1) & (q - 1)) == 0 || i + 1 == sideSize(rows)) closeCell(i >> ctz(q));
}

// Sums over the columns of each cell into the draft, and clears the row.
function closeCell(index: i32): void {
  const scale = load<f64>(ra + (<usize>index << 3));
  const weights = sideWeights(columns);
  let out = draft + ((<usize>cell * count) << 5);
  let from = held;
  const size = <usize>q << 3;
  for (let entry = 0; entry < count; entry++) {
    const first = load<i32>(list + (<usize>entry << 2)) << 3;
    let weight = weights + <usize>first * size;
    for (let k = first; k < first + 8; k++, out += 4) {
      let total = 0.0;
      for (const stop = from + size; from < stop; from += 8, weight += 8) total += load<f64>(from) * load<f64>(weight);
      store<f32>(out, total > 0 ? <f32>(total * scale * load<f64>(rb + (<usize>k << 3))) : 0);
    }
  }
  memory.fill(held, 0, <usize>count << (6 + level));
  cell++;
}

/** Chooses among the tiles of the block and keeps them. */
export function cellsEnd(block: i32): void {
  const height = <usize>cell;
  const wide = <usize>count << 5;
  let low = Infinity;
  let high = 0.0;
  for (let c = 0; c < cell; c++) {
    const value = load<f64>(ra + (<usize>(block * tall + c) << 3));
    low = min(low, value);
    high = max(high, value);
  }
  const most = (sideSize(columns) + q - 1) / q;
  const names = values + (<usize>used << 5);
  let kept = 0;
  for (let entry = 0; entry < count; entry++) {
    const group = load<i32>(list + (<usize>entry << 2));
    let top = f32x4.splat(0);
    for (let at = draft + (<usize>entry << 5); at < draft + height * wide + (<usize>entry << 5); at += wide) {
      top = f32x4.pmax(top, f32x4.pmax(v128.load(at), v128.load(at, 16)));
    }
    const share = <f64>max(
      max(f32x4.extract_lane(top, 0), f32x4.extract_lane(top, 1)), max(f32x4.extract_lane(top, 2), f32x4.extract_lane(top, 3)),
    );
    if (share == 0) continue;
    let ratio = 1.0;
    for (let k = group << 3; k < min((group + 1) << 3, most); k++) {
      const other = load<f64>(rb + (<usize>k << 3));
      ratio = max(ratio, max(other / low, high / other));
    }
    if (!(share * ratio > least)) continue;
    store<i32>(names + (<usize>kept << 2), group);
    // The list is read no more up to here: it takes the entries chosen, until their number is known and they can be moved.
    store<i32>(list + (<usize>kept << 2), entry);
    kept++;
  }
  store<i32>(starts + (<usize>block << 3), used);
  store<i32>(starts + (<usize>block << 3), kept, 4);
  used += ((kept + 7) >> 3) + kept * tall;
  let to = names + (<usize>((kept + 7) >> 3) << 5);
  for (let c: usize = 0; c < <usize>tall; c++) {
    for (let entry = 0; entry < kept; entry++, to += 32) {
      const from = draft + c * wide + (<usize>load<i32>(list + (<usize>entry << 2)) << 5);
      if (c < height) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      } else memory.fill(to, 0, 32);
    }
  }
}

@inline export function cellsCount(block: i32): i32 {
  return load<i32>(starts + (<usize>block << 3), 4);
}
@inline export function cellsNames(block: i32): usize {
  return values + (<usize>load<i32>(starts + (<usize>block << 3)) << 5);
}
@inline export function cellsTall(): i32 {
  return tall;
}

/** Sums of the kept cells: rho_I = sum_J W_IJ and gamma_J = sum_I W_IJ, f64, cleared by the caller. */
export function cellsSums(blocks: i32, rho: usize, gamma: usize): void {
  const mostRows = (sideSize(rows) + q - 1) / q;
  const mostColumns = (sideSize(columns) + q - 1) / q;
  for (let block = 0; block < blocks; block++) {
    const names = cellsNames(block);
    const length = cellsCount(block);
    let tile = names + (<usize>((length + 7) >> 3) << 5);
    for (let c = block * tall; c < min((block + 1) * tall, mostRows); c++) {
      const ofRow = load<f64>(ra + (<usize>c << 3));
      let total = 0.0;
      for (let entry = 0; entry < length; entry++) {
        const group = load<i32>(names + (<usize>entry << 2)) << 3;
        for (let k = group; k < group + 8; k++, tile += 4) {
          if (k >= mostColumns) continue;
          const value = <f64>load<f32>(tile) / (ofRow * load<f64>(rb + (<usize>k << 3)));
          total += value;
          const to = gamma + (<usize>k << 3);
          store<f64>(to, load<f64>(to) + value);
        }
      }
      store<f64>(rho + (<usize>c << 3), total);
    }
  }
}

// The kernel 2^(-s |x_i - y_k|^p) of one axis of a grid, in tiles of 8 x 8 entries relative to 2^hi, hi the tile's largest exponent rounded up.
//
// Where x and y have the same spacing the kernel depends on i - k alone (a Toeplitz matrix): one row of tiles serves all.
import { exp2, exp2Lanes } from "./exp2";

export let outs: i32 = 0;
export let ins: i32 = 0;
export let outBlocks: i32 = 0;
export let inBlocks: i32 = 0;
/** s c of (i, k) is at `prices` + 8 (`priceBase` + i `priceOut` + k). */
export let prices: usize = 0;
export let priceBase: i32 = 0;
export let priceOut: i32 = 0;
/** Tile (I, K) is number `tileBase` + I `tileOut` + K `tileIn`: 64 numbers, those of one k together; and four in `bounds`: hi, lo, largest hi of K' <= K, of K' >= K. */
export let tiles: usize = 0;
export let bounds: usize = 0;
export let tileBase: i32 = 0;
export let tileOut: i32 = 0;
export let tileIn: i32 = 0;
/** Entries as they are, laid out as their prices; and by tiles, bounds on the sums of a row's entries over K' <= K and over K' >= K. Not with `priced`. */
export let weights: usize = 0;
export let reaches: usize = 0;
/** Whether every entry is multiplied by its s c. */
export let priced: i32 = 0;

const header: i32 = 4;

/** Doubles that the table of an axis takes. */
export function tableDoubles(outCells: i32, inCells: i32, even: i32): i32 {
  const rows = (outCells + 7) >> 3;
  const columns = (inCells + 7) >> 3;
  const count = even ? rows + columns : rows * columns;
  return header + 2 * (even ? count << 3 : count << 6) + count * 70;
}

/** Turns to the table at `address`. */
export function tableUse(address: usize): void {
  outs = load<i32>(address);
  ins = load<i32>(address, 4);
  const even = load<i32>(address, 8);
  priced = load<i32>(address, 12);
  outBlocks = (outs + 7) >> 3;
  inBlocks = (ins + 7) >> 3;
  const count = even ? outBlocks + inBlocks : outBlocks * inBlocks;
  prices = address + (header << 3);
  tiles = prices + (<usize>(even ? count << 3 : count << 6) << 3);
  bounds = tiles + (<usize>count << 9);
  reaches = bounds + (<usize>count << 5);
  weights = reaches + (<usize>count << 4);
  priceBase = even ? (outBlocks << 3) - 1 : 0;
  priceOut = even ? -1 : inBlocks << 3;
  tileBase = even ? inBlocks - 1 : 0;
  tileOut = even ? 1 : inBlocks;
  tileIn = even ? -1 : 1;
}

/**
 * Builds the table at `address` of the axis with coordinates x of the cells summed for and y of the cells summed over. With
 * `even`, x_i - y_k = x_0 - y_0 + (i - k) `spacing`. With `withPrice`, every entry is multiplied by its s c.
 */
export function tableBuild(
  address: usize,
  x: usize,
  y: usize,
  outCells: i32,
  inCells: i32,
  even: i32,
  spacing: f64,
  power: f64,
  scale: f64,
  withPrice: i32,
): void {
  store<i32>(address, outCells);
  store<i32>(address, inCells, 4);
  store<i32>(address, even, 8);
  store<i32>(address, withPrice, 12);
  tableUse(address);
  if (even) {
    const shift = load<f64>(x) - load<f64>(y);
    const count = (outBlocks + inBlocks) << 3;
    for (let t = 0; t < count; t++) {
      store<f64>(prices + (<usize>t << 3), scale * price(shift - <f64>(t - priceBase) * spacing, power));
    }
    for (let t = 0; t < outBlocks + inBlocks - 1; t++) {
      const block = t - tileBase;
      buildTile(t, block > 0 ? block : 0, block > 0 ? 0 : -block);
    }
    reach(outBlocks - 1 + tileBase, outBlocks + inBlocks - 1);
    weigh(count);
    return;
  }
  // Cells behind the end are copies of the last: they take part in bounds only.
  for (let i = 0; i < outBlocks << 3; i++) {
    const at = load<f64>(x + (<usize>min(i, outs - 1) << 3));
    for (let k = 0; k < inBlocks << 3; k++) {
      const gap = at - load<f64>(y + (<usize>min(k, ins - 1) << 3));
      store<f64>(prices + (<usize>(i * priceOut + k) << 3), scale * price(gap, power));
    }
  }
  for (let i = 0; i < outBlocks; i++) {
    for (let k = 0; k < inBlocks; k++) buildTile(i * inBlocks + k, i, k);
    reach(i * inBlocks, inBlocks);
  }
  weigh(outBlocks * inBlocks << 6);
}

// The entries of `count` prices.
function weigh(count: i32): void {
  if (priced) return;
  for (let t: usize = 0; t < <usize>count << 3; t += 16) {
    v128.store(weights + t, exp2Lanes(f64x2.neg(v128.load(prices + t))));
  }
}

// The largest hi, and the sum of 8 x 2^hi, on either side of each of `count` tiles, the first of them number `first`.
function reach(first: i32, count: i32): void {
  let left = -Infinity;
  let right = -Infinity;
  let leftSum = 0.0;
  let rightSum = 0.0;
  for (let k = 0; k < count; k++) {
    const near = bounds + (<usize>(first + k * tileIn) << 5);
    left = max(left, load<f64>(near));
    store<f64>(near, left, 16);
    leftSum += 8 * exp2(load<f64>(near));
    store<f64>(reaches + (<usize>(first + k * tileIn) << 4), leftSum);
    const far = bounds + (<usize>(first + (count - 1 - k) * tileIn) << 5);
    right = max(right, load<f64>(far));
    store<f64>(far, right, 24);
    rightSum += 8 * exp2(load<f64>(far));
    store<f64>(reaches + (<usize>(first + (count - 1 - k) * tileIn) << 4), rightSum, 8);
  }
}

function buildTile(index: i32, row: i32, column: i32): void {
  const first = prices + (<usize>(priceBase + (row << 3) * priceOut + (column << 3)) << 3);
  const out = tiles + (<usize>index << 9);
  let lowest = Infinity;
  let highest = 0.0;
  for (let k = 0; k < 8; k++) {
    for (let i = 0; i < 8; i++) {
      const value = load<f64>(first + (<usize>(i * priceOut + k) << 3));
      lowest = min(lowest, value);
      highest = max(highest, value);
    }
  }
  const hi = Math.ceil(-lowest);
  store<f64>(bounds + (<usize>index << 5), hi);
  store<f64>(bounds + (<usize>index << 5), Math.floor(-highest), 8);
  for (let k = 0; k < 8; k++) {
    for (let i = 0; i < 8; i++) {
      const value = load<f64>(first + (<usize>(i * priceOut + k) << 3));
      const weight = f64x2.extract_lane(exp2Lanes(f64x2.splat(-value - hi)), 0);
      store<f64>(out + (<usize>((k << 3) + i) << 3), priced ? weight * value : weight);
    }
  }
}

function price(gap: f64, power: f64): f64 {
  const length = Math.abs(gap);
  return power == 2 ? length * length : power == 1 ? length : Math.pow(length, power);
}

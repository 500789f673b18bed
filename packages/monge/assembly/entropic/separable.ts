// Sums over a grid along one of its axes, out_i = sum_k 2^(-s c(x_i, y_k)) in_k, of numbers m 2^e: no sum can overflow or vanish.
//
// Cells are taken in blocks of 8, relative to the block's largest exponent; a tile of the kernel (8 x 8 entries relative to its own
// largest, see separableTable) then costs 64 products and no exponential. Tiles that cannot matter are left out, by bounds
// that hold; sums below 2^-900 of what their tiles allow, where cells or entries may have underflowed, are redone term by term.
import { exp2Lanes } from "./exp2";
import { exponentLanes, mantissaLanes, scaleLanes } from "./separableCells";
import {
  bounds, inBlocks, ins, outBlocks, outs, priceBase, priced, priceOut, prices, tableUse, tileBase, tileIn, tileOut, tiles,
} from "./separableTable";

/** What may be left out of a sum, all terms together: 2^-54 of it; with prices, which may reach 2^41, 2^-96. */
const negligible: f64 = 54;
const priceRange: f64 = 42;
const trusted: f64 = 1.1830521861667747e-271;

// Eight lines: mantissas, exponents, cells relative to their block; by pairs of lines, the largest exponent of each block, of the blocks
// before it with it, and of the blocks behind it with it; eight sums of each line.
let mantissas: usize = 0;
let exponents: usize = 0;
let cells: usize = 0;
let peaks: usize = 0;
let sumMantissas: usize = 0;
let sumExponents: usize = 0;
let starts: usize = 0;
let cut: f64 = 0;

/** Doubles of scratch for axes of at most `longest` cells. */
export function separableScratch(longest: i32): i32 {
  const blocks = (longest + 7) >> 3;
  return blocks * (3 * 64 + 3 * 8) + 136;
}

/**
 * Lines [begin, end) along an axis whose table is at `table`: from a tensor outer x ins x inner to outer x outs x inner, line
 * outer index x inner + inner index.
 */
export function separableAxis(
  table: usize,
  inM: usize,
  inE: usize,
  outM: usize,
  outE: usize,
  inner: i32,
  begin: i32,
  end: i32,
  scratch: usize,
): void {
  tableUse(table);
  const stride = <usize>inBlocks << 6;
  mantissas = scratch;
  exponents = mantissas + (stride << 3);
  cells = exponents + (stride << 3);
  peaks = cells + (stride << 3);
  sumMantissas = peaks + <usize>(inBlocks * 192);
  sumExponents = sumMantissas + 512;
  starts = sumExponents + 512;
  cut = negligible + Math.ceil(Math.log2(<f64>ins)) + (priced ? priceRange : 0);
  for (let from = begin; from < end; from += 8) {
    const lines = min(8, end - from);
    gather(inM, inE, inner, from, lines, stride);
    let start = 0;
    for (let block = 0; block < outBlocks; block++) {
      for (let pair = 0; pair < lines; pair += 2) start = sumBlock(block, pair, start, stride);
      scatter(outM, outE, inner, from, lines, block);
    }
  }
}

// Copies lines out of the tensor, and brings each block of cells to its largest exponent. Missing lines and cells are nothing.
function gather(inM: usize, inE: usize, inner: i32, from: i32, lines: i32, stride: usize): void {
  const held = <usize>ins << 3;
  if (inner == 1) {
    for (let line = 0; line < lines; line++) {
      const at = <usize>((from + line) * ins) << 3;
      memory.copy(mantissas + <usize>line * stride, inM + at, held);
      memory.copy(exponents + <usize>line * stride, inE + at, held);
    }
  } else {
    // Neighbouring lines are neighbours in memory: all of them cell by cell, or every cache line would be fetched eight times.
    for (let line = 0; line < lines; line++) store<usize>(starts + (<usize>line << 3), lineStart(from + line, ins, inner));
    const step = <usize>inner << 3;
    let k: usize = 0;
    let cell: usize = 0;
    do {
      let line: usize = 0;
      let to = k;
      do {
        const at = load<usize>(starts + line) + cell;
        store<f64>(mantissas + to, load<f64>(inM + at));
        store<f64>(exponents + to, load<f64>(inE + at));
        line += 8;
        to += stride;
      } while (line < <usize>lines << 3);
      k += 8;
      cell += step;
    } while (k < held);
  }
  for (let line = 0; line < lines + (lines & 1); line++) {
    const toM = mantissas + <usize>line * stride;
    const toE = exponents + <usize>line * stride;
    for (let k = line < lines ? held : 0; k < stride; k += 8) {
      store<f64>(toM + k, 1);
      store<f64>(toE + k, -Infinity);
    }
    relateBlocks(toM, toE, cells + <usize>line * stride, pairPeaks(line));
  }
}

// Brings the cells of a line to the largest exponents of their blocks.
function relateBlocks(m: usize, e: usize, to: usize, peak: usize): void {
  const last = peak + <usize>(inBlocks - 1) * 48;
  let before = -Infinity;
  let at = peak;
  do {
    const e0 = v128.load(e);
    const e1 = v128.load(e, 16);
    const e2 = v128.load(e, 32);
    const e3 = v128.load(e, 48);
    let most = f64x2.pmax(f64x2.pmax(e0, e1), f64x2.pmax(e2, e3));
    most = f64x2.pmax(most, i8x16.shuffle(most, most, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    const top = f64x2.extract_lane(most, 0);
    before = max(before, top);
    store<f64>(at, top);
    store<f64>(at, before, 16);
    v128.store(to, scaleLanes(v128.load(m), f64x2.sub(e0, most)));
    v128.store(to, scaleLanes(v128.load(m, 16), f64x2.sub(e1, most)), 16);
    v128.store(to, scaleLanes(v128.load(m, 32), f64x2.sub(e2, most)), 32);
    v128.store(to, scaleLanes(v128.load(m, 48), f64x2.sub(e3, most)), 48);
    m += 64;
    e += 64;
    to += 64;
    at += 48;
  } while (at <= last);
  let behind = -Infinity;
  do {
    at -= 48;
    behind = max(behind, load<f64>(at));
    store<f64>(at, behind, 32);
  } while (at > peak);
}

function scatter(outM: usize, outE: usize, inner: i32, from: i32, lines: i32, block: i32): void {
  const held = <usize>min(8, outs - (block << 3)) << 3;
  const step = <usize>inner << 3;
  for (let line = 0; line < lines; line++) {
    let at = lineStart(from + line, outs, inner) + <usize>(block << 3) * step;
    const m = sumMantissas + (<usize>line << 6);
    const e = sumExponents + (<usize>line << 6);
    let i: usize = 0;
    do {
      store<f64>(outM + at, load<f64>(m + i));
      store<f64>(outE + at, load<f64>(e + i));
      i += 8;
      at += step;
    } while (i < held);
  }
}

// Where the largest exponents of a line's blocks are: those of two lines alternate.
function pairPeaks(line: i32): usize {
  return peaks + <usize>(line >> 1) * <usize>(inBlocks * 48) + (<usize>(line & 1) << 3);
}

function lineStart(line: i32, length: i32, inner: i32): usize {
  const outer = line / inner;
  return <usize>((length - 1) * outer * inner + line) << 3;
}

// The sums of one block of 8 cells for two lines. `start` is a block of cells that may matter to them; returns one that did.
function sumBlock(block: i32, pair: i32, start: i32, stride: usize): i32 {
  const peak = pairPeaks(pair);
  const bound = bounds + (<usize>(tileBase + block * tileOut) << 5);
  const boundStep = <usize>tileIn << 5;
  // From `start` to either side, until no tile further on can matter to any of the sums: its largest term is below `low` - cut.
  const margin = f64x2.splat(cut);
  let top = f64x2.splat(-Infinity);
  let low = top;
  let last = start;
  for (; last < inBlocks; last++) {
    const u = peak + <usize>last * 48;
    const at = bound + <usize>last * boundStep;
    top = f64x2.pmax(top, f64x2.add(v128.load(u), v128.load64_splat(at)));
    low = f64x2.pmax(low, f64x2.add(v128.load(u), v128.load64_splat(at, 8)));
    const most = f64x2.add(v128.load(u, 32), v128.load64_splat(at, 24));
    if (!v128.any_true(f64x2.gt(f64x2.add(most, margin), low))) break;
  }
  let first = start - 1;
  for (; first >= 0; first--) {
    const u = peak + <usize>first * 48;
    const at = bound + <usize>first * boundStep;
    top = f64x2.pmax(top, f64x2.add(v128.load(u), v128.load64_splat(at)));
    low = f64x2.pmax(low, f64x2.add(v128.load(u), v128.load64_splat(at, 8)));
    const most = f64x2.add(v128.load(u, 16), v128.load64_splat(at, 16));
    if (!v128.any_true(f64x2.gt(f64x2.add(most, margin), low))) break;
  }
  const floor = f64x2.sub(low, margin);
  let a0 = f64x2.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  const tile = tiles + (<usize>(tileBase + block * tileOut) << 9);
  const left = cells + <usize>pair * stride;
  let begin = -1;
  let end = 0;
  for (let k = first + 1; k < last; k++) {
    const t = f64x2.add(v128.load(peak + <usize>k * 48), v128.load64_splat(bound + <usize>k * boundStep));
    if (!v128.any_true(f64x2.gt(t, floor))) continue;
    if (begin < 0) begin = k;
    end = k;
    const f = scaleLanes(f64x2.splat(1), f64x2.sub(t, top));
    const fa = f64x2.splat(f64x2.extract_lane(f, 0));
    const fb = f64x2.splat(f64x2.extract_lane(f, 1));
    const cell = left + (<usize>k << 6);
    const from = tile + (<usize>(k * tileIn) << 9);
    // Tested at the end: with the test at the top engines compute f anew in every round.
    let j: usize = 0;
    do {
      const x = f64x2.mul(fa, v128.load64_splat(cell + j));
      const y = f64x2.mul(fb, v128.load64_splat(cell + stride + j));
      let weights = v128.load(from + (j << 3));
      a0 = f64x2.add(a0, f64x2.mul(x, weights));
      b0 = f64x2.add(b0, f64x2.mul(y, weights));
      weights = v128.load(from + (j << 3), 16);
      a1 = f64x2.add(a1, f64x2.mul(x, weights));
      b1 = f64x2.add(b1, f64x2.mul(y, weights));
      weights = v128.load(from + (j << 3), 32);
      a2 = f64x2.add(a2, f64x2.mul(x, weights));
      b2 = f64x2.add(b2, f64x2.mul(y, weights));
      weights = v128.load(from + (j << 3), 48);
      a3 = f64x2.add(a3, f64x2.mul(x, weights));
      b3 = f64x2.add(b3, f64x2.mul(y, weights));
      j += 8;
    } while (j < 64);
  }
  keep(a0, a1, a2, a3, block, pair, f64x2.extract_lane(top, 0), f64x2.extract_lane(floor, 0), stride);
  keep(b0, b1, b2, b3, block, pair + 1, f64x2.extract_lane(top, 1), f64x2.extract_lane(floor, 1), stride);
  return begin < 0 ? start : (begin + end) >> 1;
}

// Splits eight sums relative to 2^top, and redoes those that may be inexact.
function keep(
  s0: v128,
  s1: v128,
  s2: v128,
  s3: v128,
  block: i32,
  line: i32,
  top: f64,
  floor: f64,
  stride: usize,
): void {
  const m = sumMantissas + (<usize>line << 6);
  const e = sumExponents + (<usize>line << 6);
  const base = f64x2.splat(top);
  v128.store(m, mantissaLanes(s0));
  v128.store(m, mantissaLanes(s1), 16);
  v128.store(m, mantissaLanes(s2), 32);
  v128.store(m, mantissaLanes(s3), 48);
  v128.store(e, f64x2.add(base, exponentLanes(s0)));
  v128.store(e, f64x2.add(base, exponentLanes(s1)), 16);
  v128.store(e, f64x2.add(base, exponentLanes(s2)), 32);
  v128.store(e, f64x2.add(base, exponentLanes(s3)), 48);
  const lowest = f64x2.pmin(f64x2.pmin(s0, s1), f64x2.pmin(s2, s3));
  if (!v128.any_true(f64x2.lt(lowest, f64x2.splat(trusted))) || top == -Infinity) return;
  const doubt = top - 900;
  const count = min(8, outs - (block << 3));
  for (let i = 0; i < count; i++) {
    if (load<f64>(e + (<usize>i << 3)) < doubt) redo(block, i, line, floor, stride);
  }
}

// One sum term by term, from its largest term on.
function redo(block: i32, i: i32, line: i32, floor: f64, stride: usize): void {
  const price = prices + (<usize>(priceBase + ((block << 3) + i) * priceOut) << 3);
  const peak = pairPeaks(line);
  const bound = bounds + (<usize>(tileBase + block * tileOut) << 5);
  const e = exponents + <usize>line * stride;
  const m = mantissas + <usize>line * stride;
  let largest = f64x2.splat(-Infinity);
  for (let k = 0; k < inBlocks; k++) {
    if (!(load<f64>(peak + <usize>k * 48) + load<f64>(bound + (<usize>(k * tileIn) << 5)) > floor)) continue;
    let at = <usize>k << 6;
    const end = at + 64;
    do {
      largest = f64x2.pmax(largest, f64x2.sub(v128.load(e + at), v128.load(price + at)));
      at += 16;
    } while (at < end);
  }
  const top = Math.ceil(max(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1)));
  const tops = f64x2.splat(top);
  const lowest = f64x2.splat(-cut);
  let sums = f64x2.splat(0);
  for (let k = 0; k < inBlocks; k++) {
    if (!(load<f64>(peak + <usize>k * 48) + load<f64>(bound + (<usize>(k * tileIn) << 5)) > floor)) continue;
    let at = <usize>k << 6;
    const end = at + 64;
    do {
      const paid = v128.load(price + at);
      const t = f64x2.sub(f64x2.sub(v128.load(e + at), paid), tops);
      if (v128.any_true(f64x2.gt(t, lowest))) {
        const term = f64x2.mul(v128.load(m + at), exp2Lanes(t));
        sums = f64x2.add(sums, priced ? f64x2.mul(paid, term) : term);
      }
      at += 16;
    } while (at < end);
  }
  const sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  const x = f64x2.splat(sum);
  const at = (<usize>line << 6) + (<usize>i << 3);
  store<f64>(sumMantissas + at, f64x2.extract_lane(mantissaLanes(x), 0));
  store<f64>(sumExponents + at, sum > 0 ? top + f64x2.extract_lane(exponentLanes(x), 0) : -Infinity);
}

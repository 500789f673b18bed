// Sums over a grid along one of its axes, out_i = sum_k 2^(-s c(x_i, y_k)) in_k, of plain numbers: where all of them are in range.
//
// Eight lines at a time, cell by cell next to each other, against the entries of the kernel as they are: a multiplication and an addition a
// term. The entries that can matter to eight sums are an interval; which one, the sums themselves say: what is left out is at most the largest
// cell times the entries beyond, and has to be below rounding of the least of the sums.
import { exp2Lanes, log2Lanes } from "./exp2";
import { scaleLanes } from "./separableCells";
import {
  inBlocks, ins, outBlocks, outs, priceBase, priceOut, reaches, tableUse, tileBase, tileIn, tileOut, weights,
} from "./separableTable";

/** The exponent to which the largest cell is brought, and the least sum in whose digits nothing that underflowed shows: 2^-900. */
const highest: f64 = 900;
const trusted: f64 = 1.1830521861667747e-271;
/** What may be left out of a sum, relative to it (2^-54), and at any rate: 2^-1000 shows in no trusted sum of trusted sums. */
const negligible: f64 = 5.551115123125783e-17;
const never: f64 = 9.332636185032189e-302;
/** A guess keeps this much more (2^-8). */
const caution: f64 = 0.00390625;
/** Blocks of cells that a line's first sums begin with. */
const beginning: i32 = 4;

// Cells of eight lines; by blocks of cells, the largest of those before with it, and of those behind with it; 8 x 8 sums.
let panel: usize = 0;
let peaks: usize = 0;
let sums: usize = 0;
// Infinity for each of the lines that holds nothing, else 0.
let idle: usize = 0;
// The interval of blocks of cells that are summed over.
let first: i32 = 0;
let last: i32 = 0;

/** Doubles of scratch for axes of at most `longest` cells. */
export function linearScratch(longest: i32): i32 {
  return ((longest + 7) >> 3) * 66 + 72;
}

/** Cells mass 2^potential, relative to the returned exponent; -Infinity where there are none. */
export function linearLoad(potential: usize, mass: usize, massExponent: usize, count: i32, out: usize): f64 {
  const end = <usize>count << 3;
  let most = f64x2.splat(-Infinity);
  let k: usize = 0;
  do {
    most = f64x2.pmax(most, f64x2.add(v128.load(potential + k), v128.load(massExponent + k)));
    k += 16;
  } while (k < end);
  const top = Math.ceil(max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)));
  if (!(top > -Infinity && top < Infinity)) return -Infinity;
  const shift = f64x2.splat(highest - top);
  k = 0;
  do {
    const t = v128.load(potential + k);
    const whole = f64x2.nearest(t);
    const x = f64x2.mul(v128.load(mass + k), exp2Lanes(f64x2.sub(t, whole)));
    v128.store(out + k, scaleLanes(x, f64x2.add(f64x2.add(whole, v128.load(massExponent + k)), shift)));
    k += 16;
  } while (k < end);
  return top - highest;
}

/** log2 of `count` (even) cells relative to `exponent`; 0 where one of the first `real` is too small to be trusted. */
export function linearLog(cells: usize, count: i32, real: i32, exponent: f64, out: usize): i32 {
  if (count > real) store<f64>(cells + (<usize>real << 3), 1);
  const base = f64x2.splat(exponent);
  const end = <usize>count << 3;
  let least = f64x2.splat(Infinity);
  let k: usize = 0;
  do {
    const x = v128.load(cells + k);
    least = f64x2.pmin(least, x);
    v128.store(out + k, f64x2.add(log2Lanes(x), base));
    k += 16;
  } while (k < end);
  return f64x2.extract_lane(least, 0) >= trusted && f64x2.extract_lane(least, 1) >= trusted ? 1 : 0;
}

/** Lines [begin, end) along an axis, as `separableAxis` counts them. */
export function linearAxis(
  table: usize,
  from: usize,
  to: usize,
  inner: i32,
  begin: i32,
  end: i32,
  scratch: usize,
): void {
  tableUse(table);
  panel = scratch;
  peaks = panel + (<usize>inBlocks << 9);
  sums = peaks + (<usize>inBlocks << 4);
  idle = sums + 512;
  for (let line = begin; line < end; line += 8) {
    const lines = min(8, end - line);
    // Neighbouring lines are neighbours in memory, but for the last axis.
    const together = lines == 8 && (line % inner) + 8 <= inner;
    gather(from, inner, line, lines, together);
    first = 0;
    last = min(beginning, inBlocks);
    let least = Infinity;
    for (let block = 0; block < outBlocks; block++) {
      if (block > 0) {
        // The interval moves along with the sums; how wide it is, the sums before tell.
        last = min(last + 1, inBlocks);
        narrow(block, least * caution);
        widen(block, least * caution);
      }
      memory.fill(sums, 0, 512);
      const left = first;
      const right = last;
      addTerms(block, left, right);
      least = leastSum(block);
      widen(block, least);
      addTerms(block, first, left);
      addTerms(block, right, last);
      scatter(to, inner, line, lines, block, together);
    }
  }
}

// Copies eight lines next to each other, and finds the largest cells. Missing lines and cells are nothing.
function gather(from: usize, inner: i32, line: i32, lines: i32, together: bool): void {
  const step = <usize>inner << 3;
  const end = panel + (<usize>ins << 6);
  let to = panel;
  if (together) {
    let at = from + lineStart(line, ins, inner);
    do {
      v128.store(to, v128.load(at));
      v128.store(to, v128.load(at, 16), 16);
      v128.store(to, v128.load(at, 32), 32);
      v128.store(to, v128.load(at, 48), 48);
      at += step;
      to += 64;
    } while (to < end);
  } else {
    for (let r = 0; r < 8; r++) {
      let at = from + lineStart(line + min(r, lines - 1), ins, inner);
      to = panel + (<usize>r << 3);
      while (to < end + (<usize>r << 3)) {
        store<f64>(to, r < lines ? load<f64>(at) : 0);
        at += step;
        to += 64;
      }
    }
  }
  memory.fill(end, 0, (<usize>(inBlocks << 3) << 6) - (<usize>ins << 6));
  findPeaks();
}

function findPeaks(): void {
  const zero = f64x2.splat(0);
  let m0 = zero;
  let m1 = zero;
  let m2 = zero;
  let m3 = zero;
  let before = 0.0;
  for (let block = 0; block < inBlocks; block++) {
    let most = zero;
    let at = panel + (<usize>block << 9);
    const end = at + 512;
    do {
      const x0 = v128.load(at);
      const x1 = v128.load(at, 16);
      const x2 = v128.load(at, 32);
      const x3 = v128.load(at, 48);
      m0 = f64x2.pmax(m0, x0);
      m1 = f64x2.pmax(m1, x1);
      m2 = f64x2.pmax(m2, x2);
      m3 = f64x2.pmax(m3, x3);
      most = f64x2.pmax(most, f64x2.pmax(f64x2.pmax(x0, x1), f64x2.pmax(x2, x3)));
      at += 64;
    } while (at < end);
    const peak = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
    before = max(before, peak);
    store<f64>(peaks + (<usize>block << 4), before);
    store<f64>(peaks + (<usize>block << 4), peak, 8);
  }
  let behind = 0.0;
  for (let block = inBlocks - 1; block >= 0; block--) {
    behind = max(behind, load<f64>(peaks + (<usize>block << 4), 8));
    store<f64>(peaks + (<usize>block << 4), behind, 8);
  }
  const infinity = f64x2.splat(Infinity);
  v128.store(idle, v128.bitselect(infinity, zero, f64x2.eq(m0, zero)));
  v128.store(idle, v128.bitselect(infinity, zero, f64x2.eq(m1, zero)), 16);
  v128.store(idle, v128.bitselect(infinity, zero, f64x2.eq(m2, zero)), 32);
  v128.store(idle, v128.bitselect(infinity, zero, f64x2.eq(m3, zero)), 48);
}

// What tiles may leave out at most for sums of at least `least`.
function limit(least: f64): f64 {
  return max(least * negligible, never);
}

// The most that a cell before block `k` and with it can contribute.
// @ts-ignore: decorator
@inline function left(block: i32, k: i32): f64 {
  return load<f64>(peaks + (<usize>k << 4)) * load<f64>(reaches + (<usize>(tileBase + block * tileOut + k * tileIn) << 4));
}

// The same of cells behind it and with it.
// @ts-ignore: decorator
@inline function right(block: i32, k: i32): f64 {
  return load<f64>(peaks + (<usize>k << 4), 8) * load<f64>(reaches + (<usize>(tileBase + block * tileOut + k * tileIn) << 4), 8);
}

function widen(block: i32, least: f64): void {
  const most = limit(least);
  while (last < inBlocks && right(block, last) > most) last++;
  while (first > 0 && left(block, first - 1) > most) first--;
}

function narrow(block: i32, least: f64): void {
  const most = limit(least);
  while (last > first && right(block, last - 1) <= most) last--;
  while (first < last && left(block, first) <= most) first++;
}

// Adds the terms of blocks [begin, end) of cells to a block of sums: two sums of each line stay in registers. Not unrolled: engines then
// load ahead of use, and run out of registers.
function addTerms(block: i32, begin: i32, end: i32): void {
  if (begin >= end) return;
  for (let i = 0; i < 8; i += 2) {
    const to = sums + (<usize>i << 6);
    let entry0 = weights + (<usize>(priceBase + ((block << 3) + i) * priceOut + (begin << 3)) << 3);
    let entry1 = entry0 + <usize>(priceOut << 3);
    let at = panel + (<usize>begin << 9);
    const stop = panel + (<usize>end << 9);
    let a0 = v128.load(to);
    let b0 = v128.load(to, 16);
    let c0 = v128.load(to, 32);
    let d0 = v128.load(to, 48);
    let a1 = v128.load(to, 64);
    let b1 = v128.load(to, 80);
    let c1 = v128.load(to, 96);
    let d1 = v128.load(to, 112);
    do {
      const w0 = v128.load64_splat(entry0);
      const w1 = v128.load64_splat(entry1);
      let x = v128.load(at);
      a0 = f64x2.add(a0, f64x2.mul(w0, x));
      a1 = f64x2.add(a1, f64x2.mul(w1, x));
      x = v128.load(at, 16);
      b0 = f64x2.add(b0, f64x2.mul(w0, x));
      b1 = f64x2.add(b1, f64x2.mul(w1, x));
      x = v128.load(at, 32);
      c0 = f64x2.add(c0, f64x2.mul(w0, x));
      c1 = f64x2.add(c1, f64x2.mul(w1, x));
      x = v128.load(at, 48);
      d0 = f64x2.add(d0, f64x2.mul(w0, x));
      d1 = f64x2.add(d1, f64x2.mul(w1, x));
      at += 64;
      entry0 += 8;
      entry1 += 8;
    } while (at < stop);
    v128.store(to, a0);
    v128.store(to, b0, 16);
    v128.store(to, c0, 32);
    v128.store(to, d0, 48);
    v128.store(to, a1, 64);
    v128.store(to, b1, 80);
    v128.store(to, c1, 96);
    v128.store(to, d1, 112);
  }
}

// The least sum of the lines that hold anything.
function leastSum(block: i32): f64 {
  const end = sums + (<usize>min(8, outs - (block << 3)) << 6);
  const idle0 = v128.load(idle);
  const idle1 = v128.load(idle, 16);
  const idle2 = v128.load(idle, 32);
  const idle3 = v128.load(idle, 48);
  let least = f64x2.splat(Infinity);
  let at = sums;
  do {
    const s0 = f64x2.add(v128.load(at), idle0);
    const s1 = f64x2.add(v128.load(at, 16), idle1);
    const s2 = f64x2.add(v128.load(at, 32), idle2);
    const s3 = f64x2.add(v128.load(at, 48), idle3);
    least = f64x2.pmin(least, f64x2.pmin(f64x2.pmin(s0, s1), f64x2.pmin(s2, s3)));
    at += 64;
  } while (at < end);
  return min(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
}

function scatter(to: usize, inner: i32, line: i32, lines: i32, block: i32, together: bool): void {
  const step = <usize>inner << 3;
  const end = sums + (<usize>min(8, outs - (block << 3)) << 6);
  const skip = <usize>(block << 3) * step;
  let at = sums;
  if (together) {
    let out = to + lineStart(line, outs, inner) + skip;
    do {
      v128.store(out, v128.load(at));
      v128.store(out, v128.load(at, 16), 16);
      v128.store(out, v128.load(at, 32), 32);
      v128.store(out, v128.load(at, 48), 48);
      out += step;
      at += 64;
    } while (at < end);
    return;
  }
  for (let r = 0; r < lines; r++) {
    let out = to + lineStart(line + r, outs, inner) + skip;
    at = sums + (<usize>r << 3);
    do {
      store<f64>(out, load<f64>(at));
      out += step;
      at += 64;
    } while (at < end);
  }
}

function lineStart(line: i32, length: i32, inner: i32): usize {
  const outer = line / inner;
  return <usize>((length - 1) * outer * inner + line) << 3;
}

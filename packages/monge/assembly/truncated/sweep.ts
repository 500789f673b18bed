// Passes over the pairs that matter: t_ij = 2^(F_i + G_j - s |x_i - y_j|^2) where it may exceed the cutoff, row block by row block.
//
// Same equations as assembly/entropic/sweep.ts: r_i = sum_j b_j t_ij, F_i -= log2 r_i, c_j = sum_i a_i t_ij. What is left out of a sum
// with weights of total 1 is below 2^cutoff.
import { exp2Lanes } from "../entropic/exp2";
import {
  boxesFitNode, coordinate, sideCoordinates, sideDimension, sideLevels, sideNode, sidePotentials, sideSize, sideSums, sideWeights,
} from "./boxes";
import { candidates, peak } from "./candidates";
import { cellsBegin, cellsFit, cellsRow } from "./cells";

/** Points of a row block, a node of level 2. */
const height: i32 = 32;
const heightLevel: i32 = 2;

let rows: usize = 0;
let columns: usize = 0;
let d: i32 = 0;
let scale: f64 = 0;
let cutoff: f64 = -60;
/** Candidate groups of the present row block, their level and number. */
let list: usize = 0;
let level: i32 = 0;
let count: i32 = 0;
/** Positions in the list of the groups that matter to one row, their number, and its t at their columns. */
let active: usize = 0;
let number: i32 = 0;
let buffer: usize = 0;
let pairs: f64 = 0;
let paid: f64 = 0;
let rowError: f64 = 0;
/** a_i / r_i of the present row. */
let weight: f64 = 0;
const here: usize = memory.data(8 * 8);

/** Rows whose sum is below this are redone at their new potential: what was left out might matter to them. */
const small: f64 = 0.015625;
const large: f64 = 1e300;

/** What a pass does: 1 adds to the sums of the columns, 2 keeps cells, 4 leaves potentials as they are and stores r, 8 takes prices too. */
const gather: i32 = 1;
const keep: i32 = 2;
const fixed: i32 = 4;
const price: i32 = 8;

/** The sides and their unit: s = `times`; exponents below `least` may be left out. Groups are nodes of `groupLevel`. */
export function sweepSides(
  x: usize, y: usize, times: f64, least: f64, groupLevel: i32, listAt: usize, activeAt: usize, bufferAt: usize,
): void {
  rows = x;
  columns = y;
  d = sideDimension(x);
  scale = times;
  cutoff = least;
  level = groupLevel;
  list = listAt;
  active = activeAt;
  buffer = bufferAt;
}

/** Clears the sums of a pass. */
export function sweepBegin(): void {
  memory.fill(sideSums(columns), 0, <usize>load<i32>(columns, 8) << 6);
  pairs = 0;
  paid = 0;
  rowError = 0;
}

/** Pairs looked at since `sweepBegin`. */
export function sweepPairs(): f64 {
  return pairs;
}
/** sum_ij a_i b_j t_ij |x_i - y_j|^2 of a measurement. */
export function sweepPaid(): f64 {
  return paid;
}
/** sum_i a_i |r_i - 1| of a measurement. */
export function sweepRowError(): f64 {
  return rowError;
}

/**
 * Row blocks from `begin` on, until `end`, until `budget` pairs were looked at or until the next block needs more room for its cells;
 * returns the block it came to.
 */
export function sweepRows(begin: i32, end: i32, mode: i32, budget: f64): i32 {
  const most = pairs + budget;
  let block = begin;
  while (block < end && pairs < most && sweepBlock(block, mode)) block++;
  return block;
}

/** Candidates of the last block. */
export function sweepCount(): i32 {
  return count;
}

function sweepBlock(block: i32, mode: i32): bool {
  const first = block * height;
  const last = min(first + height, sideSize(rows));
  const rowLevel = min(heightLevel, sideLevels(rows) - 1);
  const node = sideNode(rows, rowLevel, block);
  let redo: u32 = 0xffffffff;
  for (let attempt = 0; attempt < 200 && redo != 0; attempt++) {
    boxesFitNode(rows, rowLevel, block);
    count = candidates(node, columns, level, scale, cutoff, list);
    const kept = attempt == 0 && (mode & keep) != 0;
    if (kept) {
      if (!cellsFit(count)) return false;
      cellsBegin(list, count, level);
    }
    let again: u32 = 0;
    for (let i = first; i < last; i++) {
      if (((redo >> (i - first)) & 1) == 0) continue;
      weight = 0;
      if (!sweepRow(i, mode)) again |= <u32>1 << (i - first);
      if (kept) cellsRow(i, weight, buffer, active, number);
    }
    redo = again;
  }
  return true;
}

/** Leaves t_i in the buffer and returns the number of its groups, which are in the list. */
export function sweepOne(i: i32): i32 {
  const rowLevel = min(heightLevel, sideLevels(rows) - 1);
  boxesFitNode(rows, rowLevel, i / height);
  count = candidates(sideNode(rows, rowLevel, i / height), columns, level, scale, cutoff, list);
  weigh(i, load<f64>(sidePotentials(rows) + (<usize>i << 3)));
  for (let k = 0; k < number; k++) store<i32>(list + (<usize>k << 2), group(k));
  return number;
}

/** One row, added with `weight`; false if it is to be redone. */
function sweepRow(i: i32, mode: i32): bool {
  const at = <usize>i << 3;
  const mass = load<f64>(sideWeights(rows) + at);
  const potential = sidePotentials(rows) + at;
  const total = weigh(i, load<f64>(potential));
  if (mode & fixed) {
    weight = mass;
    store<f64>(sideSums(rows) + at, total);
    rowError += mass * Math.abs(total - 1);
    if (mode & price) paid += mass * pay(i);
  } else {
    if (!(total > small && total < large)) {
      let value = load<f64>(potential);
      if (total > 0 && total < large) value -= Math.log2(total);
      else {
        for (let k = 0; k < d; k++) store<f64>(here + (<usize>k << 3), coordinate(rows, i, k));
        value = -peak(here, columns, scale);
      }
      store<f64>(potential, value);
      return false;
    }
    store<f64>(potential, load<f64>(potential) - Math.log2(total));
    weight = mass / total;
  }
  if (mode & gather) scatter(weight);
  return true;
}

/** The group of a position. */
@inline function group(k: i32): i32 {
  return load<i32>(list + (<usize>load<i32>(active + (<usize>k << 2)) << 2));
}

/** Fills the buffer with t_i at the candidates that matter and returns sum_j b_j t_ij. */
function weigh(i: i32, potential: f64): f64 {
  const coordinates = sideCoordinates(columns);
  const potentials = sidePotentials(columns);
  const weights = sideWeights(columns);
  const wide = <usize>d << 6;
  const span: usize = 1 << level;
  const lift = f64x2.splat(potential);
  const times = f64x2.splat(scale);
  const low = f64x2.splat(cutoff);
  const zero = f64x2.splat(0);
  const x0 = f64x2.splat(coordinate(rows, i, 0));
  const x1 = f64x2.splat(d > 1 ? coordinate(rows, i, 1) : 0);
  const x2 = f64x2.splat(d > 2 ? coordinate(rows, i, 2) : 0);
  let sum0 = zero;
  let sum1 = zero;
  let out = buffer;
  number = 0;
  for (let entry = 0; entry < count; entry++) {
    let block = <usize>load<i32>(list + (<usize>entry << 2)) << level;
    let matters = false;
    for (const stop = block + span; block < stop; block++, out += 64) {
      let y = coordinates + block * wide;
      const G = potentials + (block << 6);
      let u0 = f64x2.sub(x0, v128.load(y));
      let u1 = f64x2.sub(x0, v128.load(y, 16));
      let u2 = f64x2.sub(x0, v128.load(y, 32));
      let u3 = f64x2.sub(x0, v128.load(y, 48));
      u0 = f64x2.mul(u0, u0);
      u1 = f64x2.mul(u1, u1);
      u2 = f64x2.mul(u2, u2);
      u3 = f64x2.mul(u3, u3);
      if (d > 1) {
        let v0 = f64x2.sub(x1, v128.load(y, 64));
        let v1 = f64x2.sub(x1, v128.load(y, 80));
        let v2 = f64x2.sub(x1, v128.load(y, 96));
        let v3 = f64x2.sub(x1, v128.load(y, 112));
        u0 = f64x2.add(u0, f64x2.mul(v0, v0));
        u1 = f64x2.add(u1, f64x2.mul(v1, v1));
        u2 = f64x2.add(u2, f64x2.mul(v2, v2));
        u3 = f64x2.add(u3, f64x2.mul(v3, v3));
        if (d > 2) {
          v0 = f64x2.sub(x2, v128.load(y, 128));
          v1 = f64x2.sub(x2, v128.load(y, 144));
          v2 = f64x2.sub(x2, v128.load(y, 160));
          v3 = f64x2.sub(x2, v128.load(y, 176));
          u0 = f64x2.add(u0, f64x2.mul(v0, v0));
          u1 = f64x2.add(u1, f64x2.mul(v1, v1));
          u2 = f64x2.add(u2, f64x2.mul(v2, v2));
          u3 = f64x2.add(u3, f64x2.mul(v3, v3));
          for (let k = 3; k < d; k++) {
            y += 64;
            const x = f64x2.splat(coordinate(rows, i, k));
            v0 = f64x2.sub(x, v128.load(y, 128));
            v1 = f64x2.sub(x, v128.load(y, 144));
            v2 = f64x2.sub(x, v128.load(y, 160));
            v3 = f64x2.sub(x, v128.load(y, 176));
            u0 = f64x2.add(u0, f64x2.mul(v0, v0));
            u1 = f64x2.add(u1, f64x2.mul(v1, v1));
            u2 = f64x2.add(u2, f64x2.mul(v2, v2));
            u3 = f64x2.add(u3, f64x2.mul(v3, v3));
          }
        }
      }
      u0 = f64x2.sub(f64x2.add(lift, v128.load(G)), f64x2.mul(times, u0));
      u1 = f64x2.sub(f64x2.add(lift, v128.load(G, 16)), f64x2.mul(times, u1));
      u2 = f64x2.sub(f64x2.add(lift, v128.load(G, 32)), f64x2.mul(times, u2));
      u3 = f64x2.sub(f64x2.add(lift, v128.load(G, 48)), f64x2.mul(times, u3));
      const most = f64x2.pmax(f64x2.pmax(u0, u1), f64x2.pmax(u2, u3));
      if (!v128.any_true(f64x2.gt(most, low))) {
        v128.store(out, zero);
        v128.store(out, zero, 16);
        v128.store(out, zero, 32);
        v128.store(out, zero, 48);
        continue;
      }
      matters = true;
      const B = weights + (block << 6);
      u0 = exp2Lanes(u0);
      u1 = exp2Lanes(u1);
      v128.store(out, u0);
      v128.store(out, u1, 16);
      sum0 = f64x2.add(sum0, f64x2.mul(u0, v128.load(B)));
      sum1 = f64x2.add(sum1, f64x2.mul(u1, v128.load(B, 16)));
      u2 = exp2Lanes(u2);
      u3 = exp2Lanes(u3);
      v128.store(out, u2, 32);
      v128.store(out, u3, 48);
      sum0 = f64x2.add(sum0, f64x2.mul(u2, v128.load(B, 32)));
      sum1 = f64x2.add(sum1, f64x2.mul(u3, v128.load(B, 48)));
    }
    if (matters) {
      store<i32>(active + (<usize>number << 2), entry);
      number++;
    } else out -= span << 6;
  }
  pairs += <f64>((<usize>count * span) << 3);
  sum0 = f64x2.add(sum0, sum1);
  return f64x2.extract_lane(sum0, 0) + f64x2.extract_lane(sum0, 1);
}

// c_j += factor t_ij.
function scatter(factor: f64): void {
  const sums = sideSums(columns);
  const times = f64x2.splat(factor);
  const span: usize = 64 << level;
  let from = buffer;
  for (let k = 0; k < number; k++) {
    let to = sums + <usize>group(k) * span;
    for (const stop = to + span; to < stop; to += 64, from += 64) {
      v128.store(to, f64x2.add(v128.load(to), f64x2.mul(times, v128.load(from))));
      v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(times, v128.load(from, 16))), 16);
      v128.store(to, f64x2.add(v128.load(to, 32), f64x2.mul(times, v128.load(from, 32))), 32);
      v128.store(to, f64x2.add(v128.load(to, 48), f64x2.mul(times, v128.load(from, 48))), 48);
    }
  }
}

// sum_j b_j t_ij |x_i - y_j|^2.
function pay(i: i32): f64 {
  const coordinates = sideCoordinates(columns);
  const weights = sideWeights(columns);
  const wide = <usize>d << 6;
  const span: usize = 1 << level;
  let from = buffer;
  let total = f64x2.splat(0);
  for (let k = 0; k < number; k++) {
    let block = <usize>group(k) << level;
    for (const stop = block + span; block < stop; block++) {
      for (let lane: usize = 0; lane < 64; lane += 16, from += 16) {
        let price = f64x2.splat(0);
        let y = coordinates + block * wide + lane;
        for (let axis = 0; axis < d; axis++, y += 64) {
          const gap = f64x2.sub(f64x2.splat(coordinate(rows, i, axis)), v128.load(y));
          price = f64x2.add(price, f64x2.mul(gap, gap));
        }
        total = f64x2.add(total, f64x2.mul(price, f64x2.mul(v128.load(from), v128.load(weights + (block << 6) + lane))));
      }
    }
  }
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
}

// Sinkhorn's iteration for one small problem after the other: scalings of a kept matrix, over-relaxed, without logarithms.
//
// k_ij = 2^(F_i + G_j - s C_ij) is made once; t_ij = u_i k_ij v_j and P_ij = a_i b_j t_ij (masses relative to the total). A row with sum
// u_i r_i = 1 + d is multiplied by (1 + d)^-omega, for small d by its Pade approximant (1 + (1 - omega) d / 2) / (1 + (1 + omega) d / 2).
import { exp2, exp2Lanes } from "./exp2";

let n: i32 = 0;
let m: i32 = 0;
let bytes: usize = 0;
let costs: usize = 0;
let kept: usize = 0;
let a: usize = 0;
let f: usize = 0;
let u: usize = 0;
let r: usize = 0;
let b: usize = 0;
let g: usize = 0;
let v: usize = 0;
let bv: usize = 0;
let c: usize = 0;
let scale: f64 = 0;

let error: f64 = 0;
let linear: f64 = 0;
let state: i32 = 0;

let omega: f64 = 1;
let ceiling: f64 = 1.98;
let since: i32 = 0;
let e0: f64 = 0;
let e1: f64 = 0;
let e2: f64 = 0;
let e3: f64 = 0;

/** Beyond these, scalings are taken into the potentials and the matrix is made anew. */
const least: f64 = 1e-60;
const most: f64 = 1e60;
/** Errors that say nothing after a change of omega, and the error below which the linear theory holds. */
const settle: i32 = 8;
const near: f64 = 0.3;

/** Doubles that a batch of n x padded problems needs: costs, k, then a, f, u, r; b, g, v, bv, c. */
export function batchDoubles(rows: i32, padded: i32): i32 {
  return 2 * rows * padded + 4 * ((rows + 1) & ~1) + 5 * padded;
}

/** Lays out the arrays. */
export function batchInit(address: usize, rows: i32, cols: i32, padded: i32): void {
  n = rows;
  m = cols;
  bytes = <usize>padded << 3;
  const tall = <usize>((rows + 1) & ~1) << 3;
  costs = address;
  kept = costs + <usize>n * bytes;
  a = kept + <usize>n * bytes;
  f = a + tall;
  u = f + tall;
  r = u + tall;
  b = r + tall;
  g = b + bytes;
  v = g + bytes;
  bv = v + bytes;
  c = bv + bytes;
}

export function batchCosts(): usize {
  return costs;
}
export function batchA(): usize {
  return a;
}
export function batchB(): usize {
  return b;
}
export function batchF(): usize {
  return f;
}
export function batchG(): usize {
  return g;
}
export function batchR(): usize {
  return r;
}
/** L1 error of both marginals, relative to the mass. */
export function batchError(): f64 {
  return error;
}
/** sum_ij a_i b_j t_ij C_ij of the last measurement. */
export function batchCost(): f64 {
  return linear;
}
/** 0: under way; 1: the goal is reached; 2: scalings left their range; 3: a row or column with mass reaches nothing. */
export function batchState(): i32 {
  return state;
}

/** The next problem: costs, a and b are filled (0 and Infinity behind m). */
export function batchClear(): void {
  memory.fill(f, 0, <usize>n << 3);
  memory.fill(g, 0, bytes);
  scale = 0;
}

/** Sets s and brings the potentials to it; one iteration in the log domain, from the largest terms; makes k. */
export function batchBegin(s: f64): void {
  const change = scale > 0 ? s / scale : 1;
  scale = s;
  state = 0;
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(f + i, load<f64>(f + i) * change);
  for (let j: usize = 0; j < bytes; j += 8) store<f64>(g + j, load<f64>(g + j) * change);
  for (let i = 0; i < n; i++) softRow(i);
  softColumns();
  for (let i = 0; i < n; i++) {
    store<f64>(u + (<usize>i << 3), 1);
    fillRow(i, kept + <usize>i * bytes);
  }
  for (let j: usize = 0; j < bytes; j += 8) {
    store<f64>(v + j, 1);
    store<f64>(bv + j, load<f64>(b + j));
  }
  omega = 1;
  ceiling = 1.98;
  since = 0;
}

/** Iterates `count` times, or until the error is at most `goal`, or out of range; returns the number of iterations. */
export function batchIterate(count: i32, goal: f64): i32 {
  for (let k = 1; k <= count; k++) {
    memory.fill(c, 0, bytes);
    error = 0;
    for (let i = 0; i < n; i++) {
      const at = <usize>i << 3;
      const mass = load<f64>(a + at);
      if (mass == 0) continue;
      const row = kept + <usize>i * bytes;
      const sum = dotRow(row);
      const factor = scaled(load<f64>(u + at), sum);
      store<f64>(u + at, factor);
      error += mass * Math.abs(factor * sum - 1);
      addRow(row, mass * factor);
    }
    for (let j: usize = 0; j < <usize>m << 3; j += 8) error += load<f64>(b + j) * Math.abs(load<f64>(v + j) * load<f64>(c + j) - 1);
    if (error <= goal) {
      state = 1;
      return k;
    }
    for (let j: usize = 0; j < <usize>m << 3; j += 8) {
      const mass = load<f64>(b + j);
      if (mass == 0) continue;
      const factor = scaled(load<f64>(v + j), load<f64>(c + j));
      store<f64>(v + j, factor);
      store<f64>(bv + j, mass * factor);
    }
    // NaN fails the test as well.
    if (state == 2 || !(error < 1e300)) {
      state = 2;
      return k;
    }
    relax();
  }
  return count;
}

/** Takes the scalings into the potentials, and measures the plan at them: error, cost, row sums; then atoms without mass. */
export function batchMeasure(): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) {
    if (load<f64>(a + i) > 0) store<f64>(f + i, load<f64>(f + i) + Math.log2(load<f64>(u + i)));
  }
  for (let j: usize = 0; j < <usize>m << 3; j += 8) {
    if (load<f64>(b + j) > 0) store<f64>(g + j, load<f64>(g + j) + Math.log2(load<f64>(v + j)));
  }
  memory.fill(c, 0, bytes);
  memory.copy(bv, b, bytes);
  error = 0;
  linear = 0;
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 3;
    const mass = load<f64>(a + at);
    store<f64>(u + at, 1);
    if (mass == 0) {
      store<f64>(r + at, 0);
      continue;
    }
    const row = kept + <usize>i * bytes;
    fillRow(i, row);
    const sum = dotRow(row);
    store<f64>(r + at, sum);
    error += mass * Math.abs(sum - 1);
    linear += mass * pay(row, costs + <usize>i * bytes);
    addRow(row, mass);
  }
  for (let j: usize = 0; j < <usize>m << 3; j += 8) {
    store<f64>(v + j, 1);
    if (load<f64>(b + j) > 0) error += load<f64>(b + j) * Math.abs(load<f64>(c + j) - 1);
  }
}

/** Potentials of atoms without mass, by the same formula as elsewhere. */
export function batchEmpty(): void {
  for (let j = 0; j < m; j++) if (load<f64>(b + (<usize>j << 3)) == 0) emptyColumn(j);
  for (let i = 0; i < n; i++) if (load<f64>(a + (<usize>i << 3)) == 0) softRow(i);
}

// The new scaling of a row or column whose matrix has this sum.
// @ts-ignore: decorator
@inline function scaled(before: f64, sum: f64): f64 {
  const excess = before * sum - 1;
  const after = Math.abs(excess) < 0.5
    ? before * (1 + 0.5 * (1 - omega) * excess) / (1 + 0.5 * (1 + omega) * excess)
    : 1 / sum;
  if (after > least && after < most) return after;
  state = 2;
  return after > 1 ? most : least;
}

// Over-relaxation from the rate over four iterations: see relaxation.ts.
function relax(): void {
  const before = e0;
  e0 = e1;
  e1 = e2;
  e2 = e3;
  e3 = error;
  if (++since <= settle) return;
  if (!(error < before)) {
    if (omega == 1) return;
    ceiling = omega;
    omega = 1 + (omega - 1) / 2;
    since = 0;
    return;
  }
  if (error > near) return;
  const rate = Math.sqrt(Math.sqrt(error / before));
  const part = rate + omega - 1;
  const eta = min(part * part / (rate * omega * omega), 1);
  const best = min(2 / (1 + Math.sqrt(1 - eta)), ceiling);
  if (rate > omega - 1 && best - 1 > (omega - 1) * 1.05) {
    omega = best;
    since = 0;
  }
}

// F_i = -log2 sum_j b_j 2^(G_j - s C_ij), from its largest term.
function softRow(i: i32): void {
  const row = costs + <usize>i * bytes;
  const times = f64x2.splat(scale);
  const none = f64x2.splat(-Infinity);
  let high = none;
  for (let j: usize = 0; j < bytes; j += 16) {
    const term = f64x2.sub(v128.load(g + j), f64x2.mul(times, v128.load(row + j)));
    high = f64x2.pmax(high, v128.bitselect(term, none, f64x2.gt(v128.load(b + j), f64x2.splat(0))));
  }
  const peak = max(f64x2.extract_lane(high, 0), f64x2.extract_lane(high, 1));
  if (peak == -Infinity) {
    if (load<f64>(a + (<usize>i << 3)) > 0) state = 3;
    return;
  }
  const shift = f64x2.splat(peak);
  let sum = f64x2.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) {
    const term = f64x2.sub(f64x2.sub(v128.load(g + j), shift), f64x2.mul(times, v128.load(row + j)));
    sum = f64x2.add(sum, f64x2.mul(v128.load(b + j), exp2Lanes(term)));
  }
  const total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  // The largest term may have a mass of 1e-300: its own weight decides then.
  if (total > 0) store<f64>(f + (<usize>i << 3), -peak - Math.log2(total));
  else state = 2;
}

// G_j = -max_i F_i - s C_ij over the rows with mass: no k_ij is above 1.
function softColumns(): void {
  const times = f64x2.splat(scale);
  for (let j: usize = 0; j < bytes; j += 16) {
    let high = f64x2.splat(-Infinity);
    for (let i: usize = 0; i < <usize>n; i++) {
      if (load<f64>(a + (i << 3)) == 0) continue;
      const term = f64x2.sub(f64x2.splat(load<f64>(f + (i << 3))), f64x2.mul(times, v128.load(costs + i * bytes + j)));
      high = f64x2.pmax(high, term);
    }
    for (let lane: usize = 0; lane < 16; lane += 8) {
      const peak = lane == 0 ? f64x2.extract_lane(high, 0) : f64x2.extract_lane(high, 1);
      if (peak > -Infinity && peak < Infinity) store<f64>(g + j + lane, -peak);
      else if (load<f64>(b + j + lane) > 0) state = 3;
    }
  }
}

// G_j = -log2 sum_i a_i 2^(F_i - s C_ij) of one column.
function emptyColumn(j: i32): void {
  const at = costs + (<usize>j << 3);
  let peak = -Infinity;
  for (let i: usize = 0; i < <usize>n; i++) {
    if (load<f64>(a + (i << 3)) > 0) peak = max(peak, load<f64>(f + (i << 3)) - scale * load<f64>(at + i * bytes));
  }
  if (peak == -Infinity) return;
  let total = 0.0;
  for (let i: usize = 0; i < <usize>n; i++) {
    const mass = load<f64>(a + (i << 3));
    if (mass > 0) total += mass * exp2(load<f64>(f + (i << 3)) - scale * load<f64>(at + i * bytes) - peak);
  }
  if (total > 0) store<f64>(g + (<usize>j << 3), -peak - Math.log2(total));
}

function fillRow(i: i32, to: usize): void {
  const row = costs + <usize>i * bytes;
  const shift = f64x2.splat(load<f64>(f + (<usize>i << 3)));
  const times = f64x2.splat(scale);
  for (let j: usize = 0; j < bytes; j += 16) {
    v128.store(to + j, exp2Lanes(f64x2.sub(f64x2.add(shift, v128.load(g + j)), f64x2.mul(times, v128.load(row + j)))));
  }
}

// sum_j b_j v_j k_ij.
function dotRow(row: usize): f64 {
  const by = bv;
  const end = bytes;
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (let j: usize = 0; j < end; j += 64) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(row + j), v128.load(by + j)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(row + j, 16), v128.load(by + j, 16)));
    s2 = f64x2.add(s2, f64x2.mul(v128.load(row + j, 32), v128.load(by + j, 32)));
    s3 = f64x2.add(s3, f64x2.mul(v128.load(row + j, 48), v128.load(by + j, 48)));
  }
  s0 = f64x2.add(f64x2.add(s0, s1), f64x2.add(s2, s3));
  return f64x2.extract_lane(s0, 0) + f64x2.extract_lane(s0, 1);
}

// c += weight k_i.
function addRow(row: usize, weight: f64): void {
  const times = f64x2.splat(weight);
  const to = c;
  const end = bytes;
  for (let j: usize = 0; j < end; j += 64) {
    v128.store(to + j, f64x2.add(v128.load(to + j), f64x2.mul(times, v128.load(row + j))));
    v128.store(to + j, f64x2.add(v128.load(to + j, 16), f64x2.mul(times, v128.load(row + j, 16))), 16);
    v128.store(to + j, f64x2.add(v128.load(to + j, 32), f64x2.mul(times, v128.load(row + j, 32))), 32);
    v128.store(to + j, f64x2.add(v128.load(to + j, 48), f64x2.mul(times, v128.load(row + j, 48))), 48);
  }
}

// sum_j b_j t_ij C_ij, where 0 x Infinity is 0.
function pay(row: usize, prices: usize): f64 {
  const zero = f64x2.splat(0);
  let sum = zero;
  for (let j: usize = 0; j < bytes; j += 16) {
    const t = f64x2.mul(v128.load(row + j), v128.load(b + j));
    sum = f64x2.add(sum, v128.and(f64x2.mul(t, v128.load(prices + j)), f64x2.ne(t, zero)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

// Iterations without exponentials: the entries t_ij at reference potentials are kept, and the potentials' change since is carried by factors.
//
// t_ij = u_i k_ij v_j with k_ij = 2^(F0_i + G0_j - s C_ij), u_i = 2^(F_i - F0_i), v_j = 2^(G_j - G0_j). Kept are either all entries
// (rows of f64), or those with t_ij max(a_i, b_j) > least, as pairs of k_ij (f64) and j (i32) of 16 bytes. Schmitzer (2019).
import { costRow } from "./costs";
import { exp2, exp2Lanes } from "./exp2";
import { hard, lenient, rowConfine, rowKind, rowMiss, rowResponse } from "./penalty";
import { a, addRowError, b, buffer, bytes, c, f, g, m, n, weigh } from "./sweep";

let full: i32 = 0;
let entries: usize = 0;
/** F0, then G0; row pointers (i32, entries); b_j v_j. */
let f0: usize = 0;
let g0: usize = 0;
let pointers: usize = 0;
let bv: usize = 0;
let count: i32 = 0;
let failed: i32 = 0;

/** Reference potentials are those of now. `address` holds n + 2 padded + (n + 2) / 2 doubles; the entries go to `kept`. */
export function keepBegin(address: usize, kept: usize, all: i32): void {
  f0 = address;
  g0 = f0 + (<usize>((n + 1) & ~1) << 3);
  bv = g0 + bytes;
  pointers = bv + bytes;
  entries = kept;
  full = all;
  count = 0;
  failed = 0;
  memory.copy(f0, f, <usize>n << 3);
  memory.copy(g0, g, bytes);
  memory.copy(bv, b, bytes);
  store<i32>(pointers, 0);
}

export function keepCount(): i32 {
  return count;
}

/** Keeps all entries of rows [begin, end). */
export function keepFull(begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    weigh(costRow(i), load<f64>(f + (<usize>i << 3)));
    memory.copy(entries + <usize>i * bytes, buffer, bytes);
  }
}

/** Keeps the entries of rows from `begin` on, until `end` or until there is no room for a row; returns the row it came to. */
export function keepRows(begin: i32, end: i32, room: i32, least: f64): i32 {
  for (let i = begin; i < end; i++) {
    if (count + m > room) return i;
    const mass = load<f64>(a + (<usize>i << 3));
    if (mass > 0) {
      weigh(costRow(i), load<f64>(f + (<usize>i << 3)));
      for (let j = 0; j < m; j++) {
        const t = load<f64>(buffer + (<usize>j << 3));
        const other = load<f64>(b + (<usize>j << 3));
        if (!(t * max(mass, other) > least && other > 0)) continue;
        const at = entries + (<usize>count << 4);
        store<f64>(at, t);
        store<i32>(at, j, 8);
        count++;
      }
    }
    store<i32>(pointers + (<usize>(i + 1) << 2), count);
  }
  return end;
}

/** One row update and the column sums, over what was kept. `sweepBegin` comes before. Returns 1 if a sum vanished or overflowed. */
export function keepSweep(begin: i32, end: i32, omega: f64): i32 {
  for (let i = begin; i < end; i++) {
    const at = <usize>i << 3;
    const mass = load<f64>(a + at);
    if (mass == 0) continue;
    const sum = keptDot(i, bv);
    const u = exp2(load<f64>(f + at) - load<f64>(f0 + at));
    const total = u * sum;
    // No entry of a row with a penalty may weigh anything.
    if (rowKind != 0 && total == 0 && lenient) continue;
    if (!(total > 1e-200 && total < 1e200)) {
      failed = 1;
      continue;
    }
    if (rowKind != 0) {
      const held = load<f64>(f + at);
      const wanted = held - Math.log2(total);
      let next = rowResponse(wanted, mass);
      if (omega != 1) next = rowConfine(held + omega * (next - held), mass);
      store<f64>(hard + at, wanted);
      store<f64>(f + at, next);
      const factor = exp2(next - held);
      if (omega != 1) addRowError(mass * rowMiss(total * factor, next, mass));
      keptAdd(i, mass * u * factor, c);
      continue;
    }
    const step = omega * Math.log2(total);
    store<f64>(f + at, load<f64>(f + at) - step);
    let factor = 1 / total;
    if (omega != 1) {
      factor = exp2(-step);
      addRowError(mass * Math.abs(total * factor - 1));
    }
    keptAdd(i, mass * u * factor, c);
  }
  return failed;
}

/** Multiplies the column sums by v (1) or brings b v up to date with G (0). */
export function keepColumns(sums: i32): void {
  for (let j: usize = 0; j < bytes; j += 16) {
    const v = exp2Lanes(f64x2.sub(v128.load(g + j), v128.load(g0 + j)));
    if (sums) v128.store(c + j, f64x2.mul(v128.load(c + j), v));
    else v128.store(bv + j, f64x2.mul(v128.load(b + j), v));
  }
}

/** sum_j k_ij x_j over the kept entries of row i; x is padded. */
export function keptDot(i: i32, x: usize): f64 {
  return full ? dotRow(i, x) : dotEntries(i, x);
}

/** x_j += weight k_ij over the kept entries of row i. */
export function keptAdd(i: i32, weight: f64, x: usize): void {
  if (full) addRow(i, weight, x);
  else addEntries(i, weight, x);
}

function dotEntries(i: i32, x: usize): f64 {
  let at = entries + (<usize>load<i32>(pointers + (<usize>i << 2)) << 4);
  const end = entries + (<usize>load<i32>(pointers + (<usize>i << 2), 4) << 4);
  let sum0 = 0.0;
  let sum1 = 0.0;
  for (; at + 16 < end; at += 32) {
    sum0 += load<f64>(at) * load<f64>(x + (<usize>load<i32>(at, 8) << 3));
    sum1 += load<f64>(at, 16) * load<f64>(x + (<usize>load<i32>(at, 24) << 3));
  }
  if (at < end) sum0 += load<f64>(at) * load<f64>(x + (<usize>load<i32>(at, 8) << 3));
  return sum0 + sum1;
}

function addEntries(i: i32, weight: f64, x: usize): void {
  let at = entries + (<usize>load<i32>(pointers + (<usize>i << 2)) << 4);
  const end = entries + (<usize>load<i32>(pointers + (<usize>i << 2), 4) << 4);
  for (; at < end; at += 16) {
    const to = x + (<usize>load<i32>(at, 8) << 3);
    store<f64>(to, load<f64>(to) + weight * load<f64>(at));
  }
}

function dotRow(i: i32, by: usize): f64 {
  const row = entries + <usize>i * bytes;
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

function addRow(i: i32, weight: f64, to: usize): void {
  const row = entries + <usize>i * bytes;
  const times = f64x2.splat(weight);
  const end = bytes;
  for (let j: usize = 0; j < end; j += 64) {
    v128.store(to + j, f64x2.add(v128.load(to + j), f64x2.mul(times, v128.load(row + j))));
    v128.store(to + j, f64x2.add(v128.load(to + j, 16), f64x2.mul(times, v128.load(row + j, 16))), 16);
    v128.store(to + j, f64x2.add(v128.load(to + j, 32), f64x2.mul(times, v128.load(row + j, 32))), 32);
    v128.store(to + j, f64x2.add(v128.load(to + j, 48), f64x2.mul(times, v128.load(row + j, 48))), 48);
  }
}

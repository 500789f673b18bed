// Iterations without exponentials: the entries t_ij at reference potentials are kept, and the potentials' change since is carried by factors.
//
// t_ij = u_i k_ij v_j with k_ij = 2^(F0_i + G0_j - s C_ij) in single precision, u_i = 2^(F_i - F0_i), v_j = 2^(G_j - G0_j). Kept are
// either all entries (rows of f32), or those with t_ij max(a_i, b_j) > least, as pairs of k_ij (f32) and 8 j (i32). Row sums are
// multiplied by R_i and column sums by S_j, so that at the reference potentials they are those of all entries in double
// precision: what rounding and leaving out cost is their share times the change of potentials. After Schmitzer (2019).
import { costRow } from "./costs";
import { exp2, exp2Lanes, log2, log2Lanes } from "./exp2";
import { hard, rowConfine, rowFaint, rowKind, rowMiss, rowResponse } from "./penalty";
import { weigh } from "./row";
import { a, addRowError, b, buffer, bytes, c, f, g, m, n } from "./sweep";

export let full: i32 = 0;
export let entries: usize = 0;
/** F0 and R over rows; G0, S v, b v and S over columns; row pointers (i32, entries). */
export let f0: usize = 0;
export let rowFactors: usize = 0;
let g0: usize = 0;
let sv: usize = 0;
export let bv: usize = 0;
let columnFactors: usize = 0;
export let pointers: usize = 0;
let count: i32 = 0;
let failed: i32 = 0;
let largest: f64 = 0;

/** Four rows at once: the sums of their entries, then the weights with which they enter the column sums. */
export const four: usize = memory.data(32, 16);

/** Sums within these bounds are the kernels' to work with; entries fit into single precision up to `fits`. */
const low: f64 = 1e-200;
const high: f64 = 1e200;
const fits: f64 = 1e36;
/** A factor that would change sums by more than this stands for a row or column of which next to nothing was kept. */
const credible: f64 = 2;
/** Smaller entries count as none: they would be denormal in single precision, which is slow on some machines. */
const tiny: f64 = 1e-36;

/** Doubles of `keepBegin`'s header. */
export function keepDoubles(): i32 {
  return 2 * ((n + 1) & ~1) + 4 * <i32>(bytes >> 3) + ((n + 4) >> 1);
}

/** Reference potentials are those of now. The header lies at `address`, the entries go to `kept`. */
export function keepBegin(address: usize, kept: usize, all: i32): void {
  const tall = <usize>((n + 1) & ~1) << 3;
  f0 = address;
  rowFactors = f0 + tall;
  g0 = rowFactors + tall;
  sv = g0 + bytes;
  bv = sv + bytes;
  columnFactors = bv + bytes;
  pointers = columnFactors + bytes;
  entries = kept;
  full = all;
  count = 0;
  failed = 0;
  largest = 0;
  memory.copy(f0, f, <usize>n << 3);
  memory.copy(g0, g, bytes);
  // Until `keepEnd`, the sums of the true columns and those of the kept ones.
  memory.fill(sv, 0, bytes);
  memory.fill(bv, 0, bytes);
  store<i32>(pointers, 0);
}

export function keepCount(): i32 {
  return count;
}

/** Keeps all entries of rows [begin, end). */
export function keepFull(begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    const to = entries + <usize>i * (bytes >> 1);
    const mass = load<f64>(a + (<usize>i << 3));
    if (mass == 0) {
      memory.fill(to, 0, bytes >> 1);
      continue;
    }
    const total = weigh(costRow(i), load<f64>(f + (<usize>i << 3)));
    const weight = f64x2.splat(mass);
    const zero = f64x2.splat(0);
    const smallest = f64x2.splat(tiny);
    let most = zero;
    let sum = zero;
    for (let j: usize = 0; j < bytes; j += 32) {
      // Columns without mass take no part: their entries may be out of range.
      const b0 = v128.load(b + j);
      const b1 = v128.load(b + j, 16);
      const t0 = v128.and(v128.load(buffer + j), f64x2.gt(b0, zero));
      const t1 = v128.and(v128.load(buffer + j, 16), f64x2.gt(b1, zero));
      most = f64x2.pmax(most, f64x2.pmax(t0, t1));
      const d0 = f32x4.demote_f64x2_zero(v128.and(t0, f64x2.gt(t0, smallest)));
      const d1 = f32x4.demote_f64x2_zero(v128.and(t1, f64x2.gt(t1, smallest)));
      const single = i32x4.shuffle(d0, d1, 0, 1, 4, 5);
      v128.store(to + (j >> 1), single);
      const k0 = f64x2.promote_low_f32x4(single);
      const k1 = f64x2.promote_low_f32x4(i32x4.shuffle(single, single, 2, 3, 2, 3));
      sum = f64x2.add(f64x2.add(sum, f64x2.mul(b0, k0)), f64x2.mul(b1, k1));
      v128.store(sv + j, f64x2.add(v128.load(sv + j), f64x2.mul(weight, t0)));
      v128.store(sv + j, f64x2.add(v128.load(sv + j, 16), f64x2.mul(weight, t1)), 16);
      v128.store(bv + j, f64x2.add(v128.load(bv + j), f64x2.mul(weight, k0)));
      v128.store(bv + j, f64x2.add(v128.load(bv + j, 16), f64x2.mul(weight, k1)), 16);
    }
    largest = max(largest, max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1)));
    store<f64>(rowFactors + (<usize>i << 3), factor(total, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
  }
}

/** Keeps the entries of rows from `begin` on, until `end` or until there is no room for a row; returns the row it came to. */
export function keepRows(begin: i32, end: i32, room: i32, least: f64): i32 {
  const floor = f64x2.splat(least);
  for (let i = begin; i < end; i++) {
    if (count + m > room) return i;
    const mass = load<f64>(a + (<usize>i << 3));
    if (mass > 0) {
      const total = weigh(costRow(i), load<f64>(f + (<usize>i << 3)));
      const weight = f64x2.splat(mass);
      const zero = f64x2.splat(0);
      let sum = 0.0;
      for (let j: usize = 0; j < bytes; j += 64) {
        const b0 = v128.load(b + j);
        const b1 = v128.load(b + j, 16);
        const b2 = v128.load(b + j, 32);
        const b3 = v128.load(b + j, 48);
        // Columns without mass take no part.
        const t0 = v128.and(v128.load(buffer + j), f64x2.gt(b0, zero));
        const t1 = v128.and(v128.load(buffer + j, 16), f64x2.gt(b1, zero));
        const t2 = v128.and(v128.load(buffer + j, 32), f64x2.gt(b2, zero));
        const t3 = v128.and(v128.load(buffer + j, 48), f64x2.gt(b3, zero));
        if (!v128.any_true(v128.or(v128.or(t0, t1), v128.or(t2, t3)))) continue;
        v128.store(sv + j, f64x2.add(v128.load(sv + j), f64x2.mul(weight, t0)));
        v128.store(sv + j, f64x2.add(v128.load(sv + j, 16), f64x2.mul(weight, t1)), 16);
        v128.store(sv + j, f64x2.add(v128.load(sv + j, 32), f64x2.mul(weight, t2)), 32);
        v128.store(sv + j, f64x2.add(v128.load(sv + j, 48), f64x2.mul(weight, t3)), 48);
        let chosen = i64x2.bitmask(f64x2.gt(f64x2.mul(t0, f64x2.pmax(weight, b0)), floor));
        chosen |= i64x2.bitmask(f64x2.gt(f64x2.mul(t1, f64x2.pmax(weight, b1)), floor)) << 2;
        chosen |= i64x2.bitmask(f64x2.gt(f64x2.mul(t2, f64x2.pmax(weight, b2)), floor)) << 4;
        chosen |= i64x2.bitmask(f64x2.gt(f64x2.mul(t3, f64x2.pmax(weight, b3)), floor)) << 6;
        for (; chosen != 0; chosen &= chosen - 1) {
          const at = j + (<usize>ctz(chosen) << 3);
          sum += keepEntry(at, mass, load<f64>(buffer + at));
        }
      }
      store<f64>(rowFactors + (<usize>i << 3), factor(total, sum));
    }
    store<i32>(pointers + (<usize>(i + 1) << 2), count);
  }
  return end;
}

// @ts-ignore: decorator
@inline function keepEntry(j: usize, mass: f64, t: f64): f64 {
  const at = entries + (<usize>count << 3);
  const single = <f32>t;
  store<f32>(at, single);
  store<i32>(at, <i32>j, 4);
  count++;
  largest = max(largest, t);
  store<f64>(bv + j, load<f64>(bv + j) + mass * <f64>single);
  return <f64>single * load<f64>(b + j);
}

function factor(sum: f64, kept: f64): f64 {
  return kept > 0 && sum < kept * credible && kept < sum * credible ? sum / kept : 1;
}

/** After the last row. Returns 0 if entries are beyond single precision: then they are of no use. */
export function keepEnd(): i32 {
  for (let j: usize = 0; j < bytes; j += 8) {
    store<f64>(columnFactors + j, load<f64>(b + j) > 0 ? factor(load<f64>(sv + j), load<f64>(bv + j)) : 1);
  }
  keepColumns(0);
  return i32(largest < fits);
}

/** One row update and the column sums, over what was kept. `sweepBegin` comes before. Returns 1 if a sum vanished or overflowed. */
export function keepSweep(begin: i32, end: i32, omega: f64): i32 {
  for (let i = begin; i < end; i += 4) {
    const some = min(4, end - i);
    if (full && some == 4) dotFour(i, bv);
    else for (let k = 0; k < some; k++) store<f64>(four + (<usize>k << 3), keptDot(i + k, bv));
    for (let k = 0; k < some; k += 2) {
      if (rowKind != 0 || k + 1 == some || !updatePair(i + k, <usize>k << 3, omega)) {
        update(i + k, <usize>k << 3, omega);
        if (k + 1 < some) update(i + k + 1, <usize>(k + 1) << 3, omega);
      }
    }
    if (full && some == 4) addFour(i, c);
    else for (let k = 0; k < some; k++) keptAdd(i + k, load<f64>(four + (<usize>k << 3)), c);
  }
  return failed;
}

// Rows i and i + 1, both at once; false if one of them asks for more care.
// @ts-ignore: decorator
@inline function updatePair(i: i32, place: usize, omega: f64): bool {
  const at = <usize>i << 3;
  const mass = v128.load(a + at);
  const F = v128.load(f + at);
  const u = exp2Lanes(f64x2.sub(F, v128.load(f0 + at)));
  const total = f64x2.mul(u, f64x2.mul(v128.load(rowFactors + at), v128.load(four + place)));
  const good = v128.and(f64x2.gt(total, f64x2.splat(low)), f64x2.lt(total, f64x2.splat(high)));
  if (!i64x2.all_true(v128.and(good, f64x2.gt(mass, f64x2.splat(0))))) return false;
  const step = f64x2.mul(f64x2.splat(omega), log2Lanes(total));
  v128.store(f + at, f64x2.sub(F, step));
  let left = f64x2.div(f64x2.splat(1), total);
  if (omega != 1) {
    left = exp2Lanes(f64x2.neg(step));
    const miss = f64x2.mul(mass, f64x2.abs(f64x2.sub(f64x2.mul(total, left), f64x2.splat(1))));
    addRowError(f64x2.extract_lane(miss, 0));
    addRowError(f64x2.extract_lane(miss, 1));
  }
  v128.store(four + place, f64x2.mul(mass, f64x2.mul(u, left)));
  return true;
}

function update(i: i32, place: usize, omega: f64): void {
  const at = <usize>i << 3;
  const mass = load<f64>(a + at);
  const sum = load<f64>(four + place);
  store<f64>(four + place, 0);
  if (mass == 0) return;
  const held = load<f64>(f + at);
  const u = exp2(held - load<f64>(f0 + at));
  const total = u * (load<f64>(rowFactors + at) * sum);
  // Next to nothing may be left of a row with a penalty.
  if (rowKind != 0 && total == 0 && rowFaint(held, mass)) return;
  if (!(total > low && total < high)) {
    failed = 1;
    return;
  }
  let left: f64 = 0;
  if (rowKind != 0) {
    const wanted = held - log2(total);
    let next = rowResponse(wanted, mass);
    if (omega != 1) next = rowConfine(held + omega * (next - held), mass);
    store<f64>(hard + at, wanted);
    store<f64>(f + at, next);
    left = exp2(next - held);
    if (omega != 1) addRowError(mass * rowMiss(total * left, next, mass));
  } else {
    const step = omega * log2(total);
    store<f64>(f + at, held - step);
    left = 1 / total;
    if (omega != 1) {
      left = exp2(-step);
      addRowError(mass * Math.abs(total * left - 1));
    }
  }
  store<f64>(four + place, mass * (u * left));
}

/** Multiplies the column sums by S v (1), or brings S v and b v up to date with G (0). */
export function keepColumns(sums: i32): void {
  for (let j: usize = 0; j < bytes; j += 16) {
    if (sums) {
      v128.store(c + j, f64x2.mul(v128.load(c + j), v128.load(sv + j)));
      continue;
    }
    const v = exp2Lanes(f64x2.sub(v128.load(g + j), v128.load(g0 + j)));
    v128.store(sv + j, f64x2.mul(v128.load(columnFactors + j), v));
    v128.store(bv + j, f64x2.mul(v128.load(b + j), v));
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
  let at = entries + (<usize>load<i32>(pointers + (<usize>i << 2)) << 3);
  const end = entries + (<usize>load<i32>(pointers + (<usize>i << 2), 4) << 3);
  let sum0 = 0.0;
  let sum1 = 0.0;
  let sum2 = 0.0;
  let sum3 = 0.0;
  for (; at + 24 < end; at += 32) {
    sum0 += <f64>load<f32>(at) * load<f64>(x + <usize>load<i32>(at, 4));
    sum1 += <f64>load<f32>(at, 8) * load<f64>(x + <usize>load<i32>(at, 12));
    sum2 += <f64>load<f32>(at, 16) * load<f64>(x + <usize>load<i32>(at, 20));
    sum3 += <f64>load<f32>(at, 24) * load<f64>(x + <usize>load<i32>(at, 28));
  }
  for (; at < end; at += 8) sum0 += <f64>load<f32>(at) * load<f64>(x + <usize>load<i32>(at, 4));
  return sum0 + sum1 + (sum2 + sum3);
}

function addEntries(i: i32, weight: f64, x: usize): void {
  let at = entries + (<usize>load<i32>(pointers + (<usize>i << 2)) << 3);
  const end = entries + (<usize>load<i32>(pointers + (<usize>i << 2), 4) << 3);
  for (; at + 8 < end; at += 16) {
    addEntry(at, weight, x);
    addEntry(at + 8, weight, x);
  }
  if (at < end) addEntry(at, weight, x);
}

// @ts-ignore: decorator
@inline function addEntry(at: usize, weight: f64, x: usize): void {
  const to = x + <usize>load<i32>(at, 4);
  store<f64>(to, load<f64>(to) + weight * <f64>load<f32>(at));
}

function dotRow(i: i32, x: usize): f64 {
  const row = entries + <usize>i * (bytes >> 1);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  for (let j: usize = 0; j < bytes >> 1; j += 16) {
    s0 = f64x2.add(s0, f64x2.mul(v128.load(x + (j << 1)), pair(row + j)));
    s1 = f64x2.add(s1, f64x2.mul(v128.load(x + (j << 1), 16), pair(row + j + 8)));
  }
  return both(f64x2.add(s0, s1));
}

function addRow(i: i32, weight: f64, x: usize): void {
  const row = entries + <usize>i * (bytes >> 1);
  const w = f64x2.splat(weight);
  for (let j: usize = 0; j < bytes >> 1; j += 16) {
    const to = x + (j << 1);
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(w, pair(row + j))));
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(w, pair(row + j + 8))), 16);
  }
}

// Two entries in double precision.
// @ts-ignore: decorator
@inline function pair(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

// @ts-ignore: decorator
@inline export function both(lanes: v128): f64 {
  return f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1);
}

/** The sums of rows i to i + 3 with x, into `four`: they share the loads of x. */
export function dotFour(i: i32, x: usize): void {
  const stride = bytes >> 1;
  const r0 = entries + <usize>i * stride;
  const r1 = r0 + stride;
  const r2 = r1 + stride;
  const r3 = r2 + stride;
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let z0 = s0;
  let z1 = s0;
  let z2 = s0;
  let z3 = s0;
  for (let j: usize = 0; j < stride; j += 16) {
    const x0 = v128.load(x + (j << 1));
    const x1 = v128.load(x + (j << 1), 16);
    s0 = f64x2.add(s0, f64x2.mul(x0, pair(r0 + j)));
    s1 = f64x2.add(s1, f64x2.mul(x0, pair(r1 + j)));
    s2 = f64x2.add(s2, f64x2.mul(x0, pair(r2 + j)));
    s3 = f64x2.add(s3, f64x2.mul(x0, pair(r3 + j)));
    z0 = f64x2.add(z0, f64x2.mul(x1, pair(r0 + j + 8)));
    z1 = f64x2.add(z1, f64x2.mul(x1, pair(r1 + j + 8)));
    z2 = f64x2.add(z2, f64x2.mul(x1, pair(r2 + j + 8)));
    z3 = f64x2.add(z3, f64x2.mul(x1, pair(r3 + j + 8)));
  }
  store<f64>(four, both(f64x2.add(s0, z0)));
  store<f64>(four, both(f64x2.add(s1, z1)), 8);
  store<f64>(four, both(f64x2.add(s2, z2)), 16);
  store<f64>(four, both(f64x2.add(s3, z3)), 24);
}

/** Rows i to i + 3, weighted by `four`, into the column sums `to`. */
export function addFour(i: i32, to: usize): void {
  const stride = bytes >> 1;
  const r0 = entries + <usize>i * stride;
  const r1 = r0 + stride;
  const r2 = r1 + stride;
  const r3 = r2 + stride;
  const w0 = v128.load64_splat(four);
  const w1 = v128.load64_splat(four, 8);
  const w2 = v128.load64_splat(four, 16);
  const w3 = v128.load64_splat(four, 24);
  for (let j: usize = 0; j < stride; j += 8) {
    const first = f64x2.add(f64x2.mul(w0, pair(r0 + j)), f64x2.mul(w1, pair(r1 + j)));
    const second = f64x2.add(f64x2.mul(w2, pair(r2 + j)), f64x2.mul(w3, pair(r3 + j)));
    const at = to + (j << 1);
    v128.store(at, f64x2.add(v128.load(at), f64x2.add(first, second)));
  }
}

// Sinkhorn's iteration for an operator that sums by itself: R_i = log2 sum_j b_j 2^(G_j - s C_ij) and L_j = log2 sum_i a_i 2^(F_i - s C_ij).
//
// With s = log2(e) / eps the sums of P_ij = a_i b_j 2^(F_i + G_j - s C_ij) relative to the marginals are 2^(F_i + R_i) and
// 2^(G_j + L_j); updates subtract omega times those exponents. The operator fills R from G, and L from F, in between.
import { exp2Lanes } from "./exp2";
import { cellsSplit } from "./separableCells";

// Loops test at their end: with the test at the top engines make the constants anew in every round.

// Two sides: 0 the rows, 1 the columns. Of each: count, masses, their mantissas and exponents, potentials, logarithms of sums.
let n: i32 = 0;
let m: i32 = 0;
let rows: usize = 0;
let columns: usize = 0;
let scale: f64 = 0;
let unreachable: i32 = -1;

/** Doubles that one solve needs from `softminInit` on. */
export function softminDoubles(left: i32, right: i32): i32 {
  return 5 * (even(left) + even(right));
}

/** Lays out the arrays at `address`. The caller fills the masses (relative to the total); `softminSplit` follows. */
export function softminInit(address: usize, left: i32, right: i32): void {
  n = left;
  m = right;
  rows = address;
  columns = address + (<usize>(5 * even(left)) << 3);
  memory.fill(rows, 0, <usize>softminDoubles(left, right) << 3);
  scale = 0;
  unreachable = -1;
}

/** Takes the masses apart. */
export function softminSplit(): void {
  cellsSplit(rows, even(n), softminArray(0, 1), softminArray(0, 2));
  cellsSplit(columns, even(m), softminArray(1, 1), softminArray(1, 2));
}

/** The array of a side: 0 masses, 1 their mantissas, 2 their exponents, 3 potentials, 4 logarithms of sums. */
export function softminArray(side: i32, which: i32): usize {
  return side == 0 ? rows + (<usize>(which * even(n)) << 3) : columns + (<usize>(which * even(m)) << 3);
}

/** The first row or (n + column) whose mass has nowhere to go, or -1. */
export function softminUnreachable(): i32 {
  return unreachable;
}

/** Sets s = log2(e) / eps, and brings the potentials from the former s (if any) to it. */
export function softminScale(value: f64): void {
  const change = scale > 0 ? value / scale : 1;
  scale = value;
  for (let side = 0; side < 2; side++) {
    const potential = softminArray(side, 3);
    const bytes = <usize>(side == 0 ? n : m) << 3;
    for (let k: usize = 0; k < bytes; k += 8) store<f64>(potential + k, load<f64>(potential + k) * change);
  }
}

/**
 * Potentials of a side minus omega times the exponents of its sums, for the atoms with mass (0) or without (1); those that reach
 * nothing keep theirs. Returns sum of mass |sum - 1| after it.
 */
export function softminUpdate(side: i32, omega: f64, which: i32): f64 {
  const mass = softminArray(side, 0);
  const potential = softminArray(side, 3);
  const sums = softminArray(side, 4);
  const count = side == 0 ? n : m;
  const zero = f64x2.splat(0);
  const nothing = f64x2.splat(-Infinity);
  const step = f64x2.splat(omega);
  const rest = f64x2.splat(1 - omega);
  const relaxed = omega != 1 && which == 0;
  const one = f64x2.splat(1);
  let error = zero;
  let lost = zero;
  const end = <usize>count << 3;
  let k: usize = 0;
  do {
    const held = v128.load(mass + k);
    const sum = v128.load(sums + k);
    const before = v128.load(potential + k);
    const exponent = f64x2.add(before, sum);
    const moves = v128.and(which ? f64x2.eq(held, zero) : f64x2.gt(held, zero), f64x2.gt(sum, nothing));
    v128.store(potential + k, v128.bitselect(f64x2.sub(before, f64x2.mul(step, exponent)), before, moves));
    lost = v128.or(lost, v128.and(f64x2.gt(held, zero), f64x2.eq(sum, nothing)));
    if (relaxed) {
      const left = exp2Lanes(f64x2.mul(rest, exponent));
      error = f64x2.add(error, f64x2.mul(held, f64x2.abs(f64x2.sub(left, one))));
    }
    k += 16;
  } while (k < end);
  if (v128.any_true(lost)) findUnreachable(side, mass, sums, count);
  return f64x2.extract_lane(error, 0) + f64x2.extract_lane(error, 1);
}

/** sum of mass |sum - 1| of a side. */
export function softminError(side: i32): f64 {
  const mass = softminArray(side, 0);
  const potential = softminArray(side, 3);
  const sums = softminArray(side, 4);
  const count = side == 0 ? n : m;
  const one = f64x2.splat(1);
  let error = f64x2.splat(0);
  const end = <usize>count << 3;
  let k: usize = 0;
  do {
    const total = exp2Lanes(f64x2.add(v128.load(potential + k), v128.load(sums + k)));
    error = f64x2.add(error, f64x2.mul(v128.load(mass + k), f64x2.abs(f64x2.sub(total, one))));
    k += 16;
  } while (k < end);
  return f64x2.extract_lane(error, 0) + f64x2.extract_lane(error, 1);
}

/** The sums of a side into `out` (an even number of doubles); returns their sum weighted by mass. */
export function softminSums(side: i32, out: usize): f64 {
  const mass = softminArray(side, 0);
  const potential = softminArray(side, 3);
  const sums = softminArray(side, 4);
  const count = side == 0 ? n : m;
  let all = f64x2.splat(0);
  const end = <usize>count << 3;
  let k: usize = 0;
  do {
    const total = exp2Lanes(f64x2.add(v128.load(potential + k), v128.load(sums + k)));
    v128.store(out + k, total);
    all = f64x2.add(all, f64x2.mul(v128.load(mass + k), total));
    k += 16;
  } while (k < end);
  return f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1);
}

function findUnreachable(side: i32, mass: usize, sums: usize, count: i32): void {
  if (unreachable >= 0) return;
  for (let k = 0; k < count; k++) {
    if (!(load<f64>(mass + (<usize>k << 3)) > 0 && load<f64>(sums + (<usize>k << 3)) == -Infinity)) continue;
    unreachable = side == 0 ? k : n + k;
    return;
  }
}

function even(count: i32): i32 {
  return (count + 1) & ~1;
}

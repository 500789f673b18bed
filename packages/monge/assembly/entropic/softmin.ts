// Sinkhorn's iteration for an operator that sums by itself: R_i = log2 sum_j b_j 2^(G_j - s C_ij) and L_j = log2 sum_i a_i 2^(F_i - s C_ij).
//
// With s = log2(e) / eps the sums of P_ij = a_i b_j 2^(F_i + G_j - s C_ij) relative to the marginals are 2^(F_i + R_i) and
// 2^(G_j + L_j); updates subtract omega times those exponents. The operator fills R from G, and L from F, in between.
import { exp2 } from "./exp2";
import { cellsSplit } from "./separableCells";

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
 * Potentials of a side minus omega times the exponents of its sums, for the atoms with mass (0), without (1), or all (2); those that
 * reach nothing keep theirs. Returns sum of mass |sum - 1| after it.
 */
export function softminUpdate(side: i32, omega: f64, which: i32): f64 {
  const count = side == 0 ? n : m;
  const mass = softminArray(side, 0);
  const potential = softminArray(side, 3);
  const sums = softminArray(side, 4);
  let error = 0.0;
  for (let k = 0; k < count; k++) {
    const at = <usize>k << 3;
    const held = load<f64>(mass + at);
    if (which != 2 && i32(held == 0) != which) continue;
    const sum = load<f64>(sums + at);
    if (sum == -Infinity) {
      if (held > 0 && unreachable < 0) unreachable = side == 0 ? k : n + k;
      continue;
    }
    const exponent = load<f64>(potential + at) + sum;
    store<f64>(potential + at, load<f64>(potential + at) - omega * exponent);
    if (omega != 1 && held > 0) error += held * Math.abs(exp2((1 - omega) * exponent) - 1);
  }
  return error;
}

/** sum of mass |sum - 1| of a side. */
export function softminError(side: i32): f64 {
  const count = side == 0 ? n : m;
  const mass = softminArray(side, 0);
  const potential = softminArray(side, 3);
  const sums = softminArray(side, 4);
  let error = 0.0;
  for (let k: usize = 0; k < <usize>count << 3; k += 8) {
    const held = load<f64>(mass + k);
    if (held > 0) error += held * Math.abs(exp2(load<f64>(potential + k) + load<f64>(sums + k)) - 1);
  }
  return error;
}

function even(count: i32): i32 {
  return (count + 1) & ~1;
}

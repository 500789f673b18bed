// Sinkhorn's iteration in the log domain with one exponential an entry: t_ij = 2^(F_i + G_j - s C_ij), s = log2(e) / eps.
//
// P_ij = a_i b_j t_ij (masses relative to the total). Row i: r_i = sum_j b_j t_ij must be 1, so F_i -= omega log2 r_i; the row
// scaled by r_i^-omega is added to c_j = sum_i a_i t_ij on the way; then G_j -= omega log2 c_j. Weights stay out of F and G: atoms
// without mass get their potentials by the same formula, and masses of 1e-300 do not underflow.
import { costRow } from "./costs";
import { exp2, log2Lanes } from "./exp2";
import {
  columnConfine, columnFaint, columnKind, columnMiss, columnResponse, fill, fillColumns, hard, penaltyNone, rowConfine,
  rowKind, rowMiss, rowResponse,
} from "./penalty";
import { addRow, pay, rowPeak, weigh } from "./row";

export let n: i32 = 0;
export let m: i32 = 0;
/** Bytes of a padded row. */
export let bytes: usize = 0;
export let a: usize = 0;
export let b: usize = 0;
export let f: usize = 0;
export let g: usize = 0;
let r: usize = 0;
export let c: usize = 0;
/** The row t_i that `weigh` left. */
export let buffer: usize = 0;
let la: usize = 0;
export let lb: usize = 0;
export let scale: f64 = 0;

let rowError: f64 = 0;
let linear: f64 = 0;
let largestCost: f64 = 0;
let unreachable: i32 = -1;
/** Whether the columns could not hold the mass wanted the last time. */
let short: i32 = 0;

// A sum to which terms that `weigh` drops might matter is redone from its largest term.
const small: f64 = 8.881784197001252e-16;
const large: f64 = 1.0715086071862673e301;

/** Doubles that one solve of n x padded needs from `sweepInit` on: a, f, r, log2 a; b, g, c, log2 b, one row. */
export function sweepDoubles(rows: i32, padded: i32): i32 {
  return 4 * ((rows + 1) & ~1) + 5 * padded;
}

/** Lays out the arrays at `address`. The caller fills a and b (relative masses, 0 behind m); `sweepLogs` follows. */
export function sweepInit(address: usize, rows: i32, cols: i32, padded: i32): void {
  n = rows;
  m = cols;
  bytes = <usize>padded << 3;
  const tall = <usize>((rows + 1) & ~1) << 3;
  a = address;
  f = a + tall;
  r = f + tall;
  la = r + tall;
  b = la + tall;
  g = b + bytes;
  c = g + bytes;
  lb = c + bytes;
  buffer = lb + bytes;
  memory.fill(f, 0, tall);
  memory.fill(g, 0, bytes);
  penaltyNone();
  unreachable = -1;
  short = 0;
  largestCost = 0;
  scale = 0;
}

/** The logarithms of the masses; -Infinity for none. */
export function sweepLogs(): void {
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(la + i, Math.log2(load<f64>(a + i)));
  for (let j: usize = 0; j < bytes; j += 8) store<f64>(lb + j, Math.log2(load<f64>(b + j)));
}

export function sweepA(): usize {
  return a;
}
export function sweepB(): usize {
  return b;
}
export function sweepF(): usize {
  return f;
}
export function sweepG(): usize {
  return g;
}
export function sweepR(): usize {
  return r;
}
export function sweepC(): usize {
  return c;
}
export function sweepLogA(): usize {
  return la;
}
export function sweepLogB(): usize {
  return lb;
}
/** The first row or (n + column) whose mass has nowhere to go, or -1. */
export function sweepUnreachable(): i32 {
  return unreachable;
}
/** sum_i a_i |r_i - 1| of the plan that the last sweep left. */
export function sweepRowError(): f64 {
  return rowError;
}
/** sum_ij a_i b_j t_ij C_ij of the last measurement. */
export function sweepCost(): f64 {
  return linear;
}
/** The largest finite |C_ij| seen by `sweepLargest`. */
export function sweepLargestCost(): f64 {
  return largestCost;
}

/** Sets s = log2(e) / eps, and brings F and G from the former s (if any) to it. */
export function sweepScale(value: f64): void {
  const change = scale > 0 ? value / scale : 1;
  scale = value;
  for (let i: usize = 0; i < <usize>n << 3; i += 8) store<f64>(f + i, load<f64>(f + i) * change);
  for (let j: usize = 0; j < bytes; j += 8) store<f64>(g + j, load<f64>(g + j) * change);
}

/** Clears the sums of a sweep. */
export function sweepBegin(): void {
  memory.fill(c, 0, bytes);
  rowError = 0;
  linear = 0;
}

/** Rows [begin, end): F_i -= omega log2 r_i, and their share of c. */
export function sweepRows(begin: i32, end: i32, omega: f64): void {
  for (let i = begin; i < end; i++) {
    if (rowKind != 0) {
      relaxRow(i, omega);
      continue;
    }
    const at = <usize>i << 3;
    const row = costRow(i);
    const mass = load<f64>(a + at);
    let total = weigh(row, load<f64>(f + at));
    if (!(total > small && total < large)) {
      const peak = rowPeak(row);
      if (peak == -Infinity) {
        if (mass > 0 && unreachable < 0) unreachable = i;
        continue;
      }
      store<f64>(f + at, -peak);
      total = weigh(row, -peak);
    }
    let multiplier = 1 / total;
    let left = 1.0;
    if (omega == 1) {
      store<f64>(f + at, load<f64>(f + at) - Math.log2(total));
    } else {
      const step = omega * Math.log2(total);
      store<f64>(f + at, load<f64>(f + at) - step);
      multiplier = exp2(-step);
      left = total * multiplier;
      rowError += mass * Math.abs(left - 1);
    }
    if (mass > 0) addRow(mass * multiplier);
  }
}

// A row with a penalty. Its terms are weighed at its hard potential H, where they add up to about 1 however little mass is left.
function relaxRow(i: i32, omega: f64): void {
  const at = <usize>i << 3;
  const row = costRow(i);
  const mass = load<f64>(a + at);
  let shift = load<f64>(hard + at);
  let total = weigh(row, shift);
  if (!(total > small && total < large)) {
    const peak = rowPeak(row);
    if (peak == -Infinity) {
      store<f64>(f + at, rowResponse(Infinity, mass));
      store<f64>(hard + at, Infinity);
      return;
    }
    shift = -peak;
    total = weigh(row, shift);
  }
  const wanted = shift - Math.log2(total);
  const held = load<f64>(f + at);
  let next = rowResponse(wanted, mass);
  if (omega != 1) next = rowConfine(held + omega * (next - held), mass);
  store<f64>(hard + at, wanted);
  store<f64>(f + at, next);
  if (mass == 0) return;
  const multiplier = exp2(next - shift);
  if (omega != 1) rowError += mass * rowMiss(total * multiplier, next, mass);
  addRow(mass * multiplier);
}

/** Rows [begin, end) at fixed potentials: r_i, their share of c, of the row error and of <P, C>. */
export function sweepMeasure(begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    const at = <usize>i << 3;
    const row = costRow(i);
    const mass = load<f64>(a + at);
    const total = weigh(row, load<f64>(f + at));
    store<f64>(r + at, total);
    if (mass == 0) continue;
    rowError += mass * (rowKind == 0 ? Math.abs(total - 1) : rowMiss(total, load<f64>(f + at), mass));
    linear += mass * pay(row);
    addRow(mass);
  }
}

/** F_i -= log2 r_i for the rows of [begin, end) without mass; those that reach nothing keep theirs. */
export function sweepEmptyRows(begin: i32, end: i32): void {
  for (let i = begin; i < end; i++) {
    const at = <usize>i << 3;
    if (load<f64>(a + at) > 0) continue;
    if (rowKind != 0) {
      relaxRow(i, 1);
      continue;
    }
    const row = costRow(i);
    let total = weigh(row, load<f64>(f + at));
    if (!(total > small && total < large)) {
      const peak = rowPeak(row);
      if (peak == -Infinity) continue;
      store<f64>(f + at, -peak);
      total = weigh(row, -peak);
    }
    store<f64>(f + at, load<f64>(f + at) - Math.log2(total));
  }
}

/** Takes over the row error of another sweep. */
export function addRowError(error: f64): void {
  rowError += error;
}

/** sum_j b_j |c_j - 1|. */
export function sweepColumnError(): f64 {
  let error = 0.0;
  if (columnKind != 0) {
    for (let j: usize = 0; j < <usize>m << 3; j += 8) {
      const mass = load<f64>(b + j);
      if (mass > 0) error += mass * columnMiss(load<f64>(c + j), load<f64>(g + j), mass);
    }
    return error;
  }
  for (let j: usize = 0; j < <usize>m << 3; j += 8) error += load<f64>(b + j) * Math.abs(load<f64>(c + j) - 1);
  return error;
}

/**
 * G_j -= omega log2 c_j for the columns with mass (or, with `empty`, for those without). Returns the number of them whose sum is
 * out of range: those are left for `sweepPeaks`.
 */
export function sweepColumns(omega: f64, empty: i32): i32 {
  if (columnKind != 0) return relaxColumns(omega, empty);
  let bad = 0;
  const zero = f64x2.splat(0);
  for (let j: usize = 0; j < <usize>m << 3; j += 16) {
    const mass = v128.load(b + j);
    let asked = empty ? f64x2.eq(mass, zero) : f64x2.gt(mass, zero);
    // The column behind an odd number of them is nobody's.
    if (j + 8 == <usize>m << 3) asked = i64x2.replace_lane(asked, 1, 0);
    const total = v128.load(c + j);
    const good = v128.and(f64x2.gt(total, f64x2.splat(small)), f64x2.lt(total, f64x2.splat(large)));
    bad += popcnt(i64x2.bitmask(v128.andnot(asked, good)));
    const move = f64x2.mul(f64x2.splat(omega), log2Lanes(total));
    v128.store(g + j, f64x2.sub(v128.load(g + j), v128.and(move, v128.and(asked, good))));
  }
  return bad;
}

// Columns with a penalty. Sums are exact enough down to 2^-70 of the plan's mass; below, columns that stand for nothing stay as they are.
function relaxColumns(omega: f64, empty: i32): i32 {
  if (fill > 0 && !empty) {
    if (fillColumns(b, g, c, m)) short = 0;
    else if (short) {
      if (unreachable < 0) unreachable = n;
    } else {
      // Sums may have vanished that are within reach from their largest terms.
      short = 1;
      return m;
    }
  }
  const floor = 8.470329472543003e-22 * sweepMoved();
  let bad = 0;
  for (let j: usize = 0; j < <usize>m << 3; j += 8) {
    const mass = load<f64>(b + j);
    if (i32(mass == 0) != empty) continue;
    const total = load<f64>(c + j);
    const held = load<f64>(g + j);
    if (total > floor && total < large) {
      const next = columnResponse(held - Math.log2(total), mass);
      store<f64>(g + j, omega == 1 ? next : columnConfine(held + omega * (next - held), mass));
    } else if (!(total < 1 && columnFaint(held, mass))) bad++;
  }
  return bad;
}

/** sum_j b_j c_j: the mass of the plan that the last sweep left. */
export function sweepMoved(): f64 {
  let moved = 0.0;
  for (let j: usize = 0; j < <usize>m << 3; j += 8) moved += load<f64>(b + j) * load<f64>(c + j);
  return moved;
}

/**
 * Marks the columns in range (and, by `empty`, those without or with mass), so that `sweepPeaks` finds the largest term
 * F_i + log2 a_i - s C_ij of the others.
 */
export function sweepPeaksBegin(empty: i32): void {
  for (let j: usize = 0; j < bytes; j += 8) {
    const total = load<f64>(c + j);
    const other = i32(load<f64>(b + j) == 0) != empty;
    store<f64>(c + j, other || (total > small && total < large) ? Infinity : -Infinity);
  }
}

export function sweepPeaks(begin: i32, end: i32): void {
  const times = f64x2.splat(scale);
  for (let i = begin; i < end; i++) {
    if (load<f64>(a + (<usize>i << 3)) == 0) continue;
    const row = costRow(i);
    const shift = f64x2.splat(load<f64>(f + (<usize>i << 3)) + load<f64>(la + (<usize>i << 3)));
    for (let j: usize = 0; j < bytes; j += 16) {
      const term = f64x2.sub(shift, f64x2.mul(times, v128.load(row + j)));
      v128.store(c + j, f64x2.pmax(v128.load(c + j), term));
    }
  }
}

/** G_j = -peak for the columns out of range: their largest term is then 1. */
export function sweepPeaksEnd(): void {
  for (let j: usize = 0; j < <usize>m << 3; j += 8) {
    const peak = load<f64>(c + j);
    if (peak == Infinity) continue;
    if (peak > -Infinity) store<f64>(g + j, -peak);
    else if (columnKind != 0) store<f64>(g + j, columnResponse(Infinity, load<f64>(b + j)));
    else if (load<f64>(b + j) > 0 && unreachable < 0) unreachable = n + <i32>(j >> 3);
  }
}

/** Takes the largest finite |C_ij| of rows [begin, end) into account. */
export function sweepLargest(begin: i32, end: i32): void {
  let most = f64x2.splat(largestCost);
  const infinite = f64x2.splat(Infinity);
  for (let i = begin; i < end; i++) {
    const row = costRow(i);
    for (let j: usize = 0; j < bytes; j += 16) {
      const value = f64x2.abs(v128.load(row + j));
      most = f64x2.pmax(most, v128.and(value, f64x2.lt(value, infinite)));
    }
  }
  largestCost = max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

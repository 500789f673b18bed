// Soft minima over the columns, and means under their weights, for rows that may be new points.
//
// Row i: l_i = log2 sum_j 2^(h_j - s C_ij) with h_j = G_j + log2 of the mass of j, and weights p_ij = 2^(h_j - s C_ij - l_i) that add up to 1.
import { costRow } from "./costs";
import { exp2Lanes } from "./exp2";

/** h, its scratch row of weights, and what tilts the weights. */
let h: usize = 0;
let weights: usize = 0;
let bytes: usize = 0;
let scale: f64 = 0;
let tilted: i32 = 0;
let alpha: usize = 0;
let beta: usize = 0;
let kappa: f64 = 0;

// Terms below 2^cutoff are dropped; a sum that they might matter to is redone from its largest term.
const cutoff: f64 = -120;
const small: f64 = 8.881784197001252e-16;
const large: f64 = 1.0715086071862673e301;

/** h: `padded` numbers, -Infinity where there is no mass or column; `row`: room for as many; s = log2(e) / eps. */
export function extendInit(address: usize, row: usize, padded: i32, s: f64): void {
  h = address;
  weights = row;
  bytes = <usize>padded << 3;
  scale = s;
  tilted = 0;
}

/** From now on weights are p_ij (1 + alpha_i + beta_j - k C_ij); the soft minima stay. */
export function extendTilt(perRow: usize, perColumn: usize, k: f64): void {
  tilted = 1;
  alpha = perRow;
  beta = perColumn;
  kappa = k;
}

/** l_i of rows [begin, end), at `l`, which holds guesses before: any numbers. */
export function extendRows(begin: i32, end: i32, l: usize): void {
  for (let i = begin; i < end; i++) soft(costRow(i), l + (<usize>i << 3));
}

/** l_i and sum_j p_ij y_kj, k < d, of rows [begin, end); y holds d padded rows, `means` d numbers a row. */
export function extendMeans(begin: i32, end: i32, l: usize, y: usize, d: i32, means: usize): void {
  for (let i = begin; i < end; i++) {
    if (!share(i, l)) continue;
    for (let k = 0; k < d; k++) store<f64>(means + (<usize>(i * d + k) << 3), mean(y + <usize>k * bytes));
  }
}

/**
 * l_i and sum_j p_ij dc(x_i, y_j)/dx_i of rows [begin, end), where c = times base^e as in `costPoints`; x: d numbers a row. Where
 * c has a kink its subgradient is 0 in the coordinates that meet.
 */
export function extendGradients(
  begin: i32, end: i32, l: usize, x: usize, y: usize, d: i32, base: i32, p: f64, e: f64, times: f64, out: usize,
): void {
  for (let i = begin; i < end; i++) {
    const row = share(i, l);
    if (!row) continue;
    const at = x + (<usize>(i * d) << 3);
    const to = out + (<usize>(i * d) << 3);
    if (base == 0) {
      slopes(row, e, times);
      for (let k: usize = 0; k < <usize>d; k++) store<f64>(to + (k << 3), gap(load<f64>(at + (k << 3)), y + k * bytes));
      continue;
    }
    for (let j: usize = 0; j < bytes; j += 8) {
      const weight = load<f64>(weights + j);
      if (weight != 0) addSlope(weight * times, at, y + j, <usize>d, base, p, e, to);
    }
  }
}

// The row i of costs after its weights were written, or 0 where no column can be reached.
function share(i: i32, l: usize): usize {
  const row = costRow(i);
  const to = l + (<usize>i << 3);
  if (!soft(row, to)) return 0;
  const shift = f64x2.splat(load<f64>(to));
  const times = f64x2.splat(scale);
  let sum = f64x2.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) {
    const weight = exp2Lanes(f64x2.sub(f64x2.sub(v128.load(h + j), f64x2.mul(times, v128.load(row + j))), shift));
    v128.store(weights + j, weight);
    sum = f64x2.add(sum, weight);
  }
  // They add up to 1 but for the rounding of l, which is coarse where costs are 1e12 eps.
  const each = f64x2.splat(1 / (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
  for (let j: usize = 0; j < bytes; j += 16) v128.store(weights + j, f64x2.mul(each, v128.load(weights + j)));
  if (tilted) {
    const first = 1 + load<f64>(alpha + (<usize>i << 3));
    for (let j: usize = 0; j < bytes; j += 8) {
      const weight = load<f64>(weights + j);
      if (weight != 0) store<f64>(weights + j, weight * (first + load<f64>(beta + j) - kappa * load<f64>(row + j)));
    }
  }
  return row;
}

// Replaces the guess at `to` by l; 0 where every term vanishes: l is then -Infinity.
function soft(row: usize, to: usize): i32 {
  let shift = load<f64>(to);
  let total = terms(row, shift);
  if (!(total > small && total < large)) {
    shift = peak(row);
    store<f64>(to, shift);
    if (shift == -Infinity) return 0;
    total = terms(row, shift);
  }
  store<f64>(to, shift + Math.log2(total));
  return 1;
}

// sum_j 2^(h_j - shift - s C_ij).
// In this order, so that the largest term is 2^0 to the bit when the shift is its exponent, however large that is.
function terms(row: usize, shift: f64): f64 {
  const from = h;
  const end = bytes;
  const off = f64x2.splat(shift);
  const times = f64x2.splat(scale);
  const low = f64x2.splat(cutoff);
  let sum0 = f64x2.splat(0);
  let sum1 = sum0;
  for (let j: usize = 0; j < end; j += 64) {
    const t0 = f64x2.sub(f64x2.sub(v128.load(from + j), f64x2.mul(times, v128.load(row + j))), off);
    const t1 = f64x2.sub(f64x2.sub(v128.load(from + j, 16), f64x2.mul(times, v128.load(row + j, 16))), off);
    const t2 = f64x2.sub(f64x2.sub(v128.load(from + j, 32), f64x2.mul(times, v128.load(row + j, 32))), off);
    const t3 = f64x2.sub(f64x2.sub(v128.load(from + j, 48), f64x2.mul(times, v128.load(row + j, 48))), off);
    const most = f64x2.pmax(f64x2.pmax(t0, t1), f64x2.pmax(t2, t3));
    if (!v128.any_true(f64x2.gt(most, low))) continue;
    sum0 = f64x2.add(sum0, f64x2.add(exp2Lanes(t0), exp2Lanes(t1)));
    sum1 = f64x2.add(sum1, f64x2.add(exp2Lanes(t2), exp2Lanes(t3)));
  }
  sum0 = f64x2.add(sum0, sum1);
  return f64x2.extract_lane(sum0, 0) + f64x2.extract_lane(sum0, 1);
}

function peak(row: usize): f64 {
  let most = f64x2.splat(-Infinity);
  const times = f64x2.splat(scale);
  for (let j: usize = 0; j < bytes; j += 16) {
    most = f64x2.pmax(most, f64x2.sub(v128.load(h + j), f64x2.mul(times, v128.load(row + j))));
  }
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

// sum_j weights_j y_j.
function mean(y: usize): f64 {
  let sum = f64x2.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) sum = f64x2.add(sum, f64x2.mul(v128.load(weights + j), v128.load(y + j)));
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

// sum_j weights_j (x - y_j): differences first, so that clouds far from the origin lose no digits.
function gap(x: f64, y: usize): f64 {
  const from = f64x2.splat(x);
  let sum = f64x2.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) {
    sum = f64x2.add(sum, f64x2.mul(v128.load(weights + j), f64x2.sub(from, v128.load(y + j))));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

// Multiplies the weights by the factor of x - y in the gradient of c = times (|x - y|^2)^e, which is a function of c.
function slopes(row: usize, e: f64, times: f64): void {
  if (e == 1) {
    const factor = f64x2.splat(2 * times);
    for (let j: usize = 0; j < bytes; j += 16) v128.store(weights + j, f64x2.mul(factor, v128.load(weights + j)));
    return;
  }
  for (let j: usize = 0; j < bytes; j += 8) {
    const weight = load<f64>(weights + j);
    if (weight == 0) continue;
    const c = load<f64>(row + j);
    const slope = c == 0 ? 0 : e == 0.5 ? times * times / c : 2 * e * times * Math.pow(c / times, 1 - 1 / e);
    store<f64>(weights + j, weight * slope);
  }
}

// to += weight grad of base^e at x - y, coordinate by coordinate.
function addSlope(weight: f64, x: usize, y: usize, d: usize, base: i32, p: f64, e: f64, to: usize): void {
  let size = 0.0;
  let widest: usize = 0;
  for (let k: usize = 0; k < d; k++) {
    const u = Math.abs(load<f64>(x + (k << 3)) - load<f64>(y + k * bytes));
    if (base == 1) size += u;
    else if (base == 3) size += Math.pow(u, p);
    else if (u > size) {
      size = u;
      widest = k;
    }
  }
  if (size == 0) return;
  const slope = weight * e * (e == 1 ? 1 : Math.pow(size, e - 1));
  for (let k: usize = base == 2 ? widest : 0; k < (base == 2 ? widest + 1 : d); k++) {
    const u = load<f64>(x + (k << 3)) - load<f64>(y + k * bytes);
    if (u == 0) continue;
    const grown = base == 3 ? p * Math.pow(Math.abs(u), p - 1) : 1;
    store<f64>(to + (k << 3), load<f64>(to + (k << 3)) + (u > 0 ? slope * grown : -slope * grown));
  }
}

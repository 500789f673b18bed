// What a marginal penalty makes of an update: the potential F that answers the hard one H, where 2^(F - H) = r / a is the marginal's share.
//
// KL of strength rho: F = tau H, tau = rho / (rho + eps), marginal a 2^(-F eps / rho). Between bounds (total variation: -rho and rho;
// partial: none and 0): F = H clamped. L2: 2^(F - H) = 1 - F / K with K = rho a. F and H are counted from `offset`.
import { exp2 } from "./exp2";

const equal: i32 = 0;
const kl: i32 = 1;
const bounded: i32 = 2;
const l2: i32 = 3;

/** Kind of each side: 0 none (hard), 1 KL, 2 bounds, 3 L2. */
export let rowKind: i32 = equal;
export let columnKind: i32 = equal;
/** KL: eps / rho. L2: rho in the scaled unit. */
let rowStrength: f64 = 0;
let columnStrength: f64 = 0;
let rowLow: f64 = 0;
let rowHigh: f64 = 0;
let columnLow: f64 = 0;
let columnHigh: f64 = 0;
let rowOffset: f64 = 0;
let columnOffset: f64 = 0;
/** The mass that the plan is to have, 0 for any. */
export let fill: f64 = 0;
/** H of each row, by which its terms are weighed. */
export let hard: usize = 0;
/** Exponents beyond this are 0 in any arithmetic here. */
const nothing: f64 = 1100;
/** A share below 2^-45 of an atom's mass is no longer looked after. */
const faint: f64 = 45;

/** No penalties: every solve begins so. */
export function penaltyNone(): void {
  rowKind = equal;
  columnKind = equal;
  fill = 0;
}

/** The rows' penalty; `address` has room for a number a row. */
export function penaltyRows(kind: i32, strength: f64, low: f64, high: f64, offset: f64, address: usize): void {
  rowKind = kind;
  rowStrength = strength;
  rowLow = low;
  rowHigh = high;
  rowOffset = offset;
  hard = address;
}

/** The columns' penalty. */
export function penaltyColumns(kind: i32, strength: f64, low: f64, high: f64, offset: f64): void {
  columnKind = kind;
  columnStrength = strength;
  columnLow = low;
  columnHigh = high;
  columnOffset = offset;
}

export function rowResponse(wanted: f64, mass: f64): f64 {
  return response(rowKind, rowStrength, rowLow, rowHigh, rowOffset, wanted, mass);
}
export function columnResponse(wanted: f64, mass: f64): f64 {
  return response(columnKind, columnStrength, columnLow, columnHigh, columnOffset, wanted, mass);
}
export function rowConfine(potential: f64, mass: f64): f64 {
  return confine(rowKind, rowStrength, rowLow, rowHigh, rowOffset, potential, mass);
}
export function columnConfine(potential: f64, mass: f64): f64 {
  return confine(columnKind, columnStrength, columnLow, columnHigh, columnOffset, potential, mass);
}
/** How far the share `seen` of an atom's mass is from what its potential stands for. */
export function rowMiss(seen: f64, potential: f64, mass: f64): f64 {
  return miss(rowKind, rowStrength, rowLow, rowHigh, rowOffset, seen, potential, mass);
}
export function columnMiss(seen: f64, potential: f64, mass: f64): f64 {
  return miss(columnKind, columnStrength, columnLow, columnHigh, columnOffset, seen, potential, mass);
}
/** Whether a potential stands for (next to) nothing, or for anything down to nothing. */
export function rowFaint(potential: f64, mass: f64): bool {
  return isFaint(rowKind, rowStrength, rowHigh, rowOffset, potential, mass);
}
export function columnFaint(potential: f64, mass: f64): bool {
  return isFaint(columnKind, columnStrength, columnHigh, columnOffset, potential, mass);
}

function isFaint(kind: i32, strength: f64, high: f64, offset: f64, potential: f64, mass: f64): bool {
  if (kind == kl) return (potential - offset) * strength > faint;
  if (kind == bounded) return potential >= high;
  return kind == l2 && potential - offset >= strength * mass;
}

function response(kind: i32, strength: f64, low: f64, high: f64, offset: f64, wanted: f64, mass: f64): f64 {
  if (kind == kl) return offset + min((wanted - offset) / (1 + strength), nothing / strength);
  if (kind == bounded) return max(low, min(high, wanted));
  if (kind == l2) return offset + quadratic(wanted - offset, strength * mass);
  return wanted;
}

function confine(kind: i32, strength: f64, low: f64, high: f64, offset: f64, potential: f64, mass: f64): f64 {
  if (kind == bounded) return max(low, min(high, potential));
  if (kind == l2) return min(potential, offset + strength * mass);
  return potential;
}

function miss(
  kind: i32,
  strength: f64,
  low: f64,
  high: f64,
  offset: f64,
  seen: f64,
  potential: f64,
  mass: f64,
): f64 {
  if (kind == bounded) {
    if (potential >= high) return max(0, seen - 1);
    if (potential <= low) return max(0, 1 - seen);
    return Math.abs(seen - 1);
  }
  return Math.abs(seen - share(kind, strength, low, high, offset, potential, mass));
}

/** The share of its mass that an atom's potential stands for; at the upper bound, where it is any, 0. */
function share(kind: i32, strength: f64, low: f64, high: f64, offset: f64, potential: f64, mass: f64): f64 {
  if (kind == kl) return exp2((offset - potential) * strength);
  if (kind == bounded) return potential >= high ? 0 : 1;
  if (kind == l2) return mass > 0 ? max(0, 1 - (potential - offset) / (strength * mass)) : 0;
  return 1;
}

/** F with 2^(F - H) = 1 - F / K: by Newton from above on the convex, increasing K 2^y + y - (K - H), y = F - H. */
function quadratic(H: f64, K: f64): f64 {
  if (!(K > 0)) return 0;
  if (H == Infinity) return K;
  const goal = K - H;
  let y = H > 0 ? min(0, goal) : min(goal, max(0, Math.log2(goal) - Math.log2(K)));
  for (let step = 0; step < 60; step++) {
    const term = K * exp2(y);
    const next = y - (term + y - goal) / (term * Math.LN2 + 1);
    if (!(next < y)) break;
    y = next;
  }
  // Near K = 0 the sum H + y would lose all digits of F.
  return K < 1 ? K * (1 - exp2(y)) : min(K, H + y);
}

/** sum of masses times the shares that the potentials, moved by `shift`, stand for. */
export function penaltyTotal(column: i32, masses: usize, potentials: usize, count: i32, shift: f64): f64 {
  let total = 0.0;
  for (let k: usize = 0; k < <usize>count << 3; k += 8) {
    const mass = load<f64>(masses + k);
    const potential = load<f64>(potentials + k) + shift;
    total +=
      mass *
      (column
        ? share(columnKind, columnStrength, columnLow, columnHigh, columnOffset, potential, mass)
        : share(rowKind, rowStrength, rowLow, rowHigh, rowOffset, potential, mass));
  }
  return total;
}

/** log2 of the same for KL and equality, in any range; `logs` are those of the masses. */
export function penaltyLogTotal(column: i32, logs: usize, potentials: usize, count: i32): f64 {
  const kind = column ? columnKind : rowKind;
  const strength = kind == kl ? (column ? columnStrength : rowStrength) : 0;
  const offset = column ? columnOffset : rowOffset;
  let peak = -Infinity;
  for (let k: usize = 0; k < <usize>count << 3; k += 8) {
    const term = load<f64>(logs + k) - (load<f64>(potentials + k) - offset) * strength;
    peak = max(peak, term);
  }
  if (peak == -Infinity) return peak;
  let total = 0.0;
  for (let k: usize = 0; k < <usize>count << 3; k += 8) {
    total += exp2(load<f64>(logs + k) - (load<f64>(potentials + k) - offset) * strength - peak);
  }
  return peak + Math.log2(total);
}

/** Adds `shift` to every potential of a side, within its bounds; onto the upper one what comes as near as shifts are found. */
export function penaltyShift(column: i32, masses: usize, potentials: usize, count: i32, shift: f64): void {
  const high = (column ? columnKind : rowKind) == bounded ? (column ? columnHigh : rowHigh) : Infinity;
  const near = 1e-8 * Math.abs(shift);
  for (let k: usize = 0; k < <usize>count << 3; k += 8) {
    const mass = load<f64>(masses + k);
    let moved = load<f64>(potentials + k) + shift;
    if (moved > high - near) moved = high;
    store<f64>(potentials + k, column ? columnConfine(moved, mass) : rowConfine(moved, mass));
    if (!column) store<f64>(hard + k, load<f64>(hard + k) + shift);
  }
}

/** eps / rho of a side with a KL penalty; 0 of any other. */
export function penaltyStrength(column: i32): f64 {
  if ((column ? columnKind : rowKind) != kl) return 0;
  return column ? columnStrength : rowStrength;
}

/** By how much all potentials of a side may fall before one comes to its lower bound. */
export function penaltyReach(column: i32, masses: usize, potentials: usize, count: i32): f64 {
  if ((column ? columnKind : rowKind) != bounded) return Infinity;
  let least = Infinity;
  for (let k: usize = 0; k < <usize>count << 3; k += 8) {
    if (load<f64>(masses + k) > 0) least = min(least, load<f64>(potentials + k));
  }
  return max(0, least - (column ? columnLow : rowLow));
}

/** From now on the columns' upper bound moves so that the plan weighs `total`; 0 for none. */
export function penaltyFill(total: f64): void {
  fill = total;
}

/** The columns' upper bound. */
export function penaltyBound(): f64 {
  return columnHigh;
}

/** The longest step of the search for a bound, half of what exponentials reach. */
const stride: f64 = 500;

/**
 * The bound beta with sum_k mass_k min(1, 2^(beta - H_k)) = fill, H_k = potential_k - log2 sum_k (sum 1 without `sums`): Newton in
 * 2^beta, where the sum is concave and piecewise linear, so that it ends from any start. Infinity if all atoms together hold less.
 */
function filledBound(masses: usize, potentials: usize, sums: usize, count: i32, start: f64): f64 {
  let bound = start;
  for (let step = 0; step < 200 + 8 * count; step++) {
    let held = 0.0;
    let slope = 0.0;
    for (let k: usize = 0; k < <usize>count << 3; k += 8) {
      const mass = load<f64>(masses + k);
      const sum = sums ? load<f64>(sums + k) : 1;
      if (mass == 0 || !(sum > 0)) continue;
      const part = exp2(bound - load<f64>(potentials + k)) * sum;
      if (part >= 1) held += mass;
      else slope += mass * part;
    }
    const left = fill - held;
    if (step == 0 && !(left > 0 && slope > 0)) {
      // Far above: below every atom the sum is linear.
      bound = lowestBound(masses, potentials, sums, count, -Infinity);
      if (bound == Infinity) return Infinity;
      bound -= 1;
      continue;
    }
    if (!(slope > 0)) {
      if (held >= fill * (1 - 1e-12)) return bound;
      const next = lowestBound(masses, potentials, sums, count, bound);
      if (next == Infinity) return Infinity;
      // The next atom is further up than exponentials reach.
      bound = next - stride > bound ? next - stride : next;
      continue;
    }
    // What lies beyond the reach of exponentials does not count in the slope: no further than that it cannot count after the move.
    const move = min(Math.log2(left / slope), stride);
    if (step > 1 && !(move > 1e-15 * max(1, Math.abs(bound)))) break;
    bound += move;
  }
  return bound;
}

/** The lowest H_k above a bound. */
function lowestBound(masses: usize, potentials: usize, sums: usize, count: i32, above: f64): f64 {
  let least = Infinity;
  for (let k: usize = 0; k < <usize>count << 3; k += 8) {
    const sum = sums ? load<f64>(sums + k) : 1;
    if (!(load<f64>(masses + k) > 0 && sum > 0)) continue;
    const own = load<f64>(potentials + k) - Math.log2(sum);
    if (own > above) least = min(least, own);
  }
  return least;
}

/** Moves the columns' bound, from which their potentials count, so that they hold the mass wanted; 0 if they cannot. */
export function fillColumns(masses: usize, potentials: usize, sums: usize, count: i32): i32 {
  const bound = filledBound(masses, potentials, sums, count, columnHigh);
  if (bound == Infinity) return 0;
  // Those that are at the bound move with it.
  for (let k: usize = 0; k < <usize>count << 3; k += 8) {
    const potential = load<f64>(potentials + k);
    if (potential < columnHigh) continue;
    const sum = load<f64>(sums + k);
    store<f64>(potentials + k, bound);
    store<f64>(sums + k, sum * exp2(bound - potential));
  }
  columnHigh = bound;
  columnOffset = bound;
  return 1;
}

/** The bound at which the rows, by their H, hold the mass wanted; Infinity if they cannot. */
export function penaltyFillRows(masses: usize, count: i32): f64 {
  return filledBound(masses, hard, 0, count, rowHigh);
}

/** The mass that the rows hold, by their H. */
export function penaltyHeld(masses: usize, count: i32): f64 {
  let held = 0.0;
  for (let i: usize = 0; i < <usize>count << 3; i += 8) {
    held += load<f64>(masses + i) * exp2(min(0, rowHigh - load<f64>(hard + i)));
  }
  return held;
}

/** Base-2 logarithms of the `count` numbers at `x`, in place. */
export function log2All(x: usize, count: i32): void {
  for (let k: usize = 0; k < <usize>count << 3; k += 8) store<f64>(x + k, Math.log2(load<f64>(x + k)));
}

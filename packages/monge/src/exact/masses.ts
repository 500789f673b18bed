// Masses as integers: a_i = quantum * p_i and b_j = quantum * q_j up to rounding, with sum p = sum q <= 2^52.
// Sums and differences of integers below 2^53 are exact in f64, so flows, ratio tests and ties are too.
import { sum } from "../linalg/sum.ts";

/** Two sides in whole quanta. */
export interface IntegerMasses {
  /** Whole numbers >= 0 with the same sum; 0 where an atom weighs less than the quantum can show. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** The mass of one unit. */
  readonly quantum: number;
  /** Quanta that a block of the problem may miss to balance through rounding alone. */
  readonly slack: number;
}

/**
 * Turns masses (> 0, with sums that agree to rounding) into integers.
 *
 * Where either side consists of multiples of a unit of its own (equal masses, counts, weights with six digits), the integers
 * keep those ratios: ties stay ties. Otherwise the quantum is the power of two with 2^50 <= mass / quantum < 2^51, and the
 * rounding error of each atom is carried to the next one, so that no error exceeds one quantum.
 */
export function integerMasses(a: Float64Array, b: Float64Array): IntegerMasses {
  return commensurable(a, b) ?? quantised(a, b);
}

function commensurable(a: Float64Array, b: Float64Array): IntegerMasses | null {
  const left = multiples(a);
  const right = left && multiples(b);
  if (left === null || right === null) return null;
  const divisor = greatestCommonDivisor(left.total, right.total);
  const total = (left.total / divisor) * right.total;
  if (total > 2 ** 52) return null;
  return {
    a: left.counts.map((count) => count * (right.total / divisor)),
    b: right.counts.map((count) => count * (left.total / divisor)),
    quantum: left.mass / total,
    slack: 0,
  };
}

/** The masses as counts of a common unit, or null if they have none above 2^-24 of their sum. */
function multiples(masses: Float64Array): { counts: Float64Array; total: number; mass: number } | null {
  const mass = sum(masses);
  const noise = 1e-11 * mass;
  let unit = masses[0];
  for (const value of masses) {
    // Euclid's algorithm with the remainder of least magnitude; what is left below the noise is rounding.
    let large = Math.max(value, unit);
    let small = Math.min(value, unit);
    while (small > noise) {
      const remainder = Math.abs(large - Math.round(large / small) * small);
      large = small;
      small = remainder;
    }
    unit = large;
    if (!(unit > 2 ** -24 * mass)) return null;
  }
  const rough = masses.map((value) => Math.round(value / unit));
  const total = sum(rough);
  const refined = mass / total;
  let error = 0;
  for (let k = 0; k < masses.length; k++) error += Math.abs(masses[k] - rough[k] * refined);
  return error <= 1e-14 * mass ? { counts: rough, total, mass } : null;
}

function greatestCommonDivisor(x: number, y: number): number {
  while (y > 0) [x, y] = [y, x % y];
  return x;
}

function quantised(a: Float64Array, b: Float64Array): IntegerMasses {
  const quantum = Math.max(2 ** (exponent(sum(a)) - 50), Number.MIN_VALUE);
  const p = diffused(a, quantum);
  const q = diffused(b, quantum);
  // The sums differ by the rounding of the caller's sums: a handful of quanta, which the heaviest atom does not feel.
  const heaviest = b.reduce((best, mass, j) => (mass > b[best] ? j : best), 0);
  q[heaviest] += total(p) - total(q);
  return { a: p, b: q, quantum, slack: 2 * (a.length + b.length) };
}

/** masses / quantum rounded, each rounding error carried to the next atom. */
function diffused(masses: Float64Array, quantum: number): Float64Array {
  let carry = 0;
  return masses.map((mass) => {
    const exact = mass / quantum;
    const whole = Math.max(0, Math.round(exact + carry));
    carry += exact - whole;
    return whole;
  });
}

function total(integers: Float64Array): number {
  let result = 0;
  for (const value of integers) result += value;
  return result;
}

/** floor(log2(x)) of a positive number, from its bits; logarithms differ between machines. Subnormal numbers count as 2^-1023. */
export function exponent(x: number): number {
  return ((new Uint32Array(new Float64Array([x]).buffer)[1] >>> 20) & 0x7ff) - 1023;
}

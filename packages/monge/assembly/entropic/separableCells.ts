// Numbers m 2^e of any size, two at a time: a mantissa m in [1, 2) and a whole exponent e (f64), -Infinity for nothing.
import { exp2Lanes } from "./exp2";

/** Adding it rounds to whole numbers, which then stand in the low bits. */
const magic: f64 = 6755399441055744;
const mantissaBits: i64 = 0x000f_ffff_ffff_ffff;
const oneBits: i64 = 0x3ff0_0000_0000_0000;
const twoTo52Bits: i64 = 0x4330_0000_0000_0000;
const twoTo52Bias: f64 = 4503599627371519;

/** The exponents of normal numbers >= 0; -1023 for 0. */
// @ts-ignore: decorator
@inline export function exponentLanes(x: v128): v128 {
  const raw = v128.or(i64x2.shr_u(x, 52), i64x2.splat(twoTo52Bits));
  return f64x2.sub(raw, f64x2.splat(twoTo52Bias));
}

/** The mantissas in [1, 2) of normal numbers >= 0. */
// @ts-ignore: decorator
@inline export function mantissaLanes(x: v128): v128 {
  return v128.or(v128.and(x, i64x2.splat(mantissaBits)), i64x2.splat(oneBits));
}

/** x 2^t for mantissas x and whole t <= 0; 0 for t below -1021, -Infinity and NaN. */
// @ts-ignore: decorator
@inline export function scaleLanes(x: v128, t: v128): v128 {
  const shifted = f64x2.add(t, f64x2.splat(magic));
  return v128.and(i64x2.add(x, i64x2.shl(shifted, 52)), f64x2.ge(t, f64x2.splat(-1021)));
}

/** Takes `count` masses apart; a mass of 0 becomes 1 x 2^-Infinity. */
export function cellsSplit(from: usize, count: i32, m: usize, e: usize): void {
  for (let k: usize = 0; k < <usize>count << 3; k += 8) {
    let mass = load<f64>(from + k);
    let lifted = 0.0;
    if (mass < 2.2250738585072014e-308) {
      mass *= 4503599627370496;
      lifted = 52;
    }
    const x = f64x2.splat(mass);
    store<f64>(m + k, f64x2.extract_lane(mantissaLanes(x), 0));
    store<f64>(e + k, mass > 0 ? f64x2.extract_lane(exponentLanes(x), 0) - lifted : -Infinity);
  }
}

/** (m, e) = (mass, massExponent) times 2^potential, `count` (even) of them. */
export function cellsLoad(potential: usize, mass: usize, massExponent: usize, count: i32, m: usize, e: usize): void {
  // Tested at the end: with the test at the top engines make the constants anew in every round.
  const end = <usize>count << 3;
  let k: usize = 0;
  do {
    const t = v128.load(potential + k);
    const whole = f64x2.nearest(t);
    const x = f64x2.mul(v128.load(mass + k), exp2Lanes(f64x2.sub(t, whole)));
    v128.store(m + k, mantissaLanes(x));
    v128.store(e + k, f64x2.add(f64x2.add(whole, v128.load(massExponent + k)), exponentLanes(x)));
    k += 16;
  } while (k < end);
}

/** log2 (m 2^e), `count` (even) of them; -Infinity for nothing. */
export function cellsLog(m: usize, e: usize, count: i32, out: usize): void {
  const end = <usize>count << 3;
  let k: usize = 0;
  do {
    v128.store(out + k, log2Lanes(v128.load(m + k), v128.load(e + k)));
    k += 16;
  } while (k < end);
}

// log2 m = (2 / ln 2) artanh z, z = (m - 1) / (m + 1), for m in [sqrt(1/2), sqrt 2]: |z| < 0.172, so z^23 is below rounding.
// @ts-ignore: decorator
@inline function log2Lanes(m: v128, e: v128): v128 {
  const one = f64x2.splat(1);
  const high = f64x2.gt(m, f64x2.splat(Math.SQRT2));
  const x = v128.bitselect(f64x2.mul(m, f64x2.splat(0.5)), m, high);
  const whole = f64x2.add(e, v128.and(one, high));
  const z = f64x2.div(f64x2.sub(x, one), f64x2.add(x, one));
  const q = f64x2.mul(z, z);
  let p = f64x2.splat(2.8853900817779268 / 21);
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(2.8853900817779268 / 19));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(2.8853900817779268 / 17));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(2.8853900817779268 / 15));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(2.8853900817779268 / 13));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(2.8853900817779268 / 11));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(2.8853900817779268 / 9));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(2.8853900817779268 / 7));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(2.8853900817779268 / 5));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(2.8853900817779268 / 3));
  p = f64x2.add(f64x2.mul(p, q), f64x2.splat(2.8853900817779268));
  return f64x2.add(whole, f64x2.mul(z, p));
}

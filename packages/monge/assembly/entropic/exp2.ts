// 2^t, two lanes at a time: relative error below 4e-15 for -1021 <= t <= 1020, exactly 0 below.
// Cody and Waite (1980): t = k + r with |r| <= 1/2, 2^r = (p(r))^4 where p is the minimax polynomial of 2^(r/4) of degree 7.

const magic: f64 = 6755399441055744;
/** Exponents above are taken as this one; sums of such terms are seen and redone by the callers. */
const highest: f64 = 1020;
const lowest: f64 = -1021;

/** 2^t in both lanes. NaN and -Infinity give 0. */
// @ts-ignore: decorator
@inline export function exp2Lanes(exponent: v128): v128 {
  const t = f64x2.pmin(exponent, f64x2.splat(highest));
  const shifted = f64x2.add(t, f64x2.splat(magic));
  const r = f64x2.sub(t, f64x2.sub(shifted, f64x2.splat(magic)));
  let p = f64x2.add(f64x2.mul(f64x2.splat(9.311471407728417e-10), r), f64x2.splat(3.761635914719913e-8));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(1.3021052574003661e-6));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(3.7570815251028396e-5));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.000867251697889354));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.015014156685022578));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.17328679513998632));
  p = f64x2.add(f64x2.mul(p, r), f64x2.splat(0.9999999999999993));
  p = f64x2.mul(p, p);
  p = f64x2.mul(p, p);
  // The low bits of `shifted` hold k in two's complement: moved to the exponent field they multiply by 2^k.
  const scaled = i64x2.add(p, i64x2.shl(shifted, 52));
  return v128.and(scaled, f64x2.ge(t, f64x2.splat(lowest)));
}

/** 2^t. */
export function exp2(t: f64): f64 {
  return f64x2.extract_lane(exp2Lanes(f64x2.splat(t)), 0);
}

/** Replaces the `count` (even) numbers at `x` by factor 2^x. */
export function exp2All(x: usize, count: i32, factor: f64): void {
  const times = f64x2.splat(factor);
  const end = <usize>count << 3;
  for (let k: usize = 0; k < end; k += 16) v128.store(x + k, f64x2.mul(times, exp2Lanes(v128.load(x + k))));
}

/** log2 x in both lanes for normal x > 0: relative error below 4e-16. x = 2^e m, log2 m = s p(s^2) with s = (m - 1) / (m + 1). */
// @ts-ignore: decorator
@inline export function log2Lanes(x: v128): v128 {
  // Exponents are offset by 1024 to stay positive; m lies in [sqrt(1/2), sqrt(2)).
  const offset = i64x2.splat(1024 << 52);
  const e = i64x2.shr_u(i64x2.add(i64x2.sub(x, i64x2.splat(0x3fe6a09e667f3bcd)), offset), 52);
  const m = i64x2.add(i64x2.sub(x, i64x2.shl(e, 52)), offset);
  const whole = f64x2.sub(v128.or(e, i64x2.splat(0x4330000000000000)), f64x2.splat(4503599627371520));
  const one = f64x2.splat(1);
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const z = f64x2.mul(s, s);
  let p = f64x2.add(f64x2.mul(f64x2.splat(0.21367305353686167), z), f64x2.splat(0.22091164904991595));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(0.2623344098951579));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(0.32059853377621383));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(0.4121985858524758));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(0.5770780163454642));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(0.9617966939259899));
  p = f64x2.add(f64x2.mul(p, z), f64x2.splat(2.8853900817779268));
  return f64x2.add(whole, f64x2.mul(s, p));
}

/** log2 x for normal x > 0: the bits of `log2Lanes`. */
export function log2(x: f64): f64 {
  return f64x2.extract_lane(log2Lanes(f64x2.splat(x)), 0);
}

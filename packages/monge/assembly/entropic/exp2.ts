// 2^t, two lanes at a time: relative error below 5e-15 for -1022 <= t <= 1020, exactly 0 from -1023 on down.
// Cody and Waite (1980): t = k + r with |r| <= 1/2, 2^r = p(r)^16 where p is the minimax polynomial of 2^(r/16) of degree 6.

const magic: f64 = 6755399441055744;
/** Exponents above are taken as this one; sums of such terms are seen and redone by the callers. */
const highest: f64 = 1020;
/** Exponents below are taken as this one: p(0) = 1 has no bits but those of its exponent, and what is left is 0. */
const lowest: f64 = -1023;

/** 2^t in both lanes. NaN and -Infinity give 0. */
// @ts-ignore: decorator
@inline export function exp2Lanes(exponent: v128): v128 {
  const t = f64x2.pmax(f64x2.splat(lowest), f64x2.pmin(exponent, f64x2.splat(highest)));
  const shifted = f64x2.add(t, f64x2.splat(magic));
  const r = f64x2.sub(t, f64x2.sub(shifted, f64x2.splat(magic)));
  // By pairs of coefficients (Estrin): waiting, not work, is what costs time here.
  const q = f64x2.mul(r, r);
  const p01 = f64x2.add(f64x2.mul(f64x2.splat(0.04332169878499668), r), f64x2.splat(1));
  const p23 = f64x2.add(f64x2.mul(f64x2.splat(1.3550807776390259e-5), r), f64x2.splat(0.0009383847928089782));
  const p45 = f64x2.add(f64x2.mul(f64x2.splat(1.2716120536617077e-9), r), f64x2.splat(1.4676100331332938e-7));
  const p46 = f64x2.add(f64x2.mul(f64x2.splat(9.181084955974362e-12), q), p45);
  let p = f64x2.add(p01, f64x2.mul(q, f64x2.add(p23, f64x2.mul(q, p46))));
  p = f64x2.mul(p, p);
  p = f64x2.mul(p, p);
  p = f64x2.mul(p, p);
  p = f64x2.mul(p, p);
  // The low bits of `shifted` hold k in two's complement: moved to the exponent field they multiply by 2^k.
  return i64x2.add(p, i64x2.shl(shifted, 52));
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

// The cost between two points of R^d, c = base(x - y) raised to a power, in one float formula for every caller.
// base: 0 sum of squares, 1 sum of |.|, 2 max |.|, 3 sum of |.|^p; then c = base^power, by roots and products where these do.
//
// Tight pairs are tight to the last bit only if every routine rounds alike: coordinates in ascending order, no fused or expanded
// form (|x|^2 - 2 x.y + |y|^2 cancels). The same order of operations makes the lower bound between boxes monotone under rounding.

import { cloudBoxes, cloudCoords, cloudDimension } from "./boxes";

let base: i32 = 0;
let shape: i32 = 0;
let p: f64 = 2;
let power: f64 = 1;
/** Factor of the bounds: pow is not monotone to the last bit. */
let shrink: f64 = 1;

/** Sets the ground cost of this solve: base 0..3 with exponent p (base 3 only), raised to `exponent`. */
export function pointsGround(kind: i32, baseExponent: f64, exponent: f64): void {
  base = kind;
  p = baseExponent;
  power = exponent;
  shape = exponent == 1 ? 0 : exponent == 0.5 ? 1 : exponent == 1.5 ? 3 : exponent == 0.25 ? 4 : exponent == 2 ? 5 : 2;
  shrink = shape == 2 || kind == 3 ? 1 - 1e-14 : 1;
}

@inline function term(sum: f64, gap: f64): f64 {
  if (base == 0) return sum + gap * gap;
  if (base == 1) return sum + Math.abs(gap);
  if (base == 2) return max(sum, Math.abs(gap));
  return sum + powered(Math.abs(gap));
}

@inline function powered(gap: f64): f64 {
  if (p == 3) return gap * gap * gap;
  if (p == 1.5) return gap * Math.sqrt(gap);
  if (p == 4) return gap * gap * (gap * gap);
  return Math.pow(gap, p);
}

@inline function raised(sum: f64): f64 {
  if (shape == 0) return sum;
  if (shape == 1) return Math.sqrt(sum);
  if (shape == 3) return sum * Math.sqrt(sum);
  if (shape == 4) return Math.sqrt(Math.sqrt(sum));
  if (shape == 5) return sum * sum;
  return Math.pow(sum, power);
}

/** The shapes 1, 3, 4, 5 of `raised` for two lanes. */
@inline function raisedLanes(sum: v128): v128 {
  if (shape == 5) return f64x2.mul(sum, sum);
  const root = f64x2.sqrt(sum);
  return shape == 1 ? root : shape == 3 ? f64x2.mul(sum, root) : f64x2.sqrt(root);
}

/** c between sorted point i of cloud x and sorted point j of cloud y. */
export function pointsCost(x: usize, y: usize, i: i32, j: i32): f64 {
  const d = cloudDimension(x);
  const from = cloudCoords(x) + ((<usize>(i >> 3) * d) << 6) + (<usize>(i & 7) << 3);
  const to = cloudCoords(y) + ((<usize>(j >> 3) * d) << 6) + (<usize>(j & 7) << 3);
  let sum = 0.0;
  for (let k: usize = 0; k < <usize>d << 6; k += 64) sum = term(sum, load<f64>(from + k) - load<f64>(to + k));
  return raised(sum);
}

/** Lower bound of c between node u of cloud x and node v of cloud y. */
export function pointsBound(x: usize, u: i32, y: usize, v: i32): f64 {
  const wide = <usize>cloudDimension(x) << 3;
  const from = cloudBoxes(x) + (<usize>u << 1) * wide;
  const to = cloudBoxes(y) + (<usize>v << 1) * wide;
  let sum = 0.0;
  for (let k: usize = 0; k < wide; k += 8) {
    const above = load<f64>(from + k) - load<f64>(to + wide + k);
    const below = load<f64>(to + k) - load<f64>(from + wide + k);
    sum = term(sum, max(max(above, below), 0));
  }
  return raised(sum) * shrink;
}

/** Lower bound of c between the point at lane address `from` (coordinates 64 bytes apart) and node v of cloud y. */
@inline export function pointBound(from: usize, y: usize, v: i32): f64 {
  const wide = <usize>cloudDimension(y) << 3;
  const to = cloudBoxes(y) + (<usize>v << 1) * wide;
  let sum = 0.0;
  for (let k: usize = 0; k < wide; k += 8) {
    const at = load<f64>(from + (k << 3));
    sum = term(sum, max(max(at - load<f64>(to + wide + k), load<f64>(to + k) - at), 0));
  }
  return raised(sum) * shrink;
}

/** Writes to `out` the 8 numbers c - g between the point at lane address `from` and a block of 8 points at `to` with potentials at `g`. */
@inline export function pointsLanes(from: usize, to: usize, d: i32, g: usize, out: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  const end = <usize>d << 6;
  if (base == 0) {
    for (let k: usize = 0; k < end; k += 64) {
      const at = v128.load64_splat(from + k);
      const g0 = f64x2.sub(at, v128.load(to + k));
      const g1 = f64x2.sub(at, v128.load(to + k, 16));
      const g2 = f64x2.sub(at, v128.load(to + k, 32));
      const g3 = f64x2.sub(at, v128.load(to + k, 48));
      s0 = f64x2.add(s0, f64x2.mul(g0, g0));
      s1 = f64x2.add(s1, f64x2.mul(g1, g1));
      s2 = f64x2.add(s2, f64x2.mul(g2, g2));
      s3 = f64x2.add(s3, f64x2.mul(g3, g3));
    }
  } else if (base == 1) {
    for (let k: usize = 0; k < end; k += 64) {
      const at = v128.load64_splat(from + k);
      s0 = f64x2.add(s0, f64x2.abs(f64x2.sub(at, v128.load(to + k))));
      s1 = f64x2.add(s1, f64x2.abs(f64x2.sub(at, v128.load(to + k, 16))));
      s2 = f64x2.add(s2, f64x2.abs(f64x2.sub(at, v128.load(to + k, 32))));
      s3 = f64x2.add(s3, f64x2.abs(f64x2.sub(at, v128.load(to + k, 48))));
    }
  } else if (base == 2) {
    for (let k: usize = 0; k < end; k += 64) {
      const at = v128.load64_splat(from + k);
      s0 = f64x2.max(s0, f64x2.abs(f64x2.sub(at, v128.load(to + k))));
      s1 = f64x2.max(s1, f64x2.abs(f64x2.sub(at, v128.load(to + k, 16))));
      s2 = f64x2.max(s2, f64x2.abs(f64x2.sub(at, v128.load(to + k, 32))));
      s3 = f64x2.max(s3, f64x2.abs(f64x2.sub(at, v128.load(to + k, 48))));
    }
  } else {
    for (let lane: usize = 0; lane < 64; lane += 8) {
      let sum = 0.0;
      for (let k: usize = 0; k < end; k += 64) {
        sum += powered(Math.abs(load<f64>(from + k) - load<f64>(to + k + lane)));
      }
      store<f64>(out + lane, sum);
    }
    s0 = v128.load(out);
    s1 = v128.load(out, 16);
    s2 = v128.load(out, 32);
    s3 = v128.load(out, 48);
  }
  if (shape == 2) {
    v128.store(out, s0);
    v128.store(out, s1, 16);
    v128.store(out, s2, 32);
    v128.store(out, s3, 48);
    for (let lane: usize = 0; lane < 64; lane += 8) store<f64>(out + lane, Math.pow(load<f64>(out + lane), power));
    s0 = v128.load(out);
    s1 = v128.load(out, 16);
    s2 = v128.load(out, 32);
    s3 = v128.load(out, 48);
  } else if (shape != 0) {
    s0 = raisedLanes(s0);
    s1 = raisedLanes(s1);
    s2 = raisedLanes(s2);
    s3 = raisedLanes(s3);
  }
  v128.store(out, f64x2.sub(s0, v128.load(g)));
  v128.store(out, f64x2.sub(s1, v128.load(g, 16)), 16);
  v128.store(out, f64x2.sub(s2, v128.load(g, 32)), 32);
  v128.store(out, f64x2.sub(s3, v128.load(g, 48)), 48);
}

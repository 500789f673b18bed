// Conjugate gradients for (1 + little - D S^T (A / rho) S D) z = r, between two products of the kept cells: Hestenes and Stiefel (1952).
//
// Vectors of f64, `length` numbers each, one after the other from `vectors` on: z, the residual r, the preconditioned residual s, the direction p
// and D. Numbers behind the cells in use are 0. A product reads `input` and adds to `output`, in f64 or in f32.

let length: usize = 0;
let z: usize = 0;
let r: usize = 0;
let s: usize = 0;
let p: usize = 0;
let D: usize = 0;
let input: usize = 0;
let output: usize = 0;
let little: f64 = 0;
/** r . s of the last turn and of the present one, and the norm of p. */
let before: f64 = 0;
let now: f64 = 0;
let norm: f64 = 0;

/** A direction along which the curvature is a smaller share than this is one in which rounding leaves nothing. */
const rounding: f64 = 1e-15;

/** `count` numbers, a multiple of 4, a vector. */
export function conjugateInit(count: i32, vectors: usize, inputAt: usize, outputAt: usize, diagonal: f64): void {
  length = <usize>count << 3;
  z = vectors;
  r = z + length;
  s = r + length;
  p = s + length;
  D = p + length;
  input = inputAt;
  output = outputAt;
  little = diagonal;
}

/** Starts at z = 0 and returns r . r. */
export function conjugateStart(): f64 {
  memory.fill(z, 0, length);
  memory.fill(p, 0, length);
  conjugateAgain();
  return dot(r, r);
}

/** Forgets the directions, for another preconditioner. */
export function conjugateAgain(): void {
  before = 0;
}

/** Turns the direction to s, conjugate to those before, and lays out the input of the product: D p, of norm 1 at most. */
export function conjugateTurn(exact: bool): void {
  now = dot(r, s);
  const factor = f64x2.splat(before > 0 ? now / before : 0);
  before = now;
  for (let k: usize = 0; k < length; k += 16) {
    v128.store(p + k, f64x2.add(v128.load(s + k), f64x2.mul(factor, v128.load(p + k))));
  }
  norm = Math.sqrt(dot(p, p));
  const share = f64x2.splat(1 / norm);
  const zero = f64x2.splat(0);
  if (exact) {
    for (let k: usize = 0; k < length; k += 16) {
      v128.store(input + k, f64x2.mul(f64x2.mul(v128.load(p + k), v128.load(D + k)), share));
      v128.store(output + k, zero);
    }
  } else {
    for (let k: usize = 0; k < length; k += 8) {
      store<f32>(input + (k >> 1), <f32>(load<f64>(p + k) * load<f64>(D + k) / norm));
      store<f32>(output + (k >> 1), 0);
    }
  }
}

/** Moves along the direction and returns the new r . r, or -1 where rounding says that nothing is left in it. */
export function conjugateMove(exact: bool): f64 {
  const size = f64x2.splat(norm);
  const whole = f64x2.splat(1 + little);
  // The product takes the place of s.
  let curvature = f64x2.splat(0);
  for (let k: usize = 0; k < length; k += 16) {
    const read = exact ? v128.load(output + k) : f64x2.promote_low_f32x4(v128.load64_zero(output + (k >> 1)));
    const direction = v128.load(p + k);
    const value = f64x2.sub(f64x2.mul(whole, direction), f64x2.mul(f64x2.mul(v128.load(D + k), read), size));
    v128.store(s + k, value);
    curvature = f64x2.add(curvature, f64x2.mul(direction, value));
  }
  const total = f64x2.extract_lane(curvature, 0) + f64x2.extract_lane(curvature, 1);
  if (!(total > rounding * norm * norm && norm < Infinity)) return -1;
  const alpha = f64x2.splat(now / total);
  let square = f64x2.splat(0);
  for (let k: usize = 0; k < length; k += 16) {
    v128.store(z + k, f64x2.add(v128.load(z + k), f64x2.mul(alpha, v128.load(p + k))));
    const left = f64x2.sub(v128.load(r + k), f64x2.mul(alpha, v128.load(s + k)));
    v128.store(r + k, left);
    square = f64x2.add(square, f64x2.mul(left, left));
  }
  return f64x2.extract_lane(square, 0) + f64x2.extract_lane(square, 1);
}

function dot(x: usize, y: usize): f64 {
  let total = f64x2.splat(0);
  for (let k: usize = 0; k < length; k += 16) total = f64x2.add(total, f64x2.mul(v128.load(x + k), v128.load(y + k)));
  return f64x2.extract_lane(total, 0) + f64x2.extract_lane(total, 1);
}

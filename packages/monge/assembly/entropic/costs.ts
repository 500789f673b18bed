// Row i of the cost matrix, wherever it comes from: a matrix in memory, a block that the caller filled, points, or inner products.
// Rows are padded to a multiple of 8 columns.

let kind: i32 = 0;
/** Padded number of columns. */
let width: i32 = 0;
let rows: usize = 0;
let firstRow: i32 = 0;
let from: usize = 0;
let to: usize = 0;
let dimension: i32 = 0;
let buffer: usize = 0;
let base: i32 = 0;
let p: f64 = 2;
let power: f64 = 1;
let factor: f64 = 1;
let shape: i32 = 0;
let count: i32 = 0;
let left: usize = 0;
let right: usize = 0;
let floor: f64 = 0;
/** The first of the four rows of inner products that the buffer holds. */
let held: i32 = 0;

/** The rows from `first` on lie at `address` (f64, `padded` numbers a row). */
export function costMatrix(address: usize, padded: i32, first: i32): void {
  kind = 0;
  rows = address;
  width = padded;
  firstRow = first;
}

/**
 * C_ij = factor base(x_i - y_j)^exponent. `x`: n x d, row-major. `y`: blocks of 8 points, coordinate k of point j at
 * ((j >> 3) d + k) 8 + (j & 7). base: 0 sum of squares, 1 sum of |.|, 2 max |.|, 3 sum of |.|^p. `scratch` holds one row.
 */
export function costPoints(
  x: usize,
  y: usize,
  d: i32,
  padded: i32,
  scratch: usize,
  kindOfBase: i32,
  baseExponent: f64,
  exponent: f64,
  times: f64,
): void {
  kind = 1;
  from = x;
  to = y;
  dimension = d;
  width = padded;
  buffer = scratch;
  base = kindOfBase;
  p = baseExponent;
  power = exponent;
  factor = times;
  shape = exponent == 1 ? 0 : exponent == 0.5 ? 1 : 2;
}

/**
 * C_ij = max(left_i + right_j + sum_k x_ik y_jk, least). `x`: n x d, row-major; `y` in blocks of 8 as in `costPoints`; `scratch` holds
 * four rows and 4 d numbers.
 */
export function costProducts(
  x: usize,
  y: usize,
  d: i32,
  padded: i32,
  n: i32,
  leftTerms: usize,
  rightTerms: usize,
  scratch: usize,
  least: f64,
): void {
  kind = 2;
  from = x;
  to = y;
  dimension = d;
  width = padded;
  count = n;
  left = leftTerms;
  right = rightTerms;
  buffer = scratch;
  floor = least;
  held = -4;
}

/** The address of row i. */
export function costRow(i: i32): usize {
  if (kind == 0) return rows + ((<usize>(i - firstRow) * width) << 3);
  if (kind == 2) {
    if (i < held || i >= held + 4) products(i);
    return buffer + ((<usize>(i - held) * width) << 3);
  }
  const x = from + ((<usize>i * dimension) << 3);
  if (base == 0) squares(x);
  else if (base == 1) magnitudes(x);
  else if (base == 2) largest(x);
  else powers(x);
  if (shape != 0 || factor != 1) finish();
  return buffer;
}

function squares(x: usize): void {
  const out = buffer;
  const d = <usize>dimension;
  const end = <usize>width << 3;
  if (d == 2) {
    const x0 = v128.load64_splat(x);
    const x1 = v128.load64_splat(x, 8);
    for (let j: usize = 0, y = to; j < end; j += 64, y += 128) {
      let u0 = f64x2.sub(x0, v128.load(y));
      let u1 = f64x2.sub(x0, v128.load(y, 16));
      let u2 = f64x2.sub(x0, v128.load(y, 32));
      let u3 = f64x2.sub(x0, v128.load(y, 48));
      const v0 = f64x2.sub(x1, v128.load(y, 64));
      const v1 = f64x2.sub(x1, v128.load(y, 80));
      const v2 = f64x2.sub(x1, v128.load(y, 96));
      const v3 = f64x2.sub(x1, v128.load(y, 112));
      v128.store(out + j, f64x2.add(f64x2.mul(u0, u0), f64x2.mul(v0, v0)));
      v128.store(out + j, f64x2.add(f64x2.mul(u1, u1), f64x2.mul(v1, v1)), 16);
      v128.store(out + j, f64x2.add(f64x2.mul(u2, u2), f64x2.mul(v2, v2)), 32);
      v128.store(out + j, f64x2.add(f64x2.mul(u3, u3), f64x2.mul(v3, v3)), 48);
    }
    return;
  }
  if (d == 3) {
    const x0 = v128.load64_splat(x);
    const x1 = v128.load64_splat(x, 8);
    const x2 = v128.load64_splat(x, 16);
    for (let j: usize = 0, y = to; j < end; j += 64, y += 192) {
      for (let lane: usize = 0; lane < 64; lane += 32) {
        const at = y + lane;
        const u0 = f64x2.sub(x0, v128.load(at));
        const u1 = f64x2.sub(x0, v128.load(at, 16));
        const v0 = f64x2.sub(x1, v128.load(at, 64));
        const v1 = f64x2.sub(x1, v128.load(at, 80));
        const w0 = f64x2.sub(x2, v128.load(at, 128));
        const w1 = f64x2.sub(x2, v128.load(at, 144));
        const s0 = f64x2.add(f64x2.add(f64x2.mul(u0, u0), f64x2.mul(v0, v0)), f64x2.mul(w0, w0));
        const s1 = f64x2.add(f64x2.add(f64x2.mul(u1, u1), f64x2.mul(v1, v1)), f64x2.mul(w1, w1));
        v128.store(out + j + lane, s0);
        v128.store(out + j + lane, s1, 16);
      }
    }
    return;
  }
  let y = to;
  for (let j: usize = 0; j < end; j += 64) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let k: usize = 0; k < d; k++, y += 64) {
      const at = v128.load64_splat(x + (k << 3));
      const g0 = f64x2.sub(at, v128.load(y));
      const g1 = f64x2.sub(at, v128.load(y, 16));
      const g2 = f64x2.sub(at, v128.load(y, 32));
      const g3 = f64x2.sub(at, v128.load(y, 48));
      s0 = f64x2.add(s0, f64x2.mul(g0, g0));
      s1 = f64x2.add(s1, f64x2.mul(g1, g1));
      s2 = f64x2.add(s2, f64x2.mul(g2, g2));
      s3 = f64x2.add(s3, f64x2.mul(g3, g3));
    }
    v128.store(out + j, s0);
    v128.store(out + j, s1, 16);
    v128.store(out + j, s2, 32);
    v128.store(out + j, s3, 48);
  }
}

// Rows i to i + 3 (the last row stands in for rows behind it), four columns at a time: they share the loads of y.
function products(i: i32): void {
  held = i;
  const d = <usize>dimension << 3;
  const stride = <usize>width << 3;
  const last = count - 1;
  // The four rows of x, coordinate by coordinate.
  const x = buffer + 4 * stride;
  const xEnd = x + 4 * d;
  for (let r = 0; r < 4; r++) {
    const row = from + <usize>min(i + r, last) * d;
    for (let k: usize = 0; k < d; k += 8) store<f64>(x + (k << 2) + (<usize>r << 3), load<f64>(row + k));
  }
  const l0 = v128.load64_splat(left + (<usize>i << 3));
  const l1 = v128.load64_splat(left + (<usize>min(i + 1, last) << 3));
  const l2 = v128.load64_splat(left + (<usize>min(i + 2, last) << 3));
  const l3 = v128.load64_splat(left + (<usize>min(i + 3, last) << 3));
  for (let j: usize = 0; j < stride; j += 32) {
    let y = to + (j >> 6) * (d << 3) + (j & 32);
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let z0 = s0;
    let z1 = s0;
    let z2 = s0;
    let z3 = s0;
    for (let at = x; at < xEnd; at += 32, y += 64) {
      const y0 = v128.load(y);
      const y1 = v128.load(y, 16);
      const v0 = v128.load64_splat(at);
      s0 = f64x2.add(s0, f64x2.mul(v0, y0));
      z0 = f64x2.add(z0, f64x2.mul(v0, y1));
      const v1 = v128.load64_splat(at, 8);
      s1 = f64x2.add(s1, f64x2.mul(v1, y0));
      z1 = f64x2.add(z1, f64x2.mul(v1, y1));
      const v2 = v128.load64_splat(at, 16);
      s2 = f64x2.add(s2, f64x2.mul(v2, y0));
      z2 = f64x2.add(z2, f64x2.mul(v2, y1));
      const v3 = v128.load64_splat(at, 24);
      s3 = f64x2.add(s3, f64x2.mul(v3, y0));
      z3 = f64x2.add(z3, f64x2.mul(v3, y1));
    }
    const r0 = v128.load(right + j);
    const r1 = v128.load(right + j, 16);
    const low = f64x2.splat(floor);
    let out = buffer + j;
    v128.store(out, f64x2.pmax(low, f64x2.add(f64x2.add(l0, r0), s0)));
    v128.store(out, f64x2.pmax(low, f64x2.add(f64x2.add(l0, r1), z0)), 16);
    out += stride;
    v128.store(out, f64x2.pmax(low, f64x2.add(f64x2.add(l1, r0), s1)));
    v128.store(out, f64x2.pmax(low, f64x2.add(f64x2.add(l1, r1), z1)), 16);
    out += stride;
    v128.store(out, f64x2.pmax(low, f64x2.add(f64x2.add(l2, r0), s2)));
    v128.store(out, f64x2.pmax(low, f64x2.add(f64x2.add(l2, r1), z2)), 16);
    out += stride;
    v128.store(out, f64x2.pmax(low, f64x2.add(f64x2.add(l3, r0), s3)));
    v128.store(out, f64x2.pmax(low, f64x2.add(f64x2.add(l3, r1), z3)), 16);
  }
}

function magnitudes(x: usize): void {
  const d = <usize>dimension;
  let y = to;
  for (let j: usize = 0; j < <usize>width << 3; j += 64, y += d << 6) {
    for (let lane: usize = 0; lane < 64; lane += 16) {
      let s = f64x2.splat(0);
      for (let k: usize = 0; k < d; k++) {
        s = f64x2.add(s, f64x2.abs(f64x2.sub(v128.load64_splat(x + (k << 3)), v128.load(y + (k << 6) + lane))));
      }
      v128.store(buffer + j + lane, s);
    }
  }
}

function largest(x: usize): void {
  const d = <usize>dimension;
  let y = to;
  for (let j: usize = 0; j < <usize>width << 3; j += 64, y += d << 6) {
    for (let lane: usize = 0; lane < 64; lane += 16) {
      let s = f64x2.splat(0);
      for (let k: usize = 0; k < d; k++) {
        s = f64x2.pmax(s, f64x2.abs(f64x2.sub(v128.load64_splat(x + (k << 3)), v128.load(y + (k << 6) + lane))));
      }
      v128.store(buffer + j + lane, s);
    }
  }
}

function powers(x: usize): void {
  const d = <usize>dimension;
  let y = to;
  for (let j: usize = 0; j < <usize>width << 3; j += 64, y += d << 6) {
    for (let lane: usize = 0; lane < 64; lane += 8) {
      let s = 0.0;
      for (let k: usize = 0; k < d; k++) {
        s += Math.pow(Math.abs(load<f64>(x + (k << 3)) - load<f64>(y + (k << 6) + lane)), p);
      }
      store<f64>(buffer + j + lane, s);
    }
  }
}

function finish(): void {
  const end = buffer + (<usize>width << 3);
  if (shape == 2) {
    for (let at = buffer; at < end; at += 8) store<f64>(at, Math.pow(load<f64>(at), power) * factor);
    return;
  }
  const times = f64x2.splat(factor);
  for (let at = buffer; at < end; at += 16) {
    const value = v128.load(at);
    v128.store(at, f64x2.mul(shape == 1 ? f64x2.sqrt(value) : value, times));
  }
}

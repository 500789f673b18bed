// Squared Bures-Wasserstein distances between records of Gaussians, see src/cost/gaussianRecords.ts for their layout.
// W2^2 = |m_i - m_j|^2 + tr A + tr B - 2 s, where s, the sum of the roots of the eigenvalues of A B, comes without a matrix root for
// d <= 3 (equations in src/cost/gaussians.ts) and by one-sided Jacobi rotations of A^1/2 B^1/2 beyond.

/** d d numbers for the product of two roots; needed for d > 3 only. */
let product: usize = 0;

/** Where distances may write d d numbers. */
export function distanceScratch(address: usize): void {
  product = address;
}

/** out_j = squared distance between the record at x and the `count` records at y, each of `size` numbers. */
export function distanceRow(d: i32, size: i32, x: usize, y: usize, count: i32, out: usize): void {
  const step = <usize>size << 3;
  let j = 0;
  if (d == 3) {
    for (; j + 1 < count; j += 2, y += 2 * step, out += 16) v128.store(out, pair(x, y, y + step));
  }
  for (; j < count; j++, y += step, out += 8) store<f64>(out, distance(d, x, y));
}

/** The squared distance. */
export function distance(d: i32, x: usize, y: usize): f64 {
  if (d == 3) return inSpace(x, y);
  if (d == 2) return inPlane(x, y);
  if (d == 1) {
    const u = load<f64>(x) - load<f64>(y);
    const v = load<f64>(x, 8) - load<f64>(y, 8);
    return u * u + v * v;
  }
  return anywhere(d, x, y);
}

/** |m_i - m_j|^2 + ((tr A)^1/2 - (tr B)^1/2)^2, which the squared distance is never below. */
export function lowerBound(d: i32, x: usize, y: usize): f64 {
  if (d == 1) return distance(1, x, y);
  const place: usize = d == 2 ? 56 : d == 3 ? 136 : (<usize>d + 1) << 3;
  const gap = load<f64>(x + place) - load<f64>(y + place);
  return gap * gap + betweenMeans(d, x, y);
}

function betweenMeans(d: i32, x: usize, y: usize): f64 {
  let total: f64 = 0;
  for (let k: usize = 0; k < <usize>d << 3; k += 8) {
    const gap = load<f64>(x + k) - load<f64>(y + k);
    total += gap * gap;
  }
  return total;
}

function inPlane(x: usize, y: usize): f64 {
  const squares = load<f64>(x, 16) * load<f64>(y, 16) + load<f64>(x, 24) * load<f64>(y, 24) + load<f64>(x, 32) * load<f64>(y, 32);
  const s = Math.sqrt(max(0.0, squares) + 2 * load<f64>(x, 40) * load<f64>(y, 40));
  return betweenMeans(2, x, y) + max(0.0, load<f64>(x, 48) + load<f64>(y, 48) - 2 * s);
}

function inSpace(x: usize, y: usize): f64 {
  return f64x2.extract_lane(pair(x, y, y), 0);
}

// @ts-ignore: decorator
@inline
function both(y: usize, z: usize, at: usize): v128 {
  return v128.load64_lane(z + at, v128.load64_zero(y + at), 1);
}

/** The squared distances from x to y and to z. */
function pair(x: usize, y: usize, z: usize): v128 {
  let means = f64x2.splat(0);
  for (let at: usize = 0; at < 24; at += 8) {
    const gap = f64x2.sub(v128.load64_splat(x + at), both(y, z, at));
    means = f64x2.add(means, f64x2.mul(gap, gap));
  }
  const zero = f64x2.splat(0);
  let squares = zero;
  let products = zero;
  for (let at: usize = 24; at < 72; at += 8) {
    squares = f64x2.add(squares, f64x2.mul(v128.load64_splat(x + at), both(y, z, at)));
    products = f64x2.add(products, f64x2.mul(v128.load64_splat(x + at, 48), both(y, z, at + 48)));
  }
  squares = f64x2.max(squares, zero);
  products = f64x2.max(products, zero);
  const r = f64x2.mul(v128.load64_splat(x, 120), both(y, z, 120));
  const two = f64x2.splat(2);
  const one = f64x2.splat(1);
  // Keeps 0 / 0 out where a covariance has rank 1: then r is 0 as well.
  const least = f64x2.splat(1e-300);
  let s = f64x2.sqrt(f64x2.add(squares, f64x2.mul(two, f64x2.sqrt(f64x2.mul(f64x2.splat(3), products)))));
  for (let step = 0; step < 3; step++) {
    const q = f64x2.sqrt(f64x2.add(products, f64x2.mul(two, f64x2.mul(r, s))));
    const next = f64x2.sqrt(f64x2.add(squares, f64x2.mul(two, q)));
    const slope = f64x2.div(r, f64x2.max(f64x2.mul(next, q), least));
    s = f64x2.add(s, f64x2.div(f64x2.sub(next, s), f64x2.sub(one, slope)));
  }
  const traces = f64x2.add(v128.load64_splat(x, 128), both(y, z, 128));
  return f64x2.add(means, f64x2.max(zero, f64x2.sub(traces, f64x2.mul(two, s))));
}

function anywhere(d: i32, x: usize, y: usize): f64 {
  const at = <usize>d << 3;
  const A = x + at + 16;
  const B = y + at + 16;
  let out = product;
  for (let r: usize = 0; r < <usize>d; r++) {
    for (let c: usize = 0; c < <usize>d; c++, out += 8) {
      let entry: f64 = 0;
      for (let k: usize = 0; k < at; k += 8) entry += load<f64>(A + r * at + k) * load<f64>(B + c * at + k);
      store<f64>(out, entry);
    }
  }
  return betweenMeans(d, x, y) + max(0.0, load<f64>(x + at) + load<f64>(y + at) - 2 * nuclearNorm(d));
}

/** The sum of the singular values of the product: its rows are rotated until they are orthogonal. */
function nuclearNorm(d: i32): f64 {
  const width = <usize>d << 3;
  const end = product + <usize>d * width;
  let rotated = true;
  for (let sweep = 0; sweep < 60 && rotated; sweep++) {
    rotated = false;
    for (let p = product; p < end; p += width) {
      for (let q = p + width; q < end; q += width) {
        let first: f64 = 0;
        let second: f64 = 0;
        let across: f64 = 0;
        for (let k: usize = 0; k < width; k += 8) {
          const u = load<f64>(p + k);
          const v = load<f64>(q + k);
          first += u * u;
          second += v * v;
          across += u * v;
        }
        if (across == 0 || Math.abs(across) <= 2.220446049250313e-16 * Math.sqrt(first) * Math.sqrt(second)) continue;
        rotated = true;
        const theta = (second - first) / (2 * across);
        const t = (theta < 0 ? -1.0 : 1.0) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        const s = t * c;
        for (let k: usize = 0; k < width; k += 8) {
          const u = load<f64>(p + k);
          const v = load<f64>(q + k);
          store<f64>(p + k, c * u - s * v);
          store<f64>(q + k, s * u + c * v);
        }
      }
    }
  }
  let total: f64 = 0;
  for (let p = product; p < end; p += width) {
    let length: f64 = 0;
    for (let k: usize = 0; k < width; k += 8) length += load<f64>(p + k) * load<f64>(p + k);
    total += Math.sqrt(length);
  }
  return total;
}

// Newton's method on the semi-dual: products with its Hessian over the kept entries.
//
// With exact rows, H = diag(b c) - P^T diag(1 / a) P, where P_ij = a_i b_j t_ij (Brauer, Clason, Lorenz, Wirth 2017). A product costs what an
// iteration over the kept entries costs.
import { exp2 } from "./exp2";
import { factorSolve } from "./factor";
import { addFour, both, bv, dotFour, f0, four, full, keptAdd, keptDot, rowFactors } from "./kept";
import { a, b, bytes, c, f, n } from "./sweep";

/** u_i of every row, b c of the kept entries, b v x, and the sums of a product. */
let u: usize = 0;
let diagonal: usize = 0;
let weighted: usize = 0;
let total: usize = 0;
/** Sum of the diagonal, the damping as a share of it, and x H x and x diag x of the last product. */
let weight: f64 = 0;
let damping: f64 = 0;
let curvature: f64 = 0;
let scale: f64 = 0;

/** Doubles of `newtonInit`'s arrays. */
export function newtonDoubles(): i32 {
  return ((n + 1) & ~1) + 3 * <i32>(bytes >> 3);
}

export function newtonInit(address: usize): void {
  u = address;
  diagonal = u + (<usize>((n + 1) & ~1) << 3);
  weighted = diagonal + bytes;
  total = weighted + bytes;
}

/**
 * Takes the present plan, whose rows are exact, as that of the Hessian: the entries as they are kept, without the factors that make
 * up for rounding in sums over rows and over columns, each for themselves; with those the Hessian would be symmetric to single precision only.
 * `damp` times its diagonal b c is added to H.
 */
export function newtonBegin(damp: f64): void {
  damping = damp;
  memory.fill(total, 0, bytes);
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 3;
    const mass = load<f64>(a + at);
    const ui = mass > 0 ? exp2(load<f64>(f + at) - load<f64>(f0 + at)) * load<f64>(rowFactors + at) : 0;
    store<f64>(u + at, ui);
    if (!full || n - (i & ~3) < 4) keptAdd(i, mass * ui, total);
    else {
      store<f64>(four + (<usize>(i & 3) << 3), mass * ui);
      if ((i & 3) == 3) addFour(i - 3, total);
    }
  }
  let sum = f64x2.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) {
    const own = f64x2.mul(v128.load(bv + j), v128.load(total + j));
    v128.store(diagonal + j, own);
    sum = f64x2.add(sum, own);
  }
  weight = both(sum);
}

/** The address of u. */
export function rowScales(): usize {
  return u;
}

/** y = H x, for padded vectors. */
export function newtonProduct(x: usize, y: usize): void {
  memory.fill(total, 0, bytes);
  for (let j: usize = 0; j < bytes; j += 16) v128.store(weighted + j, f64x2.mul(v128.load(bv + j), v128.load(x + j)));
  for (let i = 0; i < n; i += 4) {
    const some = min(4, n - i);
    if (full && some == 4) dotFour(i, weighted);
    else for (let k = 0; k < some; k++) store<f64>(four + (<usize>k << 3), keptDot(i + k, weighted));
    for (let k = 0; k < some; k++) {
      const at = <usize>(i + k) << 3;
      const ui = load<f64>(u + at);
      const sum = load<f64>(four + (<usize>k << 3));
      store<f64>(four + (<usize>k << 3), load<f64>(a + at) * (ui * (ui * sum)));
    }
    if (full && some == 4) addFour(i, total);
    else for (let k = 0; k < some; k++) keptAdd(i + k, load<f64>(four + (<usize>k << 3)), total);
  }
  const damped = f64x2.splat(damping);
  let bent = f64x2.splat(0);
  let size = bent;
  for (let j: usize = 0; j < bytes; j += 16) {
    const at = v128.load(x + j);
    const own = f64x2.mul(v128.load(diagonal + j), at);
    const out = f64x2.sub(f64x2.add(own, f64x2.mul(damped, own)), f64x2.mul(v128.load(bv + j), v128.load(total + j)));
    v128.store(y + j, out);
    bent = f64x2.add(bent, f64x2.mul(at, out));
    size = f64x2.add(size, f64x2.mul(at, own));
  }
  curvature = both(bent);
  scale = both(size);
}

/** <x, H x> of the last product. */
export function newtonCurvature(): f64 {
  return curvature;
}

/** <x, diag(b c) x> of the last product. */
export function newtonScale(): f64 {
  return scale;
}

/** r = b (1 - c), d = 0. */
export function newtonGradient(r: usize, d: usize): void {
  for (let j: usize = 0; j < bytes; j += 16) v128.store(r + j, missing(j));
  memory.fill(d, 0, bytes);
}

/** sum_j b_j (1 - c_j) d_j: the slope of the dual along d. */
export function newtonSlope(d: usize): f64 {
  let sum = f64x2.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) sum = f64x2.add(sum, f64x2.mul(missing(j), v128.load(d + j)));
  return both(sum);
}

// b (1 - c) of two columns; a column without mass lacks none, though its sum may be out of range.
// @ts-ignore: decorator
@inline function missing(j: usize): v128 {
  const own = v128.load(b + j);
  const left = f64x2.mul(own, f64x2.sub(f64x2.splat(1), v128.load(c + j)));
  return v128.and(left, f64x2.gt(own, f64x2.splat(0)));
}

/** z = M^-1 r, M the diagonal or (`factored`) the factor of the graph, both without the constant that H does not see; returns <r, z>. */
export function newtonPrecondition(r: usize, z: usize, factored: i32): f64 {
  const zero = f64x2.splat(0);
  let sum = zero;
  for (let j: usize = 0; j < bytes; j += 16) sum = f64x2.add(sum, v128.load(r + j));
  const share = f64x2.splat(both(sum) / weight);
  for (let j: usize = 0; j < bytes; j += 16) {
    const own = v128.load(diagonal + j);
    const left = f64x2.sub(v128.load(r + j), f64x2.mul(share, own));
    v128.store(r + j, left);
    if (!factored) v128.store(z + j, v128.and(f64x2.div(left, own), f64x2.gt(own, zero)));
  }
  if (factored) factorSolve(r, z);
  sum = zero;
  for (let j: usize = 0; j < bytes; j += 16) {
    sum = f64x2.add(sum, f64x2.mul(v128.load(diagonal + j), v128.load(z + j)));
  }
  const mean = f64x2.splat(both(sum) / weight);
  sum = zero;
  for (let j: usize = 0; j < bytes; j += 16) {
    const centred = f64x2.sub(v128.load(z + j), mean);
    v128.store(z + j, centred);
    sum = f64x2.add(sum, f64x2.mul(v128.load(r + j), centred));
  }
  return both(sum);
}

/** d += alpha p, r -= alpha y; returns sum_j |r_j|. */
export function newtonAdvance(alpha: f64, p: usize, y: usize, d: usize, r: usize): f64 {
  const times = f64x2.splat(alpha);
  let sum = f64x2.splat(0);
  for (let j: usize = 0; j < bytes; j += 16) {
    v128.store(d + j, f64x2.add(v128.load(d + j), f64x2.mul(times, v128.load(p + j))));
    const left = f64x2.sub(v128.load(r + j), f64x2.mul(times, v128.load(y + j)));
    v128.store(r + j, left);
    sum = f64x2.add(sum, f64x2.abs(left));
  }
  return both(sum);
}

/** p = z + beta p; at beta = 0 whatever p was before, be it no number. */
export function newtonDirection(beta: f64, z: usize, p: usize): void {
  if (beta == 0) {
    memory.copy(p, z, bytes);
    return;
  }
  const times = f64x2.splat(beta);
  for (let j: usize = 0; j < bytes; j += 16) {
    v128.store(p + j, f64x2.add(v128.load(z + j), f64x2.mul(times, v128.load(p + j))));
  }
}

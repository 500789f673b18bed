// Newton's method on the semi-dual: products with its Hessian over the kept entries.
//
// With exact rows, H = diag(b c) - P^T diag(1 / a) P, where P_ij = a_i b_j t_ij (Brauer, Clason, Lorenz, Wirth 2017). A product costs what an
// iteration over the kept entries costs.
import { exp2 } from "./exp2";
import { addFour, bv, dotFour, f0, four, full, keptAdd, keptDot, rowFactors } from "./kept";
import { a, bytes, f, n } from "./sweep";

/** u_i of every row, b c of the kept entries, b v x, and the sums of a product. */
let u: usize = 0;
let diagonal: usize = 0;
let weighted: usize = 0;
let total: usize = 0;

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
 */
export function newtonBegin(): void {
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
  for (let j: usize = 0; j < bytes; j += 16) {
    v128.store(diagonal + j, f64x2.mul(v128.load(bv + j), v128.load(total + j)));
  }
}

/** The address of u. */
export function rowScales(): usize {
  return u;
}

/** The address of the Hessian's diagonal but for what two rows have in common: b c. */
export function newtonDiagonal(): usize {
  return diagonal;
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
  for (let j: usize = 0; j < bytes; j += 16) {
    const own = f64x2.mul(v128.load(diagonal + j), v128.load(x + j));
    v128.store(y + j, f64x2.sub(own, f64x2.mul(v128.load(bv + j), v128.load(total + j))));
  }
}

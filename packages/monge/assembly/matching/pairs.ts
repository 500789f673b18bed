// Pairs of projected and given ellipses that are near in position and shape, and a soft partial assignment over them.
//
// k_ij = exp(-d_ij^2 / 2), d^2 = |x_i - x_j|^2 / sx^2 + |(a, p, q)_i - (a, p, q)_j|^2 / sc^2. With u_i (sum_j k v_j + rest) = 1 and the same for v,
// P_ij = u_i k_ij v_j is partial entropic transport at temperature 1: whoever is left over goes to a partner of weight `rest`.

let originX: f64 = 0;
let originY: f64 = 0;
let inverse: f64 = 1;
let across: i32 = 1;
let down: i32 = 1;
let cells: usize = 0;
let members: usize = 0;

/** Most cells along an axis. */
const most: i32 = 256;

/** Sorts m targets (5 doubles) into square cells of at least `width`; `starts` holds 256 * 256 + 2 and `order` m integers. */
export function pairsGrid(m: i32, targets: usize, width: f64, starts: usize, order: usize): void {
  let x0 = Infinity;
  let y0 = Infinity;
  let x1 = -Infinity;
  let y1 = -Infinity;
  for (let j = 0; j < m; j++) {
    const at = targets + <usize>j * 40;
    x0 = min(x0, load<f64>(at));
    x1 = max(x1, load<f64>(at));
    y0 = min(y0, load<f64>(at, 8));
    y1 = max(y1, load<f64>(at, 8));
  }
  const step = max(width, max(x1 - x0, y1 - y0) / (most - 1));
  originX = x0;
  originY = y0;
  inverse = 1 / step;
  across = min(most, <i32>((x1 - x0) * inverse) + 1);
  down = min(most, <i32>((y1 - y0) * inverse) + 1);
  cells = starts;
  members = order;
  memory.fill(starts, 0, <usize>(across * down + 2) << 2);
  for (let j = 0; j < m; j++) {
    const at = starts + (<usize>(cellOf(targets + <usize>j * 40) + 2) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
  for (let c = 2; c <= across * down + 1; c++) {
    const at = starts + (<usize>c << 2);
    store<i32>(at, load<i32>(at) + load<i32>(at - 4));
  }
  for (let j = 0; j < m; j++) {
    const at = starts + (<usize>(cellOf(targets + <usize>j * 40) + 1) << 2);
    const place = load<i32>(at);
    store<i32>(at, place + 1);
    store<i32>(order + (<usize>place << 2), j);
  }
}

// @ts-ignore: decorator
@inline function cellOf(at: usize): i32 {
  const x = min(across - 1, <i32>((load<f64>(at) - originX) * inverse));
  const y = min(down - 1, <i32>((load<f64>(at, 8) - originY) * inverse));
  return y * across + x;
}

/**
 * The pairs with d^2 < limit, by source: indices (i, j) to `pairs`, d^2 to `distances` (f64), as many as `room`. Returns how many there are, which
 * may be more; both hold one more than that. A cell must be as wide as the reach sqrt(limit) sx.
 */
export function pairsFind(
  n: i32,
  sources: usize,
  targets: usize,
  sx: f64,
  sc: f64,
  limit: f64,
  room: i32,
  pairs: usize,
  distances: usize,
): i32 {
  const wx = 1 / (sx * sx);
  const wc = 1 / (sc * sc);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const source = sources + <usize>i * 40;
    const x = load<f64>(source);
    const y = load<f64>(source, 8);
    const a = load<f64>(source, 16);
    const p = load<f64>(source, 24);
    const q = load<f64>(source, 32);
    const gx = Math.floor((x - originX) * inverse);
    const gy = Math.floor((y - originY) * inverse);
    if (!(gx >= -1 && gy >= -1 && gx <= <f64>across && gy <= <f64>down)) continue;
    const cx = <i32>gx;
    const cy = <i32>gy;
    for (let v = max(0, cy - 1); v <= min(down - 1, cy + 1); v++) {
      const row = cells + (<usize>(v * across) << 2);
      const first = load<i32>(row + (<usize>max(0, cx - 1) << 2));
      const last = load<i32>(row + (<usize>(min(across - 1, cx + 1) + 1) << 2));
      for (let k = first; k < last; k++) {
        const j = load<i32>(members + (<usize>k << 2));
        const target = targets + <usize>j * 40;
        const dx = load<f64>(target) - x;
        const dy = load<f64>(target, 8) - y;
        const da = load<f64>(target, 16) - a;
        const dp = load<f64>(target, 24) - p;
        const dq = load<f64>(target, 32) - q;
        const d = (dx * dx + dy * dy) * wx + (da * da + dp * dp + dq * dq) * wc;
        // Written in any case, kept if near: a branch would be guessed wrong too often.
        const at = <usize>min(count, room) << 3;
        store<i32>(pairs + at, i);
        store<i32>(pairs + at, j, 4);
        store<f64>(distances + at, d);
        count += <i32>(d < limit);
      }
    }
  }
  return count;
}

/** sum_j log(1 + sum_i k_ij / rest); `sums` holds m doubles. */
export function pairsScore(m: i32, count: i32, pairs: usize, distances: usize, rest: f64, sums: usize): f64 {
  memory.fill(sums, 0, <usize>m << 3);
  for (let e: usize = 0; e < <usize>count << 3; e += 8) {
    const at = sums + (<usize>load<i32>(pairs + e, 4) << 3);
    store<f64>(at, load<f64>(at) + Math.exp(-load<f64>(distances + e) / 2));
  }
  let score = 0.0;
  for (let j = 0; j < m; j++) score += Math.log(1 + load<f64>(sums + (<usize>j << 3)) / rest);
  return score;
}

/**
 * Turns squared distances into masses P, in place, by `sweeps` iterations; u (n doubles) and v (m) are the scalings. Ends with v, so that columns hold.
 */
export function pairsBalance(
  n: i32,
  m: i32,
  count: i32,
  pairs: usize,
  values: usize,
  rest: f64,
  sweeps: i32,
  u: usize,
  v: usize,
): void {
  const end = <usize>count << 3;
  for (let e: usize = 0; e < end; e += 8) store<f64>(values + e, Math.exp(-load<f64>(values + e) / 2));
  for (let i = 0; i < n; i++) store<f64>(u + (<usize>i << 3), 1);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    if (sweep > 0) {
      memory.fill(u, 0, <usize>n << 3);
      for (let e: usize = 0; e < end; e += 8) {
        const at = u + (<usize>load<i32>(pairs + e) << 3);
        store<f64>(at, load<f64>(at) + load<f64>(values + e) * load<f64>(v + (<usize>load<i32>(pairs + e, 4) << 3)));
      }
      for (let at = u; at < u + (<usize>n << 3); at += 8) store<f64>(at, 1 / (load<f64>(at) + rest));
    }
    memory.fill(v, 0, <usize>m << 3);
    for (let e: usize = 0; e < end; e += 8) {
      const at = v + (<usize>load<i32>(pairs + e, 4) << 3);
      store<f64>(at, load<f64>(at) + load<f64>(values + e) * load<f64>(u + (<usize>load<i32>(pairs + e) << 3)));
    }
    for (let at = v; at < v + (<usize>m << 3); at += 8) store<f64>(at, 1 / (load<f64>(at) + rest));
  }
  for (let e: usize = 0; e < end; e += 8) {
    const ui = load<f64>(u + (<usize>load<i32>(pairs + e) << 3));
    const vj = load<f64>(v + (<usize>load<i32>(pairs + e, 4) << 3));
    store<f64>(values + e, ui * load<f64>(values + e) * vj);
  }
}

/** For every source the mass of its pairs and the mass times its targets' features: n x 6 doubles. */
export function pairsGather(n: i32, count: i32, pairs: usize, masses: usize, targets: usize, out: usize): void {
  memory.fill(out, 0, <usize>n * 48);
  for (let e: usize = 0; e < <usize>count << 3; e += 8) {
    const to = out + <usize>load<i32>(pairs + e) * 48;
    const target = targets + <usize>load<i32>(pairs + e, 4) * 40;
    const mass = load<f64>(masses + e);
    store<f64>(to, load<f64>(to) + mass);
    for (let k: usize = 0; k < 40; k += 8) {
      store<f64>(to + k, load<f64>(to + k, 8) + mass * load<f64>(target + k), 8);
    }
  }
}

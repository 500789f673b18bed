// Votes for the rest of a pose, the direction of view being given: pairs of alike ellipses say by which angle and shift one covers the other.
//
// After Ballard, "Generalizing the Hough transform" (1981). A pair that agrees in size and elongation gives the angle, up to half a turn, by its
// axes, and then the shift by its centres; right pairs agree, wrong ones spread over all bins.

/** Bins of angle, and of shift along either axis. */
const turns: i32 = 24;
const side: i32 = 32;
const plane: i32 = side * side;
const all: i32 = turns * plane;
/** Bins by size that sources are sorted into, and how much wider or narrower in log area a partner may be. */
const sizes: i32 = 128;
/** Ellipses rounder than this do not say which way they are turned. */
const round: f64 = 0.15;
const sure: f64 = 0.4;

const cosines = memory.data(24 * 8, 16);
const sines = memory.data(24 * 8, 16);
const starts = memory.data(130 * 4, 16);
let ready = false;
let sizeLow: f64 = 0;
let sizeStep: f64 = 1;

function prepare(): void {
  if (ready) return;
  for (let b = 0; b < turns; b++) {
    store<f64>(cosines + (<usize>b << 3), Math.cos((2 * Math.PI * b) / turns));
    store<f64>(sines + (<usize>b << 3), Math.sin((2 * Math.PI * b) / turns));
  }
  ready = true;
}

/** Features of the targets (5 doubles) to x, y, a, r, angle in bins (5 doubles). */
export function voteTargets(m: i32, features: usize, out: usize): void {
  prepare();
  polar(m, features, out);
}

function polar(count: i32, features: usize, out: usize): void {
  for (let k = 0; k < count; k++, features += 40, out += 40) {
    const p = load<f64>(features, 24);
    const q = load<f64>(features, 32);
    store<f64>(out, load<f64>(features));
    store<f64>(out, load<f64>(features, 8), 8);
    store<f64>(out, load<f64>(features, 16), 16);
    store<f64>(out, Math.sqrt(p * p + q * q), 24);
    store<f64>(out, (Math.atan2(q, p) * turns) / (4 * Math.PI), 32);
  }
}

/** The same for the sources, sorted by size into `sorted` (5 doubles each); `spare` holds as much. */
export function voteSources(n: i32, features: usize, spare: usize, sorted: usize): void {
  prepare();
  polar(n, features, spare);
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < n; i++) {
    const a = load<f64>(spare + <usize>i * 40, 16);
    if (a < -1e8) continue;
    low = min(low, a);
    high = max(high, a);
  }
  if (!(high > low)) high = low + 1e-9;
  sizeLow = low;
  sizeStep = (high - low) / (sizes - 1);
  memory.fill(starts, 0, (sizes + 2) * 4);
  for (let i = 0; i < n; i++) {
    const at = starts + (<usize>(bin(load<f64>(spare + <usize>i * 40, 16)) + 2) << 2);
    store<i32>(at, load<i32>(at) + 1);
  }
  for (let b = 2; b <= sizes + 1; b++) {
    const at = starts + (<usize>b << 2);
    store<i32>(at, load<i32>(at) + load<i32>(at - 4));
  }
  for (let i = 0; i < n; i++) {
    const from = spare + <usize>i * 40;
    const at = starts + (<usize>(bin(load<f64>(from, 16)) + 1) << 2);
    const place = load<i32>(at);
    store<i32>(at, place + 1);
    memory.copy(sorted + <usize>place * 40, from, 40);
  }
}

// What is behind the camera goes into the lowest bin and is left out by its position.
// @ts-ignore: decorator
@inline function bin(a: f64): i32 {
  return max(0, min(sizes - 1, <i32>Math.floor((a - sizeLow) / sizeStep)));
}

export function votesClear(votes: usize): void {
  memory.fill(votes, 0, <usize>all << 2);
}

/**
 * Lets the targets [begin, end) vote with the sorted sources. A source of size a + `shift` is as large as a target of size a; its centre, scaled by
 * `scale` and turned, and moved by the shift that is voted for, is the target's. `tolerance` bounds the differences in size and elongation,
 * `cell` is the width of a bin of shift.
 */
export function votesOf(
  targets: usize,
  begin: i32,
  end: i32,
  sorted: usize,
  shift: f64,
  scale: f64,
  tolerance: f64,
  cell: f64,
  votes: usize,
): void {
  const width = 8 / (tolerance * tolerance);
  const middle = <f64>side / 2;
  for (let j = begin; j < end; j++) {
    const target = targets + <usize>j * 40;
    const rj = load<f64>(target, 24);
    if (rj < round) continue;
    const x = load<f64>(target) / cell + middle;
    const y = load<f64>(target, 8) / cell + middle;
    const a = load<f64>(target, 16) - shift;
    const angle = load<f64>(target, 32);
    const first = load<i32>(starts + (<usize>bin(a - tolerance) << 2));
    const last = load<i32>(starts + (<usize>(bin(a + tolerance) + 1) << 2));
    for (let i = first; i < last; i++) {
      const source = sorted + <usize>i * 40;
      const ri = load<f64>(source, 24);
      const da = load<f64>(source, 16) - a;
      const dr = ri - rj;
      const off = (da * da + dr * dr) * width;
      if (!(off < 8) || ri < round) continue;
      // A quadratic hat in place of exp(- off / 4).
      const hat = 1 - off * 0.125;
      const weight = hat * hat * min(1, min(ri, rj) / sure);
      let turn = angle - load<f64>(source, 32);
      if (turn < 0) turn += turns;
      let b = <i32>turn;
      const part = turn - <f64>b;
      if (b >= turns) b -= turns;
      const px = (scale * load<f64>(source)) / cell;
      const py = (scale * load<f64>(source, 8)) / cell;
      drop(votes, b, x, y, px, py, weight * (1 - part));
      const next = b + 1 == turns ? 0 : b + 1;
      drop(votes, next, x, y, px, py, weight * part);
      drop(votes, opposite(b), x, y, px, py, weight * (1 - part));
      drop(votes, opposite(next), x, y, px, py, weight * part);
    }
  }
}

// @ts-ignore: decorator
@inline function opposite(b: i32): i32 {
  return b < turns / 2 ? b + turns / 2 : b - turns / 2;
}

// @ts-ignore: decorator
@inline function drop(votes: usize, b: i32, x: f64, y: f64, px: f64, py: f64, weight: f64): void {
  const c = load<f64>(cosines + (<usize>b << 3));
  const s = load<f64>(sines + (<usize>b << 3));
  const gx = x - (c * px - s * py);
  const gy = y - (s * px + c * py);
  if (!(gx >= 0 && gy >= 0 && gx < <f64>side && gy < <f64>side)) return;
  const at = votes + (<usize>(b * plane + <i32>gy * side + <i32>gx) << 2);
  store<f32>(at, load<f32>(at) + <f32>weight);
}

/** Spreads every bin over its neighbours, 1/2 1 1/2 along each of the three axes; angles close in a circle. `spare` holds as much. */
export function votesSmooth(votes: usize, spare: usize): void {
  const half: f32 = 0.5;
  for (let line = 0; line < turns * side; line++) {
    const from = votes + (<usize>(line * side) << 2);
    const to = spare + (<usize>(line * side) << 2);
    let before: f32 = 0;
    let now = load<f32>(from);
    for (let k: usize = 0; k < <usize>side; k++) {
      const after: f32 = k + 1 < <usize>side ? load<f32>(from + ((k + 1) << 2)) : 0;
      store<f32>(to + (k << 2), now + half * (before + after));
      before = now;
      now = after;
    }
  }
  for (let b = 0; b < turns; b++) {
    for (let y = 0; y < side; y++) {
      const from = spare + (<usize>(b * plane + y * side) << 2);
      const to = votes + (<usize>(b * plane + y * side) << 2);
      for (let x: usize = 0; x < <usize>side << 2; x += 4) {
        const before: f32 = y > 0 ? load<f32>(from + x - (side << 2)) : 0;
        const after: f32 = y + 1 < side ? load<f32>(from + x + (side << 2)) : 0;
        store<f32>(to + x, load<f32>(from + x) + half * (before + after));
      }
    }
  }
  memory.copy(spare, votes, <usize>all << 2);
  for (let b = 0; b < turns; b++) {
    const here = spare + (<usize>(b * plane) << 2);
    const before = spare + (<usize>(((b + turns - 1) % turns) * plane) << 2);
    const after = spare + (<usize>(((b + 1) % turns) * plane) << 2);
    const to = votes + (<usize>(b * plane) << 2);
    for (let k: usize = 0; k < <usize>plane << 2; k += 4) {
      store<f32>(to + k, load<f32>(here + k) + half * (load<f32>(before + k) + load<f32>(after + k)));
    }
  }
}

/** The largest bin (angle * 1024 + y * 32 + x); its votes go to `value` (f64), it and its surroundings are emptied. */
export function votePeak(votes: usize, value: usize): i32 {
  let best = 0;
  let most: f32 = -1;
  for (let k = 0; k < all; k++) {
    const now = load<f32>(votes + (<usize>k << 2));
    if (now > most) {
      most = now;
      best = k;
    }
  }
  store<f64>(value, most);
  const b = best / plane;
  const y = (best / side) % side;
  const x = best % side;
  for (let e = -2; e <= 2; e++) {
    const c = (b + e + turns) % turns;
    for (let v = max(0, y - 3); v <= min(side - 1, y + 3); v++) {
      for (let u = max(0, x - 3); u <= min(side - 1, x + 3); u++) {
        store<f32>(votes + (<usize>(c * plane + v * side + u) << 2), 0);
      }
    }
  }
  return best;
}

// Network simplex over arcs listed by row: pricing in blocks of rows, best arc of each row as candidate, most negative first.
// Multiple partial pricing (Orchard-Hays 1968); candidates are priced again before each use.
import { pi, pivot, potentials, sinks, sources, treeReprice } from "./tree";

export let begins: usize = 0;
export let ends: usize = 0;
export let columns: usize = 0;
export let prices: usize = 0;
let candidates: usize = 0;
let block: i32 = 1;
let cursor: i32 = 0;
let count: i32 = 0;
/** Whether real arcs cost 0: the first phase, which only drives flow off the arcs of the root. */
let free: bool = false;
export let pivots: i32 = 0;
/** Times that potentials may still be recomputed from the tree: a bound, lest rounding alone keep two trees swapping. */
let repricings: i32 = 0;
let settled: bool = false;

/** Relative rounding error allowed to a reduced cost: two subtractions of rounded potentials. */
export const rounding: f64 = 1e-15;

/** Bytes of scratch for the candidates of n rows. */
export function arcsBytes(n: i32): usize {
  return <usize>n * 8 + 16;
}

/** Arcs of row i: [begin[i], end[i]) of `column` (i32) and `price` (f64); columns count from 0. */
export function arcsBind(begin: usize, end: usize, column: usize, price: usize, scratch: usize, rows: i32): void {
  begins = begin;
  ends = end;
  columns = column;
  prices = price;
  candidates = scratch;
  block = max(1, min(rows, sources));
  cursor = 0;
  count = 0;
  pivots = 0;
  repricings = 64;
  settled = false;
  free = false;
}

/** Potentials to start from: g the column minima if `reduce` is 1 (else as it stands), f the row minima of C - g; 0 without arcs. */
export function arcsReduce(reduce: i32): void {
  const n = sources;
  const g = potentials + (<usize>n << 3);
  if (reduce == 1) {
    for (let j = 0; j < sinks; j++) store<f64>(g + (<usize>j << 3), Infinity);
    for (let i = 0; i < n; i++) {
      const end = load<i32>(ends + (<usize>i << 2));
      for (let arc = load<i32>(begins + (<usize>i << 2)); arc < end; arc++) {
        const at = g + (<usize>load<i32>(columns + (<usize>arc << 2)) << 3);
        store<f64>(at, min(load<f64>(at), load<f64>(prices + (<usize>arc << 3))));
      }
    }
    for (let j = 0; j < sinks; j++) if (load<f64>(g + (<usize>j << 3)) == Infinity) store<f64>(g + (<usize>j << 3), 0);
  }
  for (let i = 0; i < n; i++) {
    let least = Infinity;
    const end = load<i32>(ends + (<usize>i << 2));
    for (let arc = load<i32>(begins + (<usize>i << 2)); arc < end; arc++) {
      const value = load<f64>(prices + (<usize>arc << 3)) - load<f64>(g + (<usize>load<i32>(columns + (<usize>arc << 2)) << 3));
      least = min(least, value);
    }
    store<f64>(potentials + (<usize>i << 3), least == Infinity ? 0 : least);
  }
}

/** Pivots since `arcsBind`. */
export function arcsPivots(): i32 {
  return pivots;
}

/** Counts a pivot made elsewhere. */
export function countPivot(): void {
  pivots++;
}

/** Chooses the phase: 1 prices every arc at 0, 2 at its cost. Potentials must be set to match. */
export function arcsPhase(phase: i32): void {
  free = phase == 1;
  settled = false;
  count = 0;
}

// @ts-ignore: decorator
@inline
function price(arc: i32): f64 {
  return free ? 0.0 : load<f64>(prices + (<usize>arc << 3));
}

/** What rounding may make of a reduced cost c - g - f that is 0, where `rest` = c - g. */
// @ts-ignore: decorator
@inline
export function tolerance(c: f64, f: f64, rest: f64): f64 {
  return rounding * (abs(c) + abs(f) + abs(rest));
}

// Candidates are kept as row and arc in two halves.
// @ts-ignore: decorator
@inline
function rowAt(k: i32): i32 {
  return load<i32>(candidates + (<usize>k << 3));
}
// @ts-ignore: decorator
@inline
function arcAt(k: i32): i32 {
  return load<i32>(candidates + (<usize>k << 3), 4);
}
// @ts-ignore: decorator
@inline
function put(k: i32, i: i32, arc: i32): void {
  store<i32>(candidates + (<usize>k << 3), i);
  store<i32>(candidates + (<usize>k << 3), arc, 4);
}

/** As `arcsRun`, until nothing prices out even after the potentials were recomputed from the tree. Second phase only. */
export function arcsSettle(maxPivots: i32): i32 {
  const limit = pivots + maxPivots;
  while (true) {
    if (arcsRun(limit - pivots) == 1) return 1;
    if (repricings == 0) break;
    // No pivot since the potentials were recomputed: they are the tree's.
    if (settled) break;
    treeReprice();
    settled = true;
    repricings--;
  }
  return 0;
}

/** The arc of row i with the least reduced cost of those that price out; -1 if none does. */
function leastOut(i: i32): i32 {
  const g = potentials + (<usize>sources << 3);
  const fi = pi(i);
  let least = fi;
  let at = -1;
  const end = load<i32>(ends + (<usize>i << 2));
  for (let arc = load<i32>(begins + (<usize>i << 2)); arc < end; arc++) {
    const c = price(arc);
    const rest = c - load<f64>(g + (<usize>load<i32>(columns + (<usize>arc << 2)) << 3));
    if (rest < least && rest - fi < -tolerance(c, fi, rest)) {
      least = rest;
      at = arc;
    }
  }
  return at;
}

/** Pivots until no arc prices out (returns 0) or `maxPivots` more were done (returns 1). */
export function arcsRun(maxPivots: i32): i32 {
  const n = sources;
  const g = potentials + (<usize>n << 3);
  const limit = pivots + maxPivots;
  let clean = 0;
  while (clean < n) {
    while (count > 0) {
      let worst = 0.0;
      let at = -1;
      let kept = 0;
      for (let k = 0; k < count; k++) {
        const i = rowAt(k);
        const arc = arcAt(k);
        const c = price(arc);
        const fi = pi(i);
        const gj = load<f64>(g + (<usize>load<i32>(columns + (<usize>arc << 2)) << 3));
        const reduced = c - gj - fi;
        if (reduced < -tolerance(c, fi, c - gj)) {
          put(kept, i, arc);
          if (reduced < worst) {
            worst = reduced;
            at = kept;
          }
          kept++;
        }
      }
      count = kept;
      if (kept == 0) break;
      const i = rowAt(at);
      const arc = arcAt(at);
      count--;
      put(at, rowAt(count), arcAt(count));
      settled = false;
      pivot(i, n + load<i32>(columns + (<usize>arc << 2)), load<f64>(prices + (<usize>arc << 3)), worst);
      if (++pivots >= limit) return 1;
    }
    for (let k = 0; k < block; k++) {
      const i = cursor;
      cursor = i + 1 == n ? 0 : i + 1;
      let least = Infinity;
      let at = -1;
      const end = load<i32>(ends + (<usize>i << 2));
      for (let arc = load<i32>(begins + (<usize>i << 2)); arc < end; arc++) {
        const value = price(arc) - load<f64>(g + (<usize>load<i32>(columns + (<usize>arc << 2)) << 3));
        at = value < least ? arc : at;
        least = value < least ? value : least;
      }
      const fi = pi(i);
      if (least >= fi) continue;
      // The least may drown in the rounding of large terms while another does not.
      if (least - fi >= -tolerance(price(at), fi, least)) at = leastOut(i);
      if (at >= 0) put(count++, i, at);
    }
    clean = count == 0 ? clean + block : 0;
  }
  return 0;
}

// An approximate Cholesky factor of the plan's graph: the Laplacian of rows and columns joined by edges of weight P_ij.
//
// Vertices are eliminated in the order of their degree; of the clique that an elimination leaves, a tree is drawn at random whose expectation is
// the clique. Kyng and Sachdeva, "Approximate Gaussian elimination for Laplacians" (2016). The draw is seeded: the same every time.
import { bv, entries, full, pointers } from "./kept";
import { a, b, bytes, m, n } from "./sweep";
import { rowScales } from "./newton";

// A half-edge, 24 bytes: weight (f64), the other end, the next of this end, its twin (i32 each); a pair of twins is an edge.
let edges: usize = 0;
let edgeCount: i32 = 0;
let vertices: i32 = 0;
/** Of every vertex: first half-edge, degree, neighbours in its bucket; of every degree: first vertex. */
let head: usize = 0;
let degree: usize = 0;
let after: usize = 0;
let before: usize = 0;
let bucket: usize = 0;
/** Where a neighbour stands in the list of the vertex at hand (valid if it stands there), that list, and its running sums. */
let place: usize = 0;
let list: usize = 0;
let sums: usize = 0;
/** The factor: vertices in order, pivots, where their entries end; entries of 16 bytes: share (f64), vertex (i32). */
let order: usize = 0;
let pivot: usize = 0;
let ends: usize = 0;
let factor: usize = 0;
let factorCount: i32 = 0;
let eliminated: i32 = 0;
let lowest: i32 = 0;
let seed: u32 = 0;
let solution: usize = 0;
let weakest: f64 = 0;
/** The diagonal beyond the Laplacian's, in the unit of `damping`: b at first, handed on by every elimination. */
let excess: usize = 0;
/** What a visit of the entries is for, and what counting found: entries above each share. */
const counting: i32 = 0;
const drawing: i32 = 1;
const building: i32 = 2;
const firstSeed: u32 = 2463534242;
let counts: i32 = 0;
let tinyCount: i32 = 0;
let lightCount: i32 = 0;
let damping: f64 = 0;
let rate: f64 = 0;

/** Bytes of everything but edges and factor. */
export function factorBytes(): i32 {
  return (n + m + 2) * 72;
}

/** Entries below a share of the smaller of their two masses are no edges: the first of these shares that leaves few enough. */
const tiniest: f64 = 1e-12;
const tiny: f64 = 1e-8;
const light: f64 = 1e-4;

/**
 * The number of entries that become edges, chosen so that about `odds` a vertex are enough: where all shares leave more, entries with
 * P_ij < min(a_i, b_j) / odds become edges with the probability that makes this their expected weight.
 */
export function factorEdges(odds: f64): i32 {
  const enough = <i32>(odds * <f64>(n + m));
  counts = 0;
  tinyCount = 0;
  lightCount = 0;
  for (let i = 0; i < n; i++) visit(i, counting);
  rate = Infinity;
  weakest = counts <= enough ? tiniest : tinyCount <= enough ? tiny : light;
  edgeCount = counts <= enough ? counts : tinyCount <= enough ? tinyCount : lightCount;
  if (edgeCount <= enough) return edgeCount;
  rate = odds;
  seed = firstSeed;
  edgeCount = 0;
  for (let i = 0; i < n; i++) visit(i, drawing);
  return edgeCount;
}

/** Builds the graph of those entries; `halves` holds 48 bytes for each. The matrix is the Laplacian and `damp` b on the columns' diagonal. */
export function factorGraph(address: usize, halves: usize, out: usize, damp: f64): void {
  damping = damp;
  vertices = n + m;
  const size = <usize>(vertices + 2);
  pivot = address;
  sums = pivot + (size << 3);
  solution = sums + (size << 3);
  excess = solution + (size << 3);
  head = excess + (size << 3);
  degree = head + (size << 2);
  after = degree + (size << 2);
  before = after + (size << 2);
  bucket = before + (size << 2);
  place = bucket + (size << 2);
  list = place + (size << 2);
  order = list + (size << 2);
  ends = order + (size << 2);
  edges = halves;
  factor = out;
  factorCount = 0;
  eliminated = 0;
  lowest = 0;
  seed = firstSeed;
  edgeCount = 0;
  memory.fill(head, 255, size << 2);
  memory.fill(degree, 0, size << 2);
  memory.fill(bucket, 255, size << 2);
  memory.fill(place, 0, size << 2);
  memory.fill(excess, 0, <usize>n << 3);
  memory.copy(excess + (<usize>n << 3), b, <usize>m << 3);
  for (let i = 0; i < n; i++) visit(i, building);
  for (let v = vertices - 1; v >= 0; v--) enter(v);
}

/** Eliminates vertices until all are (1) or the factor needs more than `room` entries (0). */
export function factorRun(room: i32): i32 {
  while (eliminated < vertices) {
    while (at(bucket, lowest) < 0) lowest++;
    const v = at(bucket, lowest);
    const count = gather(v);
    if (factorCount + count > room) return 0;
    leave(v);
    sort(count);
    let sum = 0.0;
    for (let k = 0; k < count; k++) {
      sum += load<f64>(half(at(list, k)));
      store<f64>(sums + (<usize>k << 3), sum);
    }
    put(order, eliminated, v);
    const beyond = load<f64>(excess + (<usize>v << 3));
    store<f64>(pivot + (<usize>eliminated << 3), sum + damping * beyond);
    for (let k = 0; k < count; k++) {
      const e = half(at(list, k));
      const entry = factor + (<usize>factorCount << 4);
      const share = load<f64>(e) / (sum + damping * beyond);
      store<f64>(entry, share);
      store<i32>(entry, load<i32>(e, 8), 8);
      const heir = excess + (<usize>load<i32>(e, 8) << 3);
      store<f64>(heir, load<f64>(heir) + share * beyond);
      factorCount++;
    }
    put(ends, eliminated, factorCount);
    eliminated++;
    join(count, sum);
  }
  return 1;
}

/** z = the columns' part of the approximate solution for [0; r], for padded vectors. */
export function factorSolve(r: usize, z: usize): void {
  const x = solution;
  memory.fill(x, 0, <usize>n << 3);
  memory.copy(x + (<usize>n << 3), r, <usize>m << 3);
  let entry = factor;
  for (let k = 0; k < vertices; k++) {
    const to = x + (<usize>at(order, k) << 3);
    const value = load<f64>(to);
    const end = factor + (<usize>at(ends, k) << 4);
    for (; entry < end; entry += 16) {
      const other = x + (<usize>load<i32>(entry, 8) << 3);
      store<f64>(other, load<f64>(other) + load<f64>(entry) * value);
    }
    const by = load<f64>(pivot + (<usize>k << 3));
    store<f64>(to, by > 0 ? value / by : 0);
  }
  for (let k = vertices - 1; k >= 0; k--) {
    const begin = k > 0 ? factor + (<usize>at(ends, k - 1) << 4) : factor;
    const to = x + (<usize>at(order, k) << 3);
    let value = load<f64>(to);
    while (entry > begin) {
      entry -= 16;
      value += load<f64>(entry) * load<f64>(x + (<usize>load<i32>(entry, 8) << 3));
    }
    store<f64>(to, value);
  }
  memory.fill(z, 0, bytes);
  memory.copy(z, x + (<usize>n << 3), <usize>m << 3);
}

// @ts-ignore: decorator
@inline function at(array: usize, k: i32): i32 {
  return load<i32>(array + (<usize>k << 2));
}
// @ts-ignore: decorator
@inline function put(array: usize, k: i32, value: i32): void {
  store<i32>(array + (<usize>k << 2), value);
}
// @ts-ignore: decorator
@inline function half(e: i32): usize {
  return edges + <usize>e * 24;
}

function visit(i: i32, purpose: i32): void {
  const mass = load<f64>(a + (<usize>i << 3));
  if (mass == 0) return;
  const times = mass * load<f64>(rowScales() + (<usize>i << 3));
  if (full) {
    const row = entries + <usize>i * (bytes >> 1);
    for (let j = 0; j < m; j++) offer(i, j, times * <f64>load<f32>(row + (<usize>j << 2)), mass, purpose);
    return;
  }
  const end = entries + (<usize>at(pointers, i + 1) << 3);
  for (let entry = entries + (<usize>at(pointers, i) << 3); entry < end; entry += 8) {
    offer(i, load<i32>(entry, 4) >> 3, times * <f64>load<f32>(entry), mass, purpose);
  }
}

// @ts-ignore: decorator
@inline function offer(i: i32, j: i32, value: f64, mass: f64, purpose: i32): void {
  let p = value * load<f64>(bv + (<usize>j << 3));
  const least = min(mass, load<f64>(b + (<usize>j << 3)));
  if (purpose == counting) {
    counts += i32(p > tiniest * least);
    tinyCount += i32(p > tiny * least);
    lightCount += i32(p > light * least);
    return;
  }
  if (!(p > weakest * least)) return;
  if (p * rate < least) {
    if (draw() * least > p * rate) return;
    p = least / rate;
  }
  if (purpose == building) {
    link(2 * edgeCount, i, n + j, p);
    link(2 * edgeCount + 1, n + j, i, p);
  }
  edgeCount++;
}

function link(e: i32, from: i32, to: i32, value: f64): void {
  store<f64>(half(e), value);
  store<i32>(half(e), to, 8);
  store<i32>(half(e), at(head, from), 12);
  store<i32>(half(e), e ^ 1, 16);
  put(head, from, e);
  put(degree, from, at(degree, from) + 1);
}

// Into and out of the bucket of a degree; degrees beyond the number of vertices share the last.
function enter(v: i32): void {
  const d = min(at(degree, v), vertices);
  const first = at(bucket, d);
  put(after, v, first);
  put(before, v, -1);
  if (first >= 0) put(before, first, v);
  put(bucket, d, v);
  if (d < lowest) lowest = d;
}
function leave(v: i32): void {
  const d = min(at(degree, v), vertices);
  const next = at(after, v);
  const last = at(before, v);
  if (next >= 0) put(before, next, last);
  if (last >= 0) put(after, last, next);
  else put(bucket, d, next);
}
function regrade(v: i32, change: i32): void {
  leave(v);
  put(degree, v, at(degree, v) + change);
  enter(v);
}

// The live half-edges of v, those to the same neighbour merged.
function gather(v: i32): i32 {
  let count = 0;
  for (let e = at(head, v); e >= 0; e = load<i32>(half(e), 12)) {
    const value = load<f64>(half(e));
    if (value == 0) continue;
    const to = load<i32>(half(e), 8);
    const k = at(place, to);
    if (k < count && load<i32>(half(at(list, k)), 8) == to) {
      const same = half(at(list, k));
      store<f64>(same, load<f64>(same) + value);
      store<f64>(half(load<i32>(same, 16)), load<f64>(same));
      store<f64>(half(e), 0);
      store<f64>(half(load<i32>(half(e), 16)), 0);
      regrade(to, -1);
      continue;
    }
    put(place, to, count);
    put(list, count, e);
    count++;
  }
  return count;
}

// By ascending weight: Shell's sort.
function sort(count: i32): void {
  let gap = 1;
  while (gap < count / 3) gap = 3 * gap + 1;
  for (; gap > 0; gap /= 3) {
    for (let k = gap; k < count; k++) {
      const e = at(list, k);
      const value = load<f64>(half(e));
      let to = k;
      for (; to >= gap && load<f64>(half(at(list, to - gap))) > value; to -= gap) put(list, to, at(list, to - gap));
      put(list, to, e);
    }
  }
}

// Each neighbour but the last gets an edge to one of those after it, drawn by weight.
function join(count: i32, sum: f64): void {
  for (let k = 0; k < count; k++) {
    const e = at(list, k);
    const twin = load<i32>(half(e), 16);
    const from = load<i32>(half(e), 8);
    const done = load<f64>(sums + (<usize>k << 3));
    const rest = sum - done;
    const value = (load<f64>(half(e)) * rest) / sum;
    if (k == count - 1 || !(value > 0)) {
      store<f64>(half(twin), 0);
      store<f64>(half(e), 0);
      regrade(from, -1);
      continue;
    }
    const target = done + draw() * rest;
    let low = k + 1;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (load<f64>(sums + (<usize>middle << 3)) < target) low = middle + 1;
      else high = middle;
    }
    const to = load<i32>(half(at(list, low)), 8);
    store<f64>(half(e), value);
    store<f64>(half(twin), value);
    store<i32>(half(twin), to, 8);
    store<i32>(half(e), at(head, to), 12);
    put(head, to, e);
    regrade(to, 1);
  }
}

// Uniform in (0, 1): Marsaglia's xorshift.
function draw(): f64 {
  seed ^= seed << 13;
  seed ^= seed >> 17;
  seed ^= seed << 5;
  return <f64>seed * 2.3283064365386963e-10;
}

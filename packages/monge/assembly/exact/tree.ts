// Spanning-tree core of the network simplex: cycle, ratio test, exchange of one arc, potentials, all on a preorder thread.
// Preorder-thread trees with subtree sizes and last descendants (Barr, Glover, Klingman 1979); strongly feasible (Cunningham 1976).
//
// Nodes 0..n-1 are sources, n..n+m-1 sinks, n+m the root. Every arc leaves a source or the root and enters a sink or the
// root, so the arc above a source points up and the arc above a sink points down: no direction is stored. Zero-flow arcs
// point up (invariant), hence only sources hang by them. Flows are integers in f64: no tolerance in the ratio test.

export let sources: i32 = 0;
export let sinks: i32 = 0;
export let root: i32 = 0;

/** f, then g, then the potential of the root, which counts as a sink for sources and (negated) as a source for sinks. */
export let potentials: usize = 0;
/** Flow on the arc to the parent, and that arc's cost. */
let flows: usize = 0;
let costs: usize = 0;
let parents: usize = 0;
let threads: usize = 0;
let reverses: usize = 0;
let sizes: usize = 0;
let lasts: usize = 0;

let join: i32 = 0;
let leaving: i32 = 0;
let leavingAtSource: bool = false;
/** Flow moved by the last pivot. */
export let step: f64 = 0;

/** Bytes of a tree on n + m + 1 nodes. */
export function treeBytes(n: i32, m: i32): usize {
  const nodes = <usize>(n + m + 2);
  return nodes * (3 * 8 + 5 * 4) + 128;
}

/** Lays the tree of this solve out at `address` (16-byte aligned); the arrays are found through `treePotentials` and so on. */
export function treeBind(n: i32, m: i32, address: usize): void {
  const nodes = <usize>(n + m + 2);
  sources = n;
  sinks = m;
  root = n + m;
  potentials = address;
  flows = potentials + nodes * 8;
  costs = flows + nodes * 8;
  parents = costs + nodes * 8;
  threads = parents + nodes * 4;
  reverses = threads + nodes * 4;
  sizes = reverses + nodes * 4;
  lasts = sizes + nodes * 4;
}

export function treePotentials(): usize {
  return potentials;
}
export function treeFlows(): usize {
  return flows;
}
export function treeCosts(): usize {
  return costs;
}
export function treeParents(): usize {
  return parents;
}
export function treeThreads(): usize {
  return threads;
}

// @ts-ignore: decorator
@inline
export function pi(v: i32): f64 {
  return load<f64>(potentials + (<usize>v << 3));
}
// @ts-ignore: decorator
@inline
export function flowOf(v: i32): f64 {
  return load<f64>(flows + (<usize>v << 3));
}
// @ts-ignore: decorator
@inline
export function setFlow(v: i32, flow: f64): void {
  store<f64>(flows + (<usize>v << 3), flow);
}
// @ts-ignore: decorator
@inline
export function costOf(v: i32): f64 {
  return load<f64>(costs + (<usize>v << 3));
}
// @ts-ignore: decorator
@inline
export function setCost(v: i32, cost: f64): void {
  store<f64>(costs + (<usize>v << 3), cost);
}
// @ts-ignore: decorator
@inline
export function parentOf(v: i32): i32 {
  return load<i32>(parents + (<usize>v << 2));
}
// @ts-ignore: decorator
@inline
export function setParent(v: i32, parent: i32): void {
  store<i32>(parents + (<usize>v << 2), parent);
}
// @ts-ignore: decorator
@inline
export function threadOf(v: i32): i32 {
  return load<i32>(threads + (<usize>v << 2));
}
// @ts-ignore: decorator
@inline
function reverseOf(v: i32): i32 {
  return load<i32>(reverses + (<usize>v << 2));
}
// @ts-ignore: decorator
@inline
function link(v: i32, w: i32): void {
  store<i32>(threads + (<usize>v << 2), w);
  store<i32>(reverses + (<usize>w << 2), v);
}
// @ts-ignore: decorator
@inline
function sizeOf(v: i32): i32 {
  return load<i32>(sizes + (<usize>v << 2));
}
// @ts-ignore: decorator
@inline
function setSize(v: i32, size: i32): void {
  store<i32>(sizes + (<usize>v << 2), size);
}
// @ts-ignore: decorator
@inline
function lastOf(v: i32): i32 {
  return load<i32>(lasts + (<usize>v << 2));
}
// @ts-ignore: decorator
@inline
function setLast(v: i32, last: i32): void {
  store<i32>(lasts + (<usize>v << 2), last);
}

/** Thread, sizes and last descendants from the parents (which must form one tree under the root). */
export function treeBuild(): void {
  setParent(root, -1);
  setFlow(root, 0);
  setCost(root, 0);
  // Child lists: the head in `sizes`, the next sibling in `lasts`.
  for (let v = 0; v <= root; v++) setSize(v, -1);
  for (let v = root - 1; v >= 0; v--) {
    const p = parentOf(v);
    setLast(v, sizeOf(p));
    setSize(p, v);
  }
  let v = root;
  let previous = root;
  while (true) {
    let next = sizeOf(v);
    if (next < 0) {
      let w = v;
      while (w != root && lastOf(w) < 0) w = parentOf(w);
      if (w == root) break;
      next = lastOf(w);
    }
    link(previous, next);
    previous = next;
    v = next;
  }
  link(previous, root);
  for (let w = 0; w <= root; w++) {
    setSize(w, 1);
    setLast(w, w);
  }
  for (let w = previous; w != root; w = reverseOf(w)) {
    const p = parentOf(w);
    setSize(p, sizeOf(p) + sizeOf(w));
    if (lastOf(p) == p) setLast(p, lastOf(w));
  }
}

/** Potentials from the costs of the tree's arcs, the root's being 0: rounding does not add up over the pivots. */
export function treeReprice(): void {
  store<f64>(potentials + (<usize>root << 3), 0);
  for (let v = threadOf(root); v != root; v = threadOf(v)) {
    const p = parentOf(v);
    store<f64>(potentials + (<usize>v << 3), costOf(v) - pi(p));
  }
}

/** Potentials of the first phase, in which arcs of the root cost 1 and all others nothing. Returns the flow on arcs of the root. */
export function treePhase(): f64 {
  store<f64>(potentials + (<usize>root << 3), 0);
  let unmet = 0.0;
  for (let v = threadOf(root); v != root; v = threadOf(v)) {
    const p = parentOf(v);
    if (p == root) unmet += flowOf(v);
    store<f64>(potentials + (<usize>v << 3), p == root ? 1.0 : -pi(p));
  }
  return unmet;
}

/**
 * Lets the arc (i, j) of cost `cost` and reduced cost `reduced` < 0 enter; j counts as a sink, n <= j < n + m.
 * Returns 1 if flow moved, 0 if the pivot was degenerate.
 */
export function pivot(i: i32, j: i32, cost: f64, reduced: f64): i32 {
  findLeaving(i, j);
  if (step > 0) augment(i, j);
  exchange(i, j, cost);
  shift(leavingAtSource ? i : j, leavingAtSource == true ? reduced : -reduced);
  return step > 0 ? 1 : 0;
}

// The join, and the last blocking arc of the cycle root -> i -> j -> root as seen from the join (keeps the tree strongly feasible).
function findLeaving(i: i32, j: i32): void {
  let u = i;
  let w = j;
  let delta = Infinity;
  let outAtSource = -1;
  let outAtSink = -1;
  let sinkDelta = Infinity;
  let sizeU = sizeOf(u);
  let sizeW = sizeOf(w);
  while (u != w) {
    if (sizeU < sizeW) {
      if (u < sources) {
        const flow = flowOf(u);
        if (flow < delta) {
          delta = flow;
          outAtSource = u;
        }
      }
      u = parentOf(u);
      sizeU = sizeOf(u);
    } else {
      if (w >= sources) {
        const flow = flowOf(w);
        if (flow <= sinkDelta) {
          sinkDelta = flow;
          outAtSink = w;
        }
      }
      w = parentOf(w);
      sizeW = sizeOf(w);
    }
  }
  join = u;
  leavingAtSource = delta < sinkDelta;
  step = leavingAtSource ? delta : sinkDelta;
  leaving = leavingAtSource ? outAtSource : outAtSink;
}

function augment(i: i32, j: i32): void {
  const delta = step;
  for (let u = i; u != join; u = parentOf(u)) setFlow(u, flowOf(u) + (u < sources ? -delta : delta));
  for (let u = j; u != join; u = parentOf(u)) setFlow(u, flowOf(u) + (u < sources ? delta : -delta));
}

// Cuts the subtree below the leaving arc, turns it over so that the entering arc's end in it becomes its root, hangs it under
// the other end. The old stem s0 (the entering end), s1, .. sk (the leaving node) appears in the new preorder as
// [subtree of s0] [s1 without s0's] [s2 without s1's] ..; every stem node then ends at the same last descendant.
function exchange(i: i32, j: i32, cost: f64): void {
  const inner = leavingAtSource ? i : j;
  const outer = leavingAtSource ? j : i;
  const out = leaving;
  const size = sizeOf(out);
  const oldLast = lastOf(out);
  const before = reverseOf(out);
  const above = parentOf(out);

  link(before, threadOf(oldLast));
  for (let p = above; p != join; p = parentOf(p)) setSize(p, sizeOf(p) - size);
  for (let p = above; p >= 0 && lastOf(p) == oldLast; p = parentOf(p)) setLast(p, before);

  const next = threadOf(outer);
  let stem = inner;
  let up = parentOf(stem);
  let stemReverse = reverseOf(stem);
  let stemLast = lastOf(stem);
  // `after` is only followed while it lies inside the subtree.
  let after = threadOf(stemLast);
  let stemSize = sizeOf(stem);
  let flow = flowOf(stem);
  let arcCost = costOf(stem);
  link(outer, stem);
  let tail = stemLast;
  setParent(stem, outer);
  setFlow(stem, step);
  setCost(stem, cost);
  setSize(stem, size);
  while (stem != out) {
    const child = stem;
    stem = up;
    up = parentOf(stem);
    const reverse = reverseOf(stem);
    const last = lastOf(stem);
    const stemFlow = flowOf(stem);
    const stemCost = costOf(stem);
    const oldSize = sizeOf(stem);
    link(tail, stem);
    tail = stemReverse;
    if (last != stemLast) {
      const beyond = threadOf(last);
      link(tail, after);
      tail = last;
      after = beyond;
    }
    setParent(stem, child);
    setFlow(stem, flow);
    setCost(stem, arcCost);
    setSize(stem, size - stemSize);
    stemReverse = reverse;
    stemLast = last;
    stemSize = oldSize;
    flow = stemFlow;
    arcCost = stemCost;
  }
  link(tail, next);
  for (let p = out; p != inner; p = parentOf(p)) setLast(p, tail);
  setLast(inner, tail);
  for (let p = outer; p != join; p = parentOf(p)) setSize(p, sizeOf(p) + size);
  for (let p = outer; p >= 0 && lastOf(p) == outer; p = parentOf(p)) setLast(p, tail);
}

// Adds `change` to the sources and subtracts it from the sinks of the subtree of v, or does the opposite outside of it if that is
// smaller: potentials are defined up to such a shift.
function shift(v: i32, change: f64): void {
  let count = sizeOf(v);
  let u = v;
  if (2 * count > root) {
    count = root + 1 - count;
    u = threadOf(lastOf(v));
    change = -change;
  }
  const n = sources;
  const minus = -change;
  const base = potentials;
  const next = threads;
  for (; count > 0; count--) {
    const at = base + (<usize>u << 3);
    store<f64>(at, load<f64>(at) + (u < n ? change : minus));
    u = load<i32>(next + (<usize>u << 2));
  }
}

// Min-cost flow on an undirected graph without capacities: network simplex on strongly feasible spanning trees
// (Cunningham 1976), with the subtree sizes of Grigoriadis (1986) in place of depths. Node v owns the tree arc to its parent.

// Addresses, set by graphFlowInit for one solve.
let nodes: i32 = 0;
let edges: i32 = 0;
let root: i32 = 0;
let tails: usize = 0; // i32 per edge
let heads: usize = 0;
let lengths: usize = 0; // f64 per edge
let parents: usize = 0; // i32 per node; -1 at the root
let ups: usize = 0; // i32 per node: 1 where the arc's flow runs from the node to its parent
let parentEdges: usize = 0; // i32 per node
let flows: usize = 0; // f64 per node, >= 0
let potentials: usize = 0; // f64 per node: u_i - u_j is the length of the arc where flow may run from i to j
let sizes: usize = 0; // i32 per node: nodes of its subtree
let firstChildren: usize = 0; // i32 per node; -1 for none
let nextSiblings: usize = 0;
let previousSiblings: usize = 0;
let tolerance: f64 = 0;
let cursor: i32 = 0;
let block: i32 = 0;
let pivots: i32 = 0;

// @ts-ignore: decorator
@inline
function int(base: usize, k: i32): i32 {
  return load<i32>(base + ((<usize>k) << 2));
}

// @ts-ignore: decorator
@inline
function setInt(base: usize, k: i32, value: i32): void {
  store<i32>(base + ((<usize>k) << 2), value);
}

// @ts-ignore: decorator
@inline
function float(base: usize, k: i32): f64 {
  return load<f64>(base + ((<usize>k) << 3));
}

// @ts-ignore: decorator
@inline
function setFloat(base: usize, k: i32, value: f64): void {
  store<f64>(base + ((<usize>k) << 3), value);
}

/** Bytes that `graphFlowInit` needs at `memory`: four i32 and one f64 a node. */
export function graphFlowBytes(nodeCount: i32): i32 {
  return nodeCount * (4 * 4 + 8);
}

/**
 * Starts a solve. The caller has filled in a spanning tree: `parent`, `up`, `parentEdge` and the integer `flow` of each node's
 * arc, with `up` = 1 wherever the flow is 0, and `order`, the nodes with every parent before its children.
 */
export function graphFlowInit(
  nodeCount: i32,
  edgeCount: i32,
  tail: usize,
  head: usize,
  length: usize,
  parent: usize,
  up: usize,
  parentEdge: usize,
  flow: usize,
  order: usize,
  memory: usize,
  slack: f64,
  blockSize: i32,
): void {
  nodes = nodeCount;
  edges = edgeCount;
  tails = tail;
  heads = head;
  lengths = length;
  parents = parent;
  ups = up;
  parentEdges = parentEdge;
  flows = flow;
  const ints = (<usize>nodeCount) << 2;
  potentials = memory;
  sizes = memory + 2 * ints;
  firstChildren = sizes + ints;
  nextSiblings = firstChildren + ints;
  previousSiblings = nextSiblings + ints;
  tolerance = slack;
  block = blockSize;
  cursor = 0;
  pivots = 0;
  root = int(order, 0);
  for (let v = 0; v < nodes; v++) {
    setInt(sizes, v, 1);
    setInt(firstChildren, v, -1);
  }
  for (let k = nodes - 1; k > 0; k--) {
    const v = int(order, k);
    attach(v, int(parents, v));
    setInt(sizes, int(parents, v), int(sizes, int(parents, v)) + int(sizes, v));
  }
  refresh();
}

/** Pivots so far. */
export function graphFlowPivots(): i32 {
  return pivots;
}

/** Up to `maxPivots` pivots; 1 when the flow is optimal, else 0. */
export function graphFlowRun(maxPivots: i32): i32 {
  for (let k = 0; k < maxPivots; k++) {
    let entering = price();
    if (entering === 0) {
      // Only potentials summed afresh along the tree may end the search.
      refresh();
      entering = price();
      if (entering === 0) return 1;
    }
    pivot(entering);
    pivots++;
  }
  return 0;
}

/** The most violated edge of the first block that has any: edge + 1 for tail to head, -(edge + 1) for head to tail, 0 for none. */
function price(): i32 {
  let seen = 0;
  let k = cursor;
  while (seen < edges) {
    let worst = tolerance;
    let found = 0;
    const stop = min(block, edges - seen);
    for (let step = 0; step < stop; step++) {
      const difference = float(potentials, int(tails, k)) - float(potentials, int(heads, k));
      const violation = Math.abs(difference) - float(lengths, k);
      if (violation > worst) {
        worst = violation;
        found = difference > 0 ? k + 1 : -(k + 1);
      }
      if (++k === edges) k = 0;
    }
    seen += stop;
    if (found !== 0) {
      cursor = k;
      return found;
    }
  }
  cursor = k;
  return 0;
}

function pivot(entering: i32): void {
  const edge = (entering > 0 ? entering : -entering) - 1;
  const from = entering > 0 ? int(tails, edge) : int(heads, edge);
  const to = entering > 0 ? int(heads, edge) : int(tails, edge);
  // Climb from both ends to the apex; the arc to leave is the last that blocks, seen around the cycle from the apex.
  let i = from;
  let j = to;
  let amount: f64 = Infinity;
  let leaving = -1;
  let leavesFrom = true;
  let amountTo: f64 = Infinity;
  let leavingTo = -1;
  while (i !== j) {
    if (int(sizes, i) <= int(sizes, j)) {
      if (int(ups, i) === 1 && float(flows, i) < amount) {
        amount = float(flows, i);
        leaving = i;
      }
      i = int(parents, i);
    } else {
      if (int(ups, j) === 0 && float(flows, j) <= amountTo) {
        amountTo = float(flows, j);
        leavingTo = j;
      }
      j = int(parents, j);
    }
  }
  const apex = i;
  if (leavingTo >= 0 && amountTo <= amount) {
    amount = amountTo;
    leaving = leavingTo;
    leavesFrom = false;
  }
  if (amount > 0) {
    for (let v = from; v !== apex; v = int(parents, v)) {
      setFloat(flows, v, float(flows, v) + (int(ups, v) === 1 ? -amount : amount));
    }
    for (let v = to; v !== apex; v = int(parents, v)) {
      setFloat(flows, v, float(flows, v) + (int(ups, v) === 1 ? amount : -amount));
    }
  }
  const violation = float(potentials, from) - float(potentials, to) - float(lengths, edge);
  const top = leavesFrom ? from : to;
  const below = leavesFrom ? to : from;
  rehang(leaving, top, below, apex);
  setInt(ups, top, leavesFrom ? 1 : 0);
  setInt(parentEdges, top, edge);
  setFloat(flows, top, amount);
  // Moving the rest of the tree the other way is the same up to a constant: move the smaller part.
  const shift = leavesFrom ? -violation : violation;
  if (2 * int(sizes, top) <= nodes) shiftSubtree(top, shift);
  else shiftOthers(top, -shift);
}

/** Cuts the subtree of `cut` off and hangs it below `below` by its node `top`. */
function rehang(cut: i32, top: i32, below: i32, apex: i32): void {
  const moved = int(sizes, cut);
  for (let v = int(parents, cut); v !== apex; v = int(parents, v)) setInt(sizes, v, int(sizes, v) - moved);
  for (let v = below; v !== apex; v = int(parents, v)) setInt(sizes, v, int(sizes, v) + moved);
  let v = top;
  let newParent = below;
  let newEdge = -1;
  let newUp = 0;
  let newFlow: f64 = 0;
  let outside = 0;
  for (;;) {
    const oldParent = int(parents, v);
    const oldEdge = int(parentEdges, v);
    const oldUp = int(ups, v);
    const oldFlow = float(flows, v);
    const oldSize = int(sizes, v);
    detach(v, oldParent);
    attach(v, newParent);
    setInt(parents, v, newParent);
    setInt(parentEdges, v, newEdge);
    setInt(ups, v, newUp);
    setFloat(flows, v, newFlow);
    setInt(sizes, v, moved - outside);
    if (v === cut) return;
    outside = oldSize;
    newEdge = oldEdge;
    newUp = 1 - oldUp;
    newFlow = oldFlow;
    newParent = v;
    v = oldParent;
  }
}

function attach(v: i32, parent: i32): void {
  const next = int(firstChildren, parent);
  setInt(firstChildren, parent, v);
  setInt(nextSiblings, v, next);
  setInt(previousSiblings, v, -1);
  if (next >= 0) setInt(previousSiblings, next, v);
}

function detach(v: i32, parent: i32): void {
  const next = int(nextSiblings, v);
  const previous = int(previousSiblings, v);
  if (previous >= 0) setInt(nextSiblings, previous, next);
  else setInt(firstChildren, parent, next);
  if (next >= 0) setInt(previousSiblings, next, previous);
}

function shiftSubtree(top: i32, shift: f64): void {
  let v = top;
  for (;;) {
    setFloat(potentials, v, float(potentials, v) + shift);
    const child = int(firstChildren, v);
    if (child >= 0) {
      v = child;
      continue;
    }
    while (v !== top && int(nextSiblings, v) < 0) v = int(parents, v);
    if (v === top) return;
    v = int(nextSiblings, v);
  }
}

function shiftOthers(top: i32, shift: f64): void {
  let v = root;
  for (;;) {
    let child: i32 = -1;
    if (v !== top) {
      setFloat(potentials, v, float(potentials, v) + shift);
      child = int(firstChildren, v);
    }
    if (child >= 0) {
      v = child;
      continue;
    }
    while (v !== root && int(nextSiblings, v) < 0) v = int(parents, v);
    if (v === root) return;
    v = int(nextSiblings, v);
  }
}

/** Potentials from the tree alone, 0 at the root. */
function refresh(): void {
  let v = root;
  setFloat(potentials, root, 0);
  for (;;) {
    if (v !== root) {
      const length = float(lengths, int(parentEdges, v));
      setFloat(potentials, v, float(potentials, int(parents, v)) + (int(ups, v) === 1 ? length : -length));
    }
    const child = int(firstChildren, v);
    if (child >= 0) {
      v = child;
      continue;
    }
    while (v !== root && int(nextSiblings, v) < 0) v = int(parents, v);
    if (v === root) return;
    v = int(nextSiblings, v);
  }
}

// Greedy start of a simplex: ship along the arc of least reduced cost that still has mass at both ends, until none is left.
// The matrix-minimum rule (Dantzig 1951) on reduced costs; rows wait in a heap keyed by their best arc.
import { begins, columns, ends, prices } from "./arcs";
import { findColumn, rowMinimum } from "./rows";
import { parentOf, pi, potentials, root, setCost, setFlow, setParent, sinks, sources } from "./tree";

let remaining: usize = 0;
/** The potentials of the columns, -Infinity where the column is spent: its arcs then never win. */
let masked: usize = 0;
let keys: usize = 0;
let chosen: usize = 0;
let heap: usize = 0;
let matrix: usize = 0;


/** Bytes of scratch for n rows and m columns. */
export function greedyBytes(n: i32, m: i32): usize {
  return <usize>(n + m) * 8 + <usize>m * 8 + <usize>n * 24 + 64;
}

/**
 * Fills the tree's parents, flows and costs (not yet its thread) from masses (n, then m integers), the listed arcs and the
 * potentials. A row whose listed columns are all spent turns to its row of the dense matrix at `dense`, or if that is 0
 * leaves what it has to the arcs of the root. Returns the flow left on those.
 *
 * Each step spends a row or a column, which then hangs by the arc of the step: the arcs form a forest, all with flow.
 * Where both are spent at once, a component ends; its last row hangs from the root with flow 0, at the cost f_i.
 */
export function greedy(masses: usize, dense: usize, scratch: usize): f64 {
  const n = sources;
  const m = sinks;
  matrix = dense;
  remaining = scratch;
  masked = remaining + (<usize>root << 3);
  keys = masked + (<usize>m << 3);
  chosen = keys + (<usize>n << 3);
  heap = chosen + (<usize>n << 3);
  memory.copy(remaining, masses, <usize>root << 3);
  memory.copy(masked, potentials + (<usize>n << 3), <usize>m << 3);
  for (let v = 0; v < root; v++) setParent(v, root);
  let size = 0;
  for (let i = 0; i < n; i++) {
    if (!choose(i)) continue;
    store<i32>(heap + ((<usize>size) << 2), i);
    size++;
  }
  for (let hole = (size >> 1) - 1; hole >= 0; hole--) sift(size, hole, load<i32>(heap + (<usize>hole << 2)));
  while (size > 0) {
    const i = load<i32>(heap);
    const j = load<i32>(chosen + (<usize>i << 3));
    const atRow = remaining + (<usize>i << 3);
    const atColumn = remaining + (<usize>(n + j) << 3);
    const left = load<f64>(atRow);
    const room = load<f64>(atColumn);
    if (room > 0) {
      const amount = min(left, room);
      store<f64>(atRow, left - amount);
      store<f64>(atColumn, room - amount);
      if (room == amount) store<f64>(masked + (<usize>j << 3), -Infinity);
      const cost = arcCost(i, j);
      if (left == amount) {
        if (room == amount) hang(n + j, i, amount, cost);
        else hang(i, n + j, amount, cost);
        if (--size > 0) sift(size, 0, load<i32>(heap + (<usize>size << 2)));
        continue;
      }
      hang(n + j, i, amount, cost);
    }
    if (choose(i)) sift(size, 0, i);
    else if (--size > 0) sift(size, 0, load<i32>(heap + (<usize>size << 2)));
  }
  let unmet = 0.0;
  for (let v = 0; v < root; v++) {
    if (parentOf(v) != root) continue;
    const flow = load<f64>(remaining + (<usize>v << 3));
    setFlow(v, flow);
    setCost(v, pi(v));
    unmet += flow;
  }
  return unmet;
}

function hang(v: i32, parent: i32, flow: f64, cost: f64): void {
  setParent(v, parent);
  setFlow(v, flow);
  setCost(v, cost);
}

function arcCost(i: i32, j: i32): f64 {
  const arc = load<i32>(chosen + (<usize>i << 3), 4);
  return arc < 0 ? load<f64>(matrix + ((<usize>i * sinks + j) << 3)) : load<f64>(prices + (<usize>arc << 3));
}

// The best unspent column of row i; false if there is none.
function choose(i: i32): bool {
  let least = Infinity;
  let at = -1;
  const end = load<i32>(ends + (<usize>i << 2));
  for (let arc = load<i32>(begins + (<usize>i << 2)); arc < end; arc++) {
    const j = load<i32>(columns + (<usize>arc << 2));
    const value = load<f64>(prices + (<usize>arc << 3)) - load<f64>(masked + (<usize>j << 3));
    at = value < least ? arc : at;
    least = value < least ? value : least;
  }
  let j = 0;
  if (at >= 0) {
    j = load<i32>(columns + (<usize>at << 2));
  } else {
    if (matrix == 0) return false;
    const row = matrix + ((<usize>i * sinks) << 3);
    least = rowMinimum(row, masked, sinks);
    if (least == Infinity) return false;
    j = findColumn(row, masked, sinks, least);
  }
  store<i32>(chosen + (<usize>i << 3), j);
  store<i32>(chosen + (<usize>i << 3), at, 4);
  store<f64>(keys + (<usize>i << 3), least - pi(i));
  return true;
}

// @ts-ignore: decorator
@inline
function key(i: i32): f64 {
  return load<f64>(keys + (<usize>i << 3));
}

// Puts `row` into the hole of a heap of `size`, moving smaller children up.
function sift(size: i32, hole: i32, row: i32): void {
  const value = key(row);
  while (true) {
    let child = 2 * hole + 1;
    if (child >= size) break;
    let at = load<i32>(heap + (<usize>child << 2));
    if (child + 1 < size) {
      const other = load<i32>(heap + (<usize>(child + 1) << 2));
      if (key(other) < key(at)) {
        child++;
        at = other;
      }
    }
    if (key(at) >= value) break;
    store<i32>(heap + (<usize>hole << 2), at);
    hole = child;
  }
  store<i32>(heap + (<usize>hole << 2), row);
}

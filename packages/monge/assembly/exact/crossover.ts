// From a flow to a basis: cycles among the arcs with flow are cancelled, never raising the cost, until a forest is left.
// Breadth-first forest first, then one cycle per remaining arc (Bixby and Saltzman 1994; for networks, Gassner et al. 1999).
import {
  arcRow, bucketNext, byte, colIdx, cost, deficit, distance, excess, f, flow, g, head, int, m, marked, n, next, path, real, rowPtr, setByte,
  setInt, setReal, unlink, up, upArc,
} from "./scalingState";

let root: i32 = 0;
let arcs: i32 = 0;
let big: f64 = 0;
let stamp: usize = 0;
let now: i32 = 0;

// Arcs nnz + v join the root: rows with excess send to it, columns with deficit receive from it, at cost `big`.
// @ts-ignore: decorator
@inline
function amount(arc: i32): f64 {
  if (arc < arcs) return real(flow, arc);
  const v = arc - arcs;
  return v < n ? real(excess, v) : real(deficit, v - n);
}
// @ts-ignore: decorator
@inline
function setAmount(arc: i32, value: f64): void {
  if (arc < arcs) {
    if (value == 0) unlink(arc, int(colIdx, arc));
    setReal(flow, arc, value);
  } else if (arc - arcs < n) setReal(excess, arc - arcs, value);
  else setReal(deficit, arc - arcs - n, value);
}
// @ts-ignore: decorator
@inline
function price(arc: i32): f64 {
  return arc < arcs ? real(cost, arc) : big;
}
/** Whether the arc between u and w leaves u. */
// @ts-ignore: decorator
@inline
function leaves(u: i32, w: i32): bool {
  return u < n || (u == root && w >= n);
}

/**
 * Turns the flow into a strongly feasible spanning tree: parent i32[n + m + 1], amounts and arc costs f64[n + m + 1] of the
 * arc above each node, nodes being rows, columns, root. Each component hangs from the root by a row, with flow 0 and cost
 * f_i; mass that was not shipped goes over the root at cost `artificial`. Returns the number of cycles cancelled.
 */
export function crossover(parents: usize, amounts: usize, costs: usize, artificial: f64): i32 {
  big = artificial;
  const cycles = plant(true);
  for (let v = 0; v < root; v++) {
    const parent = int(up, v);
    setInt(parents, v, parent < 0 ? root : parent);
    setReal(amounts, v, parent < 0 ? 0 : amount(int(upArc, v)));
    setReal(costs, v, parent < 0 ? real(f, v) : price(int(upArc, v)));
  }
  return cycles;
}

/** Makes the flow a forest and sets the prices so that its arcs have reduced cost 0; the top of each tree keeps its price. */
export function refine(): void {
  plant(false);
  memory.fill(marked, 0, <usize>root);
  for (let start = 0; start < root; start++) {
    let depth = 0;
    for (let v = start; !byte(marked, v); v = int(up, v)) {
      setByte(marked, v, 1);
      setInt(path, depth++, v);
      if (int(up, v) < 0) break;
    }
    while (--depth >= 0) {
      const v = int(path, depth);
      const above = int(up, v);
      if (above < 0) continue;
      const value = price(int(upArc, v));
      if (v < n) setReal(f, v, value - real(g, above - n));
      else setReal(g, v - n, value - real(f, above));
    }
  }
}

/** The forest of all arcs with flow, each tree under a row, and under the root if `rooted` what was not shipped. */
function plant(rooted: bool): i32 {
  root = n + m;
  arcs = int(rowPtr, n);
  stamp = distance;
  now = 0;
  for (let v = 0; v <= root; v++) setInt(up, v, -2);
  memory.fill(stamp, 0, (<usize>(root + 1)) << 2);
  if (rooted) grow(root);
  for (let i = 0; i < n; i++) if (int(up, i) == -2) grow(i);
  let cycles = 0;
  for (let i = 0; i < n; i++) {
    const end = int(rowPtr, i + 1);
    for (let arc = int(rowPtr, i); arc < end; arc++) {
      if (real(flow, arc) == 0) continue;
      const v = n + int(colIdx, arc);
      if (!isAbove(i, arc) && !isAbove(v, arc) && cancel(arc, i, v)) cycles++;
    }
  }
  if (rooted) {
    for (let v = 0; v < root; v++) {
      if (amount(arcs + v) == 0 || isAbove(v, arcs + v)) continue;
      if (v < n ? cancel(arcs + v, v, root) : cancel(arcs + v, root, v)) cycles++;
    }
    evert(root);
  }
  for (let v = n; v < root; v++) {
    // A column at the top gives way to one of its rows; without any it has no flow and stays alone.
    if (int(up, v) < 0 && int(head, v - n) >= 0) evert(int(arcRow, int(head, v - n)));
  }
  return cycles;
}

// @ts-ignore: decorator
@inline
function isAbove(v: i32, arc: i32): bool {
  return int(up, v) >= 0 && int(upArc, v) == arc;
}

// @ts-ignore: decorator
@inline
function hang(v: i32, parent: i32, arc: i32): void {
  setInt(up, v, parent);
  setInt(upArc, v, arc);
}

/** Breadth-first tree of everything that arcs with flow join to `top`. */
function grow(top: i32): void {
  setInt(up, top, -1);
  setInt(bucketNext, 0, top);
  let length = 1;
  for (let at = 0; at < length; at++) {
    const v = int(bucketNext, at);
    if (v == root) {
      for (let w = 0; w < root; w++) {
        if (amount(arcs + w) == 0) continue;
        hang(w, root, arcs + w);
        setInt(bucketNext, length++, w);
      }
    } else if (v < n) {
      const end = int(rowPtr, v + 1);
      for (let arc = int(rowPtr, v); arc < end; arc++) {
        const w = n + int(colIdx, arc);
        if (real(flow, arc) == 0 || int(up, w) != -2) continue;
        hang(w, v, arc);
        setInt(bucketNext, length++, w);
      }
    } else {
      for (let arc = int(head, v - n); arc >= 0; arc = int(next, arc)) {
        const w = int(arcRow, arc);
        if (int(up, w) != -2) continue;
        hang(w, v, arc);
        setInt(bucketNext, length++, w);
      }
    }
  }
}

/** Makes v the top of its component. */
function evert(v: i32): void {
  let below = -1;
  let arcBelow = -1;
  let at = v;
  while (at >= 0) {
    const above = int(up, at);
    const arcAbove = int(upArc, at);
    hang(at, below, arcBelow);
    below = at;
    arcBelow = arcAbove;
    at = above;
  }
}

/** Brings the arc from `tail` to `target` into the forest; where it closes a cycle, empties one of the cycle's arcs first. */
function cancel(arc: i32, tail: i32, target: i32): bool {
  now++;
  for (let v = tail; v >= 0; v = int(up, v)) setInt(stamp, v, now);
  let join = target;
  while (join >= 0 && int(stamp, join) != now) join = int(up, join);
  if (join < 0) {
    evert(target);
    hang(target, tail, arc);
    return false;
  }
  // Once around: the arc forward, up from its target to the join, down to its tail.
  let around = price(arc);
  let forward = Infinity;
  let backward = amount(arc);
  for (let v = target; v != join; v = int(up, v)) {
    const above = int(upArc, v);
    if (leaves(v, int(up, v))) {
      around += price(above);
      backward = min(backward, amount(above));
    } else {
      around -= price(above);
      forward = min(forward, amount(above));
    }
  }
  for (let v = tail; v != join; v = int(up, v)) {
    const above = int(upArc, v);
    if (leaves(v, int(up, v))) {
      around -= price(above);
      forward = min(forward, amount(above));
    } else {
      around += price(above);
      backward = min(backward, amount(above));
    }
  }
  const change = around <= 0 ? forward : -backward;
  const left = amount(arc) + change;
  setAmount(arc, left);
  shift(target, join, change, true);
  shift(tail, join, change, false);
  if (left > 0) {
    evert(target);
    hang(target, tail, arc);
  }
  return true;
}

/** Adds `change` along the path from v up to the join, against it where `upwards` is false; empty arcs leave the forest. */
function shift(from: i32, join: i32, change: f64, upwards: bool): void {
  for (let v = from; v != join; ) {
    const above = int(up, v);
    const arc = int(upArc, v);
    const left = amount(arc) + (leaves(v, above) == upwards ? change : -change);
    setAmount(arc, left);
    if (left == 0) setInt(up, v, -1);
    v = above;
  }
}

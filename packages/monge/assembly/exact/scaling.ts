// Cost scaling for transport: at each accuracy eps a flow with 0 <= r_ij, and r_ij <= eps where it is positive.
// Goldberg and Tarjan (1990) with the double push of Goldberg and Kennedy (1995): a row pushes, its column pushes back.
import { refine } from "./crossover";
import { block } from "./scalingBlock";
import { isStranded, reprice, searchWork } from "./scalingSearch";
import {
  arcRow, byte, colIdx, cost, deficit, excess, f, flow, g, head, int, link, n, next, queue, queued, real,
  rowPtr, setByte, setInt, setReal, unlink,
} from "./scalingState";

let eps: f64 = 0;
/** Arcs to scan between global searches, and how many were since the last. */
let enough: i32 = 0;
let spent: i32 = 0;
/** The ring of rows with excess: its first place, its length. */
let front: i32 = 0;
let waiting: i32 = 0;
/** Rows with excess that the last search found out of reach. */
let lost: i32 = 0;

/**
 * Starts a phase of accuracy `accuracy`: prices from the forest of the flow so far, f_i = min_j (c_ij - g_j), flow that is
 * not optimal to the accuracy back to its rows. `searchEvery`: arcs to scan between global searches, in units of nnz.
 */
export function scalingPhase(accuracy: f64, searchEvery: f64): void {
  eps = accuracy;
  enough = <i32>min(searchEvery * <f64>int(rowPtr, n), 1e9);
  lost = 0;
  front = 0;
  waiting = 0;
  spent = 0;
  refine();
  memory.fill(queued, 0, <usize>n);
  for (let i = 0; i < n; i++) {
    recall(i);
    if (real(excess, i) > 0) enqueue(i);
  }
}

function recall(i: i32): void {
  const begin = int(rowPtr, i);
  const end = int(rowPtr, i + 1);
  if (begin == end) return;
  let best = Infinity;
  for (let arc = begin; arc < end; arc++) best = min(best, real(cost, arc) - real(g, int(colIdx, arc)));
  setReal(f, i, best);
  for (let arc = begin; arc < end; arc++) {
    const held = real(flow, arc);
    const j = int(colIdx, arc);
    if (held == 0 || real(cost, arc) - real(g, j) - best <= eps) continue;
    setReal(flow, arc, 0);
    unlink(arc, j);
    setReal(deficit, j, real(deficit, j) + held);
    setReal(excess, i, real(excess, i) + held);
  }
}

/** Goes on with the phase for about `work` scanned arcs; 0: done, 1: more to do, 2: done, but some mass has no way. */
export function scalingRun(work: i32): i32 {
  let left = work;
  while (waiting > 0) {
    if (left <= 0) return 1;
    const i = int(queue, front);
    front = front + 1 == n ? 0 : front + 1;
    waiting--;
    setByte(queued, i, 0);
    const before = spent;
    discharge(i);
    left -= spent - before;
    if (spent <= enough) continue;
    left -= int(rowPtr, n) + searchWork();
    spent = 0;
    lost = reprice(eps);
    block(eps, eps / 4);
    thin();
  }
  return lost > 0 ? 2 : 0;
}

// @ts-ignore: decorator
@inline
function enqueue(i: i32): void {
  if (byte(queued, i)) return;
  setByte(queued, i, 1);
  let slot = front + waiting;
  if (slot >= n) slot -= n;
  setInt(queue, slot, i);
  waiting++;
}

/** Rows without excess leave the queue, and those that reach no deficit; the order of the others stays. */
function thin(): void {
  const count = waiting;
  let from = front;
  let to = front;
  for (let k = 0; k < count; k++) {
    const i = int(queue, from);
    from = from + 1 == n ? 0 : from + 1;
    if (real(excess, i) == 0 || (lost > 0 && isStranded(i))) {
      setByte(queued, i, 0);
      waiting--;
      continue;
    }
    setInt(queue, to, i);
    to = to + 1 == n ? 0 : to + 1;
  }
}

/** Pushes the excess of row i to its cheapest column, raising f_i to the second cheapest, until nothing comes back. */
function discharge(i: i32): void {
  const begin = int(rowPtr, i);
  // A row whose only column is its own comes back for ever: the search after `enough` finds it out of reach.
  while (spent <= enough) {
    const mass = real(excess, i);
    if (mass == 0) return;
    const end = int(rowPtr, i + 1);
    let first = Infinity;
    let second = Infinity;
    let arc = -1;
    for (let at = begin; at < end; at++) {
      const value = real(cost, at) - real(g, int(colIdx, at));
      if (value < second) {
        if (value < first) {
          second = first;
          first = value;
          arc = at;
        } else second = value;
      }
    }
    spent += end - begin + 1;
    if (arc < 0) return;
    const j = int(colIdx, arc);
    const held = real(flow, arc);
    if (held == 0) link(arc, j);
    setReal(flow, arc, held + mass);
    setReal(excess, i, 0);
    const room = real(deficit, j);
    if (room >= mass) {
      setReal(deficit, j, room - mass);
      setReal(f, i, first);
      return;
    }
    setReal(deficit, j, 0);
    second = min(second, first + 64 * eps);
    setReal(f, i, second);
    expel(j, mass - room);
    setReal(f, i, min(second, real(cost, arc) - real(g, j)));
  }
}

/** Lowers g_j until `surplus` has gone back to the rows that lose least by it. */
function expel(j: i32, surplus: f64): void {
  let price = real(g, j);
  while (surplus > 0) {
    let arc = -1;
    let best = -Infinity;
    for (let at = int(head, j); at >= 0; at = int(next, at)) {
      const key = real(cost, at) - real(f, int(arcRow, at));
      if (key > best) {
        best = key;
        arc = at;
      }
    }
    price = min(price, best - eps);
    const held = real(flow, arc);
    const back = min(held, surplus);
    surplus -= back;
    setReal(flow, arc, held - back);
    if (held == back) unlink(arc, j);
    const k = int(arcRow, arc);
    setReal(excess, k, real(excess, k) + back);
    enqueue(k);
  }
  setReal(g, j, price);
}

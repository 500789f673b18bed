// Newton's iteration on the semi-dual of one truncated problem, its equation solved on cells, Sinkhorn's iteration where that fails.
//
// With rows that fit for every g, the semi-dual sum_i a_i f_i(g) + sum_j b_j g_j is concave, its gradient b - b c, its Hessian
// -(B - P^T A^-1 P) / eps. One pass gives all of them. On cells of several points the step has two parts: that of the cells, and within each
// cell Sinkhorn's own, for P takes what varies from neighbour to neighbour to 0.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Side } from "./boxes.ts";
import { cellSystem } from "./cellSystem.ts";
import { cutoffOf, type NearPairs } from "./nearPairs.ts";

/** One problem: two sides with potentials to start from. */
export interface NewtonTask {
  readonly workspace: Workspace;
  readonly pairs: NearPairs;
  readonly x: Side;
  readonly y: Side;
  /** log2(e) / epsilon. */
  readonly scale: number;
  /** Points of a cell: a power of two up to 32. */
  readonly cell: number;
  /** The error to expect, 1 at most. */
  readonly known: number;
  /** Error of the columns at which to end, rows exact. */
  readonly goal: number;
  /** Told of every pass. */
  passed(error: number): void;
  /** Asked after every sign of life. */
  stop(): boolean;
}

/** How it ended: the rows fit the columns unless it was interrupted. */
export type NewtonEnd = "reached" | "interrupted" | "stalled";

/** Share of the goal that may be left out of the sums, and of the present error while that is larger. */
const leftOut = 0.005;
const ahead = 0.01;
/** And of what was found. */
const doubt = 0.05;
/** Bytes that cells may take. */
const room = 5e8;
/** Products for one step, and how well it is solved for: no better than the step's own error. */
const mostProducts = 300;
const accuracy = { cells: 0.02, points: 0.002, first: 0.1 };
/** Bits by which a potential may change in a step: at first, and at least and at most later; where it fails, a fraction of that. */
const reach = { first: 8, least: 4, most: 1024, fraction: 0.125 };
/** Then all in proportion, so that parts stay together. */
const together = 2;
/** Passes without an error smaller by a tenth after which rounding has the last word. */
const patience = 100;
const smaller = 0.9;

/** Iterates to the goal; the potentials are those of the sides. The top of the workspace is used, and is for the caller to release. */
export function* newton(task: NewtonTask): Generator<void, NewtonEnd, void> {
  const { workspace, pairs, x, y, scale, goal } = task;
  const { n, weights: b } = y.cloud;
  const top = workspace.mark();
  let size = task.cell;
  let cells = cellSystem(workspace, x, y, size, room);
  let known = task.known;
  let error = Infinity;
  let value = -Infinity;
  let least = Infinity;
  let since = 0;
  let base: Float64Array | null = null;
  let step: Float64Array = new Float64Array(n);
  let failed = 0;
  let far = reach.first;
  for (;;) {
    const cutoff = cutoffOf(leftOut * Math.max(goal, ahead * known));
    const fits = yield* guarded(pairs.iterate({ rows: x, columns: y, scale, cutoff }, cells), task);
    if (fits === undefined) return "interrupted";
    const c = workspace.f64(y.sums, n);
    const now = columnError(b, c);
    task.passed(now);
    yield;
    if (task.stop()) return "interrupted";
    // So much better than expected that what was left out might matter: looked at again.
    const rough = cutoff > cutoffOf(Math.max(leftOut * goal, doubt * now));
    known = now;
    if (rough) continue;
    if (now <= goal) return "reached";
    const potentials = workspace.f64(y.potentials, n);
    const semiDual = dot(x.cloud.weights, workspace.f64(x.potentials, x.cloud.n)) + dot(b, potentials);
    if (base !== null && !(now < error || semiDual > value)) {
      failed++;
      far = Math.max(reach.least, 0.5 * far);
      const most = largest(step);
      if (failed === 1) move(potentials, base, step, reach.fraction * far, 1);
      else if (failed === 2 && most > 0) move(potentials, base, step, Infinity, Math.min(1, together / most));
      else {
        potentials.set(base);
        // Sinkhorn's step never fails, but needs the sums at the base.
        base = null;
        const swept = yield* guarded(pairs.iterate({ rows: x, columns: y, scale, cutoff }, null), task);
        if (swept === undefined) return "interrupted";
        sinkhornStep(workspace, y);
      }
      continue;
    }
    error = now;
    value = semiDual;
    if (base !== null && failed === 0 && largest(step) > far) far = Math.min(reach.most, 2 * far);
    failed = 0;
    if (error < smaller * least) {
      least = error;
      since = 0;
    } else if (++since >= patience) return "stalled";
    if (!fits) {
      sinkhornStep(workspace, y);
      base = null;
      size = Math.min(32, 2 * size);
      workspace.release(top);
      cells = cellSystem(workspace, x, y, size, room);
      continue;
    }
    cells.close();
    const defect = new Float64Array(Math.ceil(n / (8 * size)) * 8);
    for (let j = 0; j < n; j++) defect[Math.floor(j / size)] += b[j] * (1 - c[j]);
    const wanted = Math.min(accuracy.first, Math.max(error, size > 1 ? accuracy.cells : accuracy.points));
    const h = yield* guarded(cells.solve(defect, wanted, mostProducts), task);
    if (h === undefined) return "interrupted";
    step = finePart(workspace, y, size);
    for (let j = 0; j < n; j++) {
      step[j] += h[Math.floor(j / size)] * Math.LOG2E;
    }
    const held = workspace.f64(y.potentials, n);
    base = held.slice();
    move(held, base, step, far, 1);
  }
}

/** out = base + times step, changes cut to `most`. */
function move(out: Float64Array, base: Float64Array, step: Float64Array, most: number, times: number): void {
  for (let j = 0; j < out.length; j++) out[j] = base[j] + Math.min(most, Math.max(-most, times * step[j]));
}

function largest(x: Float64Array): number {
  return x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}

/** Drives a pass; undefined where it was to stop. */
function* guarded<R>(pass: Generator<void, R, void>, task: NewtonTask): Generator<void, R | undefined, void> {
  for (;;) {
    const next = pass.next();
    if (next.done) return next.value;
    yield;
    if (task.stop()) return undefined;
  }
}

/** -log2 c_j, less its mean over the cell: the part of Sinkhorn's step that the cells do not see. */
function finePart(workspace: Workspace, y: Side, size: number): Float64Array {
  const { n, weights: b } = y.cloud;
  const out = new Float64Array(n);
  if (size === 1) return out;
  const logs = logSums(workspace, y);
  for (let first = 0; first < n; first += size) {
    const last = Math.min(n, first + size);
    let total = 0;
    let mass = 0;
    for (let j = first; j < last; j++) {
      total += b[j] * logs[j];
      mass += b[j];
    }
    for (let j = first; j < last; j++) out[j] = total / mass - logs[j];
  }
  return out;
}

/** G_j -= log2 c_j. */
function sinkhornStep(workspace: Workspace, y: Side): void {
  const logs = logSums(workspace, y);
  const potentials = workspace.f64(y.potentials, y.cloud.n);
  for (let j = 0; j < logs.length; j++) potentials[j] -= logs[j];
}

/** log2 c_j, within bounds. */
function logSums(workspace: Workspace, y: Side): Float64Array {
  const mark = workspace.mark();
  const address = workspace.alloc(y.cloud.n * 8);
  workspace.call["sideLogSums"](y.header, address);
  const logs = workspace.f64(address, y.cloud.n).slice();
  workspace.release(mark);
  return logs;
}

function columnError(b: Float64Array, c: Float64Array): number {
  let error = 0;
  for (let j = 0; j < b.length; j++) error += b[j] * Math.abs(c[j] - 1);
  return error;
}

function dot(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (let j = 0; j < x.length; j++) total += x[j] * y[j];
  return total;
}

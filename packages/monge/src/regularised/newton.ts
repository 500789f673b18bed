// Semismooth Newton's method on the dual of a proximal problem: concave, piecewise smooth, n + m unknowns.
// Lorenz, Manns, Meyer (2021); the systems are solved by conjugate gradients over the positive entries, the step by a line search.
import type { Progress, Status } from "../run/options.ts";
import { type Columns, derivative, diagonal, type Entries, makeEntries, planOf } from "./proximal.ts";

/** Where the method stands. */
export interface DualPoint {
  f: Float64Array;
  g: Float64Array;
  /** The plan of (f, g). */
  entries: Entries;
  /** L1 error of the marginals. */
  error: number;
}

/** What a run of {@link newton} is told. */
export interface NewtonOptions {
  readonly gamma: number;
  readonly Z: Float64Array | null;
  /** L1 error of the marginals at which to stop. */
  readonly target: number;
  readonly mostSteps: number;
  /** Asked after each step. */
  interrupted(): Status | null;
  progress(error: number, steps: number): Progress;
}

/** Working memory of the method. */
export interface NewtonRoom {
  readonly trial: DualPoint;
  readonly vectors: { readonly x: Float64Array; readonly y: Float64Array }[];
  damping: number;
}

/** Room for a problem. */
export function newtonRoom(problem: Columns): NewtonRoom {
  return {
    trial: dualPoint(problem),
    vectors: Array.from({ length: 5 }, () => ({
      x: new Float64Array(problem.a.length),
      y: new Float64Array(problem.b.length),
    })),
    damping: 1e-3,
  };
}

/** Potentials 0. */
export function dualPoint(problem: Columns): DualPoint {
  const f = new Float64Array(problem.a.length);
  const g = new Float64Array(problem.b.length);
  return { f, g, entries: makeEntries(problem), error: Infinity };
}

/** Puts the plan of the present potentials in order. */
export function measure(problem: Columns, point: DualPoint, gamma: number, Z: Float64Array | null): void {
  planOf(problem, point.f, point.g, gamma, Z, point.entries);
  let error = 0;
  for (const residual of point.entries.rowResidual) error += Math.abs(residual);
  for (const residual of point.entries.columnResidual) error += Math.abs(residual);
  point.error = error;
}

const leastDamping = 1e-10;

/** Improves `point` until the marginals fit, or no step helps. Returns the status to stop with, or null. */
export function* newton(
  problem: Columns,
  point: DualPoint,
  room: NewtonRoom,
  { gamma, Z, target, mostSteps, interrupted, progress }: NewtonOptions,
): Generator<Progress, Status | null, void> {
  const { trial } = room;
  const grouped = problem.starts !== null;
  const [direction] = room.vectors;
  measure(problem, point, gamma, Z);
  let idle = 0;
  for (let steps = 0; point.error > target; steps++) {
    if (steps >= mostSteps || idle >= 5) return null;
    yield progress(point.error, steps);
    const status = interrupted();
    if (status !== null) return status;
    conjugateGradient(point.entries, grouped, room, gamma);
    const slope = along(point.entries, direction);
    let t = 1;
    let tries = 0;
    for (; ; tries++) {
      for (let i = 0; i < trial.f.length; i++) trial.f[i] = point.f[i] + t * direction.x[i];
      for (let j = 0; j < trial.g.length; j++) trial.g[j] = point.g[j] + t * direction.y[j];
      measure(problem, trial, gamma, Z);
      const after = along(trial.entries, direction);
      const gain = trial.entries.dual - point.entries.dual;
      // Where the dual value no longer shows a difference, its slope and the residual do.
      if (after >= 0 || gain >= 1e-4 * t * slope || trial.error < 0.5 * point.error || tries >= 40) break;
      t *= Math.min(0.7, Math.max(0.1, slope / (slope - after)));
    }
    if (t < 0.3) room.damping = Math.min(1, room.damping * 8);
    else if (t === 1) room.damping = Math.max(leastDamping, room.damping / 8);
    idle = trial.error < point.error || t < 1 ? 0 : idle + 1;
    if (tries >= 40 && trial.error >= point.error) return null;
    const { f, g, entries, error } = point;
    Object.assign(point, trial);
    Object.assign(trial, { f, g, entries, error });
  }
  return null;
}

function along({ rowResidual, columnResidual }: Entries, { x, y }: { x: Float64Array; y: Float64Array }): number {
  return product(rowResidual, x) + product(columnResidual, y);
}

/** Solves (J / gamma) (x, y) = residual into vectors[0], to a precision that grows as the residual falls. */
function conjugateGradient(entries: Entries, grouped: boolean, room: NewtonRoom, gamma: number): void {
  const [{ x, y }, r, p, q, d] = room.vectors;
  const { rowResidual, columnResidual } = entries;
  const n = x.length;
  const m = y.length;
  diagonal(entries, grouped, room.damping, d.x, d.y);
  x.fill(0);
  y.fill(0);
  let size = 0;
  for (let i = 0; i < n; i++) {
    // An atom without entries: as if it had one.
    if (d.x[i] < 1e-3) d.x[i] = 1e-3;
    r.x[i] = gamma * rowResidual[i];
    p.x[i] = r.x[i] / d.x[i];
    size += r.x[i] * p.x[i];
  }
  for (let j = 0; j < m; j++) {
    if (d.y[j] < 1e-3) d.y[j] = 1e-3;
    r.y[j] = gamma * columnResidual[j];
    p.y[j] = r.y[j] / d.y[j];
    size += r.y[j] * p.y[j];
  }
  const enough = size * cgPrecision * cgPrecision;
  for (let k = 0; k < mostProducts && size > enough; k++) {
    derivative(entries, grouped, room.damping, p.x, p.y, q.x, q.y);
    const curvature = product(p.x, q.x) + product(p.y, q.y);
    if (!(curvature > 0)) break;
    const step = size / curvature;
    let next = 0;
    for (let i = 0; i < n; i++) {
      x[i] += step * p.x[i];
      const value = r.x[i] - step * q.x[i];
      r.x[i] = value;
      next += (value * value) / d.x[i];
    }
    for (let j = 0; j < m; j++) {
      y[j] += step * p.y[j];
      const value = r.y[j] - step * q.y[j];
      r.y[j] = value;
      next += (value * value) / d.y[j];
    }
    const turn = next / size;
    for (let i = 0; i < n; i++) p.x[i] = r.x[i] / d.x[i] + turn * p.x[i];
    for (let j = 0; j < m; j++) p.y[j] = r.y[j] / d.y[j] + turn * p.y[j];
    size = next;
  }
}
const cgPrecision = 1e-3;
const mostProducts = 400;

function product(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (let k = 0; k < x.length; k++) total += x[k] * y[k];
  return total;
}

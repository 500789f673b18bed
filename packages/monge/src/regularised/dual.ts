// Squares and group lasso by their dual: Newton's method while gamma falls, around nothing as long as gamma is the strength of the squares
// that is asked for or more on the way to it, else around the plan before: the proximal point method (Rockafellar 1976).
import type { Cost } from "../cost/cost.ts";
import { emd } from "../exact/emd.ts";
import type { Progress, Status } from "../run/options.ts";
import { driven } from "./conditionalGradient.ts";
import { groupTransform } from "./groupBound.ts";
import { type Kept, keep, type Separable, unkept } from "./kept.ts";
import { type DualPoint, dualPoint, measure, newton, newtonRoom } from "./newton.ts";
import type { Found, Inner } from "./problem.ts";

/** gamma falls by this factor from stage to stage: Newton's method then needs about three steps a stage while many pairs carry mass. */
const fall = 8;
/** L1 error of the marginals, relative to the mass, at which a stage on the way ends. */
const loose = 0.1;
/** gamma does not fall below this by the larger number of atoms: (f + g - C) / gamma would lose the digits that the tolerance needs. */
const finest = 1e-6;
const mostSteps = 300;
const mostStages = 200;
/** Stages without a smaller error after which the rest is taken for rounding. */
const patience = 10;

/** Solves; iterations are Newton steps. */
export function* solveByDual(
  { cost, a, b, tolerance }: { cost: Cost; a: Float64Array; b: Float64Array; tolerance: number },
  regulariser: Separable,
  control: Inner,
): Generator<Progress, Found, void> {
  const problem = keep(cost, a, b, regulariser);
  // Says which rows cannot be served, if some cannot.
  if (problem.hasForbidden) yield* driven(emd.steps(a, b, cost), control, 0, Infinity);
  const { squares, eta } = problem;
  const [n, m] = [problem.a.length, problem.b.length];
  const point = dualPoint(problem);
  const room = newtonRoom(problem);
  const least = finest * Math.max(1, eta) * Math.max(n, m);
  // Where nearly all pairs carry mass, Newton's method is at home at once.
  let gamma = Math.max(squares, (Math.max(1, eta) * n * m) / 16);
  const direct = eta === 0 && squares >= least;
  let iterations = 0;
  let error = Infinity;
  let Z: Float64Array | null = null;
  const answer = (status: Status): Found => unkept(problem, point, { status, iterations, error });
  start(problem, point, gamma);
  measure(problem, point, gamma, null);
  control.offer(() => answer("stopped"));
  let best = Infinity;
  for (let stage = 0, idle = 0; stage < mostStages && idle < patience; stage++) {
    const last = gamma <= squares;
    const before = iterations;
    const target = last
      ? tolerance / 100 ** idle
      : direct
        ? loose
        : Math.min(loose, Math.max(tolerance / 10, error / 100));
    const status = yield* newton(problem, point, room, {
      gamma,
      Z,
      target,
      mostSteps,
      interrupted: control.interrupted,
      progress(residual, steps) {
        iterations = before + steps;
        return { phase: "newton", iteration: iterations, error: residual, elapsedMs: control.elapsedMs() };
      },
    });
    error = errorOf(problem, point);
    if (status !== null) return answer(status);
    if (error <= tolerance) return answer("converged");
    idle = error < 0.9 * best ? 0 : idle + 1;
    best = Math.min(best, error);
    if (direct) {
      gamma = Math.max(squares, gamma / fall);
      continue;
    }
    // (squares / 2) |P|^2 + (delta / 2) |P - last|^2 is (gamma / 2) |P - Z|^2 but for a constant.
    gamma = Math.max(least, squares, gamma / fall);
    Z = around(problem, point, Z, 1 - squares / gamma);
  }
  return answer("stalled");
}

/** The potentials that are right where every pair carries mass: P_ij = a_i / m + b_j / n - 1 / (n m) - (C_ij centred) / gamma. */
function start({ a, b, cost }: Kept, { f, g }: DualPoint, gamma: number): void {
  const n = a.length;
  const m = b.length;
  let all = 0;
  for (let j = 0; j < m; j++) {
    for (let i = 0; i < n; i++) {
      const value = Math.min(1, cost[j * n + i]);
      f[i] += value / m;
      g[j] += value / n;
      all += value / (n * m);
    }
  }
  const half = all / 2 + gamma / (2 * n * m);
  for (let i = 0; i < n; i++) f[i] += (gamma * a[i]) / m - half;
  for (let j = 0; j < m; j++) g[j] += (gamma * b[j]) / n - half;
}

/** The plan, times a factor, as a column-major matrix. */
function around({ a, b }: Kept, { entries }: DualPoint, out: Float64Array | null, factor: number): Float64Array {
  const n = a.length;
  const filled = out === null ? new Float64Array(n * b.length) : out.fill(0);
  for (let j = 0; j < b.length; j++) {
    const end = entries.columnPtr[j + 1];
    for (let k = entries.columnPtr[j]; k < end; k++) filled[j * n + entries.row[k]] = factor * entries.mass[k];
  }
  return filled;
}

/** The larger of the L1 error of the marginals and the relative duality gap: squares linearised at P, g made feasible. */
function errorOf(
  { a, b, cost, starts, eta, squares, lowRow, lowColumn, unit }: Kept,
  { f, entries, error }: DualPoint,
): number {
  const n = a.length;
  const { columnPtr, row, mass, groupPtr } = entries;
  const reduced = new Float64Array(n);
  let paid = 0;
  let size = 0;
  let quadratic = 0;
  let dual = 0;
  for (let j = 0; j < b.length; j++) {
    for (let i = 0; i < n; i++) reduced[i] = cost[j * n + i] - f[i];
    for (let k = columnPtr[j]; k < columnPtr[j + 1]; k++) {
      const price = cost[j * n + row[k]];
      paid += mass[k] * price;
      size += mass[k] * Math.abs(price + (lowRow[row[k]] + lowColumn[j]) / unit);
      quadratic += squares * mass[k] * mass[k];
      reduced[row[k]] += squares * mass[k];
    }
    dual += b[j] * (starts === null ? least(reduced) : groupTransform(reduced, starts, eta));
  }
  let norms = 0;
  for (let group = 0; group < entries.groups; group++) {
    let total = 0;
    for (let k = groupPtr[group]; k < groupPtr[group + 1]; k++) total += mass[k] * mass[k];
    norms += eta * Math.sqrt(total);
  }
  for (let i = 0; i < n; i++) dual += a[i] * f[i];
  size += quadratic / 2 + norms;
  return Math.max(error, size > 0 ? Math.abs(paid + quadratic + norms - dual) / size : 0);
}

function least(values: Float64Array): number {
  let low = Infinity;
  for (let k = 0; k < values.length; k++) if (values[k] < low) low = values[k];
  return low;
}

// What the two solvers on points share: the state of a run, its pauses, and the pricing of all pairs.
import type { Workspace } from "../../kernels/workspace.ts";
import type { Progress, Status } from "../../run/options.ts";
import type { Control } from "../problem.ts";
import { type Lists, search } from "./candidates.ts";
import type { Cloud } from "./cloud.ts";
import type { Forest } from "./forest.ts";
import type { Layer } from "./hierarchy.ts";

/** One solve. Potentials live in the clouds; those of the finest ones are current whenever the run pauses. */
export interface PointsRun {
  readonly workspace: Workspace;
  readonly control: Control;
  /** Layers of rows and columns, finest first; a warm start has one of each. */
  readonly xs: readonly Layer[];
  readonly ys: readonly Layer[];
  /** Potentials of the columns came from the caller. */
  readonly warm: boolean;
  /** Reduced costs above minus this are rounding. */
  readonly tolerance: number;
  iterations: number;
  /** Why the run is to stop, or null. */
  stopped: Status | null;
  /** The plan so far between the finest layers; mass may be missing. */
  plan: () => Forest;
}

/** Best partners listed per point, and violated columns reported per row and sweep. */
export const partners = 8;
const violations = 8;

/** Tells the driver; afterwards `run.stopped` says whether to go on. */
export function* pause(run: PointsRun, phase: string, error: number): Generator<Progress, void, void> {
  const { control, iterations } = run;
  yield { phase, iteration: iterations, error, elapsedMs: control.elapsedMs() };
  run.stopped = control.interrupted() ?? (iterations >= control.maxIterations ? "maxIterations" : null);
}

/** A search with pauses; null if the run was stopped in between. */
export function* searching(
  run: PointsRun,
  phase: string,
  from: Cloud,
  to: Cloud,
  k: number,
  limit: number | Float64Array,
): Generator<Progress, Lists | null, void> {
  const pieces = search(run.workspace, from, to, Math.min(k, to.n), limit);
  for (;;) {
    const step = pieces.next();
    if (step.done === true) return step.value;
    yield* pause(run, phase, Infinity);
    if (run.stopped !== null) return null;
  }
}

/** The columns of each row of a level whose reduced cost is below -tolerance: none proves the potentials feasible. */
export function* price(run: PointsRun, level: number): Generator<Progress, Lists | null, void> {
  const { cloud: x } = run.xs[level];
  const { cloud: y } = run.ys[level];
  const limit = run.workspace.f64(x.potential, x.n).map((f) => f - run.tolerance);
  return yield* searching(run, "pricing", x, y, violations, limit);
}

/** Row and column candidates of a level. */
export interface Candidates {
  readonly rows: Lists;
  readonly columns: Lists;
}

/**
 * Potentials of level `level` from those of the coarser one, g_j = min_I (c(x_I, y_j) - f_I), then f_i = min_j (c_ij - g_j);
 * and the best partners of every point under them. A warm start keeps its g.
 */
export function* descend(run: PointsRun, level: number): Generator<Progress, Candidates | null, void> {
  const { workspace, xs, ys } = run;
  const { cloud: x } = xs[level];
  const { cloud: y } = ys[level];
  const coarse = xs[level + 1];
  if (coarse !== undefined) {
    const mark = workspace.mark();
    const extended = yield* searching(run, "hierarchy", y, coarse.cloud, 1, Infinity);
    if (extended === null) return null;
    workspace.f64(y.potential, y.n).set(workspace.f64(extended.values, y.n));
    workspace.release(mark);
  }
  const rows = yield* searching(run, "hierarchy", x, y, partners, Infinity);
  if (rows === null) return null;
  const least = workspace.f64(rows.values, x.n * rows.k);
  const f = workspace.f64(x.potential, x.n);
  for (let i = 0; i < x.n; i++) f[i] = least[i * rows.k];
  const columns = yield* searching(run, "hierarchy", y, x, partners, Infinity);
  return columns === null ? null : { rows, columns };
}

// Entropic transport between point clouds by the pairs that matter: coarse to fine, Newton's iteration on cells.
//
// Squared distances only. The dense matrix, and most of its entries, are never looked at: see docs/algorithms/truncatedSinkhorn.md.
import type { PointsCost } from "../../cost/points.ts";
import { isOtError } from "../../errors/otError.ts";
import { truncated } from "../../kernels/truncated.ts";
import { giveBack, lease, type Workspace, withWorkspace } from "../../kernels/workspace.ts";
import type { Potentials, Progress, Status } from "../../run/options.ts";
import { drain } from "../../run/solver.ts";
import type { Measured } from "../operators/sweeper.ts";
import type { EntropicProblem } from "../problem.ts";
import { readEpsilon } from "../schedule.ts";
import { type Pyramid, type SortedCloud, type Stage, sortedCloud, stages } from "./coarse.ts";
import { type Field, scaleOf, startField } from "./truncatedField.ts";
import { newton } from "./truncatedNewton.ts";

/** A problem between points under their squared distance, or half of it (the cosine distance). */
export interface PointsProblem extends EntropicProblem {
  readonly cost: PointsCost;
}

/** What a truncated solve needs to know. */
export interface TruncatedTask {
  readonly epsilon?: number;
  readonly relativeEpsilon?: number;
  readonly tolerance: number;
}

/** The exits of a run. */
export interface TruncatedControl {
  interrupted(): Status | null;
  elapsedMs(): number;
  /** Told how to make an answer of the present state. */
  offer(snapshot: () => TruncatedAnswer): void;
}

/** How it ended. */
export interface TruncatedAnswer {
  readonly potentials: Potentials;
  readonly measured: Measured;
  readonly status: Status;
  /** Passes over the near pairs, on all levels. */
  readonly iterations: number;
  readonly epsilon: number;
  readonly why: string;
}

/** Whether the problem has the structure: squared distances in few dimensions, and mass. */
export function isPointsProblem(problem: EntropicProblem): problem is PointsProblem {
  const { cost, mass } = problem;
  return mass > 0 && cost.kind === "points" && cost.ground.norm === 2 && cost.ground.power === 2 && cost.x.cols > 0;
}

/** Below so many pairs, all of them are looked at in a few milliseconds. */
const manyPairs = 2 ** 18;
const fewDimensions = 3;

/** Options that choose between this and an iteration over all pairs. */
export interface NearPairsOptions {
  /**
   * Whether to look at near pairs only, coarse to fine: `"auto"` (default) does for squared distances in up to three dimensions and from
   * 2^18 pairs on, unless an option of the iteration over all pairs is given (`acceleration`, `overRelaxation`, `momentum`,
   * `annealing`, `keepEntries`); `"always"` for squared or cosine distances in any number of dimensions; `"never"`.
   */
  readonly nearPairs?: "auto" | "always" | "never";
}

const otherOptions = ["acceleration", "overRelaxation", "momentum", "annealing", "keepEntries"] as const;

/** Whether to solve by near pairs. */
export function prefersNearPairs(
  problem: EntropicProblem,
  options: NearPairsOptions & { readonly [option in (typeof otherOptions)[number]]?: unknown },
): problem is PointsProblem {
  const { nearPairs = "auto" } = options;
  if (nearPairs === "never" || !isPointsProblem(problem)) return false;
  if (nearPairs === "always") return true;
  const [n, m] = problem.cost.shape;
  return (
    n * m >= manyPairs &&
    problem.cost.x.cols <= fewDimensions &&
    otherOptions.every((option) => options[option] === undefined)
  );
}

/** Share of the tolerance that may be left out of the sums of a measurement, of both marginals together. */
const leftOut = 0.005;
/** Newton's goal on a level is below the tolerance by what is left out, and rough where the next level changes everything. */
const goals = { last: 0.98, fall: 2e-2, coarse: 1e-3 };
/** A warm start that leaves an error above this after so many passes is worse than none. */
const helpful = 0.5;
const helpPasses = 8;

/** Solves; the potentials are complete. */
export function* truncatedSinkhorn(
  control: TruncatedControl,
  problem: PointsProblem,
  task: TruncatedTask,
): Generator<Progress, TruncatedAnswer, void> {
  const workspace = lease(truncated);
  let intact = true;
  try {
    return yield* solve(control, problem, task, workspace);
  } catch (error) {
    intact = isOtError(error);
    throw error;
  } finally {
    if (intact) giveBack(workspace);
  }
}

function* solve(
  control: TruncatedControl,
  problem: PointsProblem,
  task: TruncatedTask,
  workspace: Workspace,
): Generator<Progress, TruncatedAnswer, void> {
  const { cost, a, b, mass, warmStart } = problem;
  const unit = cost.ground.cosine ? 0.5 : 1;
  const x = sortedCloud(cost.x, a, mass);
  const y = sortedCloud(cost.y, b, mass);
  const field = startField(workspace, x, y);
  const largest = largestDistance(problem, workspace, field) * unit;
  const epsilon = readEpsilon(task, largest);
  const whole: Stage = { x: 0, y: 0, epsilon: epsilon / unit };
  let path = stages(field.pyramids[0], field.pyramids[1], largest / unit, whole.epsilon);
  let at = path[0];
  let iteration = 0;
  let error = Infinity;
  let phase = "coarse";
  const sign = (): Progress => ({ phase, iteration, error, elapsedMs: control.elapsedMs() });
  function* wait<R>(work: Generator<void, R, void>): Generator<Progress, R, void> {
    for (;;) {
      const step = work.next();
      if (step.done) return step.value;
      yield sign();
    }
  }
  const outcome = (status: Status) => ({ status, iterations: iteration, epsilon, why: reason(path.length, warm) });
  let warm = warmStart !== null;
  if (warmStart !== null) {
    path = [whole];
    at = whole;
    field.start(
      whole,
      [x, y].map(({ order }, side) => {
        const given = side === 0 ? warmStart.f : warmStart.g;
        return Float64Array.from(order, (i) => given[i] / unit);
      }) as [Float64Array, Float64Array],
    );
  } else field.start(at, null);
  control.offer(() => ({
    ...snapshot(problem, x, y, field, at, whole, unit, task.tolerance),
    ...outcome("stopped"),
    why: "the run is under way",
  }));

  for (let index = 0; index < path.length; index++) {
    const stage = path[index];
    const last = index === path.length - 1;
    phase = last ? "iterate" : "coarse";
    if (stage !== at) yield* wait(field.carry(at, stage));
    at = stage;
    const [rows, columns] = field.sides(stage);
    const mark = workspace.mark();
    const begun = iteration;
    const hopeless = (): boolean => warm && iteration - begun >= helpPasses && error > helpful;
    const finerNext = !last && (path[index + 1].x !== stage.x || path[index + 1].y !== stage.y);
    const end = yield* wait(
      newton({
        workspace,
        pairs: field.pairs,
        x: rows,
        y: columns,
        scale: scaleOf(stage),
        cell: cellSize(field.pyramids, stage),
        known: warm ? 0 : 1,
        goal: last ? goals.last * task.tolerance : finerNext ? goals.coarse : goals.fall,
        passed(now) {
          error = now;
          iteration++;
        },
        stop: () => control.interrupted() !== null || hopeless(),
      }),
    );
    workspace.release(mark);
    const status = control.interrupted();
    if (end === "interrupted" && status === null) {
      warm = false;
      path = stages(field.pyramids[0], field.pyramids[1], largest / unit, whole.epsilon);
      at = path[0];
      field.start(at, null);
      index = -1;
      continue;
    }
    if (status !== null || last) {
      phase = "finish";
      if (end === "interrupted") yield* wait(settle(field, at, whole));
      at = whole;
      const measured = yield* wait(measure(problem, x, field, whole, unit, task.tolerance));
      const reached = measured.error <= task.tolerance;
      const potentials = yield* wait(complete(problem, x, y, field, whole, unit));
      return { potentials, measured, ...outcome(reached ? "converged" : (status ?? "stalled")) };
    }
  }
  throw new Error("there are no stages");
}

/** The largest squared distance, atoms without mass included. */
function largestDistance({ cost, a, b }: PointsProblem, workspace: Workspace, field: Field): number {
  if (!a.includes(0) && !b.includes(0)) return field.largest();
  const mark = workspace.mark();
  const all = [cost.x, cost.y].map((points) => sortedCloud(points, new Float64Array(points.rows).fill(1), 1).cloud);
  const [x, y] = all.map((cloud) => field.pairs.place(cloud));
  const found = workspace.call["farthest"](x.header, y.header);
  workspace.release(mark);
  return found;
}

function reason(count: number, warm: boolean): string {
  if (warm) return "squared distances: the pairs that matter, from the warm start";
  return `squared distances: the pairs that matter, by way of ${count - 1} coarser problems`;
}

/** A cell is small against the width of the plan: then it holds the error that is slow to fall. */
function cellSize([x, y]: readonly [Pyramid, Pyramid], stage: Stage): number {
  const spacing = Math.max(x.spacing[stage.x], y.spacing[stage.y]);
  const { d } = x.clouds[0];
  // A run of q points is (q / 4)^(1/d) times as wide as one of 4, so its square is (q / 4)^(2/d) times as large.
  let room = 1;
  for (let k = 0; k < d; k++) room *= stage.epsilon / (widths * spacing);
  let size = 1;
  while (size < 32 && (size / 2) ** 2 < room) size *= 2;
  return size;
}

/** Epsilon over the mean square of the width of a cell, at least. */
const widths = 20;

/** From whatever stage to rows that fit on the finest level. */
function* settle(field: Field, at: Stage, whole: Stage): Generator<void, void, void> {
  if (at !== whole) yield* field.carry(at, whole);
  yield* field.fit(whole);
}

function* measure(
  { a, mass }: PointsProblem,
  x: SortedCloud,
  field: Field,
  whole: Stage,
  unit: number,
  tolerance: number,
): Generator<void, Measured, void> {
  const { error, paid, rows: sums } = yield* field.measure(whole, leftOut * tolerance);
  const rows = new Float64Array(a.length);
  x.order.forEach((i, k) => {
    rows[i] = sums[k] * a[i];
  });
  return { error, transportCost: paid * unit * mass, rows };
}

/** Potentials of all atoms, those without mass by the formula of the others. */
function* complete(
  { cost, a, b }: PointsProblem,
  x: SortedCloud,
  y: SortedCloud,
  field: Field,
  whole: Stage,
  unit: number,
): Generator<void, Potentials, void> {
  const [f, g] = field.potentials(whole);
  const out = { f: new Float64Array(a.length), g: new Float64Array(b.length) };
  x.order.forEach((i, k) => {
    out.f[i] = f[k] * unit;
  });
  y.order.forEach((j, k) => {
    out.g[j] = g[k] * unit;
  });
  const empty = [emptyCloud(cost.x, a, x), emptyCloud(cost.y, b, y)];
  for (const [side, { cloud, order }] of empty.entries()) {
    if (cloud.n === 0) continue;
    const found = yield* field.extend(whole, side === 0 ? 1 : 0, cloud);
    order.forEach((i, k) => {
      out[side === 0 ? "f" : "g"][i] = found[k] * unit;
    });
  }
  return out;
}

/** The atoms that the solve left out. */
function emptyCloud(points: PointsCost["x"], masses: Float64Array, kept: SortedCloud): SortedCloud {
  const left = new Float64Array(masses.length);
  if (kept.order.length < masses.length) left.fill(1);
  for (const i of kept.order) left[i] = 0;
  return sortedCloud(points, left, 1);
}

/** The answer of the present potentials, made in another workspace so that the run goes on undisturbed. */
function snapshot(
  problem: PointsProblem,
  x: SortedCloud,
  y: SortedCloud,
  running: Field,
  at: Stage,
  whole: Stage,
  unit: number,
  tolerance: number,
): Pick<TruncatedAnswer, "potentials" | "measured"> {
  return withWorkspace(truncated, (workspace) => {
    const field = startField(workspace, x, y);
    field.start(at, running.potentials(at));
    drain(settle(field, at, whole));
    const measured = drain(measure(problem, x, field, whole, unit, tolerance));
    return { measured, potentials: drain(complete(problem, x, y, field, whole, unit)) };
  });
}

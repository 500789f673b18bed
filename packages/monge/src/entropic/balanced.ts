// A balanced problem from start to end: where it starts, through which epsilons it goes, and which iteration takes it there.
import { entropic } from "../kernels/entropic.ts";
import { giveBack, lease } from "../kernels/workspace.ts";
import type { Potentials, Progress } from "../run/options.ts";
import { drain } from "../run/solver.ts";
import { type AccelerationChoice, newtonOf, ruleOf } from "./acceleration/acceleration.ts";
import { type Aggregate, aggregate } from "./acceleration/aggregate.ts";
import type { Relaxation } from "./acceleration/relaxation.ts";
import { type Ended, type Exits, iterate } from "./iterate.ts";
import { type Sweeper, startSweeper } from "./operators/sweeper.ts";
import type { EntropicProblem } from "./problem.ts";
import { epsilonSchedule, fall } from "./schedule.ts";

/** What is asked for. */
export interface Balanced {
  readonly epsilon: number;
  /** The largest finite |C_ij|. */
  readonly largest: number;
  readonly tolerance: number;
  readonly annealing: "auto" | "none" | readonly number[];
  readonly keep: boolean;
  readonly choice: AccelerationChoice;
  /** Told the number of passes so far. */
  count?(iterations: number): void;
}

/** Atoms with mass on the smaller side from which on a coarse problem is solved first. */
const fewest = 200;
/** Groups that need an epsilon beyond this share of the largest cost are no help. */
const useful = 1 / 8;
/** What a coarse problem is solved to. */
const coarseTolerance = 1e-2;

/** Solves the problem that the sweeper holds; potentials are left there. */
export function* solveBalanced(
  problem: EntropicProblem,
  sweeper: Sweeper,
  task: Balanced,
  exits: Exits,
): Generator<Progress, Ended & { why: string }, void> {
  const { epsilon, largest, annealing } = task;
  const warm = problem.warmStart !== null;
  let { schedule, why } = epsilonSchedule(epsilon, largest, annealing, warm);
  const cold = warm ? epsilonSchedule(epsilon, largest, annealing, false).schedule : undefined;
  sweeper.setEpsilon(schedule[0]);
  if (problem.warmStart !== null) sweeper.setPotentials(problem.warmStart);
  const start =
    annealing === "auto" && schedule.length > 1 ? yield* startCoarse(problem, sweeper, task, exits) : undefined;
  if (start !== undefined) {
    schedule = fall(start.epsilon, epsilon);
    sweeper.setEpsilon(start.epsilon);
    sweeper.setPotentials(start.potentials);
    why = `started from ${start.groups[0]} x ${start.groups[1]} groups of atoms`;
    if (schedule.length > 1) why += `, which are too coarse below epsilon ${start.epsilon.toPrecision(3)}`;
  }
  const { keep, tolerance, count } = task;
  const relaxation = (): Relaxation => ruleOf(task.choice, problem);
  const ended = yield* iterate(
    sweeper,
    { schedule, cold, keep, tolerance, relaxation, newton: newtonOf(task.choice), count },
    exits,
  );
  return { ...ended, why: ended.why === undefined ? why : `${why}; ${ended.why}` };
}

interface CoarseStart {
  readonly epsilon: number;
  readonly potentials: Potentials;
  readonly groups: readonly [rows: number, columns: number];
}

/** Potentials from a problem between groups of atoms, and the epsilon that they belong to; undefined where that promises nothing. */
function* startCoarse(
  problem: EntropicProblem,
  { inside }: Sweeper,
  task: Balanced,
  exits: Exits,
): Generator<Progress, CoarseStart | undefined, void> {
  const sign = (): Progress => ({ phase: "coarse", iteration: 0, error: Infinity, elapsedMs: exits.elapsedMs() });
  const filled = (masses: Float64Array): number => masses.reduce((count, mass) => count + (mass > 0 ? 1 : 0), 0);
  if (inside === undefined || Math.min(filled(problem.a), filled(problem.b)) < fewest) return undefined;
  const grouping = aggregate(problem, inside);
  let step = grouping.next();
  for (; !step.done; step = grouping.next()) yield sign();
  const coarse = step.value;
  if (coarse === undefined) return undefined;
  const epsilon = Math.max(task.epsilon, coarse.blur);
  if (!(epsilon < task.largest * useful)) return undefined;
  const workspace = lease(entropic);
  const sweeper = startSweeper(coarse.problem, workspace);
  const steps = solveBalanced(
    coarse.problem,
    sweeper,
    { ...task, epsilon, tolerance: coarseTolerance, count: undefined },
    exits,
  );
  for (let next = steps.next(); !next.done; next = steps.next()) yield sign();
  const potentials = sweeper.potentials();
  giveBack(workspace);
  return { epsilon, potentials: carryOver(coarse, potentials, epsilon), groups: coarse.problem.cost.shape };
}

/** Potentials of all atoms: g by a column update between groups of rows and single columns, f from the groups. */
function carryOver(coarse: Aggregate, { f, g }: Potentials, epsilon: number): Potentials {
  const { between, rowGroup, columnGroup } = coarse;
  const workspace = lease(entropic);
  const sweeper = startSweeper(between, workspace);
  sweeper.setEpsilon(epsilon);
  sweeper.setPotentials({ f, g: Float64Array.from(columnGroup, (J) => (J < 0 ? 0 : g[J])) });
  drain(sweeper.measure());
  drain(sweeper.columns(1));
  const carried = sweeper.potentials().g;
  giveBack(workspace);
  return { f: Float64Array.from(rowGroup, (I) => (I < 0 ? 0 : f[I])), g: carried };
}

// Entropic transport whose marginals need not be met: min <P, C> + eps KL(P | a (x) b) + D(P 1 | a) + D(P^T 1 | b), or with P 1 <= a,
// P^T 1 <= b and a prescribed mass. Chizat, Peyre, Schmitzer, Vialard (2018); Benamou, Carlier, Cuturi, Nenna, Peyre (2015).
import { type CostLike, toCost } from "../../cost/cost.ts";
import { isOtError } from "../../errors/otError.ts";
import { entropic } from "../../kernels/entropic.ts";
import { giveBack, lease } from "../../kernels/workspace.ts";
import { sum } from "../../linalg/sum.ts";
import type { Weights } from "../../measure/weights.ts";
import type { Potentials, Progress } from "../../run/options.ts";
import { drain, type RunControl } from "../../run/solver.ts";
import { constantRelaxation, type Relaxation } from "../acceleration/relaxation.ts";
import { entropicReport, type Outcome } from "../answer.ts";
import { gibbsPlan } from "../gibbsPlan.ts";
import type { Measured, Sweeper } from "../operators/sweeper.ts";
import { epsilonSchedule, readEpsilon } from "../schedule.ts";
import type { SinkhornResult } from "../sinkhornResult.ts";
import { certifyRelaxed } from "./certificate.ts";
import { planPotentials, potentialValue } from "./claim.ts";
import { relaxedIterate } from "./iterate.ts";
import { type RelaxedOptions, type RelaxedProblem, readRelaxed } from "./problem.ts";
import { startRelaxedSweeper, tooHeavy } from "./sweeper.ts";

/** What `sinkhorn` hands over. */
export interface RelaxedRun extends RelaxedOptions {
  readonly epsilon?: number;
  readonly relativeEpsilon?: number;
  readonly annealing?: "auto" | "none" | readonly number[];
  readonly keepEntries?: boolean;
  readonly tolerance: number;
  readonly overRelaxation: number | "auto";
}

/** Plain data from which the result is made: it may come from another thread. */
interface Solved {
  readonly potentials: Potentials;
  readonly measured: Measured;
  readonly outcome: Omit<Outcome, "elapsedMs">;
}

/** Checks the input and returns the run. */
export function relaxedSinkhorn(
  control: RunControl<SinkhornResult>,
  a: Weights,
  b: Weights,
  C: CostLike,
  options: RelaxedRun,
): Generator<Progress, SinkhornResult, void> {
  return run(control, readRelaxed(a, b, toCost(C), options), options);
}

function* run(
  control: RunControl<SinkhornResult>,
  problem: RelaxedProblem,
  options: RelaxedRun,
): Generator<Progress, SinkhornResult, void> {
  const { potentials, measured, outcome } = yield* control.elsewhere(() => solveHere(control, problem, options));
  return relaxedResult(problem, potentials, measured, { ...outcome, elapsedMs: control.elapsedMs() });
}

function* solveHere(
  control: RunControl<SinkhornResult>,
  problem: RelaxedProblem,
  options: RelaxedRun,
): Generator<Progress, Solved, void> {
  const { tolerance, overRelaxation } = options;
  const workspace = lease(entropic);
  let intact = true;
  const drive = function* <R>(phase: string, pass: Generator<void, R, void>): Generator<Progress, R, void> {
    for (;;) {
      const step = pass.next();
      if (step.done) return step.value;
      yield { phase, iteration: 0, error: Infinity, elapsedMs: control.elapsedMs() };
    }
  };
  try {
    const sweeper = startRelaxedSweeper(problem, workspace);
    const largest = yield* drive("read", sweeper.largest());
    const epsilon = readEpsilon(options, largest);
    const method = `sinkhorn over ${sweeper.operator.name}`;
    if (problem.partial === 0) {
      const [potentials, measured] = nothing(problem, largest, epsilon);
      const why = "no mass is to move";
      return { potentials, measured, outcome: { status: "converged", iterations: 0, epsilon, tolerance, method, why } };
    }
    const annealing = options.annealing ?? "auto";
    const warm = problem.warmStart !== null;
    const { schedule, why } = epsilonSchedule(epsilon, largest, annealing, warm);
    const cold = warm ? epsilonSchedule(epsilon, largest, annealing, false).schedule : undefined;
    sweeper.setEpsilon(schedule[0]);
    if (problem.warmStart !== null) sweeper.setPotentials(problem.warmStart);
    control.offer(() => snapshot(problem, sweeper, { epsilon, tolerance, method, elapsedMs: control.elapsedMs() }));
    const mix = overRelaxation === "auto";
    const relaxation = (): Relaxation => constantRelaxation(mix ? 1 : overRelaxation);
    const keep = options.keepEntries ?? true;
    const weights = problem.b.map((mass) => mass / problem.unit);
    const task = { schedule, cold, keep, tolerance, relaxation, mix, weights };
    const { status, iterations, measured } = yield* relaxedIterate(sweeper, task, control);
    yield* drive("finish", emptyAtoms(sweeper, problem));
    return {
      potentials: finished(problem, sweeper.potentials()),
      measured,
      outcome: { status, iterations, epsilon, tolerance, method, why },
    };
  } catch (error) {
    // An error of ours leaves the memory in order; a trap may not.
    intact = isOtError(error);
    throw error;
  } finally {
    if (intact) giveBack(workspace);
  }
}

/** Potentials of atoms without mass; the column sums are those of a measurement. */
function* emptyAtoms(sweeper: Sweeper, { a, b }: RelaxedProblem): Generator<void, void, void> {
  if (b.includes(0)) yield* sweeper.columns(1, "empty");
  if (a.includes(0)) yield* sweeper.emptyRows();
}

/** A multiplier so low that every entry of the plan is 0 in floating point. */
function nothing(problem: RelaxedProblem, largest: number, epsilon: number): [Potentials, Measured] {
  const [n, m] = problem.cost.shape;
  const lambda = -largest - (4400 * epsilon) / Math.LOG2E;
  return [
    { f: new Float64Array(n), g: new Float64Array(m), lambda },
    { error: 0, transportCost: 0, rows: new Float64Array(n) },
  ];
}

/** All the mass of a side was moved as an equality: its potentials <= 0 by a constant that the multiplier takes. */
function finished({ partial, source, target }: RelaxedProblem, { f, g, lambda = 0 }: Potentials): Potentials {
  if (partial === null) return { f, g };
  const top = source === "equal" ? f.reduce((most, value) => Math.max(most, value), -Infinity) : 0;
  const right = target === "equal" ? g.reduce((most, value) => Math.max(most, value), -Infinity) : 0;
  return { f: f.map((value) => value - top), g: g.map((value) => value - right), lambda: lambda + top + right };
}

/** The answer of the present potentials, made in another workspace so that the run goes on undisturbed. */
function snapshot(
  problem: RelaxedProblem,
  running: Sweeper,
  how: Omit<Outcome, "status" | "iterations" | "why">,
): SinkhornResult {
  const workspace = lease(entropic);
  const sweeper = startRelaxedSweeper(problem, workspace);
  sweeper.setEpsilon(how.epsilon);
  sweeper.setPotentials(running.potentials());
  drain(sweeper.rows(1));
  const measured = drain(sweeper.measure());
  if (measured.error === Infinity) throw tooHeavy();
  drain(emptyAtoms(sweeper, problem));
  const potentials = finished(problem, sweeper.potentials());
  giveBack(workspace);
  return relaxedResult(problem, potentials, measured, {
    ...how,
    status: "stopped",
    iterations: 0,
    why: "the run is under way",
  });
}

function relaxedResult(
  problem: RelaxedProblem,
  potentials: Potentials,
  { rows, transportCost, error }: Measured,
  outcome: Outcome,
): SinkhornResult {
  const { cost, a, b, unit, massAdjustment } = problem;
  const { epsilon } = outcome;
  return {
    // The dual value: its error is of second order in that of the potentials, the primal one's of first.
    value: potentialValue(problem, potentials, epsilon).value - epsilon * sum(rows),
    transportCost,
    epsilon,
    plan: gibbsPlan(cost, a, b, unit, planPotentials(problem, potentials, epsilon), epsilon),
    potentials,
    report: entropicReport(outcome, error, massAdjustment),
    problem: { cost, a, b, marginals: { source: problem.source, target: problem.target } },
    certify: certifyRelaxed(problem, potentials, epsilon),
  };
}

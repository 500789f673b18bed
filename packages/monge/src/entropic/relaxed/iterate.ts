// Sinkhorn's iteration with relaxed marginals, to a tolerance, through a schedule of falling epsilons, with the exits of every run.
import type { Progress, Status } from "../../run/options.ts";
import { startMixing } from "../acceleration/mixing.ts";
import type { Ended, Exits, Iteration } from "../iterate.ts";
import { passes } from "../passes.ts";
import { type RelaxedSweeper, tooHeavy } from "./sweeper.ts";

/** Error at which the next epsilon of the schedule is taken, and iterations after which it is anyhow. */
const coarse = 0.02;
const coarseIterations = 12;
/** Iterations without a smaller error after which rounding has the last word, and, for errors that are large, no plan exists. */
const patience = { small: 60, large: 1000 };
const small = 1e-6;
/** Error from which on entries are kept, and its fall after which they are computed anew. */
const keepFrom = 0.1;
const keepFall = 0.01;
/** Below this error potentials move so little that what was left out once stays out. */
const keepOn = 0.05;
const keepLong = 1e-5;
/** The fall where nothing is left out: what single precision costs is all that counts then. */
const keepAll = 1e-8;
/** After this fall, an iteration that leaves more than this share of the error shows what single precision costs: entries are computed anew. */
const worn = { fall: 1e-6, share: 0.9 };
/** Within this many tolerances kept entries that led astray are not kept again after so many times. */
const wide = 30;
const mostAstray = 3;
/** Share of the tolerance that entries left out may weigh together. */
const dropped = 0.01;
/** A warm start that leaves an error above this after this many iterations is worse than none. */
const helpful = 0.5;
const helpIterations = 20;

/** Steps that the acceleration remembers, and the error from which on it is used. */
const depth = 20;
const near = 0.3;
/** An error this many times the least one sends the acceleration back to where that was, to rest for more iterations each time. */
const runaway = 10;
const absurd = 1e6;
const rest = 10;

/** What one run is to do. */
export interface RelaxedIteration extends Iteration {
  /** Whether to accelerate, see {@link startMixing}. */
  readonly mix: boolean;
  /** The weights of the target's atoms, by which residuals are compared. */
  readonly weights: Float64Array;
}

/** Runs to the tolerance or an exit. */
export function* relaxedIterate(
  sweeper: RelaxedSweeper,
  task: RelaxedIteration,
  exits: Exits,
): Generator<Progress, Ended, void> {
  const { tolerance } = task;
  let { schedule } = task;
  let iteration = 0;
  let error = Infinity;
  let phase = "start";
  let mayKeep = task.keep;
  let astray = 0;
  let again = false;
  let goal = tolerance;
  /** The least error at this epsilon, and the state that followed it. */
  let least = Infinity;
  let best: Float64Array | undefined;
  const sign = (): Progress => ({ phase, iteration, error, elapsedMs: exits.elapsedMs() });
  const { watch, whole } = passes(sign, () => exits.interrupted());
  for (let level = 0; level < schedule.length; level++) {
    const last = level === schedule.length - 1;
    sweeper.setEpsilon(schedule[level]);
    phase = last ? "iterate" : "anneal";
    const rule = task.relaxation();
    const mixing = startMixing(task.weights, depth);
    least = Infinity;
    best = undefined;
    let since = 0;
    let mayMix = task.mix && !again;
    let returns = 0;
    let resting = 0;
    let keptAt = 0;
    let previous = Infinity;
    for (let count = 1; ; count++) {
      const swept = yield* watch(sweeper.rows(rule.omega));
      if (swept !== undefined) {
        error = swept.value;
        iteration++;
        const spent = error <= worn.fall * keptAt && error > worn.share * previous;
        previous = error;
        if (last && sweeper.keeping() && error > tolerance && (spent || error <= goal)) sweeper.drop();
        else if (last && error <= (sweeper.keeping() ? goal : tolerance)) {
          const measured = yield* whole(sweeper.measure());
          if (measured.error <= tolerance) return { status: "converged", iterations: iteration, measured };
          if (sweeper.keeping()) {
            sweeper.drop();
            mixing.forget();
            error = measured.error;
            least = Infinity;
            best = undefined;
            // What is left is of the size of what single precision and leaving out cost.
            mayKeep = mayKeep && (measured.error > tolerance * wide || ++astray < mostAstray);
          }
        }
        yield sign();
      }
      const status = exits.interrupted();
      if (status !== null) return yield* leave(status, last && swept !== undefined);
      if (error < least) {
        least = error;
        since = 0;
      } else if (++since >= (least < small ? patience.small : patience.large)) {
        if (rule.omega === 1 && !mayMix && !sweeper.keeping()) return yield* leave("stalled", last);
        if (sweeper.keeping()) {
          // Errors of the full plan are not to be compared with those of what was kept.
          mayKeep = ++astray < mostAstray;
          sweeper.drop();
          mixing.forget();
          least = Infinity;
          best = undefined;
        } else {
          rule.rest();
          mayMix = false;
        }
        since = 0;
      }
      if (task.cold !== undefined && schedule !== task.cold && count === helpIterations && error > helpful) {
        schedule = task.cold;
        level = -1;
        sweeper.clear();
        break;
      }
      // An exit in the middle of the columns is seen again in the rows.
      if (error > absurd && best === undefined && !sweeper.fills && (mayMix || error === Infinity)) {
        // Beyond reason: once from the first epsilon, at the plain pace and over all entries.
        if (again) throw tooHeavy();
        again = true;
        mayKeep = false;
        level = -1;
        sweeper.clear();
        break;
      }
      if (best !== undefined && error > (last ? tolerance : coarse) && error > runaway * least) {
        sweeper.setState(best);
        best = undefined;
        mixing.forget();
        resting = count + rest * ++returns;
        continue;
      }
      const from = mayMix && error < near && count >= resting ? sweeper.state() : undefined;
      yield* watch(sweeper.columns(rule.omega));
      if (from !== undefined) {
        const mapped = sweeper.state();
        if (error === least) best = mapped;
        sweeper.setState(mixing.next(from, mapped));
      }
      if (last && mayKeep && !sweeper.keeping() && error <= keepFrom) {
        const kept = yield* watch(sweeper.keep(dropped * tolerance));
        mayKeep = kept === undefined || kept.value;
        keptAt = error;
        const fall = sweeper.keptAll() ? keepAll : error < keepOn ? keepLong : keepFall;
        goal = Math.max(tolerance / 2, fall * error);
      }
      if (!last && (error <= coarse || count >= coarseIterations)) break;
    }
  }
  throw new Error("the schedule is empty");

  function* leave(status: Status, settled: boolean): Generator<Progress, Ended, void> {
    sweeper.drop();
    const lost = error > runaway * least;
    if (lost && best !== undefined) sweeper.setState(best);
    else if (error === Infinity && !sweeper.fills) sweeper.clear();
    if (!settled || lost) {
      sweeper.setEpsilon(schedule[schedule.length - 1]);
      yield* whole(sweeper.rows(1));
    }
    const measured = yield* whole(sweeper.measure());
    if (measured.error === Infinity) throw tooHeavy();
    return { status, iterations: iteration, measured };
  }
}

// Sinkhorn's iteration to a tolerance, through a schedule of falling epsilons, with the exits that every run has.
import type { Progress, Status } from "../run/options.ts";
import { startNewton } from "./acceleration/newton.ts";
import { describePlain, patientIterations, plainIterations } from "./acceleration/prediction.ts";
import type { Relaxation } from "./acceleration/relaxation.ts";
import type { Measured, Sweeper } from "./operators/sweeper.ts";
import { passes } from "./passes.ts";

/** What one run is to do. */
export interface Iteration {
  /** Epsilons to pass through, the wanted one last. */
  readonly schedule: readonly number[];
  readonly tolerance: number;
  /** What to do about a warm start that does not help: forget it and take this schedule instead. */
  readonly cold: readonly number[] | undefined;
  /** Whether entries may be kept, so that most iterations need no exponentials. */
  readonly keep: boolean;
  /** A fresh rule for each epsilon. */
  relaxation(): Relaxation;
  /** Newton's method where entries are kept: `"always"`, or `"predicted"`, where Sinkhorn's iteration is predicted to take longer. Default: never. */
  readonly newton?: "always" | "predicted";
  /** Told the number of passes so far. */
  count?(iterations: number): void;
}

/** The exits of a run. */
export interface Exits {
  interrupted(): Status | null;
  elapsedMs(): number;
}

/** How a run ended; the potentials are in the sweeper. */
export interface Ended {
  readonly status: Status;
  readonly iterations: number;
  readonly measured: Measured;
  /** What was chosen on the way, and why. */
  readonly why?: string;
}

/** Marginal error at which the next epsilon of the schedule is taken, and iterations after which it is anyhow. */
const coarse = 0.05;
const coarseIterations = 12;
const newtonIterations = 40;
/** Iterations without a smaller error after which rounding has the last word, and, for errors that are large, no plan exists. */
const patience = { small: 100, large: 1000 };
const small = 1e-6;
/** Error (2 at most) from which on entries are kept, and its fall after which they are computed anew. */
const keepFrom = 1;
const keepFall = 0.01;
/** The fall for Newton's method, which reaches it in two or three steps. */
const newtonFall = 1e-5;
/** Share of the masses that entries left out may weigh at the epsilons before the last. */
const coarsely = 1e-6;
/** Steps of Newton's method in a row that may be none, or leave this share of a small error or more, before it is given up, until entries are kept anew. */
const mostFailures = 5;
const gain = 0.9;
/** Share of the tolerance that entries left out may weigh together. */
const dropped = 0.01;
/** A warm start that leaves an error above this after this many iterations is worse than none. */
const helpful = 0.5;
const helpIterations = 20;

/** Runs to the tolerance or an exit. The plan that is left has exact rows unless omega differs from 1. */
export function* iterate(sweeper: Sweeper, task: Iteration, exits: Exits): Generator<Progress, Ended, void> {
  const { tolerance } = task;
  let { schedule } = task;
  let iteration = 0;
  let error = Infinity;
  let phase = "start";
  let mayKeep = task.keep;
  let goal = tolerance;
  let why: string | undefined;
  const { inside } = sweeper;
  const newton = task.newton === undefined || inside === undefined ? undefined : startNewton(sweeper, inside);
  const sign = (): Progress => ({ phase, iteration, error, elapsedMs: exits.elapsedMs() });
  const { watch, whole } = passes(sign, () => exits.interrupted());
  for (let level = 0; level < schedule.length; level++) {
    const last = level === schedule.length - 1;
    sweeper.setEpsilon(schedule[level]);
    phase = last ? "iterate" : "anneal";
    const rule = task.relaxation();
    let least = Infinity;
    let since = 0;
    let previous = Infinity;
    let exact = false;
    let failures = 0;
    let keptAt = Infinity;
    for (let count = 1; ; count++) {
      // Newton's method starts from exact rows.
      const omega = newton !== undefined && sweeper.keeping() && failures < mostFailures ? 1 : rule.omega;
      const swept = exact ? { value: error } : yield* watch(sweeper.rows(omega));
      if (swept !== undefined) {
        error = swept.value;
        if (!exact) pass();
        exact = false;
        if (last && error <= (sweeper.keeping() ? goal : tolerance)) {
          if (!sweeper.keeping() || error <= tolerance / 2) {
            const measured = yield* whole(sweeper.measure());
            if (measured.error <= tolerance) return { status: "converged", iterations: iteration, measured, why };
            error = measured.error;
          }
          if (sweeper.keeping()) {
            sweeper.drop();
            rule.forget();
          }
        }
        yield sign();
      }
      const status = exits.interrupted();
      if (status !== null) return yield* leave(status, last && swept !== undefined && !sweeper.keeping());
      if (error < least) {
        least = error;
        since = 0;
      } else if (++since >= (least < small ? patience.small : patience.large)) {
        // What kept entries say is not the last word.
        const seenAll = !sweeper.keeping();
        if (!seenAll) mayKeep = false;
        sweeper.drop();
        // A large constant between F and G costs digits: taken out before rounding is blamed.
        const moved = sweeper.centre();
        if (seenAll && rule.omega === 1 && rule.adjust === undefined && !moved) return yield* leave("stalled", last);
        rule.rest();
        since = 0;
      }
      if (task.cold !== undefined && schedule !== task.cold && count === helpIterations && error > helpful) {
        schedule = task.cold;
        level = -1;
        sweeper.clear();
        break;
      }
      if (!last && (error <= coarse || count >= (newton === undefined ? coarseIterations : newtonIterations))) break;
      if (newton !== undefined && sweeper.keeping() && failures < mostFailures) {
        const left = plainIterations(error, previous, last ? tolerance : coarse);
        // What a step leaves falls slower and slower: the rate that is seen next promises too much.
        if (task.newton === "always" || left > (why === undefined ? patientIterations : 2)) {
          if (last && why === undefined) why = describePlain(sweeper, error, previous, left);
          const reached = yield* newtonStep(newton.step(error, tolerance));
          // Far from the solution the dual rises in every step while the error need not fall.
          const gained = typeof reached === "number" && (error > small || reached < gain * error);
          failures = gained ? 0 : failures + 1;
          if (typeof reached === "number") {
            error = reached;
            exact = true;
          }
          if (reached === undefined) return yield* leave(exits.interrupted() ?? "stopped", false);
          if (failures === mostFailures) sweeper.drop();
          previous = Infinity;
          continue;
        }
      }
      previous = error;
      // An exit in the middle of the columns is seen again in the rows.
      const before = rule.adjust === undefined ? undefined : inside?.G().slice(0, inside.m);
      yield* watch(sweeper.columns(rule.omega));
      rule.observe(error);
      if (before !== undefined && inside !== undefined) {
        rule.adjust?.(inside.G().subarray(0, inside.m), before);
        inside.moved();
      }
      if ((last || newton !== undefined) && mayKeep && !sweeper.keeping() && error <= keepFrom) {
        const kept = yield* watch(sweeper.keep(last ? dropped * tolerance : coarsely));
        mayKeep = kept === undefined || kept.value;
        if (error < keptAt / 2) failures = 0;
        keptAt = error;
        goal = Math.max(tolerance / 2, (newton === undefined ? keepFall : newtonFall) * error);
      }
    }
  }
  throw new Error("the schedule is empty");

  function pass(): void {
    iteration++;
    task.count?.(iteration);
  }
  /** A step of Newton's method; undefined where an exit broke it off. */
  function* newtonStep(
    step: Generator<void, number | null, void>,
  ): Generator<Progress, number | null | undefined, void> {
    for (;;) {
      const next = step.next();
      if (next.done) return next.value;
      pass();
      yield sign();
      if (exits.interrupted() !== null) return undefined;
    }
  }
  function* leave(status: Status, settled: boolean): Generator<Progress, Ended, void> {
    sweeper.drop();
    if (!settled) {
      sweeper.setEpsilon(schedule[schedule.length - 1]);
      yield* whole(sweeper.rows(1));
    }
    return { status, iterations: iteration, measured: yield* whole(sweeper.measure()), why };
  }
}

// One iterative solver, three forms: written once as a generator, driven to the end at once, between turns of the event loop, or by hand.
import { OtError } from "../errors/otError.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "./options.ts";
import type { Job, Pool } from "./pool.ts";
import { isWaiting } from "./progress.ts";

/** A solve in steps: iterate over it for its progress. */
export interface Run<R> extends Generator<Progress, R, void> {
  /** The result, once the run has ended. */
  readonly result?: R;
  /** Where the run stands now, as a feasible answer with status `"stopped"`; the run goes on undisturbed. */
  snapshot(): R;
}

/** What a solver's body sees of its driver. */
export interface RunControl<R> {
  readonly maxIterations: number;
  readonly elapsedMs: () => number;
  /** The status to stop with now, or null to go on; asked after each yield. */
  interrupted(): Status | null;
  /** Tells the driver how to make an answer of the present state, for `snapshot()`. */
  offer(snapshot: () => R): void;
  /**
   * Runs the heavy part of the solve, here or on the pool among the options. What `work` returns must be plain data (numbers, strings,
   * typed arrays, objects of such), and what follows must depend on nothing else that `work` did: elsewhere, it did it elsewhere.
   */
  elsewhere<T>(work: () => Generator<Progress, T, void>): Generator<Progress, T, void>;
}

/** The three forms of a solver with positional arguments A and options O. */
export interface Solver<A extends readonly unknown[], O extends RunOptions, R> {
  (...args: [...A, options?: O]): R;
  async(...args: [...A, options?: O & AsyncOptions]): Promise<R>;
  steps(...args: [...A, options?: O]): Run<R>;
}

/**
 * Makes the three forms. `prepare` checks the input, throwing at the call, and returns the generator that does the work.
 * `arity` is the number of positional arguments before the options; `name`, where the solver can run on a pool, is its name in the
 * table of `worker/solvers.ts`.
 */
export function defineSolver<A extends readonly unknown[], O extends RunOptions, R>(
  arity: number,
  prepare: (control: RunControl<R>, args: A, options: O) => Generator<Progress, R, void>,
  name?: string,
): Solver<A, O, R> {
  return threeForms<A, O, R>(arity, (args) => {
    const options = checkedOptions<O>(args[arity], args.length, arity);
    const job = name === undefined ? null : { name, args: args.slice(0, arity), options };
    return drive(options, job, (control) => prepare(control, args.slice(0, arity) as unknown as A, options));
  });
}

/**
 * The three forms of a solver from the one that runs in steps. The options, last of the arguments, may carry a signal and a pool. On a
 * pool the inner solves cross, each by itself; with a `name` (see {@link defineSolver}) this one crosses, instead of the only solve inside
 * it: where that one's arguments are functions.
 */
export function threeForms<A extends readonly unknown[], O extends RunOptions, R>(
  arity: number,
  start: (args: readonly unknown[]) => Run<R>,
  name?: string,
): Solver<A, O, R> {
  const steps = (...args: unknown[]): Run<R> => start(name === undefined ? args : standingIn(name, args, arity));
  const solver = (...args: unknown[]): R => drain(steps(...args));
  return Object.assign(solver, {
    steps,
    async: async (...args: unknown[]): Promise<R> =>
      drainAsync(() => steps(...args), (args[arity] as AsyncOptions | undefined)?.signal),
  }) as Solver<A, O, R>;
}

/** The arguments with a pool that carries this solver's job, whichever job it is given. */
function standingIn(name: string, args: readonly unknown[], arity: number): readonly unknown[] {
  const options = args[arity] as (RunOptions & AsyncOptions) | undefined;
  const pool = options?.pool;
  if (pool === undefined) return args;
  const job: Job = { name, args: args.slice(0, arity), options: { ...options } };
  const standIn: Pool = { ...pool, carry: (_, work, stopped) => pool.carry(job, work, stopped) };
  return [...args.slice(0, arity), { ...options, pool: standIn }];
}

/** The run of another solver, its answers seen through `finish`. */
export function mapRun<S, R>(run: Run<S>, finish: (result: S) => R): Run<R> {
  let result: R | undefined;
  function* mapped(): Generator<Progress, R, void> {
    result = finish(yield* run);
    return result;
  }
  return asRun(
    mapped(),
    () => result,
    () => result ?? finish(run.snapshot()),
  );
}

function asRun<R>(steps: Generator<Progress, R, void>, result: () => R | undefined, snapshot: () => R): Run<R> {
  Object.defineProperty(steps, "result", { get: result, enumerable: true });
  Object.defineProperty(steps, "snapshot", { value: snapshot });
  return steps as Run<R>;
}

function drive<R>(
  options: RunOptions & AsyncOptions,
  job: Job | null,
  body: (control: RunControl<R>) => Generator<Progress, R, void>,
): Run<R> {
  const begin = performance.now();
  const { maxIterations = Infinity, timeLimitMs = Infinity } = options;
  let stopped = false;
  let iteration = 0;
  let result: R | undefined;
  let makeSnapshot: (() => R) | null = null;
  const elapsedMs = (): number => performance.now() - begin;
  const control: RunControl<R> = {
    maxIterations,
    elapsedMs,
    interrupted() {
      if (stopped) return "stopped";
      if (iteration >= maxIterations) return "maxIterations";
      return elapsedMs() >= timeLimitMs ? "timeLimit" : null;
    },
    offer(snapshot) {
      makeSnapshot = snapshot;
    },
    elsewhere: (work) =>
      options.pool === undefined || job === null ? work() : options.pool.carry(job, work, () => stopped),
  };
  const inner = body(control);
  function* watched(): Generator<Progress, R, void> {
    try {
      for (;;) {
        const step = inner.next();
        if (step.done) {
          result = step.value;
          return step.value;
        }
        if (isWaiting(step.value)) {
          yield step.value;
          continue;
        }
        iteration = step.value.iteration;
        options.onProgress?.(step.value);
        if (options.stopWhen?.(step.value)) stopped = true;
        yield step.value;
      }
    } finally {
      makeSnapshot = null;
      inner.return(undefined as never);
    }
  }
  const snapshot = (): R => {
    if (result !== undefined) return result;
    if (makeSnapshot !== null) return makeSnapshot();
    throw new OtError("Unsupported", "This run has no answer to show yet.", {
      argument: "snapshot",
      cure: "Call next() first, and call snapshot() before the run was returned or thrown out of.",
    });
  };
  return asRun(watched(), () => result, snapshot);
}

/** Runs a generator to its end and returns what it returns. */
export function drain<R>(run: Generator<unknown, R, void>): R {
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
  }
}

const turnMs = 12;

/** Runs a generator to its end in slices of some milliseconds, giving way to the event loop; aborting rejects with the signal's reason. */
export async function drainAsync<R>(start: () => Generator<unknown, R, void>, signal?: AbortSignal): Promise<R> {
  signal?.throwIfAborted();
  const run = start();
  let turn = performance.now();
  for (;;) {
    const step = run.next();
    if (step.done) return step.value;
    const until = isWaiting(step.value) ? step.value.until : null;
    if (until === null && performance.now() - turn < turnMs) continue;
    await (until === null ? nextTurn() : settledOrAborted(until, signal));
    if (signal?.aborted) {
      run.return(undefined as never);
      throw signal.reason;
    }
    turn = performance.now();
  }
}

function settledOrAborted(until: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return until;
  return new Promise((resolve) => {
    const done = (): void => {
      signal.removeEventListener("abort", done);
      resolve();
    };
    signal.addEventListener("abort", done);
    void until.then(done);
  });
}

/** Waits for the event loop to come round: setTimeout(0) is clamped to 4 ms in browsers, a message is not. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const immediate = (globalThis as { setImmediate?: (callback: () => void) => void }).setImmediate;
    if (immediate !== undefined) {
      immediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

function checkedOptions<O extends RunOptions>(value: unknown, given: number, arity: number): O {
  if (given > arity + 1 || (value !== undefined && (typeof value !== "object" || value === null))) {
    throw new OtError("InvalidValue", "The options are not an object.", {
      argument: "options",
      seen: value,
      cure: `Pass ${arity} arguments, then one object of options.`,
    });
  }
  const options = (value ?? {}) as O;
  checkLimit(options.maxIterations, "maxIterations");
  checkLimit(options.timeLimitMs, "timeLimitMs");
  return options;
}

function checkLimit(value: number | undefined, name: string): void {
  if (value === undefined || value >= 0) return;
  throw new OtError("InvalidValue", `${name} is ${value}.`, {
    argument: `options.${name}`,
    seen: value,
    cure: "Use a number of at least 0, or leave it out for no limit.",
  });
}

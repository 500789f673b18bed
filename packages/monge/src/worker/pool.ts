// A pool of workers for independent solves side by side: `await Promise.all(jobs.map((job) => emd.async(.., { pool })))`.
import { OtError } from "../errors/otError.ts";
import type { Job, Pool } from "../run/pool.ts";
import type { Progress, Waiting } from "../run/progress.ts";
import { gatherCrew } from "./crew.ts";
import { source } from "./generated/source.ts";
import { toPlain } from "./plain.ts";
import { defaultThreads, startWorker, type WorkerLike } from "./platform.ts";

/** Options of {@link createPool}. */
export interface PoolOptions {
  /** Workers at most, each started when it is first needed; default: all cores but one, at least 1. 0: the calling thread. */
  readonly threads?: number;
  /**
   * Starts a worker on `monge/worker-entry`; default: an inlined script. Pages whose content security policy refuses that pass
   * `() => new Worker(new URL("monge/worker-entry", import.meta.url), { type: "module" })`.
   */
  worker?(): WorkerLike;
}

/**
 * Workers for independent solves side by side, in Node and in browsers. Pass the pool to the asynchronous form of a solver,
 * `emd.async(a, b, C, { pool })`; the answers have the bits of the calling thread, whatever the number of workers. Solves beyond
 * `threads` wait, first come, first served.
 *
 * Arguments are copied to the worker, never taken away from the caller; memory shared by `SharedArrayBuffer` is not even copied.
 * Results are built in the calling thread, over the caller's own inputs. An idle pool does not keep a Node process alive.
 *
 * A solve rejects with `Unsupported` where something among its arguments is a function (a custom cost) or the pool is closed,
 * and with `KernelUnavailable` where its worker cannot start or ends; the pool replaces that worker.
 *
 * Throws `InvalidValue` for `threads`.
 */
export function createPool(options: PoolOptions = {}): Pool {
  const threads = options.threads ?? defaultThreads();
  if (!(Number.isInteger(threads) && threads >= 0)) {
    throw new OtError("InvalidValue", `threads is ${threads}.`, {
      argument: "options.threads",
      seen: threads,
      cure: "Use a whole number of workers, or 0 for the calling thread.",
    });
  }
  const crew = gatherCrew(threads, options.worker ?? (() => startWorker(source)), closedPool);
  let pending = 0;
  const close = crew.close;

  function* remotely<T>(job: Job, stopped: () => boolean): Generator<Progress, T, void> {
    const begin = performance.now();
    const ticket = crew.submit(toPlain(job));
    try {
      for (;;) {
        const { outcome, progress } = ticket;
        const elapsedMs = performance.now() - begin;
        if (outcome !== null) {
          if ("error" in outcome) throw outcome.error;
          return outcome.answer as T;
        }
        if (progress !== null) {
          ticket.progress = null;
          yield { ...progress, elapsedMs };
          if (stopped()) crew.stop(ticket);
          continue;
        }
        let told = false;
        const until = ticket.news().then(() => {
          told = true;
        });
        const waiting: Waiting = { phase: "pool", iteration: 0, error: Infinity, elapsedMs, until };
        yield waiting;
        if (!told) throw notAsync();
      }
    } finally {
      crew.forget(ticket);
    }
  }

  return {
    threads,
    get pending() {
      return pending;
    },
    close,
    [Symbol.asyncDispose]: close,
    *carry<T>(job: Job, work: () => Generator<Progress, T, void>, stopped: () => boolean) {
      pending++;
      try {
        if (crew.closed()) throw closedPool();
        return yield* threads === 0 ? work() : remotely<T>(job, stopped);
      } finally {
        pending--;
      }
    },
  };
}

/** The error of a solve that a closed pool does not take. */
function closedPool(): OtError {
  return new OtError("Unsupported", "The pool is closed.", {
    argument: "options.pool",
    cure: "Close a pool when all its solves have settled, or create another.",
  });
}

function notAsync(): OtError {
  return new OtError("Unsupported", "A pool cannot answer at once.", {
    argument: "options.pool",
    cure: "Use the asynchronous form: await emd.async(a, b, C, { pool }).",
  });
}

// Where solves run instead of the calling thread: the interface that `monge/worker` implements. It comes in as an option, so that no
// solver's bundle holds it.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Progress } from "./progress.ts";

/** A solve as plain data: what crosses to a worker, but for functions, which stay behind. */
export interface Job {
  /** The solver's name in the worker's table. */
  readonly name: string;
  readonly args: readonly unknown[];
  readonly options: object;
}

/** Threads for independent solves side by side; see `createPool` of `monge/worker`. */
export interface Pool extends AsyncDisposable {
  /** Workers at most; 0: solves run in the calling thread. */
  readonly threads: number;
  /** Solves that are queued or under way. */
  readonly pending: number;
  /**
   * Ends the pool: what is queued rejects (`Unsupported`), what is under way is completed. Resolves when the workers are gone; may
   * be called again.
   */
  close(): Promise<void>;
  /**
   * What solvers call: the answer of `job`, computed by a worker. The generator says what the worker says and, between, that it
   * waits; `stopped` is asked after each sign of life. Where the pool has no workers it runs `work`.
   */
  carry<T>(job: Job, work: () => Generator<Progress, T, void>, stopped: () => boolean): Generator<Progress, T, void>;
}

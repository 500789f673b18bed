// What every solver takes besides its problem, and how it can end.
import type { CustomCost } from "../cost/custom.ts";
import type { Pool } from "./pool.ts";
import type { Progress } from "./progress.ts";

export type { Progress } from "./progress.ts";

/** How a run ended; none of these throws. */
export type Status =
  /** Exact solvers: the answer is optimal. */
  | "optimal"
  /** Iterative solvers: the tolerance is reached. */
  | "converged"
  | "maxIterations"
  | "timeLimit"
  /** `stopWhen` said so. */
  | "stopped"
  /** No further progress is possible in floating point. */
  | "stalled";

/** Dual variables, in the unit of the cost. */
export interface Potentials {
  readonly f: Float64Array;
  readonly g: Float64Array;
  readonly lambda?: number;
}

/** Options that every solver understands. */
export interface RunOptions {
  /** Iterations after which to stop with the answer so far; default: none. */
  readonly maxIterations?: number;
  /** Milliseconds after which to stop with the answer so far, looked at between chunks of iterations; default: none. */
  readonly timeLimitMs?: number;
  /** Seed of everything random; default 0. */
  readonly seed?: number;
  /** Called between chunks of iterations. */
  onProgress?(progress: Progress): void;
  /** Asked between chunks of iterations: `true` stops with the answer so far. */
  stopWhen?(progress: Progress): boolean;
}

/** Options of the `.async` forms for a problem with the cost C. */
export interface AsyncOptions<C = unknown> {
  /** Aborting rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
  /**
   * Where to run: a pool of `monge/worker`; default: the calling thread. The answer has the same bits. Custom costs cannot cross to a
   * worker. `onProgress` and `stopWhen` are called here, for a sample of the signs of life; a time limit counts from when a
   * worker begins. Certificates are made where they are asked for.
   */
  readonly pool?: [C] extends [CustomCost] ? never : Pool;
}

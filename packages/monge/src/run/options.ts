// What every solver takes besides its problem, and what it says while it runs.

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

/** A sign of life of a long run. */
export interface Progress {
  /** What the solver is doing, in one or two words. */
  readonly phase: string;
  readonly iteration: number;
  /** The solver's own measure of what is left, in the norm that its page names; NaN never, Infinity before the first figure. */
  readonly error: number;
  readonly primal?: number;
  readonly dual?: number;
  /** Milliseconds since the call. */
  readonly elapsedMs: number;
}

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

/** Options of the `.async` forms. */
export interface AsyncOptions {
  /** Aborting rejects with `signal.reason`. */
  readonly signal?: AbortSignal;
}

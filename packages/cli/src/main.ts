// The command monge: parses, runs, and turns every ending into an exit code and at most one line of complaint.
import { readFileSync } from "node:fs";
import type { CommanderError } from "commander";
import type { CommandRow } from "./commandRow.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { createProgram, parserComplaint } from "./program.ts";

async function run(
  name: CommandRow["name"],
  args: (string | undefined)[],
  options: Record<string, unknown>,
): Promise<ExitCode> {
  // Loaded here, not above: the help must not wait for the solvers.
  switch (name) {
    case "solve":
      return (await import("./solve.ts")).solveCommand(args, options);
    case "divergence":
      return (await import("./divergence.ts")).divergenceCommand(args, options);
    case "distance":
      return (await import("./distance.ts")).distanceCommand(args, options);
    case "cohort":
      return (await import("./cohort.ts")).cohortCommand(args, options);
    case "match":
      return (await import("./match.ts")).matchCommand(args, options);
    case "project":
      return (await import("./project.ts")).projectCommand(args, options);
    case "align":
      return (await import("./align.ts")).alignCommand(args, options);
    case "allocate":
      return (await import("./allocate.ts")).allocateCommand(args, options);
    case "colors":
      return (await import("./colors.ts")).colorsCommand(args, options);
    case "morph":
      return (await import("./morph.ts")).morphCommand(args, options);
    case "barycenter":
      return (await import("./barycenter.ts")).barycenterCommand(args, options);
    case "register":
      return (await import("./register.ts")).registerCommand(args, options);
    case "w1 train":
      return (await import("./w1Train.ts")).w1TrainCommand(options);
    case "w1 apply":
      return (await import("./w1Apply.ts")).w1ApplyCommand(args, options);
    case "w1 evaluate":
      return (await import("./w1Evaluate.ts")).w1EvaluateCommand(args, options);
    case "info":
      return (await import("./info.ts")).infoCommand(args, options);
    case "completion":
      process.stdout.write((await import("./completion.ts")).completionScript(args[0] ?? ""));
      return exitCode.ok;
  }
}

function version(): string {
  return JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version;
}

/** The line for an error and the exit code that goes with it. */
async function ending(error: unknown): Promise<[line: string | null, code: ExitCode]> {
  const { Interruption } = await import("./interruption.ts");
  if (error instanceof Interruption) return [error.message, exitCode.interrupted];
  if (error instanceof UsageError) return [error.message, exitCode.badInput];
  if (typeof (error as CommanderError)?.code === "string" && (error as CommanderError).code.startsWith("commander.")) {
    const line = parserComplaint(error as CommanderError);
    return [line, line === null ? exitCode.ok : exitCode.badInput];
  }
  const { isOtError } = await import("monge");
  if (isOtError(error) && error.code !== "KernelUnavailable") {
    const { inCommandWords } = await import("./words.ts");
    return [inCommandWords(error), exitCode.badInput];
  }
  const message = error instanceof Error ? error.message : String(error);
  return [`Unexpected: ${message} (MONGE_DEBUG=1 shows where.)`, exitCode.internal];
}

/** Runs the command line and sets the process's exit code. */
export async function main(args: readonly string[]): Promise<void> {
  // A reader that closes its end of the pipe (head, less) has seen enough: that is no error.
  process.stdout.on("error", (error: NodeJS.ErrnoException) =>
    process.exit(error.code === "EPIPE" ? exitCode.ok : exitCode.internal),
  );
  let code: ExitCode = exitCode.ok;
  try {
    const program = createProgram(version(), async (name, given, options) => {
      code = await run(name, given, options);
    });
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    let line: string | null;
    [line, code] = await ending(error);
    if (line !== null) {
      const { createColors } = (await import("picocolors")).default;
      const colour = createColors(Boolean(process.stderr.isTTY) && !process.env["NO_COLOR"]);
      process.stderr.write(`${colour.red("monge:")} ${line.replace(/\s*\n\s*/g, " ")}\n`);
      if (process.env["MONGE_DEBUG"] && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    }
  }
  process.exitCode = code;
}

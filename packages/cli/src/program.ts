// The parser, made from the table of commands. Commander parses, suggests and wraps; what is said comes from the table.
import { Command, type CommanderError, Option } from "commander";
import { type CommandRow, groups, longName, type OptionRow } from "./commandRow.ts";
import { commands } from "./commands.ts";
import { exitMeanings, UsageError } from "./exit.ts";
import { parseValue } from "./values.ts";

/** What the parser hands to a command: arguments in order, options by camel-case name. */
export type Action = (
  command: CommandRow["name"],
  args: (string | undefined)[],
  options: Record<string, unknown>,
) => Promise<void>;

/** The parser. It writes help to standard output and throws for everything else that is wrong. */
export function createProgram(version: string, action: Action): Command {
  const program = new Command("monge")
    .description("Optimal transport between files. Every answer comes with a proof.")
    .version(version, "-V, --version", "Print the version")
    .helpOption("-h, --help", "Print this help")
    .helpCommand("help [command]", "Print the help of a command")
    .configureHelp({ styleTitle: (title) => title })
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
    .addHelpText("after", () => overview());
  const parents = new Map<string, Command>();
  for (const row of commands) {
    const [first, second] = row.name.split(" ");
    const parent = second === undefined ? program : (parents.get(first) ?? groupCommand(program, first));
    if (second !== undefined) parents.set(first, parent);
    const command = parent
      .command(second ?? first)
      .description(row.summary)
      .helpOption("-h, --help", "Print this help")
      .addHelpText("after", () => examples(row))
      .showSuggestionAfterError(true);
    for (const argument of row.arguments) command.argument(argument.syntax, argument.summary);
    for (const option of row.options) command.addOption(commanderOption(option));
    command.action(async (...given: unknown[]) => {
      const args = given.slice(0, row.arguments.length) as (string | undefined)[];
      await action(row.name, args, command.opts());
    });
  }
  return program;
}

function groupCommand(program: Command, name: string): Command {
  return program
    .command(name)
    .description(groups[name])
    .exitOverride((error) => {
      if (error.code !== "commander.help" || error.exitCode === 0) throw error;
      const [first] = commands.filter((row) => row.name.startsWith(`${name} `));
      throw new UsageError(
        `monge ${name} is several commands.`,
        `Try monge ${first.name} --help, or monge ${name} --help.`,
      );
    })
    .helpOption("-h, --help", "Print this help")
    .helpCommand("help [command]", "Print the help of a command");
}

function commanderOption(row: OptionRow): Option {
  const hint = row.fallback === undefined ? "" : ` (default: ${row.fallback})`;
  const choices =
    row.choices === undefined || row.summary.includes(row.choices[row.choices.length - 1])
      ? ""
      : `: ${row.choices.join(", ")}`;
  const option = new Option(row.flags, `${row.summary}${choices}${hint}`).helpGroup(`${row.group}:`);
  // Each option may be given once: a second one would silently win.
  let seen = false;
  if (row.flags.includes("<"))
    option.argParser((text: string) => {
      if (seen) throw new UsageError(`--${longName(row)} is given twice.`, "Give it once.");
      seen = true;
      return parseValue(row, text);
    });
  return option;
}

function examples(row: CommandRow): string {
  return `\nExamples:\n${row.examples.map(({ summary, line }) => `  # ${summary}\n  ${line}\n`).join("")}`;
}

function overview(): string {
  const codes = exitMeanings.map(([code, meaning]) => `  ${String(code).padEnd(5)}${meaning}`).join("\n");
  return `\nExit codes:\n${codes}\n\nExample:\n  ${commands[0].examples[0].line}\n\nmonge <command> --help shows options and examples.`;
}

/** A parser's complaint as one line with a cure, or null where it only printed help or the version. */
export function parserComplaint(error: CommanderError): string | null {
  if (error.exitCode === 0 || error.code === "commander.helpDisplayed" || error.code === "commander.version")
    return null;
  if (error.code === "commander.help") return "No command is given. Try monge solve SOURCE TARGET, or monge --help.";
  const message = error.message
    .replace(/^error: /, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
  const sentence = `${message[0].toUpperCase()}${message.slice(1)}`;
  const stop = /[.?)]$/.test(sentence) ? "" : ".";
  return `${sentence}${stop} See --help for what there is.`;
}

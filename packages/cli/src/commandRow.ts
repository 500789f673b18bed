// A row of the table of commands: what a command takes, and how that is said.

export interface OptionRow {
  /** As typed and shown: `--ground <name>`, or `-h, --help`. */
  readonly flags: string;
  readonly group: string;
  /** One sentence without its full stop. */
  readonly summary: string;
  /** What happens without the option, for readers. */
  readonly fallback?: string;
  /** The only values allowed. */
  readonly choices?: readonly string[];
  /** What the value is, where it is no free text. */
  readonly value?: "count" | "positive" | "share" | "amount" | "numbers" | "duration" | "file" | "list" | "penalty";
  /** How many, where it is "numbers". */
  readonly length?: number;
}

export interface ArgumentRow {
  /** `[source]`, `<file>` or `<files...>`. */
  readonly syntax: string;
  readonly summary: string;
}

export interface Example {
  readonly summary: string;
  readonly line: string;
}

export interface CommandRow {
  /** One word, or the name of a group and one word. */
  readonly name:
    | "solve"
    | "divergence"
    | "match"
    | "project"
    | "align"
    | "allocate"
    | "colors"
    | "morph"
    | "barycenter"
    | "register"
    | "distance"
    | "cohort"
    | "w1 train"
    | "w1 apply"
    | "w1 evaluate"
    | "info"
    | "completion";
  readonly summary: string;
  readonly arguments: readonly ArgumentRow[];
  readonly options: readonly OptionRow[];
  readonly examples: readonly Example[];
}

/** Options of every command that prints. */
export const output: readonly OptionRow[] = [
  { flags: "--json", group: "Output", summary: "Print one JSON object instead of the table" },
  { flags: "--quiet", group: "Output", summary: "Print the value alone; no notes, no progress" },
];

/** `--quiet` where there is no value to print alone. */
export function quietly(summary: string): readonly OptionRow[] {
  return output.map((row) => (row.flags === "--quiet" ? { ...row, summary } : row));
}

export const force: OptionRow = { flags: "--force", group: "Output", summary: "Replace files that exist" };

export const progress: OptionRow = {
  flags: "--progress",
  group: "Output",
  summary: "Show progress even where standard error is no terminal",
};

/** `-o`: what it writes, and what happens without it. */
export function out(summary: string, fallback?: string): OptionRow {
  const row = { flags: "-o, --out <file>", group: "Output", summary, value: "file" } as const;
  return fallback === undefined ? row : { ...row, fallback };
}

/** `--seed`, in a group of the command. */
export function seed(group: string, summary = "Seed of everything random", fallback = "0"): OptionRow {
  return { flags: "--seed <k>", group, summary, fallback, value: "count" };
}

/** The long name of an option: `ground` of `--ground <name>`. */
export function longName(option: OptionRow): string {
  return /--([a-z-]+)/.exec(option.flags)?.[1] ?? option.flags;
}

/** What the groups of commands are for, by their word. */
export const groups: Readonly<Record<string, string>> = {
  w1: "Maps of pictures learned from two collections: train, apply, evaluate",
};

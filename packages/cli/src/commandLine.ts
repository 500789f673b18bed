// The call of a command as it may be pasted again, without the folders of the files.
import { type CommandRow, longName } from "./commandRow.ts";
import { shortName } from "./input.ts";

/** What concerns output and not the answer. */
const outputs = ["plan", "plot", "out", "report", "force", "quiet", "json", "progress"];

/** `monge NAME ARGUMENTS OPTIONS`, for a row of the table of commands. */
export function commandLine(row: CommandRow, args: readonly (string | undefined)[], options: object): string {
  const quote = (text: string): string => (/^[\w./,:+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`);
  const words = [
    "monge",
    row.name,
    ...args.filter((path) => path !== undefined).map((path) => quote(path === "-" ? path : shortName(path))),
  ];
  for (const option of row.options) {
    const name = longName(option);
    const key = name.replace(/^no-/, "").replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
    const value = (options as Readonly<Record<string, unknown>>)[key];
    if (value === undefined || outputs.includes(name) || (name.startsWith("no-") && value !== false)) continue;
    words.push(`--${name}`);
    if (typeof value !== "boolean")
      words.push(
        quote(
          option.value === "duration"
            ? `${value}ms`
            : option.value === "file"
              ? shortName(String(value))
              : String(value),
        ),
      );
  }
  return words.join(" ");
}

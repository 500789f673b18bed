// monge info: what a file holds and what solving it would cost, without solving it.
import { type Description, describe, readMeasure } from "@monge/io";
import { isOtError, type Measure } from "monge";
import type { Pens } from "./answer.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { type Forecast, forecast, timeClass } from "./forecast.ts";
import { dimensionOf, type ReadingOptions, readOptions, shortName, sourceOf } from "./input.ts";
import { pensFor } from "./pens.ts";
import { count, plainSpaces, plural, shortNumber } from "./plot/number.ts";
import { inCommandWords } from "./words.ts";

/** Runs the command. */
export async function infoCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as ReadingOptions & { readonly json?: boolean };
  const paths = args.filter((path) => path !== undefined);
  if (paths.filter((path) => path === "-").length > 1)
    throw new UsageError("Standard input (-) is asked for twice.", "Read one of the two from a file.");
  const files: { description: Description; measure: Measure }[] = [];
  for (const [side, path] of paths.entries()) {
    const settings = readOptions(options, path, paths, side === 0 ? 0 : 1);
    const source = await sourceOf(path);
    const description = await describe(source, { ...settings, size: undefined });
    files.push({
      description: { ...description, name: shortName(path) },
      measure: await readMeasure(source, settings),
    });
  }
  const [source, target = source] = files;
  const outlook = look(source.measure, target.measure);
  if (options.json) {
    const descriptions = files.map(({ description }) => description);
    process.stdout.write(`${JSON.stringify({ files: descriptions, solving: outlook }, null, 2)}\n`);
    return exitCode.ok;
  }
  const pens = pensFor(process.stdout);
  const parts = files.map((file) => fileLines(file.description, file.measure, pens));
  parts.push(outlookLines(outlook, files.length === 1, pens));
  process.stdout.write(plainSpaces(parts.map((lines) => `${lines.join("\n")}\n`).join("\n")));
  return exitCode.ok;
}

/** The forecast, or the sentence that says why these two cannot be solved. */
function look(source: Measure, target: Measure): Forecast | { readonly impossible: string } {
  if (dimensionOf(source) !== dimensionOf(target))
    return {
      impossible: `They have ${dimensionOf(source)} and ${dimensionOf(target)} coordinates a point. Name those that belong together: --columns x,y.`,
    };
  try {
    return forecast(source, target);
  } catch (error) {
    if (isOtError(error)) return { impossible: inCommandWords(error) };
    throw error;
  }
}

/** A number of bytes for people. */
function size(bytes: number): string {
  if (bytes < 1000) return plural(bytes, "byte");
  const [unit, scale] = bytes < 1e6 ? ["kB", 1e3] : bytes < 1e9 ? ["MB", 1e6] : ["GB", 1e9];
  return `${shortNumber(bytes / (scale as number), 3)} ${unit}`;
}

function row(name: string, text: string, pens: Pens, remark = ""): string {
  return `  ${pens.dim(name.padEnd(10))}${text}${remark === "" ? "" : `  ${pens.dim(remark)}`}`;
}

function fileLines(file: Description, measure: Measure, pens: Pens): string[] {
  const lines = [pens.strong(file.name), row("format", file.format, pens, `${file.dtype}, ${size(file.bytes)}`)];
  if (file.kind === "grid") {
    const across = file.shape.slice(-file.dimension);
    lines.push(
      row(
        "holds",
        `${across.map(count).join(" × ")} cells`,
        pens,
        `${file.dimension === 2 ? "rows × columns; " : ""}a density on a grid`,
      ),
    );
    if (measure.kind === "grid" && measure.weights.length < across.reduce((product, along) => product * along, 1))
      lines.push(row("read as", `${measure.shape.map(count).join(" × ")} cells`, pens, "averaged down (--size)"));
  } else {
    const names = file.columns?.filter((name) => name !== file.weights) ?? [];
    const shown = names.length > 0 && names.length <= 12 ? names.join(", ") : "";
    lines.push(row("holds", `${plural(file.n, "point")} in ${plural(dimensionOf(measure), "dimension")}`, pens, shown));
  }
  if (file.mass === null) lines.push(row("weights", "none", pens, "every point weighs 1/n"));
  else {
    const { total, min, max, zeros } = file.mass;
    const where = file.kind === "points" && file.weights !== null ? ` (${file.weights})` : "";
    const range = `from ${shortNumber(min)} to ${shortNumber(max)}, ${zeros === 0 ? "none" : count(zeros)} of them 0`;
    lines.push(row("weights", `total ${shortNumber(total)}${where}`, pens, range));
  }
  return lines;
}

function outlookLines(outlook: Forecast | { readonly impossible: string }, alone: boolean, pens: Pens): string[] {
  const title = pens.strong(alone ? "Solving it against another of its kind" : "Solving one against the other");
  if ("impossible" in outlook) return [title, row("not yet", outlook.impossible, pens)];
  const [n, m] = outlook.withMass;
  return [
    title,
    row(
      "atoms",
      `${count(n)} × ${count(m)}`,
      pens,
      n < outlook.n || m < outlook.m ? `with mass, of ${count(outlook.n)} × ${count(outlook.m)}` : "",
    ),
    row("method", outlook.method, pens, outlook.why),
    row("memory", `about ${size(outlook.bytes)}`, pens),
    row("time", timeClass(outlook.seconds), pens, "for the engine; the certificate looks at every pair"),
  ];
}

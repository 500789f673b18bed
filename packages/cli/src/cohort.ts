// monge cohort: two groups of images, from files to tests, classification and one report.
import { cpus } from "node:os";
import { assertWritable, type ImageStack, readImageStack, writeFileAtomic } from "@monge/io";
import type { Matrix } from "monge";
import { type CohortResult, compareCohorts } from "monge/cohort";
import { createPool } from "monge/worker";
import { cohortJson } from "./cohortAnswer.ts";
import { commandLine } from "./commandLine.ts";
import { commands } from "./commands.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { shortName } from "./input.ts";
import { interruptible } from "./interruption.ts";
import { pensFor } from "./pens.ts";
import { count, plainSpaces, shortNumber } from "./plot/number.ts";
import { progressLine } from "./progress.ts";
import { readSites } from "./sites.ts";
import { folderStore } from "./tileStore.ts";

/** The options of `monge cohort`, as the parser returns them. */
export interface CohortCommandOptions {
  readonly intensity?: "normalised" | "unbalanced";
  readonly site?: string;
  readonly size?: number;
  readonly invert?: boolean;
  readonly limit?: number;
  readonly permutations?: number;
  readonly neighbours?: number;
  readonly seed?: number;
  readonly threads?: number;
  readonly resume?: string;
  readonly report?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: boolean;
}

/** Side of an image file beyond which it is averaged down, unless --size says otherwise. */
const defaultSize = 28;

/** Runs the command. */
export async function cohortCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as CohortCommandOptions;
  const { report, force } = options;
  if (report !== undefined) {
    if (!report.toLowerCase().endsWith(".html"))
      throw new UsageError(`--report ${report} does not end in .html.`, "Name it something.html.");
    await assertWritable(report, { force });
  }
  const reading = { size: options.size ?? defaultSize, ...(options.invert && { invert: true }) };
  const read = async (path = ""): Promise<ImageStack> => first(await readImageStack(path, reading), options.limit);
  const [a, b] = [await read(args[0]), await read(args[1])];
  if (a.shape.join() !== b.shape.join())
    throw new UsageError(
      `${args[0]} has images of ${a.shape.join(" x ")} pixels, ${args[1]} of ${b.shape.join(" x ")}.`,
      "Bring both groups to one size.",
    );
  const sites = options.site === undefined ? undefined : await readSites(options.site, [...a.names, ...b.names]);
  const result = await interruptible((signal) => compute(a, b, sites, options, signal));
  const names = [shortName(args[0] ?? ""), shortName(args[1] ?? "")] as const;
  const answer = cohortJson(result, names, [...a.names, ...b.names]);
  if (report !== undefined) {
    const { cohortReport } = await import("./cohortReport.ts");
    const row = commands.find(({ name }) => name === "cohort") as (typeof commands)[number];
    const images: Matrix = {
      data: Float64Array.of(...a.images.data, ...b.images.data),
      rows: a.names.length + b.names.length,
      cols: a.images.cols,
    };
    const page = cohortReport({ result, answer, images, shape: a.shape, command: commandLine(row, args, options) });
    await writeFileAtomic(report, `${page}\n`, { force });
  }
  if (options.json) process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  else if (options.quiet) process.stdout.write(`${answer.pValue}\n`);
  else process.stdout.write(table(result, names));
  if (report !== undefined && !options.quiet) process.stderr.write(`The report is in ${report}.\n`);
  return exitCode.ok;
}

function first(stack: ImageStack, limit: number | undefined): ImageStack {
  if (limit === undefined || limit >= stack.names.length) return stack;
  const { data, cols } = stack.images;
  return {
    ...stack,
    images: { data: data.slice(0, limit * cols), rows: limit, cols },
    names: stack.names.slice(0, limit),
  };
}

async function compute(
  a: ImageStack,
  b: ImageStack,
  sites: readonly string[] | undefined,
  options: CohortCommandOptions,
  signal: AbortSignal,
): Promise<CohortResult> {
  const line = progressLine(process.stderr, Boolean(options.quiet), Boolean(options.progress));
  const threads = options.threads ?? cpus().length;
  const pool = threads === 0 ? undefined : createPool({ threads });
  try {
    return await compareCohorts(a.images, b.images, [a.shape[0], a.shape[1]], {
      intensity: options.intensity ?? "normalised",
      sites,
      permutations: options.permutations,
      neighbours: options.neighbours,
      seed: options.seed,
      store: options.resume === undefined ? undefined : await folderStore(options.resume),
      pool,
      signal,
      onProgress: line.show,
    });
  } finally {
    line.end();
    // What is under way would be waited for; an interrupted command has no use for it.
    if (!signal.aborted) await pool?.close();
  }
}

function table(result: CohortResult, names: readonly [string, string]): string {
  const pens = pensFor(process.stdout);
  const lines: string[] = [pens.strong(`${names[0]} (${result.n}) against ${names[1]} (${result.m})`), ""];
  const row = (name: string, text: string, remark = ""): void => {
    lines.push(`  ${pens.dim(name.padEnd(18))}${remark === "" ? text : `${text}  ${pens.dim(remark)}`}`);
  };
  if (result.separable) {
    for (const { name, pValue, adjusted, permutations } of result.tests)
      row(
        name,
        `p = ${shortNumber(name === "energy of W2" ? pValue : adjusted, 3)}`,
        `${count(permutations)} relabellings${name === "energy of W2" ? ", the test that counts" : ", adjusted (Holm)"}`,
      );
  } else
    row("tests", pens.warn("none"), "every site has images of one group only: site and group cannot be told apart");
  row("effect size", shortNumber(result.effectSize, 3), "share of the mean distance that the groups make");
  for (const [name, { accuracy }] of [
    ["1 neighbour", result.nearest],
    [`${result.neighbours.k} neighbours`, result.neighbours],
    ["medoids", result.medoid],
    ...(result.linear === null ? [] : [["linear", result.linear] as const]),
  ] as const)
    row(
      name,
      `${(100 * accuracy.share).toFixed(1)} % right`,
      `95 %: ${(100 * accuracy.low).toFixed(1)} to ${(100 * accuracy.high).toFixed(1)}, each image judged by the others`,
    );
  if (result.heldOut !== null) {
    const { accuracy, k, trained } = result.heldOut;
    row(
      "held out",
      `${(100 * accuracy.share).toFixed(1)} % right`,
      `95 %: ${(100 * accuracy.low).toFixed(1)} to ${(100 * accuracy.high).toFixed(1)}, ${count(accuracy.of)} images, k = ${k} chosen on the other ${count(trained)}`,
    );
  }
  row("area under ROC", shortNumber(result.areaUnderCurve, 3), "of the score of each image");
  row("between means", `${shortNumber(result.difference.distance, 4)} pixels`, "W2");
  if (result.barycenters !== null) row("of barycenters", `${shortNumber(result.barycenters.distance, 4)} pixels`, "W2");
  const { problems, restored, elapsedMs, relativeGap } = result.distances;
  row(
    "distances",
    `${count(problems)} exact problems`,
    `${restored > 0 ? `${count(restored)} of them kept from before, ` : ""}${shortNumber(elapsedMs / 1000, 3)} s, proved to ${shortNumber(relativeGap, 2)}`,
  );
  lines.push("", "  A difference between groups of images is no diagnosis of any one of them.");
  return plainSpaces(`${lines.join("\n")}\n`);
}

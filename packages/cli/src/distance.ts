// monge distance: how far two samples are apart, what chance alone would show, an interval, a test.
import { readMatrix, readMeasure } from "@monge/io";
import {
  type DivergenceName,
  divergenceNames,
  fDivergence,
  type KernelName,
  type SampleDistanceKind,
  sampleDistance,
  twoSampleTest,
} from "monge";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { shortName } from "./input.ts";
import { interruptible } from "./interruption.ts";
import { pensFor } from "./pens.ts";
import { count, plainSpaces, shortNumber } from "./plot/number.ts";
import { progressLine } from "./progress.ts";

interface DistanceOptions {
  readonly kind?: string;
  readonly kernel?: KernelName;
  readonly bandwidth?: number;
  readonly projections?: number;
  readonly resamples?: number;
  readonly permutations?: number;
  readonly seed?: number;
  readonly columns?: readonly string[];
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: boolean;
}

/** What `--json` prints, exactly; what a divergence has not is null. */
export interface DistanceJson {
  readonly distance: number;
  readonly kind: string;
  readonly n: number;
  readonly m: number;
  readonly splitHalfBias: number | null;
  readonly interval: { readonly low: number; readonly high: number; readonly level: number } | null;
  readonly pValue: number | null;
  readonly permutations: number | null;
}

/** Runs the command. */
export async function distanceCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as DistanceOptions;
  const [a = "", b = ""] = args;
  if (a === "-" && b === "-")
    throw new UsageError("Standard input (-) is asked for twice.", "Read one of the two from a file.");
  const kind = options.kind ?? "w2";
  const answer = divergenceNames.includes(kind as DivergenceName)
    ? await divergence(a, b, kind as DivergenceName)
    : await samples(a, b, kind as SampleDistanceKind, options);
  if (options.json) process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  else if (options.quiet) process.stdout.write(`${answer.distance}\n`);
  else process.stdout.write(table(`${shortName(a)} → ${shortName(b)}`, answer));
  return exitCode.ok;
}

async function divergence(a: string, b: string, kind: DivergenceName): Promise<DistanceJson> {
  const masses = async (path: string): Promise<Float64Array> => {
    const measure = await readMeasure(path, { as: "grid" });
    return measure.weights;
  };
  const [p, q] = [await masses(a), await masses(b)];
  const value = fDivergence(p, q, kind);
  // JSON knows no Infinity; the largest number says the same to whoever compares.
  const distance = value === Infinity ? Number.MAX_VALUE : value;
  const none = { splitHalfBias: null, interval: null, pValue: null, permutations: null };
  return { distance, kind, n: p.length, m: q.length, ...none };
}

async function samples(
  a: string,
  b: string,
  kind: SampleDistanceKind,
  options: DistanceOptions,
): Promise<DistanceJson> {
  const { columns, kernel, bandwidth, projections, seed, resamples, permutations = 199 } = options;
  const [x, y] = [await readMatrix(a, { columns }), await readMatrix(b, { columns })];
  const line = progressLine(process.stderr, Boolean(options.quiet), Boolean(options.progress));
  try {
    return await interruptible(async (signal) => {
      const shared = { kind, kernel, bandwidth, projections, seed, signal, onProgress: line.show };
      const { distance, n, m, splitHalfBias, interval } = await sampleDistance.async(x, y, { ...shared, resamples });
      const answer = { distance, kind, n, m, splitHalfBias, interval };
      if (permutations === 0) return { ...answer, pValue: null, permutations: null };
      const test = await twoSampleTest.async(x, y, { ...shared, permutations });
      return { ...answer, pValue: test.pValue, permutations: test.permutations };
    });
  } finally {
    line.end();
  }
}

function table(title: string, answer: DistanceJson): string {
  const pens = pensFor(process.stdout);
  const lines: string[] = [pens.strong(title), ""];
  const row = (name: string, text: string, remark: string): void => {
    lines.push(`  ${pens.dim(name.padEnd(13))}${text}  ${pens.dim(remark)}`);
  };
  const { distance, kind, interval, pValue, splitHalfBias } = answer;
  const shown = distance === Number.MAX_VALUE ? "infinite" : shortNumber(distance, 9);
  row(
    "distance",
    pens.strong(shown),
    `${kind}, ${count(answer.n)} and ${count(answer.m)} ${pValue === null && interval === null && splitHalfBias === null ? "cells" : "members"}`,
  );
  if (splitHalfBias !== null) row("bias", shortNumber(splitHalfBias, 4), "mean distance between halves of one sample");
  if (interval !== null)
    row(
      "interval",
      `${shortNumber(interval.low, 4)} to ${shortNumber(interval.high, 4)}`,
      `${100 * interval.level} %, m-out-of-n bootstrap`,
    );
  if (pValue !== null)
    row("p-value", shortNumber(pValue, 3), `of one law, ${count(answer.permutations ?? 0)} relabellings`);
  return plainSpaces(`${lines.join("\n")}\n`);
}

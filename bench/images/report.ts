// The page about pictures, docs/benchmarks/images.md, from bench/results/images.json.
import type { ResultFile } from "../resultFile.ts";
import { seconds } from "../table.ts";
import type { ImageRow, Seconds } from "./row.ts";

/** The page. */
export function imagesPage({ machine, rows }: ResultFile<ImageRow>): string {
  const asked = rows.filter(({ requires }) => requires !== null);
  const failed = asked.filter(({ met }) => !met);
  const range = (times: Seconds | null): string =>
    times === null ? "" : `${seconds(times.median)} (${seconds(times.min)}, ${seconds(times.max)})`;
  return [
    "# Benchmarks: pictures",
    "",
    "Made by `npm run bench -- images` from `bench/results/images.json`; the cases are in `bench/images`.",
    "",
    `${machine.cpu}, Node ${machine.node}. CPU seconds of one call, one thread; ours and POT's in turn, POT in a process each. Pictures are painted by the benchmark: smooth`,
    "clouds of colour with noise, thousands of different colours.",
    "",
    failed.length === 0
      ? `All ${asked.length} rows that require something meet it.`
      : `${asked.length - failed.length} of ${asked.length} rows meet what they require; not: ${failed.map(({ name }) => `\`${name}\``).join(", ")}.`,
    "",
    "| case | ours, s: median (min, max) | POT, s: median (min, max) | measured | required |",
    "|---|---|---|---|---|",
    ...rows.map(
      ({ title, ours, peer, measured, requires, met }) =>
        `| ${title} | ${range(ours)} | ${range(peer)} | ${measured} | ${requires === null ? "" : `${requires}: ${met ? "met" : "**not met**"}`} |`,
    ),
    "",
  ].join("\n");
}

// The page about domain adaptation, docs/benchmarks/adapt.md, from bench/results/adapt.json.
import type { ResultFile } from "../resultFile.ts";
import type { AdaptRow } from "./row.ts";

/** The page. */
export function adaptPage({ machine, rows }: ResultFile<AdaptRow>): string {
  return [
    "# Benchmarks: domain adaptation",
    "",
    "Made by `npm run bench -- adapt` from `bench/results/adapt.json`; the cases are in `bench/adapt`.",
    "",
    `${machine.cpu}, Node ${machine.node}. Both sides see the same samples and the same epsilon and strength, one thread; accuracy is the share of target samples whose nearest moved source sample`,
    "has their class, mean over the runs; seconds are CPU, medians. `apart` is ours less POT's, mean of the paired runs with its standard error.",
    "Where POT fails on some of the runs (singular covariances become infinite inverses), its columns are over the others. POT's mapping stops after 20 rounds, ours at its tolerance.",
    "",
    ...rows.flatMap(({ title, runs, without, methods }) => [
      `## ${title[0].toUpperCase()}${title.slice(1)}`,
      "",
      `${runs} runs; without adaptation ${without.toFixed(3)}.`,
      "",
      "| method | ours | POT | apart | ours, s | POT, s |",
      "|---|---|---|---|---|---|",
      ...methods.map(({ method, accuracy, seconds, peer }) =>
        peer === null
          ? `| ${method} | ${accuracy.toFixed(3)} | fails | | ${seconds.toFixed(3)} | |`
          : `| ${method} | ${accuracy.toFixed(3)} | ${peer.accuracy.toFixed(3)} | ${peer.difference.toFixed(3)} ± ${peer.standardError.toFixed(3)} | ${seconds.toFixed(3)} | ${peer.seconds.toFixed(3)} |`,
      ),
      "",
    ]),
  ].join("\n");
}

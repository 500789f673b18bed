// The page about groups of pictures, docs/benchmarks/cohort.md, from bench/results/cohort.json.
import type { Proportion } from "monge";
import type { CohortFile } from "./row.ts";

/** The page. */
export function cohortPage(file: CohortFile): string {
  const { machine, rate, groups, calibration } = file;
  const ms = ([median, min, max]: readonly number[]): string =>
    `${(1e3 * median).toFixed(1)} ms (${(1e3 * min).toFixed(1)} to ${(1e3 * max).toFixed(1)})`;
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const share = ({ share, low, high, count, of }: Proportion): string =>
    `${percent(share)}, ${count} of ${of} (95 %: ${percent(low)} to ${percent(high)})`;
  return [
    "# Benchmarks: cohorts",
    "",
    "Made by `npm run bench -- cohort --images FILE.npz` from `bench/results/cohort.json`.",
    "",
    `${machine.cpu}, Node ${machine.node}, POT ${machine.pot}, NumPy ${machine.numpy}. Data: ${file.data}.`,
    "",
    "**Rate.** Exact W2² of pairs of chest X-rays of 28 x 28 pixels, one thread each, CPU seconds of one pair; ours and POT's `emd2` loop take turns on the",
    `same pairs: ${rate.rounds} rounds of ${rate.pairsARound} pairs, median, least and largest of the rounds.`,
    "",
    "| | a pair |",
    "|---|---|",
    `| \`gridSquared\` | ${ms(rate.ours)} |`,
    `| POT \`emd2\` | ${ms(rate.pot)} |`,
    `| ratio of the paired rounds | ${rate.ratio.map((value) => value.toFixed(1)).join(", ")} |`,
    "",
    `At these rates the 179 700 pairs of 300 + 300 images take ${((179700 * rate.ours[0]) / 60).toFixed(0)} minutes of one thread, and ${((179700 * rate.pot[0]) / 3600).toFixed(1)} hours of POT: ${groups[0] === 300 && groups[1] === 300 ? "ours was run, on two threads and in parts that resumed, POT's is reckoned." : "reckoned, not run."}`,
    "",
    `Values agree to ${rate.difference.toExponential(1)}. Beside the matrix of ${groups[0]} + ${groups[1]} images, proved to ${file.relativeGap.toExponential(1)}:`,
    "",
    "| normal against pneumonia | |",
    "|---|---|",
    `| p-value of the energy test | ${file.pValue} |`,
    `| effect size | ${file.effectSize.toFixed(3)} |`,
    `| nearest neighbour | ${share(file.nearest)} |`,
    `| 5 neighbours | ${share(file.neighbours)} |`,
    `| medoids | ${share(file.medoid)} |`,
    ...(file.linear == null ? [] : [`| nearest neighbour, linear embedding | ${share(file.linear)} |`]),
    ...(file.heldOut == null
      ? []
      : [`| held out: a third of the images, k = ${file.heldOut.k} chosen on the others | ${share(file.heldOut)} |`]),
    `| area under the ROC curve | ${file.areaUnderCurve.toFixed(3)} |`,
    ...file.power.map(
      ({ size, rejected }) => `| power with ${size} + ${size} images, level 0.05 | ${share(rejected)} |`,
    ),
    "",
    `**Calibration.** Normal images split at random into two halves, ${calibration.splits} times: the p-values deviate from uniform ones by ${calibration.deviation.toFixed(3)} at most`,
    `(5 % point of Kolmogorov's test: ${(1.36 / Math.sqrt(calibration.splits)).toFixed(3)}); at most 0.05 in ${share(calibration.rejected)}.`,
    "",
  ].join("\n");
}

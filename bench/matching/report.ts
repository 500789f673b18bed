// The page about planted poses, docs/benchmarks/matching.md, from bench/results/matching.json and matching-routes.json.

import type { ResultFile } from "../resultFile.ts";
import { percent } from "../statistics.ts";
import { type MatchCase, matchCases } from "./cases.ts";
import { routesSections } from "./routesReport.ts";
import { inTime, type MatchRow, type RoutesRow } from "./row.ts";

/** The page. */
export function matchingPage({ machine, rows }: ResultFile<MatchRow>, others: ResultFile<RoutesRow>): string {
  const failed = rows.filter(({ met }) => !met);
  const timed = rows.filter((row) => inTime(row, requireOf(row).seconds) !== null);
  const late = timed.filter((row) => inTime(row, requireOf(row).seconds) === false);
  const planted = rows.filter(({ name }) => !name.startsWith("unrelated"));
  const runs = planted.reduce((sum, row) => sum + row.runs, 0);
  const wrong = planted.reduce((sum, row) => sum + row.confidentlyWrong, 0);
  const refusals = rows.find(({ name }) => name.startsWith("unrelated"));
  return [
    "# Benchmarks: matching",
    "",
    "Made by `npm run bench -- matching` from `bench/results/matching.json` and `matching-routes.json`; the cases are in `bench/matching`.",
    "",
    `${machine.cpu}, Node ${machine.node}, one thread; CPU seconds, median of the runs.`,
    "",
    "Scenes of three kinds in turn (a ball, clusters, a surface of flat ellipsoids), seeded, and every camera drawn at random. Unless the title says otherwise",
    "20 % of the ellipsoids are unseen, 20 % of the ellipses spurious, means noisy by 0.4 % of the picture's radius, covariances by 10 %. A run is a success if the",
    "status is `converged`, the rotation within 1 degree (affine: the angle between the kernels, and the reprojection within 1 % of the radius) and the recall at",
    "least 0.97 of that with the camera known (the oracle). Scenes and views that were reduced independently: within 3 degrees. `wrong`: `converged`, and more than 3 degrees off.",
    'The "splat scene" rows are of a real one: 90 854 Gaussians of a guitar, reduced.',
    "",
    `${rows.length - failed.length} of ${rows.length} rows meet what they require${except(failed)}; ${timed.length - late.length} of ${timed.length} are as quick as required${except(late)}. ` +
      `Confidently wrong in ${wrong} of ${runs} planted runs (95 %: below ${percent(1 - 0.05 ** (1 / Math.max(runs, 1)), 2)} where none was seen).` +
      (refusals === undefined ? "" : ` Unrelated clouds refused: ${refusals.successes} of ${refusals.runs}.`),
    "",
    "| case | success (95 % interval) | required | wrong | precision | recall | oracle's | groups | degrees | s | required s |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...rows.map(line),
    "",
    ...routesSections(others),
  ].join("\n");
}

function requireOf(row: MatchRow): MatchCase["require"] {
  return matchCases.find(({ name }) => name === row.name)?.require ?? {};
}

function except(rows: readonly MatchRow[]): string {
  return rows.length > 0 ? ` (not: ${rows.map(({ name }) => `\`${name}\``).join(", ")})` : "";
}

function line(row: MatchRow): string {
  const require = requireOf(row);
  const quick = inTime(row, require.seconds);
  const time = quick === null ? "" : `${require.seconds}: ${quick ? "met" : "**not met**"}`;
  const wanted = [
    require.success === undefined ? "" : `>= ${percent(require.success)}`,
    require.precision === undefined ? "" : `p >= ${require.precision}`,
    require.recall === undefined ? "" : `r >= ${require.recall}`,
    require.recallBelowOracle === undefined ? "" : `r >= oracle - ${require.recallBelowOracle}`,
    require.groups === undefined ? "" : `groups >= ${require.groups}`,
  ].filter((text) => text !== "");
  const share = (value: number | null): string => (value === null ? "" : value.toFixed(3));
  const [low, high] = row.interval;
  return (
    `| ${row.title} | ${row.successes} of ${row.runs} (${percent(low, 1)} to ${percent(high, 1)}) | ${wanted.join(", ")}: ${row.met ? "met" : "**not met**"} | ${row.confidentlyWrong} | ` +
    `${share(row.precision)} | ${share(row.recall)} | ${share(row.oracleRecall)} | ${share(row.groups)} | ${row.degrees === null ? "" : row.degrees.toFixed(2)} | ${row.seconds[0].toFixed(2)} | ${time} |`
  );
}

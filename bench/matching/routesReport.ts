// The sections of docs/benchmarks/matching.md about routes, several views and couplings.
import type { ResultFile } from "../resultFile.ts";
import { percent } from "../statistics.ts";
import type { CouplingRow, RouteRow, RoutesRow, ViewsRow } from "./row.ts";

/** Lines; none where nothing was measured. */
export function routesSections({ machine, rows }: ResultFile<RoutesRow>): string[] {
  const routes = rows.filter((row) => row.kind === "route");
  const views = rows.filter((row) => row.kind === "views");
  const couplings = rows.filter((row) => row.kind === "coupling");
  const where = `${machine.cpu}, Node ${machine.node}, one thread; CPU seconds on a machine that was not quiet.`;
  return [
    ...(routes.length > 0 ? routeSection(routes, where) : []),
    ...(views.length > 0 ? viewsSection(views) : []),
    ...(couplings.length > 0 ? couplingSection(couplings) : []),
  ];
}

function routeSection(rows: readonly RouteRow[], where: string): string[] {
  return [
    "## Routes",
    "",
    `Each route makes and ranks its hypotheses by its own measure alone; the first that differ are refined. ${where}`,
    "`before`: degrees between the hypothesis that became the camera and the planted pose, before any refinement, median and largest over all runs;",
    "`ranked first`: runs in which that was the first by the route's own measure. `as the backbone`: successes after which the camera is within 0.1 degree",
    "of that of the route `bures` on the same view, and 99 % of the links are shared.",
    "",
    ...summary(rows),
    "",
    "| route | case | success (95 % interval) | required | wrong | before | ranked first | after | as the backbone | recall | oracle's | s |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...rows.map(
      (row) =>
        `| ${row.route} | ${row.title} | ${rate(row)} | ${asked(row)} | ${row.confidentlyWrong} | ` +
        `${row.degreesBefore?.map((value) => value.toFixed(1)).join(" to ") ?? ""} | ${row.rankedFirst} of ${row.runs} | ${row.degrees.toFixed(2)} | ` +
        `${row.same} of ${row.successes} | ${share(row.recall)} | ${share(row.oracleRecall)} | ${row.seconds[0].toFixed(2)} |`,
    ),
    "",
  ];
}

function viewsSection(rows: readonly ViewsRow[]): string[] {
  return [
    "## Two views",
    "",
    "Two random cameras, half of either picture cut off, 30 % unseen, 30 % spurious, noise 1 % and 20 % unless the title says otherwise. A rig is told the motion",
    "between its cameras. A success has both poses, each as above. Met: as often as required, no rarer than the better single view, and of a rig the",
    "worse view nearer (median degrees) than the better single one.",
    "",
    ...summary(rows),
    "",
    "| case | together (95 % interval) | required | wrong | each alone | degrees together | alone | recall together | alone | oracle's | s together | alone |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...rows.map((row) => {
      const alone = (of: (view: ViewsRow["single"][number]) => string): string => row.single.map(of).join(", ");
      return (
        `| ${row.title} | ${rate(row)} | ${asked(row)} | ${row.confidentlyWrong} | ${alone((view) => `${view.successes}`)} | ${row.degrees.toFixed(3)} | ` +
        `${alone((view) => view.degrees.toFixed(3))} | ${share(row.recall)} | ${alone((view) => share(view.recall))} | ${share(row.oracleRecall)} | ` +
        `${row.seconds[0].toFixed(2)} | ${row.seconds[1].toFixed(2)} |`
      );
    }),
    "",
  ];
}

function couplingSection(rows: readonly CouplingRow[]): string[] {
  const { n, runs } = rows[0];
  const blind = rows.filter(({ mass }) => mass !== null);
  const along = rows.filter(({ within }) => within !== null);
  return [
    "## Couplings",
    "",
    `Planted scaled orthographic balls of ${n} ellipsoids, ${runs} views. Between space and picture:`,
    "",
    "| coupling | mass on right pairs | right heaviest partners |",
    "|---|---|---|",
    ...blind.map((row) => `| ${row.title} | ${percent(row.mass ?? 0)} | ${percent(row.links ?? 0)} |`),
    "",
    ...(along.length === 0
      ? []
      : [
          "Along directions of view, before any refinement:",
          "",
          "| coupling | first-ranked pose within 12 degrees | median degrees | s |",
          "|---|---|---|---|",
          ...along.map(
            (row) =>
              `| ${row.title} | ${row.within} of ${row.runs} | ${row.degrees?.toFixed(1)} | ${row.seconds.toFixed(1)} |`,
          ),
          "",
        ]),
  ];
}

function summary(rows: readonly (RouteRow | ViewsRow)[]): string[] {
  const asking = rows.filter(({ require }) => require.success !== undefined);
  const failed = asking.filter(({ met }) => !met);
  const wrong = rows.reduce((sum, row) => sum + row.confidentlyWrong, 0);
  const runs = rows.reduce((sum, row) => sum + row.runs, 0);
  const not = failed.length > 0 ? `; not: ${failed.map(({ name }) => `\`${name}\``).join(", ")}` : "";
  return [
    `${asking.length - failed.length} of the ${asking.length} rows that require something meet it${not}. Confidently wrong in ${wrong} of ${runs} runs.`,
  ];
}

function asked(row: RouteRow | ViewsRow): string {
  const { success } = row.require;
  if (success === undefined) return "";
  const limit = "seconds" in row.require ? `, ${row.require.seconds} s` : "";
  return `>= ${percent(success)}${limit}: ${row.met ? "met" : "**not met**"}`;
}

function rate({ successes, runs, interval: [low, high] }: RouteRow | ViewsRow): string {
  return `${successes} of ${runs} (${percent(low, 1)} to ${percent(high, 1)})`;
}

function share(value: number | null): string {
  return value === null ? "" : value.toFixed(3);
}

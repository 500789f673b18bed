// Writes docs/benchmarks/<family>.md and .svg from bench/results/<family>.json: node --import tsx bench/report.ts
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { adaptPage } from "./adapt/report.ts";
import type { BenchFile, BenchResult, Proof } from "./bench.ts";
import { cohortPage } from "./cohort/report.ts";
import { imagesPage } from "./images/report.ts";
import { matchingPage } from "./matching/report.ts";
import type { MatchRow, RoutesRow } from "./matching/row.ts";
import { imagingPage } from "./potential/imagingReport.ts";
import { potentialPage } from "./potential/report.ts";
import { speedPage } from "./potentialSpeed/report.ts";
import { readResults } from "./resultFile.ts";
import { megabytes, seconds } from "./table.ts";

/** The page about one family's results. */
export function benchPage(file: BenchFile): string {
  const { family, machine, peers, protocol, results } = file;
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  const dates = [...new Set(results.map(({ date }) => date))].sort();
  const failed = results.filter(({ met }) => !met);
  const memory = `${(machine.memoryBytes / 2 ** 30).toFixed(0)} GiB`;
  return [
    `# Benchmarks: ${family}`,
    "",
    `Made by \`npm run bench -- ${family}\` from \`bench/results/${family}.json\`; the cases are in \`bench/${family}.bench.ts\`.`,
    "",
    `${dates.join(", ")}; ${machine.cpu}, ${machine.cores} cores, ${memory}, ${machine.platform}, Node ${machine.node}; ${versions.join(", ")}.`,
    "",
    protocol,
    "A ratio is the peer's median over ours; `>` marks a peer that was cut, so a lower bound, `~` one whose time is extrapolated",
    "from the rate at which its error fell when it was cut.",
    "",
    failed.length === 0
      ? `All ${results.length} rows meet what they require.`
      : `${results.length - failed.length} of ${results.length} rows meet what they require; not: ${failed.map(({ name }) => `\`${name}\``).join(", ")}.`,
    "",
    `![CPU seconds of both sides](${family}.svg)`,
    "",
    "| case | ours, s: median (min, max) | peer, s: median (min, max) | ratio (paired) | required | wasm, peak RSS MB | engine | load |",
    "|---|---|---|---|---|---|---|---|",
    ...results.map(line),
    "",
    "## Proofs",
    "",
    ...(family === "gromov" ? stationary : family === "sliced" ? alongLines : dual),
    "",
    "| case | status | marginals | dual | gap | certified | certificate, s | value |",
    "|---|---|---|---|---|---|---|---|",
    ...results.flatMap((result) => (result.proof === null ? [] : [proofLine(result, result.proof)])),
    "",
    ...triedLines(results),
  ].join("\n");
}

/** What the proofs say. */
const dual = [
  "Every answer recomputed from its input by `certify()`: marginals relative to the mass, dual infeasibility relative to the largest cost, gap",
  "relative to sum P |C|. `value` is the relative difference to the peer's: of <P, C> where the value holds a regulariser.",
];
const stationary = [
  "Every answer recomputed from its input by `certify()`: marginals relative to the mass; optima are local, so the gap is that of the linearised",
  "problem, relative to the square of the largest entry. `value` is the relative difference to the peer's, whose local optimum may be another one.",
];

const alongLines = [
  "Slices along given directions are recomputed by `wasserstein1d`, one exact transport on a line for each; the gap is relative to the value. Means",
  "over random circles on spheres have no such row: the peer draws its own.",
];

/** Where there was a choice of peers: what each of them took. */
function triedLines(results: readonly BenchResult[]): string[] {
  const rows = results.flatMap(({ title, peer }) =>
    Object.entries(peer?.tried ?? {}).map(([name, { iterations, error, cpu, cut }]) => {
      const reached = error === null ? "not finite" : error.toExponential(1);
      const took = error === null || cpu === null ? "" : `${cut ? "~ " : ""}${seconds(cpu)}`;
      return `| ${title} | ${name} | ${iterations} | ${reached} | ${took} |`;
    }),
  );
  if (rows.length === 0) return [];
  return [
    "## The peers",
    "",
    "Each peer's first run to the tolerance: L1 error of both marginals of its plan, recomputed. Cut after 120 s, or where another one was faster: `~` is the time it",
    "would take at the rate of its last half. The fastest that converges is the peer of the table above.",
    "",
    "| case | peer | iterations | error | s |",
    "|---|---|---|---|---|",
    ...rows,
    "",
  ];
}

function line(result: BenchResult): string {
  const { title, ours, peer, ratio, pairedRatio, require, met, wasmBytes, rssBytes, load } = result;
  const bound = peer?.extrapolated ? "~ " : peer?.cut ? "> " : "";
  const range = ({ median, min, max }: { median: number; min: number; max: number }): string =>
    `${seconds(median)} (${seconds(min)}, ${seconds(max)})`;
  const wanted = [
    require.ratio === undefined ? "" : `${require.ratio}x`,
    require.aimRatio === undefined ? "" : `aim ${require.aimRatio}x`,
    require.aimSeconds === undefined ? "" : `aim ${require.aimSeconds} s`,
    require.seconds === undefined ? "" : `${require.seconds} s`,
    require.rssMegabytes === undefined ? "" : `${require.rssMegabytes} MB in all`,
    require.wasmMegabytes === undefined ? "" : `${require.wasmMegabytes} MB`,
  ].filter((part) => part !== "");
  const cells = [
    title,
    range(ours),
    peer === null ? "" : bound + range(peer),
    ratio === null || pairedRatio === null ? "" : `${bound}${ratio.toFixed(2)} (${pairedRatio.toFixed(2)})`,
    `${wanted.join(", ")}: ${met ? "met" : "**not met**"}`,
    `${megabytes(wasmBytes)}, ${megabytes(rssBytes)}`,
    ours.method,
    load[0].toFixed(2),
  ];
  return `| ${cells.join(" | ")} |`;
}

function proofLine({ title, ours, certified, peer }: BenchResult, proof: Proof): string {
  const e = (value: number): string => (value === 0 ? "0" : value.toExponential(1));
  const { primalResidual, dualInfeasibility, largestCost, relativeGap, cpu } = proof;
  const dual = largestCost > 0 ? dualInfeasibility / largestCost : dualInfeasibility;
  const agreement = peer === null || peer.cut ? "" : e(peer.difference);
  const proved = certified ? "yes" : "**no**";
  return `| ${title} | ${ours.status} | ${e(primalResidual)} | ${e(dual)} | ${e(relativeGap)} | ${proved} | ${seconds(cpu)} | ${agreement} |`;
}

const rowHeight = 22;
const left = 330;
const width = 560;
const top = 46;

/** Both sides' CPU seconds, one case a row, on a logarithmic axis. */
export function benchPlot({ results }: BenchFile): string {
  const times = results.flatMap(({ ours, peer }) => [ours.median, ...(peer === null ? [] : [peer.median])]);
  const low = Math.floor(Math.log10(Math.min(...times)));
  const high = Math.ceil(Math.log10(Math.max(...times)) + 1e-9);
  const x = (value: number): number =>
    Math.round(10 * (left + (width * (Math.log10(value) - low)) / (high - low))) / 10;
  const height = top + rowHeight * results.length + 16;
  const ticks = Array.from({ length: high - low + 1 }, (_, k) => 10 ** (low + k));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${left + width + 70} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>CPU seconds of Monge and of its peers</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<circle cx="${left}" cy="12" r="5" fill="#0b6e99"/><text x="${left + 10}" y="16">Monge</text>`,
    `<circle cx="${left + 80}" cy="12" r="5" fill="#d1495b"/><text x="${left + 90}" y="16">peer (hollow: cut)</text>`,
    ...ticks.map(
      (tick) =>
        `<line x1="${x(tick)}" x2="${x(tick)}" y1="${top - 8}" y2="${height - 10}" stroke="#ddd"/>` +
        `<text x="${x(tick)}" y="${top - 12}" text-anchor="middle" fill="#555">${tick >= 1 ? tick : tick.toPrecision(1)} s</text>`,
    ),
    ...results.map(({ title, ours, peer, ratio }, k) =>
      plotRow(title, ours, peer, ratio, top + rowHeight * (k + 0.5), x),
    ),
    "</svg>",
  ];
  return `${parts.join("\n")}\n`;
}

function plotRow(
  title: string,
  ours: BenchResult["ours"],
  peer: BenchResult["peer"],
  ratio: number | null,
  y: number,
  x: (value: number) => number,
): string {
  const label = title.length > 54 ? `${title.slice(0, 53)}…` : title;
  const dot = (value: number, colour: string, hollow: boolean): string =>
    `<circle cx="${x(value)}" cy="${y}" r="5" fill="${hollow ? "#fff" : colour}" stroke="${colour}"/>`;
  const name = `<text x="${left - 10}" y="${y + 4}" text-anchor="end">${label}</text>`;
  if (peer === null || ratio === null) return name + dot(ours.median, "#0b6e99", false);
  const from = x(ours.median);
  const to = x(peer.median);
  return (
    `${name}<line x1="${from}" x2="${to}" y1="${y}" y2="${y}" stroke="#bbb" stroke-width="2"/>` +
    `${dot(ours.median, "#0b6e99", false)}${dot(peer.median, "#d1495b", peer.cut)}` +
    `<text x="${Math.max(from, to) + 10}" y="${y + 4}" fill="#333">${peer.cut ? "&gt; " : ""}${ratio.toFixed(1)}x</text>`
  );
}

/** Families whose page has a form of its own: from the path of its results. */
const ownPages: Readonly<Record<string, (results: string) => string>> = {
  adapt: (results) => adaptPage(readJson(results)),
  cohort: (results) => cohortPage(readJson(results)),
  images: (results) => imagesPage(readJson(results)),
  matching: (results) =>
    matchingPage(
      readResults<MatchRow>(results),
      readResults<RoutesRow>(results.replace("matching.json", "matching-routes.json")),
    ),
  potential: (results) => potentialPage(readJson(results)),
  "potential-imaging": (results) => imagingPage(readJson(results)),
  "potential-speed": (results) => speedPage(readJson(results)),
};

/** All families of benchmarks. */
export const families: readonly string[] = ["exact", "entropic", "gromov", "sliced", ...Object.keys(ownPages)];

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

/** The page and the plot of a family as they should be, by path from the root; nothing where there are no results yet. */
export function benchFiles(root: string, family: string): Map<string, string> {
  const results = `${root}bench/results/${family}.json`;
  if (!existsSync(results)) return new Map();
  const page = ownPages[family];
  if (page !== undefined) return new Map([[`docs/benchmarks/${family}.md`, page(results)]]);
  const file = readJson<BenchFile>(results);
  return new Map([
    [`docs/benchmarks/${family}.md`, benchPage(file)],
    [`docs/benchmarks/${family}.svg`, benchPlot(file)],
  ]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  mkdirSync(`${root}docs/benchmarks`, { recursive: true });
  for (const family of families) {
    for (const [path, text] of benchFiles(root, family)) writeFileSync(root + path, text);
  }
}

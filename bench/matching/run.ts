// Plants poses, finds them again, and writes bench/results/matching.json, matching-routes.json (routes, several views, couplings). Usage: node --import tsx
// bench/matching/run.ts [--case REGEX] [--runs N] [--scene FILE] [--seed N] [--time]; --time measures the seconds of the former alone, and leaves the counts.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Mixture } from "monge/gaussian";
import { type MatchResult, matchGaussians, type SimulatedView, simulateView } from "monge/matching";
import { keepRow, readResults } from "../resultFile.ts";
import { meanOrNull, median, wilson } from "../statistics.ts";
import { type MatchCase, matchCases } from "./cases.ts";
import { type CouplingCase, couplingCases, measureCoupling } from "./couplings.ts";
import { measureRoute } from "./measureRoute.ts";
import { measureViews } from "./measureViews.ts";
import { type RouteCase, routeCases } from "./routes.ts";
import { inTime, type MatchRow, type RoutesRow } from "./row.ts";
import { reduced, splatScene, syntheticScene } from "./scenes.ts";
import { angle, kernelOf, linkScore, plantedCamera, reprojection, turnedAboutZ } from "./truth.ts";
import { type ViewsCase, viewsCases } from "./views.ts";

const { values: flags } = parseArgs({
  options: {
    case: { type: "string", default: "." },
    runs: { type: "string" },
    scene: { type: "string" },
    seed: { type: "string", default: "1300000" },
    time: { type: "boolean", default: false },
  },
});

const pathOf = (name: string): string => fileURLToPath(new URL(`../results/${name}.json`, import.meta.url));
let splats: Mixture | null = null;
const cache = new Map<string, Mixture>();

async function sceneOf({ kinds, n, from, file }: MatchCase, seed: number): Promise<Mixture> {
  if (file === true) {
    splats ??= await splatScene(flags.scene as string);
    if (from !== undefined) return splats;
    const key = `splats ${n}`;
    if (!cache.has(key)) cache.set(key, reduced(splats, n));
    return cache.get(key) as Mixture;
  }
  return syntheticScene(kinds[seed % kinds.length], from ?? n, seed);
}

/** Groups that were planted, and those found whole. */
function groupScore(result: MatchResult, { origins }: SimulatedView): [found: number, planted: number] {
  const bySplit = new Map<number, number[]>();
  origins.forEach((of, j) => {
    if (of.length === 1) bySplit.set(of[0], [...(bySplit.get(of[0]) ?? []), j]);
  });
  const planted = new Set<string>();
  origins.forEach((of, j) => {
    if (of.length > 1) planted.add(`${[...of].sort((p, q) => p - q)} | ${j}`);
  });
  for (const [i, js] of bySplit) if (js.length > 1) planted.add(`${i} | ${js.sort((p, q) => p - q)}`);
  const found = result.groups.filter(({ ellipsoids, ellipses }) =>
    planted.has(`${[...ellipsoids].sort((p, q) => p - q)} | ${[...ellipses].sort((p, q) => p - q)}`),
  );
  return [found.length, planted.size];
}

async function measure(matchCase: MatchCase, runs: number): Promise<MatchRow> {
  const { asks, camera, known, view: options, drawn = 1, from, n, cone, require } = matchCase;
  const seen = { precision: [] as number[], recall: [] as number[], oracleP: [] as number[], oracleR: [] as number[] };
  const times: number[] = [];
  const errors: number[] = [];
  const failures: number[] = [];
  let [successes, refused, ambiguous, confidentlyWrong, groupsFound, groupsPlanted] = [0, 0, 0, 0, 0, 0];
  for (let run = 0; run < runs; run++) {
    const seed = Number(flags.seed) + run;
    const original = await sceneOf(matchCase, seed);
    const truth = plantedCamera(camera, original, seed);
    const shown =
      asks === "refusal" ? syntheticScene(matchCase.kinds[seed % matchCase.kinds.length], n, seed + 10_000) : original;
    const planted = simulateView(shown, truth, { ...options, seed });
    const scene = from === undefined ? original : reduced(original, n);
    const plain = from === undefined ? planted.ellipses : reduced(planted.ellipses, n);
    const ellipses = { ...plain, covariances: plain.covariances.map((value) => value * drawn * drawn) };
    const vector = truth.projection === "affine" ? kernelOf(truth.A) : [truth.R[6], truth.R[7], truth.R[8]];
    const begin = process.cpuUsage();
    const result = matchGaussians(scene, ellipses, {
      camera: known === true ? truth : camera,
      intrinsics: truth.projection === "perspective" ? truth.intrinsics : undefined,
      prior: cone === undefined ? undefined : { direction: { vector, degrees: cone } },
    });
    const { user, system } = process.cpuUsage(begin);
    times.push((user + system) / 1e6);
    if (flags.time) continue;
    const off = angle(result.camera, truth);
    const { status } = result;
    if (status === "low-confidence") refused++;
    if (status === "ambiguous") ambiguous++;
    if (asks === "refusal") {
      if (status === "low-confidence") successes++;
      else failures.push(seed);
      continue;
    }
    if (status === "converged" && off > 3) confidentlyWrong++;
    errors.push(off);
    let good = off < 1 && status === "converged";
    if (asks === "reduction") good = off < 3;
    else if (asks === "symmetry") {
      // All four turns about the axis of the scene are right.
      const poses = [result.camera, ...result.alternatives.map((other) => other.camera)];
      const wanted = [0, 1, 2, 3].map((turn) => turnedAboutZ(truth, turn));
      good = status === "ambiguous" && wanted.every((pose) => poses.some((found) => angle(found, pose) < 1));
    } else {
      const oracle = known === true ? result : matchGaussians(scene, ellipses, { camera: truth });
      const [precision, recall] = linkScore(result.matches, planted);
      const [oracleP, oracleR] = linkScore(oracle.matches, planted);
      seen.precision.push(precision);
      seen.recall.push(recall);
      seen.oracleP.push(oracleP);
      seen.oracleR.push(oracleR);
      const [found, all] = groupScore(result, planted);
      groupsFound += found;
      groupsPlanted += all;
      good &&= recall >= 0.97 * oracleR && reprojection(scene, result.camera, truth, planted.radius) < 0.01;
      if (asks === "links") good = true;
    }
    if (good) successes++;
    else failures.push(seed);
  }
  const [precision, recall, oraclePrecision, oracleRecall] = [
    seen.precision,
    seen.recall,
    seen.oracleP,
    seen.oracleR,
  ].map(meanOrNull);
  const groups = groupsPlanted > 0 ? groupsFound / groupsPlanted : null;
  const below = oracleRecall === null || recall === null ? 0 : oracleRecall - recall;
  const met =
    successes / runs >= (require.success ?? 0) &&
    below <= (require.recallBelowOracle ?? 1) &&
    (precision ?? 1) >= (require.precision ?? 0) - 1e-12 &&
    (recall ?? 1) >= (require.recall ?? 0) - 1e-12 &&
    (groups ?? 1) >= (require.groups ?? 0) &&
    confidentlyWrong === 0;
  return {
    name: matchCase.name,
    title: matchCase.title,
    runs,
    successes,
    interval: wilson(successes, runs),
    refused,
    ambiguous,
    confidentlyWrong,
    precision,
    recall,
    oraclePrecision,
    oracleRecall,
    groups,
    degrees: errors.length > 0 ? median(errors) : null,
    seconds: [median(times), Math.max(...times)],
    met,
    failures: failures.slice(0, 10),
  };
}

const pattern = new RegExp(flags.case);
const share = (value: number | null): string => (value === null ? "-" : value.toFixed(3));
const runsOf = ({ runs }: { readonly runs: number }): number => Math.min(Number(flags.runs ?? runs), runs);

for (const matchCase of matchCases) {
  if (!pattern.test(matchCase.name) || (matchCase.file === true && flags.scene === undefined)) continue;
  const path = pathOf("matching");
  const row = await measure(matchCase, runsOf(matchCase));
  const before = readResults<MatchRow>(path).rows.find(({ name }) => name === row.name);
  const kept = flags.time && before !== undefined ? { ...before, seconds: row.seconds } : row;
  keepRow(
    path,
    matchCases.map(({ name }) => name),
    kept,
  );
  console.log(
    `${kept.met ? "met " : "NOT "} ${row.name.padEnd(24)} ${kept.successes}/${kept.runs}  wrong ${kept.confidentlyWrong}  p ${share(kept.precision)} r ${share(kept.recall)} ` +
      `oracle ${share(kept.oracleRecall)}  groups ${share(kept.groups)}  ${row.seconds[0].toFixed(2)} s${inTime(row, matchCase.require.seconds) === false ? ` (over ${matchCase.require.seconds} s)` : ""}  ${kept.failures}`,
  );
}

const others: readonly (RouteCase | ViewsCase | CouplingCase)[] = [...routeCases, ...viewsCases, ...couplingCases];
for (const one of others) {
  if (!pattern.test(one.name) || flags.time) continue;
  const row = measureOther(one, runsOf(one));
  keepRow(
    pathOf("matching-routes"),
    others.map(({ name }) => name),
    row,
  );
  console.log(spoken(row));
}

function measureOther(one: RouteCase | ViewsCase | CouplingCase, runs: number): RoutesRow {
  const seed = Number(flags.seed);
  if (one.asks === "route") return measureRoute(one, runs, seed);
  return one.asks === "views" ? measureViews(one, runs, seed) : measureCoupling(one, runs, seed);
}

function spoken(row: RoutesRow): string {
  const name = row.name.padEnd(36);
  if (row.kind === "coupling") {
    const { mass, links, within, degrees, seconds, runs } = row;
    const found =
      within === null
        ? `mass ${share(mass)} links ${share(links)}`
        : `${within}/${runs} at ${degrees?.toFixed(1)} degrees`;
    return `     ${name} ${found}  ${seconds.toFixed(2)} s`;
  }
  const { met, successes, runs, confidentlyWrong, degrees, seconds, failures } = row;
  const more =
    row.kind === "route"
      ? `before ${row.degreesBefore?.map((value) => value.toFixed(2)).join(" to ") ?? "-"} first ${row.rankedFirst} same ${row.same}`
      : `alone ${row.single.map((of) => `${of.successes} ${of.degrees.toFixed(2)} ${share(of.recall)}`).join(" | ")} r ${share(row.recall)}`;
  return `${met ? "met " : "NOT "} ${name} ${successes}/${runs}  wrong ${confidentlyWrong}  ${degrees.toFixed(3)} degrees  ${more}  ${seconds.map((value) => value.toFixed(2)).join(" ")} s  ${failures}`;
}

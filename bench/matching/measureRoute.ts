// One route against the backbone on the same planted views: what its own hypothesis was, and what refinement made of it.
import { matchGaussians, simulateView } from "monge/matching";
import { meanOrNull, median, wilson } from "../statistics.ts";
import type { RouteCase } from "./routes.ts";
import type { RouteRow } from "./row.ts";
import { syntheticScene } from "./scenes.ts";
import { angle, linkScore, plantedCamera, reprojection } from "./truth.ts";

/** Two answers are one if their cameras are this near (degrees) and so many of their links are shared. */
const equal = { degrees: 0.1, links: 0.99 } as const;

type Links = readonly (readonly [number, number])[];

/** The share of all links of both that both have. */
function shared(p: Links, q: Links): number {
  const one = new Set(p.map(String));
  const both = q.filter((pair) => one.has(String(pair))).length;
  const either = p.length + q.length - both;
  return either === 0 ? 1 : both / either;
}

/** Runs a case. */
export function measureRoute(routeCase: RouteCase, runs: number, firstSeed: number): RouteRow {
  const { camera, kind, n, require, route, view } = routeCase;
  const [before, off, times, precisions, recalls, oracles]: number[][] = [[], [], [], [], [], []];
  const failures: number[] = [];
  let [successes, rankedFirst, same, confidentlyWrong, refused] = [0, 0, 0, 0, 0];
  for (let run = 0; run < runs; run++) {
    const seed = firstSeed + run;
    const scene = syntheticScene(kind, n, seed);
    const truth = plantedCamera(camera, scene, seed);
    const planted = simulateView(scene, truth, { ...view, seed });
    const options = { camera, intrinsics: truth.projection === "perspective" ? truth.intrinsics : undefined };
    const begin = process.cpuUsage();
    const result = matchGaussians(scene, planted.ellipses, { ...options, route });
    const { user, system } = process.cpuUsage(begin);
    times.push((user + system) / 1e6);
    const { hypothesis } = result;
    if (hypothesis !== null) before.push(angle(hypothesis.camera, truth));
    if (hypothesis?.rank === 0) rankedFirst++;
    const error = angle(result.camera, truth);
    off.push(error);
    const oracle = matchGaussians(scene, planted.ellipses, { ...options, camera: truth });
    const [precision, recall] = linkScore(result.matches, planted);
    const [, best] = linkScore(oracle.matches, planted);
    precisions.push(precision);
    recalls.push(recall);
    oracles.push(best);
    if (result.status === "low-confidence") refused++;
    if (result.status === "converged" && error > 3) confidentlyWrong++;
    const fits = reprojection(scene, result.camera, truth, planted.radius) < 0.01;
    if (result.status !== "converged" || error >= 1 || recall < 0.97 * best || !fits) {
      failures.push(seed);
      continue;
    }
    successes++;
    const backbone = route === "bures" ? result : matchGaussians(scene, planted.ellipses, options);
    const near = angle(backbone.camera, result.camera) < equal.degrees;
    if (near && shared(backbone.matches, result.matches) >= equal.links) same++;
  }
  const middle = median(times);
  return {
    kind: "route",
    name: routeCase.name,
    route,
    title: routeCase.title,
    runs,
    successes,
    interval: wilson(successes, runs),
    refused,
    confidentlyWrong,
    rankedFirst,
    degreesBefore: before.length > 0 ? [median(before), Math.max(...before)] : null,
    degrees: median(off),
    same,
    precision: meanOrNull(precisions),
    recall: meanOrNull(recalls),
    oracleRecall: meanOrNull(oracles),
    seconds: [middle, Math.max(...times)],
    require,
    met:
      successes >= (require.success ?? 0) * runs - 1e-9 &&
      middle <= (require.seconds ?? Infinity) &&
      (require.success === undefined || same === successes) &&
      confidentlyWrong === 0,
    failures: failures.slice(0, 10),
  };
}

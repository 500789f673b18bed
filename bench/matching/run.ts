// Plants poses, finds them again, and writes bench/results/matching.json. Usage: node --import tsx bench/matching/run.ts [--case REGEX] [--runs N]
// [--scene FILE] [--seed N] [--time]; --time measures seconds alone, on a quiet machine, and leaves the counts as they are.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { random } from "monge";
import type { Mixture } from "monge/gaussian";
import { type Camera, type MatchResult, matchGaussians, type SimulatedView, simulateView } from "monge/matching";
import { type MatchCase, matchCases } from "./cases.ts";
import { inTime, type MatchFile, type MatchRow } from "./row.ts";
import { reduced, rotation, splatScene, syntheticScene } from "./scenes.ts";

const { values: flags } = parseArgs({
  options: {
    case: { type: "string", default: "." },
    runs: { type: "string" },
    scene: { type: "string" },
    seed: { type: "string", default: "1300000" },
    time: { type: "boolean", default: false },
  },
});

const path = fileURLToPath(new URL("../results/matching.json", import.meta.url));
const degrees = 180 / Math.PI;
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

function cameraOf({ camera }: MatchCase, scene: Mixture, seed: number): Camera {
  const { normal, uniform } = random(seed + 0.5);
  const R = rotation(normal).flat();
  const centre = [0, 0, 0];
  const { data, rows } = scene.means;
  for (let at = 0; at < data.length; at++) centre[at % 3] += data[at] / rows;
  let square = 0;
  for (let at = 0; at < data.length; at++) square += (data[at] - centre[at % 3]) ** 2 / rows;
  const radius = Math.sqrt((4 / 3) * square);
  const along = (k: number): number => R[3 * k] * centre[0] + R[3 * k + 1] * centre[1] + R[3 * k + 2] * centre[2];
  if (camera === "scaled-orthographic") {
    return { projection: camera, R, scale: 50 + 400 * uniform(), t: [640 * uniform(), 480 * uniform()] };
  }
  if (camera === "perspective") {
    const distance = radius * (2.5 + 3 * uniform());
    const t = [0.2 * radius * normal() - along(0), 0.2 * radius * normal() - along(1), distance - along(2)];
    return { projection: camera, R, t, intrinsics: { fx: 900, fy: 880, cx: 640, cy: 360 } };
  }
  const [p, q, shear] = [100 * Math.exp(0.3 * normal()), 100 * Math.exp(0.3 * normal()), 40 * normal()];
  const A = [0, 1, 2, 3, 4, 5].map((k) => (k < 3 ? p * R[k] + shear * R[3 + k] : q * R[k]));
  return { projection: "affine", A, t: [300, 200] };
}

function kernelOf(A: ArrayLike<number>): number[] {
  const v = [A[1] * A[5] - A[2] * A[4], A[2] * A[3] - A[0] * A[5], A[0] * A[4] - A[1] * A[3]];
  const norm = Math.hypot(v[0], v[1], v[2]);
  return v.map((value) => value / norm);
}

/** Degrees between two cameras of one kind. */
function angle(p: Camera, q: Camera): number {
  if (p.projection === "affine" || q.projection === "affine") {
    if (p.projection !== "affine" || q.projection !== "affine") return 180;
    const [v, w] = [kernelOf(p.A), kernelOf(q.A)];
    return degrees * Math.acos(Math.min(1, Math.abs(v[0] * w[0] + v[1] * w[1] + v[2] * w[2])));
  }
  let square = 0;
  for (let k = 0; k < 9; k++) square += (p.R[k] - q.R[k]) ** 2;
  return degrees * 2 * Math.asin(Math.min(1, Math.sqrt(square / 8)));
}

/** Root mean square of the reprojection error of affine cameras, in radii of the picture. */
function reprojection(scene: Mixture, p: Camera, q: Camera, radius: number): number {
  if (p.projection !== "affine" || q.projection !== "affine") return 0;
  const { data, rows } = scene.means;
  let square = 0;
  for (let i = 0; i < rows; i++) {
    for (let r = 0; r < 2; r++) {
      let off = p.t[r] - q.t[r];
      for (let k = 0; k < 3; k++) off += (p.A[3 * r + k] - q.A[3 * r + k]) * data[3 * i + k];
      square += (off * off) / rows;
    }
  }
  return Math.sqrt(square) / radius;
}

function linkScore(matches: MatchResult["matches"], { origins }: SimulatedView): [precision: number, recall: number] {
  const all = origins.reduce((sum, { length }) => sum + length, 0);
  const right = matches.filter(([i, j]) => origins[j].includes(i)).length;
  return [matches.length > 0 ? right / matches.length : 1, all > 0 ? right / all : 1];
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

/** Wilson (1927). */
function wilson(k: number, n: number): [number, number] {
  const z = 1.96;
  const p = k / n;
  const centre = (p + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((p * (1 - p)) / n + (z * z) / (4 * n * n));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values: readonly number[]): number => [...values].sort((p, q) => p - q)[values.length >> 1];

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
    const truth = cameraOf(matchCase, original, seed);
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
  ].map(mean);
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

/** The camera as if the scene had been turned by quarters about the z axis. */
function turnedAboutZ(camera: Camera, quarters: number): Camera {
  if (camera.projection === "affine") return camera;
  let R = Array.from(camera.R);
  for (let k = 0; k < quarters; k++) R = [0, 1, 2].flatMap((row) => [R[3 * row + 1], -R[3 * row], R[3 * row + 2]]);
  return { ...camera, R };
}

function read(): MatchFile {
  const machine = { cpu: cpus()[0].model, node: process.version };
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as MatchFile) : { schema: 1, machine, rows: [] };
}

const pattern = new RegExp(flags.case);
const chosen = matchCases.filter(
  ({ name, file }) => pattern.test(name) && (file !== true || flags.scene !== undefined),
);
for (const matchCase of chosen) {
  const runs = flags.runs === undefined ? matchCase.runs : Math.min(Number(flags.runs), matchCase.runs);
  const row = await measure(matchCase, runs);
  const file = read();
  const before = file.rows.find(({ name }) => name === row.name);
  const kept = flags.time && before !== undefined ? { ...before, seconds: row.seconds } : row;
  const others = file.rows.filter(({ name }) => name !== row.name);
  const rows = matchCases.flatMap(({ name }) =>
    name === row.name ? [kept] : others.filter((other) => other.name === name),
  );
  writeFileSync(path, `${JSON.stringify({ ...file, rows }, null, 2)}\n`);
  const share = (value: number | null): string => (value === null ? "-" : value.toFixed(3));
  console.log(
    `${kept.met ? "met " : "NOT "} ${row.name.padEnd(24)} ${kept.successes}/${kept.runs}  wrong ${kept.confidentlyWrong}  p ${share(kept.precision)} r ${share(kept.recall)} ` +
      `oracle ${share(kept.oracleRecall)}  groups ${share(kept.groups)}  ${row.seconds[0].toFixed(2)} s${inTime(row, matchCase.require.seconds) === false ? ` (over ${matchCase.require.seconds} s)` : ""}  ${kept.failures}`,
  );
}

// npm run bench -- cohort --images FILE.npz [--group N] [--rounds N] [--threads N] [--resume FOLDER]: two groups of real pictures, ours and POT's loop on the same pairs.
// FILE.npz holds train_images (count x height x width) and train_labels (0 or 1), as those of MedMNIST do.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { encodeNpy, readImageStack, readMeasure } from "@monge/io";
import { energyStatistic, gridSquared, permutationTest, proportion, random } from "monge";
import { compareCohorts } from "monge/cohort";
import { createPool } from "monge/worker";
import { folderStore } from "../../packages/cli/src/tileStore.ts";
import type { CohortFile } from "./row.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const { values: args } = parseArgs({
  args: process.argv.slice(2).filter((text) => text !== "cohort"),
  options: {
    images: { type: "string" },
    group: { type: "string", default: "300" },
    rounds: { type: "string", default: "10" },
    threads: { type: "string", default: String(cpus().length) },
    resume: { type: "string" },
  },
});
if (args.images === undefined) throw new Error("Name the images: --images FILE.npz.");
const group = Number(args.group);
const rng = random(1);

const { images, shape } = await readImageStack(`${args.images}#train_images`);
const labels = await readMeasure(args.images, { entry: "train_labels", as: "grid" });
const pick = (label: number): Float64Array[] =>
  Array.from({ length: images.rows }, (_, k) => k)
    .filter((k) => labels.weights[k] === label)
    .slice(0, group)
    .map((k) => images.data.slice(k * images.cols, (k + 1) * images.cols));
const [normal, ill] = [pick(0), pick(1)];
const all = [...normal, ...ill];

const rate = await measureRate(Number(args.rounds), 12);
console.log(JSON.stringify(rate));
await using pool = createPool({ threads: Number(args.threads) });
const result = await compareCohorts(normal, ill, [shape[0], shape[1]], {
  intensity: "normalised",
  pool,
  meanPermutations: 0,
  barycenters: false,
  store: args.resume === undefined ? undefined : await folderStore(args.resume),
  onProgress: ({ phase, iteration }) => process.stderr.write(`\r${phase} ${iteration}`),
});
process.stderr.write("\n");

const D = result.distances.distances;
const rejects = (members: readonly number[], dealt: readonly number[], seed: number): number => {
  const part = members.map((i) => members.map((j) => D.data[i * D.cols + j]));
  return permutationTest(dealt, (now) => energyStatistic(part, now), { permutations: 199, seed }).pValue;
};
const drawn = (from: number, count: number, wanted: number): number[] => {
  const order = Array.from({ length: count }, (_, k) => from + k);
  for (let k = 0; k < wanted; k++) {
    const other = k + rng.integer(count - k);
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order.slice(0, wanted);
};
const halves = (size: number): number[] => Array.from({ length: 2 * size }, (_, k) => (k < size ? 0 : 1));

const splits = 200;
const half = Math.floor(normal.length / 2);
const nulls = Array.from({ length: splits }, (_, k) =>
  rejects(drawn(0, normal.length, 2 * half), halves(half), k),
).sort((p, q) => p - q);
const power = [5, 10, 15, 20].map((size) => {
  const studies = 100;
  let rejected = 0;
  for (let k = 0; k < studies; k++) {
    const members = [...drawn(0, normal.length, size), ...drawn(normal.length, ill.length, size)];
    if (rejects(members, halves(size), k) <= 0.05) rejected++;
  }
  return { size, rejected: proportion(rejected, studies) };
});

const file: CohortFile = {
  schema: 1,
  machine: { cpu: cpus()[0].model, node: process.version, ...rate.versions },
  data: "PneumoniaMNIST of MedMNIST v2 (Yang et al. 2023; Kermany et al. 2018; CC BY 4.0)",
  rate: rate.measured,
  groups: [normal.length, ill.length],
  relativeGap: result.distances.relativeGap,
  pValue: result.tests[0].pValue,
  effectSize: result.effectSize,
  nearest: result.nearest.accuracy,
  neighbours: result.neighbours.accuracy,
  medoid: result.medoid.accuracy,
  linear: result.linear?.accuracy ?? null,
  heldOut: result.heldOut === null ? null : { ...result.heldOut.accuracy, k: result.heldOut.k },
  areaUnderCurve: result.areaUnderCurve,
  calibration: {
    splits,
    deviation: nulls.reduce((worst, p, k) => Math.max(worst, Math.abs(p - (k + 1) / splits)), 0),
    rejected: proportion(nulls.filter((p) => p <= 0.05).length, splits),
  },
  power,
};
mkdirSync(join(root, "bench/results"), { recursive: true });
writeFileSync(join(root, "bench/results/cohort.json"), `${JSON.stringify(file, null, 2)}\n`);

/** Rounds of the same random pairs, ours and POT's in turns. */
async function measureRate(
  rounds: number,
  pairsARound: number,
): Promise<{ measured: CohortFile["rate"]; versions: { pot: string; numpy: string } }> {
  const folder = mkdtempSync(join(tmpdir(), "monge-bench-"));
  const shares = all.map((image) => {
    const total = image.reduce((sum, value) => sum + value, 0);
    return image.map((value) => value / total);
  });
  const path = join(folder, "histograms.npy");
  writeFileSync(path, encodeNpy(Float64Array.from(shares.flatMap((image) => [...image])), [all.length, images.cols]));
  const peer = spawn(
    join(root, "bench/peers/.venv/bin/python"),
    [join(root, "bench/peers/cohort.py"), path, String(shape[0]), String(shape[1])],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
  const answer = async () => JSON.parse((await lines.next()).value as string);
  const versions = await answer();
  const ask = async (pairs: readonly (readonly number[])[]): Promise<{ cpu: number; values: number[] }> => {
    peer.stdin.write(`${JSON.stringify(pairs)}\n`);
    return answer();
  };
  const [ours, pot, ratios]: number[][] = [[], [], []];
  let difference = 0;
  // The first round warms both up.
  for (let round = -1; round < rounds; round++) {
    const pairs = Array.from({ length: pairsARound }, () => [rng.integer(all.length), rng.integer(all.length)]);
    const before = process.cpuUsage();
    const { values } = gridSquared(shares, [shape[0], shape[1]], { pairs: pairs.flat() });
    const used = process.cpuUsage(before);
    const theirs = await ask(pairs);
    values.forEach((value, k) => {
      difference = Math.max(difference, Math.abs(value - theirs.values[k]) / Math.max(theirs.values[k], 1e-9));
    });
    if (round < 0) continue;
    ours.push((used.user + used.system) / 1e6 / pairsARound);
    pot.push(theirs.cpu / pairsARound);
    ratios.push(pot[round] / ours[round]);
  }
  peer.stdin.end();
  const spread = (values: number[]): [number, number, number] => {
    const sorted = values.slice().sort((p, q) => p - q);
    return [sorted[sorted.length >> 1], sorted[0], sorted[sorted.length - 1]];
  };
  return {
    measured: { rounds, pairsARound, ours: spread(ours), pot: spread(pot), ratio: spread(ratios), difference },
    versions,
  };
}

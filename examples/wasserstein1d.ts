// On a line optimal transport is sorting: W1 and W2 between two samples, and where the median goes.
import { random, wasserstein1d } from "monge";

const draw = random(3);
const before = Float64Array.from({ length: 1000 }, () => draw.normal());
const after = Float64Array.from({ length: 1000 }, () => 2 + 0.5 * draw.normal());

console.log(`W1 = ${wasserstein1d(before, after).distance.toFixed(3)}`);
const squared = wasserstein1d(before, after, { p: 2 });
// Between the two normal distributions themselves W2^2 = 2^2 + (1 - 0.5)^2.
console.log(`W2 = ${squared.distance.toFixed(3)}, of the normal laws ${Math.hypot(2, 0.5).toFixed(3)}`);

const median = Float64Array.from(before).sort()[500];
for (const [i, j] of squared.plan.entries()) {
  if (before[i] === median) console.log(`${median.toFixed(3)} goes to ${after[j].toFixed(3)}`);
}

// A cost matrix with weights: the example that every introduction uses.
import { emd } from "monge";

const result = emd(
  [0.2, 0.3, 0.5],
  [0.1, 0.6, 0.3],
  [
    [0, 1, 2],
    [1, 0, 1],
    [2, 1, 0],
  ],
);

console.log(`value ${result.value.toFixed(6)}, ${result.report.status}`);
for (const [i, j, mass] of result.plan.entries()) console.log(`${mass.toFixed(1)} from ${i} to ${j}`);

const { primal, dual, gap } = result.certify();
console.log(
  `no plan can cost less than ${dual.toFixed(6)}; this one costs ${primal.toFixed(6)}; gap below 1e-15: ${gap < 1e-15}`,
);

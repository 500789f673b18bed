// Two large clouds under an entropic plan: near pairs only, an error that is measured, a proof. 100 000 points work the same way.
import { cost, matrix, random, sinkhorn } from "monge";

const n = 4200;
const draw = random(5);
const square = matrix(
  new Float64Array(2 * n).map(() => draw.uniform()),
  n,
  2,
);
const blob = matrix(
  new Float64Array(2 * n).map(() => 3 + 0.2 * draw.normal()),
  n,
  2,
);

const result = sinkhorn(null, null, cost.points(square, blob), { relativeEpsilon: 1e-3, tolerance: 1e-6 });
console.log(`${result.report.status} by ${result.report.method}`);
console.log(`marginals to 1e-6: ${result.certify().primalResidual < 1.01e-6}`);

let shown = 0;
for (const _ of result.plan.entries(1e-6)) shown++;
console.log(`fewer than 1 in 100 pairs carry more than 1e-6: ${shown < 0.01 * n * n}`);

const map = result.plan.barycentricMap(blob);
console.log(`the first point goes to (${map.data[0].toFixed(1)}, ${map.data[1].toFixed(1)})`);

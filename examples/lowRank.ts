// Which region goes where: 20 000 points through 6 hubs, without a matrix.
import { cost, lowRankTransport, random } from "monge";

const { uniform, normal } = random(3);
const n = 20_000;
const centres = [
  [0, 0],
  [4, 0],
  [2, 3],
];
const source = Float64Array.from({ length: 2 * n }, (_, k) => centres[(k >> 1) % 3][k & 1] + 0.4 * normal());
const target = Float64Array.from({ length: 2 * n }, (_, k) => 2 * (k & 1) + 5 * uniform());
const C = cost.points({ data: source, rows: n, cols: 2 }, { data: target, rows: n, cols: 2 });

const { plan, value, report } = lowRankTransport(null, null, C, { rank: 6, tolerance: 1e-3 });
console.log(`cost ${value.toFixed(2)} after ${report.iterations} iterations; ${report.why}`);
for (let k = 0; k < plan.rank; k++) {
  const mean = (factor: Float64Array, points: Float64Array, axis: number): string => {
    let total = 0;
    for (let i = 0; i < n; i++) total += factor[i * plan.rank + k] * points[2 * i + axis];
    return (total / plan.g[k]).toFixed(1);
  };
  const from = `(${mean(plan.Q, source, 0)}, ${mean(plan.Q, source, 1)})`;
  const to = `(${mean(plan.R, target, 0)}, ${mean(plan.R, target, 1)})`;
  console.log(`${(plan.g[k] * 100).toFixed(0)} % of the mass goes from around ${from} to around ${to}`);
}

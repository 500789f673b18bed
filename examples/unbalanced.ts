// Masses that do not balance: outliers are dropped instead of being carried far.
import { sinkhorn } from "monge";

const x = [0, 1, 2, 30];
const y = [0.1, 1.1, 2.1];
const C = x.map((from) => y.map((to) => (from - to) ** 2));
const soft = sinkhorn([1, 1, 1, 1], [1, 1, 1], C, { epsilon: 0.05, unbalanced: { kind: "TV", strength: 2 } });
const kept = soft.plan.marginal(0);
console.log(`${soft.report.status}: the outlier keeps ${kept[3].toFixed(3)} of its mass`);
const part = sinkhorn([1, 1, 1, 1], [1, 1, 1], C, { epsilon: 0.05, partial: 2 });
console.log(
  `moved ${part.plan
    .marginal(0)
    .reduce((sum, mass) => sum + mass, 0)
    .toFixed(3)}`,
);
console.log(`gap below 1e-6: ${Math.abs(part.certify().gap) < 1e-6}`);

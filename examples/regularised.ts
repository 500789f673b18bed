// Regularised transport: sparse unique plans, classes that stay apart, neighbours that move alike.
import { cost, emd, random, regularisedTransport } from "monge";

const { normal } = random(11);
const labels = Array.from({ length: 60 }, (_, i) => (i < 30 ? "low" : "high"));
const source = labels.map((label) => [normal(), normal() + (label === "low" ? -1 : 1)]);
const target = Array.from({ length: 60 }, () => [normal() + 2, 1.5 * normal()]);
const C = cost.points(source, target);
const exact = emd(null, null, C);

// Squares make the plan unique, and it stays sparse.
const squares = regularisedTransport(null, null, C, { regulariser: { kind: "L2", strength: 20 } });
const share = [...squares.plan.entries()].length / 3600;
console.log(`${squares.report.status} by ${squares.report.method}, ${share < 0.2 ? "sparse" : "dense"}`);
console.log(`dearer than the exact plan: ${squares.transportCost > exact.value}`);

// Targets that draw on both classes: fewer with a group lasso.
const mixed = (plan: typeof exact.plan): number =>
  target.filter((_, j) => new Set([...plan.entries(1e-6)].flatMap(([i, k]) => (k === j ? [labels[i]] : []))).size > 1)
    .length;
const grouped = regularisedTransport(null, null, C, { regulariser: { kind: "groupLasso", strength: 4, labels } });
console.log(`fewer targets mix classes than under squares: ${mixed(grouped.plan) < mixed(squares.plan)}`);
console.log(`proved to 1e-8: ${Math.abs(grouped.certify().relativeGap) < 1e-8}`);

// Neighbours move alike.
const smooth = regularisedTransport(null, null, C, { regulariser: { kind: "laplacian", strength: 2, source, target } });
console.log(`${smooth.report.status} by ${smooth.report.method}, proved: ${smooth.certify().relativeGap < 1e-8}`);

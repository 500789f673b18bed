// How far are samples from each other? The Sinkhorn divergence: entropic transport without its bias, 0 for a sample and itself.
import { cost, random, sinkhorn, sinkhornDivergence, sinkhornDivergences } from "monge";

const { normal } = random(1);
const sample = (count: number, shift: number, scale = 1): number[][] =>
  Array.from({ length: count }, () => [shift + scale * normal(), scale * normal()]);

const x = sample(300, 0);
const epsilon = 0.5;
console.log(
  `entropic transport of a sample to itself: ${sinkhorn(null, null, cost.points(x), { epsilon }).value.toFixed(3)}`,
);
console.log(`its divergence from itself: ${sinkhornDivergence(x, x, { epsilon }).value}`);

const targets = [sample(300, 0), sample(300, 0.5), sample(300, 1), sample(300, 1, 2)];
const { values, results } = sinkhornDivergences(x, targets, { epsilon });
const names = ["the same law", "shifted by 0.5", "shifted by 1", "shifted by 1 and twice as wide"];
names.forEach((name, k) => {
  console.log(`${values[k].toFixed(3).padStart(6)} from ${name}`);
});

const { gap, primalResidual } = results[3].certify();
console.log(`proved: gap below 1e-7: ${Math.abs(gap) < 1e-7}, marginals to 1e-8: ${primalResidual < 1e-8}`);

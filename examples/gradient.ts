// A cloud of points flows towards another, down the gradient of their Sinkhorn divergence (Feydy et al. 2019).
import { gradient, random, sinkhornDivergence } from "monge";

const { normal, uniform } = random(2);
const count = 150;
const ring = Float64Array.from({ length: 2 * count }, (_, k) => {
  const angle = (2 * Math.PI * Math.floor(k / 2)) / count;
  return (k % 2 === 0 ? Math.cos(angle) : Math.sin(angle)) + 0.05 * normal();
});
const target = { data: ring, rows: count, cols: 2 };
let x = { data: Float64Array.from({ length: 2 * count }, () => 0.4 * uniform() - 2), rows: count, cols: 2 };

for (let step = 0; step <= 10; step++) {
  const divergence = sinkhornDivergence(x, target, { epsilon: 0.05, tolerance: 1e-6 });
  console.log(`step ${step}: ${divergence.value.toFixed(5)}`);
  const slope = gradient(divergence, { wrt: "positions" }).x.data;
  // Each point weighs 1 / count; half of the gradient per unit of mass is the way to where it is wanted.
  x = { ...x, data: x.data.map((value, k) => value - 0.35 * count * slope[k]) };
}

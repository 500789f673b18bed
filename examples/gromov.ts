// The same shape in two coordinate systems, in another order: matched by its inner distances alone.
import { cost, random } from "monge";
import { gromovWasserstein } from "monge/gromov";

const { uniform, integer } = random(7);
const n = 1000;
// A spiral whose arms differ in width.
const x = Array.from({ length: n }, () => {
  const t = 6 * uniform();
  return [t * Math.cos(t) + 0.1 * t * uniform(), t * Math.sin(t)];
});
const order = x.map((_, k) => k);
for (let k = n - 1; k > 0; k--) {
  const other = integer(k + 1);
  [order[k], order[other]] = [order[other], order[k]];
}
// Turned by 30 degrees, mirrored, moved into space.
const y = order.map((k) => {
  const [p, q] = x[k];
  return [0.866 * p - 0.5 * q + 40, -0.5 * p - 0.866 * q, 3];
});

const { value, plan, report, starts, certify } = gromovWasserstein(cost.points(x), cost.points(y), null, null);
const right = order.filter((k, j) => plan.at(k, j) > 0).length;
console.log(`${report.status}: ${right} of ${n} points found, from ${starts.length} starts`);
console.log(report.why);
const { objective, stationarityGap, lowerBound } = certify();
console.log(`cost below 1e-4: ${value < 1e-4 && objective < 1e-4}, gap below 1e-6: ${stationarityGap < 1e-6}`);
console.log(`no plan is below ${lowerBound.toFixed(3)}`);

// Ten thousand points of a spiral, turned, shuffled and blurred, matched by their inner distances through 200 anchors.
import { cost, random } from "monge";
import { quantizedGromovWasserstein } from "monge/gromov";

const { uniform, integer, normal } = random(7);
const n = 10_000;
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
// Turned by 30 degrees, mirrored, moved into space, each point up to about 0.05 off.
const y = order.map((k) => {
  const [p, q] = x[k];
  const [s, t, u] = [0.05 * normal(), 0.05 * normal(), 0.05 * normal()];
  return [0.866 * p - 0.5 * q + 40 + s, -0.5 * p - 0.866 * q + t, 3 + u];
});
/** How far, on average, a point ends from the one it should go to. */
const astray = (entries: Iterable<readonly [number, number, number]>): number => {
  let total = 0;
  for (const [i, j, mass] of entries) total += mass * Math.hypot(x[i][0] - x[order[j]][0], x[i][1] - x[order[j]][1]);
  return total;
};

for (const options of [{ within: "line" }, { within: "anchors" }, { refine: 5 }] as const) {
  const { value, plan, report } = quantizedGromovWasserstein(cost.points(x), cost.points(y), null, null, options);
  const entries = plan.toSparse().values.length;
  console.log(`${JSON.stringify(options)}: ${report.status}, cost ${value.toFixed(2)}, ${entries} entries`);
  console.log(`  points end ${astray(plan.entries()).toFixed(2)} from their place`);
}

// Two clouds compared along directions: the mean, the direction in which they differ most, and a cheap plan. Pass a file for the picture.
import { writeFileSync } from "node:fs";
import { cost, emd, matrix, maxSliced, minSlicedPlan, random, slicedWasserstein, unbalancedSliced } from "monge";

const draw = random(8);
const n = 120;
const cloud = (cx: number, cy: number, sx: number, sy: number) =>
  matrix(
    Float64Array.from({ length: 2 * n }, (_, k) => (k % 2 === 0 ? cx + sx * draw.normal() : cy + sy * draw.normal())),
    n,
    2,
  );
const x = cloud(0, 0, 1, 0.4);
const y = cloud(2, 1, 0.4, 0.6);

const sliced = slicedWasserstein(x, y, { projections: 500 });
console.log(`SW2 = ${sliced.distance.toFixed(3)} +- ${sliced.distanceError.toFixed(3)}`);
const most = maxSliced(x, y);
console.log(
  `max-sliced ${most.distance.toFixed(3)} along (${[...most.direction].map((value) => value.toFixed(2)).join(", ")})`,
);
const plan = minSlicedPlan(x, y);
const W2 = Math.sqrt(emd(null, null, cost.points(x, y)).value);
const { lowerBound, upperBound } = plan.certify();
console.log(
  `W2 is in [${Math.sqrt(lowerBound).toFixed(3)}, ${Math.sqrt(upperBound).toFixed(3)}]: it is ${W2.toFixed(3)}`,
);
console.log(`the cheapest sliced plan is within 5 % of W2: ${plan.distance < 1.05 * W2}`);

const stray = matrix(Float64Array.of(...x.data, 60, 60), n + 1, 2);
const spread = slicedWasserstein(stray, x, { projections: 100 }).value;
const relaxed = unbalancedSliced(stray, x, { strength: 0.5, projections: 100, tolerance: 1e-3 });
console.log(
  `a stray point: ${spread.toFixed(1)} when it has to be reached, ${relaxed.value.toFixed(3)} when it may be given up; it keeps ${relaxed.source[n].toFixed(6)}`,
);

const file = process.argv[2];
if (file?.endsWith(".svg")) {
  const at = (value: number, axis: 0 | 1): string => (axis === 0 ? 150 + 90 * value : 220 - 90 * value).toFixed(1);
  const lines = [...plan.plan.entries()].map(
    ([i, j]) =>
      `<line x1="${at(x.data[2 * i], 0)}" y1="${at(x.data[2 * i + 1], 1)}" x2="${at(y.data[2 * j], 0)}" y2="${at(y.data[2 * j + 1], 1)}" stroke="#bbb"/>`,
  );
  const dots = (points: typeof x, colour: string): string[] =>
    Array.from(
      { length: n },
      (_, i) =>
        `<circle cx="${at(points.data[2 * i], 0)}" cy="${at(points.data[2 * i + 1], 1)}" r="3" fill="${colour}"/>`,
    );
  const [u, v] = plan.directions.data;
  const axis = `<line x1="${at(1 - 2 * u, 0)}" y1="${at(0.5 - 2 * v, 1)}" x2="${at(1 + 2 * u, 0)}" y2="${at(0.5 + 2 * v, 1)}" stroke="#333" stroke-dasharray="6 4"/>`;
  const body = [...lines, axis, ...dots(x, "#0b6e99"), ...dots(y, "#d1495b")].join("");
  writeFileSync(
    file,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-160 -40 660 380" width="660" height="380"><title>The cheapest plan from one direction, and that direction</title><rect x="-160" y="-40" width="660" height="380" fill="#fff"/>${body}</svg>\n`,
  );
}

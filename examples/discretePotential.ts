// The exact Kantorovich potential between two clouds: mass moves straight down its slope, to the end of its ray. Pass a file for the picture.
import { writeFileSync } from "node:fs";
import { matrix, random } from "monge";
import { kantorovichPotential, transportStep } from "monge/potential";

const draw = random(12);
const n = 40;
const x = matrix(
  Float64Array.from({ length: 2 * n }, (_, k) => 0.35 * draw.normal() + (k % 2 === 0 ? -1 : 0)),
  n,
  2,
);
const y = matrix(
  Float64Array.from({ length: 2 * n }, (_, k) => {
    const angle = (2 * Math.PI * (k >> 1)) / n;
    return k % 2 === 0 ? 1 + Math.cos(angle) : Math.sin(angle);
  }),
  n,
  2,
);

const u = kantorovichPotential(x, y);
console.log(`W1 = ${u.value.toFixed(4)}`);
const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const dual = mean(u.evaluate(x).values) - mean(u.evaluate(y).values);
console.log(`mean u(x) - mean u(y) is W1 to 1e-12: ${Math.abs(dual - u.value) < 1e-12}`);
const { targets } = u.rays(x);
const arrived = transportStep(u, x, "ray");
const miss = arrived.data.reduce(
  (most, value, k) => Math.max(most, Math.abs(value - y.data[2 * targets[k >> 1] + (k & 1)])),
  0,
);
console.log(`a step along the rays ends on the targets to 1e-12: ${miss < 1e-12}`);
// One length for all points undershoots some and overshoots others; what is left is transported again.
console.log(
  `after one step of the mean length W1 = ${kantorovichPotential(transportStep(u, x, u.value), y).value.toFixed(4)}`,
);

const file = process.argv[2];
if (file?.endsWith(".svg")) {
  const [width, height, scale] = [132, 90, 5];
  const place = (c: number, r: number): [number, number] => [(c - 62) / 28, (45 - r) / 28];
  const grid = matrix(
    Float64Array.from(
      { length: 2 * width * height },
      (_, k) => place(((k >> 1) % width) + 0.5, Math.floor((k >> 1) / width) + 0.5)[k & 1],
    ),
    width * height,
    2,
  );
  const { values } = u.evaluate(grid);
  // Every other band of levels, row by row, in runs.
  const bands: string[] = [];
  const dark = (k: number): boolean => Math.sin(12 * values[k]) > 0;
  for (let k = 0, from = 0; k < values.length; k = from) {
    for (from = k + 1; from % width !== 0 && dark(from) === dark(k); from++);
    if (dark(k))
      bands.push(
        `<path d="M${scale * (k % width)} ${scale * Math.floor(k / width)}h${scale * (from - k)}v${scale}h-${scale * (from - k)}z"/>`,
      );
  }
  const at = (value: number, axis: number): string =>
    (scale * (axis === 0 ? 62 + 28 * value : 45 - 28 * value)).toFixed(1);
  const spot = (points: { data: Float64Array }, i: number, name: "c" | ""): string =>
    name === "c"
      ? `cx="${at(points.data[2 * i], 0)}" cy="${at(points.data[2 * i + 1], 1)}"`
      : `${at(points.data[2 * i], 0)},${at(points.data[2 * i + 1], 1)}`;
  const marks = Array.from({ length: n }, (_, i) => {
    const line = `<polyline points="${spot(x, i, "")} ${spot(arrived, i, "")}" stroke="#555" fill="none"/>`;
    return `${line}<circle ${spot(x, i, "c")} r="4" fill="#0b6e99"/><circle ${spot(y, i, "c")} r="4" fill="#d1495b"/>`;
  });
  writeFileSync(
    file,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${scale * width} ${scale * height}" width="${scale * width}" height="${scale * height}"><title>Levels of the potential, and rays from the sources to the targets</title><rect width="100%" height="100%" fill="#fff"/><g fill="#cfe3ee">${bands.join("")}</g>${marks.join("")}</svg>\n`,
  );
}

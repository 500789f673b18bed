// Two moons seen again after a turn of 40 degrees: classes learned on the first sight, carried over to the second.
// With an argument, the picture of it is written there as SVG.
import { writeFileSync } from "node:fs";
import { type Matrix, random } from "monge";
import * as adapt from "monge/adapt";

function moons(perClass: number, degrees: number, seed: number): { points: Matrix; labels: number[] } {
  const { uniform, normal } = random(seed);
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const labels = Array.from({ length: 2 * perClass }, (_, i) => (i < perClass ? 0 : 1));
  const data = labels.flatMap((label) => {
    const angle = Math.PI * uniform();
    const side = label === 0 ? 1 : -1;
    const x = side * (Math.cos(angle) - 0.5) + 0.05 * normal();
    const y = side * (Math.sin(angle) - 0.25) + 0.05 * normal();
    return [c * x - s * y, s * x + c * y];
  });
  return { points: { data: Float64Array.from(data), rows: 2 * perClass, cols: 2 }, labels };
}

const source = moons(40, 0, 4);
const target = moons(40, 40, 5);

/** Share of the targets whose nearest of `known` has their class. */
function accuracy(known: Matrix): number {
  const right = target.labels.filter((label, j) => {
    let [best, least] = [0, Infinity];
    for (let i = 0; i < known.rows; i++) {
      const square =
        (known.data[2 * i] - target.points.data[2 * j]) ** 2 +
        (known.data[2 * i + 1] - target.points.data[2 * j + 1]) ** 2;
      if (square < least) [best, least] = [i, square];
    }
    return source.labels[best] === label;
  });
  return right.length / target.labels.length;
}

console.log(`without adaptation: ${accuracy(source.points).toFixed(2)}`);
const methods = ["exact", "sinkhorn", "groupLasso", "unbalanced", "linearMapping"] as const;
for (const method of methods) {
  const options: adapt.FitOptions = { method, sourceLabels: source.labels };
  console.log(`${method}: ${accuracy(adapt.fit(source.points, target.points, options).transform()).toFixed(2)}`);
}

const [, , path] = process.argv;
if (path?.endsWith(".svg")) {
  const moved = adapt.fit(source.points, target.points, { method: "sinkhorn" }).transform();
  const colours = ["#3b6fb6", "#c8553d"];
  const at = (value: number, shift: number): string => (110 + shift + 62 * value).toFixed(1);
  const dots = ({ data }: Matrix, labels: readonly number[] | null, shift: number): string =>
    Array.from({ length: data.length / 2 }, (_, i) => {
      const fill = labels === null ? "#c4c4c4" : colours[labels[i]];
      return `<circle cx="${at(data[2 * i], shift)}" cy="${at(-data[2 * i + 1], 0)}" r="3" fill="${fill}"/>`;
    }).join("");
  const title = (text: string, shift: number): string =>
    `<text x="${110 + shift}" y="16" text-anchor="middle" font-family="sans-serif" font-size="13" fill="#444">${text}</text>`;
  const panels = [
    title("source, with classes", 0) + dots(source.points, source.labels, 0),
    title("moved onto the target", 220) + dots(target.points, null, 220) + dots(moved, source.labels, 220),
    title("the truth", 440) + dots(target.points, target.labels, 440),
  ];
  writeFileSync(
    path,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 660 215"><title>Two moons, moved onto the same moons turned by 40 degrees</title><rect width="660" height="215" fill="#fff"/>${panels.join("")}</svg>\n`,
  );
}

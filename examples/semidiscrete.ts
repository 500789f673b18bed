// A blot of ink to 60 pens: each pen gets its share of the ink from the cell nearest to it, in the sense of transport. Pass a file for the picture.
import { writeFileSync } from "node:fs";
import { random, semidiscretePlane } from "monge";

const side = 32;
const pixels = Float64Array.from({ length: side * side }, (_, k) => {
  const [x, y] = [(k % side) / side - 0.5, Math.floor(k / side) / side - 0.5];
  return (
    Math.exp(-20 * (x - 0.15) ** 2 - 40 * (y + 0.1) ** 2) +
    0.6 * Math.exp(-50 * (x + 0.25) ** 2 - 30 * (y - 0.2) ** 2) +
    0.02
  );
});
const ink = pixels.reduce((sum, value) => sum + value, 0);
const source = { kind: "image", pixels: pixels.map((value) => value / ink), width: side, height: side } as const;
const draw = random(4);
const pens = Array.from({ length: 60 }, () => [side * draw.uniform(), side * draw.uniform()]);

const result = semidiscretePlane(source, pens);
console.log(
  `W2 = ${result.distance.toFixed(3)} pixels, ${result.report.status} after ${result.report.iterations} steps`,
);
const proof = result.certify();
console.log(`each pen has its share to 1e-9: ${proof.primalResidual < 1e-9}`);
console.log(`gap below 1e-9: ${Math.abs(proof.relativeGap) < 1e-9}`);

// Moving each pen to the centre of its cell, again and again, quantises the image.
let moved = pens;
let last = result;
for (let k = 0; k < 10; k++) {
  moved = last.cells.map(({ centroid }) => [...centroid]);
  last = semidiscretePlane(source, moved);
}
console.log(`after ten moves W2 = ${last.distance.toFixed(3)} pixels`);

const file = process.argv[2];
if (file?.endsWith(".svg")) {
  const panel = ({ cells }: typeof result, at: readonly (readonly number[])[], left: number): string => {
    const grey = (value: number): number => Math.round(255 * (1 - value / 1.1));
    const ground = Array.from(pixels, (value, k) => {
      const shade = grey(value);
      return `<rect x="${left + (k % side)}" y="${Math.floor(k / side)}" width="1.02" height="1.02" fill="rgb(${shade},${shade},${shade})"/>`;
    });
    const outlines = cells.map(({ vertices: { data, rows } }) => {
      const corners = Array.from(
        { length: rows },
        (_, k) => `${(left + data[2 * k]).toFixed(2)},${data[2 * k + 1].toFixed(2)}`,
      );
      return `<polygon points="${corners.join(" ")}" fill="none" stroke="#0b6e99" stroke-width="0.12"/>`;
    });
    const arrows = cells.map(({ centroid: [x, y] }, j) => {
      const [px, py] = at[j];
      return (
        `<line x1="${left + x}" y1="${y}" x2="${left + px}" y2="${py}" stroke="#d1495b" stroke-width="0.12"/>` +
        `<circle cx="${left + px}" cy="${py}" r="0.35" fill="#d1495b"/>`
      );
    });
    return [...ground, ...outlines, ...arrows].join("");
  };
  const body = panel(result, pens, 0) + panel(last, moved, side + 2);
  writeFileSync(
    file,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${2 * side + 2} ${side}" width="${20 * side}" height="${10 * side}"><title>Cells of 60 pens, and of the same pens after ten moves</title><rect width="100%" height="100%" fill="#fff"/>${body}</svg>\n`,
  );
}

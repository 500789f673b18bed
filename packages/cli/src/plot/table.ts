// A plan as a table: rows i, columns j, a shade for the mass of each entry; weights stand along the edges.
// For problems that are given by a cost matrix, whose atoms have no place; large plans are summed into blocks.
import { type Body, figure, figureWidth, fontSize } from "./figure.ts";
import { plural, shortNumber } from "./number.ts";
import { colour, mix, palette } from "./palette.ts";
import { largest, type MatrixScene } from "./scene.ts";
import { coordinate, element, text } from "./svg.ts";

const mostCells = 120;
const strip = 54;

/** Sums `values` over blocks of `block` neighbours. */
function blocks(values: ArrayLike<number>, block: number): Float64Array {
  const out = new Float64Array(Math.ceil(values.length / block));
  for (let k = 0; k < values.length; k++) out[Math.floor(k / block)] += values[k];
  return out;
}

/** The picture of a plan without places, as an SVG document. */
export function tablePicture(scene: MatrixScene): string {
  const { flows } = scene;
  const [blockRows, blockColumns] = [Math.ceil(scene.a.length / mostCells), Math.ceil(scene.b.length / mostCells)];
  const [a, b] = [blocks(scene.a, blockRows), blocks(scene.b, blockColumns)];
  const [rows, columns] = [a.length, b.length];
  const cells = new Float64Array(rows * columns);
  for (let k = 0; k < flows.mass.length; k++)
    cells[Math.floor(flows.i[k] / blockRows) * columns + Math.floor(flows.j[k] / blockColumns)] += flows.mass[k];
  const most = largest(cells);
  const left = 40;
  const room = figureWidth - left - strip - 8;
  const size = Math.min(64, room / columns, 560 / rows);
  const numbered = size >= 44;
  const style = { "font-size": fontSize.tick, fill: palette.muted };
  const draw = (top: number): Body => {
    const [x0, y0] = [left + strip, top + 18 + strip];
    const [mostA, mostB] = [largest(a), largest(b)];
    let svg = "";
    for (let j = 0; j < columns; j++) {
      const h = mostB > 0 ? (b[j] / mostB) * (strip - 6) : 0;
      const inset = Math.min(3, size * 0.12);
      svg += element("rect", {
        x: x0 + j * size + inset,
        y: y0 - 5 - h,
        width: size - 2 * inset,
        height: h,
        fill: palette.target,
      });
    }
    for (let i = 0; i < rows; i++) {
      const w = mostA > 0 ? (a[i] / mostA) * (strip - 6) : 0;
      const inset = Math.min(3, size * 0.12);
      svg += element("rect", {
        x: x0 - 5 - w,
        y: y0 + i * size + inset,
        width: w,
        height: size - 2 * inset,
        fill: palette.source,
      });
    }
    const paper = colour(palette.paper);
    const ink = colour(palette.ink);
    for (let k = 0; k < cells.length; k++) {
      if (!(cells[k] > 0)) continue;
      const strength = 0.12 + 0.78 * (cells[k] / most) ** 0.7;
      const [x, y] = [x0 + (k % columns) * size, y0 + Math.floor(k / columns) * size];
      const [red, green, blue] = mix(paper, ink, strength).map(Math.round);
      const cell = { x, y, width: size, height: size, fill: `rgb(${red},${green},${blue})` };
      // A title is what a browser shows over a cell; in a dense picture nobody could hit one.
      svg +=
        cells.length > 2500
          ? element("rect", cell)
          : element(
              "rect",
              cell,
              element("title", {}, `row ${Math.floor(k / columns)}, column ${k % columns}: ${shortNumber(cells[k])}`),
            );
      if (numbered)
        svg += text(x + size / 2, y + size / 2 + 4, shortNumber(cells[k], 3), {
          "font-size": fontSize.label,
          "text-anchor": "middle",
          fill: strength > 0.5 ? palette.paper : palette.ink,
        });
    }
    if (size >= 14) {
      let lines = "";
      for (let i = 1; i < rows; i++)
        lines += `M${coordinate(x0)} ${coordinate(y0 + i * size)}h${coordinate(columns * size)}`;
      for (let j = 1; j < columns; j++)
        lines += `M${coordinate(x0 + j * size)} ${coordinate(y0)}v${coordinate(rows * size)}`;
      if (lines !== "") svg += element("path", { d: lines, stroke: palette.faint, fill: "none" });
    }
    svg += element("rect", {
      x: x0,
      y: y0,
      width: columns * size,
      height: rows * size,
      fill: "none",
      stroke: palette.rule,
    });
    svg += text(x0, top + 8, "b, columns j", style);
    svg += text(left - 22, y0 + (rows * size) / 2, "a, rows i", {
      ...style,
      "text-anchor": "middle",
      transform: `rotate(-90 ${left - 22} ${coordinate(y0 + (rows * size) / 2)})`,
    });
    return { svg, height: 18 + strip + rows * size + 4 };
  };
  const notes = [`Shade of a cell: mass of the plan from row i to column j; bars: the weights a and b.`];
  if (blockRows > 1 || blockColumns > 1)
    notes.push(`A cell sums ${plural(blockRows, "row")} by ${plural(blockColumns, "column")}.`);
  return figure(
    scene,
    [
      { mark: "source", label: `a · ${plural(scene.a.length, "row")}` },
      { mark: "target", label: `b · ${plural(scene.b.length, "column")}` },
      { mark: "none", label: `■ ${plural(flows.mass.length, "flow")}` },
    ],
    notes,
    draw,
  );
}

// Two images and how the mass of one becomes the other: both densities, the field of mean displacements, and five times of the motion.
import { densityImage, overlayImage } from "./density.ts";
import { type Body, figure, figureWidth, fontSize } from "./figure.ts";
import { interpolate, meanDisplacements } from "./interpolation.ts";
import { shortNumber } from "./number.ts";
import { colour, palette, timeColour } from "./palette.ts";
import { largest, type Scene, total } from "./scene.ts";
import { coordinate, element, fitText, text } from "./svg.ts";

/** Side of the large panel and of the two small ones beside it; what is left of the width lies between them. */
const large = 500;
const small = 236;

type Box = readonly [x: number, y: number, width: number, height: number];

/** `rows` x `columns` as large as fits a square of `side` pixels with its corner at (x, y). */
function fit(rows: number, columns: number, x: number, y: number, side: number): Box {
  const scale = side / Math.max(rows, columns);
  return [x + (side - columns * scale) / 2, y, columns * scale, rows * scale];
}

/** The outline of a panel; reports find the panel by its role. */
function frame([x, y, width, height]: Box, role: "source" | "target" | "field" | null): string {
  return element("rect", { "data-role": role, x, y, width, height, fill: "none", stroke: palette.rule });
}

/** A straight arrow with its head at (x1, y1). */
function arrow(x0: number, y0: number, x1: number, y1: number, opacity: number): string {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 1.5)
    return `<circle cx="${coordinate(x0)}" cy="${coordinate(y0)}" r="1.2" fill-opacity="${Number(opacity.toFixed(2))}" stroke="none"/>`;
  const head = Math.min(6.5, 0.5 * length);
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const [bx, by] = [x1 - head * ux, y1 - head * uy];
  const wing = 0.42 * head;
  return (
    `<path d="M${coordinate(x0)} ${coordinate(y0)}L${coordinate(bx)} ${coordinate(by)}" fill="none" stroke-opacity="${Number(opacity.toFixed(2))}"/>` +
    `<path d="M${coordinate(x1)} ${coordinate(y1)}L${coordinate(bx - wing * uy)} ${coordinate(by + wing * ux)}L${coordinate(bx + wing * uy)} ${coordinate(by - wing * ux)}Z" fill-opacity="${Number(opacity.toFixed(2))}" stroke="none"/>`
  );
}

/** The field of mean displacements inside `box`, one arrow for each block of `block` x `block` pixels. */
function field(scene: Scene, columns: number, block: number, box: Box): string {
  const arrows = meanDisplacements(scene, block);
  const heaviest = largest(arrows.map((each) => each.mass));
  const scale = box[2] / columns;
  let svg = "";
  for (const { row, column, down, right, mass } of arrows.sort((first, second) => first.mass - second.mass)) {
    const opacity = 0.9 * Math.sqrt(mass / heaviest);
    if (opacity < 0.12) continue;
    const [x, y] = [box[0] + (column + 0.5) * scale, box[1] + (row + 0.5) * scale];
    svg += arrow(x, y, x + right * scale, y + down * scale, opacity);
  }
  return element("g", { class: "flows", stroke: palette.ink, fill: palette.ink, "stroke-width": 1.3 }, svg);
}

/** Five times of the motion, from source to target. */
function strip(scene: Scene, rows: number, columns: number, top: number): Body {
  const times = [0, 0.25, 0.5, 0.75, 1];
  const spacing = 15;
  const side = (figureWidth - spacing * (times.length - 1)) / times.length;
  let svg = "";
  let height = 0;
  times.forEach((t, k) => {
    const box = fit(rows, columns, k * (side + spacing), top, side);
    const density = interpolate(scene, t, rows, columns);
    svg += densityImage(density, [rows, columns], timeColour(t), box) + frame(box, null);
    height = box[3] + 18;
    const label = t === 0 ? "t = 0, source" : t === 1 ? "t = 1, target" : `t = ${t}`;
    svg += text(k * (side + spacing) + side / 2, top + height, label, {
      "font-size": fontSize.tick,
      fill: palette.muted,
      "text-anchor": "middle",
    });
  });
  return { svg, height };
}

/** The picture of a plan between two images, as an SVG document. */
export function imagePicture(scene: Scene): string {
  const { source, target } = scene;
  const [rows, columns] = source.grid ?? [1, source.weights.length];
  const targetGrid = target.grid ?? [1, target.weights.length];
  const block = Math.max(1, Math.ceil(Math.max(rows, columns) / 24));
  const draw = (top: number): Body => {
    const hero = fit(rows, columns, figureWidth - large, top, large);
    const label = { "font-size": fontSize.label, fill: palette.ink };
    const first = fit(rows, columns, 0, top + 18, small - 18);
    const secondTop = Math.max(
      top + hero[3] - fit(targetGrid[0], targetGrid[1], 0, 0, small - 18)[3],
      first[1] + first[3] + 28,
    );
    const second = fit(targetGrid[0], targetGrid[1], 0, secondTop, small - 18);
    const same = targetGrid[0] === rows && targetGrid[1] === columns;
    const behind = same
      ? overlayImage(source.weights, target.weights, [rows, columns], 0.5, hero)
      : densityImage(source.weights, [rows, columns], timeColour(0), hero, 2 * largest(source.weights));
    const middle = Math.max(hero[3], secondTop + second[3] - top) + 34;
    const motion = strip(scene, rows, columns, top + middle);
    const named = (name: string, box: Box, hue: string): string =>
      element("circle", { cx: 4.5, cy: box[1] - 11, r: 4.5, fill: hue }) +
      text(15, box[1] - 7, fitText(name, fontSize.label, small - 15), label);
    const svg =
      named(source.name, first, palette.source) +
      densityImage(source.weights, [rows, columns], colour(palette.source), first) +
      frame(first, "source") +
      named(target.name, second, palette.target) +
      densityImage(target.weights, targetGrid, colour(palette.target), second) +
      frame(second, "target") +
      behind +
      frame(hero, "field") +
      field(scene, columns, block, hero) +
      text(0, top + middle - 10, "Displacement interpolation", label) +
      motion.svg;
    return { svg, height: middle + motion.height };
  };
  const size = (grid: readonly [number, number]): string => `${grid[1]} × ${grid[0]} pixels`;
  const blocks = block === 1 ? "each pixel" : `each block of ${block} × ${block} pixels`;
  const notes = [
    `Source ${size([rows, columns])}, target ${size(targetGrid)}. Arrows: mean displacement of the mass that starts in ${blocks}, true to length; darker arrows carry more. A unit of mass moves ${shortNumber(movedDistance(scene), 3)} pixels on average.`,
  ];
  return figure(scene, [], notes, draw);
}

/** Mean distance, in pixels of the source, that a unit of mass travels. */
function movedDistance({ source, target, flows }: Scene): number {
  const [rows, columns] = source.grid ?? [1, source.weights.length];
  const [targetRows, targetColumns] = target.grid ?? [1, target.weights.length];
  let sum = 0;
  for (let k = 0; k < flows.mass.length; k++) {
    const [i, j] = [flows.i[k], flows.j[k]];
    const down = ((Math.floor(j / targetColumns) + 0.5) * rows) / targetRows - Math.floor(i / columns) - 0.5;
    const right = (((j % targetColumns) + 0.5) * columns) / targetColumns - (i % columns) - 0.5;
    sum += flows.mass[k] * Math.hypot(down, right);
  }
  return sum / (total(flows.mass) || 1);
}

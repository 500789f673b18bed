// The pictures of a report on cohorts: typical and mean images, the difference with its arrows, the map of all images, their scores.
import type { Matrix } from "monge";
import type { CohortResult } from "monge/cohort";
import { type Colour, colour, mix, palette } from "./plot/palette.ts";
import { encodePng, enlarge } from "./plot/png.ts";
import { coordinate, element, escapeText, text } from "./plot/svg.ts";

const side = 240;
const [white, appears, disappears]: Colour[] = [colour(palette.paper), colour(palette.target), colour(palette.source)];

function address(rgb: Uint8Array, height: number, width: number): string {
  const factor = Math.max(1, Math.floor(480 / Math.max(height, width)));
  const png = encodePng(enlarge(rgb, height, width, factor), height * factor, width * factor);
  return `data:image/png;base64,${png.toString("base64")}`;
}

/** An image in greys, black at 0 and white at its largest value. */
export function greyPicture(values: ArrayLike<number>, [height, width]: readonly [number, number]): string {
  let most = 0;
  for (let k = 0; k < values.length; k++) most = Math.max(most, values[k]);
  const rgb = new Uint8Array(3 * height * width);
  for (let k = 0; k < height * width; k++)
    rgb.fill(most > 0 ? Math.round((255 * values[k]) / most) : 0, 3 * k, 3 * k + 3);
  return picture(address(rgb, height, width), height, width, "");
}

/** Where intensity appears (vermillion) and disappears (blue), with arrows that show how what is there moves, `stretch` times as long. */
export function differencePicture(
  { difference }: CohortResult,
  shape: readonly [number, number],
): { svg: string; stretch: number; most: number } {
  const [height, width] = shape;
  const { change, displacement, meanA } = difference;
  const most = change.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const rgb = new Uint8Array(3 * height * width);
  change.forEach((value, k) => {
    const share = most > 0 ? Math.abs(value) / most : 0;
    rgb.set(mix(white, value > 0 ? appears : disappears, share).map(Math.round), 3 * k);
  });
  const step = Math.max(1, Math.round(Math.max(height, width) / 14));
  const scale = side / Math.max(height, width);
  const heaviest = meanA.reduce((largest, value) => Math.max(largest, value), 0);
  let longest = 0;
  const starts: number[] = [];
  for (let y = step >> 1; y < height; y += step) {
    for (let x = step >> 1; x < width; x += step) {
      const k = y * width + x;
      if (meanA[k] < 0.05 * heaviest) continue;
      starts.push(k);
      longest = Math.max(longest, Math.hypot(displacement.data[2 * k], displacement.data[2 * k + 1]));
    }
  }
  const stretch = longest > 0 ? Math.max(1, Math.min(8, Math.floor((1.4 * step) / longest))) : 1;
  const arrows = starts.map((k) => {
    const [x, y] = [scale * ((k % width) + 0.5), scale * (Math.floor(k / width) + 0.5)];
    const [dy, dx] = [displacement.data[2 * k], displacement.data[2 * k + 1]].map((d) => scale * stretch * d);
    const length = Math.hypot(dx, dy);
    if (length < 1) return "";
    const [ux, uy] = [dx / length, dy / length];
    const head = Math.min(4, length);
    const [tx, ty] = [x + dx, y + dy];
    const wing = (turn: number): string =>
      `${coordinate(tx - head * (ux - turn * uy * 0.5))} ${coordinate(ty - head * (uy + turn * ux * 0.5))}`;
    return `M${coordinate(x)} ${coordinate(y)}L${coordinate(tx)} ${coordinate(ty)}M${wing(1)}L${coordinate(tx)} ${coordinate(ty)}L${wing(-1)}`;
  });
  const path = element("path", { d: arrows.join(""), fill: "none", stroke: palette.ink, "stroke-width": 1 });
  return { svg: picture(address(rgb, height, width), height, width, path), stretch, most };
}

function picture(href: string, height: number, width: number, over: string): string {
  const scale = side / Math.max(height, width);
  const [w, h] = [scale * width, scale * height];
  const box = { x: 0, y: 0, width: w, height: h };
  return element(
    "svg",
    { viewBox: `0 0 ${coordinate(w)} ${coordinate(h)}`, xmlns: "http://www.w3.org/2000/svg", role: "img" },
    element("image", { ...box, href, style: "image-rendering:pixelated" }),
    over,
    element("rect", { ...box, fill: "none", stroke: palette.rule }),
  );
}

/** All images as dots whose distances are nearly those between the images. */
export function mapPicture({ scaling, labels, typical }: CohortResult, names: readonly string[]): string {
  const [W, H, pad] = [560, 380, 24];
  const { data } = scaling.points as Matrix;
  const at = (k: number, axis: number): number => data[2 * k + axis];
  const range = [0, 1].map((axis) => {
    const values = Array.from(labels, (_, k) => at(k, axis));
    return [Math.min(...values), Math.max(...values)];
  });
  const scale = Math.min(
    (W - 2 * pad) / Math.max(range[0][1] - range[0][0], 1e-9),
    (H - 2 * pad) / Math.max(range[1][1] - range[1][0], 1e-9),
  );
  const place = (k: number): [number, number] => [
    W / 2 + scale * (at(k, 0) - (range[0][0] + range[0][1]) / 2),
    H / 2 - scale * (at(k, 1) - (range[1][0] + range[1][1]) / 2),
  ];
  const dots = Array.from(labels, (label, k) => {
    const [cx, cy] = place(k);
    return element(
      "circle",
      { cx, cy, r: 3.2, fill: label === 0 ? palette.source : palette.target, "fill-opacity": "0.65" },
      element("title", {}, escapeText(names[k])),
    );
  });
  const marks = typical.map((k) => {
    const [cx, cy] = place(k);
    return element("circle", { cx, cy, r: 8, fill: "none", stroke: palette.ink, "stroke-width": 1.5 });
  });
  return element(
    "svg",
    { viewBox: `0 0 ${W} ${H}`, xmlns: "http://www.w3.org/2000/svg", role: "img" },
    ...dots,
    ...marks,
  );
}

/** The scores of all images, one row for either group. */
export function scorePicture({ scores, labels }: CohortResult, groups: readonly [string, string]): string {
  const [W, H, left] = [560, 110, 16];
  const most = scores.reduce((largest, score) => Math.max(largest, Math.abs(score)), 0) || 1;
  const x = (score: number): number => W / 2 + ((W / 2 - left) * score) / most;
  const ticks = Array.from(scores, (score, k) => {
    const y = labels[k] === 0 ? 30 : 66;
    return `<path d="M${coordinate(x(score))} ${y}v18" stroke="${labels[k] === 0 ? palette.source : palette.target}" stroke-opacity="0.5"/>`;
  });
  return element(
    "svg",
    { viewBox: `0 0 ${W} ${H}`, xmlns: "http://www.w3.org/2000/svg", role: "img" },
    element("path", { d: `M${W / 2} 22V92`, stroke: palette.rule }),
    ...ticks,
    text(left, 16, `nearer to ${groups[0]}`, { "font-size": 12, fill: palette.muted }),
    text(W - left, 16, `nearer to ${groups[1]}`, { "font-size": 12, fill: palette.muted, "text-anchor": "end" }),
    text(W / 2, 106, "0", { "font-size": 12, fill: palette.muted, "text-anchor": "middle" }),
  );
}

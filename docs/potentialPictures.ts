// The pictures of docs/algorithms/kantorovichPotentials.md, drawn from what the library computes. Writes them: node --import tsx docs/potentialPictures.ts
import { writeFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { type Matrix, random } from "monge";
import { kantorovichPotential, mlp, type Sampler, transportStep, w1Map } from "monge/potential";
import { palette } from "../packages/cli/src/plot/palette.ts";
import { element, text } from "../packages/cli/src/plot/svg.ts";

/** A square of the plane on a square of the page. */
interface Panel {
  /** The half width of what is shown, around the origin. */
  readonly reach: number;
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

const title = 15;

function place({ reach, left, top, size }: Panel, x: number, y: number): [number, number] {
  return [left + ((x + reach) / (2 * reach)) * size, top + ((reach - y) / (2 * reach)) * size];
}

function line(panel: Panel, from: readonly number[], to: readonly number[], stroke: string, width: number): string {
  const [x1, y1] = place(panel, from[0], from[1]);
  const [x2, y2] = place(panel, to[0], to[1]);
  return element("line", { x1, y1, x2, y2, stroke, "stroke-width": width, "stroke-linecap": "round" });
}

function arrow(panel: Panel, from: readonly number[], to: readonly number[], stroke: string, width: number): string {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  if (length === 0) return "";
  const along = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
  const head = Math.min(0.35 * length, 0.035 * panel.reach);
  const barbs = [1, -1].map((side) => [
    to[0] - head * (along[0] - 0.6 * side * along[1]),
    to[1] - head * (along[1] + 0.6 * side * along[0]),
  ]);
  return [line(panel, from, to, stroke, width), ...barbs.map((barb) => line(panel, to, barb, stroke, width))].join("");
}

function dots(panel: Panel, { data, rows }: Matrix, fill: string, r: number, opacity = 1): string {
  const each = Array.from({ length: rows }, (_, i) => {
    const [cx, cy] = place(panel, data[2 * i], data[2 * i + 1]);
    return element("circle", { cx, cy, r });
  });
  return element("g", { fill, "fill-opacity": opacity }, ...each);
}

function frame(panel: Panel, caption: string): string {
  const { left, top, size } = panel;
  const box = { x: left, y: top, width: size, height: size, fill: palette.paper, stroke: palette.rule };
  return element("rect", box) + text(left, top - 8, caption, { "font-size": 12, fill: palette.ink });
}

function page(width: number, height: number, label: string, ...content: readonly string[]): string {
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width: `${width}`,
    height: `${height}`,
    role: "img",
    "aria-label": label,
    "font-family": "Helvetica, Arial, sans-serif",
  };
  const back = element("rect", { width, height, fill: palette.paper });
  return `${element("svg", attributes, back, ...content.map((piece) => `\n${piece}`))}\n`;
}

function points(rows: readonly (readonly number[])[]): Matrix {
  return { data: Float64Array.from(rows.flat()), rows: rows.length, cols: 2 };
}

const row = ({ data }: Matrix, i: number): number[] => [data[2 * i], data[2 * i + 1]];

/** Left: an exact potential, its levels and its gradients everywhere. Right: rays of the sources, and where they end. */
export function potentialPicture(): string {
  const rng = random(12);
  const cloud = (count: number, x: number, y: number): Matrix =>
    points(Array.from({ length: count }, () => [x + 0.28 * rng.normal(), y + 0.36 * rng.normal()]));
  const [x, y] = [cloud(9, -0.5, -0.05), cloud(9, 0.5, 0.05)];
  const u = kantorovichPotential(x, y);
  const panels = [0, 1].map((k): Panel => ({ reach: 1.1, left: 20 + 370 * k, top: 30, size: 350 }));
  const [left, right] = panels;
  const cells = 44;
  const centres = points(
    Array.from({ length: cells * cells }, (_, k) =>
      [k % cells, Math.floor(k / cells)].map((cell) => left.reach * ((2 * cell + 1) / cells - 1)),
    ),
  );
  const { values } = u.evaluate(centres);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const bands = 14;
  const side = left.size / cells;
  const shades = Array.from({ length: cells }, (_, i) => {
    const pieces: string[] = [];
    const level = (j: number): number => Math.floor(((values[i * cells + j] - low) / (high - low)) * (bands - 1e-9));
    for (let j = 0; j < cells; ) {
      const begin = j;
      while (j < cells && level(j) === level(begin)) j++;
      const [, cy] = place(left, 0, centres.data[2 * i * cells + 1]);
      const opacity = 0.35 * (level(begin) / bands);
      const box = { x: left.left + begin * side, y: cy - side / 2, width: (j - begin) * side, height: side };
      pieces.push(element("rect", { ...box, "fill-opacity": opacity }));
    }
    return pieces.join("");
  });
  const grid = points(
    Array.from({ length: 14 * 14 }, (_, k) => [((k % 14) - 6.5) * 0.155, (Math.floor(k / 14) - 6.5) * 0.155]),
  );
  const steps = transportStep(u, grid, 0.09);
  const ends = transportStep(u, x, "ray");
  const each = (of: Matrix, draw: (i: number) => string): string =>
    Array.from({ length: of.rows }, (_, i) => draw(i)).join("");
  return page(
    760,
    395,
    "An exact potential between two clouds, and the rays of the sources",
    frame(left, "u (dark: high), and the directions of -grad u"),
    element("g", { fill: palette.ink, "shape-rendering": "crispEdges" }, ...shades),
    each(grid, (i) => arrow(left, row(grid, i), row(steps, i), palette.muted, 1)),
    dots(left, x, palette.source, 4.5),
    dots(left, y, palette.target, 4.5),
    frame(right, "each source at the end of its ray"),
    each(x, (i) => arrow(right, row(x, i), row(ends, i), palette.ink, 1.2)),
    dots(right, x, palette.source, 4.5),
    dots(right, y, palette.target, 4.5),
  );
}

/** Points that have unequal ways to go: one step by the mean, a second one, and one step to the ends of rays. */
export function stepsPicture(): string {
  const heights = [-0.75, -0.45, -0.15, 0.15, 0.45, 0.75];
  const x = points(heights.map((height) => [-0.8, height]));
  const y = points(heights.map((height, k) => [k < 3 ? -0.4 : 0.6, height]));
  const first = kantorovichPotential(x, y);
  const once = transportStep(first, x, first.value);
  const second = kantorovichPotential(once, y);
  const twice = transportStep(second, once, second.value);
  const rays = transportStep(first, x, "ray");
  const left = kantorovichPotential(twice, y).value;
  const [end] = [kantorovichPotential(rays, y).value];
  const short = (value: number): string => value.toFixed(2).replace(/^-/, "");
  const shown: [string, Matrix, Matrix][] = [
    [`mean step ${short(first.value)}: W1 ${short(first.value)} → ${short(second.value)}`, x, once],
    [`mean step ${short(second.value)}: W1 ${short(second.value)} → ${short(left)}`, once, twice],
    [`to the ends of rays: W1 ${short(first.value)} → ${short(end)}`, x, rays],
  ];
  return page(
    760,
    275,
    "Steps by the mean displacement, and to the ends of rays",
    ...shown.map(([caption, from, to], k) => {
      const panel = { reach: 1, left: 15 + 248 * k, top: 30, size: 232 };
      const arrows = Array.from({ length: from.rows }, (_, i) =>
        arrow(panel, row(from, i), row(to, i), palette.ink, 1.2),
      );
      const targets = Array.from({ length: y.rows }, (_, i) => {
        const [cx, cy] = place(panel, ...(row(y, i) as [number, number]));
        return element("circle", { cx, cy, r: 6.5, fill: "none", stroke: palette.target, "stroke-width": 2 });
      });
      return [frame(panel, caption), ...targets, ...arrows, dots(panel, from, palette.source, 4.5)].join("");
    }),
  );
}

/** A Gaussian on its way to eight spots, after some of the critics. */
export function mapPicture(): string {
  const centre: Sampler = { shape: [2], draw: (count, rng, out) => out.set(normals(2 * count, 0.3, rng)) };
  const spots: Sampler = {
    shape: [2],
    draw(count, rng, out) {
      const noise = normals(2 * count, 0.1, rng);
      for (let i = 0; i < count; i++) {
        const angle = (rng.integer(8) * Math.PI) / 4;
        out[2 * i] = Math.cos(angle) + noise[2 * i];
        out[2 * i + 1] = Math.sin(angle) + noise[2 * i + 1];
      }
    },
  };
  const map = w1Map(centre, spots, { net: mlp(2, [96, 96]), critics: 6, steps: 700 });
  const drawn = (sampler: Sampler): Matrix => {
    const out = new Float32Array(2 * 300);
    sampler.draw(300, random(3), out);
    return { data: Float64Array.from(out), rows: 300, cols: 2 };
  };
  const source = drawn(centre);
  const shown = [0, 1, 2, 6].map((count): [string, Matrix] => [
    count === 0 ? "source" : `after ${count} critic${count === 1 ? "" : "s"}`,
    map.apply(source, { critics: count }),
  ]);
  const w1 = map.curve.map(({ estimate }) => Math.max(0, estimate).toFixed(3));
  return page(
    760,
    215,
    "A Gaussian on its way to eight spots",
    ...[...shown, ["target", drawn(spots)] as [string, Matrix]].map(([caption, at], k) => {
      const panel = { reach: 1.75, left: 10 + 149 * k, top: 30, size: 142 };
      const colour = k === 0 ? palette.source : k === shown.length ? palette.target : palette.ink;
      return frame(panel, caption) + dots(panel, at, colour, 1.3, 0.6);
    }),
    text(10, 180 + title, `W1 to the target as the critics saw it: ${w1.join(", ")}`, {
      "font-size": 12,
      fill: palette.muted,
    }),
  );
}

function normals(count: number, deviation: number, rng: { normal(): number }): Float32Array {
  return Float32Array.from({ length: count }, () => deviation * rng.normal());
}

/** The pictures, by file name. */
export const pictures: Readonly<Record<string, () => string>> = {
  "kantorovichPotential.svg": potentialPicture,
  "potentialSteps.svg": stepsPicture,
  "w1Map.svg": mapPicture,
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const [name, draw] of Object.entries(pictures))
    writeFileSync(fileURLToPath(new URL(`pictures/${name}`, import.meta.url)), draw());
}

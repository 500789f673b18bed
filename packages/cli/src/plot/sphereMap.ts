// A map of all directions of view, coloured by how many votes each got, for a page that says what --votes and --sea are. Areas are true.
// Hammer's projection (1892) of longitude l and latitude p: x = 2 sqrt2 cos p sin(l/2) / h, y = sqrt2 sin p / h, h = sqrt(1 + cos p cos(l/2)).
import { palette } from "./palette.ts";
import { element } from "./svg.ts";

/** Directions (k x 3, unit) with their votes, and those that are to be marked. */
export interface SphereScene {
  readonly directions: Float64Array;
  readonly votes: Float64Array;
  readonly found: readonly number[];
  readonly others: readonly (readonly number[])[];
  /** The pole of the map; any direction. */
  readonly up: readonly number[];
}

const width = 520;
const radius = 84;
const height = 2 * Math.SQRT2 * radius + 12;

/** The map, as an SVG document; documents that hold several need another `clipName` for each. */
export function sphereMap({ directions, votes, found, others, up }: SphereScene, clipName = "globe"): string {
  const place = projector(up, found);
  const k = votes.length;
  const sorted = [...votes].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor(0.05 * (k - 1))] ?? 0, sorted[k - 1] ?? 1];
  // Each dot covers its share of the sphere, and a little of its neighbours'.
  const dot = (1.35 * 2 * radius) / Math.sqrt(Math.max(k, 1));
  const order = Array.from({ length: k }, (_, i) => i).sort((a, b) => votes[a] - votes[b]);
  const dots = order.map((i) => {
    const [x, y] = place([directions[3 * i], directions[3 * i + 1], directions[3 * i + 2]]);
    const share = high > low ? Math.max(0, (votes[i] - low) / (high - low)) : 0;
    // Opaque, the most votes last: overlaps would add up otherwise.
    const style = `fill:color-mix(in srgb,var(--votes) ${Math.round(100 * share ** 1.3)}%,var(--sea))`;
    return element("circle", { cx: x, cy: y, r: dot, style });
  });
  const outline = { cx: width / 2, cy: height / 2, rx: 2 * Math.SQRT2 * radius, ry: Math.SQRT2 * radius };
  const lines: string[] = [];
  for (let l = -150; l < 180; l += 30)
    lines.push(
      graticule(
        Array.from({ length: 37 }, (_, s) => [l, -90 + 5 * s]),
        place.at,
      ),
    );
  for (let p = -60; p < 90; p += 30)
    lines.push(
      graticule(
        Array.from({ length: 73 }, (_, s) => [-179.99 + 4.9999 * s, p]),
        place.at,
      ),
    );
  const [x, y] = place(found);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${Math.round(height)}" width="${width}" height="${Math.round(height)}" role="img">`,
    element("title", {}, "Directions of view and their votes"),
    `<defs>${element("clipPath", { id: clipName }, element("ellipse", outline))}</defs>`,
    element("ellipse", { ...outline, class: "sea", fill: palette.faint }),
    element("g", { "clip-path": `url(#${clipName})` }, ...dots),
    element("g", { class: "graticule", fill: "none", stroke: palette.rule, "stroke-width": "0.6" }, ...lines),
    element("ellipse", { ...outline, class: "shore", fill: "none", stroke: palette.muted, "stroke-width": "0.8" }),
    ...others.map((direction) => {
      const [u, v] = place(direction);
      const diamond = `M${(u - 7).toFixed(1)} ${v.toFixed(1)}L${u.toFixed(1)} ${(v - 7).toFixed(1)}L${(u + 7).toFixed(1)} ${v.toFixed(1)}L${u.toFixed(1)} ${(v + 7).toFixed(1)}Z`;
      return element("path", {
        d: diamond,
        fill: "none",
        stroke: palette.ink,
        "stroke-width": "1.5",
        class: "inkline",
      });
    }),
    element("circle", { cx: x, cy: y, r: 9, fill: "none", stroke: palette.target, "stroke-width": "2.4" }),
    element("circle", { cx: x, cy: y, r: 2, fill: palette.target }),
    "</svg>",
  ].join("\n");
}

interface Projector {
  (direction: readonly number[]): [number, number];
  /** From degrees of longitude and latitude. */
  at(longitude: number, latitude: number): [number, number];
}

/** The pole of the map is `up`; the middle meridian goes through `middle`. */
function projector(up: readonly number[], middle: readonly number[]): Projector {
  const unit = (v: readonly number[]): number[] => v.map((value) => value / (Math.hypot(...v) || 1));
  const dot = (a: readonly number[], b: readonly number[]): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const pole = unit(up);
  const flat = middle.map((value, k) => value - dot(middle, pole) * pole[k]);
  const aside = Math.abs(pole[0]) < 0.8 ? [1, 0, 0] : [0, 1, 0];
  const front = unit(Math.hypot(...flat) > 1e-6 ? flat : aside.map((value, k) => value - dot(aside, pole) * pole[k]));
  const side = [
    pole[1] * front[2] - pole[2] * front[1],
    pole[2] * front[0] - pole[0] * front[2],
    pole[0] * front[1] - pole[1] * front[0],
  ];
  const plane = (l: number, p: number): [number, number] => {
    const h = Math.sqrt(1 + Math.cos(p) * Math.cos(l / 2));
    return [
      width / 2 + (radius * 2 * Math.SQRT2 * Math.cos(p) * Math.sin(l / 2)) / h,
      height / 2 - (radius * Math.SQRT2 * Math.sin(p)) / h,
    ];
  };
  return Object.assign(
    (direction: readonly number[]): [number, number] => {
      const v = unit(direction);
      return plane(Math.atan2(dot(v, side), dot(v, front)), Math.asin(Math.max(-1, Math.min(1, dot(v, pole)))));
    },
    { at: (l: number, p: number) => plane((l * Math.PI) / 180, (p * Math.PI) / 180) },
  );
}

function graticule(points: readonly (readonly number[])[], at: Projector["at"]): string {
  const path = points.map(([l, p]) =>
    at(l, p)
      .map((value) => value.toFixed(1))
      .join(" "),
  );
  return element("path", { d: `M${path.join("L")}` });
}

// Two point clouds in the plane and the mass that flows between them: dots with area by weight, tapered flows with width by mass.
import { type Body, figure, figureWidth, flowShape, fontSize } from "./figure.ts";
import { count, plural, tickLabels, ticks } from "./number.ts";
import { palette } from "./palette.ts";
import { project } from "./project.ts";
import { largest, type Scene, type Side } from "./scene.ts";
import { coordinate, element, text } from "./svg.ts";
import { thin, thinAround, thinningNote } from "./thin.ts";

/** Most flows and dots (of each side) that a picture draws. */
export const drawn = { flows: 1500, dots: 4000 } as const;

interface Window {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

/** The same scale on both axes, y upwards, with a margin around all points. */
function windowOf(planes: readonly Float64Array[], top: number): Window {
  let [x0, x1, y0, y1] = [Infinity, -Infinity, Infinity, -Infinity];
  for (const plane of planes) {
    for (let k = 0; k < plane.length; k += 2) {
      x0 = Math.min(x0, plane[k]);
      x1 = Math.max(x1, plane[k]);
      y0 = Math.min(y0, plane[k + 1]);
      y1 = Math.max(y1, plane[k + 1]);
    }
  }
  const extent = Math.max(x1 - x0, y1 - y0) || Math.abs(x0) || 1;
  const left = 54;
  const width = figureWidth - left;
  const spanX = x1 - x0 + 0.09 * extent;
  const spanY = y1 - y0 + 0.09 * extent;
  const height = Math.min(600, Math.max(240, (width * spanY) / spanX));
  const scale = Math.min(width / spanX, height / spanY);
  const [middleX, middleY] = [x0 + (x1 - x0) / 2, y0 + (y1 - y0) / 2];
  return {
    x: (value) => left + width / 2 + (value - middleX) * scale,
    y: (value) => top + height / 2 - (value - middleY) * scale,
    left,
    top,
    width,
    height,
    low: [middleX - width / 2 / scale, middleY - height / 2 / scale],
    high: [middleX + width / 2 / scale, middleY + height / 2 / scale],
  };
}

/** Frame, ticks and axis names, shared with the pictures on a line. */
export function axes(view: Window, names: readonly [string, string]): string {
  const { left, top, width, height } = view;
  const across = ticks(view.low[0], view.high[0], width / 110);
  const upwards = ticks(view.low[1], view.high[1], height / 90);
  const style = { "font-size": fontSize.tick, fill: palette.muted };
  let svg = element("rect", { x: left, y: top, width, height, fill: "none", stroke: palette.rule });
  tickLabels(across).forEach((label, k) => {
    const x = view.x(across[k]);
    svg += element("path", { d: `M${coordinate(x)} ${coordinate(top + height)}v4`, stroke: palette.rule });
    svg += text(x, top + height + 16, label, { ...style, "text-anchor": "middle" });
  });
  tickLabels(upwards).forEach((label, k) => {
    const y = view.y(upwards[k]);
    svg += element("path", { d: `M${left} ${coordinate(y)}h-4`, stroke: palette.rule });
    svg += text(left - 8, y + 3.5, label, { ...style, "text-anchor": "end" });
  });
  svg += text(left + width / 2, top + height + 32, names[0], { ...style, "text-anchor": "middle" });
  const middle = top + height / 2;
  return (
    svg +
    text(10, middle, names[1], { ...style, "text-anchor": "middle", transform: `rotate(-90 10 ${coordinate(middle)})` })
  );
}

/** Radius of the heaviest dot, so that n dots cover a modest part of the window. */
function dotRadius(n: number): number {
  return Math.min(7, Math.max(1.3, 62 / Math.sqrt(n)));
}

function dots(
  side: Side,
  plane: Float64Array,
  view: Window,
  kind: "source" | "target",
  kept: Int32Array,
  radius: number,
): string {
  const heavy = largest(side.weights);
  let svg = "";
  for (const k of kept) {
    const r = Math.max(0.6, radius * Math.sqrt(side.weights[k] / heavy));
    // Targets are rings and sources discs, so that the two sides differ in grey print too; a ring of the same outer size.
    const ring = kind === "target" && r >= 2.2;
    const inner = ring ? r - 0.7 : r;
    svg += `<circle cx="${coordinate(view.x(plane[2 * k]))}" cy="${coordinate(view.y(plane[2 * k + 1]))}" r="${coordinate(inner)}" data-k="${k}"${ring ? "" : ` fill="${palette[kind]}" stroke="none"`}/>`;
  }
  const style =
    kind === "target" ? { fill: palette.paper, stroke: palette.target, "stroke-width": 1.4 } : { fill: palette.source };
  return element("g", { class: kind, ...style }, svg);
}

/** The picture of a plan between two point clouds, as an SVG document. */
export function cloudPicture(scene: Scene): string {
  const { source, target, flows } = scene;
  const plane = project(source, target);
  const lines = thin(flows.mass, drawn.flows);
  const heaviest = largest(flows.mass);
  const widest = Math.min(7, Math.max(1.8, 56 / Math.sqrt(lines.kept.length || 1)));
  const opacity = Math.min(0.75, Math.max(0.4, 9 / Math.sqrt(lines.kept.length || 1)));
  const radius = dotRadius(Math.max(source.weights.length, target.weights.length));
  // Every drawn flow starts and ends at a drawn dot.
  const ends = {
    source: thinAround(
      source.weights,
      lines.kept.map((k) => flows.i[k]),
      drawn.dots,
    ),
    target: thinAround(
      target.weights,
      lines.kept.map((k) => flows.j[k]),
      drawn.dots,
    ),
  };
  const draw = (top: number): Body => {
    const view = windowOf([plane.source, plane.target], top);
    let paths = "";
    for (const k of lines.kept) {
      const [i, j] = [flows.i[k], flows.j[k]];
      const width = Math.max(0.8, widest * (flows.mass[k] / heaviest));
      paths += flowShape(
        view.x(plane.source[2 * i]),
        view.y(plane.source[2 * i + 1]),
        view.x(plane.target[2 * j]),
        view.y(plane.target[2 * j + 1]),
        width,
        opacity,
      );
    }
    const svg =
      axes(view, plane.axes) +
      element("g", { class: "flows" }, paths) +
      dots(target, plane.target, view, "target", ends.target, radius) +
      dots(source, plane.source, view, "source", ends.source, radius);
    return { svg, height: view.height + 34 };
  };
  const notes = ["Area of a dot: weight. Width of a flow: mass moved, from its broad end to its tip."];
  if (plane.note !== "") notes.push(plane.note);
  if (lines.share < 1) notes.push(thinningNote(lines, flows.mass.length));
  for (const [side, kept] of [
    [source, ends.source],
    [target, ends.target],
  ] as const)
    if (kept.length === drawn.dots && side.weights.length > drawn.dots)
      notes.push(
        `Drawn of ${side.name}: ${count(kept.length)} of ${plural(side.weights.length, "atom")}, the ends of these flows and the heaviest others.`,
      );
  return figure(
    scene,
    [
      { mark: "source", label: `${source.name} · ${plural(source.weights.length, "atom")}` },
      { mark: "target", label: `${target.name} · ${plural(target.weights.length, "atom")}` },
      { mark: "flow", label: `${plural(flows.mass.length, "flow")}` },
    ],
    notes,
    draw,
  );
}

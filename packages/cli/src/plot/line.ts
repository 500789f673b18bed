// Two measures on a line: the source's density above, the target's at the side, and between them the plan's support, the map T.
// For convex costs of the distance the support is the graph of the monotone map T = G^-1 o F (Santambrogio, OTAM, 2.2).
import { type Body, figure, fontSize } from "./figure.ts";
import { plural, tickLabels, ticks } from "./number.ts";
import { palette } from "./palette.ts";
import { largest, type Scene, type Side } from "./scene.ts";
import { coordinate, element, text } from "./svg.ts";
import { thin, thinningNote } from "./thin.ts";

const mostDots = 3000;
const main = 520;
const margin = 96;
const left = 60;

interface Bars {
  readonly from: Float64Array;
  readonly to: Float64Array;
  readonly height: Float64Array;
  readonly note: string;
}

function range(side: Side): [number, number] {
  let [low, high] = [Infinity, -Infinity];
  for (let k = 0; k < side.weights.length; k++) {
    low = Math.min(low, side.points[k]);
    high = Math.max(high, side.points[k]);
  }
  return [low, high];
}

/** The density: one thin bar for each atom where there are few, otherwise a histogram of about 2 n^(1/3) bins (Rice's rule). */
function bars(side: Side, low: number, high: number): Bars {
  const n = side.weights.length;
  const wide = (high - low) / main;
  if (n <= 80) {
    const at = Float64Array.from({ length: n }, (_, k) => side.points[k]);
    return {
      from: at.map((x) => x - 1.2 * wide),
      to: at.map((x) => x + 1.2 * wide),
      height: Float64Array.from(side.weights),
      note: "atoms",
    };
  }
  const bins = Math.max(12, Math.min(80, Math.round(2 * Math.cbrt(n))));
  const [first, last] = range(side);
  const step = (last - first) / bins || 1;
  const height = new Float64Array(bins);
  for (let k = 0; k < n; k++)
    height[Math.min(bins - 1, Math.floor((side.points[k] - first) / step))] += side.weights[k];
  const from = Float64Array.from({ length: bins }, (_, k) => first + k * step);
  return { from, to: from.map((x) => x + step), height, note: `${bins} bins` };
}

/** Whether sorting the flows by source position sorts them by target position too. */
function isMonotone({ source, target, flows }: Scene): boolean {
  const order = Array.from({ length: flows.mass.length }, (_, k) => k);
  const x = (k: number): number => source.points[flows.i[k]];
  const y = (k: number): number => target.points[flows.j[k]];
  order.sort((k, l) => x(k) - x(l) || y(k) - y(l));
  const [low, high] = range(target);
  const slack = 1e-9 * (high - low);
  let reached = -Infinity;
  let before = -Infinity;
  let here = -Infinity;
  for (const k of order) {
    if (x(k) > here) {
      before = reached;
      here = x(k);
    }
    if (y(k) < before - slack) return false;
    reached = Math.max(reached, y(k));
  }
  return true;
}

/** The picture of a plan between two measures on a line, as an SVG document. */
export function linePicture(scene: Scene): string {
  const { source, target, flows } = scene;
  const ranges = [range(source), range(target)];
  const low = Math.min(ranges[0][0], ranges[1][0]);
  const high = Math.max(ranges[0][1], ranges[1][1]);
  const pad = 0.04 * (high - low || Math.abs(low) || 1);
  const [start, end] = [low - pad, high + pad];
  const [density, densityTarget] = [bars(source, start, end), bars(target, start, end)];
  const support = thin(flows.mass, mostDots);
  const heaviest = largest(flows.mass);
  const radius = Math.min(6, Math.max(1.3, 60 / Math.sqrt(support.kept.length || 1)));
  const monotone = isMonotone(scene);
  const draw = (top: number): Body => {
    const floor = top + margin + 14;
    const x = (value: number): number => left + ((value - start) / (end - start)) * main;
    const y = (value: number): number => floor + main - ((value - start) / (end - start)) * main;
    const style = { "font-size": fontSize.tick, fill: palette.muted };
    let svg = element("rect", {
      "data-role": "field",
      x: left,
      y: floor,
      width: main,
      height: main,
      fill: "none",
      stroke: palette.rule,
    });
    svg += element("path", {
      d: `M${left} ${coordinate(floor + main)}L${left + main} ${coordinate(floor)}`,
      stroke: palette.rule,
      "stroke-dasharray": "4 4",
      fill: "none",
    });
    const at = ticks(start, end, 6);
    tickLabels(at).forEach((label, k) => {
      svg += element("path", {
        d: `M${coordinate(x(at[k]))} ${coordinate(floor + main)}v4M${left} ${coordinate(y(at[k]))}h-4`,
        stroke: palette.rule,
      });
      svg += text(x(at[k]), floor + main + 16, label, { ...style, "text-anchor": "middle" });
      svg += text(left - 8, y(at[k]) + 3.5, label, { ...style, "text-anchor": "end" });
    });
    const most = largest(density.height);
    const mostTarget = largest(densityTarget.height);
    let above = "";
    for (let k = 0; k < density.height.length; k++) {
      const h = most > 0 ? (density.height[k] / most) * margin : 0;
      above += element("rect", {
        x: x(density.from[k]),
        y: floor - 6 - h,
        width: x(density.to[k]) - x(density.from[k]),
        height: h,
      });
    }
    let beside = "";
    for (let k = 0; k < densityTarget.height.length; k++) {
      const h = mostTarget > 0 ? (densityTarget.height[k] / mostTarget) * margin : 0;
      beside += element("rect", {
        x: left + main + 6,
        y: y(densityTarget.to[k]),
        width: h,
        height: y(densityTarget.from[k]) - y(densityTarget.to[k]),
      });
    }
    let dots = "";
    for (const k of support.kept) {
      const r = Math.max(0.7, radius * Math.sqrt(flows.mass[k] / heaviest));
      dots += `<circle cx="${coordinate(x(source.points[flows.i[k]]))}" cy="${coordinate(y(target.points[flows.j[k]]))}" r="${coordinate(r)}" data-k="${k}"/>`;
    }
    svg +=
      element("g", { class: "source", fill: palette.source, "fill-opacity": "0.85" }, above) +
      element("g", { class: "target", fill: palette.target, "fill-opacity": "0.85" }, beside) +
      element("g", { class: "flows", fill: palette.ink, "fill-opacity": "0.75" }, dots) +
      text(left + main / 2, floor + main + 33, "source position x", { ...style, "text-anchor": "middle" }) +
      text(14, floor + main / 2, "target position y", {
        ...style,
        "text-anchor": "middle",
        transform: `rotate(-90 14 ${coordinate(floor + main / 2)})`,
      });
    return { svg, height: margin + 14 + main + 36 };
  };
  const notes = [
    `Dots: mass moved from x to y, area by mass; on the dashed line nothing moves. ${monotone ? "The support is monotone: no two flows cross." : "The support is not monotone: some flows cross."} Densities: ${density.note} above, ${densityTarget.note} at the side.`,
  ];
  if (support.share < 1) notes.push(thinningNote(support, flows.mass.length));
  return figure(
    scene,
    [
      { mark: "source", label: `${source.name} · ${plural(source.weights.length, "atom")}` },
      { mark: "target", label: `${target.name} · ${plural(target.weights.length, "atom")}` },
      { mark: "none", label: monotone ? "● monotone map" : "● plan" },
    ],
    notes,
    draw,
  );
}

// A curve over whole numbers with its standard errors: W1 over the critics of a map.
import { tickLabels, ticks } from "./number.ts";
import { palette } from "./palette.ts";
import { coordinate, element, text } from "./svg.ts";

/** What is drawn. */
export interface CurveScene {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly values: readonly number[];
  /** Standard errors; a bar of two to both sides where they can be seen. */
  readonly errors?: readonly number[];
}

const width = 640;
const height = 280;
const box = { left: 62, right: 16, top: 34, bottom: 44 } as const;

/** The picture, an SVG element that scales. */
export function curvePicture({ title, x, y, values, errors }: CurveScene): string {
  const most = Math.max(...values.map((value, k) => value + 2 * (errors?.[k] ?? 0)), 1e-12);
  const right = width - box.right;
  const bottom = height - box.bottom;
  const across = (k: number): number =>
    values.length < 2 ? (box.left + right) / 2 : box.left + 14 + ((right - box.left - 28) * k) / (values.length - 1);
  const up = (value: number): number => bottom - ((bottom - box.top) * Math.max(0, value)) / (1.06 * most);
  const marks = ticks(0, most, 5);
  const labels = tickLabels(marks);
  const every = Math.ceil(values.length / 16);
  const grid = marks.map(
    (value, k) =>
      element("line", { class: "rule", x1: box.left, x2: right, y1: up(value), y2: up(value), stroke: palette.rule }) +
      text(box.left - 8, up(value) + 4, labels[k], { class: "muted", fill: palette.muted, "text-anchor": "end" }),
  );
  const below = values.map((_, k) =>
    k % every === 0
      ? text(across(k), bottom + 18, String(k + 1), { class: "muted", fill: palette.muted, "text-anchor": "middle" })
      : "",
  );
  const bars = values.map((value, k) => {
    const error = 2 * (errors?.[k] ?? 0);
    return error > 0
      ? element("line", {
          x1: across(k),
          x2: across(k),
          y1: up(value - error),
          y2: up(value + error),
          stroke: palette.source,
          "stroke-opacity": "0.5",
          "stroke-width": 3,
        })
      : "";
  });
  const path = values.map((value, k) => `${k === 0 ? "M" : "L"}${coordinate(across(k))} ${coordinate(up(value))}`);
  const dots = values.map((value, k) =>
    element("circle", { cx: across(k), cy: up(value), r: 4, fill: palette.source, "data-value": String(value) }),
  );
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${height}`,
      "font-family": "Inter, 'Helvetica Neue', Helvetica, Arial, sans-serif",
      "font-size": 12,
      role: "img",
    },
    `<title>${title}</title>`,
    ...grid,
    ...below,
    text(box.left - 44, 18, y, { class: "ink", fill: palette.ink }),
    text((box.left + right) / 2, height - 8, x, { class: "muted", fill: palette.muted, "text-anchor": "middle" }),
    ...bars,
    element("path", { d: path.join(""), fill: "none", stroke: palette.source, "stroke-width": 2 }),
    ...dots,
  );
}

// The frame that all pictures share: title, subtitle and legend above, notes below, one typeface, one width.
import { palette } from "./palette.ts";
import type { Headline } from "./scene.ts";
import { element, escapeText, fitText, text, textWidth, wrapText } from "./svg.ts";

/** Width of every picture in pixels; pictures scale, since they carry a viewBox. */
export const figureWidth = 760;

export const fontFamily = "Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif";

/** Sizes of type, in pixels. */
export const fontSize = { title: 17, subtitle: 12.5, label: 11.5, tick: 10.5, note: 11 } as const;

/** What a mark of the legend looks like. */
export type LegendMark = "source" | "target" | "flow" | "none";

export interface LegendItem {
  readonly mark: LegendMark;
  readonly label: string;
}

/** The drawing between the frame's head and its notes. */
export interface Body {
  readonly svg: string;
  readonly height: number;
}

/** The four directions of a source-to-target gradient along a shape's bounding box, by dominant axis. */
const gradients: Readonly<Record<string, string>> = {
  "flow-right": 'x1="0" y1="0" x2="1" y2="0"',
  "flow-left": 'x1="1" y1="0" x2="0" y2="0"',
  "flow-down": 'x1="0" y1="0" x2="0" y2="1"',
  "flow-up": 'x1="0" y1="1" x2="0" y2="0"',
};

/** The tapered flow from (x0, y0), full `width`, to (x1, y1), a third of it, coloured from source to target. */
export function flowShape(
  x0: number,
  y0: number,
  x1: number,
  y1: number,
  width: number,
  opacity: number,
  data = "",
): string {
  const dx = x1 - x0;
  const dy = y1 - y0;
  const length = Math.hypot(dx, dy);
  if (length < 0.05) return "";
  const px = (-dy / length) * (width / 2);
  const py = (dx / length) * (width / 2);
  // Four gradients are enough for all directions: along the dominant axis the bounding box is the line itself.
  const direction = Math.abs(dx) >= Math.abs(dy) ? (dx > 0 ? "right" : "left") : dy > 0 ? "down" : "up";
  const corner = (x: number, y: number): string => `${x.toFixed(1)} ${y.toFixed(1)}`;
  const path = `M${corner(x0 + px, y0 + py)}L${corner(x1 + px / 3, y1 + py / 3)}L${corner(x1 - px / 3, y1 - py / 3)}L${corner(x0 - px, y0 - py)}Z`;
  return `<path d="${path}" fill="url(#flow-${direction})" fill-opacity="${Number(opacity.toFixed(2))}"${data}/>`;
}

function legendMark(mark: LegendMark, x: number, y: number): string {
  if (mark === "source") return element("circle", { cx: x + 5, cy: y - 4, r: 4.5, fill: palette.source });
  if (mark === "target")
    return element("circle", {
      cx: x + 5,
      cy: y - 4,
      r: 4,
      fill: palette.paper,
      stroke: palette.target,
      "stroke-width": 1.8,
    });
  return mark === "flow" ? flowShape(x, y - 4, x + 22, y - 4, 5, 1) : "";
}

const markWidth: Readonly<Record<LegendMark, number>> = { source: 15, target: 15, flow: 29, none: 0 };

/** The legend's items in as many rows as they need. */
function legend(items: readonly LegendItem[], top: number): Body {
  let x = 0;
  let y = top;
  let svg = "";
  for (const { mark, label } of items) {
    const fitted = fitText(label, fontSize.label, figureWidth - markWidth[mark] - 8);
    const width = markWidth[mark] + textWidth(fitted, fontSize.label);
    if (x > 0 && x + width > figureWidth) {
      x = 0;
      y += 19;
    }
    svg +=
      legendMark(mark, x, y) + text(x + markWidth[mark], y, fitted, { "font-size": fontSize.label, fill: palette.ink });
    x += width + 22;
  }
  return { svg, height: items.length === 0 ? 0 : y - top + 14 };
}

/** The whole picture as an SVG document. `body` draws below the height that the head has taken. */
export function figure(
  headline: Headline,
  items: readonly LegendItem[],
  notes: readonly string[],
  body: (top: number) => Body,
): string {
  const margin = 24;
  let y = 18;
  let head = text(0, y, fitText(headline.title, fontSize.title, figureWidth), {
    "font-size": fontSize.title,
    "font-weight": 600,
    fill: palette.ink,
  });
  for (const line of wrapText(headline.subtitle, fontSize.subtitle, figureWidth)) {
    y += 20;
    head += text(0, y, line, { "font-size": fontSize.subtitle, fill: palette.muted });
  }
  const key = legend(items, y + 25);
  y += 25 + key.height;
  const drawing = body(y);
  let bottom = y + drawing.height + 10;
  let foot = "";
  for (const note of notes) {
    for (const line of wrapText(note, fontSize.note, figureWidth)) {
      bottom += 15;
      foot += text(0, bottom, line, { "font-size": fontSize.note, fill: palette.muted });
    }
  }
  const width = figureWidth + 2 * margin;
  const height = Math.ceil(bottom + 6 + 2 * margin);
  const stops = `<stop offset="0" stop-color="${palette.source}"/><stop offset="1" stop-color="${palette.target}"/>`;
  const definitions = Object.entries(gradients).map(
    ([id, ends]) => `<linearGradient id="${id}" ${ends}>${stops}</linearGradient>`,
  );
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `${-margin} ${-margin} ${width} ${height}`,
      width,
      height,
      "font-family": fontFamily,
      role: "img",
    },
    `<title>${escapeText(headline.title)}</title><desc>${escapeText(headline.subtitle)}</desc>`,
    `<defs>${definitions.join("")}</defs>`,
    element("rect", { x: -margin, y: -margin, width, height, fill: palette.paper }),
    head,
    key.svg,
    drawing.svg,
    foot,
  );
}

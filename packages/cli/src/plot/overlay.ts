// The overlay of a match: the ellipses that were given, filled, and over them the outlines of the ellipsoids through the camera that was found.
// Colours of outlines say how far they miss, from blue to vermillion, which every common colour blindness keeps apart (Okabe, Ito 2008).
import { axesOf, type Fate } from "../viewProjection.ts";
import { fontFamily, fontSize } from "./figure.ts";
import { shortNumber } from "./number.ts";
import { type Colour, colour, mix, palette } from "./palette.ts";
import type { Headline } from "./scene.ts";
import { coordinate, element, fitText, text, textWidth } from "./svg.ts";

/** What is drawn. */
export interface OverlayScene extends Headline {
  /** Given ellipses: m x 2, m x 3 (xx, xy, yy), and whether anybody is behind them. */
  readonly given: {
    readonly means: Float64Array;
    readonly covariances: Float64Array;
    readonly taken: readonly boolean[];
  };
  /** Ellipsoids through the camera: n x 2, n x 3, NaN where they are behind it, and what became of them. */
  readonly found: {
    readonly means: Float64Array;
    readonly covariances: Float64Array;
    readonly fates: readonly Fate[];
    /** Distance of the centres of linked ones, in the unit of the view. */
    readonly residuals: Float64Array;
  };
  /** Pairs [ellipsoid, ellipse]. */
  readonly matches: readonly (readonly [number, number])[];
  /** The residual that gets the last colour. */
  readonly most: number;
}

/** Ellipses are drawn at so many standard deviations. */
export const drawnLevel = 1.5;

const width = 760;
const margin = 24;
const merged: Colour = colour("#cc79a7");
const split: Colour = colour("#b07f00");
const scale: readonly Colour[] = [colour(palette.source), colour("#e0a100"), colour(palette.target)];

const css = ([r, g, b]: Colour): string =>
  `#${[r, g, b].map((value) => Math.round(value).toString(16).padStart(2, "0")).join("")}`;

/** The colour of a residual, as a share of the largest one shown. */
export function residualColour(share: number): string {
  const t = Math.min(1, Math.max(0, share));
  return css(t < 0.5 ? mix(scale[0], scale[1], 2 * t) : mix(scale[1], scale[2], 2 * t - 1));
}

/** The part of the picture that holds all that is drawn: left, top, right, bottom. */
export function overlayBox({ given, found }: Pick<OverlayScene, "given" | "found">): [number, number, number, number] {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const take = (x: number, y: number, xx: number, yy: number): void => {
    const [dx, dy] = [drawnLevel * Math.sqrt(Math.max(xx, 0)), drawnLevel * Math.sqrt(Math.max(yy, 0))];
    left = Math.min(left, x - dx);
    right = Math.max(right, x + dx);
    top = Math.min(top, y - dy);
    bottom = Math.max(bottom, y + dy);
  };
  const all = ({ means, covariances }: typeof given | typeof found, wanted: (k: number) => boolean): void => {
    for (let k = 0; 2 * k < means.length; k++)
      if (wanted(k)) take(means[2 * k], means[2 * k + 1], covariances[3 * k], covariances[3 * k + 2]);
  };
  all(given, () => true);
  all(found, (i) => found.fates[i] !== "alone" && Number.isFinite(found.means[2 * i]));
  const side = 1e-6 * Math.max(1, Math.abs(left), Math.abs(top));
  return [left, top, Math.max(right, left + side), Math.max(bottom, top + side)];
}

/** Several pictures below each other. */
export function overlayPictures(scenes: readonly OverlayScene[]): string {
  let top = 0;
  const parts = scenes.map((scene, k) => {
    const picture = overlayPicture(scene, `view${k}`);
    const height = Number(/ height="(\d+)"/.exec(picture)?.[1]);
    top += height;
    return picture.replace("<svg ", `<svg y="${top - height}" `);
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}">`,
    ...parts,
    "</svg>",
  ].join("\n");
}

/**
 * The picture, as an SVG document; marks carry their index in `data-i` and `data-j` for the report's script. Documents that hold several pictures need
 * another `clipName` for each.
 */
export function overlayPicture(scene: OverlayScene, clipName = "view"): string {
  const { given, found, matches, most } = scene;
  const [left, top, right, bottom] = overlayBox(scene);
  const head = 62;
  const across = width - 2 * margin;
  const tallest = 640;
  const zoom = Math.min(across / (right - left), tallest / (bottom - top));
  const shift = [margin + (across - zoom * (right - left)) / 2 - zoom * left, head - zoom * top];
  const body = Math.round(zoom * (bottom - top));
  const height = head + body + 64;
  const shape = (
    means: Float64Array,
    covariances: Float64Array,
    k: number,
    attributes: Readonly<Record<string, string | number>>,
  ): string => {
    const [a, b, angle] = axesOf(covariances[3 * k], covariances[3 * k + 1], covariances[3 * k + 2]);
    const [x, y] = [zoom * means[2 * k] + shift[0], zoom * means[2 * k + 1] + shift[1]];
    const turn = (angle * 180) / Math.PI;
    return element("ellipse", {
      cx: x,
      cy: y,
      rx: Math.max(0.4, zoom * drawnLevel * a),
      ry: Math.max(0.4, zoom * drawnLevel * b),
      ...(Math.abs(turn) > 0.05 && { transform: `rotate(${coordinate(turn)} ${coordinate(x)} ${coordinate(y)})` }),
      ...attributes,
    });
  };
  const layer = (
    name: string,
    attributes: Readonly<Record<string, string | number>>,
    parts: readonly string[],
  ): string => element("g", { class: name, ...attributes }, parts.join("\n"));
  const ofGiven = (wanted: boolean): string[] =>
    given.taken.flatMap((taken, j) =>
      taken === wanted ? [shape(given.means, given.covariances, j, { "data-j": String(j) })] : [],
    );
  const ofFound = (fate: Fate): string[] =>
    found.fates.flatMap((each, i) => {
      if (each !== fate || !Number.isFinite(found.means[2 * i])) return [];
      const stroke: Record<string, string> =
        fate === "linked" ? { stroke: residualColour(found.residuals[i] / most) } : {};
      return [shape(found.means, found.covariances, i, { "data-i": String(i), ...stroke })];
    });
  const misses = matches.flatMap(([i, j]) => {
    if (found.fates[i] !== "linked" || !Number.isFinite(found.means[2 * i])) return [];
    const at = (means: Float64Array, k: number): [number, number] => [
      zoom * means[2 * k] + shift[0],
      zoom * means[2 * k + 1] + shift[1],
    ];
    const [x1, y1] = at(given.means, j);
    const [x2, y2] = at(found.means, i);
    return [element("line", { x1, y1, x2, y2, stroke: residualColour(found.residuals[i] / most) })];
  });
  const outside = ofFound("alone");
  const layers = [
    layer("given", { fill: "#aab4be", "fill-opacity": "0.38" }, ofGiven(true)),
    layer(
      "strangers",
      {
        fill: palette.paper,
        "fill-opacity": "0.01",
        stroke: palette.ink,
        "stroke-width": "1.1",
        "stroke-dasharray": "4 3",
      },
      ofGiven(false),
    ),
    layer("alone", { fill: "none", stroke: "#9aa0a6", "stroke-width": "0.8", "stroke-dasharray": "1 2.5" }, outside),
    layer("linked", { fill: "none", "stroke-width": "1.5" }, ofFound("linked")),
    layer("merged", { fill: "none", stroke: css(merged), "stroke-width": "1.5" }, ofFound("merged")),
    layer("split", { fill: "none", stroke: css(split), "stroke-width": "1.5" }, ofFound("split")),
    layer("misses", { "stroke-width": "2.4", "stroke-linecap": "round" }, misses),
  ];
  const clip = element(
    "clipPath",
    { id: clipName },
    element("rect", { x: margin - 8, y: head - 8, width: across + 16, height: body + 16 }),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${fontFamily}" role="img">`,
    element("title", {}, scene.title.replace(/[&<>]/g, " ")),
    element("rect", { class: "paper", x: 0, y: 0, width, height, fill: palette.paper }),
    text(margin, 28, fitText(scene.title, fontSize.title, across), {
      "font-size": String(fontSize.title),
      "font-weight": "600",
      fill: palette.ink,
      class: "ink",
    }),
    text(margin, 47, fitText(scene.subtitle, fontSize.subtitle, across), {
      "font-size": String(fontSize.subtitle),
      fill: palette.muted,
      class: "muted",
    }),
    `<defs>${clip}</defs>`,
    element("g", { class: "marks", "clip-path": `url(#${clipName})` }, ...layers),
    legend(head + body + 30, scene),
    "</svg>",
  ].join("\n");
}

/** What the marks mean, in one or two rows. */
function legend(y: number, { found, given, most }: OverlayScene): string {
  const count = (fate: Fate): number => found.fates.filter((each) => each === fate).length;
  const strangers = given.taken.filter((taken) => !taken).length;
  const items: [mark: Readonly<Record<string, string>>, label: string][] = [
    [{ fill: "#aab4be", "fill-opacity": "0.5", class: "given" }, "ellipse given"],
  ];
  if (strangers > 0)
    items.push([
      { fill: "none", stroke: palette.ink, "stroke-dasharray": "4 3", class: "strangers" },
      `without partner (${strangers})`,
    ]);
  if (count("merged") > 0)
    items.push([{ fill: "none", stroke: css(merged), class: "merged" }, `merged (${count("merged")})`]);
  if (count("split") > 0)
    items.push([{ fill: "none", stroke: css(split), class: "split" }, `split (${count("split")})`]);
  if (count("alone") > 0)
    items.push([
      { fill: "none", stroke: "#9aa0a6", "stroke-dasharray": "1 2.5", class: "alone" },
      `ellipsoid not seen (${count("alone")})`,
    ]);
  const label = { "font-size": String(fontSize.label), fill: palette.muted, class: "muted" };
  let x = margin;
  const out: string[] = [];
  for (const [mark, words] of items) {
    out.push(
      element(
        "g",
        { class: mark["class"] },
        element("ellipse", { cx: x + 9, cy: y - 4, rx: 9, ry: 5, ...mark, class: null }),
      ),
    );
    out.push(text(x + 24, y, words, label));
    x += 24 + textWidth(words, fontSize.label) + 16;
  }
  const ramp = Array.from({ length: 24 }, (_, k) =>
    element("rect", { x: margin + 4 * k, y: y + 11, width: 4.3, height: 8, fill: residualColour(k / 23) }),
  );
  const words = `outline of a linked ellipsoid: ${shortNumber(most, 2)} pixels off or more at the right end`;
  out.push(...ramp, text(margin + 106, y + 19, words, label));
  return out.join("\n");
}

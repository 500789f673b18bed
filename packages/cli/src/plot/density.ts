// A density on a grid as an image: white where there is nothing, a full colour where there is most.
import { type Colour, colour, mix, palette } from "./palette.ts";
import { encodePng, enlarge } from "./png.ts";
import { largest } from "./scene.ts";
import { coordinate } from "./svg.ts";

/** Exponent below 1 that lifts the faint parts of a density, which the eye would otherwise lose. */
const gamma = 0.7;

function shade(value: number, most: number): number {
  return most > 0 ? Math.min(1, value / most) ** gamma : 0;
}

function image(
  rgb: Uint8Array,
  rows: number,
  columns: number,
  x: number,
  y: number,
  width: number,
  height: number,
): string {
  const factor = Math.max(1, Math.min(32, Math.floor(1024 / Math.max(rows, columns))));
  const data = encodePng(enlarge(rgb, rows, columns, factor), rows * factor, columns * factor).toString("base64");
  return `<image x="${coordinate(x)}" y="${coordinate(y)}" width="${coordinate(width)}" height="${coordinate(height)}" preserveAspectRatio="none" href="data:image/png;base64,${data}"/>`;
}

/** The density `values` in shades from paper to `full`; `most` is the value of the full colour. */
export function densityImage(
  values: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  full: Colour,
  [x, y, width, height]: readonly [number, number, number, number],
  most: number = largest(values),
): string {
  const rgb = new Uint8Array(3 * rows * columns);
  const paper = colour(palette.paper);
  for (let k = 0; k < rows * columns; k++) rgb.set(mix(paper, full, shade(values[k], most)).map(Math.round), 3 * k);
  return image(rgb, rows, columns, x, y, width, height);
}

/** Both densities over each other, faint, multiplied like inks; they must have the same size. */
export function overlayImage(
  under: ArrayLike<number>,
  over: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  strength: number,
  [x, y, width, height]: readonly [number, number, number, number],
): string {
  const rgb = new Uint8Array(3 * rows * columns);
  const [most, mostOver] = [largest(under), largest(over)];
  const [paper, blue, orange] = [palette.paper, palette.source, palette.target].map(colour);
  for (let k = 0; k < rows * columns; k++) {
    const first = mix(paper, blue, strength * shade(under[k], most));
    const second = mix(paper, orange, strength * shade(over[k], mostOver));
    for (let channel = 0; channel < 3; channel++)
      rgb[3 * k + channel] = Math.round((first[channel] * second[channel]) / 255);
  }
  return image(rgb, rows, columns, x, y, width, height);
}

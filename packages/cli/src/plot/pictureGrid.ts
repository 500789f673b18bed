// Pictures side by side as one image: a row for each, a column for each stage, with labels above the columns.
import type { Picture } from "monge/potential";
import { pictureBytes } from "../w1Pictures.ts";
import { encodePng, enlarge } from "./png.ts";

/** One stage of all pictures. */
export interface GridColumn {
  readonly label: string;
  readonly pictures: readonly Picture[];
}

const gap = 2;

/** Pictures in rows of `columns`, white between them, as RGB bytes; the shape is that of the first. */
export function tiled(list: readonly Picture[], columns: number): { rgb: Uint8Array; rows: number; cols: number } {
  const [, height, width] = list[0].shape;
  const down = Math.ceil(list.length / columns);
  const [rows, cols] = [down * (height + gap) - gap, columns * (width + gap) - gap];
  const rgb = new Uint8Array(3 * rows * cols).fill(255);
  list.forEach((picture, k) => {
    const bytes = pictureBytes(picture);
    const [top, left] = [Math.floor(k / columns) * (height + gap), (k % columns) * (width + gap)];
    for (let i = 0; i < height; i++)
      rgb.set(bytes.subarray(3 * i * width, 3 * (i + 1) * width), 3 * ((top + i) * cols + left));
  });
  return { rgb, rows, cols };
}

/** A grid as a PNG, each pixel `factor` x `factor` large. */
export function gridPng(list: readonly Picture[], columns: number, factor = 1): Uint8Array {
  const { rgb, rows, cols } = tiled(list, columns);
  return encodePng(enlarge(rgb, rows, cols, factor), rows * factor, cols * factor);
}

/** The stages as HTML: a table of one image a column, pixels kept square. */
export function gridHtml(columns: readonly GridColumn[]): string {
  const cells = columns.map(({ label, pictures }) => {
    const { rows, cols } = tiled(pictures, 1);
    const address = `data:image/png;base64,${Buffer.from(gridPng(pictures, 1)).toString("base64")}`;
    return `<figure class="stage"><img alt="${label}" width="${cols}" height="${rows}" src="${address}"><figcaption>${label}</figcaption></figure>`;
  });
  return `<div class="stages">${cells.join("")}</div>`;
}

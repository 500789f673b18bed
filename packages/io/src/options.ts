// What a reader may be told about a file; every field has a default that suits an ordinary file.
import type { FormatName } from "./formatName.ts";

/** For `.csv`, `.npy`, `.npz` and `.ply`. */
export interface TableOptions {
  /** Read the numbers as points (one row each) or as masses on a grid. Default: points, but images and IDX are grids. */
  readonly as?: "points" | "grid";
  /** CSV: whether the first row names the columns. Default: it does when none of its cells is a number. */
  readonly header?: boolean;
  /** CSV: one character between cells, or `" "` for any run of blanks. Default: detected. */
  readonly delimiter?: string;
  /**
   * The column (CSV), property (PLY) or array (NPZ) that holds the masses; `false` ignores it. Default: the one called
   * `weight`, `weights`, `mass` or `masses`, in any case, if there is one. Without masses every point weighs 1 / n.
   */
  readonly weights?: string | false;
  /** CSV with header, PLY: the columns that are coordinates, in this order. Default: PLY `x y z`, CSV all but the weights. */
  readonly columns?: readonly string[];
  /** NPZ: the array to read. Default: the only one, or the one called `points`, `x`, `positions`, `arr_0`. */
  readonly entry?: string;
  /** IDX, DICOM: which image or frame, from 0. Required where the file holds several. */
  readonly index?: number;
}

/** For `.png`, `.jpg`, `.webp`, `.dcm` and images in IDX files. Mass of a pixel = its luma in [0, 1]. */
export interface ImageOptions {
  /** Longest side in pixels, >= 1: a larger image is averaged over areas and its total mass is kept. Default: as it is. */
  readonly size?: number;
  /** Dark pixels are heavy: mass 1 - luma. Transparent pixels stay weightless. Default `false`. */
  readonly invert?: boolean;
  /** Undo the sRGB curve first, so that mass is proportional to light. Default `false`: luma of the stored values. */
  readonly linear?: boolean;
  /** sRGB colour in 0..255 behind transparent pixels. Default: what weighs nothing, black, or white with `invert`. */
  readonly background?: readonly [red: number, green: number, blue: number];
}

/** Options of every reader; fields that do not concern the format of the file are ignored. */
export interface ReadOptions extends TableOptions, ImageOptions {
  /** Default: recognised by content, then by the name's ending. */
  readonly format?: FormatName;
  /** Refuse, before allocating, what would take more bytes than this. Default 2 GiB (2^31). */
  readonly maxBytes?: number;
}

export interface DescribeOptions extends ReadOptions {
  /** `false` reads headers only and leaves `mass` null. Default `true`: masses are read where the file holds any. */
  readonly values?: boolean;
}

/** What formats see: `allColumns` reads masses as numbers like any other, for matrices and vectors. */
export interface ParseOptions extends ReadOptions {
  readonly allColumns?: boolean;
}

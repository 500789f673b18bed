// What a file holds, without solving anything.
import type { FormatName } from "./formatName.ts";

/** Range of the masses of a file, as they are stored (nothing is rescaled). */
export interface MassRange {
  readonly total: number;
  readonly min: number;
  readonly max: number;
  /** How many masses are exactly 0. */
  readonly zeros: number;
}

/** One array of an archive. */
export interface NamedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
}

/** Answer of `describe`. */
export interface Description {
  /** File name, or the name given with the bytes, or `"bytes"`. */
  readonly name: string;
  readonly format: FormatName;
  /** Size of the file in bytes. */
  readonly bytes: number;
  /** What `readMeasure` makes of it with the same options. */
  readonly kind: "points" | "grid";
  /** Atoms: points, or cells of the grid. */
  readonly n: number;
  /** Coordinates of a point, or axes of the grid. */
  readonly dimension: number;
  /** Stored shape: [rows, columns], [height, width], or the shape of the array. */
  readonly shape: readonly number[];
  /** `float64`, `uint8`, `text`, ...: how the numbers are stored. */
  readonly dtype: string;
  /** Name of the column, property or array that holds the masses; `null` where points weigh 1 / n. Grids: `"cells"`. */
  readonly weights: string | null;
  /** `null` where all points weigh 1 / n, with `values: false`, and for IDX images without `index`. */
  readonly mass: MassRange | null;
  /** Names of columns or properties, where the file has any. */
  readonly columns?: readonly string[];
  /** CSV: what stands between cells. */
  readonly delimiter?: string;
  /** IDX: how many images the file holds; the rest of the description is about one of them. */
  readonly items?: number;
  /** NPZ: the arrays inside. */
  readonly entries?: readonly NamedArray[];
}

/** One compensation-free pass; masses are non-negative, so nothing cancels. */
export function massRange(weights: ArrayLike<number>): MassRange {
  let total = 0;
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  let zeros = 0;
  for (let i = 0; i < weights.length; i++) {
    const mass = weights[i];
    total += mass;
    if (mass < min) min = mass;
    if (mass > max) max = mass;
    if (mass === 0) zeros++;
  }
  return { total, min, max, zeros };
}

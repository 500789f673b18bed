// What a reader of ellipses may be told about a file.
import { OtError } from "monge";

export interface EllipseOptions {
  /** Default: by content. */
  readonly format?: "csv" | "json";
  /**
   * What the lengths are: `"semi-axes"` a >= b > 0, or `"opencv"` as in OpenCV's RotatedRect: full lengths in either order, angle in
   * degrees. Default: OpenCV's where the columns are called `width height angle`, else semi-axes.
   */
  readonly convention?: "semi-axes" | "opencv";
  /** Unit of the angle, from the axis of x towards that of y. Default: degrees for `theta_deg`, `angle` and OpenCV, else radians. */
  readonly angle?: "radians" | "degrees";
  /** At how many standard deviations the ellipses are drawn, > 0. Default 1. Covariances are taken as they are. */
  readonly level?: number;
  /** What full red, green and blue are in the file, > 0: 1 or 255. Default 1. */
  readonly colourRange?: number;
  /** CSV: one character between cells, or `" "` for any run of blanks. Default: detected. */
  readonly delimiter?: string;
  /** Refuse, before allocating, what would take more bytes than this. Default 2 GiB (2^31). */
  readonly maxBytes?: number;
}

/** How the lengths and angles of ellipses are written. */
export type EllipseForm = Pick<EllipseOptions, "convention" | "angle" | "level">;

export function checkEllipseOptions(options: EllipseOptions): void {
  const allow = (argument: keyof EllipseOptions, allowed: readonly string[]): void => {
    const seen = options[argument];
    if (seen === undefined || allowed.includes(String(seen))) return;
    throw badOption(argument, seen, `Use ${allowed.join(" or ")}.`);
  };
  allow("format", ["csv", "json"]);
  allow("convention", ["semi-axes", "opencv"]);
  allow("angle", ["radians", "degrees"]);
  for (const name of ["level", "colourRange"] as const) {
    const seen = options[name];
    if (seen !== undefined && !(seen > 0 && seen < Infinity)) throw badOption(name, seen, "Pass a positive number.");
  }
}

function badOption(name: string, seen: unknown, cure: string): OtError {
  const argument = `options.${name}`;
  return new OtError("InvalidValue", `${argument} is ${JSON.stringify(seen)}.`, { argument, seen, cure });
}

// Ellipses as CSV or JSON, by covariance (exact) or by axes: the inverse of ellipses.ts.
import { OtError } from "monge";
import { type FileOptions, writeFileAtomic } from "./atomicFile.ts";
import { axesOf } from "./ellipseForm.ts";
import { checkEllipseOptions, type EllipseForm } from "./ellipseOptions.ts";
import type { Ellipses } from "./ellipses.ts";
import { type GaussianList, packedCovariance } from "./gaussianList.ts";

export interface EllipseWriteOptions extends EllipseForm {
  /** `"covariance"` x y xx xy yy, which reads back as the same numbers, or `"axes"`. Default `"covariance"`. */
  readonly form?: "covariance" | "axes";
}

/** What is written: Gaussians of dimension 2, with labels and colours in [0, 1] if there are any. */
export type EllipsesLike = Omit<GaussianList, "kind"> & Pick<Ellipses, "labels" | "colours">;

/**
 * Ellipses as the text of a file that `readEllipses` reads with the same `convention`, `angle` and `level`. Axes: `cx cy a b theta`, the longer
 * first, theta in (-pi/2, pi/2]; with `convention: "opencv"` `cx cy width height angle`. Throws `InvalidShape`, and `InvalidValue` for axes of
 * a singular covariance.
 */
export function encodeEllipses(
  ellipses: EllipsesLike,
  format: "csv" | "json",
  options: EllipseWriteOptions = {},
): string {
  checkEllipseOptions({ ...options, format });
  checkShapes(ellipses);
  const names = namesOf(ellipses, options);
  const rows = Array.from({ length: ellipses.means.rows }, (_, i) => rowOf(ellipses, i, options));
  if (format === "csv") return `${[names, ...rows].map((row) => row.join(",")).join("\n")}\n`;
  const entries = rows.map((row) => JSON.stringify(Object.fromEntries(row.map((value, k) => [names[k], value]))));
  return `{"schema":1,"ellipses":[\n${entries.join(",\n")}\n]}\n`;
}

/** Writes {@link encodeEllipses} to a `.csv` or `.json`, whole or not at all (Node). */
export async function writeEllipses(
  path: string,
  ellipses: EllipsesLike,
  options: EllipseWriteOptions & FileOptions = {},
): Promise<void> {
  const format = /\.(csv|json)$/i.exec(path)?.[1].toLowerCase();
  if (format !== "csv" && format !== "json") {
    throw new OtError("Unsupported", `${path} ends in neither .csv nor .json.`, {
      argument: path,
      seen: path,
      cure: "Name it .csv or .json.",
    });
  }
  await writeFileAtomic(path, encodeEllipses(ellipses, format, options), options);
}

function namesOf(ellipses: EllipsesLike, { form, convention, angle }: EllipseWriteOptions): string[] {
  const turn = angle === "degrees" ? "theta_deg" : "theta";
  const axes = convention === "opencv" ? ["cx", "cy", "width", "height", "angle"] : ["cx", "cy", "a", "b", turn];
  const labels = ellipses.labels === undefined ? [] : ["label"];
  const colours = ellipses.colours === undefined ? [] : ["r", "g", "b"];
  return [...(form === "axes" ? axes : ["x", "y", "xx", "xy", "yy"]), "weight", ...labels, ...colours];
}

function rowOf(ellipses: EllipsesLike, i: number, options: EllipseWriteOptions): number[] {
  const { means, covariances, weights, labels, colours } = ellipses;
  const shape =
    options.form === "axes"
      ? axesOf(covariances.subarray(4 * i, 4 * i + 4), options)
      : packedCovariance(covariances, i, 2, "ellipses.covariances");
  if (options.form === "axes" && !(shape[1] > 0)) {
    throw new OtError(
      "InvalidValue",
      `ellipses.covariances[${i}] is singular: its axes are ${shape[0]} and ${shape[1]}.`,
      {
        argument: `ellipses.covariances[${i}]`,
        seen: shape[1],
        cure: 'Write with form: "covariance".',
      },
    );
  }
  const label = labels === undefined ? [] : [labels[i]];
  const colour = colours === undefined ? [] : colours.data.subarray(3 * i, 3 * i + 3);
  return [means.data[2 * i], means.data[2 * i + 1], ...shape, weights[i], ...label, ...colour];
}

function checkShapes({ means, covariances, weights, labels, colours }: EllipsesLike): void {
  const k = means.rows;
  const fits = (argument: string, seen: number, wanted: number): void => {
    if (seen === wanted) return;
    throw new OtError("InvalidShape", `${argument} holds ${seen} numbers, and ${k} ellipses need ${wanted}.`, {
      argument,
      seen,
      cure: "Pass means k x 2, covariances k x 2 x 2 and k weights, k >= 1.",
    });
  };
  fits("ellipses.means", means.data.length, 2 * Math.max(1, k));
  fits("ellipses.covariances", covariances.length, 4 * k);
  fits("ellipses.weights", weights.length, k);
  if (labels !== undefined) fits("ellipses.labels", labels.length, k);
  if (colours !== undefined) fits("ellipses.colours", colours.data.length, 3 * k);
  for (const [name, data] of [
    ["means", means.data],
    ["covariances", covariances],
    ["weights", weights],
  ] as const) {
    const wrong = data.findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) continue;
    throw new OtError("InvalidValue", `ellipses.${name} holds ${data[wrong]} at ${wrong}.`, {
      argument: `ellipses.${name}`,
      seen: data[wrong],
      cure: "Pass finite numbers.",
    });
  }
}

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
  const rows = Array.from({ length: ellipses.means.rows }, (_, i) => entryOf(ellipses, i, options));
  if (format === "json") return `{"schema":1,"ellipses":[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]}\n`;
  const names = Object.keys(rows[0]).flatMap((key) => columnsOf[key] ?? [key]);
  return `${[names, ...rows.map((row) => Object.values(row).flat())].map((row) => row.join(",")).join("\n")}\n`;
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

/** Fields of an entry that are several columns of a table. */
const columnsOf: Readonly<Record<string, readonly string[] | undefined>> = {
  mean: ["x", "y"],
  covariance: ["xx", "xy", "yy"],
  colour: ["red", "green", "blue"],
};

function entryOf(ellipses: EllipsesLike, i: number, options: EllipseWriteOptions): Record<string, number | number[]> {
  const { means, covariances, weights, labels, colours } = ellipses;
  const covariance = packedCovariance(covariances, i, 2, "ellipses.covariances");
  const mean = [...means.data.subarray(2 * i, 2 * i + 2)];
  return {
    ...(options.form === "axes" ? axesEntry(ellipses, i, options) : { mean, covariance }),
    weight: weights[i],
    ...(labels && { label: labels[i] }),
    ...(colours && { colour: [...colours.data.subarray(3 * i, 3 * i + 3)] }),
  };
}

function axesEntry(
  { means, covariances }: EllipsesLike,
  i: number,
  options: EllipseWriteOptions,
): Record<string, number> {
  const [a, b, theta] = axesOf(covariances.subarray(4 * i, 4 * i + 4), options);
  if (!(b > 0)) {
    throw new OtError("InvalidValue", `ellipses.covariances[${i}] is singular: its axes are ${a} and ${b}.`, {
      argument: `ellipses.covariances[${i}]`,
      seen: b,
      cure: 'Write with form: "covariance".',
    });
  }
  const centre = { cx: means.data[2 * i], cy: means.data[2 * i + 1] };
  if (options.convention === "opencv") return { ...centre, width: a, height: b, angle: theta };
  return options.angle === "degrees" ? { ...centre, a, b, theta_deg: theta } : { ...centre, a, b, theta };
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

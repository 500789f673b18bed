// From files to a problem: both sides read, masses scaled or compared, every adjustment told.
import { describe, type ReadOptions, readMatrix, readMeasure, readVector, type Source } from "@monge/io";
import { type Floats, histogram, type Matrix, type Measure, normalize, type Unbalanced, type Weights } from "monge";
import { UsageError } from "./exit.ts";

/** The options that concern reading, as the parser returns them. */
export interface ReadingOptions {
  readonly format?: ReadOptions["format"];
  readonly size?: number;
  readonly invert?: boolean;
  readonly weights?: string;
  readonly columns?: readonly string[];
  readonly index?: readonly string[];
}

/** Two measures. */
export interface MeasuresProblem {
  readonly kind: "measures";
  readonly source: NamedMeasure;
  readonly target: NamedMeasure;
}

/** A cost matrix with the weights of its rows and columns; null: uniform. */
export interface CostProblem {
  readonly kind: "cost";
  readonly name: string;
  readonly cost: Matrix<Floats>;
  readonly a: Weights;
  readonly b: Weights;
}

export type Problem = MeasuresProblem | CostProblem;

export interface NamedMeasure {
  readonly name: string;
  readonly measure: Measure;
}

/** Side of an image beyond which it is averaged down, unless --size says otherwise. */
export const defaultSize = 64;

/** A file's name without its folders; standard input has none. */
export function shortName(path: string): string {
  return path === "-" ? "standard input" : (path.split(/[\\/]/).pop() ?? path);
}

/** Relative difference of masses that is put down to rounding: text and Float32 files carry six digits or so. */
export const massTolerance = 1e-5;

async function standardInput(): Promise<Source> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
  return { name: "standard input", data: new Uint8Array(Buffer.concat(chunks)) };
}

/** Where `path` is read from; standard input is read to its end, since its header may be looked at twice. */
export async function sourceOf(path: string): Promise<Source> {
  return path === "-" ? standardInput() : path;
}

/** The library's reading options for one of the two sides. */
export function readOptions(options: ReadingOptions, path: string, paths: readonly string[], side: 0 | 1): ReadOptions {
  const { index } = options;
  if (index !== undefined && (index.length > 2 || !index.every((text) => /^\d+$/.test(text))))
    throw new UsageError(
      `--index ${index.join(",")} is no index.`,
      "Use one whole number from 0, or two: --index 0,1.",
    );
  // Where one side comes from a pipe, the format is said for it; the other has a name to go by.
  const format = paths.includes("-") && path !== "-" ? undefined : options.format;
  return {
    ...(format && { format }),
    ...(options.weights && { weights: options.weights }),
    ...(options.columns && { columns: options.columns }),
    ...(options.invert && { invert: true }),
    ...(index && { index: Number(index[side] ?? index[0]) }),
    size: options.size ?? defaultSize,
  };
}

async function readSide(
  path: string,
  paths: readonly string[],
  side: 0 | 1,
  options: ReadingOptions,
  note: (text: string) => void,
): Promise<NamedMeasure> {
  const settings = readOptions(options, path, paths, side);
  const source = await sourceOf(path);
  const measure = await readMeasure(source, settings);
  const name = shortName(path) + (options.index === undefined ? "" : ` [${settings.index}]`);
  if (measure.kind === "grid" && measure.shape.length === 2) {
    const { shape } = await describe(source, { ...settings, values: false });
    const [height, width] = shape.slice(-2);
    if (height > measure.shape[0] || width > measure.shape[1])
      note(`${name}: ${width} x ${height} pixels averaged down to ${measure.shape[1]} x ${measure.shape[0]} (--size).`);
  }
  return { name, measure };
}

/** Coordinates of an atom. */
export function dimensionOf(measure: Measure): number {
  return measure.kind === "grid" ? measure.shape.length : measure.points.cols;
}

/** Number of atoms. */
export function atomsOf(measure: Measure): number {
  return measure.weights.length;
}

/** Row-major coordinates of all atoms. */
export function coordinatesOf(measure: Measure): Floats {
  if (measure.kind === "points") return measure.points.data;
  const { shape, spacing, origin } = measure;
  const d = shape.length;
  const points = new Float64Array(atomsOf(measure) * d);
  for (let i = 0; i < atomsOf(measure); i++) {
    for (let k = d - 1, rest = i; k >= 0; k--) {
      points[i * d + k] = origin[k] + spacing[k] * (rest % shape[k]);
      rest = Math.floor(rest / shape[k]);
    }
  }
  return points;
}

function massOf(measure: Measure): number {
  return measure.weights.reduce((sum, weight) => sum + weight, 0);
}

/** What is done about masses, and whether they have to balance. */
export interface MassOptions {
  readonly mass?: "normalize" | "keep";
  readonly unbalanced?: Unbalanced;
  readonly partial?: number;
}

/** Two files as a problem. */
export async function readMeasures(
  [sourcePath, targetPath]: readonly [string, string],
  options: ReadingOptions & MassOptions,
  note: (text: string) => void,
): Promise<MeasuresProblem> {
  const paths = [sourcePath, targetPath];
  let source = await readSide(sourcePath, paths, 0, options, note);
  let target = await readSide(targetPath, paths, 1, options, note);
  const grids = [source, target].filter(({ measure }) => measure.kind === "grid").length;
  if (grids === 0 && (options.size !== undefined || options.invert))
    throw new UsageError(
      `--${options.invert ? "invert" : "size"} is for images, and these files hold points.`,
      "Leave it out.",
    );
  const [d, e] = [dimensionOf(source.measure), dimensionOf(target.measure)];
  if (d !== e)
    throw new UsageError(
      `${source.name} has ${d} coordinates a point, ${target.name} has ${e}.`,
      "Name those that belong together: --columns x,y.",
    );
  const [left, right] = [massOf(source.measure), massOf(target.measure)];
  if ((options.mass ?? (grids > 0 ? "normalize" : "keep")) === "normalize") {
    source = { ...source, measure: normalize(source.measure) };
    target = { ...target, measure: normalize(target.measure) };
    if (Math.abs(left - 1) > 1e-9 || Math.abs(right - 1) > 1e-9)
      note(
        `Masses ${left.toPrecision(6)} and ${right.toPrecision(6)} are scaled to 1 (--mass keep leaves them alone).`,
      );
  } else if (
    options.unbalanced === undefined &&
    options.partial === undefined &&
    !(Math.abs(left - right) <= massTolerance * Math.max(left, right))
  )
    throw new UsageError(
      `${source.name} weighs ${left}, ${target.name} weighs ${right}.`,
      "Pass --mass normalize to scale both to mass 1, or correct the weights.",
    );
  return { kind: "measures", source, target };
}

/** A cost matrix with weights as a problem. */
export async function readCost(
  paths: { readonly cost: string; readonly a?: string; readonly b?: string },
  options: { readonly format?: ReadOptions["format"]; readonly mass?: "normalize" | "keep" },
): Promise<CostProblem> {
  const settings = (path: string): ReadOptions =>
    path === "-" && options.format !== undefined ? { format: options.format } : {};
  const matrix = await readMatrix(await sourceOf(paths.cost), settings(paths.cost));
  const weights = async (path: string | undefined, count: number, what: string): Promise<Weights> => {
    if (path === undefined) return null;
    const vector = await readVector(await sourceOf(path), settings(path));
    if (vector.length !== count)
      throw new UsageError(
        `${shortName(path)} has ${vector.length} weights, ${shortName(paths.cost)} has ${count} ${what}.`,
        "Pass one weight for each.",
      );
    return options.mass === "normalize" ? normalize(histogram(vector, [count])).weights : vector;
  };
  const a = await weights(paths.a, matrix.rows, "rows");
  const b = await weights(paths.b, matrix.cols, "columns");
  return { kind: "cost", name: shortName(paths.cost), cost: matrix, a, b };
}

// monge barycenter: the mean of images on their grid, of clouds with points of its own, or the coordinates of an image among others.
import { encodePicture, readMeasure, writeFileAtomic, writeMatrix } from "@monge/io";
import { cost, type Histogram, type Matrix, type Measure, normalize, type PointCloud } from "monge";
import { barycenter, freeSupportBarycenter, wassersteinCoordinates } from "monge/barycenter";
import { isFinal } from "./answer.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { defaultSize, shortName } from "./input.ts";
import { answer, checkOut, type OutputOptions, shown } from "./pictureOutput.ts";
import { count, shortNumber } from "./plot/number.ts";

/** The options of `monge barycenter`, as the parser returns them. */
interface BarycenterCommandOptions extends OutputOptions {
  readonly shares?: readonly string[];
  readonly size?: number;
  readonly invert?: boolean;
  readonly points?: number;
  readonly epsilon?: number;
  readonly debiased?: boolean;
  readonly unbalanced?: number;
  readonly coordinatesOf?: string;
  readonly maxIterations?: number;
  readonly seed?: number;
}

/** Runs the command. */
export async function barycenterCommand(args: readonly unknown[], given: object): Promise<ExitCode> {
  const options = given as BarycenterCommandOptions;
  const paths = args.flat() as string[];
  await checkOut(options, /\.(png|csv|npy)$/i, ".png, .csv or .npy");
  const shares = readShares(options.shares, paths.length);
  const read = (path: string): Promise<Measure> =>
    readMeasure(path, { size: options.size ?? defaultSize, invert: options.invert });
  const measures = await Promise.all(paths.map(read));
  const grids = measures.filter((measure) => measure.kind === "grid");
  if (grids.length === 0) return ofClouds(measures as PointCloud[], shares, options);
  if (grids.length < measures.length)
    throw new UsageError("Some of the files are images, others hold points.", "Pass files of one kind.");
  const target = options.coordinatesOf === undefined ? [] : [await read(options.coordinatesOf)];
  const names = [...paths, ...(options.coordinatesOf === undefined ? [] : [options.coordinatesOf])];
  const [first] = grids;
  for (const [k, other] of [...grids, ...target].entries()) {
    if (other.kind === "grid" && `${other.shape}` === `${first.shape}`) continue;
    const shape = other.kind === "grid" ? other.shape.join(" × ") : "points";
    throw new UsageError(
      `${shortName(names[k])} has ${shape}, ${shortName(names[0])} has ${first.shape.join(" × ")} cells.`,
      "Crop the images to one shape.",
    );
  }
  return target.length > 0
    ? coordinates(grids, target[0] as Histogram, paths, options)
    : ofImages(grids, shares, options);
}

function readShares(list: readonly string[] | undefined, files: number): number[] | null {
  if (list === undefined) return null;
  const shares = list.map(Number);
  if (shares.length === files && shares.every((share) => share >= 0 && share < Infinity) && shares.some((s) => s > 0))
    return shares;
  throw new UsageError(`--shares ${list.join(",")} does not fit.`, `Give ${files} numbers of at least 0, not all 0.`);
}

async function ofImages(
  grids: readonly Histogram[],
  shares: number[] | null,
  options: BarycenterCommandOptions,
): Promise<ExitCode> {
  const { out, force, epsilon = 1, debiased, unbalanced, maxIterations = 10000 } = options;
  const [{ shape }] = grids;
  const inputs = grids.map((grid) => (unbalanced === undefined ? normalize(grid) : grid).weights);
  const result = await shown(options, (signal, onProgress) =>
    barycenter.async(inputs, cost.grid(shape), shares, {
      epsilon,
      debiased,
      unbalanced,
      tolerance: debiased ? 1e-5 : 1e-6,
      maxIterations,
      signal,
      onProgress,
    }),
  );
  const { weights, value, report } = result;
  if (out !== undefined) await write(out, weights, shape, force);
  const mass = weights.reduce((total, weight) => total + weight, 0);
  answer(
    options,
    {
      value,
      epsilon: result.epsilon,
      mass,
      shape,
      status: report.status,
      method: report.method,
      iterations: report.iterations,
      error: report.error,
      out,
    },
    String(value),
    [
      ["barycenter", `of ${grids.length} images, ${shape.join(" × ")} cells${out === undefined ? "" : `, in ${out}`}`],
      ["value", shortNumber(value, 9)],
      ["mass", shortNumber(mass, 6)],
      ["status", `${report.status}, ${count(report.iterations)} rounds, ${report.method}`],
    ],
  );
  return isFinal(report.status) ? exitCode.ok : exitCode.notConverged;
}

async function write(out: string, weights: Float64Array, shape: readonly number[], force?: boolean): Promise<void> {
  const [rows, cols] = shape.length === 2 ? shape : [1, weights.length];
  if (!/\.png$/i.test(out)) return writeMatrix(out, { data: weights, rows, cols }, { force });
  const most = weights.reduce((high, weight) => Math.max(high, weight), 0);
  const data = Uint8Array.from(weights, (weight) => Math.round((255 * weight) / most));
  await writeFileAtomic(out, await encodePicture({ data, width: cols, height: rows, channels: 1, max: 255 }), {
    force,
  });
}

async function ofClouds(
  clouds: readonly PointCloud[],
  shares: number[] | null,
  options: BarycenterCommandOptions,
): Promise<ExitCode> {
  const { out, force, points, epsilon, maxIterations = 10000, seed } = options;
  if (out !== undefined && /\.png$/i.test(out))
    throw new UsageError(`--out ${out} is a picture, and these are points.`, "Name it .csv or .npy.");
  for (const name of ["debiased", "unbalanced", "invert", "size", "coordinatesOf"] as const)
    if (options[name] !== undefined)
      throw new UsageError(
        `--${name === "coordinatesOf" ? "coordinates-of" : name} is for images, and these files hold points.`,
        "Leave it out.",
      );
  const { cloud, value, report } = await shown(options, (signal, onProgress) =>
    freeSupportBarycenter.async(clouds, shares, { size: points, epsilon, maxIterations, seed, signal, onProgress }),
  );
  const matrix: Matrix = {
    data: Float64Array.from(cloud.points.data),
    rows: cloud.points.rows,
    cols: cloud.points.cols,
  };
  if (out !== undefined) await writeMatrix(out, matrix, { force });
  answer(
    options,
    {
      value,
      points: Array.from({ length: matrix.rows }, (_, i) =>
        Array.from(matrix.data.subarray(i * matrix.cols, (i + 1) * matrix.cols)),
      ),
      status: report.status,
      method: report.method,
      iterations: report.iterations,
      out,
    },
    String(value),
    [
      ["barycenter", `of ${clouds.length} clouds, ${matrix.rows} points${out === undefined ? "" : `, in ${out}`}`],
      ["value", shortNumber(value, 9)],
      ["status", `${report.status}, ${count(report.iterations)} rounds, ${report.method}`],
    ],
  );
  return isFinal(report.status) || report.status === "stalled" ? exitCode.ok : exitCode.notConverged;
}

async function coordinates(
  grids: readonly Histogram[],
  image: Histogram,
  paths: readonly string[],
  options: BarycenterCommandOptions,
): Promise<ExitCode> {
  const { out, force, epsilon = 1, maxIterations } = options;
  const {
    weights,
    value,
    report,
    barycenter: nearest,
  } = await shown(options, (signal, onProgress) =>
    wassersteinCoordinates.async(
      normalize(image).weights,
      grids.map((grid) => normalize(grid).weights),
      cost.grid(image.shape),
      { epsilon, maxIterations, tolerance: 1e-4, signal, onProgress },
    ),
  );
  if (out !== undefined) await write(out, nearest, image.shape, force);
  answer(
    options,
    { weights: Array.from(weights), value, status: report.status, iterations: report.iterations, out },
    Array.from(weights).join(","),
    [
      ...paths.map((path, k) => [shortName(path), shortNumber(weights[k], 4)] as const),
      ["loss", shortNumber(value, 4)],
      ["status", `${report.status}, ${count(report.iterations)} steps`],
    ],
  );
  return isFinal(report.status) ? exitCode.ok : exitCode.notConverged;
}

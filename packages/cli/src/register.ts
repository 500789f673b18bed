// monge register: an image or a cloud laid upon another.
import { encodePicture, readMeasure, readPicture, writeFileAtomic, writeMatrix } from "@monge/io";
import type { Matrix, PointCloud } from "monge";
import { type RegisterOptions, type RegisterResult, register, registerPictures } from "monge/image";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { answer, checkOut, type OutputOptions, shown } from "./pictureOutput.ts";
import { shortNumber } from "./plot/number.ts";

/** The options of `monge register`, as the parser returns them. */
interface RegisterCommandOptions extends OutputOptions {
  readonly model?: RegisterOptions["model"];
  readonly mirror?: boolean;
  readonly invert?: boolean;
  readonly size?: number;
  readonly threshold?: number;
  readonly starts?: number;
  readonly seed?: number;
}

const isImage = (path: string): boolean => /\.(png|jpe?g|webp)$/i.test(path);

/** Runs the command. */
export async function registerCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as RegisterCommandOptions;
  const [movingPath, fixedPath] = args as [string, string];
  const { out, force, model, mirror, invert, size, threshold, starts, seed } = options;
  const images = isImage(movingPath);
  if (images !== isImage(fixedPath))
    throw new UsageError("One of the files is an image, the other is none.", "Pass two images, or two point clouds.");
  await checkOut(options, images ? /\.png$/i : /\.(csv|npy)$/i, images ? ".png" : ".csv or .npy");
  let result: RegisterResult;
  if (images) {
    const [moving, fixed] = [await readPicture(movingPath), await readPicture(fixedPath)];
    const aligned = await shown(options, (signal, onProgress) =>
      registerPictures.async(moving, fixed, {
        model,
        mirror,
        invert,
        size,
        threshold,
        starts,
        seed,
        signal,
        onProgress,
      }),
    );
    if (out !== undefined)
      await writeFileAtomic(out, await encodePicture(aligned.picture as Parameters<typeof encodePicture>[0]), {
        force,
      });
    result = aligned;
  } else {
    const [moving, fixed] = [await readMeasure(movingPath), await readMeasure(fixedPath)];
    if (moving.kind !== "points" || fixed.kind !== "points")
      throw new UsageError("These files hold no points.", "Pass two images, or two point clouds.");
    result = await shown(options, (signal, onProgress) =>
      register.async(moving as PointCloud, fixed as PointCloud, { model, mirror, starts, seed, signal, onProgress }),
    );
    const { data, rows, cols } = moving.points;
    const matrix: Matrix = { data: Float64Array.from(data), rows, cols };
    if (out !== undefined) await writeMatrix(out, result.apply(matrix), { force });
  }
  const { A, b, scale, angle, value, before, status, iterations } = result;
  const lines = Array.from({ length: A.rows }, (_, r) => Array.from(A.data.subarray(r * A.cols, (r + 1) * A.cols)));
  answer(options, { A: lines, b: Array.from(b), scale, angle, value, before, status, iterations, out }, String(value), [
    [
      "map",
      `y = A x + b, A = [${lines.map((row) => row.map((entry) => shortNumber(entry, 5)).join(", ")).join("; ")}]`,
    ],
    [
      "",
      `b = (${Array.from(b, (entry) => shortNumber(entry, 5)).join(", ")})${images ? ", pixels, x to the right, y down" : ""}`,
    ],
    ...(angle === null ? [] : [["turn", `${shortNumber(angle, 5)} degrees, scale ${shortNumber(scale, 5)}`] as const]),
    ["distance", `${shortNumber(Math.sqrt(before), 5)} before, ${shortNumber(Math.sqrt(Math.max(0, value)), 5)} after`],
    ["status", `${status}, ${iterations} rounds`],
  ]);
  return status === "converged" ? exitCode.ok : exitCode.notConverged;
}

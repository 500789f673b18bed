// Many images of one size: a folder of .png, .jpg, .webp or .dcm files in the order of their names, or a stack, .npy or .npz, count x height x width.
// Of an archive with several arrays one is named behind the path: images.npz#normal.
import type * as Fs from "node:fs/promises";
import type * as Path from "node:path";
import { type Matrix, OtError } from "monge";
import { assertFits } from "./limits.ts";
import { nodeModule } from "./nodeFile.ts";
import type { ImageOptions, ReadOptions } from "./options.ts";
import { readMeasure } from "./read.ts";

/** Images of one size. */
export interface ImageStack {
  /** count x (height * width), row-major; luma in [0, 1] from image files, the stored numbers from stacks. */
  readonly images: Matrix;
  readonly shape: readonly [height: number, width: number];
  /** File names, or `name#k` for the images of a stack. */
  readonly names: readonly string[];
}

const endings = [".png", ".jpg", ".jpeg", ".webp", ".dcm"];

/**
 * Reads a folder or a stack (Node). In a folder only hidden files (.name) are passed over; files without an ending are known by their
 * content.
 *
 * Throws `InvalidValue` (nothing to read, something that is no image, no mass), `InvalidShape` (images of several sizes, an array that is no stack), and what
 * `readMeasure` throws.
 */
export async function readImageStack(
  path: string,
  options: ImageOptions & Pick<ReadOptions, "maxBytes"> = {},
): Promise<ImageStack> {
  const fs = nodeModule<typeof Fs>("node:fs/promises", path);
  const folder = await fs.stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  return folder ? readFolder(fs, path, options) : readStack(path, options);
}

async function readFolder(
  fs: typeof Fs,
  path: string,
  options: ImageOptions & Pick<ReadOptions, "maxBytes">,
): Promise<ImageStack> {
  const { join } = nodeModule<typeof Path>("node:path", path);
  const names = (await fs.readdir(path)).filter((name) => name[0] !== ".").sort();
  const stray = names.find((name) => name.includes(".") && !endings.some((end) => name.toLowerCase().endsWith(end)));
  if (stray !== undefined) throw noImage(path, stray);
  if (names.length === 0) {
    throw new OtError("InvalidValue", `${path} holds no images.`, {
      argument: path,
      seen: 0,
      cure: `Put ${endings.join(", ")} files there, or name a stack (.npy, .npz).`,
    });
  }
  let shape: readonly [number, number] | null = null;
  let data = new Float64Array(0);
  for (const [k, name] of names.entries()) {
    const measure = await readMeasure(join(path, name), options);
    if (measure.kind !== "grid" || measure.shape.length !== 2) throw noImage(path, name);
    const [height, width] = measure.shape;
    if (shape === null) {
      shape = [height, width];
      assertFits(path, 8 * names.length * height * width, options.maxBytes);
      data = new Float64Array(names.length * height * width);
    }
    if (height !== shape[0] || width !== shape[1]) {
      throw new OtError(
        "InvalidShape",
        `${join(path, name)} has ${height} x ${width} pixels, ${names[0]} has ${shape.join(" x ")}.`,
        { argument: path, seen: [height, width], cure: "Bring all images to one size, or crop them alike." },
      );
    }
    data.set(measure.weights, k * height * width);
  }
  const [height, width] = shape as readonly [number, number];
  return { images: { data, rows: names.length, cols: height * width }, shape: [height, width], names };
}

function noImage(path: string, name: string): OtError {
  return new OtError("InvalidValue", `${path} holds ${name}, which is no image.`, {
    argument: path,
    seen: name,
    cure: `Keep only ${endings.join(", ")} files there.`,
  });
}

async function readStack(path: string, options: Pick<ReadOptions, "maxBytes">): Promise<ImageStack> {
  const at = path.lastIndexOf("#");
  const file = at < 0 ? path : path.slice(0, at);
  const entry = at < 0 ? {} : { entry: path.slice(at + 1) };
  const measure = await readMeasure(file, { ...options, ...entry, as: "grid" });
  const shape = measure.kind === "grid" ? measure.shape : [];
  if (shape.length !== 3) {
    throw new OtError("InvalidShape", `${path} is an array of ${shape.length} axes.`, {
      argument: path,
      seen: shape,
      cure: "Save a stack of grey images, count x height x width, or name a folder of images.",
    });
  }
  const [count, height, width] = shape;
  return {
    images: { data: measure.weights, rows: count, cols: height * width },
    shape: [height, width],
    names: Array.from({ length: count }, (_, k) => `${file.split(/[\\/]/).pop()}#${k}`),
  };
}

// Pictures with their channels, from folders, images and stacks: samples in [-1, 1], black -1, white 1, channel after channel.
// Whole numbers are scaled by the range of their type, other numbers taken from [0, 1] or, where one is negative, from [-1, 1].
import type * as Fs from "node:fs/promises";
import { OtError } from "monge";
import type { Bytes } from "./bytes.ts";
import { lumas, type Pixels } from "./density.ts";
import { detectFormat } from "./format.ts";
import { readIdxHeader, readIdxItems } from "./idx.ts";
import { fileError, nodeModule } from "./nodeFile.ts";
import type { ReadOptions } from "./options.ts";
import { type Source, withBytes } from "./source.ts";

/** A picture of `monge/potential`: sample (c, i, j) is `data[(c * height + i) * width + j]`. */
export interface Picture {
  readonly data: Float32Array;
  readonly shape: readonly [channels: number, height: number, width: number];
  /** Where it comes from, for errors. */
  readonly name?: string;
}

/** How pictures are read. */
export interface PictureOptions extends Pick<ReadOptions, "format" | "entry" | "maxBytes"> {
  /** `"grey"`: one channel, the luma; `"colour"`: three. Default: one where all of a picture's are equal, three otherwise. */
  readonly channels?: "grey" | "colour";
  /** What is black and what is white in a stack of numbers. Default: by type, as above. Samples may then lie beyond. */
  readonly range?: readonly [black: number, white: number];
  /** Read this many at most, from the first. Default: all. */
  readonly limit?: number;
}

/** Endings of files that are read from folders; all others are left alone. */
const endings = /\.(png|jpe?g|webp|dcm|npy|npz|idx)$|-ubyte$/i;

/**
 * Reads a folder (its pictures by name, without folders inside), an image (`.png .jpg .webp .dcm`), or a stack: `.npy` or `.npz` of shape
 * [height, width], [n, height, width], [n, height, width, 1 or 3] or [n, 1 or 3, height, width], or IDX images. Transparent pixels lie on
 * black. Each picture has a name for errors.
 *
 * Throws `OtError`: `InvalidValue` (nothing there, an empty folder, NaN, numbers beyond the range), `InvalidShape` (no stack),
 * `CorruptFile`, `Unsupported`, `OutOfMemory`.
 */
export async function readPictures(source: Source, options: PictureOptions = {}): Promise<Picture[]> {
  const files = typeof source === "string" ? await folderFiles(source) : null;
  if (files === null) return readFile(source, options);
  const list: Picture[] = [];
  for (const file of files) {
    const left = (options.limit ?? Infinity) - list.length;
    if (left <= 0) break;
    list.push(...(await readFile(file, { ...options, limit: left })));
  }
  return list;
}

/** The pictures of a folder, or `null` where `path` is none. */
async function folderFiles(path: string): Promise<string[] | null> {
  if (path === "-" || path === "") return null;
  const fs = nodeModule<typeof Fs>("node:fs/promises", path);
  try {
    if (!(await fs.stat(path)).isDirectory()) return null;
    const names = (await fs.readdir(path)).filter((name) => endings.test(name) && !name.startsWith("."));
    if (names.length > 0) return names.sort().map((name) => `${path.replace(/\/$/, "")}/${name}`);
  } catch (error) {
    throw fileError(path, error, "read");
  }
  throw new OtError("InvalidValue", `The folder ${path} holds no pictures.`, {
    argument: path,
    seen: 0,
    cure: "Put .png, .jpg, .webp, .dcm, .npy, .npz or IDX files into it.",
  });
}

function readFile(source: Source, options: PictureOptions): Promise<Picture[]> {
  return withBytes(source, options.maxBytes, async (bytes) => {
    const { name: format, reader } = await detectFormat(bytes, options.format);
    if (reader.pixels !== undefined) return [planes(await reader.pixels(bytes, options), bytes.name, options)];
    const limit = options.limit ?? Infinity;
    if (format === "idx") return stack(await idxStack(bytes, options), bytes.name, options, limit);
    if (format === "npy" || format === "npz") {
      const { data, shape, dtype } = await reader.read(bytes, options);
      return stack({ data, shape, dtype }, bytes.name, options, limit);
    }
    throw new OtError("Unsupported", `${bytes.name} is ${format}, and holds no pictures.`, {
      argument: bytes.name,
      seen: format,
      cure: "Use images, .npy, .npz or IDX files.",
    });
  });
}

interface Stack {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly dtype: string;
}

async function idxStack(bytes: Bytes, options: PictureOptions): Promise<Stack> {
  const { shape } = await readIdxHeader(bytes);
  return readIdxItems(bytes, { count: Math.min(shape[0], options.limit ?? Infinity), maxBytes: options.maxBytes });
}

function stack({ data, shape, dtype }: Stack, file: string, options: PictureOptions, limit: number): Picture[] {
  const [count, first, second, last] =
    shape.length === 2 ? [1, ...shape, 1] : shape.length === 3 ? [...shape, 1] : shape;
  const isLast = last === 1 || last === 3;
  if (shape.length < 2 || shape.length > 4 || data.length === 0 || !(isLast || first === 1 || first === 3)) {
    throw new OtError("InvalidShape", `${file} of shape ${shape.join(" x ")} is no stack of pictures.`, {
      argument: file,
      seen: [...shape],
      cure: "Store [n, height, width], with 1 or 3 channels in front or behind where there are any.",
    });
  }
  const [channels, height, width] = isLast ? [last, first, second] : [first, second, last];
  const [black, white] = options.range ?? rangeOf(data, dtype, file);
  const pixels = height * width;
  return Array.from({ length: Math.min(count, limit) }, (_, k) => {
    const name = count === 1 ? file : `${file} [${k}]`;
    const samples = Float64Array.from({ length: channels * pixels }, (_, at) => {
      const begin = k * channels * pixels;
      const from = isLast ? (at % pixels) * channels + Math.floor(at / pixels) : at;
      return (data[begin + from] - black) / (white - black);
    });
    return picture(samples, channels, height, width, name, options);
  });
}

function rangeOf(data: ArrayLike<number>, dtype: string, file: string): readonly [number, number] {
  const bits = /^u?int(8|16)$/.exec(dtype);
  if (bits !== null && dtype.startsWith("u")) return [0, 2 ** Number(bits[1]) - 1];
  let low = 0;
  let high = 0;
  for (let k = 0; k < data.length; k++) {
    low = Math.min(low, data[k]);
    high = Math.max(high, data[k]);
  }
  // NaN is found, with its place, where samples are checked.
  if (!(low < -1 || high > 1)) return low < 0 ? [-1, 1] : [0, 1];
  throw new OtError("InvalidValue", `${file} holds numbers from ${low} to ${high}, of type ${dtype}.`, {
    argument: "options.range",
    seen: [low, high],
    cure: "Say what is black and what is white: range [0, 255], say.",
  });
}

/** Interleaved pixels as planes. */
function planes(pixels: Pixels, name: string, options: PictureOptions): Picture {
  const { data, width, height, channels, max } = pixels;
  const grey = channels < 3 || options.channels === "grey";
  if (grey) return picture(lumas(pixels, {}), 1, height, width, name, options);
  const samples = new Float64Array(3 * width * height);
  for (let k = 0; k < width * height; k++) {
    const alpha = channels === 4 ? data[4 * k + 3] / max : 1;
    for (let c = 0; c < 3; c++) samples[c * width * height + k] = (alpha * data[channels * k + c]) / max;
  }
  return picture(samples, 3, height, width, name, options);
}

/** From [0, 1] to [-1, 1], with the channels asked for. */
function picture(
  samples: Float64Array,
  channels: number,
  height: number,
  width: number,
  name: string,
  options: PictureOptions,
): Picture {
  const pixels = height * width;
  const wanted = options.channels === "grey" ? 1 : options.channels === "colour" ? 3 : null;
  const equal = channels === 3 && samples.subarray(0, 2 * pixels).every((value, k) => value === samples[k + pixels]);
  const kept = wanted ?? (equal ? 1 : channels);
  const data = new Float32Array(kept * pixels);
  for (let k = 0; k < data.length; k++) {
    const at = k % pixels;
    const value =
      kept === channels || channels === 1 || equal
        ? samples[channels === 1 || equal ? at : k]
        : 0.2126 * samples[at] + 0.7152 * samples[at + pixels] + 0.0722 * samples[at + 2 * pixels];
    if (!Number.isFinite(value)) {
      throw new OtError(
        "InvalidValue",
        `${name} holds ${value} at row ${Math.floor(at / width)}, column ${at % width}.`,
        {
          argument: name,
          seen: value,
          cure: "Replace or leave out what is no number.",
        },
      );
    }
    data[k] = 2 * value - 1;
  }
  return { data, shape: [kept, height, width], name };
}

// From files to pictures and back, as the commands of w1 need them.
import { mkdir, stat } from "node:fs/promises";
import { assertWritable, encodeNpy, type PictureOptions, readPictures, writeFileAtomic } from "@monge/io";
import { type Picture, pictureMatrix } from "monge/potential";
import { UsageError } from "./exit.ts";
import { shortName, sourceOf } from "./input.ts";
import { encodePng } from "./plot/png.ts";

/** The options that concern reading, as the parser returns them. */
export interface W1ReadingOptions {
  readonly channels?: "grey" | "colour";
  readonly range?: readonly number[];
  readonly limit?: number;
}

/** Reads a collection; one channel or three where `channels` says so. */
export async function readCollection(path: string, options: W1ReadingOptions, channels?: number): Promise<Picture[]> {
  const { range, limit } = options;
  if (limit === 0) throw new UsageError("--limit 0 leaves no picture.", "Use 1 or more.");
  if (range !== undefined && range[0] === range[1])
    throw new UsageError(`--range ${range.join(",")} has no width.`, "Use two different numbers.");
  const asked = options.channels ?? (channels === 1 ? "grey" : channels === 3 ? "colour" : undefined);
  const settings: PictureOptions = {
    ...(asked !== undefined && { channels: asked }),
    ...(range !== undefined && { range: [range[0], range[1]] as const }),
    ...(limit !== undefined && { limit }),
  };
  const list = await readPictures(await sourceOf(path), settings);
  return list.map((picture) => ({ ...picture, name: shortName(picture.name ?? path) }));
}

/** Samples in [-1, 1] as bytes, three a pixel. */
export function pictureBytes({ data, shape: [channels, height, width] }: Picture): Uint8Array {
  const pixels = height * width;
  return Uint8Array.from({ length: 3 * pixels }, (_, k) => {
    const value = data[(channels === 1 ? 0 : k % 3) * pixels + Math.floor(k / 3)];
    return Math.round(127.5 * (Math.min(1, Math.max(-1, value)) + 1));
  });
}

/** A picture as a PNG file. */
export function picturePng(picture: Picture): Uint8Array {
  return encodePng(pictureBytes(picture), picture.shape[1], picture.shape[2]);
}

/** Where pictures go: each file whole or not at all. */
export interface PictureOutput {
  readonly what: string;
  /** Throws where something is in the way, before anything is computed. */
  check(list: readonly Picture[]): Promise<void>;
  write(list: readonly Picture[]): Promise<void>;
}

/** `.png`, `.npy` (samples in [-1, 1], [n, channels, height, width]) or a folder of `.png` called like what they were made of. */
export function pictureOutput(path: string, force: boolean): PictureOutput {
  if (/\.npy$/i.test(path))
    return {
      what: "a stack",
      check: () => assertWritable(path, { force }),
      write: async (list) => {
        const points = pictureMatrix(list);
        await writeFileAtomic(path, encodeNpy(points.data, [points.rows, ...list[0].shape]), { force });
      },
    };
  if (/\.png$/i.test(path))
    return {
      what: "an image",
      check: async (list) => {
        if (list.length > 1)
          throw new UsageError(
            `${path} is one image, and there are ${list.length} pictures.`,
            "Name a folder or a .npy.",
          );
        await assertWritable(path, { force });
      },
      write: (list) => writeFileAtomic(path, picturePng(list[0]), { force }),
    };
  if (/\.\w{2,5}$/.test(path) && !/\.(w1|d)$/.test(path))
    throw new UsageError(`${path} ends in neither .png nor .npy.`, "Name an image (.png), a stack (.npy) or a folder.");
  return {
    what: "a folder",
    check: async (list) => {
      const status = await stat(path).catch(() => null);
      if (status === null) return;
      if (!status.isDirectory()) throw new UsageError(`${path} is a file.`, "Name a folder.");
      for (const name of fileNames(list)) await assertWritable(`${path}/${name}`, { force });
    },
    write: async (list) => {
      await mkdir(path, { recursive: true });
      const names = fileNames(list);
      for (const [k, picture] of list.entries())
        await writeFileAtomic(`${path}/${names[k]}`, picturePng(picture), { force });
    },
  };
}

function fileNames(list: readonly Picture[]): string[] {
  const digits = String(list.length - 1).length;
  const stems = list.map(({ name }, k) =>
    (name ?? String(k).padStart(digits, "0"))
      .replace(/\.\w+$/, "")
      .replace(/\.\w+ \[(\d+)\]$/, "-$1")
      .replace(/[^\w.-]+/g, "-"),
  );
  return stems.map((stem, k) => `${stems.indexOf(stem) === k ? stem : `${stem}-${k}`}.png`);
}

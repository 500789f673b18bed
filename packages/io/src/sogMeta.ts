// What a SOG scene consists of: its meta.json, checked, and its images, from a ZIP archive or from beside it.
import { isOtError } from "monge";
import { type Bytes, memory, readAll } from "./bytes.ts";
import { decodeCompressed } from "./compressedImage.ts";
import { assertFits, corrupt, unsupported } from "./limits.ts";
import { type SceneOptions, splatBytes } from "./splatScene.ts";
import { decodeText } from "./text.ts";
import { webpCanvas } from "./webp.ts";

/** Pixels, 4 bytes each. */
export type SogImage = ArrayLike<number>;

/** Reads a file that stands beside meta.json. */
export type Beside = (name: string) => Promise<Uint8Array>;

interface Part {
  readonly files: readonly string[];
  /** Bounds of each channel; empty where there is a code book. */
  readonly mins: readonly number[];
  readonly maxs: readonly number[];
  /** 256 numbers. */
  readonly codebook?: readonly number[];
}

export interface SogMeta {
  readonly version: 1 | 2;
  readonly count: number;
  readonly means: Part;
  readonly quats: Part;
  readonly scales: Part;
  readonly sh0: Part;
}

interface SogFiles {
  readonly meta: SogMeta;
  /** The pixels of an image, at least one a splat. */
  readonly image: (name: string) => Promise<SogImage>;
  /** Bytes that are taken besides the scene. */
  readonly working: number;
}

/** `beside` is asked where `bytes` are meta.json itself. */
export async function sogFiles(bytes: Bytes, options: SceneOptions, beside: Beside): Promise<SogFiles> {
  const file = await readAll(bytes, options.maxBytes);
  const zipped = file[0] === 0x50 && file[1] === 0x4b;
  const json = zipped ? (await unzip(file, bytes.name, ["meta.json"], options))["meta.json"] : file;
  if (json === undefined)
    throw unsupported(bytes.name, "is a ZIP archive without meta.json", file.length, "Pass a .sog file.");
  const meta = readMeta(decodeText(json, `${bytes.name}, meta.json`), bytes.name);
  assertFits(bytes.name, bytes.size + meta.count * splatBytes, options.maxBytes);
  const names = [...meta.means.files, ...meta.quats.files, ...meta.scales.files, ...meta.sh0.files];
  const packed: Record<string, Uint8Array> = Object.create(null);
  if (zipped) Object.assign(packed, await unzip(file, bytes.name, names, options));
  else for (const name of names) packed[name] = await beside(name);
  let working = bytes.size;
  for (const name of names) {
    const place = `${bytes.name}, ${name}`;
    if (packed[name] === undefined) throw corrupt(place, "is named in meta.json and is not there", name);
    const { width, height } = await webpCanvas(memory(place, packed[name]));
    if (width * height < meta.count)
      throw corrupt(place, `has ${width} x ${height} pixels for ${meta.count} splats`, width * height);
    working += packed[name].length + 4 * width * height;
    // The decoder holds its own copy of the picture at hand.
    assertFits(bytes.name, working + 4 * width * height + meta.count * splatBytes, options.maxBytes);
  }
  const image = async (name: string): Promise<SogImage> => {
    const pixels = await decodeCompressed(packed[name], "webp", `${bytes.name}, ${name}`, true);
    if (pixels.width * pixels.height >= meta.count) return pixels.data;
    throw corrupt(`${bytes.name}, ${name}`, "has other dimensions than its header promises", pixels.width);
  };
  return { meta, image, working };
}

/** DEFLATE cannot expand beyond 1032:1: a larger promise is refused. */
async function unzip(
  archive: Uint8Array,
  file: string,
  names: readonly string[],
  options: SceneOptions,
): Promise<Record<string, Uint8Array>> {
  const { unzipSync } = await import("fflate");
  let total = archive.length;
  const admit = (entry: { name: string; size: number; originalSize: number }): boolean => {
    if (!names.includes(entry.name)) return false;
    total += entry.originalSize;
    if (entry.originalSize > entry.size * 1032 + 64 || entry.size > archive.length)
      throw corrupt(file, `is broken: ${entry.name} cannot unpack to ${entry.originalSize} bytes`, entry.originalSize);
    assertFits(file, total, options.maxBytes);
    return true;
  };
  try {
    return unzipSync(archive, { filter: admit });
  } catch (error) {
    if (isOtError(error)) throw error;
    throw corrupt(file, `is no intact ZIP archive of ${archive.length} bytes`, archive.length, undefined, error);
  }
}

type Json = Readonly<Record<string, unknown>>;

function readMeta(text: string, file: string): SogMeta {
  const place = `${file}, meta.json`;
  let json: Json;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw corrupt(place, "is no JSON", text.slice(0, 40), undefined, error);
  }
  if (typeof json !== "object" || json === null) throw corrupt(place, "is no object", json);
  if (json.version !== undefined && json.version !== 2)
    throw unsupported(
      place,
      `is SOG of version ${String(json.version).slice(0, 20)}`,
      json.version,
      "Write it as version 2.",
    );
  const version = json.version === 2 ? 2 : 1;
  const part = (name: string, files: number, channels: number, coded: boolean): Part => {
    const value = json[name] as Json | undefined;
    if (typeof value !== "object" || value === null) throw corrupt(place, `has no ${name}`, value);
    const list = value.files;
    if (!Array.isArray(list) || list.length < files || !list.slice(0, files).every(isFileName))
      throw corrupt(place, `names no ${files} files in ${name}`, list);
    const numbers = (key: string, length: number): number[] => {
      const found = value[key];
      if (Array.isArray(found) && found.length >= length && found.every((each) => Number.isFinite(each))) return found;
      throw corrupt(place, `has no ${length} numbers in ${name}.${key}`, Array.isArray(found) ? found.length : found);
    };
    const names = list.slice(0, files);
    if (coded) return { files: names, mins: [], maxs: [], codebook: numbers("codebook", 256) };
    if (channels === 0) return { files: names, mins: [], maxs: [] };
    return { files: names, mins: numbers("mins", channels), maxs: numbers("maxs", channels) };
  };
  const shape = (json.means as { shape?: unknown } | undefined)?.shape;
  const count = version === 2 ? json.count : Array.isArray(shape) ? shape[0] : undefined;
  if (!Number.isSafeInteger(count) || (count as number) < 0) throw corrupt(place, "has no count of splats", count);
  return {
    version,
    count: count as number,
    means: part("means", 2, 3, false),
    quats: part("quats", 1, 0, false),
    scales: part("scales", 1, 3, version === 2),
    sh0: part("sh0", 1, 4, version === 2),
  };
}

/** A name in the same folder: meta.json must not lead anywhere else. */
function isFileName(name: unknown): name is string {
  return typeof name === "string" && /^[\w][\w.-]*$/.test(name);
}

// The public reader of Gaussian splats: finds out how a scene is stored and loads the reader of that format.
import { OtError } from "monge";
import type { Bytes } from "./bytes.ts";
import { readAll } from "./bytes.ts";
import { corrupt } from "./limits.ts";
import { type Source, withBytes } from "./source.ts";
import type { SceneFormat, SceneOptions, SplatScene } from "./splatScene.ts";

const formats: readonly SceneFormat[] = ["ply", "compressed-ply", "splat", "spz", "ksplat", "sog"];

/**
 * Reads a scene of Gaussian splats: `.ply` as trained, `.compressed.ply`, `.splat`, `.spz` (versions 2 to 4), `.ksplat`, `.sog` or its
 * unpacked `meta.json`. Axes and units are those of the file; harmonics beyond the zeroth band are passed over.
 *
 * Throws `OtError`: `CorruptFile` (cut, with the byte; broken), `InvalidValue` (NaN, infinite, negative scales, unless dropped),
 * `InvalidShape` (no splat), `Unsupported` (another format or version), `OutOfMemory` (found before allocating).
 */
export async function readScene(source: Source, options: SceneOptions = {}): Promise<SplatScene> {
  if (options.invalid !== undefined && options.invalid !== "refuse" && options.invalid !== "drop")
    throw unknownOption("options.invalid", options.invalid, '"refuse" or "drop"');
  return withBytes(source, options.maxBytes, async (bytes) => {
    const format = await detect(bytes, options.format);
    switch (format) {
      case "ply":
      case "compressed-ply":
        return (await import("./splatPly.ts")).readSplatPly(bytes, options);
      case "splat":
        return (await import("./splatFlat.ts")).readFlatSplats(bytes, options);
      case "spz":
        return (await import("./spz.ts")).readSpz(bytes, options);
      case "ksplat":
        return (await import("./ksplat.ts")).readKsplat(bytes, options);
      case "sog":
        return (await import("./sog.ts")).readSog(bytes, options, (name) => beside(source, name, options));
    }
  });
}

async function detect(bytes: Bytes, asked: SceneFormat | undefined): Promise<SceneFormat> {
  if (asked !== undefined) {
    if (formats.includes(asked)) return asked;
    throw unknownOption("options.format", asked, `one of ${formats.join(", ")}`);
  }
  if (bytes.size === 0) throw corrupt(bytes.name, "is empty", 0, "Check what wrote it.");
  const head = await bytes.read(0, Math.min(bytes.size, 4));
  const text = String.fromCharCode(...head);
  if (text.startsWith("ply")) return "ply";
  if (text.startsWith("\x1f\x8b") || text === "NGSP") return "spz";
  if (text.startsWith("PK")) return "sog";
  const name = bytes.name.toLowerCase();
  if (name.endsWith(".ksplat")) return "ksplat";
  if (name.endsWith(".splat")) return "splat";
  if (name.endsWith("meta.json")) return "sog";
  throw new OtError("Unsupported", `${bytes.name} is in none of the known formats of splats.`, {
    argument: bytes.name,
    seen: Array.from(head),
    cure: `Convert it to one of ${formats.join(", ")}, or name its format in options.format.`,
  });
}

/** A file in the folder of a path, or among the files that came with the bytes. */
async function beside(source: Source, name: string, options: SceneOptions): Promise<Uint8Array> {
  const given = options.files?.find((file) => file.name === name);
  const path =
    typeof source === "string" && source !== "-"
      ? source.replace(/[^/\\]*$/, "") + name
      : source instanceof URL
        ? new URL(name, source)
        : undefined;
  const found = given ?? path;
  if (found === undefined) {
    throw new OtError("InvalidValue", `${name} is named in meta.json and was not passed.`, {
      argument: "options.files",
      seen: options.files?.map((file) => file.name) ?? [],
      cure: "Pass the images beside meta.json in options.files, or the path of meta.json.",
    });
  }
  return withBytes(found, options.maxBytes, (bytes) => readAll(bytes, options.maxBytes));
}

function unknownOption(argument: string, seen: unknown, allowed: string): OtError {
  return new OtError("InvalidValue", `${argument} is ${JSON.stringify(seen)}.`, {
    argument,
    seen,
    cure: `Use ${allowed}.`,
  });
}

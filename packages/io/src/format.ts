// The table of formats: how each is recognised, and the module that reads it, imported on first use.
import { OtError } from "monge";
import type { Bytes } from "./bytes.ts";
import { type FormatName, formatNames } from "./formatName.ts";
import type { Reader } from "./reader.ts";

interface Format {
  readonly name: FormatName;
  readonly endings: readonly string[];
  /** Whether the first bytes are those of this format; absent where they prove nothing. */
  readonly begins?: (head: Uint8Array) => boolean;
  readonly load: () => Promise<Reader>;
}

const formats: readonly Format[] = [
  {
    name: "npy",
    endings: [".npy"],
    begins: (head) => starts(head, "\x93NUMPY"),
    load: async () => (await import("./npy.ts")).npyReader,
  },
  {
    name: "npz",
    endings: [".npz"],
    begins: (head) => starts(head, "PK\x03\x04") || starts(head, "PK\x05\x06"),
    load: async () => (await import("./npz.ts")).npzReader,
  },
  {
    name: "ply",
    endings: [".ply"],
    begins: (head) => starts(head, "ply\n") || starts(head, "ply\r"),
    load: async () => (await import("./ply.ts")).plyReader,
  },
  {
    name: "png",
    endings: [".png"],
    begins: (head) => starts(head, "\x89PNG\r\n\x1a\n"),
    load: async () => (await import("./png.ts")).pngReader,
  },
  {
    name: "jpeg",
    endings: [".jpg", ".jpeg"],
    begins: (head) => starts(head, "\xff\xd8\xff"),
    load: async () => (await import("./jpeg.ts")).jpegReader,
  },
  {
    name: "webp",
    endings: [".webp"],
    begins: (head) => starts(head, "RIFF") && starts(head.subarray(8), "WEBP"),
    load: async () => (await import("./webp.ts")).webpReader,
  },
  {
    name: "dicom",
    endings: [".dcm", ".dicom"],
    begins: (head) => starts(head.subarray(128), "DICM"),
    load: async () => (await import("./dicom.ts")).dicomReader,
  },
  {
    name: "idx",
    endings: ["-ubyte", ".idx"],
    // 0 0 type rank: short enough to occur in other files, long enough to be no text.
    begins: (head) => head[0] === 0 && head[1] === 0 && head[2] >= 8 && head[2] <= 14 && head[3] >= 1 && head[3] <= 8,
    load: async () => (await import("./idxReader.ts")).idxReader,
  },
  {
    name: "csv",
    endings: [".csv", ".tsv", ".txt", ".dat", ".xyz"],
    load: async () => (await import("./csv.ts")).csvReader,
  },
];

/** The format of a file, by `asked`, else by its content, else by its name. */
export async function detectFormat(
  bytes: Bytes,
  asked: FormatName | undefined,
): Promise<{ name: FormatName; reader: Reader }> {
  if (asked !== undefined) {
    const format = formats.find((candidate) => candidate.name === asked);
    if (format !== undefined) return { name: format.name, reader: await format.load() };
    throw new OtError("InvalidValue", `options.format is ${JSON.stringify(asked)}.`, {
      argument: "options.format",
      seen: asked,
      cure: `Use one of ${formatNames.join(", ")}.`,
    });
  }
  if (bytes.size === 0) {
    throw new OtError("CorruptFile", `${bytes.name} is empty.`, {
      argument: bytes.name,
      seen: 0,
      cure: "Check what wrote it.",
    });
  }
  const head = await bytes.read(0, Math.min(bytes.size, 512));
  const lower = bytes.name.toLowerCase();
  const named = formats.find((format) => format.endings.some((ending) => lower.endsWith(ending)));
  const format =
    formats.find((candidate) => candidate.begins?.(head)) ?? named ?? (looksLikeText(head) ? csv() : undefined);
  if (format === undefined) {
    throw new OtError("Unsupported", `${bytes.name} is in none of the known formats.`, {
      argument: bytes.name,
      seen: Array.from(head.subarray(0, 8)),
      cure: `Convert it to one of ${formatNames.join(", ")}.`,
    });
  }
  return { name: format.name, reader: await format.load() };
}

const csv = (): Format => formats[formats.length - 1];

function starts(head: Uint8Array, magic: string): boolean {
  if (head.length < magic.length) return false;
  for (let i = 0; i < magic.length; i++) if (head[i] !== magic.charCodeAt(i)) return false;
  return true;
}

/** No control characters but blanks, or the byte order mark of UTF-16. */
function looksLikeText(head: Uint8Array): boolean {
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) return true;
  return head.every((byte) => byte >= 32 || byte === 9 || byte === 10 || byte === 13);
}

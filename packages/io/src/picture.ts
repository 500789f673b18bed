// Pictures with their colours, in and out: PNG of 8 or 16 bits, JPEG and WebP in; PNG and animated PNG out.
// Animation: APNG 1.0 (W3C PNG specification, third edition, section 11.3.2): frames are PNG images whose scanlines move into chunks of their own.
import { OtError } from "monge";
import { type FileOptions, writeFileAtomic } from "./atomicFile.ts";
import { detectFormat } from "./format.ts";
import { unsupported } from "./limits.ts";
import type { ReadOptions } from "./options.ts";
import { essentialChunks } from "./pngChunks.ts";
import { crc32 } from "./pngCrc.ts";
import { type Source, withBytes } from "./source.ts";

/** Samples in [0, max], interleaved, rows from the top; the `Picture` of `monge/image`. */
export interface ColorPicture {
  readonly data: Uint8Array | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA. */
  readonly channels: 1 | 2 | 3 | 4;
  /** 255 or 65535. */
  readonly max: number;
}

/**
 * Reads the colours of a `.png .jpg .webp .dcm` image as they are stored: 16-bit PNG and grey DICOM (windowed) have 16 bits, all else 8. JPEG has no alpha: RGB.
 *
 * Throws `OtError`: `InvalidValue` (no such file), `CorruptFile`, `Unsupported` (no image), `OutOfMemory` (more than `maxBytes`, found before
 * allocating).
 */
export async function readPicture(
  source: Source,
  options: Pick<ReadOptions, "format" | "maxBytes"> = {},
): Promise<ColorPicture> {
  return withBytes(source, options.maxBytes, async (bytes) => {
    const { name, reader } = await detectFormat(bytes, options.format);
    if (reader.pixels === undefined)
      throw unsupported(bytes.name, "holds no colours", name, "Pass a .png, .jpg or .webp image.");
    const { data, width, height, channels, max } = await reader.pixels(bytes, options);
    // Few bits become eight; the decoder of JPEG adds an alpha of its own.
    const scale = max < 255 ? 255 / max : 1;
    const kept = name === "jpeg" ? 3 : channels;
    const wide = max > 255;
    const count = width * height;
    if (kept === channels && scale === 1 && (wide ? data instanceof Uint16Array : data instanceof Uint8Array))
      return { data: data as Uint8Array, width, height, channels: kept as 3, max };
    const out = wide ? new Uint16Array(count * kept) : new Uint8Array(count * kept);
    for (let i = 0; i < count; i++)
      for (let c = 0; c < kept; c++) out[i * kept + c] = Math.round(scale * data[i * channels + c]);
    return { data: out, width, height, channels: kept as 3, max: wide ? max : 255 };
  });
}

/** A picture as a PNG file: of 16 bits where `max` is 65535, else of 8. Throws `InvalidShape`, `InvalidValue`. */
export async function encodePicture(picture: ColorPicture): Promise<Uint8Array> {
  const { data, width, height, channels, max } = requirePicture(picture, "picture");
  const { encode } = await import("fast-png");
  return encode({ data, width, height, channels, depth: max > 255 ? 16 : 8 });
}

/** Writes a PNG file, whole or not at all. Errors as for `writeFileAtomic`. */
export async function writePicture(path: string, picture: ColorPicture, options: FileOptions = {}): Promise<void> {
  await writeFileAtomic(path, await encodePicture(picture), options);
}

/** Options of {@link encodeAnimation}. */
export interface AnimationOptions {
  /** Milliseconds of each frame, in [1, 65535]; default 80. */
  readonly delayMs?: number;
  /** Rounds; default 0: for ever. */
  readonly plays?: number;
}

/** Frames of one size, depth and number of channels as an animated PNG. Throws `InvalidShape`, `InvalidValue`. */
export async function encodeAnimation(
  frames: readonly ColorPicture[],
  { delayMs = 80, plays = 0 }: AnimationOptions = {},
): Promise<Uint8Array> {
  const [first] = frames;
  if (first === undefined || !(delayMs >= 1 && delayMs <= 65535)) {
    throw new OtError("InvalidValue", `${frames.length} frames of ${delayMs} ms make no animation.`, {
      argument: first === undefined ? "frames" : "options.delayMs",
      seen: first === undefined ? frames.length : delayMs,
      cure: "Pass at least one frame, and 1 to 65535 milliseconds.",
    });
  }
  const parts: Uint8Array[] = [];
  let sequence = 0;
  const chunk = (kind: string, ...pieces: readonly Uint8Array[]): void => {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const out = new Uint8Array(12 + length);
    const view = new DataView(out.buffer);
    view.setUint32(0, length);
    for (let k = 0; k < 4; k++) out[4 + k] = kind.charCodeAt(k);
    let at = 8;
    for (const piece of pieces) {
      out.set(piece, at);
      at += piece.length;
    }
    view.setUint32(at, crc32(out.subarray(4, at)));
    parts.push(out);
  };
  const numbers = (...values: readonly number[]): Uint8Array => {
    const out = new Uint8Array(4 * values.length);
    values.forEach((value, k) => new DataView(out.buffer).setUint32(4 * k, value));
    return out;
  };
  for (const [k, frame] of frames.entries()) {
    if (
      frame.width !== first.width ||
      frame.height !== first.height ||
      frame.channels !== first.channels ||
      frame.max !== first.max
    ) {
      throw new OtError("InvalidShape", `Frame ${k} is not like frame 0.`, {
        argument: "frames",
        seen: [frame.width, frame.height, frame.channels, frame.max],
        cure: "Pass frames of one size, depth and number of channels.",
      });
    }
    const { png, scanlines } = essentialChunks(await encodePicture(frame), `frame ${k}`);
    if (k === 0) {
      parts.push(png.subarray(0, 33));
      chunk("acTL", numbers(frames.length, plays));
    }
    const delay = Uint8Array.of(delayMs >> 8, delayMs & 255, 1000 >> 8, 1000 & 255, 0, 0);
    chunk("fcTL", numbers(sequence++, frame.width, frame.height, 0, 0), delay);
    for (const part of scanlines) {
      if (k === 0) chunk("IDAT", part);
      else chunk("fdAT", numbers(sequence++), part);
    }
  }
  chunk("IEND");
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function requirePicture(picture: ColorPicture, argument: string): ColorPicture {
  const { data, width, height, channels, max } = picture;
  const fits = data.length === width * height * channels && data.length > 0;
  if (fits && (max === 65535 ? data instanceof Uint16Array : max === 255 && !(data instanceof Uint16Array)))
    return picture;
  throw new OtError("InvalidShape", `${argument} has ${data.length} samples up to ${max}.`, {
    argument,
    seen: data.length,
    cure: "Pass width * height * channels samples: bytes with max 255, or a Uint16Array with max 65535.",
  });
}

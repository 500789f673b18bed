// PNG images through fast-png, 1 to 16 bits, grey, colour, palette, alpha, interlaced.
// Dimensions, checksums and the inflated size are proved first: the decoder trusts them.
import { isOtError } from "monge";
import { type Bytes, readAll } from "./bytes.ts";
import { densityTable, type Pixels } from "./density.ts";
import { assertFits, corrupt } from "./limits.ts";
import type { ParseOptions } from "./options.ts";
import { essentialChunks, type PngHeader, pngChannels, pngRawSize, readPngHeader } from "./pngChunks.ts";
import type { Peek, Reader } from "./reader.ts";
import type { Table } from "./table.ts";

export const pngReader: Reader = {
  async read(bytes: Bytes, options: ParseOptions): Promise<Table> {
    return densityTable(await decoded(bytes, options), dtypeOf(await head(bytes)), options);
  },
  pixels: decoded,
  async peek(bytes: Bytes): Promise<Peek> {
    const header = await head(bytes);
    return { kind: "grid", shape: [header.height, header.width], dtype: dtypeOf(header), weights: null };
  },
};

async function decoded(bytes: Bytes, options: ParseOptions): Promise<Pixels> {
  const header = await head(bytes);
  const raw = pngRawSize(header);
  if (raw > bytes.size * 1032) {
    throw corrupt(bytes.name, `promises ${header.width} x ${header.height} pixels in ${bytes.size} bytes`, raw);
  }
  assertFits(bytes.name, bytes.size + 3 * raw + header.width * header.height * 20, options.maxBytes);
  const { png, scanlines } = essentialChunks(await readAll(bytes, options.maxBytes), bytes.name);
  await proveInflatedSize(scanlines, raw, bytes.name);
  const { decode } = await import("fast-png");
  try {
    return pixels(decode(png, { checkCrc: true }), header);
  } catch (error) {
    if (isOtError(error)) throw error;
    throw corrupt(bytes.name, "is a broken PNG image", bytes.size, undefined, error);
  }
}

async function head(bytes: Bytes): Promise<PngHeader> {
  return readPngHeader(await bytes.read(0, Math.min(33, bytes.size)), bytes.name);
}

function dtypeOf(header: PngHeader): string {
  return header.depth === 16 ? "uint16" : header.depth === 8 ? "uint8" : `uint${header.depth}`;
}

/** Inflates in pieces of 16 kB (16 MB at most once inflated) and keeps nothing: a bomb stops at the promised size. */
async function proveInflatedSize(scanlines: readonly Uint8Array[], raw: number, name: string): Promise<void> {
  const { Unzlib } = await import("fflate");
  let inflated = 0;
  const stream = new Unzlib((piece) => {
    inflated += piece.length;
  });
  try {
    for (const part of scanlines) {
      for (let at = 0; at < part.length && inflated <= raw; at += 16384) stream.push(part.subarray(at, at + 16384));
    }
    if (inflated <= raw) stream.push(new Uint8Array(0), true);
  } catch (error) {
    throw corrupt(name, "has broken or truncated pixels", inflated, undefined, error);
  }
  if (inflated !== raw)
    throw corrupt(name, `has ${inflated < raw ? "fewer" : "more"} pixels than its header promises`, inflated);
}

interface Decoded {
  readonly data: ArrayLike<number>;
  readonly palette?: readonly (readonly number[])[];
  readonly transparency?: ArrayLike<number>;
}

function pixels(decoded: Decoded, header: PngHeader): Pixels {
  const { width, height, depth } = header;
  const channels = pngChannels(header);
  const samples = depth < 8 ? unpacked(decoded.data, header) : decoded.data;
  const max = 2 ** depth - 1;
  if (header.colour === 3)
    return { data: coloured(samples, decoded.palette ?? []), width, height, channels: 4, max: 255 };
  if (decoded.transparency === undefined) return { data: samples, width, height, channels, max };
  return { data: keyed(samples, channels, decoded.transparency, max), width, height, channels: channels + 1, max };
}

/** Samples of less than a byte: rows begin at whole bytes, high bits first. */
function unpacked(data: ArrayLike<number>, { width, height, depth }: PngHeader): Uint8Array {
  const stride = Math.ceil((width * depth) / 8);
  const out = new Uint8Array(width * height);
  for (let i = 0, k = 0; i < height; i++) {
    for (let j = 0; j < width; j++) {
      const bit = j * depth;
      out[k++] = (data[i * stride + (bit >> 3)] >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
    }
  }
  return out;
}

function coloured(indices: ArrayLike<number>, palette: readonly (readonly number[])[]): Uint8Array {
  const out = new Uint8Array(indices.length * 4);
  for (let k = 0; k < indices.length; k++) {
    const colour = palette[indices[k]];
    if (colour === undefined) throw new RangeError(`colour ${indices[k]} of ${palette.length}`);
    out.set(colour.length === 4 ? colour : [...colour, 255], 4 * k);
  }
  return out;
}

/** One exact colour is transparent. */
function keyed(samples: ArrayLike<number>, channels: number, key: ArrayLike<number>, max: number): Uint16Array {
  const count = samples.length / channels;
  const out = new Uint16Array(count * (channels + 1));
  for (let i = 0; i < count; i++) {
    let same = true;
    for (let c = 0; c < channels; c++) {
      const sample = samples[i * channels + c];
      out[i * (channels + 1) + c] = sample;
      same &&= sample === key[c];
    }
    out[i * (channels + 1) + channels] = same ? 0 : max;
  }
  return out;
}

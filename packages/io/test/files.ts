// Small files of every format, built byte by byte from their specifications: independent of the readers under test.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { crc32, deflateSync } from "node:zlib";
import encodeJpegPixels, { init as initJpeg } from "@jsquash/jpeg/encode.js";
import encodeWebpPixels, { init as initWebp } from "@jsquash/webp/encode.js";

export function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

export function joined(...parts: (Uint8Array | string | number[])[]): Uint8Array {
  const bytes = parts.map((part) =>
    typeof part === "string" ? Uint8Array.from(part, (c) => c.charCodeAt(0)) : Uint8Array.from(part),
  );
  return new Uint8Array(bytes.flatMap((part) => [...part]));
}

/** `count` numbers written by a DataView setter. */
export function numbers(values: readonly number[], type: string, little: boolean): Uint8Array {
  const width = Number(type.slice(1));
  const view = new DataView(new ArrayBuffer(values.length * width));
  values.forEach((value, k) => {
    const at = k * width;
    if (type === "f8") view.setFloat64(at, value, little);
    else if (type === "f4") view.setFloat32(at, value, little);
    else if (type === "i8") view.setBigInt64(at, BigInt(value), little);
    else if (type === "u8") view.setBigUint64(at, BigInt(value), little);
    else if (type === "i4") view.setInt32(at, value, little);
    else if (type === "u4") view.setUint32(at, value, little);
    else if (type === "i2") view.setInt16(at, value, little);
    else if (type === "u2") view.setUint16(at, value, little);
    else if (type === "i1") view.setInt8(at, value);
    else view.setUint8(at, value);
  });
  return new Uint8Array(view.buffer);
}

/** A .npy file; `shape` is the text between the brackets. */
export function npyFile(descr: string, shape: string, data: Uint8Array, fortran = "False", version = 1): Uint8Array {
  const prefix = version === 1 ? 10 : 12;
  const body = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${shape}), }`;
  const header = `${body.padEnd(Math.ceil((prefix + body.length + 1) / 64) * 64 - prefix - 1)}\n`;
  const length = [header.length & 255, header.length >> 8, 0, 0].slice(0, prefix - 8);
  return joined("\x93NUMPY", [version, 0], length, header, data);
}

export interface PngParts {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  /** Scanlines, each with its filter byte. */
  readonly rows: Uint8Array | number[];
  readonly palette?: number[];
  readonly transparency?: number[];
  readonly extra?: Uint8Array;
}

export function pngChunk(type: string, data: Uint8Array): Uint8Array {
  const body = joined(type, data);
  return joined(numbers([data.length], "u4", false), body, numbers([crc32(body)], "u4", false));
}

export function pngFile(parts: PngParts): Uint8Array {
  const { width, height, depth, colour, rows, palette, transparency, extra } = parts;
  return joined(
    "\x89PNG\r\n\x1a\n",
    pngChunk("IHDR", joined(numbers([width, height], "u4", false), [depth, colour, 0, 0, 0])),
    extra ?? [],
    palette ? pngChunk("PLTE", Uint8Array.from(palette)) : [],
    transparency ? pngChunk("tRNS", Uint8Array.from(transparency)) : [],
    pngChunk("IDAT", deflateSync(Uint8Array.from(rows))),
    pngChunk("IEND", new Uint8Array(0)),
  );
}

export function idxFile(type: number, shape: readonly number[], data: Uint8Array): Uint8Array {
  return joined([0, 0, type, shape.length], numbers([...shape], "u4", false), data);
}

const require = createRequire(import.meta.url);

async function compiled(path: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(require.resolve(path)));
}

/** RGBA pixels of a smooth picture: v(row, col) in 0..255 for all three colours. */
export function greyPixels(
  height: number,
  width: number,
  v: (row: number, col: number) => number,
  alpha = 255,
): ImageData {
  const data = new Uint8ClampedArray(height * width * 4);
  for (let i = 0; i < height; i++) {
    for (let j = 0; j < width; j++) data.set([v(i, j), v(i, j), v(i, j), alpha], 4 * (i * width + j));
  }
  return { data, width, height, colorSpace: "srgb" } as ImageData;
}

export async function jpegFile(pixels: ImageData, options: { progressive?: boolean } = {}): Promise<Uint8Array> {
  await initJpeg(await compiled("@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm"));
  return new Uint8Array(await encodeJpegPixels(pixels, { quality: 95, ...options }));
}

export async function webpFile(pixels: ImageData, lossless: boolean): Promise<Uint8Array> {
  await initWebp(await compiled("@jsquash/webp/codec/enc/webp_enc_simd.wasm"));
  return new Uint8Array(await encodeWebpPixels(pixels, { lossless: lossless ? 1 : 0, exact: 1, quality: 95 }));
}

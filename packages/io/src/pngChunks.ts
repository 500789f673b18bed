// The chunks of a PNG file that carry its pixels, and the size that its header promises.
// Source: W3C PNG specification, sections 5 and 11. Checked before the decoder allocates.
import { corrupt } from "./limits.ts";

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 2, 4, 8, 16. */
  readonly depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey + alpha, 6 RGBA. */
  readonly colour: number;
  readonly interlaced: boolean;
}

const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const depthsOf: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Samples of a pixel. */
export function pngChannels(header: PngHeader): number {
  return channelsOf[header.colour];
}

/** The first 33 bytes: signature and IHDR. */
export function readPngHeader(head: Uint8Array, name: string): PngHeader {
  if (head.length < 33) throw corrupt(name, "is truncated: it ends within its header", head.length);
  if (tag(head, 1) !== "PNG\r" || tag(head, 12) !== "IHDR")
    throw corrupt(name, "does not begin like a PNG image", tag(head, 1));
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  const [depth, colour, compression, filter, interlace] = head.subarray(24, 29);
  const header = { width: view.getUint32(16), height: view.getUint32(20), depth, colour, interlaced: interlace === 1 };
  const legal = depthsOf[colour]?.includes(depth) && compression === 0 && filter === 0 && interlace <= 1;
  if (legal && header.width > 0 && header.height > 0 && view.getUint32(8) === 13) return header;
  throw corrupt(name, "has a broken PNG header", Array.from(head.subarray(16, 29)));
}

/** Bytes of the scanlines once inflated, one filter byte in front of each. */
export function pngRawSize(header: PngHeader): number {
  const bits = header.depth * pngChannels(header);
  const size = (width: number, height: number): number =>
    width > 0 ? height * (1 + Math.ceil((width * bits) / 8)) : 0;
  if (!header.interlaced) return size(header.width, header.height);
  return adam7.reduce(
    (sum, [x, y, dx, dy]) => sum + size(Math.ceil((header.width - x) / dx), Math.ceil((header.height - y) / dy)),
    0,
  );
}

/** Begin and step of each interlacing pass: x, y, dx, dy. */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * The file without its ancillary chunks (texts and colour profiles may be bombs of their own), and the parts of the compressed
 * scanlines. Throws `CorruptFile` where chunks do not follow each other up to IEND.
 */
export function essentialChunks(file: Uint8Array, name: string): { png: Uint8Array; scanlines: Uint8Array[] } {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const parts: Uint8Array[] = [file.subarray(0, 8)];
  const scanlines: Uint8Array[] = [];
  for (let at = 8; ; ) {
    if (at + 12 > file.length) throw corrupt(name, "is truncated: it ends before its IEND chunk", file.length);
    const length = view.getUint32(at);
    const type = tag(file, at + 4);
    const end = at + 12 + length;
    if (end > file.length) throw corrupt(name, `is truncated within its chunk ${JSON.stringify(type)}`, file.length);
    if (type === "IDAT") scanlines.push(file.subarray(at + 8, end - 4));
    if (["IHDR", "PLTE", "tRNS", "IDAT", "IEND"].includes(type)) parts.push(file.subarray(at, end));
    if (type === "IEND") break;
    at = end;
  }
  const png = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    png.set(part, offset);
    offset += part.length;
  }
  return { png, scanlines };
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

// WebP images: RIFF size and dimensions checked here, pixels by the canvas of a browser or libwebp in WebAssembly.
// Source: WebP container specification; RFC 9649.
import { type Bytes, readAll } from "./bytes.ts";
import { decodeCompressed } from "./compressedImage.ts";
import { densityTable, type Pixels } from "./density.ts";
import { assertFits, corrupt, unsupported } from "./limits.ts";
import type { ParseOptions } from "./options.ts";
import type { Peek, Reader } from "./reader.ts";
import type { Table } from "./table.ts";

export const webpReader: Reader = {
  async read(bytes: Bytes, options: ParseOptions): Promise<Table> {
    return densityTable(await decoded(bytes, options), "uint8", options);
  },
  pixels: decoded,
  async peek(bytes: Bytes): Promise<Peek> {
    const { width, height } = await webpCanvas(bytes);
    return { kind: "grid", shape: [height, width], dtype: "uint8", weights: null };
  },
};

async function decoded(bytes: Bytes, options: ParseOptions): Promise<Pixels> {
  const { width, height } = await webpCanvas(bytes);
  assertFits(bytes.name, 2 * bytes.size + width * height * 24, options.maxBytes);
  const pixels = await decodeCompressed(await readAll(bytes, options.maxBytes), "webp", bytes.name);
  if (pixels.width * pixels.height === width * height) return pixels;
  throw corrupt(bytes.name, "has other dimensions than its header promises", [pixels.width, pixels.height]);
}

/** Dimensions from the first chunk: VP8 (lossy), VP8L (lossless) or VP8X (extended). */
export async function webpCanvas(bytes: Bytes): Promise<{ width: number; height: number }> {
  const head = await bytes.read(0, Math.min(30, bytes.size));
  if (head.length < 30) throw corrupt(bytes.name, "is truncated: it ends within its header", bytes.size);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  if (view.getUint32(4, true) + 8 > bytes.size) {
    throw corrupt(bytes.name, `is truncated: its header promises ${view.getUint32(4, true) + 8} bytes`, bytes.size);
  }
  switch (String.fromCharCode(...head.subarray(12, 16))) {
    case "VP8 ":
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      if ((head[20] & 2) !== 0) throw unsupported(bytes.name, "is an animation", head[20], "Save one picture of it.");
      return {
        width: 1 + (view.getUint32(24, true) & 0xffffff),
        height: 1 + ((view.getUint16(27, true) | (head[29] << 16)) & 0xffffff),
      };
    default:
      throw corrupt(bytes.name, "does not begin like a WebP image", Array.from(head.subarray(8, 16)));
  }
}

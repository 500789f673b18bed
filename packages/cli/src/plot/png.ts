// Pixels as a PNG data address, so that a picture carries its images in itself.
// PNG (ISO/IEC 15948): 8-bit truecolour, filter 0, one IDAT chunk.
import { crc32, deflateSync } from "node:zlib";

function chunk(kind: string, data: Uint8Array): Buffer {
  const out = Buffer.alloc(12 + data.length);
  out.writeUInt32BE(data.length, 0);
  out.write(kind, 4, "latin1");
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length);
  return out;
}

/** `rgb` holds three bytes for each pixel, row after row. */
export function encodePng(rgb: Uint8Array, rows: number, columns: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(columns, 0);
  header.writeUInt32BE(rows, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const lines = Buffer.alloc(rows * (3 * columns + 1));
  for (let r = 0; r < rows; r++)
    lines.set(rgb.subarray(3 * r * columns, 3 * (r + 1) * columns), r * (3 * columns + 1) + 1);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(lines)),
    chunk("IEND", new Uint8Array(0)),
  ]);
}

/** Each pixel repeated `factor` x `factor` times: viewers smooth images, and pixels this large stay square all the same. */
export function enlarge(rgb: Uint8Array, rows: number, columns: number, factor: number): Uint8Array {
  const out = new Uint8Array(rgb.length * factor * factor);
  const width = columns * factor;
  for (let r = 0; r < rows * factor; r++) {
    for (let c = 0; c < width; c++) {
      const from = 3 * (Math.floor(r / factor) * columns + Math.floor(c / factor));
      const to = 3 * (r * width + c);
      out[to] = rgb[from];
      out[to + 1] = rgb[from + 1];
      out[to + 2] = rgb[from + 2];
    }
  }
  return out;
}

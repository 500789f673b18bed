// JPEG images: markers checked here (size, completeness), pixels by the canvas of a browser or mozjpeg in WebAssembly.
// Source of the marker syntax: ITU-T T.81, annex B.
import { type Bytes, readAll } from "./bytes.ts";
import { decodeCompressed } from "./compressedImage.ts";
import { densityTable, type Pixels } from "./density.ts";
import { assertFits, corrupt, unsupported } from "./limits.ts";
import type { ParseOptions } from "./options.ts";
import type { Peek, Reader } from "./reader.ts";
import type { Table } from "./table.ts";

export const jpegReader: Reader = {
  async read(bytes: Bytes, options: ParseOptions): Promise<Table> {
    return densityTable(await decoded(bytes, options), "uint8", options);
  },
  pixels: decoded,
  async peek(bytes: Bytes, options: ParseOptions): Promise<Peek> {
    const { width, height } = jpegFrame(await readAll(bytes, options.maxBytes), bytes.name);
    return { kind: "grid", shape: [height, width], dtype: "uint8", weights: null };
  },
};

async function decoded(bytes: Bytes, options: ParseOptions): Promise<Pixels> {
  const file = await readAll(bytes, options.maxBytes);
  const { width, height } = jpegFrame(file, bytes.name);
  // A block of 64 pixels takes a bit at least.
  if (width * height > bytes.size * 512 + 4096) {
    throw corrupt(bytes.name, `promises ${width} x ${height} pixels in ${bytes.size} bytes`, width * height);
  }
  assertFits(bytes.name, 2 * bytes.size + width * height * 24, options.maxBytes);
  return decodeCompressed(file, "jpeg", bytes.name);
}

/** Dimensions of the frame, after a walk over all markers to the end of the image. */
export function jpegFrame(file: Uint8Array, name: string): { width: number; height: number } {
  const short = (): Error => corrupt(name, "is truncated: it ends before its end-of-image marker", file.length);
  let frame: { width: number; height: number } | undefined;
  let scans = 0;
  for (let at = 2; ; ) {
    if (at + 2 > file.length) throw short();
    if (file[at] !== 0xff) throw corrupt(name, `has no marker at byte ${at}`, file[at]);
    const marker = file[at + 1];
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (marker === 0xd9) break;
    if (at + 4 > file.length) throw short();
    const end = at + 2 + ((file[at + 2] << 8) | file[at + 3]);
    if (end > file.length || end < at + 4) throw short();
    // Start of frame: all of C0..CF but DHT (C4), JPG (C8) and DAC (CC).
    if ((marker & 0xf0) === 0xc0 && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      if (frame !== undefined || end < at + 10) throw corrupt(name, "has more than one frame, or a broken one", marker);
      if (marker > 0xc2 || file[at + 4] !== 8) {
        throw unsupported(
          name,
          "is a JPEG of a rare kind (lossless, arithmetic or of 12 bits)",
          marker,
          "Convert it to a baseline JPEG or to PNG.",
        );
      }
      if (file[at + 9] > 3)
        throw unsupported(name, "is a CMYK JPEG, made for printing", file[at + 9], "Convert it to RGB.");
      frame = { height: (file[at + 5] << 8) | file[at + 6], width: (file[at + 7] << 8) | file[at + 8] };
    }
    at = end;
    if (marker !== 0xda) continue;
    // Every scan visits all blocks: thousands of empty scans would take hours.
    if (++scans > 500)
      throw unsupported(name, "has more than 500 scans", scans, "Convert it to a baseline JPEG or to PNG.");
    // Entropy-coded bytes: FF is followed by 00 or a restart marker until the next real marker.
    while (at + 1 < file.length && !(file[at] === 0xff && file[at + 1] !== 0 && (file[at + 1] & 0xf8) !== 0xd0)) at++;
  }
  if (frame === undefined || scans === 0 || frame.width === 0 || frame.height === 0)
    throw corrupt(name, "holds no image", scans);
  return frame;
}

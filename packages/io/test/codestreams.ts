// Compressed pixels for DICOM files: JPEG 2000 and JPEG-LS by the encoders of OpenJPEG and CharLS, RLE and lossless JPEG by hand.
import { createRequire } from "node:module";
import { joined, numbers } from "./files.ts";

const require = createRequire(import.meta.url);

export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly values: readonly number[];
  readonly bits: number;
  readonly colours?: number;
  readonly signed?: boolean;
}

interface Encoder {
  getDecodedBuffer(info: object): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  encode(): void;
  setQuality(lossless: boolean, quantisation: number): void;
  setCompressionRatio(layer: number, ratio: number): void;
  setNearLossless(near: number): void;
  setInterleaveMode(mode: number): void;
}

async function encoded(name: string, encoder: string, pixels: Pixels, settle: (e: Encoder) => void) {
  const { width, height, values, bits, colours = 1, signed = false } = pixels;
  const codec = (await require(`@cornerstonejs/codec-${name}/wasmjs`)({ print: () => {} })) as Record<
    string,
    new () => Encoder
  >;
  const made = new codec[encoder]();
  const info = { width, height, bitsPerSample: bits, componentCount: colours, isSigned: signed };
  made.getDecodedBuffer(info).set(numbers(values, bits > 8 ? "i2" : "u1", true));
  settle(made);
  made.encode();
  return made.getEncodedBuffer().slice();
}

export const jpeg2000 = (pixels: Pixels, quantisation = 0): Promise<Uint8Array> =>
  encoded("openjpeg", "J2KEncoder", pixels, (encoder) => encoder.setQuality(quantisation === 0, quantisation));

/** `near`: how far a sample may be off. `mode`: 0 colour after colour, 1 by lines, 2 by samples. */
export const jpegLs = (pixels: Pixels, near = 0, mode = 0): Promise<Uint8Array> =>
  encoded("charls", "JpegLSEncoder", pixels, (encoder) => {
    encoder.setNearLossless(near);
    encoder.setInterleaveMode(mode);
  });

/** PS3.5, annex G: runs of 3 and more as runs, the rest as it is. */
export function rle({ values, bits, colours = 1 }: Pixels): Uint8Array {
  const wide = bits > 8 ? 2 : 1;
  const segments: Uint8Array[] = [];
  for (let c = 0; c < colours; c++)
    for (let byte = wide - 1; byte >= 0; byte--)
      segments.push(packed(values.filter((_, k) => k % colours === c).map((value) => (value >> (8 * byte)) & 255)));
  const header = new Array(16).fill(0);
  header[0] = segments.length;
  let at = 64;
  for (const [k, segment] of segments.entries()) {
    header[k + 1] = at;
    at += segment.length;
  }
  return joined(numbers(header, "u4", true), ...segments);
}

function packed(bytes: readonly number[]): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let run = 1;
    while (run < 128 && bytes[at + run] === bytes[at]) run++;
    if (run >= 3) {
      out.push(257 - run, bytes[at]);
      at += run;
      continue;
    }
    const end = Math.min(bytes.length, at + 5);
    out.push(end - at - 1, ...bytes.slice(at, end));
    at = end;
  }
  return Uint8Array.from(out.length % 2 === 0 ? out : [...out, 128]);
}

/** Predictor 1 with codes of 5 bits for all sizes; `restart` in rows, `low`: the point transform, each colour in a scan of its own. */
export function losslessJpeg(pixels: Pixels, { restart = 0, low = 0 } = {}): Uint8Array {
  const { width, height, values, bits, colours = 1 } = pixels;
  const segment = (marker: number, body: number[]): number[] => [255, marker, 0, body.length + 2, ...body];
  const places = Array.from({ length: colours }, (_, c) => c);
  const counts = Array.from({ length: 16 }, (_, k) => (k === 4 ? 17 : 0));
  const sizes = Array.from({ length: 17 }, (_, k) => k);
  const scans = places.flatMap((c) => {
    const out: number[] = [];
    let [text, marker] = ["", 0];
    const flush = (): void => {
      for (const byte of text.match(/.{1,8}/g) ?? []) {
        const value = Number.parseInt(byte.padEnd(8, "1"), 2);
        out.push(value, ...(value === 255 ? [0] : []));
      }
      text = "";
    };
    const at = (i: number, j: number): number => values[(i * width + j) * colours + c] >> low;
    for (let i = 0; i < height; i++) {
      const fresh = i === 0 || (restart > 0 && i % restart === 0);
      if (fresh && i > 0) {
        flush();
        out.push(255, 0xd0 + (marker++ & 7));
      }
      for (let j = 0; j < width; j++) {
        const expected = j > 0 ? at(i, j - 1) : fresh ? 1 << (bits - low - 1) : at(i - 1, 0);
        const difference = ((at(i, j) - expected + 32767) & 0xffff) - 32767;
        const size = Math.abs(difference) === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
        text += size.toString(2).padStart(5, "0");
        if (size === 0 || size === 16) continue;
        const raw = difference > 0 ? difference : difference + (1 << size) - 1;
        text += raw.toString(2).padStart(size, "0");
      }
    }
    flush();
    return [...segment(0xda, [1, c + 1, 0, 1, 0, low]), ...out];
  });
  const frame = [bits, height >> 8, height & 255, width >> 8, width & 255, colours];
  return Uint8Array.from([
    ...[255, 0xd8],
    ...segment(0xc4, [0, ...counts, ...sizes]),
    ...(restart > 0 ? segment(0xdd, [(restart * width) >> 8, (restart * width) & 255]) : []),
    ...segment(0xc3, [...frame, ...places.flatMap((c) => [c + 1, 0x11, 0])]),
    ...scans,
    ...[255, 0xd9],
  ]);
}

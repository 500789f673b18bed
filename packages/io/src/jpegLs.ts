// JPEG-LS codestreams: dimensions checked here, pixels by CharLS in WebAssembly.
// Source of the header: ITU-T T.87, C.2.2 (SOF55), C.2.4.1 (LSE).
import type { CodestreamSize } from "./codestreamSize.ts";
import { corrupt } from "./limits.ts";
import { decodeWasm, type FrameDecoder, honestBytes } from "./wasmCodec.ts";

/** What the codestream says of itself, after a walk to its end: CharLS never ends where no marker ends a scan. Throws `CorruptFile`. */
export function jpegLsSize(file: Uint8Array, name: string): CodestreamSize {
  const u16 = (at: number): number => (file[at] << 8) | file[at + 1];
  let size: CodestreamSize | undefined;
  if (u16(0) !== 0xffd8)
    throw corrupt(name, "holds no JPEG-LS codestream where its pixels belong", Array.from(file.subarray(0, 4)));
  for (let at = 2; at + 2 <= file.length && file[at] === 0xff; ) {
    const marker = file[at + 1];
    if (marker === 0xd9 && size !== undefined) return size;
    const end = at + 2 + u16(at + 2);
    if (end < at + 4 || end > file.length) break;
    if (marker === 0xf7 && end >= at + 10)
      size = { precision: file[at + 4], height: u16(at + 5), width: u16(at + 7), colours: file[at + 9] };
    at = end;
    if (marker !== 0xda) continue;
    // In entropy-coded bytes FF is followed by a bit 0, or by a restart marker.
    while (at + 1 < file.length && !(file[at] === 0xff && file[at + 1] >= 128 && (file[at + 1] & 0xf8) !== 0xd0)) at++;
  }
  throw corrupt(name, "is truncated or broken: its JPEG-LS codestream has no end", file.length);
}

interface JpegLsDecoder extends FrameDecoder {
  getInterleaveMode(): number;
}

/** Samples, bytes up to a precision of 8, 16 bits beyond; `planar`: colour after colour. The codestream's size must have been checked. */
export async function decodeJpegLs(
  file: Uint8Array,
  name: string,
  samples: number,
  maxBytes: number | undefined,
): Promise<{ data: Uint8Array; planar: boolean }> {
  const codec = await import("./generated/charls.ts");
  const limits = { honest: honestBytes(samples, file.length), maxBytes };
  return decodeWasm(codec, "JpegLSDecoder", file, name, limits, (decoder: JpegLsDecoder) => ({
    data: decoder.getDecodedBuffer().slice(),
    planar: decoder.getInterleaveMode() === 0,
  }));
}

// JPEG 2000 and high-throughput JPEG 2000 codestreams: dimensions checked here, pixels by OpenJPEG in WebAssembly.
// Source of the header: ITU-T T.800, A.5.1 (SIZ).
import type { CodestreamSize } from "./codestreamSize.ts";
import { corrupt, unsupported } from "./limits.ts";
import { decodeWasm, type FrameDecoder, honestBytes } from "./wasmCodec.ts";

/** What the codestream says of itself. Throws `CorruptFile`, `Unsupported` (colours of several resolutions). */
export function jpeg2000Size(file: Uint8Array, name: string): CodestreamSize {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (file.length < 45 || view.getUint32(0) !== 0xff4fff51)
    throw corrupt(name, "holds no JPEG 2000 codestream where its pixels belong", Array.from(file.subarray(0, 4)));
  const [width, height] = [view.getUint32(8) - view.getUint32(16), view.getUint32(12) - view.getUint32(20)];
  const [tileWidth, tileHeight] = [view.getUint32(24), view.getUint32(28)];
  const colours = view.getUint16(40);
  if (colours < 1 || view.getUint16(4) !== 38 + 3 * colours || file.length < 42 + 3 * colours)
    throw corrupt(name, "has a broken JPEG 2000 header", colours);
  // The standard allows 65535 tiles.
  if (tileWidth === 0 || tileHeight === 0 || Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight) > 65535)
    throw corrupt(name, `is cut into tiles of ${tileWidth} x ${tileHeight} pixels`, [tileWidth, tileHeight]);
  let precision = 0;
  for (let k = 0; k < colours; k++) {
    precision = Math.max(precision, (file[42 + 3 * k] & 127) + 1);
    if (file[43 + 3 * k] !== 1 || file[44 + 3 * k] !== 1)
      throw unsupported(name, "has colours of several resolutions", k, "Save it as grey or RGB.");
  }
  return { width, height, colours, precision };
}

/** Samples, interleaved: bytes up to a precision of 8, 16 bits beyond. The codestream's size must have been checked. */
export async function decodeJpeg2000(
  file: Uint8Array,
  name: string,
  samples: number,
  maxBytes: number | undefined,
): Promise<Uint8Array> {
  const codec = await import("./generated/openjpeg.ts");
  const limits = { honest: honestBytes(samples, file.length), maxBytes };
  return decodeWasm(codec, "J2KDecoder", file, name, limits, (decoder: FrameDecoder) =>
    decoder.getDecodedBuffer().slice(),
  );
}

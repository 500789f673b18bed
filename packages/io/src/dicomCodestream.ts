// Compressed pixels of a DICOM frame as samples: what the codestream says of itself must agree with the header before memory is given.
import type { CodestreamSize } from "./codestreamSize.ts";
import { decodeCompressed } from "./compressedImage.ts";
import type { DicomFrame } from "./dicomFrame.ts";
import { jpegFrame } from "./jpeg.ts";
import { decodeJpeg2000, jpeg2000Size } from "./jpeg2000.ts";
import { decodeJpegExtended } from "./jpegExtended.ts";
import { decodeJpegLossless } from "./jpegLossless.ts";
import { decodeJpegLs, jpegLsSize } from "./jpegLs.ts";
import { assertFits, corrupt } from "./limits.ts";
import { unpackRle } from "./rle.ts";

/** Samples as they lie in a file without compression, little endian, `wide` bytes each. */
export interface Samples {
  readonly data: Uint8Array | Uint16Array;
  /** Colour after colour, not pixel after pixel. */
  readonly planar: boolean;
}

/** What a decoder in WebAssembly takes before it has seen a byte. */
const decoderBytes = 52 * 2 ** 20;

/** Decodes the codestream of one frame. Throws `CorruptFile`, `Unsupported`, `OutOfMemory`. */
export async function decodeCodestream(
  stream: Uint8Array,
  frame: DicomFrame,
  name: string,
  fileBytes: number,
  maxBytes: number | undefined,
): Promise<Samples> {
  const { width, height, channels, allocated, codec } = frame;
  const count = width * height;
  const agree = (inside: CodestreamSize): void => {
    if (inside.width !== width || inside.height !== height || inside.colours !== channels)
      throw corrupt(name, "has compressed pixels of other dimensions than its header promises", [
        inside.width,
        inside.height,
        inside.colours,
      ]);
    if (inside.precision > allocated)
      throw corrupt(
        name,
        `has compressed pixels of ${inside.precision} bits, and room for ${allocated}`,
        inside.precision,
      );
    const decoder = codec === "jpegLs" || codec === "jpeg2000" ? decoderBytes : 0;
    assertFits(name, 3 * fileBytes + 40 * count * channels + decoder, maxBytes);
  };
  const jpegSize = (jpeg: { width: number; height: number; precision: number; components: readonly unknown[] }): void =>
    agree({ ...jpeg, colours: jpeg.components.length });
  switch (codec) {
    case "rle":
      agree({ width, height, colours: channels, precision: allocated });
      return { data: unpackRle(stream, name, count, channels, allocated === 8 ? 1 : 2), planar: false };
    case "jpegLossless":
      return { data: decodeJpegLossless(stream, name, jpegSize), planar: false };
    case "jpegLs": {
      agree(jpegLsSize(stream, name));
      const { data, planar } = await decodeJpegLs(stream, name, count * channels, maxBytes);
      return { data: words(data, count * channels, name), planar: planar && channels > 1 };
    }
    case "jpeg2000":
      agree(jpeg2000Size(stream, name));
      return {
        data: words(await decodeJpeg2000(stream, name, count * channels, maxBytes), count * channels, name),
        planar: false,
      };
    default:
      if (isTwelveBits(stream)) return { data: decodeJpegExtended(stream, name, jpegSize), planar: false };
  }
  const inside = jpegFrame(stream, name);
  agree({ ...inside, colours: channels, precision: 8 });
  if (count > stream.length * 512 + 4096)
    throw corrupt(name, `promises ${width} x ${height} pixels in ${stream.length} bytes`, count);
  const { data } = await decodeCompressed(stream, "jpeg", name, true);
  if (data.length !== 4 * count) throw corrupt(name, "is a broken JPEG image", data.length);
  const picked = Uint8Array.from(
    { length: count * channels },
    (_, k) => data[4 * Math.floor(k / channels) + (k % channels)],
  );
  return { data: picked, planar: false };
}

/** A decoder's bytes as numbers of 8 or 16 bits. */
function words(data: Uint8Array, samples: number, name: string): Uint8Array | Uint16Array {
  if (data.length === samples) return data;
  if (data.length !== 2 * samples) throw corrupt(name, "has broken compressed pixels", data.length);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Uint16Array.from({ length: samples }, (_, k) => view.getUint16(2 * k, true));
}

/** Whether the first frame header is of an extended JPEG of 12 bits. */
function isTwelveBits(jpeg: Uint8Array): boolean {
  for (let at = 2; at + 5 < jpeg.length && jpeg[at] === 0xff; ) {
    if (jpeg[at + 1] === 0xc1) return jpeg[at + 4] === 12;
    at += jpeg[at + 1] === 0xff ? 1 : 2 + Math.max(2, (jpeg[at + 2] << 8) | jpeg[at + 3]);
  }
  return false;
}

// DICOM images (PS3.10) through dicom-parser: one frame, uncompressed or baseline JPEG, rescaled and windowed as its own header says.
// Modality and window: PS3.3, C.11.1 and C.11.2; MONOCHROME1 is inverted, so that more is brighter in every image.
import type { DataSet } from "dicom-parser";
import { isOtError } from "monge";
import { type Bytes, readAll } from "./bytes.ts";
import { decodeCompressed } from "./compressedImage.ts";
import { densityTable, type Pixels } from "./density.ts";
import { type DicomFrame, dicomFrame, jpegBaseline, transferSyntaxes } from "./dicomFrame.ts";
import { windowed } from "./dicomWindow.ts";
import { jpegFrame } from "./jpeg.ts";
import { assertFits, assertReaches, corrupt, unsupported } from "./limits.ts";
import type { ParseOptions } from "./options.ts";
import type { Peek, Reader } from "./reader.ts";
import type { Table } from "./table.ts";

export const dicomReader: Reader = {
  async read(bytes: Bytes, options: ParseOptions): Promise<Table> {
    const { frame, pixels } = await decoded(bytes, options);
    return densityTable(pixels, frame.dtype, options);
  },
  async pixels(bytes: Bytes, options: ParseOptions): Promise<Pixels> {
    return (await decoded(bytes, options)).pixels;
  },
  async peek(bytes: Bytes, options: ParseOptions): Promise<Peek> {
    const { frame } = await parsed(bytes, options);
    return { kind: "grid", shape: [frame.height, frame.width], dtype: frame.dtype, weights: null };
  },
};

interface Parsed {
  readonly file: Uint8Array;
  readonly set: DataSet;
  readonly frame: DicomFrame;
  readonly library: typeof import("dicom-parser");
}

async function parsed(bytes: Bytes, options: ParseOptions): Promise<Parsed> {
  const file = await readAll(bytes, options.maxBytes);
  if (String.fromCharCode(...file.subarray(128, 132)) !== "DICM")
    throw corrupt(bytes.name, "is no DICOM file: DICM is missing at byte 128", file.length);
  const loaded = await import("dicom-parser");
  // A script of the old kind: what it exports may hang below `default`.
  const library = "parseDicom" in loaded ? loaded : (loaded as { default: typeof loaded }).default;
  try {
    const syntax = library.readPart10Header(file).string("x00020010") ?? "";
    if (syntax === "") throw corrupt(bytes.name, "does not say how it is encoded (no transfer syntax)", file.length);
    const readable = transferSyntaxes[syntax];
    if (readable === undefined) {
      throw unsupported(
        bytes.name,
        `is compressed in a way that is not read (transfer syntax ${syntax})`,
        syntax,
        "Decompress it first, to Explicit VR Little Endian: gdcmconv --raw IN OUT, or dcmdjpeg IN OUT.",
      );
    }
    const set = library.parseDicom(file);
    return { file, set, frame: dicomFrame(set, bytes.name, syntax), library };
  } catch (error) {
    if (isOtError(error)) throw error;
    throw corrupt(bytes.name, "is a broken DICOM file", file.length, undefined, error);
  }
}

async function decoded(bytes: Bytes, options: ParseOptions): Promise<{ frame: DicomFrame; pixels: Pixels }> {
  const { file, set, frame, library } = await parsed(bytes, options);
  const { width, height, channels } = frame;
  const count = width * height * channels;
  const element = set.elements["x7fe00010"];
  if (element === undefined) throw corrupt(bytes.name, "holds no pixels", 0);
  let samples: ArrayLike<number>;
  if (frame.syntax === jpegBaseline) {
    let jpeg: Uint8Array;
    try {
      jpeg = library.readEncapsulatedPixelDataFromFragments(set, element, 0, element.fragments?.length ?? 0);
    } catch (error) {
      throw corrupt(bytes.name, "has broken fragments of compressed pixels", file.length, undefined, error);
    }
    const inside = jpegFrame(jpeg, bytes.name);
    if (inside.width !== width || inside.height !== height)
      throw corrupt(bytes.name, "holds a JPEG of other dimensions than its header promises", [
        inside.width,
        inside.height,
      ]);
    if (width * height > jpeg.length * 512 + 4096)
      throw corrupt(bytes.name, `promises ${width} x ${height} pixels in ${jpeg.length} bytes`, width * height);
    assertFits(bytes.name, 3 * file.length + 32 * width * height, options.maxBytes);
    const { data } = await decodeCompressed(jpeg, "jpeg", bytes.name, true);
    if (data.length !== 4 * width * height) throw corrupt(bytes.name, "is a broken JPEG image", data.length);
    samples = Uint8Array.from({ length: count }, (_, k) => data[4 * Math.floor(k / channels) + (k % channels)]);
  } else {
    const wide = frame.allocated / 8;
    if (element.length < count * wide)
      throw corrupt(
        bytes.name,
        `promises ${width} x ${height} pixels, and has ${element.length} bytes of them`,
        element.length,
      );
    assertReaches(bytes, element.dataOffset + count * wide, "its pixels");
    assertFits(bytes.name, 2 * file.length + 28 * count, options.maxBytes);
    samples = stored(file, element.dataOffset, frame);
  }
  if (channels === 3) return { frame, pixels: { data: Uint8Array.from(samples), width, height, channels, max: 255 } };
  return { frame, pixels: { data: windowed(samples, frame), width, height, channels: 1, max: 65535 } };
}

/** The stored values: bits `high - stored + 1` to `high` of each sample, with sign where there is one; interleaved. */
function stored(file: Uint8Array, at: number, frame: DicomFrame): Float64Array {
  const { width, height, channels, allocated, planar, bigEndian } = frame;
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const count = width * height;
  const left = 32 - 1 - frame.highBit;
  const right = 32 - frame.storedBits;
  return Float64Array.from({ length: count * channels }, (_, k) => {
    const from = planar ? (k % channels) * count + Math.floor(k / channels) : k;
    const raw = allocated === 8 ? view.getUint8(at + from) : view.getUint16(at + 2 * from, !bigEndian);
    return frame.signed ? (raw << left) >> right : (raw << left) >>> right;
  });
}

// DICOM images (PS3.10) through dicom-parser: one frame, uncompressed or compressed, rescaled and windowed as its own header says.
// Modality and window: PS3.3, C.11.1 and C.11.2; MONOCHROME1 is inverted, so that more is brighter in every image.
import type { DataSet } from "dicom-parser";
import { isOtError, OtError } from "monge";
import { type Bytes, readAll } from "./bytes.ts";
import { densityTable, type Pixels } from "./density.ts";
import { decodeCodestream, type Samples } from "./dicomCodestream.ts";
import { type DicomFrame, dicomFrame } from "./dicomFrame.ts";
import { dicomInflater } from "./dicomInflate.ts";
import { deflatedSyntax, dicomSyntaxes } from "./dicomSyntax.ts";
import { windowed } from "./dicomWindow.ts";
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
    const items = frame.frames > 1 ? { items: frame.frames } : {};
    return { kind: "grid", shape: [frame.height, frame.width], dtype: frame.dtype, weights: null, ...items };
  },
};

interface Parsed {
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
    const codec = dicomSyntaxes[syntax];
    if (codec === undefined) {
      throw unsupported(
        bytes.name,
        `is compressed in a way that is not read (transfer syntax ${syntax})`,
        syntax,
        "Decompress it first, to Explicit VR Little Endian: gdcmconv --raw IN OUT, or dcmdjpeg IN OUT.",
      );
    }
    const inflater = syntax === deflatedSyntax ? await dicomInflater(bytes.name, options.maxBytes) : undefined;
    const set = library.parseDicom(file, { inflater });
    return { set, frame: dicomFrame(set, bytes.name, syntax, codec), library };
  } catch (error) {
    if (isOtError(error)) throw error;
    throw corrupt(bytes.name, "is a broken DICOM file", file.length, undefined, error);
  }
}

async function decoded(bytes: Bytes, options: ParseOptions): Promise<{ frame: DicomFrame; pixels: Pixels }> {
  const found = await parsed(bytes, options);
  const { frame } = found;
  const { width, height, channels } = frame;
  const index = chosenFrame(frame.frames, bytes.name, options.index);
  const { data, planar } = await (frame.codec === "none"
    ? uncompressed(found, index, bytes.name, options.maxBytes)
    : compressed(found, index, bytes.name, options.maxBytes));
  const samples = stored(data, planar, frame);
  if (channels === 3) return { frame, pixels: { data: Uint8Array.from(samples), width, height, channels, max: 255 } };
  return { frame, pixels: { data: windowed(samples, frame), width, height, channels: 1, max: 65535 } };
}

function chosenFrame(frames: number, name: string, index: number | undefined): number {
  if (frames === 1) return 0;
  if (index !== undefined && Number.isInteger(index) && index >= 0 && index < frames) return index;
  throw new OtError(
    "InvalidValue",
    `${name} holds ${frames} frames and options.index ${index === undefined ? "chooses none" : `is ${index}`}.`,
    {
      argument: "options.index",
      seen: index,
      cure: `Set index to 0..${frames - 1}, or save the frame that counts as a file of its own.`,
    },
  );
}

function pixelElement(set: DataSet, name: string): DataSet["elements"][string] {
  const element = set.elements["x7fe00010"];
  if (element === undefined) throw corrupt(name, "holds no pixels", 0);
  return element;
}

function uncompressed({ set, frame }: Parsed, index: number, name: string, maxBytes: number | undefined): Samples {
  const { width, height, channels, allocated, bigEndian, planar } = frame;
  const element = pixelElement(set, name);
  const file = set.byteArray;
  const count = width * height * channels;
  const size = (count * allocated) / 8;
  if (element.length < (index + 1) * size)
    throw corrupt(
      name,
      `promises ${width} x ${height} pixels${frame.frames > 1 ? ` in each of ${frame.frames} frames` : ""}, and has ${element.length} bytes of them`,
      element.length,
    );
  const begin = element.dataOffset + index * size;
  assertReaches({ name, size: file.length }, begin + size, "its pixels");
  assertFits(name, 2 * file.length + 30 * count, maxBytes);
  if (allocated === 8) return { data: file.subarray(begin, begin + size), planar };
  const view = new DataView(file.buffer, file.byteOffset + begin, size);
  return { data: Uint16Array.from({ length: count }, (_, k) => view.getUint16(2 * k, !bigEndian)), planar };
}

async function compressed(
  { set, frame, library }: Parsed,
  index: number,
  name: string,
  maxBytes: number | undefined,
): Promise<Samples> {
  const element = pixelElement(set, name);
  const { fragments = [], basicOffsetTable = [] } = element;
  const bytes = set.byteArray.length;
  let stream: Uint8Array;
  try {
    if (frame.frames === 1) stream = library.readEncapsulatedPixelDataFromFragments(set, element, 0, fragments.length);
    else if (basicOffsetTable.length === frame.frames) stream = library.readEncapsulatedImageFrame(set, element, index);
    else if (fragments.length === frame.frames)
      stream = library.readEncapsulatedPixelDataFromFragments(set, element, index, 1);
    else
      throw corrupt(
        name,
        `has ${fragments.length} fragments of ${frame.frames} frames and does not say which is whose`,
        fragments.length,
      );
  } catch (error) {
    if (isOtError(error)) throw error;
    throw corrupt(name, "has broken fragments of compressed pixels", bytes, undefined, error);
  }
  return decodeCodestream(stream, frame, name, bytes, maxBytes);
}

/** The stored values: bits `high - stored + 1` to `high` of each sample, with sign where there is one; interleaved. */
function stored(data: Uint8Array | Uint16Array, planar: boolean, frame: DicomFrame): Float64Array {
  const { channels, signed } = frame;
  const count = data.length / channels;
  const left = 32 - 1 - frame.highBit;
  const right = 32 - frame.storedBits;
  return Float64Array.from({ length: data.length }, (_, k) => {
    const raw = data[planar ? (k % channels) * count + Math.floor(k / channels) : k];
    return signed ? (raw << left) >> right : (raw << left) >>> right;
  });
}

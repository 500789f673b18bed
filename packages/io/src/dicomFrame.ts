// What the header of a DICOM file says of its pixels: the image pixel, modality and window attributes (PS3.3, C.7.6.3, C.11).
import type { DataSet } from "dicom-parser";
import { bigEndianSyntax, type DicomCodec } from "./dicomSyntax.ts";
import { corrupt, unsupported } from "./limits.ts";

/** How the stored values of a frame become grey values. */
export interface DicomFrame {
  readonly codec: DicomCodec;
  /** How many frames the file holds. */
  readonly frames: number;
  readonly bigEndian: boolean;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly planar: boolean;
  readonly allocated: 8 | 16;
  readonly storedBits: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly dtype: string;
  /** MONOCHROME1: the least value is white. */
  readonly inverted: boolean;
  readonly slope: number;
  readonly intercept: number;
  /** The first window; null: from the least value to the largest. */
  readonly window: { readonly center: number; readonly width: number; readonly curve: string } | null;
  /** A stored value that is no image. */
  readonly padding: number | null;
}

/** Reads the attributes. Throws `CorruptFile`, `Unsupported`. */
export function dicomFrame(set: DataSet, name: string, syntax: string, codec: DicomCodec): DicomFrame {
  const whole = (tag: string, what: string, fallback?: number): number => {
    const value = set.uint16(tag) ?? fallback;
    if (value !== undefined) return value;
    throw corrupt(name, `does not say ${what}`, undefined);
  };
  const decimal = (tag: string, fallback: number): number => {
    const text = set.string(tag, 0)?.trim() ?? "";
    const value = text === "" ? fallback : Number(text);
    if (Number.isFinite(value)) return value;
    throw corrupt(name, `holds ${JSON.stringify(text)} where a number belongs`, text);
  };
  const [height, width] = [whole("x00280010", "its rows"), whole("x00280011", "its columns")];
  if (height === 0 || width === 0) throw corrupt(name, "holds an image without pixels", [height, width]);
  const frames = decimal("x00280008", 1);
  if (!Number.isInteger(frames) || frames < 1) throw corrupt(name, `holds ${frames} frames`, frames);
  const photometric = set.string("x00280004")?.trim() ?? "";
  const channels = whole("x00280002", "its samples for a pixel", 1);
  const grey = photometric === "MONOCHROME1" || photometric === "MONOCHROME2";
  const colour = photometric === "RGB" || decodesToRgb[codec]?.test(photometric) === true;
  if (!(grey && channels === 1) && !(colour && channels === 3))
    throw unsupported(
      name,
      `has ${channels} samples of ${photometric || "no"} colour`,
      photometric,
      "Save it as grey or RGB.",
    );
  const allocated = whole("x00280100", "its bits for a sample");
  const storedBits = whole("x00280101", "its stored bits", allocated);
  const highBit = whole("x00280102", "its high bit", storedBits - 1);
  if (!(allocated === 8 || (allocated === 16 && channels === 1)))
    throw unsupported(name, `has samples of ${allocated} bits`, allocated, "Save it with 8 or 16 bits.");
  if (storedBits < 1 || highBit >= allocated || highBit + 1 < storedBits)
    throw corrupt(name, `stores ${storedBits} bits up to bit ${highBit} of ${allocated}`, [storedBits, highBit]);
  const signed = whole("x00280103", "whether samples have a sign", 0) === 1;
  const slope = decimal("x00281053", 1);
  const tabled =
    set.elements["x00283000"] !== undefined || (set.elements["x00283010"] !== undefined && !has(set, "x00281050"));
  if (grey && tabled)
    throw unsupported(
      name,
      "maps its values by a table (LUT)",
      photometric,
      "Save it with a window (center and width).",
    );
  if (slope === 0) throw corrupt(name, "has a rescale slope of 0", slope);
  return {
    codec,
    frames,
    bigEndian: syntax === bigEndianSyntax,
    width,
    height,
    channels: channels as 1 | 3,
    planar: channels === 3 && whole("x00280006", "how its colours lie", 0) === 1,
    allocated: allocated as 8 | 16,
    storedBits,
    highBit,
    signed,
    dtype: `${signed ? "int" : "uint"}${allocated}`,
    inverted: photometric === "MONOCHROME1",
    slope,
    intercept: decimal("x00281052", 0),
    window: windowOf(set, name, decimal),
    padding:
      set.elements["x00280120"] === undefined
        ? null
        : ((signed ? set.int16 : set.uint16).call(set, "x00280120") ?? null),
  };
}

/** Colours that a codec turns into RGB by itself. */
const decodesToRgb: Readonly<Partial<Record<DicomCodec, RegExp>>> = {
  jpeg: /^YBR_/,
  jpeg2000: /^YBR_(RCT|ICT)$/,
};

function windowOf(
  set: DataSet,
  name: string,
  decimal: (tag: string, fallback: number) => number,
): DicomFrame["window"] {
  if (!has(set, "x00281050") || !has(set, "x00281051")) return null;
  const [center, width] = [decimal("x00281050", 0), decimal("x00281051", 0)];
  const curve = set.string("x00281056")?.trim() || "LINEAR";
  if (!["LINEAR", "LINEAR_EXACT", "SIGMOID"].includes(curve) || width < (curve === "LINEAR" ? 1 : Number.MIN_VALUE))
    throw corrupt(name, `has a window of width ${width} and shape ${curve}`, width);
  return { center, width, curve };
}

function has(set: DataSet, tag: string): boolean {
  return (set.elements[tag]?.length ?? 0) > 0;
}

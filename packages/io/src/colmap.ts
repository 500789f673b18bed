// Cameras of a COLMAP model: intrinsics from cameras.txt or .bin, poses from images.txt or .bin.
// A point X of the world is R X + t before the camera, x right, y down, z forward; pixel = (fx x / z + cx, fy y / z + cy). Schoenberger and Frahm 2016.
import { OtError } from "monge";
import { type Bytes, readAll } from "./bytes.ts";
import { rotationMatrix } from "./covariance.ts";
import { type LensModel, lensModels, type StoredCamera, type StoredImage } from "./lens.ts";
import { corrupt } from "./limits.ts";
import { type Source, withBytes } from "./source.ts";
import { decodeText } from "./text.ts";

/** One picture and where it was taken from: a perspective camera of `monge/matching`, and what else is known of the picture. */
export interface ImageCamera {
  readonly projection: "perspective";
  /** Name of the image file. */
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** Pixels; (0, 0) is the outer corner of the upper left pixel, whose centre is (0.5, 0.5). */
  readonly intrinsics: { readonly fx: number; readonly fy: number; readonly cx: number; readonly cy: number };
  /** What the lens adds, as stored: k (SIMPLE_RADIAL), k1 k2 (RADIAL), k1 k2 p1 p2 (OPENCV). Not applied to anything. */
  readonly distortion: { readonly model: LensModel; readonly parameters: readonly number[] };
  /** Rotation from the world to the camera, 3 x 3 row-major; x right, y down, z forward. */
  readonly R: Float64Array;
  /** Origin of the world in the axes of the camera. */
  readonly t: Float64Array;
}

export interface CameraOptions {
  /** Refuse, before allocating, what would take more bytes than this. Default 2 GiB (2^31). */
  readonly maxBytes?: number;
}

/**
 * Reads `cameras.txt` or `.bin` and `images.txt` or `.bin` of a COLMAP model, one answer an image, in the order of the file. Lens
 * distortion is reported and not applied. Points are passed over.
 *
 * Throws `OtError`: `CorruptFile` (cut, with the byte or line; broken), `InvalidValue` (NaN, a zero quaternion, a focal length <= 0),
 * `Unsupported` (another lens model), `OutOfMemory`.
 */
export async function readCameras(
  cameras: Source,
  images: Source,
  options: CameraOptions = {},
): Promise<ImageCamera[]> {
  const lenses = await withBytes(cameras, options.maxBytes, async (bytes) => {
    const file = await readAll(bytes, options.maxBytes);
    return isBinary(file, bytes.name)
      ? (await import("./colmapBinary.ts")).binaryCameras(file, bytes.name)
      : (await import("./colmapText.ts")).textCameras(decodeText(file, bytes.name), bytes.name);
  });
  const known = new Map<number, StoredCamera>();
  for (const lens of lenses) known.set(lens.id, checkLens(lens));
  return withBytes(images, options.maxBytes, async (bytes: Bytes) => {
    const file = await readAll(bytes, options.maxBytes);
    const poses = isBinary(file, bytes.name)
      ? (await import("./colmapBinary.ts")).binaryImages(file, bytes.name)
      : (await import("./colmapText.ts")).textImages(decodeText(file, bytes.name), bytes.name);
    if (poses.length === 0) {
      throw new OtError("InvalidShape", `${bytes.name} holds no image.`, {
        argument: bytes.name,
        seen: 0,
        cure: "Pass cameras first and images second, of a model with registered images.",
      });
    }
    return poses.map((pose) => camera(pose, known));
  });
}

/** A binary file begins with a count of 64 bits, which has zero bytes; a text never has one. */
function isBinary(file: Uint8Array, name: string): boolean {
  if (file.length === 0) throw corrupt(name, "is empty: it ends at byte 0", 0);
  return file.subarray(0, 8).includes(0);
}

function checkLens(lens: StoredCamera): StoredCamera {
  const { focal } = lensOf(lens);
  const wrong = lens.parameters.findIndex((value, k) => !Number.isFinite(value) || (k < focal && value <= 0));
  if (wrong >= 0)
    throw invalid(lens.place, `has parameter ${wrong} = ${lens.parameters[wrong]}`, lens.parameters[wrong]);
  if (lens.width >= 1 && lens.height >= 1) return lens;
  throw invalid(lens.place, `is ${lens.width} x ${lens.height} pixels large`, [lens.width, lens.height]);
}

function lensOf(lens: StoredCamera): (typeof lensModels)[number] {
  return lensModels.find((model) => model.name === lens.model) as (typeof lensModels)[number];
}

function camera(image: StoredImage, lenses: ReadonlyMap<number, StoredCamera>): ImageCamera {
  const lens = lenses.get(image.camera);
  if (lens === undefined)
    throw invalid(image.place, `uses camera ${image.camera}, which the file of cameras does not hold`, image.camera);
  const wrong = image.pose.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw invalid(image.place, `has a pose with ${wrong}`, wrong);
  const R = new Float64Array(9);
  const [w, x, y, z] = image.pose;
  if (!rotationMatrix(w, x, y, z, R)) throw invalid(image.place, "has a zero quaternion", 0);
  const { focal } = lensOf(lens);
  const [fx, second] = lens.parameters;
  const [cx, cy] = lens.parameters.slice(focal);
  return {
    projection: "perspective",
    name: image.name,
    width: lens.width,
    height: lens.height,
    intrinsics: { fx, fy: focal === 1 ? fx : second, cx, cy },
    distortion: { model: lens.model, parameters: lens.parameters.slice(focal + 2) },
    R,
    t: Float64Array.from(image.pose.slice(4)),
  };
}

function invalid(place: string, what: string, seen: unknown): OtError {
  return new OtError("InvalidValue", `${place} ${what}.`, { argument: place, seen, cure: "Correct or remove it." });
}

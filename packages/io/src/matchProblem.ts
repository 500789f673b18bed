// One problem of matching ellipsoids of space to ellipses of a picture, in one JSON file.
// A pixel is A X + t (affine), scale (R X)_12 + t (scaled orthographic), or K (R X + t) divided by its depth (perspective): Hartley and Zisserman 2004.
import { OtError } from "monge";
import { type GaussianList, gaussianBytes, mixtureEntries } from "./gaussianList.ts";
import { type Entry, field, finite, items, numbers, oneOf, place, readJson, wrong } from "./jsonEntry.ts";
import { assertFits } from "./limits.ts";
import { type Source, withBytes } from "./source.ts";

/** What is known of the camera: all of it, or its kind. */
export type MatchModel = "known" | "affine" | "scaled-orthographic" | "perspective";

/** Focal lengths > 0 and principal point, in pixels. */
export interface Intrinsics {
  readonly fx: number;
  readonly fy: number;
  readonly cx: number;
  readonly cy: number;
}

/** A camera of `monge/matching`. Matrices row-major: A 2 x 3, R 3 x 3 from the world to the camera (x right, y down, z forward), t of 2 or 3 numbers. */
export type MatchCamera =
  | { readonly projection: "affine"; readonly A: Float64Array; readonly t: Float64Array }
  | {
      readonly projection: "scaled-orthographic";
      readonly R: Float64Array;
      /** Pixels per unit of length, > 0. */
      readonly scale: number;
      readonly t: Float64Array;
    }
  | {
      readonly projection: "perspective";
      readonly R: Float64Array;
      readonly t: Float64Array;
      readonly intrinsics: Intrinsics;
    };

/** Both sides of a problem. */
export interface MatchSides {
  /** Dimension 3. */
  readonly ellipsoids: GaussianList;
  /** Dimension 2. */
  readonly ellipses: GaussianList;
  /** Needed where the projection is a perspective. */
  readonly intrinsics: Intrinsics | null;
}

/** `problem.model === "known" ? problem.camera : problem.model` is what `matchGaussians` wants to know of the camera. */
export type MatchProblem = MatchSides &
  (
    | { readonly model: "known"; readonly camera: MatchCamera }
    | { readonly model: Exclude<MatchModel, "known">; readonly camera: null }
  );

export interface MatchProblemOptions {
  /** Refuse, before allocating, what would take more bytes than this. Default 2 GiB (2^31). */
  readonly maxBytes?: number;
}

/**
 * Reads a matching problem: `{ schema: 1, model, ellipsoids: [{ mean, covariance: [xx, xy, xz, yy, yz, zz], weight }], ellipses: [{ mean,
 * covariance: [xx, xy, yy], weight }], intrinsics: { fx, fy, cx, cy } | null, camera }`. `schema` and weights may lack; a covariance may be a full matrix.
 *
 * Throws `OtError` with the entry as `argument`, such as `ellipsoids[17].covariance`: `InvalidValue` (NaN, indefinite, asymmetric, missing,
 * a rotation that is none), `InvalidShape` (empty, wrong counts), `NegativeMass`, `CorruptFile` (no JSON), `Unsupported` (a later schema).
 */
export async function readMatchProblem(source: Source, options: MatchProblemOptions = {}): Promise<MatchProblem> {
  return withBytes(source, options.maxBytes, async (bytes) =>
    matchProblem(await readJson(bytes, options.maxBytes), options.maxBytes),
  );
}

const models: readonly MatchModel[] = ["known", "affine", "scaled-orthographic", "perspective"];
const projections = ["affine", "scaled-orthographic", "perspective"] as const;

/** Everything is checked here, for the reader and for the writer. */
export function matchProblem(whole: Entry, maxBytes: number | undefined): MatchProblem {
  const schema = field(whole, "schema");
  if (schema.value !== undefined && schema.value !== 1) {
    throw new OtError(
      "Unsupported",
      `${place(schema)} is ${JSON.stringify(schema.value)?.slice(0, 40)}, and 1 is known.`,
      {
        argument: "schema",
        seen: schema.value,
        cure: "Update @monge/io, or write schema 1.",
      },
    );
  }
  const model = oneOf(field(whole, "model"), models);
  const ellipsoids = items(field(whole, "ellipsoids"));
  const ellipses = items(field(whole, "ellipses"));
  assertFits(whole.file, (ellipsoids.length + ellipses.length) * gaussianBytes, maxBytes);
  const given = field(whole, "camera");
  if (model !== "known") assertNoCamera(given, model);
  const projection = model === "known" ? projectionOf(given) : model;
  const intrinsics = lens(field(whole, "intrinsics"), projection === "perspective");
  const sides = { ellipsoids: mixtureEntries(ellipsoids, 3), ellipses: mixtureEntries(ellipses, 2), intrinsics };
  if (model !== "known") return { ...sides, model, camera: null };
  return { ...sides, model, camera: knownCamera(given, projection, intrinsics as Intrinsics) };
}

function lens(entry: Entry, needed: boolean): Intrinsics | null {
  if (entry.value === undefined || entry.value === null) {
    if (needed) throw wrong(entry, "the intrinsics { fx, fy, cx, cy } that a perspective needs");
    return null;
  }
  const of = (key: keyof Intrinsics): number => finite(field(entry, key));
  for (const key of ["fx", "fy"] as const) if (!(of(key) > 0)) throw wrong(field(entry, key), "a positive number");
  return { fx: of("fx"), fy: of("fy"), cx: of("cx"), cy: of("cy") };
}

function assertNoCamera(entry: Entry, model: MatchModel): void {
  if (entry.value === undefined || entry.value === null) return;
  throw new OtError("InvalidValue", `${place(entry)} is given, and the model is ${JSON.stringify(model)}.`, {
    argument: "camera",
    seen: model,
    cure: 'Set the model to "known", or leave the camera out.',
  });
}

type Projection = (typeof projections)[number];

function projectionOf(entry: Entry): Projection {
  if (entry.value === undefined || entry.value === null) throw wrong(entry, 'the camera that the model "known" needs');
  return oneOf(field(entry, "projection"), projections);
}

function knownCamera(entry: Entry, projection: Projection, intrinsics: Intrinsics): MatchCamera {
  if (projection === "affine")
    return { projection, A: numbers(field(entry, "A"), 6, 2), t: numbers(field(entry, "t"), 2) };
  const R = rotation(field(entry, "R"));
  if (projection === "perspective") return { projection, R, t: numbers(field(entry, "t"), 3), intrinsics };
  const scale = finite(field(entry, "scale"));
  if (!(scale > 0)) throw wrong(field(entry, "scale"), "a positive number");
  return { projection, R, scale, t: numbers(field(entry, "t"), 2) };
}

/** A rotation to 1e-6: rows of length 1, orthogonal, right-handed. */
function rotation(entry: Entry): Float64Array {
  const R = numbers(entry, 9, 3);
  let off = 0;
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      let dot = i === j ? -1 : 0;
      for (let k = 0; k < 3; k++) dot += R[3 * i + k] * R[3 * j + k];
      off = Math.max(off, Math.abs(dot));
    }
  }
  const [a, b, c, d, e, f, g, h, i] = R;
  const turned = a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
  if (off <= 1e-6 && turned > 0) return R;
  const reason = off <= 1e-6 ? "it is a reflection" : `its rows are orthonormal only to ${Number(off.toPrecision(3))}`;
  throw new OtError("InvalidValue", `${place(entry)} is no rotation: ${reason}.`, {
    argument: entry.path,
    seen: off <= 1e-6 ? turned : off,
    cure: "Write nine numbers of a rotation, row by row, from the world to the camera.",
  });
}

// A scene of Gaussian splats, and how the rows of any format become one.
// Covariance = R diag(s^2) R^T, colour = 1/2 + f_dc / (2 sqrt(pi)), opacity = 1 / (1 + e^-logit): Kerbl et al. 2023.
import { type Matrix, OtError } from "monge";
import { splatCovariance } from "./covariance.ts";
import { assertFits } from "./limits.ts";
import type { NamedBytes } from "./source.ts";

/** How splats are stored. */
export type SceneFormat = "ply" | "compressed-ply" | "splat" | "spz" | "ksplat" | "sog";

/** What was changed on the way in, in numbers of splats; all 0 for a sound file. */
export interface SceneRepairs {
  /** Rotations that are none (a zero quaternion, an unknown code): read as no rotation. */
  readonly rotations: number;
  /** Colours of the zeroth band outside [0, 1]: clamped, as a renderer would. */
  readonly colours: number;
  /** Splats left out because a number of theirs is not finite or its scale negative; only with `invalid: "drop"`. */
  readonly dropped: number;
}

/** Three-dimensional Gaussians with opacity and colour, in the axes of the file. */
export interface SplatScene {
  readonly format: SceneFormat;
  /** Number of splats n, >= 1. */
  readonly count: number;
  /** Centres, n x 3. */
  readonly means: Matrix;
  /** n covariances of 3 x 3, row-major, symmetric positive semi-definite. */
  readonly covariances: Float64Array;
  /** n numbers in [0, 1]. */
  readonly opacities: Float64Array;
  /** Red, green and blue in [0, 1], n x 3: the part that does not depend on the direction of view. */
  readonly colours: Matrix;
  /** The property `label` of a PLY file, where there is one: whole numbers. */
  readonly labels?: Int32Array;
  readonly repairs: SceneRepairs;
}

export interface SceneOptions {
  /** Default: recognised by content, then by the name's ending. `"ply"` is either kind of PLY. */
  readonly format?: SceneFormat;
  /** A splat with NaN, an infinite number or a negative scale: `"refuse"` the file, or `"drop"` and count it. Default `"refuse"`. */
  readonly invalid?: "refuse" | "drop";
  /** The images beside an unpacked SOG `meta.json` that is given as bytes; a path finds its own. */
  readonly files?: readonly NamedBytes[];
  /** Refuse, before allocating, what would take more bytes than this. Default 2 GiB (2^31): 16 million splats. */
  readonly maxBytes?: number;
}

/** Takes splats one by one: fill `row`, then `add()`. */
export interface SceneBuilder {
  /** x y z, scales (standard deviations), rotation w x y z of any length, opacity in [0, 1], red green blue, label. */
  readonly row: Float64Array;
  add(): void;
  finish(): SplatScene;
}

const names =
  "x,y,z,scale 0,scale 1,scale 2,rotation w,rotation x,rotation y,rotation z,opacity,red,green,blue,label".split(",");

/** Bytes of one splat of a {@link SplatScene}. */
export const splatBytes: number = 16 * 8;

/** Squares beyond it would overflow. */
const largestScale = 1e150;

/** `working`: bytes that the format holds besides the scene; `labelled`: whether it has labels. Throws `OutOfMemory`, and `InvalidShape` for no splat at all. */
export function sceneBuilder(
  name: string,
  format: SceneFormat,
  count: number,
  working: number,
  options: SceneOptions,
  labelled = false,
): SceneBuilder {
  if (count === 0) throw empty(name, "holds no splat");
  assertFits(name, count * splatBytes + working, options.maxBytes);
  const drop = options.invalid === "drop";
  const row = new Float64Array(15);
  const means = new Float64Array(3 * count);
  const covariances = new Float64Array(9 * count);
  const opacities = new Float64Array(count);
  const colours = new Float64Array(3 * count);
  const labels = new Int32Array(labelled ? count : 0);
  let seen = 0;
  let kept = 0;
  let rotations = 0;
  let clamped = 0;
  const add = (): void => {
    const wrong = row.findIndex((value, k) => !isValid(value, k));
    seen++;
    if (wrong >= 0) {
      if (drop) return;
      throw invalid(name, seen - 1, wrong, row[wrong]);
    }
    for (let k = 0; k < 3; k++) means[3 * kept + k] = row[k];
    if (!splatCovariance(row, covariances, 9 * kept)) rotations++;
    opacities[kept] = row[10];
    if (labelled) labels[kept] = row[14];
    let outside = 0;
    for (let k = 0; k < 3; k++) {
      const colour = Math.min(1, Math.max(0, row[11 + k]));
      if (Math.abs(colour - row[11 + k]) > 1e-6) outside = 1;
      colours[3 * kept + k] = colour;
    }
    clamped += outside;
    kept++;
  };
  const finish = (): SplatScene => {
    if (kept === 0) throw empty(name, `holds no valid splat among ${count}`);
    const first = (data: Float64Array, width: number): Float64Array =>
      kept === count ? data : data.slice(0, width * kept);
    return {
      format,
      count: kept,
      means: { data: first(means, 3), rows: kept, cols: 3 },
      covariances: first(covariances, 9),
      opacities: first(opacities, 1),
      colours: { data: first(colours, 3), rows: kept, cols: 3 },
      ...(labelled && { labels: kept === count ? labels : labels.slice(0, kept) }),
      repairs: { rotations, colours: clamped, dropped: count - kept },
    };
  };
  return { row, add, finish };
}

/** 1 / (2 sqrt(pi)): the value of the zeroth spherical harmonic. */
export const harmonic0: number = 0.28209479177387814;

/** 1 / (1 + e^-x); right also for infinite x. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** Finite, scales >= 0 with finite squares, labels whole. */
function isValid(value: number, field: number): boolean {
  if (field > 2 && field < 6) return value >= 0 && value <= largestScale;
  return field === 14 ? value === (value | 0) : Number.isFinite(value);
}

function invalid(name: string, index: number, field: number, value: number): OtError {
  return new OtError("InvalidValue", `${name}, splat ${index}: ${names[field]} is ${value}.`, {
    argument: `${name}, splat ${index}`,
    seen: value,
    cure: 'Remove that splat, or read with invalid: "drop" to leave such splats out.',
  });
}

function empty(name: string, what: string): OtError {
  return new OtError("InvalidShape", `${name} ${what}.`, {
    argument: name,
    seen: 0,
    cure: "Check what wrote it.",
  });
}

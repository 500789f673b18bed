// Splats as a PLY file that viewers of 3-D Gaussians open: the inverse of splatPly.ts, with scales and rotation from R diag(s^2) R^T.
// Single precision, little-endian, without harmonics beyond the zeroth band.
import { type Matrix, OtError } from "monge";
import { type FileOptions, writeFileAtomic } from "./atomicFile.ts";
import { assertPositive, assertSymmetric, eigenSymmetric, quaternionOf } from "./covariance.ts";
import { harmonic0 } from "./splatScene.ts";

/** What a splat file is made of: a `SplatScene`, or a mixture of Gaussians, opaque and grey where nothing else is said. */
export interface SplatsLike {
  /** n x 3, n >= 1. */
  readonly means: Matrix;
  /** n covariances of 3 x 3, row-major, symmetric positive semi-definite. */
  readonly covariances: Float64Array;
  /** n numbers in [0, 1]. Default: all 1. */
  readonly opacities?: Float64Array;
  /** n x 3, in [0, 1]. Default: all 1/2. */
  readonly colours?: Matrix;
  /** n whole numbers. Default: none are written. */
  readonly labels?: Int32Array;
}

const properties = "x y z f_dc_0 f_dc_1 f_dc_2 opacity scale_0 scale_1 scale_2 rot_0 rot_1 rot_2 rot_3".split(" ");
const blockRows = 4096;

/** Logits of 0 and 1 are infinite, which few programs read: half a unit of single precision away from them is written. */
const nearlyOne = 1 - 2 ** -24;
/** Stands for a scale of 0, whose logarithm is infinite. */
const leastScale = 1e-20;

/**
 * The bytes of a `.ply` in the layout of 3-D Gaussian splatting. Reading it back gives the same scene to single precision. Throws
 * `InvalidShape` (lengths that do not fit) and `InvalidValue` (NaN, a covariance that is none, an opacity outside [0, 1]).
 */
export function encodeSplatPly(scene: SplatsLike): Uint8Array {
  const count = checkSplats(scene);
  const head = header(scene, count);
  const out = new Uint8Array(head.length + count * rowBytes(scene));
  out.set(head);
  encodeRows(scene, 0, count, new DataView(out.buffer, head.length));
  return out;
}

/** Writes {@link encodeSplatPly} to `path` in pieces, whole or not at all (Node). */
export async function writeSplatPly(path: string, scene: SplatsLike, options: FileOptions = {}): Promise<void> {
  const count = checkSplats(scene);
  await writeFileAtomic(path, pieces(scene, count), options);
}

function* pieces(scene: SplatsLike, count: number): Generator<Uint8Array> {
  yield header(scene, count);
  for (let first = 0; first < count; first += blockRows) {
    const rows = Math.min(blockRows, count - first);
    const block = new Uint8Array(rows * rowBytes(scene));
    encodeRows(scene, first, rows, new DataView(block.buffer));
    yield block;
  }
}

function header({ labels }: SplatsLike, count: number): Uint8Array {
  const declared = properties.map((name) => `property float ${name}\n`).join("");
  const label = labels === undefined ? "" : "property int label\n";
  return new TextEncoder().encode(
    `ply\nformat binary_little_endian 1.0\nelement vertex ${count}\n${declared}${label}end_header\n`,
  );
}

function rowBytes({ labels }: SplatsLike): number {
  return 4 * (properties.length + (labels === undefined ? 0 : 1));
}

function encodeRows(scene: SplatsLike, first: number, rows: number, view: DataView): void {
  const { means, covariances, opacities, colours, labels } = scene;
  const quaternion = new Float64Array(4);
  for (let i = first, at = 0; i < first + rows; i++) {
    const put = (value: number): void => {
      view.setFloat32(at, value, true);
      at += 4;
    };
    for (let k = 0; k < 3; k++) put(means.data[3 * i + k]);
    for (let k = 0; k < 3; k++) put(((colours?.data[3 * i + k] ?? 0.5) - 0.5) / harmonic0);
    const opacity = Math.min(nearlyOne, Math.max(1 - nearlyOne, opacities?.[i] ?? 1));
    put(Math.log(opacity / (1 - opacity)));
    const { values, vectors } = eigenSymmetric(covariances.subarray(9 * i, 9 * i + 9), 3);
    for (let k = 0; k < 3; k++) put(Math.log(Math.max(leastScale, Math.sqrt(Math.max(0, values[k])))));
    quaternionOf(vectors, quaternion);
    for (let k = 0; k < 4; k++) put(quaternion[k]);
    if (labels === undefined) continue;
    view.setInt32(at, labels[i], true);
    at += 4;
  }
}

/** The number of splats of a scene that can be written. */
function checkSplats({ means, covariances, opacities, colours, labels }: SplatsLike): number {
  const count = means.rows;
  const shape = (argument: string, seen: number, wanted: number): void => {
    if (seen === wanted) return;
    throw new OtError("InvalidShape", `${argument} holds ${seen} numbers, and ${count} splats need ${wanted}.`, {
      argument,
      seen,
      cure: "Pass means n x 3, covariances n x 3 x 3, opacities n, colours n x 3 and labels n.",
    });
  };
  if (!(count >= 1) || means.cols !== 3) {
    throw new OtError("InvalidShape", `scene.means is ${count} x ${means.cols}, not n x 3.`, {
      argument: "scene.means",
      seen: [count, means.cols],
      cure: "Pass at least one centre of three coordinates.",
    });
  }
  shape("scene.means", means.data.length, 3 * count);
  shape("scene.covariances", covariances.length, 9 * count);
  if (opacities !== undefined) shape("scene.opacities", opacities.length, count);
  if (colours !== undefined) shape("scene.colours", colours.data.length, 3 * count);
  if (labels !== undefined) shape("scene.labels", labels.length, count);
  within("scene.means", means.data, 3, -3e38, 3e38);
  within("scene.covariances", covariances, 9, -1e76, 1e76);
  if (opacities !== undefined) within("scene.opacities", opacities, 1, 0, 1);
  if (colours !== undefined) within("scene.colours", colours.data, 3, 0, 1);
  for (let i = 0; i < count; i++) {
    const one = covariances.subarray(9 * i, 9 * i + 9);
    assertSymmetric(one, 3, `scene.covariances[${i}]`);
    assertPositive(one, 3, `scene.covariances[${i}]`);
  }
  return count;
}

/** `width`: numbers of one splat, to name the splat. */
function within(argument: string, data: ArrayLike<number>, width: number, low: number, high: number): void {
  for (let k = 0; k < data.length; k++) {
    if (data[k] >= low && data[k] <= high) continue;
    const place = `${argument}[${Math.floor(k / width)}]`;
    throw new OtError("InvalidValue", `${place} is ${data[k]}, outside [${low}, ${high}].`, {
      argument: place,
      seen: data[k],
      cure: "Correct or leave out that splat.",
    });
  }
}

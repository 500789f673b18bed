// Pictures as points: channels x height x width samples in [-1, 1], row-major, one vector of R^d each.
// Stacks are split into views; nothing that is not finite passes.
import { OtError } from "../errors/otError.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";

/** Channels, height and width. */
export type PictureShape = readonly [channels: number, height: number, width: number];

/** One picture; sample (c, i, j) is `data[(c * height + i) * width + j]`, usually in [-1, 1]: -1 black, 1 white. */
export interface Picture {
  readonly data: Float32Array;
  readonly shape: PictureShape;
  /** Where it comes from, for errors. */
  readonly name?: string;
}

/**
 * Splits a stack into pictures: `shape` is [count, height, width] or [count, channels, height, width]. A `Float32Array` is looked
 * at in place, anything else copied. Throws `InvalidShape`, and `InvalidValue` for samples that are not finite.
 */
export function pictures(data: ArrayLike<number>, shape: readonly number[]): Picture[] {
  const [count, channels, height, width] = shape.length === 3 ? [shape[0], 1, shape[1], shape[2]] : shape;
  const size = channels * height * width;
  if ((shape.length !== 3 && shape.length !== 4) || data.length !== count * size || !(size > 0)) {
    throw new OtError("InvalidShape", `${data.length} numbers are no stack of shape ${shape.join(" x ")}.`, {
      argument: "shape",
      seen: [...shape],
      cure: "Pass [count, height, width] or [count, channels, height, width].",
    });
  }
  const samples = data instanceof Float32Array ? data : Float32Array.from(data);
  return Array.from({ length: count }, (_, k) => {
    const picture = { data: samples.subarray(k * size, (k + 1) * size), shape: [channels, height, width] as const };
    requireFinite(picture, `picture ${k}`);
    return picture;
  });
}

/** Pictures of one shape as the rows of a matrix, copied. Throws `InvalidShape`. */
export function pictureMatrix(list: readonly Picture[]): Matrix<Float32Array> {
  const shape = commonShape(list);
  const cols = shape[0] * shape[1] * shape[2];
  const data = new Float32Array(list.length * cols);
  list.forEach((picture, k) => {
    data.set(picture.data, k * cols);
  });
  return { data, rows: list.length, cols };
}

/** The rows of a matrix as pictures of the given shape. Throws `InvalidShape`. */
export function matrixPictures(points: Matrix<Floats>, shape: PictureShape): Picture[] {
  return pictures(points.data, [points.rows, ...shape]);
}

/** The shape that all pictures have. Throws `InvalidShape` for none, and where two differ. */
export function commonShape(list: readonly Picture[], argument = "pictures"): PictureShape {
  if (list.length === 0) throw noPictures(argument);
  const [first] = list;
  const other = list.find(({ shape }) => shape.some((extent, axis) => extent !== first.shape[axis]));
  if (other === undefined) return first.shape;
  throw new OtError(
    "InvalidShape",
    `${other.name ?? argument} is ${shapeText(other.shape)}, ${first.name ?? "the first picture"} is ${shapeText(first.shape)}.`,
    { argument, seen: [...other.shape], cure: "Use pictures of one size, or take crops of them." },
  );
}

/** The number of channels that all pictures have. Throws `InvalidShape`. */
export function commonChannels(list: readonly Picture[], argument = "pictures"): number {
  if (list.length === 0) throw noPictures(argument);
  const [first] = list;
  const other = list.find(({ shape }) => shape[0] !== first.shape[0]);
  if (other === undefined) return first.shape[0];
  throw new OtError(
    "InvalidShape",
    `${other.name ?? argument} has ${other.shape[0]} channel${other.shape[0] === 1 ? "" : "s"}, ${first.name ?? "the first picture"} has ${first.shape[0]}.`,
    { argument, seen: other.shape[0], cure: "Use pictures with the same channels, or read all of them as grey." },
  );
}

/** Throws `InvalidValue` for a sample that is not finite. */
export function requireFinite({ data, shape, name }: Picture, fallback: string): void {
  for (let k = 0; k < data.length; k++) {
    if (Number.isFinite(data[k])) continue;
    const [, height, width] = shape;
    const place = `channel ${Math.floor(k / (height * width))}, row ${Math.floor(k / width) % height}, column ${k % width}`;
    throw new OtError("InvalidValue", `${name ?? fallback} holds ${data[k]} at ${place}.`, {
      argument: name ?? fallback,
      seen: data[k],
      cure: "Replace or leave out what is no number.",
    });
  }
}

function noPictures(argument: string): OtError {
  return new OtError("InvalidShape", `${argument} holds no pictures.`, {
    argument,
    seen: 0,
    cure: "Pass one picture at least.",
  });
}

/** `3 x 32 x 32`. */
function shapeText(shape: PictureShape): string {
  return `${shape.join(" x ")} (channels x height x width)`;
}

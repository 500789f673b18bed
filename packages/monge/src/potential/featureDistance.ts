// How far two collections of pictures are from each other as clouds of features.
// Frechet (1957), Dowson and Landau (1982): W2 between the Gaussians of the features, |m - n|^2 + tr(A + B - 2 (A B)^(1/2)), rooted.
import { OtError } from "../errors/otError.ts";
import { buresWassersteinDistance } from "../gaussian/bures.ts";
import type { Matrix } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { dot } from "../linalg/sum.ts";
import { empiricalGaussian } from "../measure/gaussian.ts";
import { commonShape, type Picture, type PictureShape, pictureMatrix } from "./picture.ts";

/** Numbers that describe a picture. */
export interface Features {
  readonly name: string;
  readonly count: number;
  /** n x count. */
  of(list: readonly Picture[]): Matrix;
}

/** W2 between the Gaussians fitted to the features of two collections; in the unit of the features. Throws `InvalidShape`. */
export function featureDistance(left: readonly Picture[], right: readonly Picture[], features: Features): number {
  return buresWassersteinDistance(empiricalGaussian(features.of(left)), empiricalGaussian(features.of(right)));
}

/**
 * The `count` principal components of a collection, found by subspace iteration from a seeded start: projections of a picture,
 * less the mean, in the unit of its samples. Throws `InvalidShape`, `InvalidValue`.
 */
export function principalFeatures(list: readonly Picture[], count = 32, seed = 0): Features {
  const shape = commonShape(list);
  const { data, rows, cols } = pictureMatrix(list);
  if (!Number.isInteger(count) || count < 1 || count > Math.min(cols, rows)) {
    throw new OtError("InvalidValue", `count is ${count}, of ${rows} pictures with ${cols} samples.`, {
      argument: "count",
      seen: count,
      cure: "Use a whole number, of at most as many as there are pictures and samples.",
    });
  }
  const mean = new Float64Array(cols);
  for (let k = 0; k < data.length; k++) mean[k % cols] += data[k] / rows;
  const draw = random(seed);
  const basis = Float64Array.from({ length: count * cols }, () => draw.normal());
  orthonormalise(basis, count, cols);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const scores = project(data, rows, mean, basis, count);
    basis.fill(0);
    for (let i = 0; i < rows; i++)
      for (let p = 0; p < count; p++) {
        const score = scores[i * count + p];
        for (let k = 0; k < cols; k++) basis[p * cols + k] += score * (data[i * cols + k] - mean[k]);
      }
    orthonormalise(basis, count, cols);
  }
  return {
    name: `${count} principal components`,
    count,
    of(pictures) {
      requireShape(pictures, shape);
      const points = pictureMatrix(pictures);
      return { data: project(points.data, points.rows, mean, basis, count), rows: points.rows, cols: count };
    },
  };
}

/** Enough for the span of components to be that of the data to a percent; the distance does not depend on their order. */
const sweeps = 12;

function project(
  data: Float32Array,
  rows: number,
  mean: Float64Array,
  basis: Float64Array,
  count: number,
): Float64Array {
  const cols = mean.length;
  const out = new Float64Array(rows * count);
  const centred = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < cols; k++) centred[k] = data[i * cols + k] - mean[k];
    for (let p = 0; p < count; p++) {
      let sum = 0;
      for (let k = 0; k < cols; k++) sum += centred[k] * basis[p * cols + k];
      out[i * count + p] = sum;
    }
  }
  return out;
}

/** Gram-Schmidt, twice over each row; a row without anything of its own becomes 0. */
function orthonormalise(basis: Float64Array, count: number, cols: number): void {
  for (let p = 0; p < count; p++) {
    const row = basis.subarray(p * cols, (p + 1) * cols);
    const before = Math.sqrt(dot(row, row));
    for (let pass = 0; pass < 2; pass++) {
      for (let q = 0; q < p; q++) {
        const other = basis.subarray(q * cols, (q + 1) * cols);
        let along = 0;
        for (let k = 0; k < cols; k++) along += row[k] * other[k];
        for (let k = 0; k < cols; k++) row[k] -= along * other[k];
      }
    }
    const length = Math.sqrt(dot(row, row));
    for (let k = 0; k < cols; k++) row[k] = length > 1e-12 * before ? row[k] / length : 0;
  }
}

function requireShape(list: readonly Picture[], shape: PictureShape): void {
  if (commonShape(list).every((extent, axis) => extent === shape[axis])) return;
  throw new OtError("InvalidShape", `The features are of pictures of shape ${shape.join(" x ")}.`, {
    argument: "pictures",
    seen: [...list[0].shape],
    cure: "Pass pictures of that shape.",
  });
}

// Classical multidimensional scaling: points in few dimensions whose distances are those given as well as can be.
// The leading eigenvectors of B = -J D^2 J / 2, J the centring; Torgerson (1952). By orthogonal iteration from fixed vectors.
import { OtError } from "../errors/otError.ts";
import type { Matrix, MatrixLike } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { squareMatrix } from "../statistics/energy.ts";

/** Points from distances. */
export interface Scaling {
  /** N x dimensions. */
  readonly points: Matrix;
  /** Eigenvalue of each dimension, descending; negative ones give no coordinate (0). */
  readonly values: Float64Array;
  /** Share of the total squared spread, trace B, that the points keep. */
  readonly kept: number;
}

const iterations = 200;

/** Points in `dimensions` (default 2) dimensions from an N x N matrix of distances. Throws `InvalidShape`, `InvalidValue`. */
export function classicalScaling(distances: MatrixLike, dimensions = 2): Scaling {
  const N = (distances as Matrix).rows ?? (distances as readonly unknown[]).length;
  const { data } = squareMatrix(distances, N);
  if (!(Number.isInteger(dimensions) && dimensions >= 1 && dimensions <= N)) {
    throw new OtError("InvalidValue", `dimensions is ${dimensions}.`, {
      argument: "dimensions",
      seen: dimensions,
      cure: `Use a whole number from 1 to ${N}.`,
    });
  }
  const B = doubleCentred(data, N);
  let trace = 0;
  let largest = 0;
  for (let i = 0; i < N; i++) {
    trace += B[i * N + i];
    let row = 0;
    for (let j = 0; j < N; j++) row += Math.abs(B[i * N + j]);
    largest = Math.max(largest, row);
  }
  const rng = random(1);
  const vectors = Array.from({ length: dimensions }, () => Float64Array.from({ length: N }, () => rng.normal()));
  const values = new Float64Array(dimensions);
  for (let step = 0; step < iterations; step++) {
    vectors.forEach((vector, k) => {
      // Shifted by a bound of the spectrum, the largest eigenvalue is that of largest magnitude.
      const image = times(B, vector, N).map((value, i) => value + (largest / 4) * vector[i]);
      for (let l = 0; l < k; l++) {
        const along = inner(image, vectors[l]);
        for (let i = 0; i < N; i++) image[i] -= along * vectors[l][i];
      }
      const length = Math.sqrt(inner(image, image));
      vectors[k] = length > 0 ? image.map((value) => value / length) : vector;
    });
  }
  vectors.forEach((vector, k) => {
    values[k] = inner(vector, times(B, vector, N));
  });
  const points = new Float64Array(N * dimensions);
  for (let i = 0; i < N; i++)
    for (let k = 0; k < dimensions; k++) points[i * dimensions + k] = vectors[k][i] * Math.sqrt(Math.max(0, values[k]));
  const sum = values.reduce((total, value) => total + Math.max(0, value), 0);
  return {
    points: { data: points, rows: N, cols: dimensions },
    values,
    kept: trace > 0 ? Math.min(1, sum / trace) : 1,
  };
}

function doubleCentred(data: Float64Array, N: number): Float64Array {
  const B = data.map((value) => (-value * value) / 2);
  const means = new Float64Array(N);
  for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) means[i] += B[i * N + j] / N;
  const mean = means.reduce((total, value) => total + value, 0) / N;
  for (let i = 0; i < N; i++) for (let j = 0; j < N; j++) B[i * N + j] += mean - means[i] - means[j];
  return B;
}

function times(B: Float64Array, vector: Float64Array, N: number): Float64Array {
  const out = new Float64Array(N);
  for (let i = 0; i < N; i++) {
    let total = 0;
    for (let j = 0; j < N; j++) total += B[i * N + j] * vector[j];
    out[i] = total;
  }
  return out;
}

function inner(x: Float64Array, y: Float64Array): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i] * y[i];
  return total;
}

// What squared Bures-Wasserstein distances need of each Gaussian, computed once: a record of numbers a component.
//
// d = 1: mean, deviation.
// d = 2: mean (2), covariance (3), root of its determinant, trace, its root.
// d = 3: mean (3), covariance (6), adjugate (6), root of the determinant, trace, its root.
// d > 3: mean (d), trace, its root, root of the covariance (d d).
// Off-diagonal entries of symmetric matrices are stored times the root of 2, so that tr A B is a plain dot product.
import { clearRounding, type Eigen, eigenInto, squareRoot } from "../linalg/eigen.ts";
import { trace } from "../linalg/small.ts";
import type { Mixture } from "../measure/mixture.ts";

/** Numbers in the record of a d-dimensional Gaussian; even, so that records stay aligned to 16 bytes. */
export function recordSize(d: number): number {
  if (d <= 3) return [0, 2, 8, 18][d];
  const size = d + 2 + d * d;
  return size + (size & 1);
}

/**
 * The unit of length, a power of two, in which records are kept: 1 unless the squares of the traces could leave the range of doubles.
 */
export function lengthUnit(...mixtures: readonly Mixture[]): number {
  let largest = 0;
  for (const { covariances, means } of mixtures) {
    const d = means.cols;
    for (let begin = 0; begin < covariances.length; begin += d * d) {
      for (let k = 0; k < d; k++) largest = Math.max(largest, covariances[begin + k * (d + 1)]);
    }
  }
  return largest === 0 || (largest > 1e-60 && largest < 1e60) ? 1 : 2 ** Math.round(Math.log2(largest) / 2);
}

/** The records of all components, one after the other, lengths in `unit`. */
export function gaussianRecords(mixture: Mixture, unit: number): Float64Array {
  const { means, covariances } = unit === 1 ? mixture : inUnit(mixture, unit);
  const { data, rows: n, cols: d } = means;
  const size = recordSize(d);
  const records = new Float64Array(n * size);
  for (let i = 0; i < n; i++) writeRecord(data, i * d, covariances, i * d * d, d, records, i * size);
  return records;
}

/** The mixture with lengths in `unit`. */
export function inUnit(mixture: Mixture, unit: number): Mixture {
  const { means, covariances } = mixture;
  return {
    ...mixture,
    means: { ...means, data: means.data.map((value) => value / unit) },
    covariances: covariances.map((value) => value / unit / unit),
  };
}

/** Room for the one matrix at a time whose eigenvalues a record needs. */
const space: Eigen = { values: new Float64Array(3), vectors: new Float64Array(9) };
const work = new Float64Array(9);

/** Writes the record of the Gaussian whose mean starts at `meanAt` and whose covariance starts at `covarianceAt`. */
export function writeRecord(
  means: Float64Array,
  meanAt: number,
  covariances: Float64Array,
  covarianceAt: number,
  d: number,
  records: Float64Array,
  at: number,
): void {
  for (let k = 0; k < d; k++) records[at + k] = means[meanAt + k];
  const A = covariances;
  const o = covarianceAt;
  if (d === 1) records[at + 1] = Math.sqrt(Math.max(0, A[o]));
  else if (d === 2) {
    records[at + 2] = A[o];
    records[at + 3] = A[o + 3];
    records[at + 4] = A[o + 1] * Math.SQRT2;
    const product = A[o] * A[o + 3];
    const determinant = product - A[o + 1] * A[o + 1];
    // What rounding leaves of a product is no determinant: its root would be 1e-8.
    records[at + 5] = determinant > 2 ** -49 * product ? Math.sqrt(determinant) : 0;
    records[at + 6] = A[o] + A[o + 3];
    records[at + 7] = Math.sqrt(records[at + 6]);
  } else if (d === 3) {
    // By eigenvalues, for a determinant from the entries would leave 1e-16 of a matrix of rank 1, and the fourth root of that in s.
    eigenInto(A, o, 3, space, work);
    clearRounding(A, o, 3, space);
    const { values, vectors } = space;
    packSymmetric(A, o, records, at + 3);
    records.fill(0, at + 9, at + 15);
    for (let k = 0; k < 3; k++) {
      const minor = values[(k + 1) % 3] * values[(k + 2) % 3];
      const u = vectors[3 * k];
      const v = vectors[3 * k + 1];
      const w = vectors[3 * k + 2];
      records[at + 9] += minor * u * u;
      records[at + 10] += minor * v * v;
      records[at + 11] += minor * w * w;
      records[at + 12] += minor * u * v * Math.SQRT2;
      records[at + 13] += minor * u * w * Math.SQRT2;
      records[at + 14] += minor * v * w * Math.SQRT2;
    }
    records[at + 15] = Math.sqrt(values[0]) * Math.sqrt(values[1]) * Math.sqrt(values[2]);
    records[at + 16] = A[o] + A[o + 4] + A[o + 8];
    records[at + 17] = Math.sqrt(records[at + 16]);
  } else {
    const covariance = A.subarray(o, o + d * d);
    records[at + d] = trace(covariance, d);
    records[at + d + 1] = Math.sqrt(records[at + d]);
    records.set(squareRoot(covariance, d), at + d + 2);
  }
}

function packSymmetric(A: Float64Array, o: number, out: Float64Array, at: number): void {
  out[at] = A[o];
  out[at + 1] = A[o + 4];
  out[at + 2] = A[o + 8];
  out[at + 3] = A[o + 1] * Math.SQRT2;
  out[at + 4] = A[o + 2] * Math.SQRT2;
  out[at + 5] = A[o + 5] * Math.SQRT2;
}

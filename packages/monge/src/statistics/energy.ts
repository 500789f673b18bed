// The energy statistic of two groups from their pairwise distances: 2 mean d(x, y) - mean d(x, x') - mean d(y, y').
// Szekely and Rizzo, "Energy statistics" (2013). For Euclidean distances it is 0 only for equal laws.
import { OtError } from "../errors/otError.ts";
import { isMatrix, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";

/** The means of the pairwise values between and within two groups, of which energy and kernel statistics are made. */
export interface GroupMeans {
  readonly between: number;
  /** Means over all ordered pairs, each member with itself included. */
  readonly withinA: number;
  readonly withinB: number;
}

/** Means of a symmetric matrix over the members `a` and `b`, given by row; a member may occur several times. */
export function groupMeans({ data, cols: N }: Matrix, a: Int32Array, b: Int32Array): GroupMeans {
  const n = a.length;
  const m = b.length;
  let between = 0;
  for (let k = 0; k < n; k++) {
    const row = a[k] * N;
    for (let l = 0; l < m; l++) between += data[row + b[l]];
  }
  return { between: between / (n * m), withinA: within(data, N, a) / (n * n), withinB: within(data, N, b) / (m * m) };
}

function within(data: Float64Array, N: number, members: Int32Array): number {
  let total = 0;
  for (let k = 0; k < members.length; k++) {
    const row = members[k] * N;
    let own = 0;
    for (let l = 0; l < k; l++) own += data[row + members[l]];
    total += 2 * own + data[row + members[k]];
  }
  return total;
}

/** The rows of the two groups that labels 0 and 1 make. */
export function groupsOf(labels: ArrayLike<number>): [Int32Array, Int32Array] {
  const a: number[] = [];
  const b: number[] = [];
  for (let k = 0; k < labels.length; k++) (labels[k] === 0 ? a : b).push(k);
  return [Int32Array.from(a), Int32Array.from(b)];
}

/**
 * The energy statistic from a symmetric N x N matrix of distances and labels 0 and 1: 2 E d(X, Y) - E d(X, X') - E d(Y, Y').
 *
 * It is the squared energy distance where the distances are Euclidean, or others of negative type; for other distances, as Wasserstein
 * distances in the plane, it may be negative, and serves as a statistic of a permutation test all the same.
 *
 * Throws `InvalidShape` where the matrix is not N x N for N labels.
 */
export function energyStatistic(distances: MatrixLike, labels: ArrayLike<number>): number {
  const { between, withinA, withinB } = groupMeans(squareMatrix(distances, labels.length), ...groupsOf(labels));
  return 2 * between - withinA - withinB;
}

/** Reads an N x N matrix of pairwise values. Throws `InvalidShape`. */
export function squareMatrix(values: MatrixLike, count: number): Matrix {
  const { data, rows, cols } = toMatrix(values, "distances");
  if (rows !== count || cols !== count) {
    throw new OtError("InvalidShape", `The matrix is ${rows} x ${cols} for ${count} members.`, {
      argument: "distances",
      seen: [rows, cols],
      cure: "Pass one row and one column for each member.",
    });
  }
  return isMatrix(values) && data instanceof Float64Array
    ? { data, rows, cols }
    : { data: Float64Array.from(data), rows, cols };
}

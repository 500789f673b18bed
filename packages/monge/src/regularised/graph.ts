// Graphs of similar points for the Laplacian regulariser: given, or each point with its k nearest.
import { OtError } from "../errors/otError.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { checkSparse, isSparseMatrix, type SparseMatrix } from "../linalg/sparse.ts";

/** Pairs of points, each once, with the weight that both directions have on average. */
export interface Edges {
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly weight: Float64Array;
}

/** The graph in which each point is joined to its k nearest others, ties to the lower index; 1/2 where only one of two chose the other. */
export function nearestGraph({ data, rows, cols }: Matrix<Floats>, k: number): Edges {
  const pairs = new Map<number, number>();
  const distance = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    for (let other = 0; other < rows; other++) {
      let total = 0;
      for (let c = 0; c < cols; c++) total += (data[i * cols + c] - data[other * cols + c]) ** 2;
      distance[other] = other === i ? Infinity : total;
    }
    const nearest = Array.from(distance.keys()).sort((p, q) => distance[p] - distance[q] || p - q);
    for (const other of nearest.slice(0, Math.min(k, rows - 1))) add(pairs, rows, i, other, 0.5);
  }
  return edgesOf(pairs, rows);
}

/** The symmetric part of a given similarity matrix, without its diagonal. Throws `InvalidShape` or `InvalidValue` for `argument`. */
export function givenGraph(value: MatrixLike | SparseMatrix, size: number, argument: string): Edges {
  const pairs = new Map<number, number>();
  const put = (i: number, k: number, weight: number): void => {
    if (!(weight >= 0 && weight < Infinity)) {
      throw new OtError("InvalidValue", `The similarity [${i}][${k}] is ${weight}.`, {
        argument,
        seen: weight,
        cure: "Use finite similarities of at least 0.",
      });
    }
    if (weight > 0 && i !== k) add(pairs, size, i, k, weight / 2);
  };
  if (isSparseMatrix(value)) {
    checkSparse(value, argument);
    checkSquare(value.rows, value.cols, size, argument);
    for (let i = 0; i < size; i++) {
      for (let at = value.rowPtr[i]; at < value.rowPtr[i + 1]; at++) put(i, value.colIdx[at], value.values[at]);
    }
  } else {
    const { data, rows, cols } = toMatrix(value, argument);
    checkSquare(rows, cols, size, argument);
    for (let i = 0; i < size; i++) for (let k = 0; k < size; k++) put(i, k, data[i * size + k]);
  }
  return edgesOf(pairs, size);
}

function checkSquare(rows: number, cols: number, size: number, argument: string): void {
  if (rows === size && cols === size) return;
  throw new OtError("InvalidShape", `The graph is ${rows} x ${cols} for ${size} points.`, {
    argument,
    seen: [rows, cols],
    cure: "Pass one row and one column for each point.",
  });
}

function add(pairs: Map<number, number>, size: number, i: number, k: number, weight: number): void {
  const key = Math.min(i, k) * size + Math.max(i, k);
  pairs.set(key, (pairs.get(key) ?? 0) + weight);
}

function edgesOf(pairs: Map<number, number>, size: number): Edges {
  // In the order of the points: sums over edges must not depend on who was read first.
  const keys = [...pairs.keys()].sort((p, q) => p - q);
  return {
    from: Int32Array.from(keys, (key) => Math.floor(key / size)),
    to: Int32Array.from(keys, (key) => key % size),
    weight: Float64Array.from(keys, (key) => pairs.get(key) as number),
  };
}

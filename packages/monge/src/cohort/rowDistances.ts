// Euclidean distances between the rows of a matrix: of pixels, or of an embedding.
import { points } from "../cost/points.ts";
import type { Matrix } from "../linalg/matrix.ts";

/** |x_i - x_j| for all rows, N x N. */
export function rowDistances(rows: Matrix): Matrix {
  return { data: points(rows, rows, "euclidean").block(0, rows.rows), rows: rows.rows, cols: rows.rows };
}

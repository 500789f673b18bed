// A cost given as a matrix.
import { OtError } from "../errors/otError.ts";
import type { Floats, Matrix, MatrixLike } from "../linalg/matrix.ts";
import { toMatrix } from "../linalg/matrix.ts";
import { type CostBase, costFromRows } from "./base.ts";

/** A cost matrix in memory. */
export interface DenseCost extends CostBase {
  readonly kind: "dense";
  readonly matrix: Matrix<Floats>;
}

/**
 * The cost whose entries are those of `M` (n x m). `Infinity` forbids a pair.
 * A matrix object is referenced, not copied; an array of rows is copied.
 *
 * Throws `InvalidValue` at the first NaN or -Infinity, with its place.
 */
export function dense(M: MatrixLike): DenseCost {
  const read = toMatrix(M, "C");
  const { data, rows, cols } = read;
  for (let k = 0; k < data.length; k++) {
    // NaN compares false with everything, so the one test catches it and -Infinity.
    if (!(data[k] > -Infinity)) {
      const i = Math.floor(k / cols);
      throw new OtError("InvalidValue", `The cost C[${i}][${k - i * cols}] is ${data[k]}.`, {
        argument: "C",
        seen: data[k],
        cure: "Use finite costs, or Infinity for a forbidden pair.",
      });
    }
  }
  return {
    kind: "dense",
    matrix: read,
    ...costFromRows(
      [rows, cols],
      (i, j) => data[i * cols + j],
      (i, out, offset) => out.set(data.subarray(i * cols, (i + 1) * cols), offset),
    ),
  };
}

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
  const k = firstInvalid(data);
  if (k >= 0) {
    const i = Math.floor(k / cols);
    throw new OtError("InvalidValue", `The cost C[${i}][${k - i * cols}] is ${data[k]}.`, {
      argument: "C",
      seen: data[k],
      cure: "Use finite costs, or Infinity for a forbidden pair.",
    });
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

/** The first entry that is NaN or -Infinity, or -1: NaN compares false with everything, so one test catches both. */
function firstInvalid(data: Floats): number {
  const count = data.length;
  for (let k = 0; k < count; k++) if (!(data[k] > -Infinity)) return k;
  return -1;
}

// Two samples, checked and pooled: the rows of x, then those of y.
import { OtError } from "../errors/otError.ts";
import { isMatrix, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";

/** A sample: n x d, or n numbers. */
export type SampleLike = MatrixLike | ArrayLike<number>;

/** Two samples in one matrix: rows 0 .. n - 1 are of x, the m others of y. */
export interface Pooled {
  readonly pool: Matrix;
  readonly n: number;
  readonly m: number;
}

/** Pools two samples of at least two members each. Throws `InvalidShape`, `InvalidValue`. */
export function poolSamples(x: SampleLike, y: SampleLike): Pooled {
  const left = readSample(x, "x");
  const right = readSample(y, "y");
  if (left.cols !== right.cols) {
    throw new OtError("InvalidShape", `x has ${left.cols} coordinates, y has ${right.cols}.`, {
      argument: "y",
      seen: right.cols,
      cure: "Compare samples of the same dimension.",
    });
  }
  const data = new Float64Array(left.data.length + right.data.length);
  data.set(left.data);
  data.set(right.data, left.data.length);
  return { pool: { data, rows: left.rows + right.rows, cols: left.cols }, n: left.rows, m: right.rows };
}

/** Reads a sample. Throws `InvalidShape` for fewer than two members, `InvalidValue` for a number that is not finite. */
export function readSample(x: SampleLike, argument: string): Matrix {
  const flat = !isMatrix(x) && x !== null && typeof x === "object" && typeof (x as ArrayLike<unknown>)[0] === "number";
  const read = flat
    ? { data: Float64Array.from(x as ArrayLike<number>), rows: (x as ArrayLike<number>).length, cols: 1 }
    : toMatrix(x as MatrixLike, argument);
  if (read.rows < 2 || read.cols < 1) {
    throw new OtError("InvalidShape", `${argument} has ${read.rows} members of ${read.cols} coordinates.`, {
      argument,
      seen: [read.rows, read.cols],
      cure: "Pass a sample of at least two members.",
    });
  }
  const wrong = read.data.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) {
    throw new OtError(
      "InvalidValue",
      `${argument} holds ${read.data[wrong]} in row ${Math.floor(wrong / read.cols)}.`,
      {
        argument,
        seen: read.data[wrong],
        cure: "Leave such rows out: every coordinate must be finite.",
      },
    );
  }
  return { data: Float64Array.from(read.data), rows: read.rows, cols: read.cols };
}

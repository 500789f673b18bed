// Row-major matrices: entry (i, j) is data[i * cols + j].
import { OtError } from "../errors/otError.ts";

/** The two float buffers that the library reads. Yours are read, never written, never detached. */
export type Floats = Float64Array | Float32Array;

/** A dense row-major matrix; entry (i, j) is `data[i * cols + j]`. */
export interface Matrix<T extends Floats = Float64Array> {
  readonly data: T;
  readonly rows: number;
  readonly cols: number;
}

/** A matrix, or an array of equally long rows (copied). */
export type MatrixLike = Matrix<Floats> | readonly ArrayLike<number>[];

/** Wraps `data` as a `rows` x `cols` matrix without a copy. Throws `InvalidShape` if the length does not fit. */
export function matrix<T extends Floats>(data: T, rows: number, cols: number): Matrix<T> {
  if (data.length !== rows * cols) {
    throw new OtError("InvalidShape", `A ${rows} x ${cols} matrix needs ${rows * cols} numbers, got ${data.length}.`, {
      argument: "data",
      seen: data.length,
      cure: "Pass rows and cols that multiply to the length of data.",
    });
  }
  return { data, rows, cols };
}

/** Whether `value` has the fields of a {@link Matrix}. */
export function isMatrix(value: unknown): value is Matrix<Floats> {
  const candidate = value as Matrix<Floats> | null;
  return (
    typeof candidate === "object" &&
    candidate !== null &&
    (candidate.data instanceof Float64Array || candidate.data instanceof Float32Array) &&
    typeof candidate.rows === "number" &&
    typeof candidate.cols === "number"
  );
}

/** Reads a {@link MatrixLike}: a matrix is passed through after a check of its length, an array of rows is copied. */
export function toMatrix(value: MatrixLike, argument: string): Matrix<Floats> {
  if (isMatrix(value)) return matrix(value.data, value.rows, value.cols);
  if (!Array.isArray(value) && !(typeof value === "object" && value !== null && "length" in value)) {
    throw new OtError("InvalidShape", `${argument} is not a matrix.`, {
      argument,
      seen: value,
      cure: "Pass { data: Float64Array, rows, cols } or an array of rows.",
    });
  }
  const rows = value as readonly ArrayLike<number>[];
  const cols = rows.length === 0 ? 0 : (rows[0]?.length ?? 0);
  const data = new Float64Array(rows.length * cols);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (row === null || typeof row !== "object" || row.length !== cols) {
      throw new OtError(
        "InvalidShape",
        `${argument} is ragged: row ${i} has ${row?.length} entries, row 0 has ${cols}.`,
        {
          argument,
          seen: row?.length,
          cure: "Make every row equally long.",
        },
      );
    }
    data.set(row, i * cols);
  }
  return { data, rows: rows.length, cols };
}

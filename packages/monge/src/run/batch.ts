// Many problems of one size in one call: how their costs and masses are given, and whose error an error is.
import { isOtError, OtError } from "../errors/otError.ts";
import { type Floats, isMatrix, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import type { Weights } from "../measure/weights.ts";

/** `count` cost matrices of `rows` x `cols` one after the other: C_kij is data[(k rows + i) cols + j]. */
export interface CostStack {
  readonly data: Floats;
  readonly count: number;
  readonly rows: number;
  readonly cols: number;
}

/** Masses of a batch: one vector for all problems, a matrix with one row for each problem, or null for uniform masses. */
export type BatchWeights = Weights | MatrixLike;

/** Runs `work`; an error says which problem it belongs to. */
export function named<R>(k: number, work: () => R): R {
  try {
    return work();
  } catch (error) {
    if (!isOtError(error)) throw error;
    const { code, argument, seen, cure, witness } = error;
    const message = error.message.endsWith(cure) ? error.message.slice(0, -cure.length).trimEnd() : error.message;
    throw new OtError(code, `Problem ${k} of the batch: ${message}`, { argument, seen, cure, witness, cause: error });
  }
}

/** The matrices of a stack, without a copy where they are one. Throws `InvalidShape`. */
export function readStack(C: CostStack | readonly MatrixLike[]): Matrix<Floats>[] {
  const wrong = (message: string, seen: unknown): OtError =>
    new OtError("InvalidShape", message, {
      argument: "C",
      seen,
      cure: "Pass { data, count, rows, cols } with count x rows x cols numbers, or matrices of one size.",
    });
  if (Array.isArray(C)) {
    const matrices = C.map((value: MatrixLike, k) => toMatrix(value, `C[${k}]`));
    const odd = matrices.findIndex(({ rows, cols }) => rows !== matrices[0].rows || cols !== matrices[0].cols);
    if (odd < 0) return matrices;
    throw wrong(`C[${odd}] is ${matrices[odd].rows} x ${matrices[odd].cols}, C[0] is another size.`, odd);
  }
  const { data, count, rows, cols } = (C ?? {}) as CostStack;
  const whole = [count, rows, cols].every((value) => Number.isInteger(value) && value >= 0);
  if (
    !(data instanceof Float64Array || data instanceof Float32Array) ||
    !whole ||
    data.length !== count * rows * cols
  ) {
    throw wrong(`C is no stack of matrices: ${data?.length} numbers for ${count} x ${rows} x ${cols}.`, data?.length);
  }
  return Array.from({ length: count }, (_, k) => ({
    data: data.subarray(k * rows * cols, (k + 1) * rows * cols),
    rows,
    cols,
  }));
}

/** The masses of problem k. */
export function readWeightRows(weights: BatchWeights, count: number, argument: string): (k: number) => Weights {
  if (weights === null || !(isMatrix(weights) || typeof (weights as readonly unknown[])[0] === "object")) {
    return () => weights as Weights;
  }
  const { data, rows, cols } = toMatrix(weights as MatrixLike, argument);
  if (rows !== count) {
    throw new OtError("InvalidShape", `${argument} has ${rows} rows for ${count} problems.`, {
      argument,
      seen: rows,
      cure: "Pass one row of masses for each problem, or one vector for all.",
    });
  }
  return (k) => data.subarray(k * cols, (k + 1) * cols);
}

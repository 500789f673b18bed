// Many transports on the line at once, values only: column k of X against column k of Y, as sliced distances need them.
import { points } from "../../cost/points.ts";
import { OtError } from "../../errors/otError.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../../linalg/matrix.ts";
import { prepare } from "../prepare.ts";
import { type LineSorter, withLineSorter } from "./lineOrder.ts";
import { pick, readExponent, type Wasserstein1dOptions } from "./lineProblem.ts";
import { northWest, type Staircase, staircaseCost, uniformStairs } from "./staircase.ts";

const columnsAtOnce = 16;

/** See `Wasserstein1d.batch`. */
export function wasserstein1dBatch(x: MatrixLike, y: MatrixLike, options: Wasserstein1dOptions = {}): Float64Array {
  const p = readExponent(options.p);
  const X = toMatrix(x, "x");
  const Y = toMatrix(y, "y");
  if (X.cols !== Y.cols) {
    throw new OtError("InvalidShape", `x holds ${X.cols} problems, y ${Y.cols}.`, {
      argument: "y",
      seen: Y.cols,
      cure: "Pass one column for each problem on both sides.",
    });
  }
  const n = X.rows;
  const m = Y.rows;
  // The points cost checks every coordinate; under the largest coordinate difference it bounds the costs of each column.
  const check = points(X, Y, { norm: Infinity, power: p });
  const { a, b } = prepare(options.a ?? null, options.b ?? null, check, options);
  const fixed = (options.a ?? options.b ?? null) === null ? uniformStairs(n, m, 1) : null;
  const values = new Float64Array(X.cols);
  const xs = new Float64Array(n * columnsAtOnce);
  const ys = new Float64Array(m * columnsAtOnce);
  withLineSorter(Math.max(n, m), (sorter) => {
    for (let begin = 0; begin < X.cols; begin += columnsAtOnce) {
      const width = Math.min(columnsAtOnce, X.cols - begin);
      transposed(X, begin, width, xs);
      transposed(Y, begin, width, ys);
      for (let k = 0; k < width; k++) {
        const left = xs.subarray(k * n, k * n + n);
        const right = ys.subarray(k * m, k * m + m);
        const stairs = fixed === null ? sortedStairs(sorter, left, right, a, b) : fixed;
        if (fixed !== null) {
          sorter.sort(left);
          sorter.sort(right);
        }
        values[begin + k] = staircaseCost(stairs, left, right, p);
      }
    }
  });
  return values;
}

/** Sorts both sides and their masses. */
function sortedStairs(
  sorter: LineSorter,
  x: Float64Array,
  y: Float64Array,
  a: Float64Array,
  b: Float64Array,
): Staircase {
  const rows = sorter.sortWithOrder(x);
  const cols = sorter.sortWithOrder(y);
  return northWest(pick(a, rows), pick(b, cols));
}

/** Columns [begin, begin + width) of a row-major matrix, one after the other. */
function transposed(from: Matrix<Floats>, begin: number, width: number, out: Float64Array): void {
  const { data, rows, cols } = from;
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < width; k++) out[k * rows + i] = data[i * cols + begin + k];
  }
}

// The cost between two sets of points under a ground cost; the matrix is never formed.
import { OtError } from "../errors/otError.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { type CostBase, costFromRows } from "./base.ts";
import { fillRowOf, type Ground, type GroundSpec, toGround } from "./ground.ts";

/** C_ij = ground(x_i, y_j) for points x (n x d) and y (m x d). */
export interface PointsCost extends CostBase {
  readonly kind: "points";
  /** The points whose ground cost is taken: yours, or for the cosine distance unit vectors (a copy). */
  readonly x: Matrix<Floats>;
  readonly y: Matrix<Floats>;
  readonly ground: GroundSpec;
}

/**
 * The cost C_ij = ground(x_i, y_j).
 *
 * @param x n points, n x d; referenced, not copied
 * @param y m points, m x d; default: x itself
 * @param ground default `"sqeuclidean"`
 *
 * Throws `InvalidShape` where the dimensions differ, `InvalidValue` at a coordinate that is not finite, at a zero vector
 * under the cosine distance, and where the points are so far apart that a cost overflows.
 */
export function points(x: MatrixLike, y: MatrixLike = x, ground: Ground = "sqeuclidean"): PointsCost {
  const spec = toGround(ground);
  let X = finite(toMatrix(x, "x"), "x");
  let Y = y === x ? X : finite(toMatrix(y, "y"), "y");
  if (X.rows > 0 && Y.rows > 0 && X.cols !== Y.cols) {
    throw new OtError("InvalidShape", `x has ${X.cols} coordinates a point, y has ${Y.cols}.`, {
      argument: "y",
      seen: Y.cols,
      cure: "Compare points of the same dimension.",
    });
  }
  if (spec.cosine) {
    const same = X === Y;
    X = unitRows(X, "x");
    Y = same ? X : unitRows(Y, "y");
  }
  const largest = largestCost(X, Y, spec);
  if (!(largest < Infinity)) {
    throw new OtError("InvalidValue", `Under the ground cost ${spec.name} these points are infinitely far apart.`, {
      argument: "x",
      seen: largest,
      cure: "Scale the coordinates down: a cost must stay below 1.8e308.",
    });
  }
  return pointsOf(X, Y, spec);
}

/** The cost between points that were checked (unit vectors under the cosine distance). */
export function pointsOf(x: Matrix<Floats>, y: Matrix<Floats>, ground: GroundSpec): PointsCost {
  const fill = fillRowOf(ground);
  const d = x.cols;
  const entry = new Float64Array(1);
  const xs = x.data;
  const ys = y.data;
  const base: CostBase = costFromRows(
    [x.rows, y.rows],
    (i, j) => {
      fill(xs, i * d, ys.subarray(j * d, j * d + d), 1, d, entry, 0);
      return entry[0];
    },
    (i, out, offset) => fill(xs, i * d, ys, y.rows, d, out, offset),
  );
  return { kind: "points", x, y, ground, ...base };
}

/** An upper bound of the cost from the bounding boxes, without a look at the pairs. */
export function largestCost(x: Matrix<Floats>, y: Matrix<Floats>, ground: GroundSpec): number {
  if (x.rows === 0 || y.rows === 0) return 0;
  const d = x.cols;
  const [xLow, xHigh] = bounds(x);
  const [yLow, yHigh] = bounds(y);
  const far = new Float64Array(d);
  for (let k = 0; k < d; k++) far[k] = Math.max(Math.abs(xHigh[k] - yLow[k]), Math.abs(yHigh[k] - xLow[k]));
  const out = new Float64Array(1);
  fillRowOf(ground)(far, 0, new Float64Array(d), 1, d, out, 0);
  return out[0];
}

function bounds({ data, rows, cols }: Matrix<Floats>): [Float64Array, Float64Array] {
  const low = new Float64Array(cols).fill(Infinity);
  const high = new Float64Array(cols).fill(-Infinity);
  for (let i = 0, at = 0; i < rows; i++) {
    for (let k = 0; k < cols; k++, at++) {
      const value = data[at];
      if (value < low[k]) low[k] = value;
      if (value > high[k]) high[k] = value;
    }
  }
  return [low, high];
}

function finite(points: Matrix<Floats>, argument: string): Matrix<Floats> {
  const { data, cols } = points;
  for (let k = 0; k < data.length; k++) {
    if (!Number.isFinite(data[k])) {
      const i = Math.floor(k / cols);
      throw new OtError("InvalidValue", `The coordinate ${argument}[${i}][${k - i * cols}] is ${data[k]}.`, {
        argument,
        seen: data[k],
        cure: "Drop or repair that point.",
      });
    }
  }
  return points;
}

function unitRows({ data, rows, cols }: Matrix<Floats>, argument: string): Matrix {
  const unit = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) {
    let largest = 0;
    for (let k = i * cols; k < (i + 1) * cols; k++) largest = Math.max(largest, Math.abs(data[k]));
    if (largest === 0) {
      throw new OtError("InvalidValue", `${argument}[${i}] is the zero vector, which has no direction.`, {
        argument,
        seen: 0,
        cure: 'Drop it, or use another ground cost than "cosine".',
      });
    }
    let total = 0;
    for (let k = i * cols; k < (i + 1) * cols; k++) total += (data[k] / largest) ** 2;
    const length = Math.sqrt(total);
    for (let k = i * cols; k < (i + 1) * cols; k++) unit[k] = data[k] / largest / length;
  }
  return { data: unit, rows, cols };
}

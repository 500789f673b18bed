// How a kind of cost reaches the kernels: a matrix in kernel memory, points, factors, or blocks of rows copied in turn.
import { blockRows } from "../../cost/base.ts";
import type { Cost } from "../../cost/cost.ts";
import type { DenseCost } from "../../cost/dense.ts";
import type { LowRankCost } from "../../cost/lowRank.ts";
import type { PointsCost } from "../../cost/points.ts";
import type { Workspace } from "../../kernels/workspace.ts";
import type { Floats, Matrix } from "../../linalg/matrix.ts";

/** A cost bound to a workspace. */
export interface Operator {
  /** What the report calls it. */
  readonly name: string;
  /** Padded number of columns: a multiple of 8. */
  readonly width: number;
  /** Calls `work` on row ranges that make up [begin, end), with the rows in reach of the kernels. */
  rows(begin: number, end: number, work: (begin: number, end: number) => void): void;
}

/** The number of columns with padding. */
export function padded(m: number): number {
  return Math.ceil(m / 8) * 8;
}

/** A matrix of this many bytes still leaves room in WebAssembly's 4 GiB. */
const matrixBytes = 3.5e9;

/** Binds a cost: copies in what its kind needs, once a solve. */
export function bind(cost: Cost, workspace: Workspace): Operator {
  if (cost.kind === "points") return bindPoints(cost, workspace);
  if (cost.kind === "lowrank") return bindFactors(cost, workspace);
  const [n, m] = cost.shape;
  const width = padded(m);
  if (cost.kind === "dense" && n * width * 8 <= matrixBytes) return bindMatrix(cost, workspace, width);
  const height = Math.min(n, blockRows(width));
  const address = workspace.alloc(height * width * 8);
  const rows = new Float64Array(height * m);
  return {
    name: "blocks",
    width,
    rows(begin, end, work) {
      for (let from = begin; from < end; from += height) {
        const to = Math.min(end, from + height);
        cost.block(from, to, rows);
        copyRows(rows, workspace.f64(address, (to - from) * width), to - from, m, width);
        workspace.call["costMatrix"](address, width, from);
        work(from, to);
      }
    },
  };
}

function bindMatrix({ matrix }: DenseCost, workspace: Workspace, width: number): Operator {
  const { data, rows, cols } = matrix;
  const address = workspace.alloc(rows * width * 8);
  copyRows(data, workspace.f64(address, rows * width), rows, cols, width);
  workspace.call["costMatrix"](address, width, 0);
  return { name: "matrix", width, rows: (begin, end, work) => work(begin, end) };
}

function copyRows(from: Floats, to: Float64Array, rows: number, m: number, width: number): void {
  if (m === width) {
    to.set(from.subarray(0, rows * m));
    return;
  }
  for (let i = 0; i < rows; i++) {
    to.set(from.subarray(i * m, (i + 1) * m), i * width);
    to.fill(Infinity, i * width + m, (i + 1) * width);
  }
}

/** From this dimension on, squared distances are |x|^2 + |y|^2 - 2 <x, y>: half the operations, rounded at the scale of |x|^2. */
const manyCoordinates = 5;

function bindPoints({ x, y, ground }: PointsCost, workspace: Workspace): Operator {
  const { norm, power, cosine } = ground;
  const d = x.cols;
  if (d >= manyCoordinates && norm === 2 && power === 2) {
    const middle = means(y, d);
    const X = centred(x, middle);
    const Y = centred(y, middle);
    const [left, right] = [squares(X, d), squares(Y, d)];
    // Where squares overflow or come near it, the differences are taken.
    if (largest(left) < 1e300 && largest(right) < 1e300) {
      const times = cosine ? 0.5 : 1;
      for (let i = 0; i < left.length; i++) left[i] *= times;
      for (let j = 0; j < right.length; j++) right[j] *= times;
      for (let k = 0; k < X.length; k++) X[k] *= -2 * times;
      bindProducts(workspace, X, Y, d, left, right, 0);
      return { name: "points", width: padded(y.rows), rows: (begin, end, work) => work(begin, end) };
    }
  }
  const width = padded(y.rows);
  const from = workspace.alloc(x.rows * d * 8);
  workspace.f64(from, x.rows * d).set(x.data);
  const to = copyBlocks(workspace, y.data, y.rows, d);
  const row = workspace.alloc(width * 8);
  const base = norm === 2 ? 0 : norm === 1 ? 1 : norm === Infinity ? 2 : 3;
  const exponent = norm === Infinity ? power : power / norm;
  workspace.call["costPoints"](from, to, d, width, row, base, norm, exponent, cosine ? 0.5 : 1);
  return { name: "points", width, rows: (begin, end, work) => work(begin, end) };
}

function bindFactors({ A, B }: LowRankCost, workspace: Workspace): Operator {
  bindProducts(workspace, A.data, B.data, A.cols, new Float64Array(A.rows), new Float64Array(B.rows), -Infinity);
  return { name: "factors", width: padded(B.rows), rows: (begin, end, work) => work(begin, end) };
}

/** C_ij = max(left_i + right_j + <X_i, Y_j>, least). */
function bindProducts(
  workspace: Workspace,
  X: Floats,
  Y: Floats,
  d: number,
  left: Float64Array,
  right: Float64Array,
  least: number,
): void {
  const [n, m] = [left.length, right.length];
  const width = padded(m);
  const from = workspace.alloc(n * d * 8);
  workspace.f64(from, n * d).set(X);
  const to = copyBlocks(workspace, Y, m, d);
  const lefts = workspace.alloc(n * 8);
  workspace.f64(lefts, n).set(left);
  const rights = workspace.alloc(width * 8);
  workspace
    .f64(rights, width)
    .fill(right[m - 1])
    .set(right);
  workspace.call["costProducts"](from, to, d, width, n, lefts, rights, workspace.alloc(4 * (width + d) * 8), least);
}

/** Points in blocks of 8, coordinate by coordinate. */
function copyBlocks(workspace: Workspace, data: Floats, m: number, d: number): number {
  const width = padded(m);
  const address = workspace.alloc(width * d * 8);
  const blocks = workspace.f64(address, width * d);
  // The padding repeats the last point: a pass over all columns sees no distance that is not there.
  for (let j = 0; j < width; j++) {
    const from = Math.min(j, m - 1) * d;
    for (let k = 0; k < d; k++) blocks[((j >> 3) * d + k) * 8 + (j & 7)] = data[from + k];
  }
  return address;
}

function means({ data, rows }: Matrix<Floats>, d: number): Float64Array {
  const middle = new Float64Array(d);
  for (let j = 0; j < rows; j++) for (let k = 0; k < d; k++) middle[k] += data[j * d + k] / rows;
  return middle;
}

function centred({ data }: Matrix<Floats>, middle: Float64Array): Float64Array {
  const d = middle.length;
  return Float64Array.from(data, (value, k) => value - middle[k % d]);
}

/** Sums of squares in the order in which the kernel adds products: the distance of a point from itself is 0. */
function squares(points: Float64Array, d: number): Float64Array {
  const out = new Float64Array(points.length / d);
  for (let i = 0; i < out.length; i++) for (let k = 0; k < d; k++) out[i] += points[i * d + k] * points[i * d + k];
  return out;
}

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, value), 0);
}

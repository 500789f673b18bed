// How a kind of cost reaches the kernels: a matrix in kernel memory, points, or blocks of rows copied in turn.
import { blockRows } from "../cost/base.ts";
import type { Cost } from "../cost/cost.ts";
import type { PointsCost } from "../cost/points.ts";
import type { Workspace } from "../kernels/workspace.ts";

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

function bindMatrix(cost: Cost, workspace: Workspace, width: number): Operator {
  const [n, m] = cost.shape;
  const address = workspace.alloc(n * width * 8);
  const step = blockRows(m);
  const block = new Float64Array(step * m);
  for (let begin = 0; begin < n; begin += step) {
    const end = Math.min(n, begin + step);
    cost.block(begin, end, block);
    copyRows(block, workspace.f64(address + begin * width * 8, (end - begin) * width), end - begin, m, width);
  }
  workspace.call["costMatrix"](address, width, 0);
  return { name: "matrix", width, rows: (begin, end, work) => work(begin, end) };
}

function copyRows(from: Float64Array, to: Float64Array, rows: number, m: number, width: number): void {
  if (m === width) {
    to.set(from.subarray(0, rows * m));
    return;
  }
  for (let i = 0; i < rows; i++) {
    to.set(from.subarray(i * m, (i + 1) * m), i * width);
    to.fill(Infinity, i * width + m, (i + 1) * width);
  }
}

function bindPoints({ x, y, ground }: PointsCost, workspace: Workspace): Operator {
  const d = x.cols;
  const width = padded(y.rows);
  const from = workspace.alloc(x.rows * d * 8);
  const to = workspace.alloc(width * d * 8);
  const row = workspace.alloc(width * 8);
  workspace.f64(from, x.rows * d).set(x.data);
  const blocks = workspace.f64(to, width * d);
  blocks.fill(0);
  for (let j = 0; j < y.rows; j++) {
    for (let k = 0; k < d; k++) blocks[((j >> 3) * d + k) * 8 + (j & 7)] = y.data[j * d + k];
  }
  const { norm, power, cosine } = ground;
  const base = norm === 2 ? 0 : norm === 1 ? 1 : norm === Infinity ? 2 : 3;
  const exponent = norm === Infinity ? power : power / norm;
  workspace.call["costPoints"](from, to, d, width, row, base, norm, exponent, cosine ? 0.5 : 1);
  return { name: "points", width, rows: (begin, end, work) => work(begin, end) };
}

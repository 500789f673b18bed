// Transport on the line along many directions at once: project both clouds, sort, and take the cost of the monotone plan.
// W_p^p(theta) = integral over t of |F_theta^-1(t) - G_theta^-1(t)|^p dt; Rabin, Peyre, Delon and Bernot (2011).
import { points } from "../cost/points.ts";
import { readExponent } from "../exact/line/lineProblem.ts";
import { sortingSide } from "../exact/line/sortingSide.ts";
import { prepare } from "../exact/prepare.ts";
import { line } from "../kernels/line.ts";
import { type Workspace, withWorkspace } from "../kernels/workspace.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import type { Weights } from "../measure/weights.ts";

/** Options of every sliced distance. */
export interface SliceOptions {
  /** Masses of x, >= 0; default null: uniform, with the total of b (1 if both are null). */
  readonly a?: Weights;
  /** Masses of y, >= 0; default null: uniform, with the total of a. */
  readonly b?: Weights;
  /** Exponent p of |x - y|^p, in [1, Infinity); default 2. */
  readonly p?: number;
  /** Relative difference of the masses up to which b is scaled to weigh what a weighs; default 1e-9, 1e-6 for Float32Array. */
  readonly massTolerance?: number;
}

/** Two clouds with masses that balance. */
export interface SliceProblem {
  readonly x: Matrix<Floats>;
  readonly y: Matrix<Floats>;
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Whether both sides have the masses 1 / n and 1 / m. */
  readonly uniform: boolean;
  readonly p: number;
  readonly massAdjustment: number;
}

/** Checks the input of a sliced distance between clouds of one dimension. */
export function readSlices(x: MatrixLike, y: MatrixLike, options: SliceOptions): SliceProblem {
  const p = readExponent(options.p ?? 2);
  const X = toMatrix(x, "x");
  const Y = toMatrix(y, "y");
  // The points cost checks every coordinate, and bounds the cost of each projection.
  const { a, b, massAdjustment } = prepare(
    options.a ?? null,
    options.b ?? null,
    points(X, Y, { norm: 2, power: p }),
    options,
  );
  const uniform = (options.a ?? options.b ?? null) === null;
  return { x: X, y: Y, a, b, uniform, p, massAdjustment };
}

/** Directions whose projections are in kernel memory together. */
export const atOnce = 32;

/** W_p^p of the projections on each row of `directions` (count x d). */
export function sliceCosts(problem: SliceProblem, directions: Matrix): Float64Array {
  const { x, y } = problem;
  const { rows: count, cols: d } = directions;
  return withWorkspace(line, (workspace) => {
    const [xs, ys] = [x, y].map((cloud) => byCoordinates(workspace, cloud));
    const theta = workspace.alloc(8 * Math.max(1, count * d));
    workspace.f64(theta, count * d).set(directions.data);
    const bench = sortingBench(workspace, problem);
    const values = new Float64Array(count);
    for (let from = 0; from < count; from += atOnce) {
      const width = Math.min(atOnce, count - from);
      workspace.call["sliceProject"](xs, stride(x.rows), d, theta + 8 * from * d, width, bench.rows);
      workspace.call["sliceProject"](ys, stride(y.rows), d, theta + 8 * from * d, width, bench.columns);
      bench.costs(width, values, from);
    }
    return values;
  });
}

/** W_p^p between rows of projections that were made elsewhere: xs is count x n, ys count x m. */
export function projectedCosts(problem: SliceProblem, xs: Float64Array, ys: Float64Array, count: number): Float64Array {
  const n = problem.x.rows;
  const m = problem.y.rows;
  return withWorkspace(line, (workspace) => {
    const bench = sortingBench(workspace, problem);
    const values = new Float64Array(count);
    for (let from = 0; from < count; from += atOnce) {
      const width = Math.min(atOnce, count - from);
      for (let l = 0; l < width; l++) {
        workspace.f64(bench.rows + 8 * l * stride(n), n).set(xs.subarray((from + l) * n, (from + l + 1) * n));
        workspace.f64(bench.columns + 8 * l * stride(m), m).set(ys.subarray((from + l) * m, (from + l + 1) * m));
      }
      bench.costs(width, values, from);
    }
    return values;
  });
}

interface SortingBench {
  /** Addresses of the projections of x and of y, one row of `stride` numbers for each direction. */
  readonly rows: number;
  readonly columns: number;
  /** Sorts the first `width` rows of both, and writes their costs to values[from ..]. */
  costs(width: number, values: Float64Array, from: number): void;
}

function sortingBench(workspace: Workspace, { x, y, a, b, uniform, p }: SliceProblem): SortingBench {
  const rows = workspace.alloc(8 * stride(x.rows) * atOnce);
  const columns = workspace.alloc(8 * stride(y.rows) * atOnce);
  const left = sortingSide(workspace, x.rows, uniform ? null : a);
  const right = sortingSide(workspace, y.rows, uniform ? null : b);
  const { sliceUniformCost, sliceWeightedCost } = workspace.call;
  return {
    rows,
    columns,
    costs(width, values, from) {
      for (let l = 0; l < width; l++) {
        const u = rows + 8 * l * stride(x.rows);
        const v = columns + 8 * l * stride(y.rows);
        left.sort(u);
        right.sort(v);
        values[from + l] = uniform
          ? sliceUniformCost(x.rows, y.rows, u, v, p)
          : sliceWeightedCost(x.rows, y.rows, u, v, left.masses, right.masses, left.order, right.order, p);
      }
    },
  };
}

/** Numbers in a row of the kernel's matrices: a multiple of 8. */
export function stride(count: number): number {
  return (count + 7) & ~7;
}

/** Copies points into kernel memory, one padded row for each coordinate. */
export function byCoordinates(workspace: Workspace, { data, rows, cols }: Matrix<Floats>): number {
  const width = stride(rows);
  const address = workspace.alloc(8 * Math.max(1, width * cols));
  const view = workspace.f64(address, width * cols).fill(0);
  for (let i = 0, at = 0; i < rows; i++) for (let k = 0; k < cols; k++, at++) view[k * width + i] = data[at];
  return address;
}

// Exact W_2^2 between many pairs of histograms on one grid: whole costs |x - y|^2, whole potentials, the primal-dual method.
// Ford and Fulkerson (1957); Dinic (1970) for the flows; started by Sinkhorn's iteration from coarse grids to fine ones.
import { isOtError, OtError } from "../../errors/otError.ts";
import { raster } from "../../kernels/raster.ts";
import { giveBack, lease, type Workspace } from "../../kernels/workspace.ts";
import { type MatrixLike, toMatrix } from "../../linalg/matrix.ts";
import { sum } from "../../linalg/sum.ts";
import { readWeights } from "../../measure/weights.ts";
import type { AsyncOptions, Progress, RunOptions } from "../../run/options.ts";
import { defineSolver, type Run, type RunControl } from "../../run/solver.ts";
import { rasterSolver, wholeMasses } from "./rasterSolver.ts";

/** Options of {@link gridSquared}. */
export interface GridSquaredOptions extends Pick<RunOptions, "onProgress"> {
  /** Side of a cell, > 0; default 1. Values scale by its square. */
  readonly spacing?: number;
  /** The pairs: rows i, j of `histograms` at places 2 k and 2 k + 1; default: all i < j, by rows. */
  readonly pairs?: ArrayLike<number>;
}

/** The values of many pairs. */
export interface GridSquaredResult {
  /** W_2^2 of each pair, in the order of the pairs: sum P_ij |x_i - y_j|^2 for masses of 1. */
  readonly values: Float64Array;
  /** The pairs, as two rows each. */
  readonly pairs: Int32Array;
  /** max over the pairs of (primal - dual) / primal, from plans and potentials that are feasible for every pair of cells: the proof. */
  readonly relativeGap: number;
}

/**
 * Exact squared Wasserstein distances between pairs of K histograms on a grid of `shape` = [rows, columns] cells under the squared Euclidean
 * distance of their centres.
 *
 * @param histograms K x (rows * columns) masses, row-major, each >= 0 with some mass; each histogram is taken as shares of its own mass
 *
 * The same values as `emd(a, b, cost.grid(shape))` for `a`, `b` of mass 1, to 1e-12 of them, several times faster: squared distances of
 * cells are whole numbers, and so are the potentials. Masses are rounded to 2^-50.
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface GridSquared {
  (histograms: MatrixLike, shape: readonly [number, number], options?: GridSquaredOptions): GridSquaredResult;
  /** The same between turns of the event loop, or on a pool; can be aborted. */
  async(
    histograms: MatrixLike,
    shape: readonly [number, number],
    options?: GridSquaredOptions & AsyncOptions,
  ): Promise<GridSquaredResult>;
  /** The same by hand: iterate for progress. */
  steps(histograms: MatrixLike, shape: readonly [number, number], options?: GridSquaredOptions): Run<GridSquaredResult>;
}

/** Exact W_2^2 of many pairs; see {@link GridSquared}. */
export const gridSquared: GridSquared = /*#__PURE__*/ defineSolver<
  [MatrixLike, readonly [number, number]],
  GridSquaredOptions,
  GridSquaredResult
>(
  2,
  (control, [histograms, shape], options) => {
    const rows = readHistograms(histograms, shape);
    const pairs = readPairs(options.pairs, rows.length);
    const spacing = options.spacing ?? 1;
    if (!(spacing > 0 && spacing < Infinity)) {
      throw new OtError("InvalidValue", `The spacing is ${spacing}.`, {
        argument: "options.spacing",
        seen: spacing,
        cure: "Use a finite length above 0.",
      });
    }
    return run(control, rows, shape, pairs, spacing);
  },
  "gridSquared",
);

const pairsAtOnce = 8;

function* run(
  control: RunControl<GridSquaredResult>,
  rows: readonly Float64Array[],
  shape: readonly [number, number],
  pairs: Int32Array,
  spacing: number,
): Generator<Progress, GridSquaredResult, void> {
  const answer = yield* control.elsewhere(() => solveAll(rows, shape, pairs, spacing, control.elapsedMs));
  return { ...answer, pairs };
}

function* solveAll(
  rows: readonly Float64Array[],
  shape: readonly [number, number],
  pairs: Int32Array,
  spacing: number,
  elapsedMs: () => number,
): Generator<Progress, { values: Float64Array; relativeGap: number }, void> {
  const count = pairs.length / 2;
  const values = new Float64Array(count);
  let relativeGap = 0;
  const workspace: Workspace = lease(raster);
  let intact = true;
  try {
    const solver = rasterSolver(workspace, shape, rows.map(wholeMasses));
    for (let k = 0; k < count; k++) {
      const { primal, dual } = solver.solve(pairs[2 * k], pairs[2 * k + 1]);
      values[k] = spacing * spacing * primal;
      if (primal > 0) relativeGap = Math.max(relativeGap, (primal - dual) / primal);
      if ((k + 1) % pairsAtOnce === 0)
        yield { phase: "pairs", iteration: k + 1, error: 1 - (k + 1) / count, elapsedMs: elapsedMs() };
    }
  } catch (error) {
    // An error of ours leaves the memory in order; a trap may not.
    intact = isOtError(error);
    throw error;
  } finally {
    if (intact) giveBack(workspace);
  }
  return { values, relativeGap };
}

function readHistograms(histograms: MatrixLike, shape: readonly [number, number]): Float64Array[] {
  const [h, w] = shape ?? [];
  const { data, rows, cols } = toMatrix(histograms, "histograms");
  if (!(Number.isInteger(h) && Number.isInteger(w) && h > 0 && w > 0 && h * w === cols)) {
    throw new OtError("InvalidShape", `The histograms have ${cols} cells, the grid has ${h} x ${w}.`, {
      argument: "shape",
      seen: shape,
      cure: "Pass the rows and columns of the grid; their product is the number of cells.",
    });
  }
  return Array.from({ length: rows }, (_, k) => {
    const weights = readWeights(data.subarray(k * cols, (k + 1) * cols), cols, `histograms[${k}]`);
    if (sum(weights) > 0) return weights;
    throw new OtError("InvalidValue", `Histogram ${k} has no mass.`, {
      argument: "histograms",
      seen: k,
      cure: "Leave it out: without mass there is nothing to transport.",
    });
  });
}

function readPairs(pairs: ArrayLike<number> | undefined, count: number): Int32Array {
  if (pairs === undefined) {
    const all = new Int32Array(count * (count - 1));
    for (let i = 0, k = 0; i < count; i++) {
      for (let j = i + 1; j < count; j++) {
        all[k++] = i;
        all[k++] = j;
      }
    }
    return all;
  }
  const wrong = Array.from(pairs).find((k) => !(Number.isInteger(k) && k >= 0 && k < count));
  if (pairs.length % 2 === 0 && wrong === undefined) return Int32Array.from(pairs);
  throw new OtError("InvalidValue", "The pairs are not pairs of rows of the histograms.", {
    argument: "options.pairs",
    seen: wrong ?? pairs.length,
    cure: `Use two whole numbers from 0 to ${count - 1} for each pair, one after the other.`,
  });
}

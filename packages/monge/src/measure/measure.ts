// What is transported: weighted points, histograms on grids, Gaussians, Gaussian mixtures.

import type { GridGeometry } from "../cost/grid.ts";
import { OtError } from "../errors/otError.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import { readWeights, type Weights } from "./weights.ts";

/** Weighted points: atom i sits at row i of `points` (n x d) and weighs `weights[i]`. */
export interface PointCloud {
  readonly kind: "points";
  readonly points: Matrix<Floats>;
  readonly weights: Float64Array;
}

/** Masses on the cells of a regular grid, row-major (last axis fastest); cell i sits at origin + i spacing. */
export interface Histogram extends GridGeometry {
  readonly kind: "grid";
  readonly shape: readonly number[];
  readonly spacing: readonly number[];
  readonly origin: readonly number[];
  readonly weights: Float64Array;
}

/** A measure with finitely many atoms. */
export type Measure = PointCloud | Histogram;

/** Weighted points. `weights` null or absent: each weighs 1/n. The points are referenced, the weights copied. */
export function pointCloud(points: MatrixLike, weights: Weights = null): PointCloud {
  const matrix = toMatrix(points, "points");
  const n = matrix.rows;
  const copy = weights === null ? new Float64Array(n).fill(1 / n) : readWeights(weights, n, "weights");
  return { kind: "points", points: matrix, weights: copy };
}

/** Masses on a regular grid. Default spacing 1 and origin 0 along every axis. Throws `InvalidShape`, `NegativeMass`. */
export function histogram(
  weights: ArrayLike<number>,
  shape: readonly number[],
  options: { readonly spacing?: readonly number[]; readonly origin?: readonly number[] } = {},
): Histogram {
  const cells = shape.reduce((product, along) => product * along, 1);
  return {
    kind: "grid",
    shape: [...shape],
    spacing: [...(options.spacing ?? shape.map(() => 1))],
    origin: [...(options.origin ?? shape.map(() => 0))],
    weights: readWeights(weights, cells, "weights"),
  };
}

/** The same measure scaled to total mass 1. Throws `InvalidValue` where there is no mass to scale. */
export function normalize<M extends Measure>(measure: M): M {
  // By the largest weight first, so that neither a sum beyond 1.8e308 nor one below 2.2e-308 spoils the division.
  const largest = measure.weights.reduce((most, weight) => Math.max(most, weight), 0);
  if (largest === 0) {
    throw new OtError("InvalidValue", "The measure has no mass.", {
      argument: "measure",
      seen: 0,
      cure: "Pass a measure with at least one positive weight.",
    });
  }
  const scaled = measure.weights.map((weight) => weight / largest);
  const total = sum(scaled);
  return { ...measure, weights: scaled.map((weight) => weight / total) };
}

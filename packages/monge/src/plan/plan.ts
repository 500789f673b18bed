// A plan (coupling) P, n x m: P_ij is the mass that goes from source i to target j.
import type { Matrix, MatrixLike } from "../linalg/matrix.ts";
import type { SparseMatrix } from "../linalg/sparse.ts";

/** One entry of a plan. */
export type PlanEntry = readonly [i: number, j: number, mass: number];

/** A plan P, n x m, however it is held; tell the kinds apart by `kind`. */
export interface Plan {
  readonly kind: "dense" | "sparse" | "lazy" | "lowrank";
  readonly shape: readonly [n: number, m: number];
  /** P_ij, a mass. */
  at(i: number, j: number): number;
  /** axis 0: row sums (n numbers); axis 1: column sums (m numbers). */
  marginal(axis: 0 | 1): Float64Array;
  /** axis 0 (default): P v (v over columns); axis 1: P^T v (v over rows). */
  apply(v: ArrayLike<number>, axis?: 0 | 1): Float64Array;
  /** Entries with |mass| > minMass (default 0), row by row. */
  entries(minMass?: number): IterableIterator<PlanEntry>;
  /** Where each row's mass goes on average: row i is sum_j P_ij y_j / sum_j P_ij (y is m x d); NaN-free: rows without mass are 0. */
  barycentricMap(y: MatrixLike): Matrix;
  /** All n x m entries. */
  toDense(): Matrix;
  /** The entries with |mass| > minMass (default 0). */
  toSparse(minMass?: number): SparseMatrix;
}

/** The part of a plan from which the rest can be derived. */
export interface PlanCore extends Pick<Plan, "kind" | "shape" | "at" | "marginal" | "apply"> {
  entries(minMass?: number): IterableIterator<PlanEntry>;
}

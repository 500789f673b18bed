// Regularisers as data, and the functions that they stand for.
import { OtError } from "../errors/otError.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import type { SparseMatrix } from "../linalg/sparse.ts";
import type { Functional } from "./functional.ts";
import { type Edges, givenGraph, nearestGraph } from "./graph.ts";
import { groupLasso } from "./groupLasso.ts";
import type { Separable } from "./kept.ts";
import { laplacian } from "./laplacian.ts";
import { squares } from "./squares.ts";

/** (strength / 2) sum P_ij^2: the plan is unique, sparse, and changes smoothly with the masses. */
export interface SquaresRegulariser {
  readonly kind: "L2";
  /** > 0, in the unit of C by mass. */
  readonly strength: number;
}

/** strength sum over columns j and classes c of |P_(I_c, j)|_2, not smoothed: each target draws on few classes of sources. */
export interface GroupLassoRegulariser {
  readonly kind: "groupLasso";
  /** > 0, in the unit of C. */
  readonly strength: number;
  /** The class of each source, n of them. */
  readonly labels: ArrayLike<number | string>;
  /** Adds (squares / 2) sum P_ij^2, >= 0, in the unit of C by mass; default 0. */
  readonly squares?: number;
}

/**
 * strength (balance E_source + (1 - balance) E_target): neighbours shall move alike.
 *
 * E_source = 1/2 sum_ik S_ik (a_i a_k / mass) |d_i - d_k|^2 with d_i = T_i - x_i and T_i = sum_j P_ij y_j / a_i; E_target likewise with
 * d_j = sum_i P_ij x_i / b_j - y_j. S is the similarity of the points, made symmetric.
 */
export interface LaplacianRegulariser {
  readonly kind: "laplacian";
  /** > 0, in the unit of C by squared length. */
  readonly strength: number;
  /** The points x of the sources, n x d. */
  readonly source: MatrixLike;
  /** The points y of the targets, m x d. */
  readonly target: MatrixLike;
  /** Share of the source's term, in [0, 1]; default 0.5. */
  readonly balance?: number;
  /** What shall be alike of neighbours: `"displacements"` d = T - x (default), or `"positions"` d = T. */
  readonly alike?: "displacements" | "positions";
  /** Where no graph is given: similar are a point and its so many nearest others; default 3. */
  readonly neighbours?: number;
  /** Similarities between sources, n x n, >= 0; default: the nearest neighbours, 1 each, 1/2 where only one of two is near the other. */
  readonly sourceGraph?: MatrixLike | SparseMatrix;
  /** Similarities between targets, m x m. */
  readonly targetGraph?: MatrixLike | SparseMatrix;
}

/** Any convex function of the plan that is differentiable at every coupling. It cannot cross to a worker. */
export interface CustomRegulariser {
  readonly kind?: "custom";
  /** Omega(P), in the unit of the objective; P is n x m and not to be changed. */
  value(P: Matrix): number;
  /** Writes the gradient of Omega at P into `out`, n m numbers, row-major. */
  gradient(P: Matrix, out: Float64Array): void;
}

/** A convex regulariser of plans. */
export type Regulariser = SquaresRegulariser | GroupLassoRegulariser | LaplacianRegulariser | CustomRegulariser;

/** What a regulariser needs to know of its problem. */
export interface Setting {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly mass: number;
}

/** Checks a regulariser. Throws `InvalidShape` or `InvalidValue` for `options.regulariser`. */
export function readRegulariser(given: Regulariser | undefined, setting: Setting): Functional {
  if (typeof given !== "object" || given === null) throw unknown(given);
  const [n, m] = [setting.a.length, setting.b.length];
  switch (given.kind) {
    case "L2":
      return squares(readStrength(given.strength));
    case "groupLasso":
      if (given.labels?.length !== n) {
        throw new OtError("InvalidShape", `There are ${given.labels?.length} labels for ${n} sources.`, {
          argument: "options.regulariser.labels",
          seen: given.labels?.length,
          cure: "Pass one label for each row of the cost.",
        });
      }
      return groupLasso(readStrength(given.strength), given.labels, m, readSquares(given.squares));
    case "laplacian":
      return readLaplacian(given, setting);
    case undefined:
    case "custom":
      if (typeof given.value !== "function" || typeof given.gradient !== "function") throw unknown(given);
      return custom(given, n, m);
    default:
      throw unknown(given);
  }
}

/** The dual route's view of a regulariser that was read; null where it has none. */
export function separableOf(given: Regulariser): Separable | null {
  if (given.kind === "L2") return { squares: given.strength, lasso: 0, labels: null };
  if (given.kind !== "groupLasso") return null;
  return { squares: given.squares ?? 0, lasso: given.strength, labels: given.labels };
}

function custom(given: CustomRegulariser, rows: number, cols: number): Functional {
  const of = (data: Float64Array): Matrix => ({ data, rows, cols });
  return {
    value(P) {
      const value = given.value(of(P));
      if (Number.isFinite(value)) return value;
      throw invalid("value", value, "Use a function that is finite at every coupling.");
    },
    gradient: (P, out) => given.gradient(of(P), out),
  };
}

function readLaplacian(given: LaplacianRegulariser, { a, b, mass }: Setting): Functional {
  const { strength, balance = 0.5, alike = "displacements", neighbours = 3 } = given;
  if (!(balance >= 0 && balance <= 1)) throw invalid("balance", balance, "Use a share in [0, 1]; 0.5 is the default.");
  if (alike !== "displacements" && alike !== "positions") {
    throw invalid("alike", alike, 'Use "displacements" or "positions".');
  }
  if (!(Number.isInteger(neighbours) && neighbours >= 1)) {
    throw invalid("neighbours", neighbours, "Use a whole number of at least 1; 3 is the default.");
  }
  const x = readPoints(given.source, a.length, "source");
  const y = readPoints(given.target, b.length, "target");
  if (x.cols !== y.cols) {
    throw new OtError("InvalidShape", `The sources have ${x.cols} coordinates, the targets ${y.cols}.`, {
      argument: "options.regulariser.target",
      seen: y.cols,
      cure: "Pass points of the same dimension.",
    });
  }
  const graph = (
    value: MatrixLike | SparseMatrix | undefined,
    points: ReturnType<typeof readPoints>,
    name: string,
  ): Edges =>
    value === undefined
      ? nearestGraph(points, neighbours)
      : givenGraph(value, points.rows, `options.regulariser.${name}`);
  return laplacian({
    strength: readStrength(strength),
    balance,
    displacements: alike === "displacements",
    x,
    y,
    source: graph(given.sourceGraph, x, "sourceGraph"),
    target: graph(given.targetGraph, y, "targetGraph"),
    a,
    b,
    mass,
  });
}

function readPoints(value: MatrixLike, count: number, name: string): ReturnType<typeof toMatrix> {
  const points = toMatrix(value, `options.regulariser.${name}`);
  if (points.rows !== count) {
    throw new OtError("InvalidShape", `There are ${points.rows} points for ${count} atoms.`, {
      argument: `options.regulariser.${name}`,
      seen: points.rows,
      cure: "Pass one point for each atom.",
    });
  }
  if (!points.data.every(Number.isFinite)) throw invalid(name, NaN, "Use finite coordinates.");
  return points;
}

function readSquares(squares = 0): number {
  if (squares >= 0 && squares < Infinity) return squares;
  throw invalid("squares", squares, "Use a finite number of at least 0; 0 is the default.");
}

function readStrength(strength: number): number {
  if (strength > 0 && strength < Infinity) return strength;
  throw invalid("strength", strength, "Use a finite number above 0.");
}

function invalid(name: string, seen: unknown, cure: string): OtError {
  const argument = `options.regulariser.${name}`;
  return new OtError("InvalidValue", `${argument} is ${String(seen)}.`, { argument, seen, cure });
}

function unknown(seen: unknown): OtError {
  return new OtError("InvalidValue", "There is no such regulariser.", {
    argument: "options.regulariser",
    seen,
    cure: 'Pass { kind: "L2" | "groupLasso" | "laplacian", strength, .. } or { value(P), gradient(P, out) }.',
  });
}

// A Kantorovich potential: a function u on R^d whose gradient says in which direction mass travels.
// W1(mu, nu) = max over 1-Lipschitz u of E_mu[u] - E_nu[u] (Kantorovich-Rubinstein); mass at x moves along -grad u(x).
import { OtError } from "../errors/otError.ts";
import type { Floats, Matrix } from "../linalg/matrix.ts";

/** A function u on R^d and its gradient, exact ({@link discretePotential}) or learned (`critic`); large on the source, small on the target. */
export interface Potential {
  /** d, the number of coordinates of a point. */
  readonly dimension: number;
  /** u and its gradient (zero where there is none) at each row of `points`, n x d. Throws `InvalidShape` if d differs. */
  evaluate(points: Matrix<Floats>): PotentialValues;
}

/** What a {@link Potential} says about n points. */
export interface PotentialValues {
  /** u(x_i), n values in the unit of the coordinates. */
  readonly values: Float64Array;
  /** grad u(x_i), n x d, without unit; at most 1 long where u is 1-Lipschitz. */
  readonly gradients: Matrix;
}

/** Throws `InvalidShape` unless each of the `points` has `dimension` coordinates. */
export function requireDimension(points: Matrix<Floats>, dimension: number): void {
  if (points.cols === dimension) return;
  throw new OtError("InvalidShape", `The points have ${points.cols} coordinates, the potential ${dimension}.`, {
    argument: "points",
    seen: points.cols,
    cure: "Pass points of the potential's dimension.",
  });
}

/** The Euclidean length of each row. */
export function rowNorms({ data, rows, cols }: Matrix<Floats>): Float64Array {
  const norms = new Float64Array(rows);
  for (let i = 0, at = 0; i < rows; i++) {
    let total = 0;
    for (let k = 0; k < cols; k++, at++) total += data[at] * data[at];
    norms[i] = Math.sqrt(total);
  }
  return norms;
}

// The answer of entropic transport between Gaussians: the plan is a Gaussian on pairs, and is given by its marginals and its cross-covariance.
import type { Matrix, MatrixLike } from "../linalg/matrix.ts";
import type { Gaussian } from "../measure/gaussian.ts";

/** Entropic transport between two Gaussians: its value and its plan, itself a Gaussian on pairs. */
export interface EntropicGaussianResult {
  /** <P, C> + epsilon KL(P | a x b), and the penalties of the marginals where they are not held. */
  readonly value: number;
  /** <P, C>. */
  readonly transportCost: number;
  /** The mass of the plan; 1 where the marginals are held. */
  readonly mass: number;
  /** The marginals of the plan, as Gaussians of mass 1. */
  readonly source: Gaussian;
  readonly target: Gaussian;
  /** The covariance of x and y under the plan, d x d: entry (i, j) of x_i and y_j. */
  readonly cross: Matrix;
  /** E [y | x] for each row x of points: the entropic map (n x d in and out). */
  apply(points: MatrixLike): Matrix;
}

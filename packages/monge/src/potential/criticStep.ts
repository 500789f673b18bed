// The step of a map along one critic: x -> x - eta g, g = grad u, shortened to length 1 where it is longer; or to the end of x's ray.
// The true gradient is at most 1 long, so shortening can only bring g closer to it: projections onto convex sets do.
import type { Floats, Matrix } from "../linalg/matrix.ts";
import type { Critic } from "./critic.ts";
import { type Potential, rowNorms } from "./potential.ts";
import { rayLengths } from "./rays.ts";
import { transportStep } from "./stepper.ts";

/** How far a critic moves points. */
export interface CriticMove {
  /** A length for all; or, of `"ray"`, a share of each point's own ray. */
  readonly eta: number;
  readonly step: "mean" | "ray";
  /** No ray is followed below this level of u: the target has nothing there, and behind it u may fall on for ever. */
  readonly lowest: number;
  /** No ray is followed farther, in the unit of the coordinates. */
  readonly farthest: number;
}

/** The moved points, rounded to f32: what the next critic is trained on is what it will be applied to. */
export function moveAlong(critic: Critic, points: Matrix<Floats>, move: CriticMove): Matrix<Float32Array> {
  const moved =
    move.step === "mean" ? transportStep(shortened(critic), points, move.eta) : alongRays(critic, points, move);
  return { ...moved, data: Float32Array.from(moved.data) };
}

function alongRays(critic: Critic, points: Matrix<Floats>, { eta, lowest, farthest }: CriticMove): Matrix {
  const lengths = rayLengths(critic, points, { farthest });
  const { values, gradients } = critic.evaluate(points);
  const steps = rowNorms(gradients).map((norm, i) => {
    // u falls by the slope a unit of length: no more than down to the lowest level.
    const longest = Math.max(0, values[i] - lowest) / norm;
    return norm > 0 ? (eta * Math.min(lengths[i], longest)) / norm : 0;
  });
  const data = gradients.data.map((slope, k) => points.data[k] - steps[Math.floor(k / points.cols)] * slope);
  return { ...gradients, data };
}

/** u with gradients of length 1 at most. */
export function shortened(u: Potential): Potential {
  return {
    dimension: u.dimension,
    evaluate(points) {
      const { values, gradients } = u.evaluate(points);
      const norms = rowNorms(gradients);
      const data = gradients.data.map((slope, k) => slope / Math.max(1, norms[Math.floor(k / gradients.cols)]));
      return { values, gradients: { ...gradients, data } };
    },
  };
}

/** The mean distance between the rows of two matrices. */
export function meanMove(from: Matrix<Floats>, to: Matrix<Floats>): number {
  const difference = { ...from, data: Float64Array.from(from.data, (value, k) => to.data[k] - value) };
  return rowNorms(difference).reduce((sum, length) => sum + length, 0) / Math.max(1, from.rows);
}

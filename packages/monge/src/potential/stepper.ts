// One step of transport along a potential: x -> x - eta grad u(x), with one eta for all (the mean distance), or x -> the end of its ray.
// Milne, Bilocq, Nachman (arXiv 2211.00820): steps of eta = W1, potentials renewed after each; the step to the ray's end is alpha(x).
import { optionOutOfRange } from "../errors/otError.ts";
import { type Floats, type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import type { DiscretePotential } from "./discretePotential.ts";
import { type Potential, requireDimension, rowNorms } from "./potential.ts";
import { type RaySearch, rayLengths } from "./rays.ts";

/**
 * Moves `points` (n x d) along -grad u and returns the moved ones.
 *
 * @param eta a length in the unit of the coordinates, >= 0, the same for all points (usually W1 between the points and the target); or
 *   `"ray"`: each point to the end of its own ray, in closed form for a discrete potential, else searched on the values of u
 *   ({@link rayLengths})
 *
 * Points without a gradient (kinks of symmetric potentials, targets) stay. Throws `InvalidShape`, `InvalidValue`.
 */
export function transportStep(
  potential: Potential,
  points: MatrixLike,
  eta: number | "ray",
  search: RaySearch = {},
): Matrix {
  const from = toMatrix(points, "points");
  requireDimension(from, potential.dimension);
  if (eta !== "ray" && !(eta >= 0 && eta < Infinity)) {
    throw optionOutOfRange("eta", eta, 'Use a length of at least 0, or "ray".');
  }
  const { gradients } = potential.evaluate(from);
  if (eta !== "ray") return moved(from, gradients, () => eta);
  const lengths = rays(potential, from, search);
  const norms = rowNorms(gradients);
  return moved(from, gradients, (i) => (norms[i] > 0 ? lengths[i] / norms[i] : 0));
}

function rays(potential: Potential, points: Matrix<Floats>, search: RaySearch): Float64Array {
  return "rays" in potential
    ? (potential as DiscretePotential).rays(points).lengths
    : rayLengths(potential, points, search);
}

function moved(from: Matrix<Floats>, gradients: Matrix, eta: (i: number) => number): Matrix {
  const { rows, cols } = from;
  const data = new Float64Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    const step = eta(i);
    for (let k = i * cols; k < i * cols + cols; k++) data[k] = from.data[k] - step * gradients.data[k];
  }
  return { data, rows, cols };
}

// Two ways to treat the total intensity of images: as exposure, which does not matter, or as part of what differs.
// Unbalanced: the metric cone over W2, d^2 = L^2 (r^2 + s^2 - 2 r s cos min(W2 / L, pi)) with r, s roots of the intensities.
// Burago, Burago and Ivanov, "A course in metric geometry" (2001), section 3.6: the cone over a metric space is a metric space.
import { OtError } from "../errors/otError.ts";
import type { Matrix } from "../linalg/matrix.ts";

/**
 * Distances that also see how much intensity there is: near W2 for equal intensities, and L |r - s| for equal shapes, where r = 1 for the
 * mean intensity.
 *
 * @param distances W2 of the normalised images, N x N
 * @param intensities total of each image, > 0
 * @param length L, in the unit of the distances: what a change of the root of the intensity by 1 weighs
 */
export function coneDistances(distances: Matrix, intensities: ArrayLike<number>, length: number): Matrix {
  const N = distances.rows;
  if (!(length > 0 && length < Infinity)) {
    throw new OtError("InvalidValue", `The length is ${length}.`, {
      argument: "length",
      seen: length,
      cure: "Use a finite length above 0, in the unit of the distances.",
    });
  }
  let mean = 0;
  for (let k = 0; k < N; k++) mean += intensities[k] / N;
  const roots = Float64Array.from({ length: N }, (_, k) => Math.sqrt(intensities[k] / mean));
  const data = distances.data.map((distance, at) => {
    const [r, s] = [roots[Math.floor(at / N)], roots[at % N]];
    // (r - s)^2 + 4 r s sin^2 (angle / 2): no cancellation.
    const half = Math.sin(Math.min(distance / length, Math.PI) / 2);
    return length * Math.sqrt((r - s) ** 2 + 4 * r * s * half * half);
  });
  return { data, rows: N, cols: N };
}

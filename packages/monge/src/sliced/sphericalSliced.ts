// Sliced transport on the sphere S^(d-1): mean over great circles of transport between the nearest points on them.
// Bonet, Berg, Courty, Septier, Drumetz and Pham (2023); against the uniform law in closed form (their proposition 1).
import { OtError } from "../errors/otError.ts";
import type { Floats, Matrix, MatrixLike } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { circleCosts } from "./circles.ts";
import type { DirectionOptions } from "./directions.ts";
import { readDirections, scaleToUnit } from "./directions.ts";
import { type SlicedResult, slicedResult } from "./slicedResult.ts";
import { readSlices, type SliceOptions, type SliceProblem } from "./slices.ts";

/** Options of {@link sphericalSliced}. */
export interface SphericalSlicedOptions extends SliceOptions, Omit<DirectionOptions, "directions"> {
  /**
   * `"arc"` (default): W_p^p of arc lengths on each circle. `"linear"`: the linear circular distance, of maps from the uniform law, p = 2
   * only: faster, and Euclidean (Liu, Martin, Bai, Shen, Thorpe, Kolouri 2024).
   */
  readonly circles?: "arc" | "linear";
}

/**
 * Spherical sliced Wasserstein distance between points `x` (n x d) and `y` (m x d) on the unit sphere, d >= 2; `y` may be `"uniform"`
 * (p = 2 then). Distances are geodesic, in radians. Points need not have length 1: their direction counts.
 *
 * Throws what `slicedWasserstein` throws; `InvalidValue` for a point at the centre, `Unsupported` for another p than 2 where it must be 2.
 */
export function sphericalSliced(
  x: MatrixLike,
  y: MatrixLike | "uniform",
  options: SphericalSlicedOptions = {},
): SlicedResult {
  const begin = performance.now();
  const { circles = "arc", projections, seed = 0 } = options;
  const uniform = y === "uniform";
  const problem = readSlices(x, uniform ? x : y, uniform ? { ...options, b: options.a ?? null } : options);
  requireSphere(problem, circles, uniform);
  requireDirections(problem.x, "x");
  if (!uniform) requireDirections(problem.y, "y");
  const count = readDirections({ projections, seed }, problem.x.cols).rows;
  const along = (frames: Matrix): Float64Array => circleCosts(problem, frames, uniform ? "uniform" : circles);
  const frames = randomFrames(count, problem.x.cols, seed);
  return slicedResult({
    values: along(frames),
    problem,
    directions: frames,
    seed,
    fresh: (other) => along(randomFrames(count, problem.x.cols, other)),
    method: uniform ? "spherical-uniform" : `spherical-${circles}`,
    begin,
  });
}

function requireSphere({ x, p }: SliceProblem, circles: string, uniform: boolean): void {
  if (circles !== "arc" && circles !== "linear") {
    throw new OtError("InvalidValue", `circles is ${JSON.stringify(circles)}.`, {
      argument: "options.circles",
      seen: circles,
      cure: 'Use "arc" or "linear".',
    });
  }
  if (x.cols < 2) {
    throw new OtError("InvalidShape", `Points of ${x.cols} coordinates lie on no sphere with great circles.`, {
      argument: "x",
      seen: x.cols,
      cure: "Pass points with at least two coordinates.",
    });
  }
  if (p !== 2 && (uniform || circles === "linear")) {
    throw new OtError("Unsupported", `p is ${p} where the circle's formula is for p = 2.`, {
      argument: "options.p",
      seen: p,
      cure: uniform ? "Use p = 2, or a sample of the uniform law in place of it." : 'Use p = 2, or circles: "arc".',
    });
  }
}

/** `count` uniform orthonormal frames of two vectors in R^d, 2 count x d. */
function randomFrames(count: number, d: number, seed: number): Matrix {
  const rng = random(seed);
  const data = new Float64Array(2 * count * d);
  for (let l = 0; l < count; l++) {
    const first = data.subarray(2 * l * d, (2 * l + 1) * d);
    const second = data.subarray((2 * l + 1) * d, (2 * l + 2) * d);
    do for (let k = 0; k < d; k++) first[k] = rng.normal();
    while (!scaleToUnit(first));
    do {
      for (let k = 0; k < d; k++) second[k] = rng.normal();
      // Twice is enough: Kahan and Parlett.
      for (let round = 0; round < 2; round++) {
        const along = first.reduce((total, value, k) => total + value * second[k], 0);
        for (let k = 0; k < d; k++) second[k] -= along * first[k];
      }
    } while (!scaleToUnit(second));
  }
  return { data, rows: 2 * count, cols: d };
}

function requireDirections({ data, rows, cols }: Matrix<Floats>, argument: string): void {
  for (let i = 0; i < rows; i++) {
    let k = 0;
    while (k < cols && data[i * cols + k] === 0) k++;
    if (k < cols) continue;
    throw new OtError("InvalidValue", `Point ${i} of ${argument} is the centre of the sphere.`, {
      argument,
      seen: i,
      cure: "Pass points other than 0.",
    });
  }
}

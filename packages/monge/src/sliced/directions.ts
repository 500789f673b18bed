// Directions on the unit sphere, uniform and independent: normal vectors by their length.
// Muller (1959).
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";

/** Which directions a sliced distance looks along. */
export interface DirectionOptions {
  /** Number of random directions, >= 1; default 50. */
  readonly projections?: number;
  /** Seeds the directions; default 0. */
  readonly seed?: number;
  /** The directions themselves, count x d, in place of random ones; they are scaled to length 1. */
  readonly directions?: MatrixLike;
}

/** The directions that the options ask for, count x d, of length 1. */
export function readDirections(options: DirectionOptions, d: number): Matrix {
  if (options.directions !== undefined) return normalised(toMatrix(options.directions, "options.directions"), d);
  const { projections = 50, seed = 0 } = options;
  if (!(Number.isInteger(projections) && projections >= 1)) {
    throw optionOutOfRange("projections", projections, "Use a whole number of at least 1.");
  }
  return randomDirections(projections, d, seed);
}

/** `count` independent uniform directions in R^d. */
export function randomDirections(count: number, d: number, seed: number): Matrix {
  const rng = random(seed);
  const data = new Float64Array(count * d);
  for (let l = 0; l < count; l++) {
    const row = data.subarray(l * d, (l + 1) * d);
    do for (let k = 0; k < d; k++) row[k] = rng.normal();
    while (!scaleToUnit(row));
  }
  return { data, rows: count, cols: d };
}

/** Scales `vector` to length 1 in place; false where it is 0. */
export function scaleToUnit(vector: Float64Array): boolean {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  if (!(largest > 0)) return false;
  let square = 0;
  for (const value of vector) square += (value / largest) ** 2;
  const length = Math.sqrt(square);
  for (let k = 0; k < vector.length; k++) vector[k] = vector[k] / largest / length;
  return true;
}

function normalised({ data, rows, cols }: { data: ArrayLike<number>; rows: number; cols: number }, d: number): Matrix {
  if (cols !== d || rows === 0) {
    throw new OtError("InvalidShape", `There are ${rows} directions of ${cols} coordinates for points of ${d}.`, {
      argument: "options.directions",
      seen: cols,
      cure: "Pass at least one row with one number for each coordinate of the points.",
    });
  }
  const unit = Float64Array.from(data);
  for (let l = 0; l < rows; l++) {
    const row = unit.subarray(l * d, (l + 1) * d);
    if (row.every(Number.isFinite) && scaleToUnit(row)) continue;
    throw new OtError("InvalidValue", `Direction ${l} has no length or is not finite.`, {
      argument: "options.directions",
      seen: Array.from(row.slice(0, 8)),
      cure: "Pass finite directions other than 0.",
    });
  }
  return { data: unit, rows, cols: d };
}

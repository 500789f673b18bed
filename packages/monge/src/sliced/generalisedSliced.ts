// The generalised sliced Wasserstein distance: curved slices, g(x, theta) polynomial or circular in place of the linear theta . x.
// Kolouri, Nadjahi, Simsekli, Badeau and Rohde (2019): homogeneous polynomials of odd degree, and |x - r theta|.
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import type { Floats, Matrix, MatrixLike } from "../linalg/matrix.ts";
import { type DirectionOptions, readDirections } from "./directions.ts";
import { type SlicedResult, slicedResult } from "./slicedResult.ts";
import { projectedCosts, readSlices, type SliceOptions, sliceCosts } from "./slices.ts";

/** The defining function: a homogeneous polynomial of odd degree (1: ordinary slices), or the distance from a point at `radius`. */
export type DefiningFunction =
  | { readonly kind: "polynomial"; readonly degree: number }
  | { readonly kind: "circular"; readonly radius: number };

/** Options of {@link generalisedSliced}. */
export interface GeneralisedSlicedOptions extends SliceOptions, DirectionOptions {
  /** Default: polynomials of degree 3. */
  readonly slices?: DefiningFunction;
}

/**
 * Generalised sliced Wasserstein distance between clouds `x` (n x d) and `y` (m x d): as `slicedWasserstein`, along curved slices. Values
 * are in the unit of g: for a polynomial that of the coordinates to the power `degree`.
 *
 * `options.directions` hold one number for each monomial of the polynomial (see `monomials`), or for each coordinate.
 *
 * Throws what `slicedWasserstein` throws; `InvalidValue` for an even degree (then it is no distance) and for more than 100 000 monomials.
 */
export function generalisedSliced(x: MatrixLike, y: MatrixLike, options: GeneralisedSlicedOptions = {}): SlicedResult {
  const begin = performance.now();
  const { slices = { kind: "polynomial", degree: 3 }, ...rest } = options;
  const plain = readSlices(x, y, rest);
  const claim = {
    problem: plain,
    method: slices.kind,
    begin,
    seed: options.directions === undefined ? (options.seed ?? 0) : null,
  };
  if (slices.kind === "polynomial") {
    const powers = exponents(plain.x.cols, slices.degree);
    const problem = readSlices(monomials(plain.x, powers), monomials(plain.y, powers), rest);
    const directions = readDirections(options, problem.x.cols);
    const fresh = (seed: number): Float64Array =>
      sliceCosts(problem, readDirections({ projections: directions.rows, seed }, problem.x.cols));
    return slicedResult({ ...claim, values: sliceCosts(problem, directions), directions, fresh });
  }
  if (slices.kind !== "circular") {
    throw optionOutOfRange(
      "slices",
      JSON.stringify(slices),
      'Use { kind: "polynomial", degree } or { kind: "circular", radius }.',
    );
  }
  const { radius } = slices;
  if (!(radius > 0 && radius < Infinity)) throw optionOutOfRange("slices.radius", radius, "Use a positive length.");
  const along = (directions: Matrix): Float64Array =>
    projectedCosts(
      plain,
      distances(plain.x, directions, radius),
      distances(plain.y, directions, radius),
      directions.rows,
    );
  const directions = readDirections(options, plain.x.cols);
  const fresh = (seed: number): Float64Array =>
    along(readDirections({ projections: directions.rows, seed }, plain.x.cols));
  return slicedResult({ ...claim, values: along(directions), directions, fresh });
}

/** The exponents of all monomials of `degree` in d variables, in lexicographic order, count x d. */
function exponents(d: number, degree: number): Matrix {
  if (!(Number.isInteger(degree) && degree >= 1 && degree % 2 === 1)) {
    throw optionOutOfRange("slices.degree", degree, "Use an odd whole number: even polynomials do not tell x from -x.");
  }
  let count = 1;
  for (let k = 1; k <= degree; k++) count = (count * (d - 1 + k)) / k;
  if (count > 100000) {
    throw new OtError("InvalidValue", `${d} coordinates have ${Math.round(count)} monomials of degree ${degree}.`, {
      argument: "options.slices.degree",
      seen: degree,
      cure: "Use a lower degree, or circular slices.",
    });
  }
  const rows: number[] = [];
  const row = new Array<number>(d).fill(0);
  const fill = (k: number, left: number): void => {
    if (k === d - 1) {
      row[k] = left;
      rows.push(...row);
      return;
    }
    for (let power = left; power >= 0; power--) {
      row[k] = power;
      fill(k + 1, left - power);
    }
  };
  fill(0, degree);
  return { data: Float64Array.from(rows), rows: Math.round(count), cols: d };
}

/** Every monomial of every point. */
function monomials({ data, rows, cols }: Matrix<Floats>, powers: Matrix): Matrix {
  const out = new Float64Array(rows * powers.rows);
  for (let i = 0; i < rows; i++) {
    for (let q = 0; q < powers.rows; q++) {
      let product = 1;
      for (let k = 0; k < cols; k++) {
        for (let e = powers.data[q * cols + k]; e > 0; e--) product *= data[i * cols + k];
      }
      out[i * powers.rows + q] = product;
    }
  }
  return { data: out, rows, cols: powers.rows };
}

/** |x_i - radius theta_l|, count x n. */
function distances({ data, rows, cols }: Matrix<Floats>, directions: Matrix, radius: number): Float64Array {
  const out = new Float64Array(directions.rows * rows);
  for (let l = 0; l < directions.rows; l++) {
    for (let i = 0; i < rows; i++) {
      let total = 0;
      for (let k = 0; k < cols; k++) total += (data[i * cols + k] - radius * directions.data[l * cols + k]) ** 2;
      out[l * rows + i] = Math.sqrt(total);
    }
  }
  return out;
}

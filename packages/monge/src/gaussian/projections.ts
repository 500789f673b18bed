// Linear maps P_i under which a measure is seen, and the least squares that joins what is seen: M = sum w_i P_i^T P_i + strength I.
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { eigen, spectral } from "../linalg/eigen.ts";
import { type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { product, transposed } from "../linalg/small.ts";
import { requireFinite } from "../measure/gaussian.ts";

/** What is believed of the barycenter before anything is seen: strength E |x - at|^2 is added to the objective. */
export interface ProjectionPrior {
  /** > 0, relative to weights that sum to 1. */
  readonly strength: number;
  /** A point of d coordinates; default 0. */
  readonly at?: ArrayLike<number>;
}

/** Checked maps with what the least squares need of them. */
export interface Projections {
  readonly d: number;
  /** P_i, k_i x d. */
  readonly maps: readonly { readonly data: Float64Array; readonly rows: number }[];
  /** M^-1, d x d. */
  readonly inverse: Float64Array;
  /** M, d x d. */
  readonly M: Float64Array;
  /** M^-1 w_i P_i^T, d x k_i: x = sum_i lifts_i y_i + M^-1 strength at. */
  readonly lifts: readonly Float64Array[];
  readonly strength: number;
  readonly at: Float64Array;
  /** M^-1 strength at. */
  readonly offset: Float64Array;
}

/** Reads maps to spaces of the given dimensions. Throws `InvalidShape`, and `InvalidValue` where the maps leave a direction unseen. */
export function readProjections(
  given: readonly MatrixLike[],
  dimensions: readonly number[],
  shares: Float64Array,
  prior: ProjectionPrior | undefined,
): Projections {
  const wrong = (argument: string, seen: unknown, message: string): OtError =>
    new OtError("InvalidShape", message, {
      argument,
      seen,
      cure: "Pass one map for each measure: as many rows as the measure has coordinates, and d columns.",
    });
  if (!Array.isArray(given) || given.length !== dimensions.length)
    throw wrong("maps", given?.length, `There are ${given?.length} maps for ${dimensions.length} measures.`);
  const maps = given.map((map: MatrixLike, i) => {
    const { data, rows, cols } = toMatrix(map, `maps[${i}]`);
    requireFinite(data, `maps[${i}]`);
    if (rows !== dimensions[i])
      throw wrong(`maps[${i}]`, rows, `maps[${i}] has ${rows} rows, its measure ${dimensions[i]} coordinates.`);
    return { data: Float64Array.from(data), rows, cols };
  });
  const d = maps[0].cols;
  const odd = maps.findIndex(({ cols }) => cols !== d);
  if (odd >= 0 || d === 0)
    throw wrong(
      `maps[${Math.max(odd, 0)}]`,
      maps[Math.max(odd, 0)].cols,
      "The maps have different numbers of columns, or none.",
    );
  const strength = prior?.strength ?? 0;
  if (prior !== undefined && !(strength > 0 && strength < Infinity))
    throw optionOutOfRange("prior.strength", strength, "Use a finite number above 0, or leave the prior out.");
  const at = prior?.at === undefined ? new Float64Array(d) : Float64Array.from(prior.at);
  requireFinite(at, "options.prior.at");
  if (at.length !== d)
    throw wrong("options.prior.at", at.length, `prior.at has ${at.length} coordinates, the maps take ${d}.`);
  const M = new Float64Array(d * d);
  for (let k = 0; k < d; k++) M[k * (d + 1)] = strength;
  maps.forEach(({ data, rows }, i) => {
    const square = product(transposed(data, rows, d), data, d, rows, d);
    for (let k = 0; k < d * d; k++) M[k] += shares[i] * square[k];
  });
  const spectrum = eigen(M, d);
  if (!(spectrum.values[d - 1] > 1e-12 * spectrum.values[0])) {
    throw new OtError("InvalidValue", "The maps do not see every direction: sum w_i P_i^T P_i is singular.", {
      argument: "maps",
      seen: spectrum.values[d - 1],
      cure: "Add maps that see what is missing, or a prior: { strength: 1e-3 }.",
    });
  }
  const inverse = spectral(spectrum, (value) => 1 / value);
  const lifts = maps.map(({ data, rows }, i) =>
    product(inverse, transposed(data, rows, d), d, d, rows).map((value) => shares[i] * value),
  );
  const offset = product(inverse, at, d, d, 1).map((value) => strength * value);
  return { d, maps, inverse, M, lifts, strength, at, offset };
}

/** K_ij = w_i P_i M^-1 P_j^T w_j, k_i x k_j. */
export function crossTerm({ maps, lifts, d }: Projections, shares: Float64Array, i: number, j: number): Float64Array {
  return product(maps[i].data, lifts[j], maps[i].rows, d, maps[j].rows).map((value) => shares[i] * value);
}

// Gaussians of a JSON file: a mean, a covariance and a weight each, in the layout of a mixture.
import { type Matrix, OtError } from "monge";
import { assertPositive, assertSymmetric } from "./covariance.ts";
import { type Entry, field, finite, numbers, place } from "./jsonEntry.ts";

/** k Gaussians with masses: a `Mixture` of monge. */
export interface GaussianList {
  readonly kind: "mixture";
  /** k x d. */
  readonly means: Matrix;
  /** k covariances of d x d, row-major, symmetric positive semi-definite. */
  readonly covariances: Float64Array;
  /** k masses >= 0; 1 / k each where a file gives none. */
  readonly weights: Float64Array;
}

/** Bytes of one Gaussian of dimension 3. */
export const gaussianBytes: number = 13 * 8;

/** The upper triangle, row by row; `name` names the array where the matrix is not symmetric. */
export function packedCovariance(covariances: Float64Array, k: number, d: number, name: string): number[] {
  assertSymmetric(covariances.subarray(k * d * d, (k + 1) * d * d), d, `${name}[${k}]`);
  const out: number[] = [];
  for (let i = 0; i < d; i++) for (let j = i; j < d; j++) out.push(covariances[k * d * d + i * d + j]);
  return out;
}

/** `entries` of `{ mean, covariance, weight }`; the covariance as its upper triangle or in full. */
export function mixtureEntries(entries: readonly Entry[], d: number): GaussianList {
  const means = new Float64Array(entries.length * d);
  const covariances = new Float64Array(entries.length * d * d);
  entries.forEach((entry, k) => {
    means.set(numbers(field(entry, "mean"), d), k * d);
    covariances.set(covariance(field(entry, "covariance"), d), k * d * d);
  });
  const weights = columnOf(entries, "weight");
  return {
    kind: "mixture",
    means: { data: means, rows: entries.length, cols: d },
    covariances,
    weights: checkMasses(weights, entries.length, entries[0].file, (k) => {
      const weight = field(entries[k], "weight");
      return { place: place(weight), argument: weight.path };
    }),
  };
}

/** A number of each entry, `undefined` where no entry has it. */
export function columnOf(entries: readonly Entry[], key: string): Float64Array | undefined {
  if (entries.every((entry) => field(entry, key).value === undefined)) return undefined;
  return Float64Array.from(entries, (entry) => finite(field(entry, key)));
}

/** Masses as they are, or 1 / count; throws `NegativeMass`, and `InvalidValue` where all are 0. */
export function checkMasses(
  weights: Float64Array | undefined,
  count: number,
  file: string,
  whereIs: (k: number) => { readonly place: string; readonly argument: string },
): Float64Array {
  if (weights === undefined) return new Float64Array(count).fill(1 / count);
  const negative = weights.findIndex((mass) => mass < 0);
  if (negative >= 0) {
    const { place, argument } = whereIs(negative);
    throw new OtError("NegativeMass", `${place} is ${weights[negative]}.`, {
      argument,
      seen: weights[negative],
      cure: "Write masses of at least 0.",
    });
  }
  if (weights.some((mass) => mass > 0)) return weights;
  throw new OtError("InvalidValue", `${file} holds no mass: all ${count} weights are 0.`, {
    argument: whereIs(0).argument,
    seen: 0,
    cure: "Give at least one entry a positive weight.",
  });
}

function covariance(entry: Entry, d: number): Float64Array {
  const packed = (d * (d + 1)) / 2;
  const { value } = entry;
  const full = Array.isArray(value) && (value.length === d * d || (value.length === d && value.every(Array.isArray)));
  const given = full ? numbers(entry, d * d, d) : numbers(entry, packed);
  const out = new Float64Array(d * d);
  for (let i = 0, at = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      if (full) out[i * d + j] = (given[i * d + j] + given[j * d + i]) / 2;
      else if (j >= i) out[i * d + j] = out[j * d + i] = given[at++];
    }
  }
  if (full) assertSymmetric(given, d, place(entry), entry.path);
  assertPositive(out, d, place(entry), entry.path);
  return out;
}

// What the KL divergence needs of each centre: log det C, its mean, C^-1. Variances below a floor count as the floor, so that a point or a
// flat Gaussian can be a centre.
import { eigen, spectral } from "../linalg/eigen.ts";
import type { Mixture } from "../measure/mixture.ts";

/** The least variance of a centre along any direction, as a share of the mean variance of all centres. */
const floorShare = 1e-6;

/** log det C, mean (d), C^-1 (d d) of each component, one after the other. */
export function divergenceCentres({ means, covariances }: Mixture): Float64Array {
  const { data, rows: k, cols: d } = means;
  let traces = 0;
  for (let l = 0; l < k; l++) for (let r = 0; r < d; r++) traces += covariances[(l * d + r) * d + r];
  const floor = traces > 0 ? (floorShare * traces) / (k * d) : 1;
  const size = 1 + d + d * d;
  const out = new Float64Array(k * size);
  for (let l = 0; l < k; l++) {
    const spectrum = eigen(covariances.subarray(l * d * d, (l + 1) * d * d), d);
    const values = spectrum.values.map((value) => Math.max(value, floor));
    out[l * size] = values.reduce((total, value) => total + Math.log(value), 0);
    out.set(data.subarray(l * d, (l + 1) * d), l * size + 1);
    out.set(
      spectral({ values, vectors: spectrum.vectors }, (value) => 1 / value),
      l * size + 1 + d,
    );
  }
  return out;
}

// Roots of covariances brought into line with a factor F: one step of generalised Procrustes analysis. Gower (1975).
import { couple } from "../linalg/fidelity.ts";
import { multiply, transposed } from "../linalg/small.ts";

/** sum w_i A_i^1/2 Q_i, where Q_i brings the root of A_i closest to F. */
export function procrustesMean(
  F: Float64Array,
  roots: readonly Float64Array[],
  shares: Float64Array,
  d: number,
): Float64Array {
  const mean = new Float64Array(d * d);
  roots.forEach((root, i) => {
    if (shares[i] === 0) return;
    const { left, right } = couple(F, root, d);
    const turned = multiply(root, multiply(transposed(left, d, d), right, d), d);
    for (let k = 0; k < d * d; k++) mean[k] += shares[i] * turned[k];
  });
  return mean;
}

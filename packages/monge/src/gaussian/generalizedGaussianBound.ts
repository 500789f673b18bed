// Lower bounds of what any measure pays that is seen through maps as Gaussians.
//
// By duality: with maps T_i from P_i S P_i^T to A_i and l the largest eigenvalue of M^-1/2 (sum w_i P_i^T T_i P_i) M^-1/2, the potentials
// |u|^2 - u^T T_i u / l leave a form that is nowhere negative, so that nobody pays less than sum w_i (tr A_i - l tr T_i^-1 A_i), beside the means.
// By pairs: generalizedBound.ts, where the cross term of two Gaussians is that of their means and the singular values of A_i^1/2 K A_j^1/2.
import { eigen, spectral } from "../linalg/eigen.ts";
import { gram, product, trace, transposed } from "../linalg/small.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import { bestTurn } from "./bestTurn.ts";
import { separateTerms } from "./generalizedBound.ts";
import { crossTerm, type Projections } from "./projections.ts";

interface Problem {
  readonly gaussians: readonly Gaussian[];
  readonly shares: Float64Array;
  readonly projections: Projections;
}

/** The better of both bounds; `F` is the factor of S, `mean` the best mean. */
export function gaussiansBound(
  problem: Problem,
  roots: readonly Float64Array[],
  F: Float64Array,
  mean: Float64Array,
): number {
  return Math.max(meansCost(problem, mean) + Math.max(0, dualBound(problem, roots, F)), pairsBound(problem, roots));
}

/** sum w_i |P_i m - m_i|^2 + strength |m - at|^2. */
export function meansCost({ gaussians, shares, projections }: Problem, mean: Float64Array): number {
  const { d, maps, strength, at } = projections;
  let total = strength * mean.reduce((sum, value, k) => sum + (value - at[k]) ** 2, 0);
  gaussians.forEach(({ mean: seen }, i) => {
    const image = product(maps[i].data, mean, seen.length, d, 1);
    total += shares[i] * image.reduce((sum, value, k) => sum + (value - seen[k]) ** 2, 0);
  });
  return total;
}

function dualBound(
  { gaussians, shares, projections }: Problem,
  roots: readonly Float64Array[],
  F: Float64Array,
): number {
  const { d, maps, M } = projections;
  const form = new Float64Array(d * d);
  let traces = 0;
  let coupled = 0;
  for (let i = 0; i < gaussians.length; i++) {
    if (shares[i] === 0) continue;
    const { data: P, rows: k } = maps[i];
    const image = product(P, F, k, d, d);
    const spectrum = eigen(gram(image, k, d), k);
    // Where the image is flat there is no map from it.
    if (!(spectrum.values[k - 1] > 1e-12 * spectrum.values[0])) return -Infinity;
    const { turn, norm } = bestTurn(product(roots[i], image, k, k, d), k, d);
    const across = product(product(roots[i], turn, k, k, d), transposed(image, k, d), k, d, k);
    const T = product(
      across,
      spectral(spectrum, (value) => 1 / value),
      k,
      k,
      k,
    );
    const seen = product(transposed(P, k, d), product(T, P, k, k, d), d, k, d);
    for (let r = 0; r < d; r++) {
      for (let c = 0; c < d; c++) form[r * d + c] += (shares[i] * (seen[r * d + c] + seen[c * d + r])) / 2;
    }
    traces += shares[i] * trace(gaussians[i].covariance.data, k);
    coupled += shares[i] * norm;
  }
  const inverseRoot = spectral(eigen(M, d), (value) => 1 / Math.sqrt(value));
  const level = eigen(product(product(inverseRoot, form, d, d, d), inverseRoot, d, d, d), d).values[0];
  return traces - level * coupled;
}

function pairsBound({ gaussians, shares, projections }: Problem, roots: readonly Float64Array[]): number {
  let bound = separateTerms(
    projections,
    shares,
    (i, K) => {
      const { mean, covariance } = gaussians[i];
      const k = mean.length;
      if (K === null) return mean.reduce((total, value) => total + value * value, trace(covariance.data, k));
      return bilinear(mean, K, mean) + trace(product(K, covariance.data, k, k, k), k);
    },
    (i) => gaussians[i].mean,
  );
  for (let i = 0; i < gaussians.length; i++) {
    for (let j = 0; j < i; j++) {
      if (shares[i] === 0 || shares[j] === 0) continue;
      const [k, r] = [gaussians[i].mean.length, gaussians[j].mean.length];
      const K = crossTerm(projections, shares, i, j);
      const inner = product(product(roots[i], K, k, k, r), roots[j], k, r, r);
      bound -= 2 * (bestTurn(inner, k, r).norm + bilinear(gaussians[i].mean, K, gaussians[j].mean));
    }
  }
  return bound;
}

function bilinear(x: Float64Array, K: Float64Array, y: Float64Array): number {
  const image = product(K, y, x.length, y.length, 1);
  return x.reduce((total, value, k) => total + value * image[k], 0);
}

// The proof of a barycenter of Gaussians: its objective, what one more step gains, and a lower bound of all barycenters by duality.
//
// With maps T_i from S to A_i and H = sum w_i T_i, the matrices R_i = H^-1/2 T_i H^-1/2 have the mean I, so that the potentials
// x^T (I - R_i) x have the mean 0 and sum w_i (tr A_i - tr R_i^-1 A_i) bounds the variance of every barycenter from below (Agueh,
// Carlier 2011). Where S is singular: sum over pairs of w_i w_j W2^2(i, j), which any joint law of all of them pays at least.
import { positiveEigen, spectral, squareRoot } from "../linalg/eigen.ts";
import { couple, squaredBures } from "../linalg/fidelity.ts";
import { multiply, trace, transposed } from "../linalg/small.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import { procrustesMean } from "./procrustes.ts";

/**
 * Makes the certificate: `objective` recomputed, `stationarityGap` = |sum w_i T_i - I|^2 in the metric of S, which one more full step
 * gains at least, and a `lowerBound` by duality.
 */
export type GaussianBarycenterCertify = () => StationarityCertificate;

interface Claim {
  readonly gaussians: readonly Gaussian[];
  readonly shares: Float64Array;
  readonly gaussian: Gaussian;
}

/** sum w_i W2^2(gaussian, i). */
export function barycenterObjective({ gaussians, shares, gaussian }: Claim): number {
  const d = gaussian.mean.length;
  const root = squareRoot(gaussian.covariance.data, d);
  let total = varianceOfMeans(gaussians, shares, gaussian.mean);
  gaussians.forEach(({ covariance }, i) => {
    if (shares[i] > 0) total += shares[i] * squaredBures(root, squareRoot(covariance.data, d), d);
  });
  return total;
}

/** The certificate of a barycenter. */
export function certifyBarycenter(claim: Claim): GaussianBarycenterCertify {
  return () => {
    const { gaussians, shares, gaussian } = claim;
    const d = gaussian.mean.length;
    const F = squareRoot(gaussian.covariance.data, d);
    const roots = gaussians.map(({ covariance }) => squareRoot(covariance.data, d));
    const next = procrustesMean(F, roots, shares, d);
    const mean = gaussian.mean.map((_, k) =>
      gaussians.reduce((total, value, i) => total + shares[i] * value.mean[k], 0),
    );
    const shift = mean.reduce((total, value, k) => total + (value - gaussian.mean[k]) ** 2, 0);
    const dual = dualBound(F, roots, shares, d);
    // Every pair is looked at only where duality says nothing.
    const bound = dual > 0 ? dual : pairsBound(roots, shares, d);
    return {
      kind: "stationarity",
      objective: barycenterObjective(claim),
      stationarityGap: shift + next.reduce((total, value, k) => total + (value - F[k]) ** 2, 0),
      lowerBound: varianceOfMeans(gaussians, shares, mean) + bound,
      primalResidual: 0,
    };
  };
}

function varianceOfMeans(gaussians: readonly Gaussian[], shares: Float64Array, mean: Float64Array): number {
  return gaussians.reduce(
    (total, value, i) => total + shares[i] * mean.reduce((inner, m, k) => inner + (m - value.mean[k]) ** 2, 0),
    0,
  );
}

function dualBound(F: Float64Array, roots: readonly Float64Array[], shares: Float64Array, d: number): number {
  const own = positiveEigen(multiply(F, F, d), d);
  if (!(own.values[d - 1] > 1e-14 * own.values[0])) return 0;
  const inverse = spectral(own, (value) => 1 / Math.sqrt(value));
  const maps = roots.map((root) => {
    const { left, right } = couple(F, root, d);
    const map = multiply(multiply(root, multiply(transposed(left, d, d), right, d), d), inverse, d);
    return map.map((value, k) => (value + map[(k % d) * d + Math.floor(k / d)]) / 2);
  });
  const H = maps[0].map((_, k) => maps.reduce((total, map, i) => total + shares[i] * map[k], 0));
  const mean = positiveEigen(H, d);
  if (!(mean.values[d - 1] > 0)) return 0;
  const level = spectral(mean, (value) => 1 / Math.sqrt(value));
  const off = Math.sqrt(H.reduce((total, value, k) => total + (value - (k % (d + 1) === 0 ? 1 : 0)) ** 2, 0));
  let bound = 0;
  roots.forEach((root, i) => {
    if (shares[i] === 0) return;
    const levelled = positiveEigen(multiply(multiply(level, maps[i], d), level, d), d);
    // A singular map bounds nothing off its range, which levelling has turned a little: mixed with the identity it does.
    const mix = levelled.values[d - 1] > 1e-10 * levelled.values[0] ? 0 : off + 1e-12;
    const inverseMap = spectral(levelled, (value) => (1 + mix) / (value + mix));
    const A = multiply(root, root, d);
    bound += shares[i] * (trace(A, d) - trace(multiply(inverseMap, A, d), d));
  });
  return bound;
}

function pairsBound(roots: readonly Float64Array[], shares: Float64Array, d: number): number {
  let bound = 0;
  for (let i = 0; i < roots.length; i++) {
    for (let j = 0; j < i; j++) {
      if (shares[i] > 0 && shares[j] > 0) bound += shares[i] * shares[j] * squaredBures(roots[i], roots[j], d);
    }
  }
  return bound;
}

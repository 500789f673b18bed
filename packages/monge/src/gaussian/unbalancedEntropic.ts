// Unbalanced entropic transport between Gaussians: min <P, C> + epsilon KL(P | a x b) + rho KL(P1 | a) + rho KL(P2 | b), C = |x - y|^2.
// Janati, Muzellec, Peyre, Cuturi (2020); here in the coordinates of a coupling, so that singular covariances have no special place.
//
// P = m N(mu, H). With l = (epsilon + rho) / 2, t = rho / (epsilon + rho), X = A + B + l I and delta = m2 - m1:
// mu1 = m1 + A X^-1 delta, mu2 = m2 - B X^-1 delta. With A' = (2 l / epsilon) A (A + l I)^-1, B' alike, U S V^T = B'^1/2 A'^1/2, g = S^2 and
// h = 2 g / (1 + (1 + 4 t g)^1/2): H11 = A'^1/2 V f V^T A'^1/2, H22 = B'^1/2 U f U^T B'^1/2, H12 = A'^1/2 V (f h / S) U^T B'^1/2, f = l / (2 l / epsilon - h),
// which solves the stationarity of the objective in H. The mass follows from that in m: with E the objective per mass,
// m = (exp(-E) (a b)^(epsilon + rho))^(1 / (epsilon + 2 rho)), and the value is rho (a + b) + epsilon a b - (epsilon + 2 rho) m.
import { positiveEigen, spectral } from "../linalg/eigen.ts";
import { couple } from "../linalg/fidelity.ts";
import { gram, product, trace, transposed } from "../linalg/small.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import { conditionalMean } from "./conditional.ts";
import type { EntropicGaussianResult } from "./entropicResult.ts";

/** The plan, its value and its marginals. */
export function unbalancedPlan(
  source: Gaussian,
  target: Gaussian,
  epsilon: number,
  rho: number,
  masses: readonly [number, number],
): EntropicGaussianResult {
  const d = source.mean.length;
  const l = (epsilon + rho) / 2;
  const t = rho / (epsilon + rho);
  const first = held(source.covariance.data, d, l, epsilon);
  const second = held(target.covariance.data, d, l, epsilon);
  const { F, G, values, right, left } = couple(first.root, second.root, d);
  const own = new Float64Array(d);
  const across = new Float64Array(d);
  let logDeterminant = 0;
  for (let k = 0; k < d; k++) {
    const g = values[k] ** 2;
    // h / S, which is finite where S is 0.
    const ratio = (2 * values[k]) / (1 + Math.sqrt(1 + 4 * t * g));
    own[k] = l / ((2 * l) / epsilon - ratio * values[k]);
    across[k] = own[k] * ratio;
    logDeterminant += Math.log((own[k] - across[k]) * (own[k] + across[k]));
  }
  const logOwn = own.reduce((total, value) => total + Math.log(value), 0);
  const H1 = gram(scaleColumns(F, own.map(Math.sqrt), d), d, d);
  const H2 = gram(scaleColumns(G, own.map(Math.sqrt), d), d, d);
  const cross = product(scaleColumns(F, across, d), transposed(G, d, d), d, d, d);

  const delta = target.mean.map((value, k) => value - source.mean[k]);
  const sum = source.covariance.data.map((value, k) => value + target.covariance.data[k] + (k % (d + 1) === 0 ? l : 0));
  const v = times(
    spectral(positiveEigen(sum, d), (value) => 1 / value),
    delta,
  );
  const moved1 = times(source.covariance.data, v);
  const moved2 = times(target.covariance.data, v);
  const mean1 = source.mean.map((value, k) => value + moved1[k]);
  const mean2 = target.mean.map((value, k) => value - moved2[k]);

  // Objective per unit of mass: the cost, and each divergence by its trace, determinant and mean.
  const gap = mean1.reduce((total, value, k) => total + (value - mean2[k]) ** 2, 0);
  const cost = gap + trace(H1, d) + trace(H2, d) - 2 * trace(cross, d);
  const trace1 = weightedTrace(first.ratio, right, own, d) + inner(v, moved1);
  const trace2 = weightedTrace(second.ratio, left, own, d) + inner(v, moved2);
  const logs = first.logRatio + second.logRatio;
  const jointKl = (trace1 + trace2 - logDeterminant - logs - 2 * d) / 2;
  const sidesKl = (trace1 + trace2 - 2 * logOwn - logs - 2 * d) / 2;
  const E = cost + epsilon * jointKl + rho * sidesKl;
  const [a, b] = masses;
  const mass = Math.exp((-E + (epsilon + rho) * (Math.log(a) + Math.log(b))) / (epsilon + 2 * rho));
  const seen: Gaussian = { kind: "gaussian", mean: mean1, covariance: { data: H1, rows: d, cols: d } };
  const reached: Gaussian = { kind: "gaussian", mean: mean2, covariance: { data: H2, rows: d, cols: d } };
  return {
    value: rho * (a + b) + epsilon * a * b - (epsilon + 2 * rho) * mass,
    transportCost: mass * cost,
    mass,
    source: seen,
    target: reached,
    cross: { data: cross, rows: d, cols: d },
    apply: conditionalMean(seen, reached, cross),
  };
}

/** A'^1/2, and A^-1 A' = (2 l / epsilon) (A + l I)^-1 with the logarithm of its determinant: finite where A is singular, too. */
function held(
  A: Float64Array,
  d: number,
  l: number,
  epsilon: number,
): { readonly root: Float64Array; readonly ratio: Float64Array; readonly logRatio: number } {
  const spectrum = positiveEigen(A, d);
  const scale = (2 * l) / epsilon;
  return {
    root: spectral(spectrum, (value) => Math.sqrt((scale * value) / (value + l))),
    ratio: spectral(spectrum, (value) => scale / (value + l)),
    logRatio: spectrum.values.reduce((total, value) => total + Math.log(scale / (value + l)), 0),
  };
}

/** tr (ratio sum_k own_k w_k w_k^T), w_k the rows of `vectors`. */
function weightedTrace(ratio: Float64Array, vectors: Float64Array, own: Float64Array, d: number): number {
  let total = 0;
  for (let k = 0; k < d; k++) {
    const row = vectors.subarray(k * d, (k + 1) * d);
    total += own[k] * inner(row, times(ratio, row));
  }
  return total;
}

function times(A: Float64Array, x: Float64Array): Float64Array {
  return product(A, x, x.length, x.length, 1);
}

function inner(x: Float64Array, y: Float64Array): number {
  return x.reduce((total, value, k) => total + value * y[k], 0);
}

function scaleColumns(F: Float64Array, by: Float64Array, d: number): Float64Array {
  return F.map((value, at) => value * by[at % d]);
}

// Entropic transport between Gaussians in closed form, balanced and unbalanced, for C = |x - y|^2 and the entropy epsilon KL(P | a x b).
// Janati, Muzellec, Peyre, Cuturi (2020); Mallasto, Gerolin, Minh (2022); the balanced problem is Schrodinger's between Gaussians.
//
// Along the best coupling x = m1 + F z, y = m2 + G z of the covariances A = F F^T, B = G G^T, with s_i the singular values of B^1/2 A^1/2, the
// problem falls into problems of one dimension: z and z' have the correlation r_i = 2 s_i / (D_i + epsilon / 2), D_i = (4 s_i^2 + epsilon^2 / 4)^1/2.
// value = |m1 - m2|^2 + tr A + tr B - sum_i D_i + (epsilon / 2) sum_i log ((D_i + epsilon / 2) / epsilon) + d epsilon / 2.
import { optionOutOfRange } from "../errors/otError.ts";
import { squareRoot } from "../linalg/eigen.ts";
import { couple } from "../linalg/fidelity.ts";
import { product, trace, transposed } from "../linalg/small.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import { conditionalMean } from "./conditional.ts";
import type { EntropicGaussianResult } from "./entropicResult.ts";
import { requireSameDimension } from "./require.ts";
import { unbalancedPlan } from "./unbalancedEntropic.ts";

/** Options of {@link entropicGaussian}. */
export interface EntropicGaussianOptions {
  /** The weight of the entropy, > 0, in the unit of |x - y|^2. */
  readonly epsilon: number;
  /** The strength of KL(P1 | source) and KL(P2 | target) instead of held marginals, > 0; default: they are held. */
  readonly unbalanced?: number;
  /** Masses of the two Gaussians where they are unbalanced, > 0; default [1, 1]. */
  readonly masses?: readonly [source: number, target: number];
}

/**
 * Entropic optimal transport between two Gaussians, exactly. The covariances may be singular.
 *
 * Throws `InvalidShape` where the dimensions differ, `InvalidValue` for options out of range.
 */
export function entropicGaussian(
  source: Gaussian,
  target: Gaussian,
  options: EntropicGaussianOptions,
): EntropicGaussianResult {
  requireSameDimension(source, target);
  const { epsilon, unbalanced, masses } = options;
  requirePositive("epsilon", epsilon);
  if (unbalanced === undefined) {
    if (masses !== undefined) throw optionOutOfRange("masses", masses, "Leave them out: held marginals weigh 1.");
    return balanced(source, target, epsilon);
  }
  requirePositive("unbalanced", unbalanced);
  const [first, second] = masses ?? [1, 1];
  requirePositive("masses", first);
  requirePositive("masses", second);
  return unbalancedPlan(source, target, epsilon, unbalanced, [first, second]);
}

/** Options of {@link gaussianSinkhornDivergence}. */
export type GaussianDivergenceOptions = EntropicGaussianOptions;

/**
 * The Sinkhorn divergence of two Gaussians: OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2, and epsilon (mass a - mass b)^2 / 2 more where they are
 * unbalanced. >= 0, and 0 exactly between equal ones.
 */
export function gaussianSinkhornDivergence(
  source: Gaussian,
  target: Gaussian,
  options: GaussianDivergenceOptions,
): number {
  const between = entropicGaussian(source, target, options).value;
  const { masses, epsilon } = options;
  const [first, second] = masses ?? [1, 1];
  const own = (gaussian: Gaussian, mass: number): number =>
    entropicGaussian(gaussian, gaussian, masses === undefined ? options : { ...options, masses: [mass, mass] }).value;
  const apart = (epsilon / 2) * (first - second) ** 2;
  return between - own(source, first) / 2 - own(target, second) / 2 + apart;
}

function balanced(source: Gaussian, target: Gaussian, epsilon: number): EntropicGaussianResult {
  const d = source.mean.length;
  const A = source.covariance.data;
  const B = target.covariance.data;
  const { F, G, values } = couple(squareRoot(A, d), squareRoot(B, d), d);
  const half = epsilon / 2;
  let value = squaredShift(source, target) + trace(A, d) + trace(B, d);
  let transportCost = value;
  const scaled = F.slice();
  for (let k = 0; k < d; k++) {
    const s = values[k];
    const D = Math.hypot(2 * s, half);
    const correlation = (2 * s) / (D + half);
    // D - epsilon / 2 without a difference of large numbers: 2 s times the correlation.
    value += half * Math.log1p((s * correlation) / half) - 2 * s * correlation;
    transportCost -= 2 * s * correlation;
    for (let i = 0; i < d; i++) scaled[i * d + k] *= correlation;
  }
  const cross = product(scaled, transposed(G, d, d), d, d, d);
  return {
    value,
    transportCost,
    mass: 1,
    source,
    target,
    cross: { data: cross, rows: d, cols: d },
    apply: conditionalMean(source, target, cross),
  };
}

function squaredShift(source: Gaussian, target: Gaussian): number {
  return source.mean.reduce((total, value, k) => total + (value - target.mean[k]) ** 2, 0);
}

function requirePositive(name: string, value: number): void {
  if (!(value > 0 && value < Infinity)) throw optionOutOfRange(name, value, "Use a finite number above 0.");
}

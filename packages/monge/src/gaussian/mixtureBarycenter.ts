// The barycenter of Gaussian mixtures with a given number of components: min over mixtures of sum lambda_i MW2^2(mixture, i).
// Alternates exact plans between components with Gaussian barycenters of what each component is sent to (Delon, Desolneux 2020).
import { gaussians } from "../cost/gaussians.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { emd } from "../exact/emd.ts";
import { squareRoot } from "../linalg/eigen.ts";
import { gram } from "../linalg/small.ts";
import { sum } from "../linalg/sum.ts";
import type { Mixture } from "../measure/mixture.ts";
import type { Weights } from "../measure/weights.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress, RunOptions } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { type Alternated, type AlternatingStep, alternate } from "./alternate.ts";
import { toShares } from "./barycenter.ts";
import { procrustesMean } from "./procrustes.ts";
import { reduceMixture } from "./reduction.ts";
import { otherDimension, requireMixture } from "./require.ts";

/** Options of {@link mixtureBarycenter}. */
export interface MixtureBarycenterOptions extends RunOptions {
  /** Where to start, and so the number of components and their weights, which are kept; default: of `components`. */
  readonly start?: Mixture;
  /** Without a start: the components to reduce the union of all mixtures to; default the largest number of any of them. */
  readonly components?: number;
  /** Relative fall of the objective in one iteration at which to stop, >= 0; default 1e-9. */
  readonly tolerance?: number;
}

/** A barycenter of mixtures. */
export interface MixtureBarycenterResult {
  readonly mixture: Mixture;
  /** sum lambda_i MW2^2(mixture, i), for masses of 1. */
  readonly value: number;
  readonly report: Report;
  /**
   * `objective` recomputed with exact plans; `stationarityGap`: what one more iteration gains; `lowerBound`: sum over pairs of
   * lambda_i lambda_j MW2^2(i, j), which no mixture is below.
   */
  readonly certify: () => StationarityCertificate;
}

/**
 * The mixture of few components closest to all of the given ones. Not convex: a local optimum, that of the start. Masses are made 1.
 *
 * @param mixtures one or more, of one dimension, each with mass
 * @param weights lambda, >= 0, made to sum to 1; null or absent: equal
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`.
 */
export interface MixtureBarycenter {
  (mixtures: readonly Mixture[], weights?: Weights, options?: MixtureBarycenterOptions): MixtureBarycenterResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    mixtures: readonly Mixture[],
    weights?: Weights,
    options?: MixtureBarycenterOptions & AsyncOptions,
  ): Promise<MixtureBarycenterResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    mixtures: readonly Mixture[],
    weights?: Weights,
    options?: MixtureBarycenterOptions,
  ): Run<MixtureBarycenterResult>;
}

/** The barycenter of mixtures; see {@link MixtureBarycenter}. */
export const mixtureBarycenter: MixtureBarycenter = /*#__PURE__*/ defineSolver<
  [readonly Mixture[], Weights | undefined],
  MixtureBarycenterOptions,
  MixtureBarycenterResult
>(
  2,
  (control, [given, weights], options) => {
    if (!Array.isArray(given) || given.length === 0) {
      throw new OtError("InvalidShape", "There are no mixtures.", {
        argument: "mixtures",
        seen: given,
        cure: "Pass an array of at least one mixture.",
      });
    }
    const { tolerance = 1e-9, start, components } = options;
    if (!(tolerance >= 0))
      throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0; 1e-9 is the default.");
    if (start !== undefined && components !== undefined)
      throw optionOutOfRange("components", components, "Leave it out: the start has its own components.");
    const mixtures = given.map((mixture: Mixture, i) => ofMassOne(mixture, `mixtures[${i}]`, given[0].means?.cols));
    const lambda = toShares(weights ?? null, mixtures.length);
    const from =
      start === undefined
        ? reduceMixture(union(mixtures, lambda), {
            components: components ?? Math.max(...mixtures.map(({ weights: w }) => w.length)),
            seed: options.seed,
          }).mixture
        : ofMassOne(start, "options.start", mixtures[0].means.cols);
    return run(control, { mixtures, lambda, tolerance, start: from });
  },
  "mixtureBarycenter",
) as MixtureBarycenter;

interface Problem {
  readonly mixtures: readonly Mixture[];
  readonly lambda: Float64Array;
  readonly tolerance: number;
  readonly start: Mixture;
}

/** Pairs of a plan by component of the barycenter: to which component of which mixture, with which share of lambda_i. */
type Sent = readonly (readonly { readonly mixture: number; readonly component: number; readonly share: number }[])[];

function* run(
  control: RunControl<MixtureBarycenterResult>,
  { mixtures, lambda, tolerance, start }: Problem,
): Generator<Progress, MixtureBarycenterResult, void> {
  const roots = mixtures.map(rootsOf);
  const step = (mixture: Mixture): AlternatingStep<Mixture> => {
    const { value, sent } = plansFrom(mixture, mixtures, lambda);
    return { objective: value, next: () => improved(mixture, mixtures, roots, sent) };
  };
  return finish(yield* control.elsewhere(() => alternate(control, start, step, tolerance, finish)));

  function finish({ state: found, status, iterations, error }: Alternated<Mixture>): MixtureBarycenterResult {
    return {
      mixture: found,
      value: plansFrom(found, mixtures, lambda).value,
      report: {
        status,
        method: "fixedPoint",
        why: "exact plans and Gaussian barycenters in turn never raise the objective",
        backend: "js",
        iterations,
        error,
        tolerance,
        massAdjustment: 1,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify() {
        const { value: objective, sent } = plansFrom(found, mixtures, lambda);
        const after = plansFrom(improved(found, mixtures, roots, sent), mixtures, lambda).value;
        let lowerBound = 0;
        for (let i = 0; i < mixtures.length; i++) {
          for (let j = 0; j < i; j++) {
            if (lambda[i] > 0 && lambda[j] > 0)
              lowerBound += lambda[i] * lambda[j] * distance(mixtures[i], mixtures[j]);
          }
        }
        return {
          kind: "stationarity",
          objective,
          stationarityGap: Math.max(0, objective - after),
          lowerBound,
          primalResidual: Math.abs(sum(found.weights) - 1),
        };
      },
    };
  }
}

function distance(source: Mixture, target: Mixture): number {
  return emd(source.weights, target.weights, gaussians(source, target)).value;
}

function plansFrom(
  mixture: Mixture,
  mixtures: readonly Mixture[],
  lambda: Float64Array,
): { value: number; sent: Sent } {
  const sent: { mixture: number; component: number; share: number }[][] = Array.from(mixture.weights, () => []);
  let total = 0;
  mixtures.forEach((other, i) => {
    if (lambda[i] === 0) return;
    const { value, plan } = emd(mixture.weights, other.weights, gaussians(mixture, other));
    total += lambda[i] * value;
    for (const [k, component, mass] of plan.entries()) {
      if (mass > 0) sent[k].push({ mixture: i, component, share: lambda[i] * mass });
    }
  });
  return { value: total, sent };
}

/** Each component moved to the barycenter of what it is sent to: its mean at once, its covariance by one step of the fixed point. */
function improved(
  mixture: Mixture,
  mixtures: readonly Mixture[],
  roots: readonly Float64Array[][],
  sent: Sent,
): Mixture {
  const d = mixture.means.cols;
  const means = mixture.means.data.slice();
  const covariances = mixture.covariances.slice();
  sent.forEach((pairs, k) => {
    const total = sum(pairs.map(({ share }) => share));
    if (!(total > 0)) return;
    const shares = Float64Array.from(pairs, ({ share }) => share / total);
    for (let r = 0; r < d; r++) {
      means[k * d + r] = sum(
        pairs.map(({ mixture: i, component }, at) => shares[at] * mixtures[i].means.data[component * d + r]),
      );
    }
    const targets = pairs.map(({ mixture: i, component }) => roots[i][component]);
    const root = squareRoot(covariances.slice(k * d * d, (k + 1) * d * d), d);
    covariances.set(gram(procrustesMean(root, targets, shares, d), d, d), k * d * d);
  });
  return { ...mixture, means: { ...mixture.means, data: means }, covariances };
}

function rootsOf({ covariances, means: { rows, cols: d } }: Mixture): Float64Array[] {
  return Array.from({ length: rows }, (_, k) => squareRoot(covariances.slice(k * d * d, (k + 1) * d * d), d));
}

function ofMassOne(mixture: Mixture, argument: string, d: number | undefined): Mixture {
  requireMixture(mixture, argument);
  if (d !== undefined && mixture.means.cols !== d) throw otherDimension(argument, mixture.means.cols, d);
  const total = sum(mixture.weights);
  if (total > 0) return { ...mixture, weights: mixture.weights.map((weight) => weight / total) };
  throw new OtError("InvalidValue", `${argument} has no mass.`, {
    argument,
    seen: total,
    cure: "Give at least one component a positive weight.",
  });
}

function union(mixtures: readonly Mixture[], lambda: Float64Array): Mixture {
  const d = mixtures[0].means.cols;
  const join = (parts: Float64Array[]): Float64Array => {
    const out = new Float64Array(parts.reduce((total, { length }) => total + length, 0));
    let at = 0;
    for (const part of parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  };
  const weights = join(mixtures.map((mixture, i) => mixture.weights.map((weight) => lambda[i] * weight)));
  return {
    kind: "mixture",
    means: { data: join(mixtures.map(({ means }) => means.data)), rows: weights.length, cols: d },
    covariances: join(mixtures.map(({ covariances }) => covariances)),
    weights,
  };
}

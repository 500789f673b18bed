// Transport between Gaussian mixtures by plans that are mixtures themselves: MW2^2 = min over plans w between the components of
// sum w_kl W2^2(component k, component l). Delon, Desolneux (2020); Chen, Georgiou, Tannenbaum (2019).
import { gaussians } from "../cost/gaussians.ts";
import { type EmdOptions, emd } from "../exact/emd.ts";
import type { Matrix, MatrixLike } from "../linalg/matrix.ts";
import type { Gaussian } from "../measure/gaussian.ts";
import { componentOf, type Mixture, mixtureOf } from "../measure/mixture.ts";
import type { AsyncOptions } from "../run/options.ts";
import type { Result } from "../run/result.ts";
import { mapRun, type Run, threeForms } from "../run/solver.ts";
import { pointsOf } from "./density.ts";
import { gaussianGeodesic, requireTime } from "./map.ts";
import { type PlanPair, pointMaps } from "./mixtureMaps.ts";
import { otherDimension, requireMixture } from "./require.ts";

/** Transport between two mixtures: a result as of `emd` between components, and what it does to points. */
export interface MixtureTransportResult extends Result {
  /**
   * The barycentric projection: x goes to sum over k, l of P(k, l | x) T_kl(x), with T_kl the optimal maps between components and
   * P(k, l | x) the probability that x of component k goes to l (n x d in, n x d out). Singular source components count as if they had a
   * variance of 1e-9 of the mean one in every direction.
   */
  apply(points: MatrixLike): Matrix;
  /** The same with one pair (k, l) drawn for each point: the image of the source is then the target. Default seed 0. */
  applyRandomly(points: MatrixLike, seed?: number): Matrix;
  /** The displacement interpolation: sum w_kl N at time t of the geodesic from k to l; t in [0, 1]. */
  interpolate(t: number): Mixture;
}

/**
 * The optimal plan between the components of two mixtures under squared Bures-Wasserstein distances, solved exactly; `value` is
 * MW2^2, at least W2^2 between the mixtures and at most that plus an error that vanishes with the covariances.
 *
 * Takes the options of `emd`. Throws `InvalidShape`, `InvalidValue`, `MassMismatch`, `KernelUnavailable`.
 */
export interface MixtureTransport {
  (source: Mixture, target: Mixture, options?: EmdOptions): MixtureTransportResult;
  /** The same between turns of the event loop, or on a pool; can be aborted. */
  async(source: Mixture, target: Mixture, options?: EmdOptions & AsyncOptions): Promise<MixtureTransportResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(source: Mixture, target: Mixture, options?: EmdOptions): Run<MixtureTransportResult>;
}

/** Transport between mixtures; see {@link MixtureTransport}. */
export const mixtureTransport: MixtureTransport = /*#__PURE__*/ threeForms<
  [Mixture, Mixture],
  EmdOptions,
  MixtureTransportResult
>(2, ([source, target, options]) =>
  start(source as Mixture, target as Mixture, options as EmdOptions | undefined),
) as MixtureTransport;

function start(source: Mixture, target: Mixture, options?: EmdOptions): Run<MixtureTransportResult> {
  requireMixture(source, "source");
  requireMixture(target, "target");
  if (source.means.cols !== target.means.cols) throw otherDimension("target", target.means.cols, source.means.cols);
  const run = emd.steps(source.weights, target.weights, gaussians(source, target), options);
  return mapRun(run, (result) => withMaps(source, target, result));
}

function withMaps(source: Mixture, target: Mixture, result: Result): MixtureTransportResult {
  const pairs: readonly PlanPair[] = Array.from(result.plan.entries(), ([k, l, mass]) => ({ k, l, mass })).filter(
    ({ mass }) => mass > 0,
  );
  let maps: ReturnType<typeof pointMaps> | null = null;
  const move = (points: MatrixLike, seed: number | null): Matrix => {
    maps ??= pointMaps(source, target, pairs);
    return maps(pointsOf(points, source.means.cols), seed);
  };
  return {
    ...spread(result),
    apply: (points) => move(points, null),
    applyRandomly: (points, seed = 0) => move(points, seed),
    interpolate(t) {
      requireTime(t);
      const between: Gaussian[] = pairs.map(({ k, l }) =>
        gaussianGeodesic(componentOf(source, k), componentOf(target, l), t),
      );
      return mixtureOf(
        between,
        pairs.map(({ mass }) => mass),
      );
    },
  };
}

/** The fields of a result, of which `potentials` is computed when first read. */
function spread(result: Result): Result {
  const { value, transportCost, plan, report, certify, problem } = result;
  return {
    value,
    transportCost,
    plan,
    report,
    certify,
    problem,
    get potentials() {
      return result.potentials;
    },
  };
}

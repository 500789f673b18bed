// Mixture reduction: a mixture of many Gaussians as one of few, each of which has the mass, mean and covariance of those it stands for.
// The cost is sum_i w_i W2^2(component i, its merged Gaussian): an upper bound of MW2^2 between the two mixtures (Delon, Desolneux 2020).
import { gaussianRecords, lengthUnit, recordSize } from "../cost/gaussianRecords.ts";
import { requireFiniteCosts, squaredDistanceOf } from "../cost/gaussians.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { gaussian } from "../kernels/gaussian.ts";
import { backend } from "../kernels/module.ts";
import { sum } from "../linalg/sum.ts";
import type { Mixture } from "../measure/mixture.ts";
import type { AsyncOptions, Progress, RunOptions } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { type Grouping, type GroupingProblem, groupComponents } from "./grouping.ts";
import { mergeGroups } from "./moments.ts";
import { certifyReduction, type ReductionCertify } from "./reductionCertificate.ts";
import { requireMixture } from "./require.ts";

/** Options of {@link reduceMixture}. */
export interface ReduceMixtureOptions extends RunOptions {
  /** Gaussians to keep at most, >= 1. */
  readonly components: number;
  /**
   * By what components choose their group: `"wasserstein"` (default), the squared W2 distance to the merged Gaussian, or `"kl"`, the
   * divergence from it, which moment matching minimises: with it every iteration improves.
   */
  readonly cost?: "wasserstein" | "kl";
  /** `"split"` (default): repeated halving; `"sample"`: components drawn by weight, with `seed`, and who is nearest to them. */
  readonly start?: "split" | "sample";
  /** Groups near the present one that a component may move to in one iteration, >= 1; default 24. */
  readonly neighbours?: number;
  /** Groups lighter than this share of the total mass are given to their neighbours in the end, in [0, 1]; default 0: none. */
  readonly leastWeight?: number;
  /** Relative fall of the cost in one iteration at which to stop, >= 0; default 1e-3. */
  readonly tolerance?: number;
}

/** A reduced mixture. */
export interface ReducedMixture {
  /** At most `components` Gaussians; total mass, mean and covariance are those of the input. */
  readonly mixture: Mixture;
  /** labels[i]: which component of `mixture` component i went into. */
  readonly labels: Int32Array;
  /** sum_i w_i W2^2(component i, its merged Gaussian), an upper bound of MW2^2 from the input to `mixture`. */
  readonly value: number;
  readonly report: Report;
  readonly certify: ReductionCertify;
}

/**
 * Reduces a mixture to few components, each the moment-matched merger of a group. Deterministic; time grows as n log n, not n times
 * `components`.
 *
 * Groups come from halving (or a sample), then from Lloyd's iterations restricted to near groups; the best groups that were seen are
 * returned. It is a local optimum: `certify()` says what moving single components could still gain.
 *
 * @param mixture n Gaussians with masses, in any dimension; singular and zero covariances are legal
 *
 * Throws `InvalidShape`, `InvalidValue`, `KernelUnavailable`, `OutOfMemory`.
 */
export interface ReduceMixture {
  (mixture: Mixture, options: ReduceMixtureOptions): ReducedMixture;
  /** The same between turns of the event loop, or on a pool; can be aborted. */
  async(mixture: Mixture, options: ReduceMixtureOptions & AsyncOptions): Promise<ReducedMixture>;
  /** The same by hand: iterate for progress, `snapshot()` for the groups so far. */
  steps(mixture: Mixture, options: ReduceMixtureOptions): Run<ReducedMixture>;
}

/** A mixture of few Gaussians for one of many; see {@link ReduceMixture}. */
export const reduceMixture: ReduceMixture = /*#__PURE__*/ defineSolver<[Mixture], ReduceMixtureOptions, ReducedMixture>(
  1,
  (control, [mixture], options) => {
    requireMixture(mixture, "mixture");
    requireFiniteCosts(mixture, mixture);
    if (mixture.means.rows === 0) {
      throw new OtError("InvalidShape", "The mixture has no components.", {
        argument: "mixture",
        seen: 0,
        cure: "Pass a mixture with at least one component.",
      });
    }
    const {
      components,
      cost = "wasserstein",
      start = "split",
      neighbours = 24,
      leastWeight = 0,
      tolerance = 1e-3,
    } = options;
    const atLeastOne = (value: number): boolean => Number.isInteger(value) && value >= 1;
    if (!atLeastOne(components)) throw optionOutOfRange("components", components, "Use a whole number of at least 1.");
    if (!atLeastOne(neighbours)) throw optionOutOfRange("neighbours", neighbours, "Use a whole number of at least 1.");
    if (cost !== "wasserstein" && cost !== "kl") throw optionOutOfRange("cost", cost, 'Use "wasserstein" or "kl".');
    if (start !== "split" && start !== "sample") throw optionOutOfRange("start", start, 'Use "split" or "sample".');
    if (!(leastWeight >= 0 && leastWeight <= 1))
      throw optionOutOfRange("leastWeight", leastWeight, "Use a share in [0, 1].");
    if (!(tolerance >= 0))
      throw optionOutOfRange("tolerance", tolerance, "Use a number of at least 0; 1e-3 is the default.");
    const { seed = 0 } = options;
    const most = Math.min(components, mixture.means.rows);
    return run(control, { mixture, components: most, cost, start, neighbours, leastWeight, tolerance, seed });
  },
  "reduceMixture",
) as ReduceMixture;

function* run(
  control: RunControl<ReducedMixture>,
  problem: GroupingProblem,
): Generator<Progress, ReducedMixture, void> {
  const { mixture, tolerance } = problem;
  return finish(
    yield* control.elsewhere(() =>
      groupComponents(problem, {
        interrupted: control.interrupted,
        elapsedMs: control.elapsedMs,
        offer: (labels) =>
          control.offer(() =>
            finish({ labels: labels(), status: "stopped", iterations: 0, decrease: Infinity, open: 0 }),
          ),
      }),
    ),
  );

  function finish({ labels, status, iterations, decrease, open }: Grouping): ReducedMixture {
    const count = labels.reduce((most, label) => Math.max(most, label + 1), 0);
    const reduced = mergeGroups(mixture, labels, count);
    return {
      mixture: reduced,
      labels,
      value: mergingCost(mixture, labels, reduced),
      report: {
        status,
        method: "lloyd",
        why: `groups by ${problem.start === "split" ? "halving" : "a sample"}, then moves under ${problem.cost === "kl" ? "the KL divergence" : "W2"}`,
        backend: backend(gaussian),
        iterations,
        error: decrease,
        tolerance,
        massAdjustment: 1,
        elapsedMs: control.elapsedMs(),
        warnings:
          open > 0.05
            ? [
                {
                  code: "fewNeighbours",
                  message: `For ${Math.round(100 * open)} % of the components a nearer group may lie beyond the ${problem.neighbours} neighbours: raise options.neighbours.`,
                },
              ]
            : [],
      },
      certify: certifyReduction({ mixture, labels, reduced }),
    };
  }
}

/** sum_i w_i W2^2(component i, component labels[i] of `reduced`). */
function mergingCost(mixture: Mixture, labels: Int32Array, reduced: Mixture): number {
  const d = mixture.means.cols;
  const unit = lengthUnit(mixture, reduced);
  const size = recordSize(d);
  const distance = squaredDistanceOf(d);
  const x = gaussianRecords(mixture, unit);
  const y = gaussianRecords(reduced, unit);
  return unit * unit * sum(mixture.weights.map((weight, i) => weight * distance(x, i * size, y, labels[i] * size)));
}

// Wasserstein coordinates: the weights whose barycenter of given measures is nearest to an image.
// Bonneel, Peyre, Cuturi, "Wasserstein barycentric coordinates" (2016): gradients through the iteration, here projected onto the simplex.
import { readEpsilon } from "../entropic/schedule.ts";
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { entropic } from "../kernels/entropic.ts";
import { backend } from "../kernels/module.ts";
import { sum } from "../linalg/sum.ts";
import { readWeights, type Weights } from "../measure/weights.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress, RunOptions, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { defineSolver, drain, type Run, type RunControl } from "../run/solver.ts";
import { withKernels } from "./kernels.ts";
import { type BarycenterCost, type BarycenterProblem, readBarycenter } from "./problem.ts";
import { type CoordinatesLoss, type LossValue, lossOf } from "./tape.ts";

/** Options of {@link wassersteinCoordinates}. */
export interface CoordinatesOptions extends RunOptions {
  /** The weight of the entropy, > 0, in the unit of the cost. */
  readonly epsilon: number;
  /** `"KL"` (default): KL(image | barycenter); `"L2"`: half the squared difference, relative to that of the image. */
  readonly loss?: CoordinatesLoss;
  /** Rounds of the iteration that make a barycenter; default 50. They are differentiated as they are, converged or not. */
  readonly rounds?: number;
  /** Weights to start from; default equal. */
  readonly start?: Weights;
  /** Largest change of the weights in a step at which to stop; default 1e-6. */
  readonly tolerance?: number;
  /** Relative difference of masses that is put down to rounding; default 1e-9. */
  readonly massTolerance?: number;
}

/** An image in the coordinates of others. */
export interface CoordinatesResult {
  /** One for each input, >= 0, of sum 1. */
  readonly weights: Float64Array;
  /** The barycenter of these weights. */
  readonly barycenter: Float64Array;
  /** The loss. */
  readonly value: number;
  readonly report: Report;
  /** `stationarityGap`: by how much the loss, linearised, could still fall on the simplex; `lowerBound` 0. */
  certify(): StationarityCertificate;
}

/**
 * Weights on the simplex that minimise the loss between `image` and the entropic barycenter of `inputs`.
 *
 * Not convex: a stationary point.
 *
 * @param image masses on the support, of the inputs' mass
 * @param inputs masses of each input, as {@link Barycenter} takes them
 * @param C the cost from the support to the atoms of the inputs: one for all, or a list of costs
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch`, `OutOfMemory`, `KernelUnavailable`.
 */
export interface WassersteinCoordinates {
  (
    image: ArrayLike<number>,
    inputs: readonly Weights[],
    C: BarycenterCost,
    options: CoordinatesOptions,
  ): CoordinatesResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    image: ArrayLike<number>,
    inputs: readonly Weights[],
    C: BarycenterCost,
    options: CoordinatesOptions & Pick<AsyncOptions, "signal">,
  ): Promise<CoordinatesResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the answer so far. */
  steps(
    image: ArrayLike<number>,
    inputs: readonly Weights[],
    C: BarycenterCost,
    options: CoordinatesOptions,
  ): Run<CoordinatesResult>;
}

/** Wasserstein coordinates; see {@link WassersteinCoordinates}. */
export const wassersteinCoordinates: WassersteinCoordinates = /*#__PURE__*/ defineSolver<
  [ArrayLike<number>, readonly Weights[], BarycenterCost],
  CoordinatesOptions,
  CoordinatesResult
>(3, (control, [image, inputs, C], options) => {
  const { loss = "KL", rounds = 50, tolerance = 1e-6 } = options;
  const epsilon = readEpsilon(options, 0);
  if (loss !== "KL" && loss !== "L2") throw optionOutOfRange("loss", loss, 'Use "KL" or "L2".');
  if (!(Number.isInteger(rounds) && rounds >= 1))
    throw optionOutOfRange("rounds", rounds, "Use a whole number of at least 1.");
  if (!(tolerance > 0)) throw optionOutOfRange("tolerance", tolerance, "Use a number above 0; 1e-6 is the default.");
  const problem = readBarycenter(inputs, C, options.start ?? null, true, options.massTolerance);
  const target = readWeights(image, problem.n, "image");
  const mass = sum(target);
  if (!(Math.abs(mass - problem.masses[0]) <= (options.massTolerance ?? 1e-9) * problem.masses[0])) {
    throw new OtError("MassMismatch", `The image weighs ${mass}, the inputs weigh ${problem.masses[0]}.`, {
      argument: "image",
      seen: mass,
      cure: "Scale all to the same mass (normalize), or raise massTolerance.",
    });
  }
  return run(control, { problem, image: target, epsilon, loss, rounds, tolerance });
}) as WassersteinCoordinates;

interface Task {
  readonly problem: BarycenterProblem;
  readonly image: Float64Array;
  readonly epsilon: number;
  readonly loss: CoordinatesLoss;
  readonly rounds: number;
  readonly tolerance: number;
}

function* run(control: RunControl<CoordinatesResult>, task: Task): Generator<Progress, CoordinatesResult, void> {
  const { problem, tolerance } = task;
  const K = problem.inputs.length;
  let status: Status | null = null;
  let iterations = 0;
  let error = Infinity;
  let weights: Float64Array = Float64Array.from(problem.shares);
  let here: LossValue | null = null;
  const descent = withKernels(problem, task.epsilon, function* (kernels) {
    const at = (w: Float64Array): Generator<void, LossValue, void> =>
      lossOf(kernels, problem, task.image, w, task.epsilon, task.rounds, task.loss);
    here = yield* at(weights);
    let step = 1 / Math.max(1e-300, spread(here.slope));
    while (status === null) {
      let next = project(weights.map((w, k) => w - step * (here as LossValue).slope[k]));
      let there = yield* at(next);
      // Armijo's rule along the projection arc; the step is halved until it holds.
      while (
        status === null &&
        there.loss > here.loss - 1e-4 * fall(here.slope, weights, next) &&
        largest(weights, next) > tolerance / 100
      ) {
        step /= 2;
        next = project(weights.map((w, k) => w - step * (here as LossValue).slope[k]));
        there = yield* at(next);
      }
      if (status !== null) break;
      error = largest(weights, next);
      if (there.loss <= here.loss) {
        const [dx, dg] = [
          next.map((w, k) => w - weights[k]),
          there.slope.map((s, k) => s - (here as LossValue).slope[k]),
        ];
        const curvature = dx.reduce((total, value, k) => total + value * dg[k], 0);
        // Barzilai, Borwein (1988).
        if (curvature > 0) step = dx.reduce((total, value) => total + value * value, 0) / curvature;
        weights = next;
        here = there;
        iterations++;
      }
      if (error <= tolerance) return;
      if (iterations >= control.maxIterations) status = "maxIterations";
    }
  });
  for (;;) {
    const step = descent.next();
    if (step.done) break;
    yield { phase: "coordinates", iteration: iterations, error, elapsedMs: control.elapsedMs() };
    if (here === null) continue;
    control.offer(() => finish("stopped"));
    status ??= control.interrupted();
  }
  return finish(status ?? "converged");

  function finish(ended: Status): CoordinatesResult {
    const found = here as LossValue;
    const answer = weights.slice();
    return {
      weights: answer,
      barycenter: found.barycenter,
      value: found.loss,
      report: {
        status: ended,
        method: "projected gradient",
        why: `${task.rounds} rounds, differentiated`,
        backend: backend(entropic),
        iterations,
        error: Number.isFinite(error) ? error : 1,
        tolerance,
        massAdjustment: 1,
        elapsedMs: control.elapsedMs(),
        warnings: [],
      },
      certify() {
        const { loss, slope } = drain(
          withKernels(problem, task.epsilon, (kernels) =>
            lossOf(kernels, problem, task.image, answer, task.epsilon, task.rounds, task.loss),
          ),
        );
        const vertex = new Float64Array(K);
        vertex[slope.indexOf(slope.reduce((low, value) => Math.min(low, value), Infinity))] = 1;
        return {
          kind: "stationarity",
          objective: loss,
          stationarityGap: fall(slope, answer, vertex),
          lowerBound: 0,
          primalResidual: 0,
        };
      },
    };
  }
}

/** <slope, from - to>. */
function fall(slope: Float64Array, from: Float64Array, to: Float64Array): number {
  return slope.reduce((total, value, k) => total + value * (from[k] - to[k]), 0);
}

function largest(x: Float64Array, y: Float64Array): number {
  return x.reduce((most, value, k) => Math.max(most, Math.abs(value - y[k])), 0);
}

function spread(values: Float64Array): number {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return high - low;
}

/** The nearest point of the simplex. Held, Wolfe, Crowder (1974). */
function project(values: Float64Array): Float64Array {
  const sorted = Float64Array.from(values).sort().reverse();
  let [total, shift] = [0, 0];
  for (let k = 0; k < sorted.length; k++) {
    total += sorted[k];
    if (sorted[k] > (total - 1) / (k + 1)) shift = (total - 1) / (k + 1);
  }
  return values.map((value) => Math.max(0, value - shift));
}

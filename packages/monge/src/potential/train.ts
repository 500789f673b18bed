// Training of a critic: u that maximises mean u(x) - mean u(y) - lambda mean (|grad u(z)| - 1)_+^2, z between x and y.
// Kantorovich-Rubinstein duality with a one-sided gradient penalty (Petzka, Fischer, Lukovnikov, arXiv 1709.08894), by Adam.
import { optionOutOfRange } from "../errors/otError.ts";
import { backend } from "../kernels/module.ts";
import { potential } from "../kernels/potential.ts";
import type { Progress, Status } from "../run/options.ts";
import type { Report, Warning } from "../run/report.ts";
import { defineSolver, type Run, type RunControl } from "../run/solver.ts";
import { fingerprintOf, packCheckpoint, type TrainState, unpackCheckpoint } from "./checkpoint.ts";
import { type Critic, critic } from "./critic.ts";
import { readPair, type Samples } from "./samples.ts";
import { certifyW1, type W1Certificate, type W1CertifyOptions } from "./statisticalCertificate.ts";
import { type CurvePoint, curveOf, firstState, type Training, train } from "./training.ts";
import { readTrainingOptions, requireNet, requireWhole, type TrainOptions } from "./trainOptions.ts";
import { estimateW1, streams, type W1Estimate } from "./w1Estimate.ts";

/** A trained critic. */
export interface TrainResult {
  /** u: large on the source, small on the target; mass moves along -grad u. */
  readonly critic: Critic;
  /** W1 by this critic, on samples drawn afresh. */
  readonly w1: W1Estimate;
  readonly curve: readonly CurvePoint[];
  /** `error`: `w1.residual`. */
  readonly report: Report;
  /** Looks again, on other samples, and bounds W1 from both sides. */
  certify(options?: W1CertifyOptions): W1Certificate;
}

/**
 * Trains a critic between two sides: a Kantorovich potential u, whose slopes are at most about 1, with mean u(source) - mean u(target) as
 * large as it gets.
 *
 * @param source points (n x d) or a sampler: where mass comes from
 * @param target points (m x d) or a sampler: where it goes
 *
 * All steps taken is status `"maxIterations"`: nothing proves that more would not help; `certify()` says what is known. Same samples,
 * options, seed and backend: same bits, also across a stop and `resume`.
 *
 * Throws `InvalidShape`, `InvalidValue` (also where the learning rate is so high that weights overflow), `CorruptFile` (`resume`),
 * `OutOfMemory`, `KernelUnavailable`.
 */
export interface TrainCritic {
  (source: Samples, target: Samples, options?: TrainOptions): TrainResult;
  /** The same between turns of the event loop; can be aborted. */
  async(
    source: Samples,
    target: Samples,
    options?: TrainOptions & { readonly signal?: AbortSignal },
  ): Promise<TrainResult>;
  /** The same by hand: iterate for progress, `snapshot()` for the critic so far. */
  steps(source: Samples, target: Samples, options?: TrainOptions): Run<TrainResult>;
}

/** A Kantorovich potential as a net; see {@link TrainCritic}. */
export const trainCritic: TrainCritic = /*#__PURE__*/ defineSolver<[Samples, Samples], TrainOptions, TrainResult>(
  2,
  (control, given, options) => {
    const [source, target] = readPair(...given);
    const { steps = 2000, warmStart, checkpoint, resume } = options;
    requireWhole("steps", steps, 1);
    const net = options.net ?? warmStart?.net;
    const { evaluationPoints, ...read } = readTrainingOptions(source, target, { ...options, net });
    const training = { ...read, steps };
    if (warmStart !== undefined) requireNet(warmStart, training.net);
    if (checkpoint !== undefined && typeof checkpoint.save !== "function")
      throw optionOutOfRange("checkpoint.save", checkpoint.save, "Pass a function that keeps the bytes.");
    const fingerprint = {
      source: fingerprintOf(source, training.seed),
      target: fingerprintOf(target, training.seed),
      ...described(training),
    };
    const weights = warmStart?.weights ?? critic(training.net, { seed: training.seed }).weights;
    const start = resume === undefined ? firstState(weights) : unpackCheckpoint(resume, fingerprint);
    return run(control, training, start, evaluationPoints, {
      every: checkpoint?.every ?? 1000,
      save: checkpoint && ((state) => checkpoint.save(packCheckpoint(state, fingerprint))),
    });
  },
) as TrainCritic;

/** The training as JSON can hold it. */
export function described({ source: _, target: __, ...rest }: Training): Omit<Training, "source" | "target"> {
  return rest;
}

function* run(
  control: RunControl<TrainResult>,
  training: Training,
  start: TrainState,
  evaluationPoints: number,
  saving: { readonly every: number; readonly save?: (state: TrainState) => void | Promise<void> },
): Generator<Progress, TrainResult, void> {
  const { state, status } = yield* train(training, start, {
    ...saving,
    elapsedMs: control.elapsedMs,
    interrupted: control.interrupted,
    maxIterations: control.maxIterations,
    offer: (state) => control.offer(() => finish(state(), "stopped")),
  });
  return finish(state, status);

  function finish(state: TrainState, status: Status): TrainResult {
    const provenance = { by: "trainCritic", ...described(training), stepsTaken: state.stepCount };
    const u = critic(training.net, { weights: state.weights, provenance });
    const { penalty, seed, source, target } = training;
    const stream = streams.evaluation;
    const w1 = estimateW1(u, source, target, { penalty, count: evaluationPoints, seed, stream });
    return {
      critic: u,
      w1,
      curve: curveOf(state, penalty),
      report: {
        status,
        method: "adam",
        why: `${state.stepCount} steps of ${training.batch} points a side, penalty ${Number(penalty.toPrecision(3))}`,
        backend: backend(potential),
        iterations: state.stepCount,
        error: w1.residual,
        tolerance: 0,
        massAdjustment: 1,
        elapsedMs: control.elapsedMs(),
        warnings: warningsOf(w1),
      },
      certify: (options) => certifyW1(u, { source, target, penalty }, options),
    };
  }
}

/** What a user should know about an estimate. */
export function warningsOf(w1: W1Estimate): Warning[] {
  const warnings: Warning[] = [];
  if (w1.slope.excess > 0.1) {
    warnings.push({
      code: "steep",
      message: `Slopes exceed 1 by ${w1.slope.excess.toFixed(2)} on average: raise options.penalty.`,
    });
  }
  if (w1.residual > 0.2) {
    warnings.push({
      code: "unfinished",
      message: `Scaling the critic alone would still improve it (residual ${w1.residual.toFixed(2)}): train for more steps.`,
    });
  }
  return warnings;
}

// What trainings of critics are told, checked: shared by a single critic and by the critics of a map.
import { OtError, optionOutOfRange } from "../errors/otError.ts";
import { random } from "../linalg/random.ts";
import type { RunOptions } from "../run/options.ts";
import type { CheckpointOptions } from "./checkpoint.ts";
import type { Critic } from "./critic.ts";
import { convolutional, mlp, type NetDescription } from "./net.ts";
import type { SampleSource } from "./samples.ts";
import { readNet } from "./stages.ts";
import type { Training, TrainProgress } from "./training.ts";
import { drawn, streams } from "./w1Estimate.ts";

/** How critics are trained, one by one or in a map. */
export interface TrainingOptions extends RunOptions {
  /** Default: `mlp(d, [128, 128])` for vectors, `convolutional(shape, [32, 64], { units: 128 })` for pictures. From about 16 coordinates on, `mlp(d, [1024, 64])` at a learning rate of 2e-3 learns what is round. */
  readonly net?: NetDescription;
  /** Points of each side in a step, >= 1; default 64. */
  readonly batch?: number;
  /**
   * lambda, the strength of the penalty on slopes above 1, > 0, in the unit of the coordinates; default 10 times the mean distance of a
   * point of the source to one of the target.
   */
  readonly penalty?: number;
  /** Of Adam, > 0; default 1e-3. Scale the coordinates to about 1. */
  readonly learningRate?: number;
  /** Share of the last steps over which the learning rate falls linearly to 0, in [0, 1]; default 0.5. */
  readonly decay?: number;
  /** Decay of Adam's moments, in [0, 1); default [0.5, 0.9]. */
  readonly betas?: readonly [number, number];
  /** Points of each side, drawn afresh, on which W1 is estimated after training, >= 2; default 4096. Fewer rows than that are taken whole. */
  readonly evaluationPoints?: number;
  readonly checkpoint?: CheckpointOptions;
  /** What `checkpoint.save` received last: goes on from there, to the same bits as an uninterrupted run. */
  readonly resume?: Uint8Array;
}

/** Options of `trainCritic`. */
export interface TrainOptions extends TrainingOptions {
  /** Steps of training, >= 1; default 2000. */
  readonly steps?: number;
  /** A critic of the same net to start from, say of a similar problem. */
  readonly warmStart?: Critic;
  onProgress?(progress: TrainProgress): void;
  stopWhen?(progress: TrainProgress): boolean;
}

/** Everything but the number of steps. Throws `InvalidShape`, `InvalidValue`. */
export function readTrainingOptions(
  source: SampleSource,
  target: SampleSource,
  options: TrainingOptions,
): Omit<Training, "steps"> & { readonly evaluationPoints: number } {
  const {
    net = defaultNet(source, target),
    batch = 64,
    learningRate = 1e-3,
    decay = 0.5,
    betas = [0.5, 0.9],
    seed = 0,
    evaluationPoints = 4096,
  } = options;
  const read = readNet(net);
  if (read.dimension !== source.dimension) {
    const shape = net.input.join(" x ");
    throw new OtError("InvalidShape", `The net reads ${shape} numbers, the points have ${source.dimension}.`, {
      argument: "options.net",
      seen: [...net.input],
      cure: "Describe a net whose input has the shape of the points.",
    });
  }
  const { penalty = 10 * meanDistance(source, target, seed) } = options;
  requireWhole("batch", batch, 1);
  requireWhole("evaluationPoints", evaluationPoints, 2);
  if (!(penalty > 0 && penalty < Infinity)) throw optionOutOfRange("penalty", penalty, "Use a positive number.");
  if (!(learningRate > 0 && learningRate < Infinity))
    throw optionOutOfRange("learningRate", learningRate, "Use a positive number, such as 1e-3.");
  if (!(decay >= 0 && decay <= 1)) throw optionOutOfRange("decay", decay, "Use a share in [0, 1].");
  if (!(betas.length === 2 && betas.every((beta) => beta >= 0 && beta < 1)))
    throw optionOutOfRange("betas", betas, "Use two numbers in [0, 1).");
  const { every = 1000 } = options.checkpoint ?? {};
  requireWhole("checkpoint.every", every, 1);
  return { source, target, net, batch, penalty, learningRate, decay, betas, seed, evaluationPoints };
}

/** Throws `InvalidValue` unless `value` is a whole number of at least `least`. */
export function requireWhole(name: string, value: number, least: number): void {
  if (!(Number.isInteger(value) && value >= least))
    throw optionOutOfRange(name, value, `Use a whole number of at least ${least}.`);
}

/** Throws `InvalidShape` unless the critic has this net. */
export function requireNet(warmStart: Critic, net: NetDescription): void {
  if (JSON.stringify(warmStart.net) === JSON.stringify(net)) return;
  throw new OtError("InvalidShape", "The critic to start from has another net.", {
    argument: "options.warmStart",
    seen: warmStart.net,
    cure: "Pass its description as options.net, or leave options.net out.",
  });
}

function defaultNet(source: SampleSource, target: SampleSource): NetDescription {
  const shape = source.shape.length === 3 ? source.shape : target.shape;
  return shape.length === 3 ? convolutional(shape, [32, 64], { units: 128 }) : mlp(source.dimension, [128, 128]);
}

/** E |x - y| over 256 independent pairs; 1 where it vanishes. */
function meanDistance(source: SampleSource, target: SampleSource, seed: number): number {
  const pairs = 256;
  const draw = random(seed, streams.evaluation - 1);
  const [x, y] = [drawn(source, pairs, draw), drawn(target, pairs, draw)];
  const d = source.dimension;
  let total = 0;
  for (let i = 0; i < pairs; i++) {
    let squares = 0;
    for (let k = i * d; k < (i + 1) * d; k++) squares += (x[k] - y[k]) ** 2;
    total += Math.sqrt(squares);
  }
  return total > 0 ? total / pairs : 1;
}

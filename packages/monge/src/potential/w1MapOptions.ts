// What a map of critics is told, checked.
import { optionOutOfRange } from "../errors/otError.ts";
import type { SampleSource } from "./samples.ts";
import type { Training, TrainProgress } from "./training.ts";
import { readTrainingOptions, requireWhole, type TrainingOptions } from "./trainOptions.ts";
import type { W1MapPoint } from "./w1MapDescription.ts";
import type { W1Map } from "./w1MapFile.ts";

/** A sign of life of a map in training; `iteration` and `steps` count over all critics. */
export interface W1MapProgress extends TrainProgress {
  /** The critic that is being trained, from 0. */
  readonly critic: number;
  readonly critics: number;
  /** Those that are done. */
  readonly curve: readonly W1MapPoint[];
}

/** Options of `w1Map`. */
export interface W1MapOptions extends TrainingOptions {
  /** Critics at most, one after the other, >= 1; default 8. */
  readonly critics?: number;
  /** Steps of training for each, >= 1; default 1000. */
  readonly steps?: number;
  /** Steps for the first, which starts from nothing; default twice `steps`. */
  readonly firstSteps?: number;
  /** How far a critic moves points, as a share of W1 as it estimates it, in (0, 1]; default 0.9. */
  readonly theta?: number;
  /** `"mean"` (default): all points by theta W1, times the gradient; `"ray"`: each by theta times the length of its own ray. */
  readonly step?: "mean" | "ray";
  /**
   * `"push"` (default): the source points are moved once a critic; `"through"`: each batch is drawn from the source and moved through all
   * earlier critics, which never repeats a point of a sampler and costs a little more with each critic.
   */
  readonly pool?: "push" | "through";
  /** Points that are drawn of a sampler where the pool is pushed, >= 1; default 8192. */
  readonly poolPoints?: number;
  /** Stop once W1 is below this share of the first W1, in [0, 1); default 0. */
  readonly stopBelow?: number;
  /** Stop after this many critics in a row without a W1 below the least so far, or a score above the best, >= 1; default none. */
  readonly patience?: number;
  /**
   * Scores a map on what training does not see, the more the better: the PSNR of validation pictures, say. Asked before the first critic and
   * after each; the map ends with the critic that scored best, or is the identity if none helped. Deterministic, if training is to be resumed.
   */
  validate?(map: W1Map): number;
  onProgress?(progress: W1MapProgress): void;
  stopWhen?(progress: W1MapProgress): boolean;
}

/** Options of a map, checked and complete. */
export interface W1MapPlan extends Omit<Training, "steps"> {
  readonly evaluationPoints: number;
  readonly critics: number;
  readonly steps: number;
  readonly firstSteps: number;
  readonly theta: number;
  readonly step: "mean" | "ray";
  readonly pool: "push" | "through";
  readonly poolPoints: number;
  readonly stopBelow: number;
  readonly patience: number;
  readonly validate: ((map: W1Map) => number) | null;
}

/** Reads them. Throws `InvalidShape`, `InvalidValue`. */
export function readMapOptions(source: SampleSource, target: SampleSource, options: W1MapOptions): W1MapPlan {
  const { critics = 8, steps = 1000, theta = 0.9, step = "mean", pool = "push", stopBelow = 0 } = options;
  const { firstSteps = 2 * steps, poolPoints = 8192, patience = Infinity, validate = null } = options;
  for (const [name, value] of Object.entries({ critics, steps, firstSteps, poolPoints })) requireWhole(name, value, 1);
  if (patience !== Infinity) requireWhole("patience", patience, 1);
  if (validate !== null && typeof validate !== "function")
    throw optionOutOfRange("validate", validate, "Pass a function that scores a map.");
  if (!(theta > 0 && theta <= 1)) throw optionOutOfRange("theta", theta, "Use a share in (0, 1].");
  if (!(stopBelow >= 0 && stopBelow < 1)) throw optionOutOfRange("stopBelow", stopBelow, "Use a share in [0, 1).");
  if (step !== "mean" && step !== "ray") throw optionOutOfRange("step", step, 'Use "mean" or "ray".');
  if (pool !== "push" && pool !== "through") throw optionOutOfRange("pool", pool, 'Use "push" or "through".');
  const read = readTrainingOptions(source, target, options);
  return { ...read, critics, steps, firstSteps, theta, step, pool, poolPoints, stopBelow, patience, validate };
}

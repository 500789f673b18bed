// The four things that one map does with pictures: remove noise, sharpen, generate, translate.
// Each is a pair of laws, source and target; what is learned is the way from the one to the other, unpaired.
import { OtError } from "../errors/otError.ts";
import type { BlurKernel } from "./blurKernel.ts";
import { addNoise, blurred, type Degradation, inOrder } from "./degradation.ts";
import type { Picture, PictureShape } from "./picture.ts";
import { type CropOptions, degraded, gaussianNoise, imageCrops } from "./pictureSamples.ts";
import { distinctPictures, requireDisjoint, splitPictures } from "./pictureSets.ts";
import type { Sampler } from "./samples.ts";

/** A task's name. */
export type PictureTaskName = "denoise" | "deblur" | "generate" | "translate";

/** Two laws of pictures. */
export interface PictureTask {
  readonly name: PictureTaskName;
  /** Of a point: crops, or whole pictures. */
  readonly shape: PictureShape;
  readonly source: Sampler;
  readonly target: Sampler;
  /** What the source's pictures suffered here; `null` where they come as they are. */
  readonly degradation: Degradation | null;
}

/** Clean pictures that are split into two disjoint halves, or two collections that are checked to share no picture. */
export type TaskPictures =
  | readonly Picture[]
  | { readonly source: readonly Picture[]; readonly target: readonly Picture[] };

/** What tasks have in common. */
export interface TaskOptions extends CropOptions {
  /** Of the split into halves. Default 0. */
  readonly seed?: number;
}

/**
 * Noise to none: the source's pictures get independent normal noise of standard deviation `noise`, the target's stay clean. Black to
 * white is 2. With `noise` 0 the source is noisy as it is, and two collections are needed. Throws `InvalidShape`, `InvalidValue`.
 */
export function denoiseTask(list: TaskPictures, options: TaskOptions & { readonly noise: number }): PictureTask {
  return restoration(
    "denoise",
    list,
    options,
    options.noise > 0 || !("source" in list) ? addNoise(options.noise) : null,
  );
}

/** Blurred to sharp: the source's crops are blurred by `kernel` (`null`: they are blurred as they are), then get `noise`. Errors as {@link denoiseTask}. */
export function deblurTask(
  list: TaskPictures,
  options: TaskOptions & { readonly kernel: BlurKernel | null; readonly noise?: number },
): PictureTask {
  const { kernel, noise = 0 } = options;
  const parts = [...(kernel === null ? [] : [blurred(kernel)]), ...(noise > 0 ? [addNoise(noise)] : [])];
  return restoration("deblur", list, options, parts.length === 0 ? null : inOrder(...parts));
}

/** Noise to pictures: every sample of the source is normal with standard deviation `deviation`, default 1. */
export function generateTask(
  list: readonly Picture[],
  options: TaskOptions & { readonly deviation?: number } = {},
): PictureTask {
  const target = imageCrops(list, options);
  const shape = shapeOf(target);
  return { name: "generate", shape, source: gaussianNoise(shape, options.deviation), target, degradation: null };
}

/** One collection to another. Errors as {@link denoiseTask}. */
export function translateTask(
  list: { readonly source: readonly Picture[]; readonly target: readonly Picture[] },
  options: TaskOptions = {},
): PictureTask {
  return restoration("translate", list, options, null);
}

function restoration(
  name: PictureTaskName,
  list: TaskPictures,
  options: TaskOptions,
  degradation: Degradation | null,
): PictureTask {
  const both = "source" in list ? list : halves(list, name, degradation, options.seed);
  requireDisjoint(both.source, both.target);
  const clean = imageCrops(both.source, options);
  const target = imageCrops(both.target, options);
  const [from, to] = [shapeOf(clean), shapeOf(target)];
  if (from.some((extent, axis) => extent !== to[axis])) {
    throw new OtError(
      "InvalidShape",
      `The source's pictures are ${from.join(" x ")}, the target's ${to.join(" x ")}.`,
      {
        argument: "source",
        seen: [...from],
        cure:
          from[0] === to[0]
            ? "Take crops of one size."
            : "Use the same channels on both sides, or read all of them as grey.",
      },
    );
  }
  return { name, shape: to, source: degradation === null ? clean : degraded(clean, degradation), target, degradation };
}

function halves(
  list: readonly Picture[],
  name: PictureTaskName,
  degradation: Degradation | null,
  seed: number | undefined,
): { source: Picture[]; target: Picture[] } {
  if (degradation === null) {
    throw new OtError("InvalidValue", `To ${name}, the source has to differ from the target.`, {
      argument: "pictures",
      seen: list.length,
      cure: "Pass { source, target }, or say what spoils the pictures (noise, kernel).",
    });
  }
  const [source, target] = splitPictures(distinctPictures(list), [0.5, 0.5], seed);
  return { source, target };
}

function shapeOf({ shape: [channels, height, width] }: Sampler): PictureShape {
  return [channels, height, width];
}

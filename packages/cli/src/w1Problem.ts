// From the options of `monge w1 train` to a task, and the pictures that are kept out of it to look at.
import { random } from "monge";
import {
  deblurTask,
  degrade,
  denoiseTask,
  distinctPictures,
  gaussianKernel,
  generateTask,
  imageCrops,
  type Picture,
  type PictureModelDescription,
  type PictureShape,
  type PictureTask,
  type PictureTaskName,
  pictures,
  splitPictures,
  translateTask,
} from "monge/potential";
import { UsageError } from "./exit.ts";
import { shortName } from "./input.ts";
import { readCollection, type W1ReadingOptions } from "./w1Pictures.ts";

/** The options that say what is to be learned, as the parser returns them. */
export interface W1ProblemOptions extends W1ReadingOptions {
  readonly source?: string;
  readonly target?: string;
  readonly task?: PictureTaskName;
  readonly noise?: number;
  readonly blur?: number;
  readonly size?: number;
  readonly mirror?: boolean;
  readonly seed?: number;
}

/** A task from files. */
export interface W1Problem {
  readonly task: PictureTask;
  readonly description: PictureModelDescription;
  /** Pictures of the source, before they are spoilt, that training does not see; none for generate. */
  readonly heldOut: readonly Picture[];
  /** To restore: points by which the number of critics is chosen, of pictures that are neither trained on nor held out. */
  readonly validation: { readonly given: readonly Picture[]; readonly truth: readonly Picture[] } | null;
  /** Pictures on each side. */
  readonly counts: readonly [source: number, target: number];
}

/** Reads both sides. Throws `UsageError` and what the readers and tasks throw. */
export async function readW1Problem(options: W1ProblemOptions): Promise<W1Problem> {
  const name = taskOf(options);
  const { seed = 0, mirror, blur = 0 } = options;
  const noise = options.noise ?? (name === "generate" ? 1 : 0);
  if (options.target === undefined)
    throw new UsageError("--target is missing.", "Name the pictures that the map shall lead to: --target FOLDER.");
  const target = await readCollection(options.target, options);
  const source = options.source === undefined ? null : await readCollection(options.source, options);
  checkCombination(name, options, noise);
  const size = options.size ?? sizeOf([...target, ...(source ?? [])]);
  const settings = { seed, ...(size !== null && { size }), ...(mirror && { mirror }) };
  const finish = (
    task: PictureTask,
    heldOut: readonly Picture[],
    chosenBy: readonly Picture[],
    counts: W1Problem["counts"],
  ): W1Problem => ({
    task,
    description: { task: name, shape: task.shape, noise, blur },
    heldOut,
    validation: validationOf(task, chosenBy, seed),
    counts,
  });
  if (name === "generate")
    return finish(generateTask(target, { ...settings, deviation: noise }), [], [], [0, target.length]);
  const all = distinctPictures(source ?? target);
  if (all.length < 4)
    throw new UsageError(
      `${shortName(options.source ?? options.target)} holds ${all.length} different pictures.`,
      "Training needs 4 at least.",
    );
  const kept = Math.max(1, Math.min(64, Math.floor(all.length / 10)));
  const restores = (name === "denoise" && noise > 0) || (name === "deblur" && (noise > 0 || blur > 0));
  const out = restores ? 2 * kept : kept;
  const [aside, rest] = splitPictures(all, [out / all.length, 1 - out / all.length], seed);
  const [heldOut, chosenBy] = [aside.slice(0, kept), aside.slice(kept)];
  const sides = source === null ? rest : { source: rest, target };
  const task =
    name === "denoise"
      ? denoiseTask(sides, { ...settings, noise })
      : name === "deblur"
        ? deblurTask(sides, { ...settings, noise, kernel: blur > 0 ? gaussianKernel(blur) : null })
        : translateTask(sides as { source: readonly Picture[]; target: readonly Picture[] }, settings);
  const counts =
    source === null ? ([rest.length / 2, rest.length / 2] as const) : ([rest.length, target.length] as const);
  return finish(task, heldOut, chosenBy, counts);
}

/** At most this many points validate. */
const most = 64;

function validationOf(
  { shape, degradation }: PictureTask,
  list: readonly Picture[],
  seed: number,
): W1Problem["validation"] {
  if (degradation === null || list.length === 0) return null;
  const whole = list.every((picture) => picture.shape.every((extent, axis) => extent === shape[axis]));
  const truth = whole ? list.slice(0, most) : crops(list, shape, most, seed + 2);
  return { truth, given: degrade(truth, degradation, seed + 3) };
}

function crops(list: readonly Picture[], shape: PictureShape, count: number, seed: number): Picture[] {
  const data = new Float32Array(count * shape[0] * shape[1] * shape[2]);
  imageCrops(list, { size: [shape[1], shape[2]] }).draw(count, random(seed), data);
  return pictures(data, [count, ...shape]);
}

function taskOf({ task, blur, noise, source }: W1ProblemOptions): PictureTaskName {
  if (task !== undefined) return task;
  if (blur !== undefined) return "deblur";
  if (noise !== undefined) return "denoise";
  return source === undefined ? "generate" : "translate";
}

function checkCombination(name: PictureTaskName, options: W1ProblemOptions, noise: number): void {
  const { source, blur } = options;
  if (name === "translate" && source === undefined)
    throw new UsageError("--task translate has no --source.", "Name the pictures to translate: --source FOLDER.");
  if (name === "generate" && source !== undefined)
    throw new UsageError("--task generate starts from noise, and --source is given.", "Leave one of the two out.");
  if (name === "generate" && !(noise > 0))
    throw new UsageError("--noise 0 leaves nothing to generate from.", "Use 1, or leave it out.");
  if (name === "translate" && options.noise !== undefined && noise > 0)
    throw new UsageError("--noise is for the other tasks.", "Leave it out, or pass --task denoise.");
  if (blur !== undefined && name !== "deblur")
    throw new UsageError(`--blur is given, and the task is ${name}.`, "Leave one of the two out.");
  if ((name === "denoise" || name === "deblur") && source === undefined && !(noise > 0) && blur === undefined)
    throw new UsageError(
      `Nothing says how pictures are spoilt that ${name} shall restore.`,
      name === "denoise"
        ? "Add --noise 0.1, say, or the spoilt pictures as --source."
        : "Add --blur 1, say, or the spoilt pictures as --source.",
    );
}

/** The side of crops, or null for whole pictures. */
function sizeOf(list: readonly Picture[]): number | null {
  const [first] = list;
  const least = Math.min(...list.map(({ shape }) => Math.min(shape[1], shape[2])));
  const same = list.every(({ shape }) => shape[1] === first.shape[1] && shape[2] === first.shape[2]);
  if (same && Math.max(first.shape[1], first.shape[2]) <= 64) return null;
  return Math.min(32, least);
}

/** The middle of a picture, as large as the model's shape. */
export function centreCrop(picture: Picture, [, height, width]: PictureShape): Picture {
  const [channels, rows, cols] = picture.shape;
  const [top, left] = [(rows - height) >> 1, (cols - width) >> 1];
  const data = new Float32Array(channels * height * width);
  for (let c = 0; c < channels; c++)
    for (let i = 0; i < height; i++) {
      const from = (c * rows + top + i) * cols + left;
      data.set(picture.data.subarray(from, from + width), (c * height + i) * width);
    }
  return { ...picture, data, shape: [channels, height, width] };
}

// monge w1 evaluate: a model on pictures that it has not seen: PSNR and SSIM where the truth is known, distances of collections elsewhere.
import { assertWritable, writeFileAtomic } from "@monge/io";
import { cost, emd } from "monge";
import {
  degrade,
  featureDistance,
  modelDegradation,
  type Picture,
  type PictureModel,
  pictureMatrix,
  principalFeatures,
} from "monge/potential";
import { commandLine } from "./commandLine.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { pensFor } from "./pens.ts";
import { plainSpaces, plural, shortNumber } from "./plot/number.ts";
import { type Restoration, restorationOf, restorationRows } from "./w1Answer.ts";
import { modelNoise, readModel } from "./w1Apply.ts";
import { w1Evaluate } from "./w1Commands.ts";
import { readCollection, type W1ReadingOptions } from "./w1Pictures.ts";
import { centreCrop } from "./w1Problem.ts";
import { stagesOf, type W1Row, w1Report } from "./w1Report.ts";

/** The options of `monge w1 evaluate`, as the parser returns them. */
export interface W1EvaluateCommandOptions extends W1ReadingOptions {
  readonly source?: string;
  readonly seed?: number;
  readonly components?: number;
  readonly report?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** How close two collections are. */
interface Likeness {
  /** W2 between the Gaussians of principal components. */
  readonly feature: number;
  /** Exact W1 between equally many of both. */
  readonly w1: number;
}

interface Comparison {
  readonly components: number;
  readonly pictures: number;
  readonly before: Likeness;
  readonly after: Likeness;
}

const shown = 8;
/** Pictures of each side in an exact solve. */
const most = 256;

/** Runs the command. */
export async function w1EvaluateCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as W1EvaluateCommandOptions;
  const [modelPath, picturesPath] = args as string[];
  if (options.report !== undefined) {
    if (!/\.html$/i.test(options.report))
      throw new UsageError(`--report ${options.report} does not end in .html.`, "Name it something.html.");
    await assertWritable(options.report, { force: options.force });
  }
  const model = await readModel(modelPath);
  const channels = model.shape[0];
  const target = await readCollection(picturesPath, options, channels);
  const source = options.source === undefined ? null : await readCollection(options.source, options, channels);
  const restores = model.task === "denoise" || model.task === "deblur";
  const seed = options.seed ?? 1;
  const from = restores ? spoilt(model, target, source, seed) : toBeMapped(model, target, source, seed);
  const restoration = restores ? restorationOf(model, from, target, target) : null;
  const crops = restores ? target : target.map((picture) => centreCrop(picture, model.shape));
  const comparison = restores ? null : compared(model, from, crops, options.components);
  const rows = restoration === null ? comparisonRows(comparison as Comparison) : restorationRows(restoration);
  if (options.report !== undefined) {
    const first = from.slice(0, shown);
    const same = first.every(({ shape }) => shape.every((extent, axis) => extent === first[0].shape[axis]));
    const list = same ? first : first.slice(0, 1);
    const page = w1Report({
      title: `${model.task}: ${plural(target.length, "picture")}`,
      subtitle: `${plural(model.map.critics.length, "critic")} · ${model.shape.join(" × ")}`,
      model,
      columns: stagesOf(model, list, restores ? target.slice(0, list.length) : null),
      rows,
      command: commandLine(w1Evaluate, args, options),
    });
    await writeFileAtomic(options.report, page, { force: options.force });
  }
  print(model, restoration, comparison, rows, options);
  if (options.report !== undefined && !options.quiet) process.stderr.write(`The report is in ${options.report}.\n`);
  return exitCode.ok;
}

function spoilt(
  model: PictureModel,
  clean: readonly Picture[],
  source: readonly Picture[] | null,
  seed: number,
): readonly Picture[] {
  const degradation = modelDegradation(model);
  if (source !== null) {
    if (source.length !== clean.length)
      throw new UsageError(
        `There are ${source.length} spoilt pictures and ${clean.length} clean ones.`,
        "Name as many, in the same order.",
      );
    return source;
  }
  if (degradation === null)
    throw new UsageError("The model does not know how pictures are spoilt.", "Name spoilt ones: --source FOLDER.");
  return degrade(clean, degradation, seed);
}

function toBeMapped(
  model: PictureModel,
  target: readonly Picture[],
  source: readonly Picture[] | null,
  seed: number,
): readonly Picture[] {
  if (model.task === "generate") {
    if (source !== null) throw new UsageError("A model that generates starts from noise.", "Leave --source out.");
    return modelNoise(model, Math.max(2, Math.min(target.length, 2000)), seed);
  }
  if (source === null) throw new UsageError("--source is missing.", "Name pictures to translate.");
  return source.map((picture) => centreCrop(picture, model.shape));
}

function compared(
  model: PictureModel,
  from: readonly Picture[],
  target: readonly Picture[],
  asked: number | undefined,
): Comparison {
  const dimension = model.map.dimension;
  const components = asked ?? Math.min(32, dimension, target.length);
  const features = principalFeatures(target, components);
  const n = Math.min(most, from.length, target.length);
  const goal = pictureMatrix(target.slice(0, n));
  const likeness = (list: readonly Picture[]): Likeness => ({
    feature: featureDistance(list, target, features),
    w1: emd(null, null, cost.points(pictureMatrix(list.slice(0, n)), goal, "euclidean")).value,
  });
  return { components, pictures: n, before: likeness(from), after: likeness(model.apply(from)) };
}

function comparisonRows({ components, pictures, before, after }: Comparison): W1Row[] {
  return [
    [
      "Feature distance",
      `${shortNumber(before.feature, 4)} before, ${shortNumber(after.feature, 4)} after`,
      `W2 between the Gaussians of ${components} principal components of the target's pictures.`,
    ],
    [
      "Exact W1, sampled",
      `${shortNumber(before.w1, 4)} before, ${shortNumber(after.w1, 4)} after`,
      `Between ${pictures} pictures of each side, by exact transport.`,
    ],
  ];
}

function print(
  model: PictureModel,
  restoration: Restoration | null,
  comparison: Comparison | null,
  rows: readonly W1Row[],
  options: W1EvaluateCommandOptions,
): void {
  if (options.json) {
    const { task, shape, noise, blur } = model;
    const answer = {
      schema: 1,
      ...{ task, shape, noise, blur },
      critics: model.map.critics.length,
      restoration,
      comparison,
    };
    process.stdout.write(`${JSON.stringify(answer, null, 1)}\n`);
    return;
  }
  const pens = pensFor(process.stdout);
  if (options.quiet) {
    const value = restoration?.model.psnr ?? comparison?.after.feature ?? 0;
    process.stdout.write(`${value}\n`);
    return;
  }
  const wide = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) process.stdout.write(`${pens.strong(name.padEnd(wide))}  ${plainSpaces(value)}\n`);
}

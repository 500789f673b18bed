// monge w1 apply: pictures through a trained model.
import { readFile } from "node:fs/promises";
import { random } from "monge";
import { gaussianNoise, type Picture, type PictureModel, pictureModelFromBytes, pictures } from "monge/potential";
import { ofFile } from "./brokenFile.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { plainSpaces, plural } from "./plot/number.ts";
import { pictureOutput, readCollection, type W1ReadingOptions } from "./w1Pictures.ts";

/** The options of `monge w1 apply`, as the parser returns them. */
export interface W1ApplyCommandOptions extends W1ReadingOptions {
  readonly critics?: number;
  readonly count?: number;
  readonly seed?: number;
  readonly force?: boolean;
  readonly quiet?: boolean;
}

/** Reads a model. Throws `UsageError` where there is none, `CorruptFile`. */
export async function readModel(path: string): Promise<PictureModel> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(path));
  } catch {
    throw new UsageError(`${path} cannot be read.`, "Name what monge w1 train wrote.");
  }
  try {
    return pictureModelFromBytes(bytes);
  } catch (error) {
    throw ofFile(error, path);
  }
}

/** `count` pictures of the noise that a model starts from. */
export function modelNoise({ shape, noise }: PictureModel, count: number, seed: number): Picture[] {
  const data = new Float32Array(count * shape[0] * shape[1] * shape[2]);
  gaussianNoise(shape, noise).draw(count, random(seed), data);
  return pictures(data, [count, ...shape]);
}

/** Runs the command. */
export async function w1ApplyCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as W1ApplyCommandOptions;
  const [modelPath, from, to] = args as string[];
  const model = await readModel(modelPath);
  const all = model.map.critics.length;
  if (options.critics !== undefined && options.critics > all)
    throw new UsageError(`The model has ${plural(all, "critic")}, not ${options.critics}.`, "Ask for fewer.");
  const made = from === "noise";
  if (made && model.task !== "generate")
    throw new UsageError(`The model is trained to ${model.task}, not to generate.`, "Name pictures instead of noise.");
  if (!made && (options.count !== undefined || options.seed !== undefined))
    throw new UsageError("--count and --seed are for noise.", "Leave them out.");
  if (options.count === 0) throw new UsageError("--count 0 makes no picture.", "Use 1 or more.");
  const list = made
    ? modelNoise(model, options.count ?? 16, options.seed ?? 0)
    : await readCollection(from, options, model.shape[0]);
  const output = pictureOutput(to, options.force === true);
  await output.check(list);
  await output.write(model.apply(list, { critics: options.critics ?? all }));
  if (!options.quiet)
    process.stderr.write(plainSpaces(`${plural(list.length, "picture")} in ${to}, ${output.what}.\n`));
  return exitCode.ok;
}

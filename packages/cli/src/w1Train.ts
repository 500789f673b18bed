// monge w1 train: two collections read, critics trained with checkpoints, the model written with a report.
import { mkdir, readFile, stat } from "node:fs/promises";
import { assertWritable, writeFileAtomic } from "@monge/io";
import { type Progress, random } from "monge";
import {
  clippedPictures,
  degrade,
  gaussianNoise,
  mapPictures,
  modelDegradation,
  type Picture,
  type PictureModel,
  type PictureShape,
  pictureModel,
  pictureNet,
  pictures,
  quality,
  type W1Map,
  type W1MapProgress,
  type W1MapResult,
  w1Map,
} from "monge/potential";
import { commandLine } from "./commandLine.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { Interruption, interruptible } from "./interruption.ts";
import { pensFor } from "./pens.ts";
import { count, plainSpaces, plural, shortNumber } from "./plot/number.ts";
import { progressLine } from "./progress.ts";
import { type Restoration, restorationOf, restorationRows } from "./w1Answer.ts";
import { w1Train } from "./w1Commands.ts";
import { centreCrop, readW1Problem, type W1Problem, type W1ProblemOptions } from "./w1Problem.ts";
import { stagesOf, type W1Row, w1Report } from "./w1Report.ts";

/** The options of `monge w1 train`, as the parser returns them. */
export interface W1TrainCommandOptions extends W1ProblemOptions {
  readonly critics?: number;
  readonly steps?: number;
  readonly batch?: number;
  readonly widths?: readonly string[];
  readonly units?: number;
  readonly penalty?: number;
  readonly learningRate?: number;
  readonly theta?: number;
  readonly timeLimit?: number;
  readonly checkpoint?: string;
  readonly every?: number;
  readonly resume?: boolean;
  readonly out?: string;
  readonly report?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: boolean;
}

/** Points of each side in the exact solves of the certificate. */
const certified = 256;
const shown = 8;

/** Runs the command. */
export async function w1TrainCommand(given: object): Promise<ExitCode> {
  const options = given as W1TrainCommandOptions;
  const out = options.out ?? (options.checkpoint === undefined ? undefined : `${options.checkpoint}/model.w1`);
  if (out === undefined)
    throw new UsageError(
      "Nothing says where the model goes.",
      "Name a file (-o model.w1), or a folder (--checkpoint run).",
    );
  if (options.report !== undefined && !/\.html$/i.test(options.report))
    throw new UsageError(`--report ${options.report} does not end in .html.`, "Name it something.html.");
  const state = await checkpointState(options);
  for (const path of [options.out, options.report])
    if (path !== undefined) await assertWritable(path, { force: options.force });
  const note = (text: string): void => {
    if (!options.quiet) process.stderr.write(`${plainSpaces(text)}\n`);
  };
  const problem = await readW1Problem(options);
  const { shape } = problem.description;
  note(
    `${problem.description.task}: ${problem.counts[0] === 0 ? "noise" : plural(Math.round(problem.counts[0]), "picture")} to ${plural(Math.round(problem.counts[1]), "picture")}, points of ${shape.join(" x ")}.`,
  );
  const result = await trained(problem, options, state);
  const model = pictureModel(result, problem.description);
  const force = options.force === true || options.out === undefined;
  const bytes = model.toBytes();
  const certificate = result.critics.length === 0 ? null : result.certify({ count: certified });
  const kept = heldOutPictures(problem, options.seed ?? 0);
  const restoration =
    kept.truth === null || result.critics.length === 0 ? null : restorationOf(model, kept.given, kept.truth);
  const rows: W1Row[] = [
    ...curveRows(result),
    ...(certificate === null
      ? []
      : [
          [
            "Exact W1, sampled",
            `${shortNumber(certificate.before, 4)} before, ${shortNumber(certificate.estimate, 4)} after, ${shortNumber(certificate.floor, 4)} at best`,
            `Between ${certified} pictures of each side, by exact transport; at best: between two samples of the target.`,
          ] as const,
        ]),
    ...(restoration === null ? [] : restorationRows(restoration)),
  ];
  const page =
    options.report === undefined
      ? null
      : w1Report({
          title: titles[problem.description.task],
          subtitle: `${plural(result.critics.length, "critic")} · ${shape.join(" × ")} · ${problem.task.degradation?.name ?? "as they are"}`,
          model,
          columns: stagesOf(model, kept.given.slice(0, shown), kept.truth?.slice(0, shown) ?? null),
          rows,
          command: commandLine(w1Train, [], options),
        });
  await writeFileAtomic(out, bytes, { force });
  if (options.report !== undefined && page !== null)
    await writeFileAtomic(options.report, page, { force: options.force });
  print(model, result, restoration, certificate, rows, out, options);
  if (result.critics.length === 0 && result.description.scores.length > 1)
    note(
      "No critic made the validation pictures better, so the model leaves pictures as they are. More pictures or more --steps may help.",
    );
  note(`The model is in ${out}.`);
  if (options.report !== undefined) note(`The report is in ${options.report}.`);
  const finished = Math.max(result.critics.length, result.description.scores.length - 1);
  return result.report.status === "timeLimit" || finished === 0 ? exitCode.notConverged : exitCode.ok;
}

const titles: Readonly<Record<string, string>> = {
  denoise: "A map that removes noise",
  deblur: "A map that sharpens",
  generate: "A map from noise to pictures",
  translate: "A map from one collection to another",
};

const stateName = "checkpoint.w1";

/** The state to resume from, or null; a checkpoint is never overwritten by accident. */
async function checkpointState(options: W1TrainCommandOptions): Promise<Uint8Array | null> {
  const { checkpoint, resume } = options;
  if (checkpoint === undefined) {
    if (resume) throw new UsageError("--resume does not say from where.", "Add --checkpoint FOLDER.");
    return null;
  }
  const path = `${checkpoint}/${stateName}`;
  const there = (await stat(path).catch(() => null)) !== null;
  if (resume && !there) throw new UsageError(`${checkpoint} holds no checkpoint.`, "Leave --resume out to start one.");
  if (there && !resume && !options.force)
    throw new UsageError(
      `${checkpoint} holds the checkpoint of an earlier training.`,
      "Add --resume to go on from it, or --force to start anew.",
    );
  return there && resume ? new Uint8Array(await readFile(path)) : null;
}

async function trained(
  problem: W1Problem,
  options: W1TrainCommandOptions,
  state: Uint8Array | null,
): Promise<W1MapResult> {
  const { critics = 8, steps = 300, batch = 16, learningRate = 2e-3, every = 200, checkpoint } = options;
  const { penalty, theta, seed, timeLimit, widths, units } = options;
  const { shape } = problem.task;
  const channels = widths?.map(Number);
  if (channels?.some((width) => !Number.isInteger(width) || width < 1))
    throw new UsageError(`--widths ${widths?.join(",")} are no numbers of channels.`, "Use whole numbers: 8,16,32.");
  if (checkpoint !== undefined) await mkdir(checkpoint, { recursive: true });
  const line = progressLine(process.stderr, Boolean(options.quiet), Boolean(options.progress), sentence);
  try {
    return await interruptible((signal) =>
      w1Map.async(problem.task.source, problem.task.target, {
        net: pictureNet(problem.task.shape, {
          ...(channels !== undefined && { widths: channels }),
          ...(units !== undefined && { units }),
        }),
        ...{ critics, steps, batch, learningRate, signal },
        ...(penalty !== undefined && { penalty }),
        ...(theta !== undefined && { theta }),
        ...(seed !== undefined && { seed }),
        ...(timeLimit !== undefined && { timeLimitMs: timeLimit }),
        ...(checkpoint !== undefined && {
          checkpoint: {
            every,
            save: (bytes: Uint8Array) => writeFileAtomic(`${checkpoint}/${stateName}`, bytes, { force: true }),
          },
        }),
        ...(state !== null && { resume: state }),
        ...(problem.validation !== null && { validate: scoreBy(problem.validation, shape), patience: 3 }),
        evaluationPoints: 1024,
        poolPoints: 4096,
        onProgress: line.show,
      }),
    );
  } catch (error) {
    if (error instanceof Interruption && checkpoint !== undefined)
      throw new Interruption(`Interrupted: what was saved last is in ${checkpoint}; --resume goes on from it.`);
    throw error;
  } finally {
    line.end();
  }
}

/** The mean PSNR of validation pictures behind a map. */
function scoreBy({ given, truth }: NonNullable<W1Problem["validation"]>, shape: PictureShape): (map: W1Map) => number {
  return (map) => quality(clippedPictures(mapPictures(map, given, shape)), truth).psnr;
}

/** `critic 3 of 8 · step 1700 of 4500 · W1 7.92 4.1 2.3 · 2 min left`. */
export function sentence(progress: Progress): string {
  const { critic, critics, iteration, steps, curve, remainingMs } = progress as W1MapProgress;
  const seen = curve.map(({ estimate }) => shortNumber(estimate, 3));
  return plainSpaces(
    [
      `critic ${critic + 1} of ${critics}`,
      `step ${count(iteration)} of ${count(steps)}`,
      ...(seen.length === 0 ? [] : [`W1 ${seen.slice(-6).join(" ")}`]),
      `${timeText(remainingMs)} left`,
    ].join(" · "),
  );
}

/** `12 s`, `3 min`, `1.5 h`. */
function timeText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (!(seconds < Infinity)) return "unknown time";
  if (seconds < 90) return `${Math.ceil(seconds)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}

/** Pictures as they are given to the model, and the truth where it is known. */
function heldOutPictures(
  { description, heldOut }: W1Problem,
  seed: number,
): { given: Picture[]; truth: Picture[] | null } {
  const { shape, task, noise } = description;
  if (task === "generate") {
    const data = new Float32Array(shown * shape[0] * shape[1] * shape[2]);
    gaussianNoise(shape, noise).draw(shown, random(seed + 1), data);
    return { given: pictures(data, [shown, ...shape]), truth: null };
  }
  const clean = heldOut.map((picture) => centreCrop(picture, shape));
  const degradation = modelDegradation(description);
  return degradation === null
    ? { given: clean, truth: null }
    : { given: degrade(clean, degradation, seed + 1), truth: clean };
}

function curveRows({ curve, critics, report, description }: W1MapResult): W1Row[] {
  const { scores, end } = description;
  const [first, last] = [curve[0], curve.at(-1)];
  return [
    [
      "Critics",
      critics.length === 0
        ? "none: pictures stay as they are"
        : `${critics.length}, of ${count(critics[0].weights.length)} weights`,
      report.why,
    ],
    ...(scores.length < 2
      ? []
      : [
          [
            "Validation",
            `${shortNumber(scores[0], 4)} dB given, ${scores
              .slice(1)
              .map((score) => shortNumber(score, 4))
              .join(", ")} after each critic`,
            `Mean PSNR of pictures that are not trained on. ${end}`,
          ] as const,
        ]),
    ...(first === undefined || last === undefined
      ? []
      : [
          [
            "W1, estimated",
            `${shortNumber(first.estimate, 4)} at first, ${shortNumber(last.estimate, 4)} before the last step`,
            "What each critic says about the distance still to go, on fresh samples.",
          ] as const,
        ]),
  ];
}

function print(
  model: PictureModel,
  result: W1MapResult,
  restoration: Restoration | null,
  certificate: ReturnType<W1MapResult["certify"]> | null,
  rows: readonly W1Row[],
  out: string,
  options: W1TrainCommandOptions,
): void {
  if (options.json) {
    const { task, shape, noise, blur } = model;
    const { status, iterations, elapsedMs, warnings } = result.report;
    const curve = result.curve.map(({ critic, estimate, standardError, eta, moved }) => ({
      critic,
      w1: estimate,
      standardError,
      eta,
      moved,
    }));
    const answer = {
      schema: 1,
      ...{ task, shape, noise, blur, status, iterations },
      curve,
      validation: result.description.scores,
      certificate,
      restoration,
      model: out,
      warnings,
      seconds: Math.round(elapsedMs) / 1000,
    };
    process.stdout.write(`${JSON.stringify(answer, null, 1)}\n`);
    return;
  }
  if (options.quiet) return;
  const pens = pensFor(process.stdout);
  const wide = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) process.stdout.write(`${pens.strong(name.padEnd(wide))}  ${plainSpaces(value)}\n`);
}

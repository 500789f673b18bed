// monge match: views read, matched, explained, written. Several views of one call are answered one after the other.
import { assertWritable, writeFileAtomic } from "@monge/io";
import { type MatchRoute, matchGaussians } from "monge/matching";
import { commandLine } from "./commandLine.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { interruptible } from "./interruption.ts";
import { type Answered, type MatchJson, matchJson, matchTable, reductionJson } from "./matchAnswer.ts";
import { match } from "./matchCommands.ts";
import { type MatchInputOptions, type MatchView, readViews } from "./matchInput.ts";
import { chooseModel } from "./matchModel.ts";
import { pensFor } from "./pens.ts";
import { type ProgressLine, progressLine } from "./progress.ts";

/** The options of `monge match`, as the parser returns them. */
export interface MatchCommandOptions extends MatchInputOptions {
  readonly focalSpread?: number;
  readonly direction?: readonly number[];
  readonly cone?: number;
  readonly up?: readonly number[];
  readonly dilation?: number;
  readonly route?: MatchRoute;
  readonly seed?: number;
  readonly colourSpread?: number;
  /** `false` for --no-groups. */
  readonly groups?: boolean;
  readonly timeLimit?: number;
  readonly out?: string;
  readonly report?: string;
  readonly plot?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: boolean;
}

const defaultCone = 30;
const upSlack = 15;

/** Runs the command. */
export async function matchCommand(args: readonly unknown[], given: object): Promise<ExitCode> {
  const options = given as MatchCommandOptions;
  const paths = args.flat().filter((path) => path !== undefined) as string[];
  checkCombination(options);
  for (const path of [options.out, options.report, options.plot])
    if (path !== undefined && path !== "-") await assertWritable(path, { force: options.force });
  const note = (text: string): void => {
    if (!options.quiet) process.stderr.write(`${text}\n`);
  };
  const views = await readViews(paths, options, note);
  for (const extra of ["report", "plot"] as const)
    if (views.length > 1 && options[extra] !== undefined)
      throw new UsageError(`--${extra} shows one view, and there are ${views.length}.`, "Match them one by one.");
  const begin = performance.now();
  const answers = await interruptible((signal) => answerAll(views, options, signal));
  const entries = answers.map(({ choice, seconds }) => matchJson(choice.result, choice.why, seconds));
  for (const [k, { warnings }] of entries.entries())
    for (const { code, message } of warnings)
      if (code !== "cameraChosen" || options.json || options.out !== undefined)
        note(entries.length > 1 ? `${views[k].name}: ${message}` : message);
  const whole =
    entries.length === 1 ? { ...entries[0], ...reductionJson(views[0].scene) } : together(views, entries, begin);
  await writeFiles(answers, whole, paths, options);
  print(answers, whole, options);
  return Math.max(...entries.map(({ status }) => codeOf(status))) as ExitCode;
}

function codeOf(status: MatchJson["status"]): ExitCode {
  return status === "converged" || status === "ambiguous" ? exitCode.ok : exitCode.notConverged;
}

function checkCombination(options: MatchCommandOptions): void {
  const { out, report, plot } = options;
  const ending = (name: string, path: string | undefined, end: string): void => {
    if (path === undefined || path === "-" || path.toLowerCase().endsWith(end)) return;
    throw new UsageError(`--${name} ${path} does not end in ${end}.`, `Name it something${end}.`);
  };
  ending("out", out, ".json");
  ending("report", report, ".html");
  ending("plot", plot, ".svg");
  const taken = [out, report, plot].filter((path) => path === "-").length + (options.json ? 1 : 0);
  if (taken > 1) throw new UsageError("Standard output is asked for twice.", "Write one of the two to a file.");
  if (options.cone !== undefined && options.direction === undefined)
    throw new UsageError("--cone is given without a --direction.", "Add --direction x,y,z.");
  if (
    options.focalSpread !== undefined &&
    options.camera !== undefined &&
    !/^(perspective|unknown)$/.test(options.camera)
  )
    throw new UsageError("--focal-spread is for perspective cameras.", "Leave it out, or pass --camera perspective.");
  for (const name of ["direction", "up"] as const)
    if (options[name]?.every((value) => value === 0))
      throw new UsageError(`--${name} 0,0,0 is no direction.`, "Use a vector such as 0,0,1.");
}

async function answerAll(
  views: readonly MatchView[],
  options: MatchCommandOptions,
  signal: AbortSignal,
): Promise<Answered[]> {
  const line = progressLine(process.stderr, Boolean(options.quiet), Boolean(options.progress));
  const answers: Answered[] = [];
  try {
    for (const view of views) answers.push(await answer(view, options, signal, line));
    return answers;
  } finally {
    line.end();
  }
}

async function answer(
  view: MatchView,
  options: MatchCommandOptions,
  signal: AbortSignal,
  line: ProgressLine,
): Promise<Answered> {
  const { scene, ellipses, camera, intrinsics } = view;
  const settings = matchOptions(view, options);
  const live = { ...settings, signal, onProgress: line.show };
  const begin = performance.now();
  const choice =
    camera === "unknown"
      ? await chooseModel(scene.ellipsoids, ellipses, live)
      : {
          result: await matchGaussians.async(scene.ellipsoids, ellipses, {
            ...live,
            camera,
            ...(intrinsics !== null && { intrinsics }),
          }),
          attempts: [],
          why: null,
        };
  const seconds = (performance.now() - begin) / 1000;
  const { method } = choice.result.report;
  if (options.route !== undefined && method !== options.route)
    throw new UsageError(`--route ${options.route} is not known here: the poses came by ${method}.`, "Leave it out.");
  line.phase("certificate: every pair");
  return { view, choice, certificate: await choice.result.certify.async({ signal }), seconds, options: settings };
}

/** The options in the words of the library. */
function matchOptions(
  { scene, colours, intrinsics, camera }: MatchView,
  options: MatchCommandOptions,
): Answered["options"] {
  const {
    direction,
    cone = defaultCone,
    up,
    focalSpread,
    colourSpread,
    timeLimit,
    dilation,
    groups,
    route,
    seed,
  } = options;
  if (colourSpread !== undefined && (scene.colours === null || colours === null))
    throw new UsageError(
      `--colour-spread is given, and ${scene.colours === null ? "the scene" : "the view"} has no colours.`,
      "Leave it out, or add columns red, green and blue.",
    );
  return {
    prior: {
      ...(direction !== undefined && { direction: { vector: direction, degrees: cone } }),
      ...(up !== undefined && { up: { vector: up, degrees: upSlack } }),
      ...(focalSpread !== undefined && { focalSpread }),
    },
    ...(dilation !== undefined && { dilation }),
    ...(route !== undefined && { route }),
    ...(seed !== undefined && { seed }),
    ...(groups === false && { groups }),
    ...(timeLimit !== undefined && { timeLimitMs: timeLimit }),
    ...(camera === "unknown" && intrinsics !== null && { intrinsics }),
    ...(colourSpread !== undefined &&
      scene.colours !== null &&
      colours !== null && {
        features: { ellipsoids: scene.colours, ellipses: colours, spread: [colourSpread, colourSpread, colourSpread] },
      }),
  };
}

/** Several views in one object. */
function together(views: readonly MatchView[], entries: readonly MatchJson[], begin: number): object {
  const worst =
    entries.find(({ status }) => codeOf(status) !== exitCode.ok) ??
    entries.find(({ status }) => status !== "converged");
  return {
    schema: 1,
    status: (worst ?? entries[0]).status,
    views: entries.map((entry, k) => ({ name: views[k].name, ...entry })),
    warnings: [],
    seconds: Math.round(performance.now() - begin) / 1000,
    ...reductionJson(views[0].scene),
  };
}

async function writeFiles(
  answers: readonly Answered[],
  whole: object,
  paths: readonly string[],
  options: MatchCommandOptions,
): Promise<void> {
  const { out, report, plot, force } = options;
  const write = async (path: string, text: string): Promise<void> => {
    if (path === "-") process.stdout.write(text);
    else await writeFileAtomic(path, text, { force });
  };
  // Pictures are made before the first file is written: if one fails, nothing is there.
  const page =
    report === undefined
      ? null
      : (await import("./matchReport.ts")).matchReport(answers[0], commandLine(match, paths, options));
  const picture = plot === undefined ? null : (await import("./matchReport.ts")).matchPicture(answers[0]);
  if (out !== undefined) await write(out, `${JSON.stringify(whole)}\n`);
  if (report !== undefined && page !== null) await write(report, await page);
  if (plot !== undefined && picture !== null) await write(plot, `${picture}\n`);
}

function print(answers: readonly Answered[], whole: object, options: MatchCommandOptions): void {
  if (options.json) process.stdout.write(`${JSON.stringify(whole, null, 1)}\n`);
  const files = [options.out, options.report, options.plot];
  const taken = options.json || files.includes("-");
  if (options.quiet) {
    if (!taken) for (const { choice } of answers) process.stdout.write(`${choice.result.status}\n`);
    return;
  }
  if (taken) return;
  const pens = pensFor(process.stdout);
  const tables = answers.map(({ view, choice, certificate, seconds }) =>
    matchTable(view, choice.result, choice.why, certificate, seconds, pens),
  );
  process.stdout.write(tables.join("\n"));
  for (const [k, what] of ["result", "report", "picture"].entries())
    if (files[k] !== undefined) process.stderr.write(`The ${what} is in ${files[k]}.\n`);
}

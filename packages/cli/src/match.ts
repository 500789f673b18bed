// monge match: views read, matched, explained, written. Several views of one scene are matched together, problems one after the other.
import { assertWritable, writeFileAtomic } from "@monge/io";
import { type MatchRoute, type MatchViewsResult, matchGaussians, matchViews, type SceneView } from "monge/matching";
import { commandLine } from "./commandLine.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { interruptible } from "./interruption.ts";
import { type Answered, type MatchJson, matchJson, matchTable, reductionJson, viewsTable } from "./matchAnswer.ts";
import { cameraJson } from "./matchCamera.ts";
import { match } from "./matchCommands.ts";
import { type MatchInputOptions, type MatchView, readViews } from "./matchInput.ts";
import { type Choice, chooseModel } from "./matchModel.ts";
import { pensFor } from "./pens.ts";
import { type ProgressLine, progressLine } from "./progress.ts";

/** The options of `monge match`, as the parser returns them. */
export interface MatchCommandOptions extends MatchInputOptions {
  readonly focalSpread?: number;
  readonly direction?: readonly number[];
  readonly cone?: number;
  readonly up?: readonly number[];
  readonly within?: number;
  readonly scale?: number;
  readonly scaleSpread?: number;
  readonly orthogonality?: number;
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
const defaultWithin = 15;
const defaultScaleSpread = 0.1;

/** All views, and what they say together where they are of one scene. */
interface Answers {
  readonly views: readonly Answered[];
  readonly joint: MatchViewsResult | null;
}

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
  const begin = performance.now();
  const answers = await interruptible((signal) => answerAll(views, options, signal));
  const entries = answers.views.map(({ choice, seconds }) => matchJson(choice.result, choice.why, seconds));
  for (const [k, { warnings }] of entries.entries())
    for (const { code, message } of warnings)
      if (code !== "cameraChosen" || options.json || options.out !== undefined)
        note(entries.length > 1 ? `${views[k].name}: ${message}` : message);
  const whole =
    entries.length === 1
      ? { ...entries[0], ...reductionJson(views[0].scene) }
      : together(views, entries, answers.joint, begin);
  await writeFiles(answers, whole, paths, options);
  print(answers, whole, options);
  const statuses = answers.joint === null ? entries.map(({ status }) => status) : [answers.joint.status];
  return Math.max(...statuses.map(codeOf)) as ExitCode;
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
  for (const [name, needs] of [
    ["within", "near"],
    ["scaleSpread", "scale"],
  ] as const)
    if (options[name] !== undefined && options[needs] === undefined)
      throw new UsageError(
        `--${name === "within" ? name : "scale-spread"} is given without --${needs}.`,
        `Add --${needs}, or leave it out.`,
      );
  for (const [name, kind, also] of [
    ["scale", "scaled orthographic", /^(scaled-orthographic|orthographic|unknown)$/],
    ["orthogonality", "affine", /^(affine|unknown)$/],
  ] as const)
    if (options[name] !== undefined && options.camera !== undefined && !also.test(options.camera))
      throw new UsageError(`--${name} is for ${kind} cameras.`, `Leave it out, or leave --camera out.`);
  for (const name of ["direction", "up"] as const)
    if (options[name]?.every((value) => value === 0))
      throw new UsageError(`--${name} 0,0,0 is no direction.`, "Use a vector such as 0,0,1.");
}

async function answerAll(
  views: readonly MatchView[],
  options: MatchCommandOptions,
  signal: AbortSignal,
): Promise<Answers> {
  const line = progressLine(process.stderr, Boolean(options.quiet), Boolean(options.progress));
  try {
    if (views.length > 1 && views.every(({ scene }) => scene === views[0].scene))
      return await answerTogether(views, options, signal, line);
    const answers: Answered[] = [];
    for (const view of views) answers.push(await answer(view, options, signal, line));
    return { views: answers, joint: null };
  } finally {
    line.end();
  }
}

/** Several views of one scene; kinds of cameras that are not named are chosen view by view first. */
async function answerTogether(
  views: readonly MatchView[],
  options: MatchCommandOptions,
  signal: AbortSignal,
  line: ProgressLine,
): Promise<Answers> {
  const { ellipsoids } = views[0].scene;
  const begin = performance.now();
  const settings = views.map((view) => matchOptions(view, options));
  const choices: (Choice | null)[] = [];
  for (const [v, { ellipses, camera }] of views.entries())
    choices.push(
      camera === "unknown"
        ? await chooseModel(ellipsoids, ellipses, { ...settings[v], signal, onProgress: line.show })
        : null,
    );
  const given = views.map(({ ellipses, camera, intrinsics, relative }, v): SceneView => {
    const { prior, features } = settings[v];
    const kind = choices[v]?.result.camera.projection ?? (camera as Exclude<typeof camera, "unknown">);
    return { ellipses, camera: kind, ...(intrinsics !== null && { intrinsics }), prior, features, relative };
  });
  const { prior: _, features: __, intrinsics: ___, backend: ____, ...common } = settings[0];
  const joint = await matchViews.async(ellipsoids, given, { ...common, signal, onProgress: line.show });
  const seconds = (performance.now() - begin) / 1000;
  line.phase("certificate: every pair");
  const answers: Answered[] = [];
  for (const [v, result] of joint.views.entries()) {
    const choice: Choice = { result, attempts: choices[v]?.attempts ?? [], why: choices[v]?.why ?? null };
    const certificate = await result.certify.async({ signal });
    answers.push({ view: views[v], choice, certificate, seconds, options: settings[v] });
  }
  return { views: answers, joint };
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
  line.phase("certificate: every pair");
  return { view, choice, certificate: await choice.result.certify.async({ signal }), seconds, options: settings };
}

/** The options in the words of the library. */
function matchOptions(
  { scene, colours, intrinsics, camera, near }: MatchView,
  options: MatchCommandOptions,
): Answered["options"] {
  const {
    direction,
    cone = defaultCone,
    up,
    within = defaultWithin,
    scale,
    scaleSpread = defaultScaleSpread,
    orthogonality,
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
      ...(near !== null && { near: { camera: near, degrees: within } }),
      ...(scale !== undefined && { scale: { value: scale, spread: scaleSpread } }),
      ...(orthogonality !== undefined && { orthogonality }),
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

/** Several views in one object: what they say together, where they are of one scene, and each. */
function together(
  views: readonly MatchView[],
  entries: readonly MatchJson[],
  joint: MatchViewsResult | null,
  begin: number,
): object {
  const worst =
    entries.find(({ status }) => codeOf(status) !== exitCode.ok) ??
    entries.find(({ status }) => status !== "converged");
  return {
    schema: 1,
    status: joint?.status ?? (worst ?? entries[0]).status,
    ...(joint !== null && {
      pose: joint.report.method === "rig" ? "one" : "each",
      score: joint.score,
      confidence: joint.confidence,
      alternatives: joint.alternatives.map(({ cameras, score }) => ({ cameras: cameras.map(cameraJson), score })),
    }),
    views: entries.map((entry, k) => ({ name: views[k].name, ...entry })),
    warnings: [],
    seconds: Math.round(performance.now() - begin) / 1000,
    ...reductionJson(views[0].scene),
  };
}

async function writeFiles(
  { views, joint }: Answers,
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
      : (await import("./matchReport.ts")).matchReport(views, joint, commandLine(match, paths, options));
  const picture = plot === undefined ? null : (await import("./matchReport.ts")).matchPicture(views);
  if (out !== undefined) await write(out, `${JSON.stringify(whole)}\n`);
  if (report !== undefined && page !== null) await write(report, await page);
  if (plot !== undefined && picture !== null) await write(plot, `${picture}\n`);
}

function print({ views, joint }: Answers, whole: object, options: MatchCommandOptions): void {
  if (options.json) process.stdout.write(`${JSON.stringify(whole, null, 1)}\n`);
  const files = [options.out, options.report, options.plot];
  const taken = options.json || files.includes("-");
  if (options.quiet) {
    if (!taken && joint !== null) process.stdout.write(`${joint.status}\n`);
    else if (!taken) for (const { choice } of views) process.stdout.write(`${choice.result.status}\n`);
    return;
  }
  if (taken) return;
  const pens = pensFor(process.stdout);
  const tables = views.map(({ view, choice, certificate, seconds }) =>
    matchTable(view, choice.result, choice.why, certificate, seconds, pens),
  );
  if (joint !== null) tables.push(viewsTable(joint, pens));
  process.stdout.write(tables.join("\n"));
  for (const [k, what] of ["result", "report", "picture"].entries())
    if (files[k] !== undefined) process.stderr.write(`The ${what} is in ${files[k]}.\n`);
}

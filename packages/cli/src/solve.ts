// monge solve: read, solve, certify, write. Files are checked before the work and appear whole or not at all after it.
import { assertWritable, encodePlan, writeFileAtomic, writePlan } from "@monge/io";
import { type Certificate, type Plan, type Result, type SolveMethod, solve, type Unbalanced } from "monge";
import { type AnswerJson, answerJson, answerTable, isFinal } from "./answer.ts";
import { commandLine } from "./commandLine.ts";
import { commands } from "./commands.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { type NamedGround, readGround } from "./ground.ts";
import { atomsOf, massTolerance, type Problem, type ReadingOptions, readCost, readMeasures } from "./input.ts";
import { interruptible } from "./interruption.ts";
import { pensFor } from "./pens.ts";
import { progressLine } from "./progress.ts";
import { visiblePlan } from "./visiblePlan.ts";

/** The options of `monge solve`, as the parser returns them. */
export interface SolveOptions extends ReadingOptions {
  readonly ground?: string;
  readonly p?: number;
  readonly mass?: "normalize" | "keep";
  readonly cost?: string;
  readonly a?: string;
  readonly b?: string;
  readonly epsilon?: number;
  readonly relativeEpsilon?: number;
  readonly tolerance?: number;
  readonly unbalanced?: Unbalanced;
  readonly partial?: number;
  readonly method?: SolveMethod | "auto";
  readonly timeLimit?: number;
  readonly maxIterations?: number;
  readonly seed?: number;
  readonly plan?: string;
  readonly plot?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: boolean;
}

/** Runs the command. */
export async function solveCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as SolveOptions;
  const [source, target] = args;
  checkCombination(source, target, options);
  const ground = options.cost === undefined ? readGround(options.ground, options.p) : matrixGround(options.p);
  for (const path of [options.plan, options.plot])
    if (path !== undefined && path !== "-") await assertWritable(path, { force: options.force });
  const note = (text: string): void => {
    if (!options.quiet) process.stderr.write(`${text}\n`);
  };
  const problem =
    options.cost === undefined
      ? await readMeasures([source ?? "", target ?? ""], options, note)
      : await readCost({ cost: options.cost, a: options.a, b: options.b }, options);
  refuseDensePlan(problem, options.plan);
  const { result, certificate } = await interruptible((signal) => compute(problem, ground, options, signal));
  const { massAdjustment, warnings } = result.report;
  // Below 1e-12 it is the rounding of the sums themselves.
  if (Math.abs(massAdjustment - 1) > 1e-12)
    note(`The weights of the target were scaled by ${massAdjustment} to weigh what the source weighs.`);
  for (const { message } of warnings) note(message);
  const answer = answerJson(result, certificate, ground);
  // Without a file or a table to put them in nobody asks for the flows.
  const needed = options.plan !== undefined || options.plot !== undefined || !(options.json || options.quiet);
  const plan = needed ? visiblePlan(result.plan, options.plan !== undefined ? note : () => {}) : result.plan;
  await writeFiles(problem, { ...result, plan }, answer, ground, args, options);
  print(problem, { ...result, plan }, answer, ground, options);
  return isFinal(result.report.status) ? exitCode.ok : exitCode.notConverged;
}

const matrixGround = (p = 1): NamedGround => ({
  name: "matrix",
  p,
  ground: "sqeuclidean",
  words: "given by the matrix",
});

/** Everything that cannot be meant, found before any file is opened. */
function checkCombination(source: string | undefined, target: string | undefined, options: SolveOptions): void {
  if (options.cost === undefined) {
    for (const name of ["a", "b"] as const)
      if (options[name] !== undefined)
        throw new UsageError(
          `--${name} gives weights to a cost matrix, and there is none.`,
          "Add --cost C.npy, or put the weights into a column of the file.",
        );
    if (source === undefined || target === undefined)
      throw new UsageError(
        `${source === undefined ? "SOURCE and TARGET are" : "TARGET is"} missing.`,
        "Name two files, or pass --cost C.npy.",
      );
  } else {
    if (source !== undefined)
      throw new UsageError(`--cost is given, and ${source} too.`, "Pass two files or a cost matrix, not both.");
    const needless = (["ground", "size", "invert", "weights", "columns", "index"] as const).find(
      (name) => options[name] !== undefined,
    );
    if (needless !== undefined)
      throw new UsageError(`--${needless} says nothing about a cost matrix.`, `Leave --${needless} out.`);
  }
  if (options.epsilon !== undefined && options.relativeEpsilon !== undefined)
    throw new UsageError("--epsilon and --relative-epsilon are both given.", "Give one of them.");
  if (options.unbalanced !== undefined && options.partial !== undefined)
    throw new UsageError("--unbalanced and --partial are both given.", "Give one of them.");
  const regularised = [options.epsilon, options.relativeEpsilon, options.unbalanced];
  if (options.tolerance !== undefined && regularised.every((value) => value === undefined))
    throw new UsageError("--tolerance is given, and exact transport has none.", "Add --epsilon, or leave it out.");
  const inputs = [source, target, options.cost, options.a, options.b].filter((path) => path === "-");
  if (inputs.length > 1)
    throw new UsageError("Standard input (-) is asked for twice.", "Read one of the two from a file.");
  const outputs = [options.plan, options.plot].filter((path) => path === "-");
  if (outputs.length > 1)
    throw new UsageError("Standard output (-) is asked for twice.", "Write one of the two to a file.");
  if (outputs.length > 0 && options.json)
    throw new UsageError("--json and a file both want standard output.", "Write the file to disk.");
  ending("plan", options.plan, [".csv", ".npy"]);
  ending("plot", options.plot, [".svg", ".html"]);
  if (options.plan !== undefined && options.plan !== "-" && options.plan === options.plot)
    throw new UsageError("--plan and --plot name the same file.", "Name two files.");
}

/** A dense plan that would be refused after the work is refused before it. */
function refuseDensePlan(problem: Problem, plan: string | undefined): void {
  if (plan === undefined || !plan.toLowerCase().endsWith(".npy")) return;
  const [n, m] =
    problem.kind === "cost"
      ? [problem.cost.rows, problem.cost.cols]
      : [atomsOf(problem.source.measure), atomsOf(problem.target.measure)];
  if (8 * n * m <= 2 ** 31) return;
  throw new UsageError(
    `--plan ${plan} would hold ${n} x ${m} numbers, ${((8 * n * m) / 1e9).toPrecision(3)} GB.`,
    "Write it as .csv: only its flows take room.",
  );
}

function ending(name: string, path: string | undefined, allowed: readonly string[]): void {
  if (path === undefined || path === "-" || allowed.some((end) => path.toLowerCase().endsWith(end))) return;
  throw new UsageError(
    `--${name} ${path} ends in neither ${allowed.join(" nor ")}.`,
    `Name it something${allowed[0]} or something${allowed[1]}.`,
  );
}

async function compute(
  problem: Problem,
  ground: NamedGround,
  options: SolveOptions,
  signal: AbortSignal,
): Promise<{ result: Result; certificate: Certificate }> {
  const line = progressLine(process.stderr, Boolean(options.quiet), Boolean(options.progress));
  const settings = {
    method: options.method,
    epsilon: options.epsilon,
    relativeEpsilon: options.relativeEpsilon,
    tolerance: options.tolerance,
    unbalanced: options.unbalanced,
    partial: options.partial,
    timeLimitMs: options.timeLimit,
    maxIterations: options.maxIterations,
    seed: options.seed,
    massTolerance,
    signal,
    onProgress: line.show,
  };
  try {
    const result =
      problem.kind === "measures"
        ? await solve.async(problem.source.measure, problem.target.measure, { ...settings, ground: ground.ground })
        : await solve.async(problem.cost, { ...settings, a: problem.a, b: problem.b });
    line.phase("certificate: every pair");
    return { result, certificate: await result.certify.async({ signal }) };
  } finally {
    line.end();
  }
}

async function writeFiles(
  problem: Problem,
  result: Result,
  answer: AnswerJson,
  ground: NamedGround,
  args: readonly (string | undefined)[],
  options: SolveOptions,
): Promise<void> {
  const { plan, plot, force } = options;
  // The picture is made before the first file is written: if it fails, nothing is there.
  let picture: string | null = null;
  if (plot !== undefined) {
    const { headline, pictureOf, sceneOf } = await import("./scenes.ts");
    const any = sceneOf(problem, result.plan, headline(problem, answer, ground.words));
    if (plot.toLowerCase().endsWith(".html")) {
      const { reportPage } = await import("./plot/report.ts");
      picture = reportPage({
        any,
        picture: pictureOf(any),
        answer,
        words: ground.words,
        why: result.report.why,
        command: commandLine(commands[0], args, options),
      });
    } else picture = pictureOf(any);
  }
  if (plan === "-") process.stdout.write(encodePlan(result.plan, "csv"));
  else if (plan !== undefined) await writePlan(plan, result.plan, { force });
  if (plot === "-") process.stdout.write(`${picture}\n`);
  else if (plot !== undefined && picture !== null) await writeFileAtomic(plot, `${picture}\n`, { force });
}

function print(problem: Problem, result: Result, answer: AnswerJson, ground: NamedGround, options: SolveOptions): void {
  const taken = options.plan === "-" || options.plot === "-";
  if (options.quiet && taken) return;
  if (options.json) process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  else if (options.quiet) process.stdout.write(`${answer.value}\n`);
  else {
    // Where a file goes to standard output the table makes way.
    const stream = taken ? process.stderr : process.stdout;
    const title =
      problem.kind === "cost"
        ? `Optimal transport under ${problem.name}`
        : `${problem.source.name} → ${problem.target.name}`;
    stream.write(answerTable(answer, result, title, ground.words, flowCount(result.plan), pensFor(stream)));
    for (const [path, what] of [
      [options.plan, "plan"],
      [options.plot, "picture"],
    ])
      if (path !== undefined && path !== "-") process.stderr.write(`The ${what} is in ${path}.\n`);
  }
}

function flowCount(plan: Plan): number {
  let flows = 0;
  for (const _ of plan.entries()) flows++;
  return flows;
}

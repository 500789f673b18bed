// monge divergence: the Sinkhorn divergence of two files, with its three parts and the proof.
import { type DivergenceCertificate, type DivergenceResult, sinkhornDivergence, type Unbalanced } from "monge";
import { describeStatus, isFinal } from "./answer.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { type NamedGround, readGround } from "./ground.ts";
import { atomsOf, type MeasuresProblem, massTolerance, type ReadingOptions, readMeasures } from "./input.ts";
import { interruptible } from "./interruption.ts";
import { pensFor } from "./pens.ts";
import { count, plainSpaces, shortNumber } from "./plot/number.ts";
import { progressLine } from "./progress.ts";

/** The options of `monge divergence`, as the parser returns them. */
export interface DivergenceCommandOptions extends ReadingOptions {
  readonly ground?: string;
  readonly p?: number;
  readonly mass?: "normalize" | "keep";
  readonly epsilon?: number;
  readonly relativeEpsilon?: number;
  readonly tolerance?: number;
  readonly unbalanced?: Unbalanced;
  readonly timeLimit?: number;
  readonly maxIterations?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: boolean;
}

const defaultEpsilon = 0.01;

/** Runs the command. */
export async function divergenceCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const options = given as DivergenceCommandOptions;
  const [source, target] = args;
  if (source === undefined || target === undefined)
    throw new UsageError(`${source === undefined ? "SOURCE and TARGET are" : "TARGET is"} missing.`, "Name two files.");
  if (source === "-" && target === "-")
    throw new UsageError("Standard input (-) is asked for twice.", "Read one of the two from a file.");
  if (options.epsilon !== undefined && options.relativeEpsilon !== undefined)
    throw new UsageError("--epsilon and --relative-epsilon are both given.", "Give one of them.");
  const ground = readGround(options.ground, options.p);
  const note = (text: string): void => {
    if (!options.quiet) process.stderr.write(`${text}\n`);
  };
  const problem = await readMeasures([source, target], options, note);
  const { result, certificate } = await interruptible((signal) => compute(problem, ground, options, signal));
  for (const { message } of result.report.warnings) note(message);
  if (options.json)
    process.stdout.write(`${JSON.stringify(answerJson(problem, result, certificate, ground), null, 2)}\n`);
  else if (options.quiet) process.stdout.write(`${result.value}\n`);
  else process.stdout.write(table(problem, result, certificate, ground));
  return isFinal(result.report.status) ? exitCode.ok : exitCode.notConverged;
}

async function compute(
  { source, target }: MeasuresProblem,
  ground: NamedGround,
  options: DivergenceCommandOptions,
  signal: AbortSignal,
): Promise<{ result: DivergenceResult; certificate: DivergenceCertificate }> {
  const line = progressLine(process.stderr, Boolean(options.quiet), Boolean(options.progress));
  const { epsilon } = options;
  try {
    const result = await sinkhornDivergence.async(source.measure, target.measure, {
      epsilon,
      relativeEpsilon: epsilon === undefined ? (options.relativeEpsilon ?? defaultEpsilon) : undefined,
      tolerance: options.tolerance,
      unbalanced: options.unbalanced,
      timeLimitMs: options.timeLimit,
      maxIterations: options.maxIterations,
      ground: ground.ground,
      massTolerance,
      signal,
      onProgress: line.show,
    });
    line.phase("certificate: every pair");
    return { result, certificate: await result.certify.async({ signal }) };
  } finally {
    line.end();
  }
}

/** What `--json` prints, exactly. */
export interface DivergenceJson {
  readonly value: number;
  /** OT(a, b), OT(a, a) and OT(b, b). */
  readonly parts: { readonly xy: number; readonly xx: number; readonly yy: number };
  readonly ground: string;
  readonly p: number;
  readonly epsilon: number;
  readonly status: string;
  readonly method: string;
  readonly backend: string;
  readonly n: number;
  readonly m: number;
  readonly certificate: DivergenceCertificate;
  /** Milliseconds of solving, without reading files and without the certificate. */
  readonly elapsedMs: number;
}

function answerJson(
  { source, target }: MeasuresProblem,
  { value, parts, epsilon, report }: DivergenceResult,
  certificate: DivergenceCertificate,
  { name, p }: NamedGround,
): DivergenceJson {
  return {
    value,
    parts: { xy: parts.xy.value, xx: parts.xx.value, yy: parts.yy.value },
    ground: name,
    p,
    epsilon,
    status: report.status,
    method: report.method,
    backend: report.backend,
    n: atomsOf(source.measure),
    m: atomsOf(target.measure),
    certificate,
    elapsedMs: Math.round(report.elapsedMs * 1000) / 1000,
  };
}

function table(
  { source, target }: MeasuresProblem,
  { value, parts, epsilon, report }: DivergenceResult,
  certificate: DivergenceCertificate,
  ground: NamedGround,
): string {
  const pens = pensFor(process.stdout);
  const lines: string[] = [pens.strong(`Sinkhorn divergence ${source.name} → ${target.name}`), ""];
  const row = (name: string, text: string, remark = ""): void => {
    lines.push(`  ${pens.dim(name.padEnd(13))}${remark === "" ? text : `${text}  ${pens.dim(remark)}`}`);
  };
  const status = describeStatus(report.status);
  row("divergence", pens.strong(shortNumber(value, 9)), `${ground.words}, epsilon ${shortNumber(epsilon, 6)}`);
  row("between", shortNumber(parts.xy.value, 9), "entropic transport of the two");
  row("within", `${shortNumber(parts.xx.value, 9)} and ${shortNumber(parts.yy.value, 9)}`, "half of each is taken off");
  row("status", isFinal(report.status) ? pens.good(status) : pens.warn(status));
  row("size", `${count(atomsOf(source.measure))} × ${count(atomsOf(target.measure))}`);
  row("time", `${shortNumber(report.elapsedMs, 3)} ms`, `${count(report.iterations)} iterations, ${report.backend}`);
  lines.push("");
  row("certificate", `between ${shortNumber(certificate.dual, 12)} and ${shortNumber(certificate.primal, 12)}`);
  row("", `residuals ${shortNumber(certificate.primalResidual, 3)} of the mass`);
  return plainSpaces(`${lines.join("\n")}\n`);
}

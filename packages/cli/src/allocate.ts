// monge allocate: a table of supplies and demands in, a table of shipments out, with what one unit more or less would change.
import { assertWritable, readAllocation, writeFileAtomic } from "@monge/io";
import { type Allocation, type AllocationProblem, allocate, type Margin } from "monge";
import { describeStatus, isFinal } from "./answer.ts";
import { csvCell } from "./csvCell.ts";
import { type ExitCode, exitCode, UsageError } from "./exit.ts";
import { sourceOf } from "./input.ts";
import { interruptible } from "./interruption.ts";
import { pensFor } from "./pens.ts";
import { plainSpaces, shortNumber } from "./plot/number.ts";
import { progressLine } from "./progress.ts";

/** The options of `monge allocate`, as the parser returns them. */
export interface AllocateOptions {
  readonly supplies?: string;
  readonly demands?: string;
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly progress?: boolean;
}

/** Runs the command. */
export async function allocateCommand(args: readonly (string | undefined)[], given: object): Promise<ExitCode> {
  const { supplies, demands, out, force, json, quiet, progress } = given as AllocateOptions;
  const [table = "-"] = args;
  if ((supplies === undefined) !== (demands === undefined))
    throw new UsageError("--supplies and --demands come together.", "Give both, or one table with everything in it.");
  if (out !== undefined && out !== "-" && !/\.csv$/i.test(out))
    throw new UsageError(`--out ${out} does not end in .csv.`, "Name it something.csv.");
  if (out === "-" && json)
    throw new UsageError("--out - and --json both want standard output.", "Write one to a file.");
  if (out !== undefined && out !== "-") await assertWritable(out, { force });
  const problem = await readAllocation(
    supplies === undefined || demands === undefined
      ? await sourceOf(table)
      : { lanes: await sourceOf(table), supplies: await sourceOf(supplies), demands: await sourceOf(demands) },
  );
  const line = progressLine(process.stderr, Boolean(quiet), Boolean(progress));
  const answer = await interruptible((signal) => allocate.async(problem, { signal, onProgress: line.show })).finally(
    line.end,
  );
  if (out !== undefined) {
    const text = shipmentsCsv(answer);
    if (out === "-") process.stdout.write(text);
    else await writeFileAtomic(out, text, { force });
  }
  if (json) process.stdout.write(`${JSON.stringify(answerJson(answer), null, 2)}\n`);
  else if (quiet) process.stdout.write(out === "-" ? "" : `${answer.shippingCost + answer.unmetCost}\n`);
  else if (out !== "-") process.stdout.write(answerTable(problem, answer));
  return isFinal(answer.report.status) ? exitCode.ok : exitCode.notConverged;
}

function answerJson({ report, certify, ...answer }: Allocation): object {
  const { status, method, elapsedMs } = report;
  return {
    schema: 1,
    status,
    method,
    ...answer,
    certificate: certify(),
    elapsedMs: Math.round(elapsedMs * 1000) / 1000,
  };
}

function shipmentsCsv({ shipments }: Allocation): string {
  const lines = shipments.map(({ from, to, amount, cost }) => `${csvCell(from)},${csvCell(to)},${amount},${cost}`);
  return `${["from,to,amount,cost", ...lines].join("\n")}\n`;
}

/** What a margin means, of one unit more or less of something. */
function meaning({ cost, unmet }: Margin): string {
  const money =
    cost === 0 ? "costs nothing" : cost < 0 ? `saves ${shortNumber(-cost, 9)}` : `costs ${shortNumber(cost, 9)}`;
  if (unmet === 0) return money;
  return `${unmet < 0 ? "serves a unit more of demand" : "leaves a unit more of demand unmet"}, ${money}`;
}

function answerTable(problem: AllocationProblem, answer: Allocation): string {
  const pens = pensFor(process.stdout);
  const { shipments, supplies, demands, shippingCost, unmetCost, unmet, left, report } = answer;
  const certificate = answer.certify();
  const amount = (value: number): string => shortNumber(value, 9);
  const wide = (names: readonly { name: string }[]): number => Math.max(...names.map(({ name }) => name.length));
  const [from, to] = [wide(supplies), wide(demands)];
  const lines = [pens.strong(`Allocation of ${supplies.length} supplies to ${demands.length} demands`), ""];
  for (const { from: name, to: other, amount: shipped, cost, widened } of shipments) {
    const more = widened === undefined ? "" : `; full: one more of room ${meaning(widened)}`;
    lines.push(
      `  ${name.padEnd(from)} → ${other.padEnd(to)}  ${amount(shipped).padStart(9)}  ${pens.dim(`at ${amount(cost)}${more}`)}`,
    );
  }
  if (shipments.length === 0) lines.push("  Nothing is shipped.");
  lines.push("", pens.dim("  supplies"));
  for (const { name, amount: all, shipped, left: rest, oneMore, oneLess } of supplies) {
    const less = oneLess === null ? "" : `; one less ${meaning(oneLess)}`;
    lines.push(
      `  ${name.padEnd(from)}  ${amount(shipped)} of ${amount(all)} shipped${rest > 0 ? `, ${amount(rest)} left` : ""}  ${pens.dim(`one more ${meaning(oneMore)}${less}`)}`,
    );
  }
  lines.push("", pens.dim("  demands"));
  for (const { name, amount: all, served, unmet: missing, oneMore, oneLess } of demands) {
    const less = oneLess === null ? "" : `; one less ${meaning(oneLess)}`;
    const short = missing > 0 ? pens.warn(`, ${amount(missing)} unmet`) : "";
    lines.push(
      `  ${name.padEnd(to)}  ${amount(served)} of ${amount(all)} served${short}  ${pens.dim(`one more ${meaning(oneMore)}${less}`)}`,
    );
  }
  const status = describeStatus(report.status);
  const penalty = problem.demands.some(({ unmetCost: cost }) => cost !== undefined)
    ? `, and ${amount(unmetCost)} for what is unmet`
    : "";
  lines.push("", `  ${pens.dim("cost".padEnd(12))}${pens.strong(amount(shippingCost))}${penalty}`);
  lines.push(`  ${pens.dim("unmet, left".padEnd(12))}${amount(unmet)}, ${amount(left)}`);
  lines.push(`  ${pens.dim("status".padEnd(12))}${isFinal(report.status) ? pens.good(status) : pens.warn(status)}`);
  lines.push(
    `  ${pens.dim("certificate".padEnd(12))}relative gap ${shortNumber(certificate.relativeGap, 3)}, residual ${shortNumber(certificate.primalResidual, 3)}`,
  );
  return plainSpaces(`${lines.join("\n")}\n`);
}

// A result as people and programs read it: the JSON object, the table, and the sentence that says why the answer is right.
import type { Certificate, Result } from "monge";
import type { NamedGround } from "./ground.ts";
import { count, plainSpaces, plural, shortNumber } from "./plot/number.ts";

/** What `--json` prints, exactly. */
export interface AnswerJson {
  readonly value: number;
  readonly transportCost: number;
  /** Of exact answers value^(1/p), and the value itself for p <= 1; null where a negative value has no root, and of all others. */
  readonly distance: number | null;
  readonly ground: string;
  readonly p: number;
  /** The weight of the entropy, in the unit of the cost; null where there is none. */
  readonly epsilon: number | null;
  readonly status: string;
  readonly method: string;
  readonly backend: string;
  readonly n: number;
  readonly m: number;
  readonly certificate: Certificate;
  /** Milliseconds of solving, without reading files and without the certificate. */
  readonly elapsedMs: number;
}

export function answerJson(
  result: Result,
  certificate: Certificate,
  ground: Pick<NamedGround, "name" | "p">,
): AnswerJson {
  const { value, transportCost, report, plan } = result;
  const epsilon = "epsilon" in result ? Number(result.epsilon) : null;
  const { kind, problem, primal, dual, gap, relativeGap, primalResidual, dualInfeasibility } = certificate;
  return {
    value,
    transportCost,
    distance: problem !== "exact" ? null : ground.p <= 1 ? value : value >= 0 ? value ** (1 / ground.p) : null,
    ground: ground.name,
    p: ground.p,
    epsilon,
    status: report.status,
    method: report.method,
    backend: report.backend,
    n: plan.shape[0],
    m: plan.shape[1],
    certificate: { kind, problem, primal, dual, gap, relativeGap, primalResidual, dualInfeasibility },
    elapsedMs: Math.round(report.elapsedMs * 1000) / 1000,
  };
}

/** Whether the run ended where it should, or at a limit. */
export function isFinal(status: string): boolean {
  return status === "optimal" || status === "converged";
}

const statusWords: Readonly<Record<string, string>> = {
  optimal: "optimal",
  converged: "converged",
  maxIterations: "stopped at --max-iterations",
  timeLimit: "stopped at --time-limit",
  stopped: "stopped",
  stalled: "stalled: floating point allows no further progress",
};

/** The status in words. */
export function describeStatus(status: string): string {
  return statusWords[status] ?? status;
}

/** What a certificate's values are made of, where that is more than the cost. */
const objectives: Readonly<Record<string, string>> = {
  entropic: "cost and entropy together",
  unbalanced: "cost and penalties together",
  partial: "cost of what is moved",
};

/** Why the answer is right, or how wrong it can be, in one sentence. `tolerance` is the error of the marginals that was asked for. */
export function proofSentence(certificate: Certificate, tolerance = 0): string {
  const { problem, primal, dual, gap, relativeGap, primalResidual } = certificate;
  if (problem !== "exact" && primalResidual <= Math.max(1.001 * tolerance, 1e-9)) {
    const values = `${objectives[problem]}: ${shortNumber(primal, 9)}`;
    // The marginals fit to the tolerance, and so do the two values.
    if (gap === 0) return `This plan has ${values}. The potentials prove that no plan has less.`;
    return Math.abs(relativeGap) <= Math.max(100 * tolerance, 1e-9)
      ? `This plan has ${values}. The potentials prove that no plan has less, up to ${shortNumber(Math.abs(gap), 2)}.`
      : `This plan has ${values}. No plan has less than ${shortNumber(dual, 9)}.`;
  }
  if (primalResidual > 1e-9)
    return `The plan leaves ${shortNumber(primalResidual * 100, 3)} % of the mass misplaced: more time is needed for a proof.`;
  // Below 1e-9 of the cost the two sides agree to all the digits that anybody prints.
  if (Math.abs(relativeGap) <= 1e-9 || gap === 0)
    return `No plan can cost less than ${shortNumber(dual)}: the potentials prove it, pair by pair. This plan costs just that.`;
  // A plan that costs nothing leaves no scale for the gap: what is left is the rounding of the potentials.
  if (!Number.isFinite(relativeGap))
    return `This plan costs ${shortNumber(primal)}, and the potentials prove that none costs less, up to a gap of ${shortNumber(gap, 2)}.`;
  if (dual <= 0 && primal > 0)
    return `So far the proof says only that no plan can cost less than ${shortNumber(dual)}; this one costs ${shortNumber(primal)}. More time narrows this.`;
  const share = dual > 0 ? `, at most ${shortNumber((gap / dual) * 100, 3)} % above the optimum` : "";
  return `No plan can cost less than ${shortNumber(dual)}; this one costs ${shortNumber(primal)}${share}.`;
}

/** "W₂" for powers of a distance; what a reader finds in a paper. */
export function distanceSymbol({ name, p }: Pick<NamedGround, "name" | "p">): string {
  if (name === "matrix" || name === "cosine") return p === 1 ? "cost" : `cost^(1/${p})`;
  const digits = "₀₁₂₃₄₅₆₇₈₉";
  return Number.isInteger(p) && p < 100
    ? `W${[...String(p)].map((digit) => digits[Number(digit)]).join("")}`
    : `W_${p}`;
}

/** What the rows of the table are set in. */
export interface Pens {
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly good: (text: string) => string;
  readonly warn: (text: string) => string;
}

/** The table for people; `title` says what was transported. */
export function answerTable(
  answer: AnswerJson,
  result: Result,
  title: string,
  words: string,
  flows: number,
  pens: Pens,
): string {
  const { certificate, status } = answer;
  const lines: string[] = [pens.strong(title), ""];
  const row = (name: string, value: string, remark = ""): void => {
    lines.push(`  ${pens.dim(name.padEnd(13))}${remark === "" ? value : `${value}  ${pens.dim(remark)}`}`);
  };
  if (answer.distance !== null && answer.distance !== answer.value)
    row(
      "distance",
      pens.strong(shortNumber(answer.distance, 9)),
      `${distanceSymbol({ name: answer.ground, p: answer.p })} = value^(1/${answer.p})`,
    );
  const added = answer.epsilon === null ? "" : `, entropy of weight ${shortNumber(answer.epsilon, 6)} included`;
  row("value", pens.strong(shortNumber(answer.value, 9)), words + added);
  if (answer.transportCost !== answer.value) row("cost", shortNumber(answer.transportCost, 9), "of the plan alone");
  row("status", isFinal(status) ? pens.good(describeStatus(status)) : pens.warn(describeStatus(status)));
  row("method", answer.method, result.report.why);
  row("size", `${count(answer.n)} × ${count(answer.m)}`, plural(flows, "flow"));
  row(
    "time",
    `${shortNumber(answer.elapsedMs, 3)} ms`,
    `${plural(result.report.iterations, "iteration")}, ${answer.backend}`,
  );
  lines.push("");
  row("certificate", `primal ${shortNumber(certificate.primal, 12)}`);
  row("", `dual   ${shortNumber(certificate.dual, 12)}`);
  row(
    "",
    `gap    ${shortNumber(certificate.gap, 3)}`,
    Number.isFinite(certificate.relativeGap) ? `relative ${shortNumber(certificate.relativeGap, 3)}` : "",
  );
  row(
    "",
    `residuals ${shortNumber(certificate.primalResidual, 3)} of the mass, ${shortNumber(certificate.dualInfeasibility, 3)} in the prices`,
  );
  lines.push("", `  ${proofSentence(certificate, result.report.tolerance)}`);
  return plainSpaces(`${lines.join("\n")}\n`);
}

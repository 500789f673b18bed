// The proof of an unbalanced or partial answer, recomputed from the input.
//
// Primal <P, C> + eps KL(P | a b) + D(P 1) + D(P^T 1); dual D*(f) + D*(g) + lambda m - eps (sum P - |a| |b|). For the plan of the
// potentials their difference is a sum over the atoms (`dual.ts`), which is what is added up here: no digits are lost.
import { sum } from "../../linalg/sum.ts";
import type { DualityCertificate } from "../../run/certificate.ts";
import type { Potentials, Progress } from "../../run/options.ts";
import { drain, drainAsync } from "../../run/solver.ts";
import { type EntropicCertify, type EntropicCertifyOptions, planSums } from "../certificate.ts";
import { clamped, planPotentials, potentialValue, residual, violation } from "./claim.ts";
import { gapTerms, penaltyValue } from "./dual.ts";
import type { RelaxedProblem } from "./problem.ts";
import { certifyWithoutEntropy } from "./unregularised.ts";

/** The certificate of the plan of these potentials. */
export function certifyRelaxed(problem: RelaxedProblem, potentials: Potentials, epsilon: number): EntropicCertify {
  const start = (options: EntropicCertifyOptions): Generator<Progress, DualityCertificate, void> =>
    options.of === "unregularised"
      ? certifyWithoutEntropy(problem, potentials, epsilon)
      : certifyWithEntropy(problem, potentials, epsilon);
  return Object.assign((options: EntropicCertifyOptions = {}) => drain(start(options)), {
    async: (options: EntropicCertifyOptions & { readonly signal?: AbortSignal } = {}) =>
      drainAsync(() => start(options), options.signal),
  });
}

function* certifyWithEntropy(
  problem: RelaxedProblem,
  given: Potentials,
  epsilon: number,
): Generator<Progress, DualityCertificate, void> {
  const { cost, a, b, source, target, partial, unit } = problem;
  const f = clamped(source, given.f);
  const g = clamped(target, given.g);
  const potentials = { f, g, lambda: given.lambda };
  const claim = { cost, a, b, mass: unit, potentials: planPotentials(problem, potentials, epsilon), epsilon };
  const { rows, columns, paid, absolute } = yield* planSums(claim);
  const moved = sum(rows);
  const valued = potentialValue(problem, potentials, epsilon);
  const dual = valued.value - epsilon * moved;
  const gaps = sum(gapTerms(source, f, a, rows, valued.rows)) + sum(gapTerms(target, g, b, columns, valued.columns));
  const gap = gaps + (given.lambda ?? 0) * (moved - (partial ?? moved));
  const penalties = penaltyValue(source, rows, a) + penaltyValue(target, columns, b);
  const size = Math.max(absolute + penalties, Math.abs(paid));
  return {
    kind: "duality",
    problem: partial === null ? "unbalanced" : "partial",
    primal: dual + gap,
    dual,
    gap,
    relativeGap: gap === 0 ? 0 : gap / Math.max(size, Number.MIN_VALUE),
    primalResidual: residual(problem, rows, columns, moved),
    dualInfeasibility: Math.max(violation(source, given.f), violation(target, given.g)),
  };
}

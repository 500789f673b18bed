// From potentials and their sums to the caller's result: value, lazy plan, report, certificate.
import { entropic } from "../kernels/entropic.ts";
import { backend } from "../kernels/module.ts";
import { dot, sum } from "../linalg/sum.ts";
import type { Potentials, Status } from "../run/options.ts";
import { centrePotentials } from "../run/potentials.ts";
import type { Report } from "../run/report.ts";
import { certifyEntropic } from "./certificate.ts";
import { gibbsPlan } from "./gibbsPlan.ts";
import type { Measured } from "./operators/sweeper.ts";
import type { EntropicProblem } from "./problem.ts";
import type { SinkhornResult } from "./sinkhornResult.ts";

/** How the run went. */
export interface Outcome {
  readonly status: Status;
  readonly iterations: number;
  readonly epsilon: number;
  readonly tolerance: number;
  readonly method: string;
  readonly why: string;
  readonly elapsedMs: number;
}

/** What the caller is told of a run. */
export function entropicReport(outcome: Outcome, error: number, massAdjustment: number): Report {
  const { status, method, why, iterations, tolerance, elapsedMs } = outcome;
  const made = { status, method, why, backend: backend(entropic), iterations };
  return { ...made, error, tolerance, massAdjustment, elapsedMs, warnings: [] };
}

/** Builds the result. */
export function entropicResult(
  problem: EntropicProblem,
  given: Potentials,
  measured: Measured,
  outcome: Outcome,
): SinkhornResult {
  const { cost, a, b, mass, massAdjustment } = problem;
  const { epsilon } = outcome;
  const potentials = centrePotentials(given, a, b);
  const { rows, transportCost, error } = measured;
  // The dual value: its error is of second order in the marginal error, that of the primal value of first.
  const value = dot(potentials.f, a) + dot(potentials.g, b) - epsilon * (sum(rows) - mass);
  return {
    value,
    transportCost,
    epsilon,
    plan: gibbsPlan(cost, a, b, mass, potentials, epsilon),
    potentials,
    report: entropicReport(outcome, error, massAdjustment),
    problem: { cost, a, b },
    certify: certifyEntropic({ cost, a, b, mass, potentials, epsilon }),
  };
}

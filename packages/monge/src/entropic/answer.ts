// From potentials and their sums to the caller's result: value, lazy plan, report, certificate.
import { entropic } from "../kernels/entropic.ts";
import { backend } from "../kernels/module.ts";
import { dot, sum } from "../linalg/sum.ts";
import type { Potentials, Status } from "../run/options.ts";
import { centrePotentials } from "../run/potentials.ts";
import { certifyEntropic } from "./certificate.ts";
import { gibbsPlan } from "./gibbsPlan.ts";
import type { EntropicProblem } from "./problem.ts";
import type { SinkhornResult } from "./sinkhornResult.ts";
import type { Measured } from "./sweeper.ts";

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
    report: {
      status: outcome.status,
      method: outcome.method,
      why: outcome.why,
      backend: backend(entropic),
      iterations: outcome.iterations,
      error,
      tolerance: outcome.tolerance,
      massAdjustment,
      elapsedMs: outcome.elapsedMs,
      warnings: [],
    },
    problem: { cost, a, b },
    certify: certifyEntropic({ cost, a, b, mass, potentials, epsilon }),
  };
}

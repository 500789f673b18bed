// From potentials and their sums to the caller's result: value, lazy plan, report, certificate.
import { dot, sum } from "../linalg/sum.ts";
import type { Potentials, Status } from "../run/options.ts";
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
  const potentials = centre(given, a, b, mass);
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
      backend: "wasm-simd",
      iterations: outcome.iterations,
      error,
      tolerance: outcome.tolerance,
      massAdjustment,
      elapsedMs: outcome.elapsedMs,
      warnings: [],
    },
    certify: certifyEntropic({ cost, a, b, mass, potentials, epsilon }),
  };
}

/** Adds a constant to f and takes it from g so that either side carries half of the dual value. */
function centre({ f, g }: Potentials, a: Float64Array, b: Float64Array, mass: number): Potentials {
  if (mass === 0) return { f, g };
  const left = sum(f.map((value, i) => value * (a[i] / mass)));
  const right = sum(g.map((value, j) => value * (b[j] / mass)));
  const shift = (right - left) / 2;
  return { f: f.map((value) => value + shift), g: g.map((value) => value - shift) };
}

// The derivatives of a transport value by the masses: potentials (envelope theorem), seen through the penalties.

import type { Cost } from "../cost/cost.ts";
import { transpose } from "../cost/transpose.ts";
import { exp2All } from "../entropic/operators/exponentials.ts";
import type { Beyond } from "../entropic/operators/extend.ts";
import { withSoftMinima } from "../entropic/operators/softMinima.ts";
import { OtError } from "../errors/otError.ts";
import { sum } from "../linalg/sum.ts";
import type { MarginalHold, Result, SolvedProblem } from "../run/result.ts";
import { drain } from "../run/solver.ts";

/** Derivatives by the masses of either side. */
export interface WeightGradient {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/** An answer that may have an entropy. */
export type AnyResult = Result & { readonly epsilon?: number };

/** d value / d a and d value / d b. */
export function weightGradient(result: AnyResult): WeightGradient {
  const { marginals, cost, a, b } = problemOf(result);
  const { potentials, epsilon } = result;
  const { f, g, lambda = 0 } = potentials;
  if (marginals === undefined) return { a: f.slice(), b: g.slice() };
  const { source, target } = marginals;
  const gradient = { a: slopes(source, f, a), b: slopes(target, g, b) };
  if (epsilon === undefined) return gradient;
  // The reference a (x) b: the derivative of -eps sum a b (exp((f + g + lambda - C) / eps) - 1).
  const rows = shares(cost, f, { g, weights: b, epsilon }, lambda);
  const columns = shares(transpose(cost), g, { g: f, weights: a, epsilon }, lambda);
  const [massA, massB] = [sum(a), sum(b)];
  return {
    a: gradient.a.map((value, i) => value - epsilon * (rows[i] - massB)),
    b: gradient.b.map((value, j) => value - epsilon * (columns[j] - massA)),
  };
}

/** What was solved. Throws `Unsupported` where the result does not say. */
export function problemOf(result: Result): SolvedProblem {
  if (result.problem !== undefined) return result.problem;
  throw new OtError("Unsupported", "This result does not carry the problem it answers.", {
    argument: "result",
    seen: result.report.method,
    cure: "Pass the result of emd, sinkhorn, partialTransport, unbalancedTransport or sinkhornDivergence.",
  });
}

/** sum_j w_j exp((f_i + g_j + lambda - C_ij) / eps), the share of its mass that atom i moves: also where that mass is 0. */
export function shares(cost: Cost, f: Float64Array, beyond: Beyond, lambda: number): Float64Array {
  const soft = drain(withSoftMinima(cost, beyond, (softMinima) => softMinima(beyond.g)));
  const scale = Math.LOG2E / beyond.epsilon;
  const out = f.map((value, i) => (soft[i] < Infinity ? scale * (value + lambda - soft[i]) : -Infinity));
  exp2All(out);
  return out;
}

/** The derivative of D*(f) by the mass: see the table of dual values in the glossary. */
function slopes(hold: MarginalHold, f: Float64Array, mass: Float64Array): Float64Array {
  if (hold === "equal" || hold === "atMost") return f.slice();
  const rho = hold.strength;
  if (hold.kind === "TV") return f.map((value) => Math.min(value, rho));
  if (hold.kind === "L2") return f.map((value, i) => Math.min(value, rho * mass[i]));
  const kept = f.map((value) => (-value / rho) * Math.LOG2E);
  exp2All(kept);
  return kept.map((value) => rho * (1 - value));
}

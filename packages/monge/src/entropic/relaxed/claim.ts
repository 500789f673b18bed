// What potentials claim about a problem with relaxed marginals: their plan, their value, what they and the plan break.
import { l1Distance, sum } from "../../linalg/sum.ts";
import type { Potentials } from "../../run/options.ts";
import { dualTerms, type Terms } from "./dual.ts";
import type { Held, RelaxedProblem } from "./problem.ts";

/** The potentials by which the plan is a b / unit exp((f + g - C) / eps): the multiplier of the mass and the unit go to g. */
export function planPotentials(problem: RelaxedProblem, potentials: Potentials, epsilon: number): Potentials {
  const shift = (potentials.lambda ?? 0) + problem.exponent * (epsilon / Math.LOG2E);
  return { f: potentials.f, g: potentials.g.map((value) => value + shift) };
}

/** The dual value but for the plan's mass: D*(f) + D*(g) + lambda m + eps |a| |b|. */
export function potentialValue(problem: RelaxedProblem, { f, g, lambda = 0 }: Potentials, epsilon: number): Valued {
  const { a, b, source, target, partial } = problem;
  const rows = dualTerms(source, f, a);
  const columns = dualTerms(target, g, b);
  return {
    rows,
    columns,
    value: sum(rows.dual) + sum(columns.dual) + lambda * (partial ?? 0) + epsilon * sum(a) * sum(b),
  };
}

/** The terms of both sides and their sum. */
export interface Valued {
  readonly rows: Terms;
  readonly columns: Terms;
  readonly value: number;
}

/** Potentials within their bounds. */
export function clamped(held: Held, f: Float64Array): Float64Array {
  if (held === "atMost") return f.map((value) => Math.min(value, 0));
  if (held === "equal" || held.kind !== "TV") return f;
  return f.map((value) => Math.max(value, -held.strength));
}

/** By how much potentials are out of their bounds. */
export function violation(held: Held, f: Float64Array): number {
  const moved = clamped(held, f);
  return f.reduce((worst, value, i) => Math.max(worst, Math.abs(value - moved[i])), 0);
}

/** By how much hard constraints on the marginals are missed, relative to the mass. */
export function residual(problem: RelaxedProblem, rows: Float64Array, columns: Float64Array, moved: number): number {
  const { a, b, source, target, partial, size } = problem;
  const missed = (held: Held, r: Float64Array, mass: Float64Array): number => {
    if (held === "equal") return l1Distance(r, mass);
    return held === "atMost" ? sum(r.map((value, i) => Math.max(0, value - mass[i]))) : 0;
  };
  const total =
    missed(source, rows, a) + missed(target, columns, b) + (partial === null ? 0 : Math.abs(moved - partial));
  return total === 0 ? 0 : total / size;
}

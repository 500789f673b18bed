// What an unbalanced or partial entropic answer proves about the problem without entropy.
//
// The plan is made feasible where marginals are hard: scaled down to the masses, and what is then missing spread over what is left in
// proportion (Altschuler, Weed, Rigollet 2017). The potentials are clamped and c-transformed: D* never falls as f rises.
import { sum } from "../linalg/sum.ts";
import type { DualityCertificate } from "../run/certificate.ts";
import type { Potentials, Progress } from "../run/options.ts";
import { sweep } from "./certificate.ts";
import { clamped, planPotentials, residual } from "./relaxedClaim.ts";
import { dualTerms, penaltyValue } from "./relaxedDual.ts";
import type { Held, RelaxedProblem } from "./relaxedProblem.ts";

/** Primal <P', C> + D(P' 1) + D(P'^T 1), dual D*(f^c) + D*(g) + lambda m. */
export function* certifyWithoutEntropy(
  problem: RelaxedProblem,
  given: Potentials,
  epsilon: number,
): Generator<Progress, DualityCertificate, void> {
  const { cost, a, b, source, target, partial, unit } = problem;
  const [n, m] = cost.shape;
  const lambda = given.lambda ?? 0;
  const claim = { cost, a, b, mass: unit, potentials: planPotentials(problem, given, epsilon), epsilon };
  const rows = new Float64Array(n);
  const columns = new Float64Array(m);
  const least = new Float64Array(m).fill(Infinity);
  yield* sweep(claim, (i, plan, prices) => {
    rows[i] = sum(plan);
    for (let j = 0; j < m; j++) if (a[i] > 0 && prices[j] < least[j]) least[j] = prices[j];
  });
  // A source that may lose at most rho a unit bounds what a target may gain.
  const floor = typeof source === "object" && source.kind === "TV" ? -source.strength : -Infinity;
  const g = clamped(target, given.g).map((value, j) => Math.min(value, least[j] - floor - lambda));
  const x = rows.map((held, i) => factor(source, held, a[i]));
  yield* sweep(claim, (i, plan) => {
    for (let j = 0; j < m; j++) columns[j] += plan[j] * x[i];
  });
  const y = columns.map((held, j) => factor(target, held, b[j]));
  const f = new Float64Array(n);
  let infeasibility = 0;
  rows.fill(0);
  columns.fill(0);
  yield* sweep(claim, (i, plan, prices) => {
    let bound = Infinity;
    for (let j = 0; j < m; j++) {
      const entry = plan[j] * x[i] * y[j];
      rows[i] += entry;
      columns[j] += entry;
      if (b[j] > 0) bound = Math.min(bound, prices[j] - g[j] - lambda);
    }
    if (a[i] > 0) infeasibility = Math.max(infeasibility, given.f[i] - bound);
    f[i] = clamped(source, new Float64Array([bound < Infinity ? bound : given.f[i]]))[0];
  });
  const moved = sum(rows);
  const wanted = partial ?? (source === "equal" && target === "equal" ? sum(a) : moved);
  const less = moved > wanted ? wanted / moved : 1;
  const left = Math.max(0, wanted - moved * less);
  const rowsLeft = a.map((mass, i) => Math.max(0, mass - rows[i] * less));
  const columnsLeft = b.map((mass, j) => Math.max(0, mass - columns[j] * less));
  const all = sum(rowsLeft) * sum(columnsLeft);
  const spread = left > 0 && all > 0 ? left / all : 0;
  let paid = 0;
  let absolute = 0;
  rows.fill(0);
  columns.fill(0);
  yield* sweep(claim, (i, plan, prices) => {
    for (let j = 0; j < m; j++) {
      const entry = plan[j] * x[i] * y[j] * less + spread * rowsLeft[i] * columnsLeft[j];
      if (entry === 0) continue;
      rows[i] += entry;
      columns[j] += entry;
      paid += entry * prices[j];
      absolute += entry * Math.abs(prices[j]);
    }
  });
  const penalties = penaltyValue(source, rows, a) + penaltyValue(target, columns, b);
  const primal = paid + penalties;
  const dual = sum(dualTerms(source, f, a).dual) + sum(dualTerms(target, g, b).dual) + lambda * (partial ?? 0);
  const gap = primal - dual;
  return {
    kind: "duality",
    problem: partial === null ? "unbalanced" : "partial",
    primal,
    dual,
    gap,
    relativeGap: gap === 0 ? 0 : gap / Math.max(absolute + penalties, Number.MIN_VALUE),
    primalResidual: residual(problem, rows, columns, sum(rows)),
    dualInfeasibility: infeasibility,
  };
}

/** By what a row or column of the plan is multiplied: up to its mass where it must have it, down to it where it may not have more. */
function factor(held: Held, marginal: number, mass: number): number {
  if (held === "equal" && marginal > 0) return mass / marginal;
  return held === "atMost" && marginal > mass ? mass / marginal : 1;
}

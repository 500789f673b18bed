// What an unbalanced or partial entropic answer proves about the problem without entropy.
//
// The plan is made feasible where marginals are hard: scaled down to the masses, and what is then missing spread over what is left in
// proportion (Altschuler, Weed, Rigollet 2017). The potentials are clamped and c-transformed: D* never falls as f rises.
import { sum } from "../../linalg/sum.ts";
import type { DualityCertificate } from "../../run/certificate.ts";
import type { Potentials, Progress } from "../../run/options.ts";
import { type EntropicClaim, signs, sweep } from "../certificate.ts";
import { planPotentials, residual } from "./claim.ts";
import { dualTerms, penaltyValue } from "./dual.ts";
import { separableRelaxedRounding } from "./grids.ts";
import type { RelaxedProblem } from "./problem.ts";
import { type RelaxedRounded, type RelaxedRules, relaxedRules } from "./rules.ts";

/** Primal <P', C> + D(P' 1) + D(P'^T 1), dual D*(f^c) + D*(g) + lambda m. */
export function* certifyWithoutEntropy(
  problem: RelaxedProblem,
  given: Potentials,
  epsilon: number,
): Generator<Progress, DualityCertificate, void> {
  const { cost, a, b, source, target, partial, unit } = problem;
  const lambda = given.lambda ?? 0;
  const claim = { a, b, mass: unit, potentials: planPotentials(problem, given, epsilon), epsilon };
  const rules = relaxedRules(problem, given);
  const { f, g, rows, columns, paid, absolute, infeasibility } =
    cost.kind === "grid"
      ? yield* signs(separableRelaxedRounding({ ...claim, cost }, rules))
      : yield* sweptRounding({ ...claim, cost }, rules);
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

/** The plan made feasible and the potentials made so, by sweeps over all pairs. */
function* sweptRounding(claim: EntropicClaim, rules: RelaxedRules): Generator<Progress, RelaxedRounded, void> {
  const { cost, a, b } = claim;
  const [n, m] = cost.shape;
  const rows = new Float64Array(n);
  const columns = new Float64Array(m);
  const least = new Float64Array(m).fill(Infinity);
  yield* sweep(claim, (i, plan, prices) => {
    rows[i] = sum(plan);
    for (let j = 0; j < m; j++) if (a[i] > 0 && prices[j] < least[j]) least[j] = prices[j];
  });
  const g = rules.target(least);
  const x = rules.rowFactors(rows);
  yield* sweep(claim, (i, plan) => {
    for (let j = 0; j < m; j++) columns[j] += plan[j] * x[i];
  });
  const y = rules.columnFactors(columns);
  const reduced = new Float64Array(n).fill(Infinity);
  rows.fill(0);
  columns.fill(0);
  yield* sweep(claim, (i, plan, prices) => {
    for (let j = 0; j < m; j++) {
      const entry = plan[j] * x[i] * y[j];
      rows[i] += entry;
      columns[j] += entry;
      if (b[j] > 0) reduced[i] = Math.min(reduced[i], prices[j] - g[j]);
    }
  });
  const { less, spread, rowsLeft, columnsLeft } = rules.left(rows, columns);
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
  return { rows, columns, paid, absolute, g, ...rules.source(reduced) };
}

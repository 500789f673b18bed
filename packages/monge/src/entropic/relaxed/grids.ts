// A plan between grids whose marginals are relaxed, made feasible by sums along the axes instead of sweeps over all pairs.
import { dot, sum } from "../../linalg/sum.ts";
import {
  type GridPlanClaim,
  leastReduced,
  payment,
  shares,
  times,
  withSums,
} from "../operators/separableCertificate.ts";
import type { RelaxedRounded, RelaxedRules } from "./rules.ts";

/** Rounds the plan and repairs its potentials by the rules. */
export function* separableRelaxedRounding(
  claim: GridPlanClaim,
  rules: RelaxedRules,
): Generator<void, RelaxedRounded, void> {
  const { cost, a, b, mass } = claim;
  const g = rules.target(leastReduced(cost, only(a, new Float64Array(a.length)), 1));
  const repaired = rules.source(leastReduced(cost, only(b, g)));
  return yield* withSums(claim, function* (plain) {
    const held = times(yield* plain.sums(0, shares(b, mass)), a);
    const kept = times(a, rules.rowFactors(held));
    const through = times(yield* plain.sums(1, shares(kept, mass)), b);
    const y = rules.columnFactors(through);
    const reach = times(b, y);
    const rows = times(yield* plain.sums(0, shares(reach, mass)), kept);
    const columns = times(through, y);
    const { less, spread, rowsLeft, columnsLeft } = rules.left(rows, columns);
    let paid = less * (yield* payment(plain, claim, shares(kept, mass), reach));
    if (spread > 0) paid += spread * dot(rowsLeft, cost.apply(columnsLeft, 0));
    const [rowsAll, columnsAll] = [spread * sum(rowsLeft), spread * sum(columnsLeft)];
    return {
      rows: rows.map((row, i) => row * less + rowsLeft[i] * columnsAll),
      columns: columns.map((column, j) => column * less + columnsLeft[j] * rowsAll),
      paid,
      absolute: paid,
      g,
      ...repaired,
    };
  });
}

/** Potentials of the atoms with mass; -Infinity elsewhere. */
function only(masses: Float64Array, potentials: Float64Array): Float64Array {
  return potentials.map((value, k) => (masses[k] > 0 ? value : -Infinity));
}

// The entries of a plan that are worth a line in a file: all of an exact plan, those of some weight where every pair has one.
import { type Plan, sparseFromEntries, sparsePlan } from "monge";
import { shortNumber } from "./plot/number.ts";

/** Share of the mean mass of a row below which an entry of a plan that is nowhere zero is left out. */
const least = 1e-6;

/** The plan, without the smallest entries where it is not sparse; tells what was left out. */
export function visiblePlan(plan: Plan, note: (text: string) => void): Plan {
  if (plan.kind === "sparse" || plan.kind === "dense") return plan;
  const [n, m] = plan.shape;
  const mass = plan.marginal(0).reduce((total, value) => total + value, 0);
  const threshold = (least * mass) / Math.max(n, m);
  const i: number[] = [];
  const j: number[] = [];
  const masses: number[] = [];
  let kept = 0;
  for (const [row, column, moved] of plan.entries(threshold)) {
    i.push(row);
    j.push(column);
    masses.push(moved);
    kept += moved;
  }
  const left = Math.max(0, mass - kept);
  if (masses.length < n * m)
    note(
      `Entries of the plan below ${shortNumber(threshold, 3)} are left out: ${shortNumber((left / mass) * 100, 2)} % of the mass.`,
    );
  return sparsePlan(sparseFromEntries(n, m, i, j, masses));
}

// The nearest easy plan with exact marginals: rows and columns that are too heavy are scaled down, what is missing is added as a product.
// Altschuler, Weed and Rigollet, "Near-linear time approximation algorithms for optimal transport via Sinkhorn iteration" (2017), algorithm 2.
import { OtError } from "../errors/otError.ts";
import type { MatrixLike } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import { balancedMasses } from "../measure/balance.ts";
import type { Weights } from "../measure/weights.ts";
import { densePlan } from "../plan/dense.ts";
import { checkVector, derivePlan } from "../plan/derive.ts";
import type { Plan, PlanEntry } from "../plan/plan.ts";

/**
 * The plan P' = diag(x) P diag(y) + d e^T / |e|_1 with row sums `a` and column sums `b` up to rounding; it differs from P by at most
 * twice the error of the marginals of P, in the sum of |P' - P|.
 *
 * The result refers to `plan` and holds 2 (n + m) numbers more: rounding a lazy plan takes no n x m memory. A matrix gives a dense plan.
 *
 * @param plan masses P_ij >= 0, n x m
 * @param a row sums, n numbers >= 0; null: uniform, with the mass of b (1 if both are null)
 * @param b column sums, m numbers >= 0
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`, `MassMismatch` (a and b must weigh the same).
 */
export function roundPlan(plan: Plan | MatrixLike, a: Weights, b: Weights): Plan {
  if (!isPlan(plan)) {
    const given = densePlan(plan);
    return densePlan(rounded(given, a, b).toDense());
  }
  return rounded(plan, a, b);
}

/** What rounding makes of a plan: P' = diag(x) P diag(y) + d e^T / left. */
interface Rounding {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** What rows and columns lack. */
  readonly d: Float64Array;
  readonly e: Float64Array;
  readonly left: number;
}

function rounded(plan: Plan, a: Weights, b: Weights): Plan {
  const [n, m] = plan.shape;
  const masses = balancedMasses(a, b, n, m);
  const { x, y, d, e, left } = roundingOf(plan, masses.a, masses.b);
  const scaled = (v: ArrayLike<number>, factors: Float64Array): Float64Array =>
    factors.map((factor, k) => factor * v[k]);
  const product = (i: number, j: number): number => (left > 0 ? d[i] * (e[j] / left) : 0);
  return derivePlan({
    kind: "lazy",
    shape: plan.shape,
    at: (i, j) => x[i] * plan.at(i, j) * y[j] + product(i, j),
    marginal: (axis) => apply(new Float64Array(axis === 0 ? m : n).fill(1), axis),
    apply,
    *entries(minMass = 0): IterableIterator<PlanEntry> {
      const row = new Float64Array(m);
      let i = 0;
      for (const [at, j, mass] of plan.entries()) {
        for (; i < at; i++) yield* emit(i);
        row[j] = x[at] * mass * y[j];
      }
      for (; i < n; i++) yield* emit(i);

      function* emit(i: number): IterableIterator<PlanEntry> {
        for (let j = 0; j < m; j++) {
          const mass = row[j] + product(i, j);
          if (Math.abs(mass) > minMass) yield [i, j, mass];
        }
        row.fill(0);
      }
    },
  });

  function apply(v: ArrayLike<number>, axis: 0 | 1 = 0): Float64Array {
    checkVector(plan.shape, v, axis);
    const [out, through, lack, other] = axis === 0 ? [x, y, d, e] : [y, x, e, d];
    const carried = plan.apply(scaled(v, through), axis);
    const added = left > 0 ? sum(scaled(v, other)) / left : 0;
    return carried.map((value, k) => out[k] * value + lack[k] * added);
  }
}

/** The factors of a rounding; all by products with P, which is never formed. */
function roundingOf(plan: Plan, a: Float64Array, b: Float64Array): Rounding {
  const rows = plan.marginal(0);
  if (!rows.every((mass) => mass >= 0 && mass < Infinity)) throw noPlan(rows);
  const x = rows.map((mass, i) => (mass > a[i] ? a[i] / mass : 1));
  const columns = plan.apply(x, 1);
  if (!columns.every((mass) => mass >= 0 && mass < Infinity)) throw noPlan(columns);
  const y = columns.map((mass, j) => (mass > b[j] ? b[j] / mass : 1));
  const kept = plan.apply(y, 0);
  const d = a.map((mass, i) => Math.max(0, mass - x[i] * kept[i]));
  const e = b.map((mass, j) => Math.max(0, mass - y[j] * columns[j]));
  return { x, y, d, e, left: sum(e) };
}

function noPlan(sums: Float64Array): OtError {
  const at = sums.findIndex((mass) => !(mass >= 0 && mass < Infinity));
  return new OtError("InvalidValue", `The plan has a marginal of ${sums[at]}.`, {
    argument: "plan",
    seen: sums[at],
    cure: "Pass finite masses of at least 0.",
  });
}

function isPlan(value: Plan | MatrixLike): value is Plan {
  return typeof value === "object" && value !== null && "marginal" in value && "apply" in value;
}

// The result of a Gromov-Wasserstein solve: value, plan, report and proof.
import { densePlan } from "../plan/dense.ts";
import { lowRankPlan } from "../plan/lowRank.ts";
import type { Plan } from "../plan/plan.ts";
import { sparsePlan } from "../plan/sparse.ts";
import type { Report } from "../run/report.ts";
import { certifyGromov, type GromovCertify } from "./certificate.ts";
import type { MixedPlan } from "./conditionalGradient.ts";
import { linearValue } from "./energy.ts";
import { divergence, structureCost } from "./objective.ts";
import type { GromovProblem } from "./problem.ts";
import type { GromovStart } from "./starts.ts";

/** What came of one start. */
export interface StartReport {
  readonly start: GromovStart | "initial";
  readonly value: number;
  readonly iterations: number;
}

/** A plan between structures with what can be proved of it. */
export interface GromovResult {
  /** The objective: alpha structureCost + (1 - alpha) transportCost (+ entropy); never rooted. */
  readonly value: number;
  /** sum L(Cx_ik, Cy_jl) P_ij P_kl. */
  readonly structureCost: number;
  /** <M, P> of a fused problem; 0 otherwise. */
  readonly transportCost: number;
  /** epsilon KL(P | a (x) b / mass) where it is part of the objective; 0 otherwise. */
  readonly entropy: number;
  readonly plan: Plan;
  readonly report: Report;
  /** The starts that were tried, in their order. */
  readonly starts: readonly StartReport[];
  /** The problem is not convex: stationarity and lower bounds, recomputed from the input. */
  readonly certify: GromovCertify;
}

/** What a solver hands over. */
export interface GromovAnswer {
  readonly plan: Plan;
  readonly starts: readonly StartReport[];
  readonly report: Omit<Report, "massAdjustment" | "warnings">;
  /** 0: no entropy in the objective. */
  readonly epsilon: number;
  /** The gradient of the whole problem takes too long for a certificate. */
  readonly expensive?: boolean;
}

/** Builds the result. */
export function gromovResult(problem: GromovProblem, answer: GromovAnswer): GromovResult {
  const { plan, starts, report, epsilon, expensive = false } = answer;
  const { x, y, loss, alpha, term } = problem;
  const structure = alpha === 0 ? 0 : structureCost(x, y, loss, plan);
  const transport = term === null ? 0 : linearValue({ ...term, weight: 1 }, plan.toSparse());
  const entropy = epsilon > 0 ? epsilon * divergence(plan, problem) : 0;
  return {
    value: alpha * structure + (1 - alpha) * transport + entropy,
    structureCost: alpha === 0 ? structureCost(x, y, loss, plan) : structure,
    transportCost: transport,
    entropy,
    plan,
    report: { ...report, massAdjustment: problem.massAdjustment, warnings: [] },
    starts,
    certify: certifyGromov({ ...problem, plan, epsilon, expensive }),
  };
}

/** The plan of a descent. */
export function planOf({ product, sparse }: MixedPlan, { a, b, mass }: GromovProblem): Plan {
  if (product === 0) return sparsePlan(sparse);
  if (product === 1) return lowRankPlan([a.length, b.length], { Q: a, R: b, g: Float64Array.of(mass) });
  const m = b.length;
  const data = Float64Array.from(
    { length: a.length * m },
    (_, at) => (product * a[Math.floor(at / m)] * b[at % m]) / mass,
  );
  for (let i = 0; i < sparse.rows; i++) {
    for (let e = sparse.rowPtr[i]; e < sparse.rowPtr[i + 1]; e++) data[i * m + sparse.colIdx[e]] += sparse.values[e];
  }
  return densePlan({ data, rows: a.length, cols: m });
}

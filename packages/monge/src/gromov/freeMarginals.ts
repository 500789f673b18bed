// Conditional gradients where the marginals of the plan are not both given: one start, the energy with all that depends on the marginals.
import type { SparseMatrix } from "../linalg/sparse.ts";
import { sum } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress, Status } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { drain, drainAsync, type RunControl } from "../run/solver.ts";
import { planOf } from "./answer.ts";
import {
  descend,
  type Exits,
  type MixedPlan,
  type Oracle,
  productPlan,
  type StartPlan,
} from "./conditionalGradient.ts";
import { type DenseEnergy, denseEnergy } from "./denseEnergy.ts";
import { linearValue } from "./energy.ts";
import { structureCost } from "./objective.ts";
import type { GromovProblem } from "./problem.ts";

/** A plan with free marginals, with what can be proved of it. */
export interface FreeGromovResult {
  /** alpha structureCost + (1 - alpha) transportCost; never rooted. */
  readonly value: number;
  /** sum L(Cx_ik, Cy_jl) P_ij P_kl. */
  readonly structureCost: number;
  /** <M, P> of a fused problem; 0 otherwise. */
  readonly transportCost: number;
  readonly plan: Plan;
  readonly report: Report;
  readonly certify: FreeGromovCertify;
}

/** Makes the certificate: at once, or between turns of the event loop. */
export interface FreeGromovCertify {
  (): StationarityCertificate;
  async(options?: Pick<AsyncOptions, "signal">): Promise<StationarityCertificate>;
}

/** What distinguishes the problems with free marginals from each other. */
export interface FreeProblem {
  /** The structures; a and b are masses whose product, of mass `mass`, is where to start. */
  readonly problem: GromovProblem;
  readonly initial: Plan | null;
  /** The best plan under a gradient; run anew for a certificate. */
  readonly oracle: (exits: Exits) => Oracle;
  /** sum of what the marginals break of their constraints, relative to the mass. */
  residual(plan: Plan): number;
  lowerBound(): Generator<Progress, number, void>;
  readonly why: string;
}

/** Solves by conditional gradients. */
export function* descendFree(
  control: RunControl<FreeGromovResult>,
  free: FreeProblem,
  tolerance: number,
): Generator<Progress, FreeGromovResult, void> {
  const { problem, initial, why } = free;
  const { x, y, a, b, loss, alpha, term } = problem;
  let current = (): MixedPlan => productPlan;
  const energy = denseEnergy([x, y], loss, a, b, alpha, term, true);
  const finish = (status: Status, plan: MixedPlan, error: number, iterations: number): FreeGromovResult =>
    freeResult(free, planOf(plan, problem), {
      status,
      method: "conditionalGradient",
      why,
      backend: "wasm-simd",
      iterations,
      error,
      tolerance,
      massAdjustment: problem.massAdjustment,
      elapsedMs: control.elapsedMs(),
      warnings: [],
    });
  try {
    const scale = energy.productLinear() + energy.productPair(energy.productImage());
    const start: StartPlan = initial === null ? "product" : initial.toSparse();
    control.offer(() => finish("stopped", current(), Infinity, 0));
    const found = yield* descend(
      energy,
      free.oracle(control),
      start,
      { tolerance, scale: Math.abs(scale), iteration: 0 },
      control,
      (plan) => {
        current = plan;
      },
    );
    const status = problem.mass === 0 ? "converged" : found.status;
    return finish(status, found.plan, found.error, found.iterations);
  } finally {
    energy.close();
  }
}

/** The result of a plan. */
export function freeResult(free: FreeProblem, plan: Plan, report: Report): FreeGromovResult {
  const { x, y, loss, alpha, term } = free.problem;
  const structure = structureCost(x, y, loss, plan);
  const transport = term === null ? 0 : linearValue({ ...term, weight: 1 }, plan.toSparse());
  return {
    value: alpha * structure + (1 - alpha) * transport,
    structureCost: structure,
    transportCost: transport,
    plan,
    report,
    certify: Object.assign(() => drain(prove(free, plan)), {
      async: (options: Pick<AsyncOptions, "signal"> = {}) => drainAsync(() => prove(free, plan), options.signal),
    }),
  };
}

function* prove(free: FreeProblem, plan: Plan): Generator<Progress, StationarityCertificate, void> {
  const { x, y, a, b, loss, alpha, term } = free.problem;
  const entries = plan.toSparse();
  const energy: DenseEnergy = denseEnergy([x, y], loss, a, b, alpha, term, true);
  let gap = 0;
  try {
    const image = energy.image(entries);
    const oracle = free.oracle({ interrupted: () => null, elapsedMs: () => 0 });
    const best = (yield* oracle(energy.gradient(image), false, 0)) as SparseMatrix;
    const here = energy.linear(entries) + energy.pair(image, entries);
    gap = here - energy.linear(best) - energy.pair(image, best);
  } finally {
    energy.close();
  }
  return {
    kind: "stationarity",
    objective: alpha * structureCost(x, y, loss, plan) + linearValue(term, entries),
    stationarityGap: Math.max(0, gap),
    lowerBound: yield* free.lowerBound(),
    primalResidual: free.residual(plan),
  };
}

/** sum of the values, relative to the mass where there is some. */
export function relativeTo(mass: number, values: Float64Array): number {
  const total = sum(values);
  return mass > 0 ? total / mass : total;
}

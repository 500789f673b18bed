// What can be proved of a plan between structures, recomputed from the input: its objective, how far it is from stationary, lower bounds.

import { sinkhorn } from "../entropic/sinkhorn.ts";
import { emd } from "../exact/emd.ts";
import type { SparseMatrix } from "../linalg/sparse.ts";
import { dot, l1Distance } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress } from "../run/options.ts";
import { drain, drainAsync } from "../run/solver.ts";
import { linearValue } from "./energy.ts";
import { boundsOf, type GromovLowerBounds, thirdBound } from "./lowerBounds.ts";
import { divergence, structureCost } from "./objective.ts";
import { chooseEnergy, type GromovProblem } from "./problem.ts";

/** A {@link StationarityCertificate} that says where its lower bound comes from. */
export interface GromovCertificate extends StationarityCertificate {
  /**
   * By how much the objective, linearised at the plan, could fall within all plans: the Frank-Wolfe gap, by an exact solve (with
   * entropy by an entropic one). Infinity: not computed, of a quantized answer whose gradient takes too long.
   */
  readonly stationarityGap: number;
  /** The bounds of the structure term; `lowerBound` is made of the best, and of the linear term where there is one. */
  readonly bounds: GromovLowerBounds;
}

/** Makes the certificate: at once, or between turns of the event loop. */
export interface GromovCertify {
  (): GromovCertificate;
  async(options?: Pick<AsyncOptions, "signal">): Promise<GromovCertificate>;
}

interface Claim extends GromovProblem {
  readonly plan: Plan;
  readonly epsilon: number;
  readonly expensive: boolean;
}

/** The certificate of a plan. */
export function certifyGromov(claim: Claim): GromovCertify {
  return Object.assign(() => drain(prove(claim)), {
    async: (options: Pick<AsyncOptions, "signal"> = {}) => drainAsync(() => prove(claim), options.signal),
  });
}

function* prove(claim: Claim): Generator<Progress, GromovCertificate, void> {
  const { x, y, a, b, mass, loss, alpha, term, plan, epsilon } = claim;
  const entries = plan.toSparse();
  const own = alpha * structureCost(x, y, loss, plan);
  const linear = linearValue(term, entries);
  const entropy = epsilon > 0 ? epsilon * divergence(plan, claim) : 0;
  yield { phase: "certify", iteration: 0, error: Infinity, elapsedMs: 0 };
  const gap = claim.expensive ? Infinity : yield* gapOf(claim, entries, entropy);
  yield { phase: "certify", iteration: 1, error: Infinity, elapsedMs: 0 };
  const bounds = boundsOf(x, y, a, b, loss);
  let lowerBound = alpha * bounds.best;
  if (term !== null) {
    const alone = yield* emd.steps(a, b, term.cost, { massTolerance: 1e-6 });
    lowerBound += term.weight * alone.value;
    // Both terms under one plan: at least what each pays under its own.
    if (bounds.TLB > -Infinity) {
      lowerBound = Math.max(lowerBound, thirdBound(x, y, a, b, loss, 32, term, alpha * mass).value);
    }
  }
  const residual = l1Distance(plan.marginal(0), a) + l1Distance(plan.marginal(1), b);
  return {
    kind: "stationarity",
    objective: own + linear + entropy,
    stationarityGap: Math.max(0, gap),
    lowerBound,
    bounds,
    primalResidual: mass > 0 ? residual / mass : residual,
  };
}

/** The Frank-Wolfe gap at the plan, by a fresh solve. */
function* gapOf(claim: Claim, entries: SparseMatrix, entropy: number): Generator<Progress, number, void> {
  const { a, b, epsilon } = claim;
  const { energy, close } = chooseEnergy(claim);
  try {
    const image = energy.image(entries);
    const { cost, rows, columns } = energy.gradient(image);
    const here = energy.linear(entries) + energy.pair(image, entries) + entropy;
    const best =
      epsilon > 0
        ? yield* sinkhorn.steps(a, b, cost, { epsilon, massTolerance: 1e-6 })
        : yield* emd.steps(a, b, cost, { massTolerance: 1e-6 });
    const beyond = (rows === null ? 0 : dot(rows, a)) + (columns === null ? 0 : dot(columns, b));
    return here - (best.value - beyond);
  } finally {
    close();
  }
}

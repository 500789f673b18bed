// The result of a co-optimal solve: two plans, their value, and what can be proved of them.
import { wasserstein1d } from "../exact/line/wasserstein1d.ts";
import { l1Distance, sum } from "../linalg/sum.ts";
import type { Plan } from "../plan/plan.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress } from "../run/options.ts";
import type { Report } from "../run/report.ts";
import { drain, drainAsync } from "../run/solver.ts";
import type { CoOptimalStart } from "./coOptimalOptions.ts";
import {
  bestUnder,
  type CoOptimalProblem,
  type CoOptimalSide,
  costUnder,
  entropyOf,
  lawTransport,
} from "./coOptimalProblem.ts";

/** What came of one start. */
export interface CoOptimalStartReport {
  readonly start: CoOptimalStart;
  readonly value: number;
  /** Rounds. */
  readonly iterations: number;
}

/** A plan of the samples and one of the features. */
export interface CoOptimalResult {
  /** The objective, entropies included; never rooted. */
  readonly value: number;
  /** sum L(X_ik, Y_jl) P_ij Q_kl. */
  readonly transportCost: number;
  /** epsilon KL of both plans; 0 where they are exact. */
  readonly entropy: number;
  /** P, n x m. */
  readonly samples: Plan;
  /** Q, d x e. */
  readonly features: Plan;
  readonly report: Report;
  /** The starts that were tried, in their order. */
  readonly starts: readonly CoOptimalStartReport[];
  readonly certify: CoOptimalCertify;
}

/** A {@link StationarityCertificate} of two plans; `stationarityGap` is the larger of the two gaps. */
export interface CoOptimalCertificate extends StationarityCertificate {
  /** By how much the objective can fall at most if the samples alone are matched anew: primal minus dual, by a fresh solve. */
  readonly samplesGap: number;
  /** The same for the features. */
  readonly featuresGap: number;
}

/** Makes the certificate: at once, or between turns of the event loop. */
export interface CoOptimalCertify {
  (): CoOptimalCertificate;
  async(options?: Pick<AsyncOptions, "signal">): Promise<CoOptimalCertificate>;
}

/** Builds the result. */
export function coOptimalResult(
  problem: CoOptimalProblem,
  samples: Plan,
  features: Plan,
  starts: readonly CoOptimalStartReport[],
  report: Report,
): CoOptimalResult {
  const transportCost = costOf(problem, samples, features);
  const entropy = entropyOf(problem.samples, samples) + entropyOf(problem.features, features);
  return {
    value: transportCost + entropy,
    transportCost,
    entropy,
    samples,
    features,
    report,
    starts: [...starts],
    certify: Object.assign(() => drain(prove(problem, samples, features)), {
      async: (options: Pick<AsyncOptions, "signal"> = {}) =>
        drainAsync(() => prove(problem, samples, features), options.signal),
    }),
  };
}

/** Pairs of entries of the two plans up to which the sum is taken as it is written. */
const affordable = 2 ** 24;
/** Entries of X or Y up to which they are sorted for a bound. */
const sortable = 2 ** 22;

/** sum L(X_ik, Y_jl) P_ij Q_kl; without cancellation where the plans have few entries. */
function costOf({ samples, loss }: CoOptimalProblem, P: Plan, Q: Plan): number {
  const p = [...P.entries()];
  const q = Q.toSparse();
  const { x, y } = samples;
  if (p.length * q.values.length > affordable) {
    const paid = costUnder(samples, q);
    return Math.max(0, sum(p.map(([i, j, mass]) => mass * paid[i * y.count + j])));
  }
  return sum(
    p.map(([i, j, mass]) => {
      let total = 0;
      for (let k = 0; k < q.rows; k++) {
        const value = x.data[i * x.width + k];
        for (let e = q.rowPtr[k]; e < q.rowPtr[k + 1]; e++) {
          total += q.values[e] * loss.of(value, y.data[j * y.width + q.colIdx[e]]);
        }
      }
      return mass * total;
    }),
  );
}

function* prove(problem: CoOptimalProblem, P: Plan, Q: Plan): Generator<Progress, CoOptimalCertificate, void> {
  const { samples, features, loss } = problem;
  yield { phase: "certify", iteration: 0, error: Infinity, elapsedMs: 0 };
  const samplesGap = yield* gapOf(samples, P, Q);
  yield { phase: "certify", iteration: 1, error: Infinity, elapsedMs: 0 };
  const featuresGap = yield* gapOf(features, Q, P);
  yield { phase: "certify", iteration: 2, error: Infinity, elapsedMs: 0 };
  const bounds = [
    0,
    lawBound(problem),
    lawTransport(samples, features, loss).value,
    lawTransport(features, samples, loss).value,
  ];
  return {
    kind: "stationarity",
    objective: costOf(problem, P, Q) + entropyOf(samples, P) + entropyOf(features, Q),
    stationarityGap: Math.max(samplesGap, featuresGap),
    samplesGap,
    featuresGap,
    lowerBound: Math.max(...bounds),
    primalResidual: Math.max(residualOf(samples, P), residualOf(features, Q)),
  };
}

/** What one plan pays under the other, less what duality says any plan pays. */
function* gapOf(side: CoOptimalSide, plan: Plan, others: Plan): Generator<Progress, number, void> {
  const paid = costUnder(side, others.toSparse());
  const m = side.b.length;
  const terms: number[] = [];
  for (const [i, j, mass] of plan.entries()) terms.push(mass * paid[i * m + j]);
  const best = yield* bestUnder(side, paid);
  return Math.max(0, sum(terms) + entropyOf(side, plan) - best.certify().dual);
}

/** Transport on the line between the laws of all entries. */
function lawBound({ samples, features, loss }: CoOptimalProblem): number {
  const { x, y } = samples;
  if (Math.max(x.data.length, y.data.length) > sortable) return 0;
  const weights = (p: Float64Array, u: Float64Array): Float64Array =>
    Float64Array.from({ length: p.length * u.length }, (_, at) => p[Math.floor(at / u.length)] * u[at % u.length]);
  const { plan } = wasserstein1d(x.data, y.data, {
    a: weights(samples.a, features.a),
    b: weights(samples.b, features.b),
    p: 2,
    massTolerance: 1e-6,
  });
  const terms: number[] = [];
  for (const [i, j, moved] of plan.entries()) terms.push(moved * loss.of(x.data[i], y.data[j]));
  return sum(terms);
}

function residualOf({ a, b, mass }: CoOptimalSide, plan: Plan): number {
  const residual = l1Distance(plan.marginal(0), a) + l1Distance(plan.marginal(1), b);
  return mass > 0 ? residual / mass : residual;
}

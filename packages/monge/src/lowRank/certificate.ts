// The proof of a plan in factors, recomputed from the input: its cost, how far each factor is from the best one, and a lower bound.
import { blockRows } from "../cost/base.ts";
import type { Cost } from "../cost/cost.ts";
import { points } from "../cost/points.ts";
import { emd } from "../exact/emd.ts";
import { dot, l1Distance, sum } from "../linalg/sum.ts";
import type { LowRankPlan } from "../plan/lowRank.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress } from "../run/options.ts";
import { drain, drainAsync } from "../run/solver.ts";
import { productsOf } from "./products.ts";

/** Makes the certificate of a plan in factors. */
export interface LowRankCertify {
  (): StationarityCertificate;
  async(options?: AsyncOptions): Promise<StationarityCertificate>;
}

/** Pairs up to which the lower bound may look at all of them, and atoms of the problem that it starts from. */
const affordable = 2 ** 28;
const atoms = 256;

/** The certificate of a plan between a and b. */
export function certifyLowRank(claim: {
  readonly cost: Cost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly plan: LowRankPlan;
}): LowRankCertify {
  return Object.assign(() => drain(prove(claim)), {
    async: (options: AsyncOptions = {}) => drainAsync(() => prove(claim), options.signal),
  });
}

type Claim = Parameters<typeof certifyLowRank>[0];

function* prove({ cost, a, b, plan }: Claim): Generator<Progress, StationarityCertificate, void> {
  const { Q, R, g, rank } = plan;
  const { times, transposeTimes } = productsOf(cost, rank);
  const left = new Float64Array(a.length * rank);
  const right = new Float64Array(b.length * rank);
  times(R, left);
  transposeTimes(Q, right);
  const objective = perHub(left, Q, g);
  perHub(right, R, g);
  // With the other factor and g held, a factor is a plan between its side and the hubs: the best one is exact transport.
  const ofQ = yield* emd.steps(a, g, { data: left, rows: a.length, cols: rank }, { massTolerance: 1e-6 });
  const ofR = yield* emd.steps(b, g, { data: right, rows: b.length, cols: rank }, { massTolerance: 1e-6 });
  const bound = Math.max(yield* pairsBound(cost, a, b), averageBound(cost, a, b));
  const mass = sum(a);
  const residual = l1Distance(plan.marginal(0), a) + l1Distance(plan.marginal(1), b);
  return {
    kind: "stationarity",
    objective,
    stationarityGap: Math.max(0, 2 * objective - ofQ.value - ofR.value),
    lowerBound: bound,
    primalResidual: mass > 0 ? residual / mass : residual,
  };
}

/** Divides the columns of a product by g, which makes it the gradient by the factor, and returns <factor, gradient>. */
function perHub(product: Float64Array, factor: Float64Array, g: Float64Array): number {
  const rank = g.length;
  for (let at = 0; at < product.length; at++) product[at] = g[at % rank] > 0 ? product[at] / g[at % rank] : 0;
  return dot(factor, product);
}

/** The dual value of potentials of a small part of the problem, made feasible for all pairs; -Infinity where these are too many. */
function* pairsBound(cost: Cost, a: Float64Array, b: Float64Array): Generator<Progress, number, void> {
  const [n, m] = cost.shape;
  if (n * m > affordable) return -Infinity;
  const rows = some(a);
  const columns = some(b);
  const part = rows.map((i) => Array.from(columns, (j) => cost.at(i, j)));
  const { f } = (yield* emd.steps(null, null, part)).potentials;
  const g = new Float64Array(m);
  for (let j = 0; j < m; j++) g[j] = rows.reduce((least, i, k) => Math.min(least, cost.at(i, j) - f[k]), Infinity);
  const repaired = new Float64Array(n);
  const step = blockRows(m);
  const block = new Float64Array(step * m);
  for (let from = 0; from < n; from += step) {
    const to = Math.min(n, from + step);
    cost.block(from, to, block);
    for (let i = from; i < to; i++) {
      let least = Infinity;
      for (let j = 0; j < m; j++) {
        if (b[j] > 0) least = Math.min(least, block[(i - from) * m + j] - g[j]);
      }
      repaired[i] = least;
    }
    yield { phase: "certify", iteration: from, error: 0, elapsedMs: 0 };
  }
  return dot(repaired, a) + dot(g, b);
}

/** Evenly many of the atoms that have mass. */
function some(p: Float64Array): number[] {
  const filled = [...p.keys()].filter((i) => p[i] > 0);
  const step = Math.max(1, filled.length / atoms);
  return Array.from({ length: Math.min(atoms, filled.length) }, (_, k) => filled[Math.floor(k * step)]);
}

/** mass ground(mean of x, mean of y): a convex ground cost is at least that (Jensen). */
function averageBound(cost: Cost, a: Float64Array, b: Float64Array): number {
  if (cost.kind !== "points" || cost.ground.cosine || cost.ground.power < 1) return -Infinity;
  const mass = sum(a);
  const mean = ({ data, cols }: typeof cost.x, weights: Float64Array): number[][] => [
    Array.from({ length: cols }, (_, k) => sum(weights.map((weight, i) => weight * data[i * cols + k])) / mass),
  ];
  return mass * points(mean(cost.x, a), mean(cost.y, b), cost.ground).at(0, 0);
}

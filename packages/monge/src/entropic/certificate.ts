// The proof of an entropic answer, recomputed from the input with the kernels' exponentials alone: not with the solver's sums.
import { blockRows } from "../cost/base.ts";
import type { Cost } from "../cost/cost.ts";
import { difference, dot, l1Distance, sum } from "../linalg/sum.ts";
import type { DualityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Potentials, Progress } from "../run/options.ts";
import { magnitude } from "../run/potentials.ts";
import { drain, drainAsync } from "../run/solver.ts";
import { gibbsRow } from "./gibbsPlan.ts";
import { type PlanSums, type RoundedSums, separableRounding, separableSums } from "./operators/separableCertificate.ts";
import { nearSums } from "./truncated/nearCertificate.ts";
import { hasNearPairs } from "./truncated/nearPlan.ts";

/** Which problem the certificate is about. */
export interface EntropicCertifyOptions {
  /**
   * `"regularised"` (default): the entropic problem itself. `"unregularised"`: exact transport; the plan is rounded to a feasible
   * one (Altschuler, Weed, Rigollet 2017), the potentials are c-transformed, and the gap is what the entropy costs.
   */
  readonly of?: "regularised" | "unregularised";
}

/**
 * Makes the certificate of an entropic answer; it sweeps all n m pairs once, or six times for the unregularised problem. Between
 * grids it goes along the axes instead, between large clouds in few dimensions (2^24 pairs) over near pairs, without 1e-18 of the mass.
 */
export interface EntropicCertify {
  (options?: EntropicCertifyOptions): DualityCertificate;
  async(options?: EntropicCertifyOptions & AsyncOptions): Promise<DualityCertificate>;
}

/** What an entropic answer claims. */
export interface EntropicClaim {
  readonly cost: Cost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly mass: number;
  readonly potentials: Potentials;
  readonly epsilon: number;
}

/** The certificate of the plan of these potentials. */
export function certifyEntropic(claim: EntropicClaim): EntropicCertify {
  const start = (options: EntropicCertifyOptions): Generator<Progress, DualityCertificate, void> =>
    options.of === "unregularised" ? certifyUnregularised(claim) : certifyRegularised(claim);
  return Object.assign((options: EntropicCertifyOptions = {}) => drain(start(options)), {
    async: (options: EntropicCertifyOptions & AsyncOptions = {}) => drainAsync(() => start(options), options.signal),
  });
}

/**
 * Primal <P, C> + eps KL(P | a b / mass); dual <f, a> + <g, b> - eps (sum P - mass). The dual value bounds the optimum for any
 * potentials, so there is nothing to repair.
 */
function* certifyRegularised(claim: EntropicClaim): Generator<Progress, DualityCertificate, void> {
  const { a, b, mass, potentials, epsilon } = claim;
  const { f, g } = potentials;
  const { rows, columns, paid, absolute } = yield* planSums(claim);
  const moved = sum(rows);
  // KL(P | Q) = sum P (f + g - C) / eps - sum P + mass, so <P, C> drops out of the primal value.
  const primal = dot(f, rows) + dot(g, columns) - epsilon * (moved - mass);
  const dual = dot(f, a) + dot(g, b) - epsilon * (moved - mass);
  const gap = dot(f, difference(rows, a)) + dot(g, difference(columns, b));
  const size = absolute > 0 ? absolute : magnitude(f, a) + magnitude(g, b);
  return {
    kind: "duality",
    problem: "entropic",
    primal,
    dual,
    gap,
    relativeGap: gap === 0 ? 0 : gap / Math.max(size, Math.abs(paid), Number.MIN_VALUE),
    primalResidual: mass > 0 ? (l1Distance(rows, a) + l1Distance(columns, b)) / mass : 0,
    dualInfeasibility: 0,
  };
}

/** Primal: <P', C> of the rounded plan P' = x P y + e d / |e|. Dual: <f^c, a> + <g, b>. */
function* certifyUnregularised(claim: EntropicClaim): Generator<Progress, DualityCertificate, void> {
  const { a, b, mass, potentials } = claim;
  const { g } = potentials;
  const { rows, columns, paid: primal, absolute, repaired, infeasibility } = yield* roundedSums(claim);
  const dual = dot(repaired, a) + dot(g, b);
  const gap = primal - dual;
  const size = absolute > 0 ? absolute : magnitude(repaired, a) + magnitude(g, b);
  return {
    kind: "duality",
    problem: "exact",
    primal,
    dual,
    gap,
    relativeGap: gap === 0 ? 0 : gap / size,
    primalResidual: mass > 0 ? (l1Distance(rows, a) + l1Distance(columns, b)) / mass : 0,
    dualInfeasibility: Math.max(infeasibility, 0),
  };
}

/** Marginals of the plan and <P, C>: by a sweep over all pairs, between grids along one axis after another, between large clouds over near pairs. */
export function* planSums(claim: EntropicClaim): Generator<Progress, PlanSums, void> {
  const { cost } = claim;
  if (cost.kind === "grid") return yield* signs(separableSums({ ...claim, cost }));
  if (hasNearPairs(cost)) return yield* nearSums({ ...claim, cost });
  const [n, m] = cost.shape;
  const rows = new Float64Array(n);
  const columns = new Float64Array(m);
  let paid = 0;
  let absolute = 0;
  yield* sweep(claim, (i, plan, prices) => {
    let row = 0;
    for (let j = 0; j < m; j++) {
      if (plan[j] === 0) continue;
      row += plan[j];
      columns[j] += plan[j];
      paid += plan[j] * prices[j];
      absolute += plan[j] * Math.abs(prices[j]);
    }
    rows[i] = row;
  });
  return { rows, columns, paid, absolute };
}

function* roundedSums(claim: EntropicClaim): Generator<Progress, RoundedSums, void> {
  const { cost, a, b, potentials } = claim;
  if (cost.kind === "grid") return yield* signs(separableRounding({ ...claim, cost }));
  const { f, g } = potentials;
  const [n, m] = cost.shape;
  const repaired = new Float64Array(n);
  const x = new Float64Array(n);
  let columns = new Float64Array(m);
  let infeasibility = 0;
  yield* sweep(claim, (i, plan, prices) => {
    let least = Infinity;
    for (let j = 0; j < m; j++) if (b[j] > 0) least = Math.min(least, prices[j] - g[j]);
    repaired[i] = least < Infinity ? least : f[i];
    if (a[i] > 0) infeasibility = Math.max(infeasibility, f[i] - least);
    const row = sum(plan);
    x[i] = row > a[i] ? a[i] / row : 1;
    for (let j = 0; j < m; j++) columns[j] += x[i] * plan[j];
  });
  const y = columns.map((held, j) => (held > b[j] ? b[j] / held : 1));
  columns = new Float64Array(m);
  const rows = new Float64Array(n);
  yield* sweep(claim, (i, plan) => {
    const row = plan.map((value, j) => value * x[i] * y[j]);
    rows[i] = sum(row);
    for (let j = 0; j < m; j++) columns[j] += row[j];
  });
  const rowsLeft = difference(a, rows).map((left) => Math.max(left, 0));
  const columnsLeft = difference(b, columns).map((left) => Math.max(left, 0));
  const left = sum(rowsLeft);
  let paid = 0;
  let absolute = 0;
  columns = new Float64Array(m);
  yield* sweep(claim, (i, plan, prices) => {
    let row = 0;
    for (let j = 0; j < m; j++) {
      const entry = plan[j] * x[i] * y[j] + (left > 0 ? (rowsLeft[i] * columnsLeft[j]) / left : 0);
      if (entry === 0) continue;
      row += entry;
      columns[j] += entry;
      paid += entry * prices[j];
      absolute += entry * Math.abs(prices[j]);
    }
    rows[i] = row;
  });
  return { rows, columns, paid, absolute, repaired, infeasibility };
}

/** The work's yields as signs of life. */
export function* signs<R>(work: Generator<void, R, void>): Generator<Progress, R, void> {
  const begin = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
    yield { phase: "certify", iteration: 0, error: 0, elapsedMs: performance.now() - begin };
  }
}

/** Visits every row of the plan with its costs; the arrays are the visitor's for the visit. */
export function* sweep(
  { cost, a, b, mass, potentials, epsilon }: EntropicClaim,
  visit: (i: number, plan: Float64Array, prices: Float64Array) => void,
): Generator<Progress, void, void> {
  const begin = performance.now();
  const [n, m] = cost.shape;
  const fill = gibbsRow(cost, a, b, mass, potentials, epsilon);
  const plan = new Float64Array(m);
  const prices = new Float64Array(m);
  const step = blockRows(m);
  for (let i = 0; i < n; i++) {
    fill(i, plan);
    cost.block(i, i + 1, prices);
    visit(i, plan, prices);
    if (i % step === step - 1) yield { phase: "certify", iteration: i, error: 0, elapsedMs: performance.now() - begin };
  }
}

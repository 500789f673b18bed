// The proof of an entropic barycenter, recomputed from its potentials: by duality, and where the bias is taken off by convexity.
//
// Equal marginals: sum w_k F_k = 0 makes sum w_k (<g_k, b_k> - eps (mass P_k - mass)) a lower bound, whatever the potentials; under KL the
// constraint is sum w_k exp(-F_k / rho) <= 1. Debiased: at the barycenter a the derivative sum w_k f_k - f_aa, from Sinkhorn's own solves,
// bounds what any other measure could gain.
import { log2All } from "../entropic/operators/exponentials.ts";
import { sinkhorn } from "../entropic/sinkhorn.ts";
import { dot, l1Distance, sum } from "../linalg/sum.ts";
import type { DualityCertificate, StationarityCertificate } from "../run/certificate.ts";
import { drain } from "../run/solver.ts";
import { withKernels } from "./kernels.ts";
import type { BarycenterProblem } from "./problem.ts";
import { type BarycenterSettings, type BarycenterState, density, softMean, supportMarginals } from "./scaling.ts";

/** A proof by duality, or where the bias is taken off a stationarity gap, which by convexity bounds the distance to the least value. */
export type BarycenterCertificate = DualityCertificate | StationarityCertificate;

/** Makes the certificate. */
export type BarycenterCertify = () => BarycenterCertificate;

/** The certificate of an answer; `weights` are the masses of the barycenter. */
export function certifyBarycenter(
  problem: BarycenterProblem,
  settings: BarycenterSettings,
  state: BarycenterState,
  weights: Float64Array,
): BarycenterCertify {
  return settings.kind === "debiased"
    ? () => stationarity(problem, settings.epsilon, weights)
    : () => drain(duality(problem, settings, state));
}

/**
 * The objective of plans by their marginals: sum w_k [<F_k, r_k> + <g_k, c_k> - eps (mass P_k - mass b_k)], and under KL what the marginals
 * cost. `columns` are those of the plans on the inputs.
 */
export function objectiveOf(
  { inputs, shares, masses }: BarycenterProblem,
  { epsilon, strength }: BarycenterSettings,
  { F, g }: BarycenterState,
  rows: readonly Float64Array[],
  columns: readonly Float64Array[],
  weights: Float64Array,
): number {
  let total = 0;
  inputs.forEach((input, k) => {
    if (shares[k] === 0) return;
    const entropic = dot(F[k], rows[k]) + dot(g[k], columns[k]) - epsilon * (sum(rows[k]) - masses[k]);
    const held = strength < Infinity ? strength * (divergence(rows[k], weights) + divergence(columns[k], input)) : 0;
    total += shares[k] * (entropic + held);
  });
  return total;
}

/** sum r log(r / a) - r + a. */
function divergence(r: Float64Array, a: Float64Array): number {
  const logs = r.map((value, i) => (value > 0 ? value / a[i] : 1));
  log2All(logs);
  return sum(r.map((value, i) => value * Math.LN2 * logs[i] - value + a[i]));
}

/** The column marginals of plans whose g_k are `factor` T_k: b_k exp((g_k - T_k) / eps). */
export function inputMarginals(
  { inputs }: BarycenterProblem,
  { strength }: BarycenterSettings,
  { g }: BarycenterState,
): Float64Array[] {
  if (!(strength < Infinity)) return inputs.map((input) => input.slice());
  // g = t T, so that (g - T) / eps = -g / rho.
  return inputs.map((input, k) => {
    const ratios = density(
      g[k].map((value) => -value),
      strength,
    );
    return input.map((value, y) => value * ratios[y] * g[k].length);
  });
}

function* duality(
  problem: BarycenterProblem,
  settings: BarycenterSettings,
  state: BarycenterState,
): Generator<void, DualityCertificate, void> {
  const { inputs, shares, masses, n } = problem;
  const { epsilon, strength } = settings;
  const factor = strength < Infinity ? strength / (strength + epsilon) : 1;
  const F = state.F.map((potential) => potential.slice());
  const g = state.g.map((potential) => potential.slice());
  const S: Float64Array[] = [];
  // What the common marginal asks of the potentials, before and after it is granted.
  const excess =
    strength < Infinity
      ? softMean(F, shares, strength)
      : F[0].map((_, x) => F.reduce((total, potential, k) => total + shares[k] * potential[x], 0));
  const sign = strength < Infinity ? 1 : -1;
  let infeasibility = 0;
  for (let x = 0; x < n; x++)
    infeasibility = Math.max(infeasibility, strength < Infinity ? excess[x] : Math.abs(excess[x]));
  for (const potential of F) for (let x = 0; x < n; x++) potential[x] += sign * excess[x];
  yield* withKernels(problem, epsilon, function* (kernels) {
    for (let k = 0; k < F.length; k++) {
      const T = yield* kernels.input(k, F[k]);
      g[k] = T.map((value) => factor * value);
      S.push(yield* kernels.support(k, g[k]));
    }
  });
  const repaired: BarycenterState = { F, g, S, D: state.D };
  const rows = supportMarginals(repaired, epsilon);
  const columns = inputMarginals(problem, settings, repaired);
  const weights = meanOf(rows, shares);
  let dual = 0;
  let residual = 0;
  let magnitude = 0;
  inputs.forEach((input, k) => {
    if (shares[k] === 0) return;
    const price = strength < Infinity ? strength * (masses[k] - sum(columns[k])) : dot(g[k], input);
    dual += shares[k] * (price - epsilon * (sum(columns[k]) - masses[k]));
    magnitude += shares[k] * dot(g[k].map(Math.abs), input);
    if (!(strength < Infinity)) residual += (shares[k] * l1Distance(rows[k], weights)) / masses[k];
  });
  const primal = objectiveOf(problem, settings, repaired, rows, columns, weights);
  const gap = primal - dual;
  return {
    kind: "duality",
    problem: strength < Infinity ? "unbalanced" : "entropic",
    primal,
    dual,
    gap,
    relativeGap: gap === 0 ? 0 : gap / Math.max(Math.abs(primal), magnitude),
    primalResidual: residual,
    dualInfeasibility: infeasibility,
  };
}

/** sum w_k r_k. */
export function meanOf(rows: readonly Float64Array[], shares: Float64Array): Float64Array {
  return rows[0].map((_, x) => rows.reduce((total, row, k) => total + shares[k] * row[x], 0));
}

/** sum w_k S_eps(a, b_k) and its derivative, by solves that know nothing of the iteration. */
function stationarity(
  { inputs, costs, shares, masses }: BarycenterProblem,
  epsilon: number,
  a: Float64Array,
): StationarityCertificate {
  const [cost] = costs;
  const options = { epsilon, tolerance: 1e-11, massTolerance: 1e-6 };
  const solve = (b: Float64Array): { value: number; f: Float64Array; g: Float64Array; error: number } => {
    const { value, potentials, report } = sinkhorn(a, b, cost, options);
    return { value, ...potentials, error: report.error };
  };
  const own = solve(a);
  const slope = own.f.map((value, x) => -(value + own.g[x]) / 2);
  let objective = -own.value / 2;
  let residual = own.error;
  inputs.forEach((input, k) => {
    if (shares[k] === 0) return;
    const { value, f, error } = solve(input);
    objective += shares[k] * (value - sinkhorn(input, input, cost, options).value / 2);
    for (let x = 0; x < slope.length; x++) slope[x] += shares[k] * f[x];
    residual += shares[k] * error;
  });
  const gap = dot(a, slope) - masses[0] * slope.reduce((low, value) => Math.min(low, value), Infinity);
  return {
    kind: "stationarity",
    objective,
    stationarityGap: gap,
    lowerBound: objective - gap,
    primalResidual: residual,
  };
}

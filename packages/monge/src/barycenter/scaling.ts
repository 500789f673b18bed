// The iteration for barycenters on a fixed support: every plan is projected onto its input, then all onto a common marginal.
//
// Benamou, Carlier, Cuturi, Nenna, Peyre (2015) for equal marginals; Janati, Cuturi, Gramfort (2020) without the bias of the entropy; Chizat,
// Peyre, Schmitzer, Vialard (2018) under KL. In potentials, with S_k, T_k of `kernels.ts` and t = rho / (rho + eps) (1 for equal marginals):
// g_k = t T_k(F_k), eps log(a / u) = A, F_k = t (A + S_k(g_k)), where A = -sum w_k S_k, plus D if debiased, (rho + eps) log sum w_k exp(-S_k / (rho + eps))
// under KL.
import { exp2All, log2All } from "../entropic/operators/exponentials.ts";
import { OtError } from "../errors/otError.ts";
import { difference, l1Distance } from "../linalg/sum.ts";
import { type BarycenterKernels, withKernels } from "./kernels.ts";
import type { BarycenterProblem } from "./problem.ts";

/** What is solved. */
export interface BarycenterSettings {
  readonly kind: "balanced" | "debiased" | "unbalanced";
  readonly epsilon: number;
  /** Strength of KL on all marginals; Infinity holds them. */
  readonly strength: number;
}

/** Potentials of all plans against the reference u (x) b_k, u = 1 / n, in the unit of the cost. */
export interface BarycenterState {
  readonly F: Float64Array[];
  readonly g: Float64Array[];
  /** The potential of the barycenter against itself, where debiased. */
  D: Float64Array;
  /** S_k at the present g_k. */
  readonly S: Float64Array[];
}

/** Where everything starts: no potentials. */
export function startState({ inputs, n }: BarycenterProblem): BarycenterState {
  return {
    F: inputs.map(() => new Float64Array(n)),
    g: inputs.map((input) => new Float64Array(input.length)),
    D: new Float64Array(n),
    S: inputs.map(() => new Float64Array(n)),
  };
}

/** u exp(potential / eps) at the n points of the support. */
export function density(potential: Float64Array, epsilon: number): Float64Array {
  const n = potential.length;
  const scale = Math.LOG2E / epsilon;
  const out = potential.map((value) => value * scale);
  exp2All(out, 1 / n);
  return out;
}

/** The marginals of the plans on the support: u exp((F_k - S_k) / eps). */
export function supportMarginals({ F, S }: BarycenterState, epsilon: number): Float64Array[] {
  return F.map((potential, k) => density(difference(potential, S[k]), epsilon));
}

/** Rounds between two looks at how far marginals still move: a look costs as much as a third of a round. */
const stride = 4;

/** How an iteration goes: written by it, read by who drives it. */
export interface Pace {
  /** Rounds so far. */
  iterations: number;
  /** sum_k w_k |change of marginal k|_1 in the round that was last looked at, relative to the mass. */
  error: number;
  /** Whether to stop with what there is. */
  interrupted(): boolean;
}

/** Iterates at one epsilon from `state`, which it changes, until the error is at most `tolerance`; yields after each round at least. */
export function* scale(
  problem: BarycenterProblem,
  settings: BarycenterSettings,
  state: BarycenterState,
  tolerance: number,
  pace: Pace,
): Generator<void, void, void> {
  yield* withKernels(problem, settings.epsilon, (kernels) =>
    rounds(kernels, problem, settings, state, tolerance, pace),
  );
}

function* rounds(
  kernels: BarycenterKernels,
  problem: BarycenterProblem,
  settings: BarycenterSettings,
  state: BarycenterState,
  tolerance: number,
  pace: Pace,
): Generator<void, void, void> {
  const { shares, masses } = problem;
  const { epsilon, strength, kind } = settings;
  const factor = strength < Infinity ? strength / (strength + epsilon) : 1;
  const mass = masses.reduce((total, value, k) => total + shares[k] * value, 0);
  const { F, g, S } = state;
  for (;;) {
    for (let k = 0; k < F.length; k++) {
      if (shares[k] === 0 && kind !== "unbalanced") continue;
      const T = finite(yield* kernels.input(k, F[k]), k);
      g[k] = factor === 1 ? T : T.map((value) => factor * value);
      S[k] = finite(yield* kernels.support(k, g[k]), k);
    }
    const level = common(problem, settings, state);
    const own = kind === "debiased" ? finite(yield* kernels.self(state.D), 0) : null;
    const next = S.map((soft) => soft.map((value, x) => factor * (level[x] + value)));
    if (pace.iterations % stride === 0) {
      let error = 0;
      for (let k = 0; k < F.length; k++) {
        if (shares[k] > 0) error += (shares[k] * change(F[k], next[k], S[k], epsilon)) / mass;
      }
      if (own !== null) {
        const moved = level.map((value, x) => value + own[x]);
        error += change(state.D, moved, own, epsilon) / mass;
      }
      pace.error = error;
      if (error <= tolerance) return;
    }
    for (let k = 0; k < F.length; k++) F[k] = next[k];
    if (own !== null) state.D = state.D.map((value, x) => (value + level[x] + own[x]) / 2);
    pace.iterations++;
    yield;
    if (pace.interrupted()) return;
  }
}

/** A = eps log(a / u) of the barycenter that the present S_k make. */
export function common(
  { shares, n }: BarycenterProblem,
  { epsilon, strength }: BarycenterSettings,
  { S, D }: BarycenterState,
): Float64Array {
  const level = strength < Infinity ? softMean(S, shares, strength + epsilon) : new Float64Array(n);
  if (strength < Infinity) return level;
  S.forEach((soft, k) => {
    if (shares[k] > 0) for (let x = 0; x < n; x++) level[x] -= shares[k] * soft[x];
  });
  // D is 0 unless the bias is taken off.
  for (let x = 0; x < n; x++) level[x] += D[x];
  return level;
}

/** width log sum_k w_k exp(-S_k / width). */
export function softMean(S: readonly Float64Array[], shares: Float64Array, width: number): Float64Array {
  const least = S[0].map((_, x) =>
    S.reduce((low, soft, k) => (shares[k] > 0 ? Math.min(low, soft[x]) : low), Infinity),
  );
  const total = new Float64Array(least.length);
  S.forEach((soft, k) => {
    if (shares[k] === 0) return;
    const terms = soft.map((value, x) => ((least[x] - value) * Math.LOG2E) / width);
    exp2All(terms, shares[k]);
    for (let x = 0; x < total.length; x++) total[x] += terms[x];
  });
  log2All(total);
  return total.map((value, x) => width * Math.LN2 * value - least[x]);
}

/** |u exp((now - soft) / eps) - u exp((next - soft) / eps)|_1. */
function change(now: Float64Array, next: Float64Array, soft: Float64Array, epsilon: number): number {
  return l1Distance(density(difference(now, soft), epsilon), density(difference(next, soft), epsilon));
}

function finite(values: Float64Array, k: number): Float64Array {
  let total = 0;
  for (let x = 0; x < values.length; x++) total += Math.abs(values[x]);
  if (total < Infinity) return values;
  throw new OtError("Infeasible", `An atom of inputs[${k}] or of the support reaches nothing.`, {
    argument: "C",
    seen: Infinity,
    cure: "Use finite costs: a barycenter needs every point of the support within reach of every input.",
  });
}

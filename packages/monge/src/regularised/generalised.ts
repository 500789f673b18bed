// Generalised conditional gradients: with entropy, what is linearised is Omega alone. Bredies, Lorenz, Maass (2009); Rakotomamonjy et al. (2015).
// Each iteration is entropic transport under the cost C + grad Omega(P), then a step towards its plan on the line between the two.
import { sinkhorn } from "../entropic/sinkhorn.ts";
import type { SinkhornResult } from "../entropic/sinkhornResult.ts";
import type { Progress, Status } from "../run/options.ts";
import type { Run } from "../run/solver.ts";
import { addCost, type DenseProblem, driven, entriesOf } from "./conditionalGradient.ts";
import { entropyOf, logDensity } from "./entropy.ts";
import { lineStep } from "./line.ts";
import type { Found, Inner } from "./problem.ts";

/** Iterations without a smaller gap after which the rest is taken for rounding. */
const patience = 50;
/** The inner problems are solved this much better than the answer so far. */
const sharper = 1e-2;

/** Solves; iterations are entropic problems. */
export function* generalisedGradient(
  { a, b, C, functional, tolerance, epsilon, mass }: DenseProblem & { readonly epsilon: number; readonly mass: number },
  control: Inner,
): Generator<Progress, Found, void> {
  const shape = { rows: a.length, cols: b.length };
  const P = new Float64Array(C.length);
  const G = new Float64Array(C.length);
  const logs = new Float64Array(C.length);
  const D = new Float64Array(C.length);
  const at = new Float64Array(C.length);
  let iterations = 0;
  let error = Infinity;
  let latest: SinkhornResult | null = null;
  const steps = (cost: Float64Array, precision: number): Run<SinkhornResult> =>
    sinkhorn.steps(a, b, { data: cost, ...shape }, { epsilon, tolerance: precision, warmStart: latest?.potentials });
  const answer = (status: Status, plan: Float64Array = P): Found => ({
    ...entriesOf(entriesOfDense(plan, shape.cols)),
    ...(latest as SinkhornResult).potentials,
    status,
    iterations,
    error,
  });

  const first = steps(C, 1e-3);
  control.offer(() => {
    if (latest !== null) return answer("stopped");
    const { plan, potentials } = first.snapshot();
    return { ...entriesOf(plan.entries()), ...potentials, status: "stopped", iterations: 0, error };
  });
  const start = yield* driven(first, control, 0, Infinity);
  P.set(start.result.plan.toDense().data);
  latest = start.result;
  if (start.status !== null) return answer(start.status);
  let best = Infinity;
  for (let idle = 0; ; ) {
    functional.gradient(P, G);
    addCost(C, G);
    const precision = Math.max(tolerance / 10, Math.min(1e-3, sharper * error));
    const { result, status } = yield* driven(steps(G, precision), control, iterations, error);
    if (status !== null) return answer(status);
    latest = result;
    iterations++;
    D.set(result.plan.toDense().data);
    logDensity(P, a, b, mass, logs);
    // The inner dual value bounds the linearised problem from below, up to the marginal error.
    const { linear, size } = worth(P, C, G);
    const entropy = epsilon * entropyOf(P, logs);
    const scale = size + Math.abs(functional.value(P)) + entropy;
    const gap = linear + entropy - result.value;
    error = Math.max(result.report.error, scale > 0 ? Math.abs(gap) / scale : 0);
    // The first plan met the marginals but roughly; those after it inherit a share of that.
    if (error <= tolerance && marginalError(P, a, b) <= tolerance * mass) return answer("converged");
    idle = error < 0.99 * best ? 0 : idle + 1;
    best = Math.min(best, error);
    if (idle >= patience) return answer("stalled");
    yield { phase: "conditional gradient", iteration: iterations, error, elapsedMs: control.elapsedMs() };
    const interrupted = control.interrupted();
    if (interrupted !== null) return answer(interrupted);
    for (let k = 0; k < D.length; k++) D[k] -= P[k];
    const slope = (t: number): number => {
      for (let k = 0; k < P.length; k++) at[k] = Math.max(0, P[k] + t * D[k]);
      functional.gradient(at, G);
      logDensity(at, a, b, mass, logs);
      let total = 0;
      for (let k = 0; k < P.length; k++) total += (C[k] < Infinity ? C[k] + G[k] + epsilon * logs[k] : 0) * D[k];
      return total;
    };
    const initial = slope(0);
    const t = initial < 0 ? lineStep(slope, initial, 1) : 1;
    for (let k = 0; k < P.length; k++) P[k] = Math.max(0, P[k] + t * D[k]);
  }
}

function worth(P: Float64Array, C: Float64Array, G: Float64Array): { linear: number; size: number } {
  let linear = 0;
  let size = 0;
  for (let k = 0; k < P.length; k++) {
    if (P[k] === 0) continue;
    linear += P[k] * G[k];
    size += P[k] * Math.abs(C[k]);
  }
  return { linear, size };
}

function marginalError(P: Float64Array, a: Float64Array, b: Float64Array): number {
  const m = b.length;
  const columns = b.slice();
  let error = 0;
  for (let i = 0; i < a.length; i++) {
    let total = a[i];
    for (let j = 0; j < m; j++) {
      total -= P[i * m + j];
      columns[j] -= P[i * m + j];
    }
    error += Math.abs(total);
  }
  for (const left of columns) error += Math.abs(left);
  return error;
}

function* entriesOfDense(P: Float64Array, m: number): Generator<readonly [number, number, number], void, void> {
  for (let k = 0; k < P.length; k++) if (P[k] !== 0) yield [Math.floor(k / m), k % m, P[k]];
}

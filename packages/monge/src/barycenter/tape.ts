// A fixed number of rounds of the balanced iteration, and their derivative by the weights of the inputs, backwards.
//
// Bonneel, Peyre, Cuturi (2016), section 4, in the log domain: dS/dg is minus the row-stochastic matrix of the kernel, so each adjoint is a
// difference of two exponentials of soft minima, one for each sign.
import { exp2All, log2All } from "../entropic/operators/exponentials.ts";
import { sum } from "../linalg/sum.ts";
import type { BarycenterKernels } from "./kernels.ts";
import type { BarycenterProblem } from "./problem.ts";
import { density } from "./scaling.ts";

/** How far a barycenter is from an image. */
export type CoordinatesLoss = "KL" | "L2";

/** The loss at one place, and its derivative by the weights where asked. */
export interface LossValue {
  readonly loss: number;
  readonly slope: Float64Array;
  /** The barycenter of these weights, of the mass of the image. */
  readonly barycenter: Float64Array;
}

/** The loss after `count` rounds from no potentials, with its derivative. */
export function* lossOf(
  kernels: BarycenterKernels,
  { inputs, n }: BarycenterProblem,
  image: Float64Array,
  weights: Float64Array,
  epsilon: number,
  count: number,
  kind: CoordinatesLoss,
): Generator<void, LossValue, void> {
  const K = inputs.length;
  const rounds: { F: Float64Array[]; g: Float64Array[]; S: Float64Array[] }[] = [];
  let F: Float64Array[] = inputs.map(() => new Float64Array(n));
  let level: Float64Array = new Float64Array(n);
  for (let round = 0; round < count; round++) {
    const g: Float64Array[] = [];
    const S: Float64Array[] = [];
    for (let k = 0; k < K; k++) {
      g.push(yield* kernels.input(k, F[k]));
      S.push(yield* kernels.support(k, g[k]));
      yield;
    }
    rounds.push({ F, g, S });
    level = new Float64Array(n);
    for (let k = 0; k < K; k++) for (let x = 0; x < n; x++) level[x] -= weights[k] * S[k][x];
    F = S.map((soft) => soft.map((value, x) => value + level[x]));
  }
  const raw = density(level, epsilon);
  const total = sum(raw);
  const mass = sum(image);
  const barycenter = raw.map((value) => (value / total) * mass);
  const { loss, byLevel } = compare(barycenter, image, kind, epsilon);
  const slope = new Float64Array(K);
  let adjoint: Float64Array[] = inputs.map(() => new Float64Array(n));
  for (let round = count - 1; round >= 0; round--) {
    const { F: before, g, S } = rounds[round];
    const common = round === count - 1 ? byLevel : new Float64Array(n);
    if (round < count - 1) for (const part of adjoint) for (let x = 0; x < n; x++) common[x] += part[x];
    const earlier: Float64Array[] = [];
    for (let k = 0; k < K; k++) {
      for (let x = 0; x < n; x++) slope[k] -= S[k][x] * common[x];
      const soft = adjoint[k].map((value, x) => value - weights[k] * common[x]);
      earlier.push(round === 0 ? adjoint[k] : yield* through(kernels, k, soft, S[k], g[k], before[k], epsilon));
      yield;
    }
    adjoint = earlier;
  }
  return { loss, slope, barycenter };
}

/** The loss and its derivative by A = eps log(a / u). */
function compare(
  a: Float64Array,
  p: Float64Array,
  kind: CoordinatesLoss,
  epsilon: number,
): { loss: number; byLevel: Float64Array } {
  const mass = sum(p);
  if (kind === "KL") {
    const logs = p.map((value, x) => (value > 0 ? value / a[x] : 1));
    log2All(logs);
    const loss = sum(p.map((value, x) => value * logs[x] * Math.LN2)) / mass;
    return { loss, byLevel: a.map((value, x) => (value - p[x]) / (mass * epsilon)) };
  }
  const size = sum(p.map((value) => value * value));
  const gap = a.map((value, x) => (value - p[x]) / size);
  const along = sum(gap.map((value, x) => value * a[x])) / mass;
  return {
    loss: sum(gap.map((value, x) => value * (a[x] - p[x]))) / 2,
    byLevel: a.map((value, x) => (value * (gap[x] - along)) / epsilon),
  };
}

/** From the adjoint of S_k to that of the F_k it came from. */
function* through(
  kernels: BarycenterKernels,
  k: number,
  adjoint: Float64Array,
  S: Float64Array,
  g: Float64Array,
  F: Float64Array,
  epsilon: number,
): Generator<void, Float64Array, void> {
  const out = new Float64Array(F.length);
  for (const sign of [1, -1]) {
    const part = adjoint.map((value) => Math.max(0, sign * value));
    const most = part.reduce((high, value) => Math.max(high, value), 0);
    if (most === 0) continue;
    // Sums over grids take finite potentials only.
    const logs = part.map((value) => Math.max(value / most, 1e-280));
    log2All(logs);
    const first = yield* kernels.input(
      k,
      S.map((value, x) => value + epsilon * Math.LN2 * logs[x]),
    );
    const second = yield* kernels.support(
      k,
      g.map((value, y) => 2 * value - first[y]),
    );
    const terms = F.map((value, x) => ((value - second[x]) * Math.LOG2E) / epsilon);
    exp2All(terms, sign * most);
    for (let x = 0; x < out.length; x++) out[x] += terms[x];
  }
  return out;
}

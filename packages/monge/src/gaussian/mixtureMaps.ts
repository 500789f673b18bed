// What a plan between the components of two mixtures does to points: x goes to T_kl(x) with the probability
// w_kl N(x; m_k, A_k) / sum over k', l' of w_k'l' N(x; m_k', A_k'). Delon, Desolneux (2020), section 6.3.
import type { Floats, Matrix } from "../linalg/matrix.ts";
import { random } from "../linalg/random.ts";
import { componentOf, type Mixture } from "../measure/mixture.ts";
import { componentLogs } from "./density.ts";
import { gaussianMap } from "./map.ts";

/** An entry of the plan between components. */
export interface PlanPair {
  readonly k: number;
  readonly l: number;
  readonly mass: number;
}

const leastVariance = 1e-9;

/** Moves points: with a seed each to one image, drawn by its probability, else to the mean of its images. */
export function pointMaps(
  source: Mixture,
  target: Mixture,
  pairs: readonly PlanPair[],
): (points: Matrix<Floats>, seed: number | null) => Matrix {
  const d = source.means.cols;
  const n = source.weights.length;
  const maps = pairs.map(({ k, l }) => gaussianMap(componentOf(source, k), componentOf(target, l)));
  const leaving: number[][] = Array.from({ length: n }, () => []);
  const sent = new Float64Array(n);
  pairs.forEach(({ k, mass }, at) => {
    leaving[k].push(at);
    sent[k] += mass;
  });
  let traces = 0;
  for (let k = 0; k < n; k++) for (let r = 0; r < d; r++) traces += source.covariances[(k * d + r) * d + r];
  const floor = traces > 0 ? (leastVariance * traces) / (n * d) : leastVariance;
  const logsOf = componentLogs({ ...source, weights: sent }, floor);
  return ({ data, rows, cols }, seed) => {
    const out = new Float64Array(rows * d);
    const chance = seed === null ? null : random(seed);
    for (let i = 0; i < rows; i++) {
      const point = data.subarray(i * cols, (i + 1) * cols);
      const shares = softmax(logsOf(point, 1));
      if (chance === null) mean(point, shares, out, i * d);
      else one(point, shares, chance.uniform(), chance.uniform(), out, i * d);
    }
    return { data: out, rows, cols: d };
  };

  function mean(point: Floats, shares: Float64Array, out: Float64Array, to: number): void {
    shares.forEach((share, k) => {
      if (share === 0) return;
      for (const at of leaving[k]) addImage(at, point, (share * pairs[at].mass) / sent[k], out, to);
    });
  }

  function one(point: Floats, shares: Float64Array, u: number, v: number, out: Float64Array, to: number): void {
    const k = draw(shares, u);
    const targets = leaving[k];
    const at =
      targets[
        draw(
          Float64Array.from(targets, (pair) => pairs[pair].mass / sent[k]),
          v,
        )
      ];
    addImage(at, point, 1, out, to);
  }

  function addImage(at: number, point: Floats, share: number, out: Float64Array, to: number): void {
    const { A, b } = maps[at];
    for (let r = 0; r < d; r++) {
      let value = b[r];
      for (let c = 0; c < d; c++) value += A.data[r * d + c] * point[c];
      out[to + r] += share * value;
    }
  }
}

/** exp of the logs, scaled to sum to 1. */
function softmax(logs: Float64Array): Float64Array {
  const most = logs.reduce((largest, value) => Math.max(largest, value), -Infinity);
  const weights = logs.map((value) => Math.exp(value - most));
  const total = weights.reduce((sum, value) => sum + value, 0);
  return weights.map((value) => value / total);
}

/** The index at which the running sum of `shares` exceeds u. */
function draw(shares: Float64Array, u: number): number {
  let rest = u;
  let last = 0;
  for (let k = 0; k < shares.length; k++) {
    if (shares[k] === 0) continue;
    last = k;
    rest -= shares[k];
    if (rest < 0) return k;
  }
  return last;
}

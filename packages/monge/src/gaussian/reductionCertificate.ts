// The proof of a reduction, recomputed from the input: its cost, what moving single components could gain, and how well moments are kept.
import { gaussianRecords, lengthUnit, recordSize } from "../cost/gaussianRecords.ts";
import { squaredDistanceOf } from "../cost/gaussians.ts";
import { sum } from "../linalg/sum.ts";
import type { Mixture } from "../measure/mixture.ts";
import type { StationarityCertificate } from "../run/certificate.ts";
import type { AsyncOptions, Progress } from "../run/options.ts";
import { drain, drainAsync } from "../run/solver.ts";
import { widestAxis } from "./grouping.ts";
import { mergeGroups } from "./moments.ts";

/**
 * Makes the certificate of a reduction. `objective`: sum w_i W2^2 of the components from their merged Gaussians; `stationarityGap`: by how
 * much it exceeds the same with every component at the nearest merged Gaussian; `lowerBound`: 0; `primalResidual`: the largest relative
 * difference between the total mass, the means (in units of the deviation) and the covariances of the two mixtures.
 */
export interface ReductionCertify {
  (): StationarityCertificate;
  async(options?: AsyncOptions): Promise<StationarityCertificate>;
}

interface Claim {
  readonly mixture: Mixture;
  readonly labels: Int32Array;
  readonly reduced: Mixture;
}

/** The certificate of a reduction. */
export function certifyReduction(claim: Claim): ReductionCertify {
  return Object.assign(() => drain(prove(claim)), {
    async: (options: AsyncOptions = {}) => drainAsync(() => prove(claim), options.signal),
  });
}

function* prove({ mixture, labels, reduced }: Claim): Generator<Progress, StationarityCertificate, void> {
  const { rows: n, cols: d } = mixture.means;
  const unit = lengthUnit(mixture, reduced);
  const size = recordSize(d);
  const distance = squaredDistanceOf(d);
  const x = gaussianRecords(mixture, unit);
  const y = gaussianRecords(reduced, unit);
  const axis = widestAxis(reduced);
  const order = Int32Array.from(reduced.weights.keys()).sort((p, q) => y[p * size + axis] - y[q * size + axis]);
  const sorted = Float64Array.from(order, (label) => y[label * size + axis]);
  const own = new Float64Array(n);
  const gain = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    own[i] = distance(x, i * size, y, labels[i] * size);
    gain[i] = own[i] - least(i, own[i]);
    if (i % 1024 === 1023) yield { phase: "certify", iteration: i, error: 0, elapsedMs: 0 };
  }
  const times = unit * unit;
  const total = (values: Float64Array): number => times * sum(values.map((value, i) => mixture.weights[i] * value));
  return {
    kind: "stationarity",
    objective: total(own),
    stationarityGap: total(gain),
    lowerBound: 0,
    primalResidual: momentResidual(mixture, reduced),
  };

  /** The least squared distance from component i, among the merged Gaussians whose means could be that near. */
  function least(i: number, bound: number): number {
    let best = bound;
    const value = x[i * size + axis];
    const reach = Math.sqrt(bound);
    for (let at = firstAbove(sorted, value - reach); at < sorted.length && sorted[at] - value < reach; at++) {
      let means = 0;
      const there = order[at] * size;
      for (let k = 0; k < d; k++) means += (x[i * size + k] - y[there + k]) ** 2;
      if (means < best) best = Math.min(best, distance(x, i * size, y, there));
    }
    return best;
  }
}

/** The first place at which `sorted` is not below `value`. */
function firstAbove(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function momentResidual(mixture: Mixture, reduced: Mixture): number {
  const d = mixture.means.cols;
  const whole = (of: Mixture): Mixture => mergeGroups(of, new Int32Array(of.means.rows), 1);
  const p = whole(mixture);
  const q = whole(reduced);
  let trace = 0;
  for (let k = 0; k < d; k++) trace += p.covariances[k * d + k];
  const relative = (gap: number, size: number): number => (gap === 0 ? 0 : Math.abs(gap) / (size > 0 ? size : 1));
  let worst = relative(p.weights[0] - q.weights[0], p.weights[0]);
  p.means.data.forEach((value, k) => {
    worst = Math.max(worst, relative(value - q.means.data[k], Math.sqrt(trace) + Math.abs(value)));
  });
  p.covariances.forEach((value, k) => {
    worst = Math.max(worst, relative(value - q.covariances[k], trace));
  });
  return worst;
}

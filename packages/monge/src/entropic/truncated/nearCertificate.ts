// Marginals and <P, C> of the plan of entropic potentials between large clouds, for its certificate: a traversal of its own in TypeScript.
//
// Rows and columns are visited in runs of neighbours. With any affine functions f0 + p . (x - x0) and g0 + q . (y - y0), over which the
// potentials of two runs exceed by e and e' at most, f + g - |x - y|^2 <= f0 + g0 + e + e' - |D|^2 + |p - 2 D| . u + |q + 2 D| . v,
// where D = x0 - y0, and u and v are the half extents of the runs. Pairs of runs below 2^-60 are left out: less than 1e-18 of the mass.
import type { PointsCost } from "../../cost/points.ts";
import { sum } from "../../linalg/sum.ts";
import type { Potentials, Progress } from "../../run/options.ts";
import { exp2All } from "../operators/exponentials.ts";
import type { PlanSums } from "../operators/separableCertificate.ts";
import { type SortedCloud, sortedCloud } from "./coarse.ts";

/** What is certified. */
export interface NearClaim {
  readonly cost: PointsCost;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly mass: number;
  readonly potentials: Potentials;
  readonly epsilon: number;
}

const least = -60;
/** Pairs of runs that are looked at, about, and the shortest run. */
const pairsOfRuns = 4e7;
const shortest = 16;

/** Runs of neighbours with affine functions that fit their potentials, in bits. */
interface Runs {
  readonly cloud: SortedCloud;
  /** Log-potentials in the order of the cloud. */
  readonly logs: Float64Array;
  readonly size: number;
  readonly count: number;
  /** Centre, half extent and gradient, d numbers each, by run. */
  readonly centre: Float64Array;
  readonly half: Float64Array;
  readonly gradient: Float64Array;
  /** Value at the centre and the largest excess, added up. */
  readonly top: Float64Array;
}

/** Sums over the near pairs. */
export function* nearSums(claim: NearClaim): Generator<Progress, PlanSums, void> {
  const { cost, a, b, mass, potentials, epsilon } = claim;
  const begin = performance.now();
  const scale = (Math.LOG2E * (cost.ground.cosine ? 0.5 : 1)) / epsilon;
  const [n, m] = cost.shape;
  const size = Math.max(shortest, Math.ceil(Math.sqrt((n * m) / pairsOfRuns)));
  const x = runs(sortedCloud(cost.x, a, mass), potentials.f, size, epsilon);
  const y = runs(sortedCloud(cost.y, b, mass), potentials.g, size, epsilon);
  const rows = new Float64Array(n);
  const columns = new Float64Array(m);
  const { d } = x.cloud.cloud;
  const px = x.cloud.cloud.points;
  const py = y.cloud.cloud.points;
  let paid = 0;
  for (let run = 0; run < x.count; run++) {
    const near = nearRuns(x, run, y, scale);
    const last = Math.min(x.logs.length, (run + 1) * size);
    const exponents = new Float64Array(near.length * size);
    const prices = new Float64Array(near.length * size);
    for (let k = run * size; k < last; k++) {
      let at = 0;
      for (const other of near) {
        for (let l = other * size; l < Math.min(y.logs.length, (other + 1) * size); l++, at++) {
          let price = 0;
          for (let c = 0; c < d; c++) price += (px[k * d + c] - py[l * d + c]) ** 2;
          prices[at] = price;
          exponents[at] = x.logs[k] + y.logs[l] - scale * price;
        }
      }
      const t = exponents.subarray(0, at);
      exp2All(t);
      const i = x.cloud.order[k];
      const share = a[i] / mass;
      at = 0;
      for (const other of near) {
        for (let l = other * size; l < Math.min(y.logs.length, (other + 1) * size); l++, at++) {
          const j = y.cloud.order[l];
          const entry = share * b[j] * t[at];
          rows[i] += entry;
          columns[j] += entry;
          paid += entry * prices[at];
        }
      }
    }
    if (run % 16 === 15) {
      yield { phase: "certify", iteration: run * size, error: 0, elapsedMs: performance.now() - begin };
    }
  }
  paid *= cost.ground.cosine ? 0.5 : 1;
  return { rows, columns, paid, absolute: paid };
}

/** The runs of y that may hold an exponent above the least with a run of x. */
function nearRuns(x: Runs, run: number, y: Runs, scale: number): number[] {
  const { d } = x.cloud.cloud;
  const found: number[] = [];
  for (let other = 0; other < y.count; other++) {
    let bound = x.top[run] + y.top[other];
    for (let c = 0; c < d; c++) {
      const gap = x.centre[run * d + c] - y.centre[other * d + c];
      const pull = 2 * scale * gap;
      bound +=
        Math.abs(x.gradient[run * d + c] - pull) * x.half[run * d + c] +
        Math.abs(y.gradient[other * d + c] + pull) * y.half[other * d + c] -
        scale * gap * gap;
    }
    if (!(bound < least - 1)) found.push(other);
  }
  return found;
}

function runs(cloud: SortedCloud, potential: Float64Array, size: number, epsilon: number): Runs {
  const { n, d, points } = cloud.cloud;
  const logs = Float64Array.from(cloud.order, (index) => potential[index] * (Math.LOG2E / epsilon));
  const count = Math.ceil(n / size);
  const centre = new Float64Array(count * d);
  const half = new Float64Array(count * d);
  const gradient = new Float64Array(count * d);
  const top = new Float64Array(count);
  for (let run = 0; run < count; run++) {
    const first = run * size;
    const last = Math.min(n, first + size);
    const offsets = new Float64Array((last - first) * d);
    for (let c = 0; c < d; c++) {
      let low = Infinity;
      let high = -Infinity;
      for (let k = first; k < last; k++) {
        low = Math.min(low, points[k * d + c]);
        high = Math.max(high, points[k * d + c]);
      }
      const middle = low / 2 + high / 2;
      centre[run * d + c] = middle;
      half[run * d + c] = Math.max(high - middle, middle - low);
      for (let k = first; k < last; k++) offsets[(k - first) * d + c] = points[k * d + c] - middle;
    }
    const left = logs.slice(first, last);
    const value = sum(left) / left.length;
    for (let k = 0; k < left.length; k++) left[k] -= value;
    gradient.set(descend(offsets, left, d), run * d);
    top[run] = value + left.reduce((most, excess) => Math.max(most, excess), -Infinity);
  }
  return { cloud, logs, size, count, centre, half, gradient, top };
}

/** A gradient that fits the values, coordinate by coordinate in turns; the values are left with what it does not explain. */
function descend(offsets: Float64Array, values: Float64Array, d: number): Float64Array {
  const gradient = new Float64Array(d);
  for (let turn = 0; turn < (d === 1 ? 1 : 8); turn++) {
    for (let c = 0; c < d; c++) {
      let product = 0;
      let square = 0;
      for (let k = 0; k < values.length; k++) {
        product += offsets[k * d + c] * values[k];
        square += offsets[k * d + c] ** 2;
      }
      if (!(square > 1e-280)) continue;
      const step = product / square;
      gradient[c] += step;
      for (let k = 0; k < values.length; k++) values[k] -= step * offsets[k * d + c];
    }
  }
  return gradient;
}

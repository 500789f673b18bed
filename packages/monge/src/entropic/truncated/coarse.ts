// A hierarchy of coarser and coarser clouds, and the epsilons at which they are good enough: coarse-to-fine scaling.
// Runs of four neighbours become their mean with their mass (Merigot 2011; Schmitzer 2016 and 2019 for entropic transport).
import type { Floats, Matrix } from "../../linalg/matrix.ts";
import { nearbyOrder } from "./nearbyOrder.ts";

/** Points with masses > 0 of total 1, row-major, in nearby order. */
export interface Cloud {
  readonly n: number;
  readonly d: number;
  readonly points: Float64Array;
  readonly weights: Float64Array;
}

/** A cloud and where its points come from. */
export interface SortedCloud {
  readonly cloud: Cloud;
  /** The caller's index of each point. */
  readonly order: Int32Array;
}

/** The points with mass in nearby order. */
export function sortedCloud({ data, cols }: Matrix<Floats>, masses: Float64Array, total: number): SortedCloud {
  const kept = new Int32Array(masses.length);
  let n = 0;
  // A mass so small that its share is 0 counts as none.
  for (let i = 0; i < masses.length; i++) if (masses[i] / total > 0) kept[n++] = i;
  const order = nearbyOrder(data, cols, kept.subarray(0, n));
  const points = new Float64Array(n * cols);
  const weights = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    weights[j] = masses[order[j]] / total;
    for (let k = 0; k < cols; k++) points[j * cols + k] = data[order[j] * cols + k];
  }
  return { cloud: { n, d: cols, points, weights }, order };
}

/** Points of one coarser point. */
export const merged = 4;
/** A cloud of so few points is coarse enough. */
const smallest = 200;

/** The cloud and its coarser ones, finest first; `spacing`: mean squared distance of the points of each cloud from their coarser point. */
export interface Pyramid {
  readonly clouds: readonly Cloud[];
  readonly spacing: readonly number[];
}

/** Merges until few points are left; the spacing of the coarsest cloud is extrapolated. */
export function pyramid(cloud: Cloud): Pyramid {
  const clouds = [cloud];
  const spacing: number[] = [];
  for (;;) {
    const fine = clouds[clouds.length - 1];
    const coarse = aggregate(fine);
    spacing.push(spread(fine, coarse));
    if (fine.n <= smallest) return { clouds, spacing };
    clouds.push(coarse);
  }
}

function aggregate({ n, d, points, weights }: Cloud): Cloud {
  const cells = Math.ceil(n / merged);
  const means = new Float64Array(cells * d);
  const masses = new Float64Array(cells);
  for (let j = 0; j < n; j++) masses[Math.floor(j / merged)] += weights[j];
  for (let j = 0; j < n; j++) {
    const cell = Math.floor(j / merged);
    const share = weights[j] / masses[cell];
    for (let k = 0; k < d; k++) means[cell * d + k] += share * points[j * d + k];
  }
  return { n: cells, d, points: means, weights: masses };
}

function spread({ n, d, points, weights }: Cloud, coarse: Cloud): number {
  let total = 0;
  for (let j = 0; j < n; j++) {
    const cell = Math.floor(j / merged);
    let square = 0;
    for (let k = 0; k < d; k++) square += (points[j * d + k] - coarse.points[cell * d + k]) ** 2;
    total += weights[j] * square;
  }
  return total;
}

/** One problem on the way: a level of either pyramid (0 the finest) and epsilon, in the unit of the squared distance. */
export interface Stage {
  readonly x: number;
  readonly y: number;
  readonly epsilon: number;
}

/** A level is left at this multiple of the mean squared distance within its coarser points: it knows nothing about a smaller epsilon. */
const resolved = 2;
/** Epsilon falls by this factor a stage, by a little more in the last one of a level: 4 needs fewer stages, and more passes where plans are nearly assignments. */
const ratio = 2;
const last = 1.25;

/** The stages that lead to epsilon, coarsest first; the last one is the problem itself. */
export function stages(x: Pyramid, y: Pyramid, largest: number, epsilon: number): Stage[] {
  const out: Stage[] = [];
  let reached = Math.max(largest, epsilon);
  for (let level = Math.max(x.clouds.length, y.clouds.length) - 1; level >= 0; level--) {
    const i = Math.min(level, x.clouds.length - 1);
    const j = Math.min(level, y.clouds.length - 1);
    const rough = level === 0 ? 0 : resolved * Math.max(x.spacing[i], y.spacing[j]);
    const wanted = Math.max(epsilon, Math.min(rough, reached));
    for (let step = reached / ratio; step > last * wanted; step /= ratio) out.push({ x: i, y: j, epsilon: step });
    out.push({ x: i, y: j, epsilon: wanted });
    reached = wanted;
  }
  return out;
}

// Two groups of images compared by exact transport: tests, classification, an embedding, typical images, and what changes between them.
// Everything is made from one matrix of W2 distances and the images themselves; the order of the tests is fixed before any is seen.
import { OtError } from "../errors/otError.ts";
import { gridSquared } from "../exact/grid/gridSquared.ts";
import { type Matrix, type MatrixLike, toMatrix } from "../linalg/matrix.ts";
import { sum } from "../linalg/sum.ts";
import type { Progress } from "../run/options.ts";
import { energyStatistic, groupMeans, groupsOf } from "../statistics/energy.ts";
import { medianDistance } from "../statistics/mmd.ts";
import { type PermutationOptions, type PermutationResult, permutationSteps } from "../statistics/permutation.ts";
import {
  areaUnderCurve,
  type Classification,
  imageScores,
  medoids,
  nearestMedoid,
  nearestNeighbours,
} from "./classify.ts";
import { type Difference, groupDifference } from "./difference.ts";
import { type ImageDistanceOptions, type ImageDistances, imageDistances } from "./distances.ts";
import { type GroupBarycenters, groupBarycenters } from "./groupBarycenters.ts";
import { type HeldOut, heldOutNeighbours } from "./heldOut.ts";
import { coneDistances } from "./intensity.ts";
import { linearEmbedding } from "./linearEmbedding.ts";
import { rowDistances } from "./rowDistances.ts";
import { classicalScaling, type Scaling } from "./scaling.ts";
import { type SiteOverlap, siteOverlap } from "./sites.ts";

/** Options of {@link compareCohorts}. */
export interface CohortOptions extends ImageDistanceOptions {
  /**
   * `"normalised"`: each image as shares of its own intensity; exposure does not matter. `"unbalanced"`: the total intensity counts, too.
   * There is no default: it decides what is compared.
   */
  readonly intensity: "normalised" | "unbalanced";
  /** Unbalanced: what a change of the root of the intensity by 1 weighs, in the unit of the distances; default: the median distance. */
  readonly intensityLength?: number;
  /** The site of each image, those of A first: labels are exchanged within sites only. */
  readonly sites?: ArrayLike<string>;
  /** Relabellings of each test; default 999. */
  readonly permutations?: number;
  /** Relabellings of the test between the mean images, each an exact solve; default 199. 0 leaves it out. */
  readonly meanPermutations?: number;
  /** Whether to compute the barycenter of either group; default true. */
  readonly barycenters?: boolean;
  /** Whether to judge images by their linear embedding, too: an exact plan for each; default true. */
  readonly linear?: boolean;
  /** Neighbours, odd; default 5 (1 is always reported). */
  readonly neighbours?: number;
  /** Seed of the relabellings; default 0. */
  readonly seed?: number;
}

/** One test. */
export interface CohortTest extends PermutationResult {
  readonly name: "energy of W2" | "W2 between means" | "energy of pixels";
  /** The first test is the one that counts; the p-values of the others are adjusted for being several (Holm 1979). */
  readonly adjusted: number;
}

/** Two groups compared. Where `separable` is false the tests are none: site and group coincide. */
export interface CohortResult {
  readonly n: number;
  readonly m: number;
  readonly intensity: "normalised" | "unbalanced";
  /** Primary test first; empty where nothing may be interpreted. */
  readonly tests: readonly CohortTest[];
  /** 2 E d(X, Y) - E d(X, X') - E d(Y, Y') over 2 E d(X, Y), in [0, 1] for distances of negative type: the share of distance that the groups make. */
  readonly effectSize: number;
  readonly means: { readonly between: number; readonly withinA: number; readonly withinB: number };
  readonly nearest: Classification;
  readonly neighbours: Classification & { readonly k: number };
  readonly medoid: Classification;
  /** One nearest neighbour by the distances of the linear embedding from the pooled mean, of shapes alone; null where it was left out. */
  readonly linear: Classification | null;
  /** k chosen on two thirds of the images, judged on the others; null for groups of less than three. */
  readonly heldOut: HeldOut | null;
  readonly barycenters: GroupBarycenters | null;
  readonly areaUnderCurve: number;
  /** Above 0: nearer to group B. */
  readonly scores: Float64Array;
  /** The most typical image of either group: indices among all images. */
  readonly typical: readonly [number, number];
  readonly scaling: Scaling;
  readonly difference: Difference;
  readonly sites: SiteOverlap | null;
  readonly separable: boolean;
  readonly labels: Uint8Array;
  readonly distances: ImageDistances;
}

/**
 * Compares the images `a` (n x (rows * columns) intensities, row-major) with `b` (m x the same).
 *
 * Throws `InvalidShape`, `InvalidValue`, `NegativeMass`; rejects with `signal.reason` on abort.
 */
export async function compareCohorts(
  a: MatrixLike,
  b: MatrixLike,
  shape: readonly [number, number],
  options: CohortOptions,
): Promise<CohortResult> {
  const { images, labels } = stack(a, b);
  if (options?.intensity !== "normalised" && options?.intensity !== "unbalanced") {
    throw new OtError("InvalidValue", "It is not said whether the total intensity of an image matters.", {
      argument: "options.intensity",
      seen: options?.intensity,
      cure: 'Use "normalised" where it is exposure, "unbalanced" where it is part of what is compared.',
    });
  }
  const sites = options.sites === undefined ? null : siteOverlap(options.sites, labels);
  const separable = sites?.separable ?? true;
  const found = await imageDistances(images, shape, options);
  const distances =
    options.intensity === "normalised"
      ? found.distances
      : coneDistances(found.distances, intensities(images), options.intensityLength ?? medianDistance(found.distances));
  const means = groupMeans(distances, ...groupsOf(labels));
  const scores = imageScores(distances, labels);
  const { pool, signal, onProgress } = options;
  const embedded = options.linear === false ? null : await linearEmbedding(images, shape, { pool, signal, onProgress });
  const middle =
    options.barycenters === false ? null : await groupBarycenters(images, shape, labels, { signal, onProgress });
  const k = options.neighbours ?? Math.min(5, 2 * Math.floor((labels.length - 2) / 2) + 1);
  const n = labels.indexOf(1);
  return {
    n,
    m: labels.length - n,
    intensity: options.intensity,
    tests: separable ? await testAll(images, shape, labels, distances, options) : [],
    effectSize: means.between > 0 ? 1 - (means.withinA + means.withinB) / (2 * means.between) : 0,
    means,
    nearest: nearestNeighbours(distances, labels),
    neighbours: { ...nearestNeighbours(distances, labels, { k }), k },
    medoid: nearestMedoid(distances, labels),
    linear: embedded === null ? null : nearestNeighbours(rowDistances(embedded.vectors), labels),
    heldOut: Math.min(n, labels.length - n) < 3 ? null : heldOutNeighbours(distances, labels, { seed: options.seed }),
    barycenters: middle,
    areaUnderCurve: areaUnderCurve(scores, labels),
    scores,
    typical: medoids(distances, labels),
    scaling: classicalScaling(distances),
    difference: groupDifference(images, shape, labels),
    sites,
    separable,
    labels,
    distances: found,
  };
}

async function testAll(
  images: Matrix,
  shape: readonly [number, number],
  labels: Uint8Array,
  distances: Matrix,
  { permutations, meanPermutations = 199, seed, sites, signal, onProgress }: CohortOptions,
): Promise<CohortTest[]> {
  const settings: PermutationOptions = { permutations, seed, strata: sites };
  const shares = normalised(images);
  const pixels = rowDistances(shares);
  const one = async (
    name: CohortTest["name"],
    statistic: (labels: Uint8Array) => number,
    chosen: PermutationOptions,
  ): Promise<Omit<CohortTest, "adjusted">> => {
    const run = permutationSteps(labels, statistic, chosen);
    let turn = performance.now();
    for (;;) {
      const step = run.next();
      if (step.done) return { name, ...step.value };
      if (performance.now() - turn < 20) continue;
      onProgress?.({ ...(step.value as Progress), phase: `test: ${name}` });
      await new Promise((resolve) => setTimeout(resolve, 0));
      signal?.throwIfAborted();
      turn = performance.now();
    }
  };
  const primary = await one("energy of W2", (dealt) => energyStatistic(distances, dealt), settings);
  const others = [await one("energy of pixels", (dealt) => energyStatistic(pixels, dealt), settings)];
  if (meanPermutations > 0) {
    const between = (dealt: Uint8Array): number => gridSquared(groupAverages(shares, dealt), shape).values[0];
    others.push(await one("W2 between means", between, { ...settings, permutations: meanPermutations }));
  }
  return [{ ...primary, adjusted: primary.pValue }, ...holm(others)];
}

/** Holm's step-down adjustment. */
function holm(tests: readonly Omit<CohortTest, "adjusted">[]): CohortTest[] {
  const order = tests.map((_, k) => k).sort((p, q) => tests[p].pValue - tests[q].pValue);
  const adjusted = new Float64Array(tests.length);
  let least = 0;
  order.forEach((k, place) => {
    least = Math.max(least, Math.min(1, tests[k].pValue * (tests.length - place)));
    adjusted[k] = least;
  });
  return tests.map((test, k) => ({ ...test, adjusted: adjusted[k] }));
}

function stack(a: MatrixLike, b: MatrixLike): { images: Matrix; labels: Uint8Array } {
  const [left, right] = [toMatrix(a, "a"), toMatrix(b, "b")];
  if (left.cols !== right.cols || left.rows < 2 || right.rows < 2) {
    throw new OtError(
      "InvalidShape",
      `The groups have ${left.rows} and ${right.rows} images of ${left.cols} and ${right.cols} pixels.`,
      {
        argument: "b",
        seen: [right.rows, right.cols],
        cure: "Compare groups of at least two images, all of one size.",
      },
    );
  }
  const data = new Float64Array(left.data.length + right.data.length);
  data.set(left.data);
  data.set(right.data, left.data.length);
  const rows = left.rows + right.rows;
  return {
    images: { data, rows, cols: left.cols },
    labels: Uint8Array.from({ length: rows }, (_, k) => (k < left.rows ? 0 : 1)),
  };
}

function intensities({ data, rows, cols }: Matrix): Float64Array {
  return Float64Array.from({ length: rows }, (_, k) => sum(data.subarray(k * cols, (k + 1) * cols)));
}

function normalised(images: Matrix): Matrix {
  const totals = intensities(images);
  return { ...images, data: images.data.map((value, at) => value / totals[Math.floor(at / images.cols)]) };
}

function groupAverages({ data, rows, cols }: Matrix, labels: Uint8Array): Matrix {
  const out = new Float64Array(2 * cols);
  const counts = [0, 0];
  for (let k = 0; k < rows; k++) counts[labels[k]]++;
  for (let k = 0; k < rows; k++) {
    const [at, weight] = [labels[k] * cols, 1 / counts[labels[k]]];
    for (let c = 0; c < cols; c++) out[at + c] += weight * data[k * cols + c];
  }
  return { data: out, rows: 2, cols };
}

// Pictures of a scene and the given one as what Gromov-Wasserstein transport compares: distances within each, shapes that no turn changes.
//
// Affine cameras leave an affine map between them: whitened by the second moments of the given positions, only a turn or a mirror is left.
import { type PointsCost, points } from "../cost/points.ts";
import { matrix } from "../linalg/matrix.ts";
import type { Plan } from "../plan/plan.ts";
import { featureCount, features } from "./features.ts";
import { functionOf, linearMap, type Spreads, type Symmetric2 } from "./linearStarts.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { type Correspondence, completed, type LinearCamera } from "./procrustes.ts";
import type { Stage } from "./stage.ts";

/** Gaussians of a picture, the largest first. */
export interface Picture {
  readonly index: Int32Array;
  /** k x 2. */
  readonly positions: Float64Array;
  /** Of each two numbers that no turn changes, k x 2; see {@link ShapeFeature}. */
  readonly shapes: Float64Array;
}

/**
 * What shapes are compared by, sizes taken relative to their median: `"logarithms"`: log size and elongation. `"bures"`: the two standard deviations,
 * whose squared differences are the squared Bures distance of ellipses turned to agree.
 */
export type ShapeFeature = "logarithms" | "bures";

/** Both sides for one direction after another. */
export interface Pictures {
  readonly given: Picture;
  of(camera: LinearCamera): Picture;
  /** The camera with the orthogonal map that a coupling of its picture with the given one asks for, and the coupling in sums. */
  turned(camera: LinearCamera, seen: Picture, plan: Plan): { camera: LinearCamera; pairs: Correspondence };
}

/** Opens both sides; at most `most` Gaussians of each take part. */
export function openPictures(
  stage: Stage,
  problem: NormalisedProblem,
  { view: V }: Spreads,
  most: number,
  feature: ShapeFeature,
): Pictures {
  const affine = problem.model === "affine";
  const white: Symmetric2 = affine ? functionOf(V, (value) => 1 / Math.sqrt(Math.max(value, 1e-12))) : [1, 0, 1];
  const { view, scene } = problem;
  const means = view.means.map((value, at) =>
    at % 2 === 0 ? white[0] * value + white[1] * view.means[at + 1] : white[1] * view.means[at - 1] + white[2] * value,
  );
  const covariances = new Float64Array(view.covariances.length);
  for (let at = 0; at < covariances.length; at += 3) {
    // W S W.
    const [xx, xy, yy] = view.covariances.subarray(at, at + 3);
    const [p, q] = [white[0] * xx + white[1] * xy, white[0] * xy + white[1] * yy];
    const [r, s] = [white[1] * xx + white[2] * xy, white[1] * xy + white[2] * yy];
    covariances[at] = p * white[0] + q * white[1];
    covariances[at + 1] = p * white[1] + q * white[2];
    covariances[at + 2] = r * white[1] + s * white[2];
  }
  const given = pictureOf(features({ count: view.count, means, covariances }, stage.blur), most, feature);
  const whitened = (camera: LinearCamera): LinearCamera =>
    camera.projection === "affine" ? { ...camera, A: times(white, linearMap(camera)) } : camera;
  return {
    given,
    of: (camera) => pictureOf(stage.project(whitened(camera)).slice(), most, feature),
    turned(camera, seen, plan) {
      const Z = [0, 0, 0, 0];
      const sums = new Float64Array((featureCount + 1) * scene.count);
      for (const [p, q, mass] of plan.entries(0)) {
        const [x, y] = [seen.positions[2 * p], seen.positions[2 * p + 1]];
        const [u, v] = [given.positions[2 * q], given.positions[2 * q + 1]];
        Z[0] += mass * u * x;
        Z[1] += mass * u * y;
        Z[2] += mass * v * x;
        Z[3] += mass * v * y;
        const at = (featureCount + 1) * seen.index[p];
        const j = given.index[q];
        sums[at] += mass * view.count;
        sums[at + 1] += mass * view.count * view.means[2 * j];
        sums[at + 2] += mass * view.count * view.means[2 * j + 1];
      }
      return { camera: turnedBy(camera, nearestOrthogonal(Z), white), pairs: { points: scene.means, sums } };
    },
  };
}

/** What Gromov-Wasserstein transport takes: features and structures; `shapes` divides the squared differences of the features. */
export function compared(
  seen: Picture,
  given: Picture,
  shape: number,
): { M: PointsCost; Cx: PointsCost; Cy: PointsCost } {
  const side = (data: Float64Array): PointsCost["x"] => matrix(data, data.length / 2, 2);
  const scaled = (data: Float64Array): Float64Array => data.map((value) => value / shape);
  return {
    M: points(side(scaled(seen.shapes)), side(scaled(given.shapes))),
    Cx: points(side(seen.positions)),
    Cy: points(side(given.positions)),
  };
}

function pictureOf(values: Float64Array, most: number, feature: ShapeFeature): Picture {
  const count = values.length / featureCount;
  const size = (i: number): number => values[featureCount * i + 2];
  const sorted = Int32Array.from({ length: count }, (_, i) => i).sort((p, q) => size(q) - size(p) || p - q);
  const index = sorted.slice(0, most);
  const median = size(sorted[count >> 1]);
  const positions = new Float64Array(2 * index.length);
  const shapes = new Float64Array(2 * index.length);
  for (const [k, i] of index.entries()) {
    const at = featureCount * i;
    positions.set(values.subarray(at, at + 2), 2 * k);
    const size = values[at + 2] - median;
    const elongation = Math.hypot(values[at + 3], values[at + 4]);
    const bures = feature === "bures";
    shapes[2 * k] = bures ? Math.exp((size + elongation) / 2) : size;
    shapes[2 * k + 1] = bures ? Math.exp((size - elongation) / 2) : elongation;
  }
  return { index, positions, shapes };
}

/** The orthogonal matrix nearest to Z: max tr(Q^T Z), over turns and mirrors. */
function nearestOrthogonal([a, b, c, d]: readonly number[]): readonly [number, number, number, number] {
  const turn = Math.hypot(a + d, c - b);
  const mirror = Math.hypot(a - d, b + c);
  if (turn >= mirror) return turn > 0 ? [(a + d) / turn, (b - c) / turn, (c - b) / turn, (a + d) / turn] : [1, 0, 0, 1];
  return [(a - d) / mirror, (b + c) / mirror, (b + c) / mirror, (d - a) / mirror];
}

/** W^-1 Q W A. */
function turnedBy(camera: LinearCamera, [a, b, c, d]: readonly number[], white: Symmetric2): LinearCamera {
  const L = linearMap(camera);
  const x = times(white, L);
  for (let k = 0; k < 3; k++) {
    const [u, v] = [x[k], x[3 + k]];
    x[k] = a * u + b * v;
    x[3 + k] = c * u + d * v;
  }
  const A = times(
    functionOf(white, (value) => 1 / value),
    x,
  );
  if (camera.projection === "affine") return { ...camera, A };
  return { ...camera, R: completed(A.map((value) => value / camera.scale)) };
}

function times([xx, xy, yy]: Symmetric2, A: Float64Array): Float64Array {
  const out = new Float64Array(6);
  for (let k = 0; k < 3; k++) {
    out[k] = xx * A[k] + xy * A[3 + k];
    out[3 + k] = xy * A[k] + yy * A[3 + k];
  }
  return out;
}

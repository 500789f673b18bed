// Hypotheses by votes: for every direction of view, the angle and the shift that most pairs of alike ellipses agree upon.
//
// What is left of a camera once its direction is given is a similarity of the picture (its scale from the sizes of the ellipses, which no crop
// changes) or, for affine cameras, what remains when both sides are brought to round average shape.
import type { Camera } from "./camera.ts";
import { featureCount } from "./features.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { rotationAlong } from "./rotation.ts";
import type { Stage, Targets } from "./stage.ts";

/** A pose to look into. */
export interface Hypothesis {
  readonly camera: Camera;
  /** What spoke for it: votes, in the unit of pairs. */
  readonly votes: number;
  /** What the transport behind it cost, where there is one. */
  readonly cost?: number;
  /** Which of the directions it belongs to; -1: it has left them. */
  readonly direction: number;
}

/** Bins as in assembly/matching/votes.ts. */
const turns = 24;
const side = 32;
const bins = turns * side * side;
/** How different a pair may be in log area and elongation. */
export const tolerance = 0.4;
/** Peaks taken of one direction. */
const peaks = 2;

/** What the votes go by. */
export interface Ballot {
  /** Directions of view, k x 3. */
  readonly directions: Float64Array;
  readonly targets: Targets;
  /** Width of a bin of shift, in radii. */
  readonly cell: number;
  /** Scale of the view against that expected for normalised sides; "sizes": from the sizes of the ellipses; 1: from their positions. */
  readonly scale: "sizes" | number;
}

/** Opens a place to vote at; it stays in the stage's memory. */
export function openVotes(
  stage: Stage,
  problem: NormalisedProblem,
): (ballot: Ballot) => Generator<void, Hypothesis[], void> {
  const { workspace, n } = stage;
  const { call } = workspace;
  const spare = workspace.alloc(40 * n);
  const sorted = workspace.alloc(40 * n);
  const votes = workspace.alloc(4 * bins);
  const smooth = workspace.alloc(4 * bins);
  const value = workspace.alloc(8);
  return function* vote({ directions, targets, cell, scale: wanted }) {
    const given = workspace.alloc(40 * targets.count);
    const whitening = problem.model === "affine" ? roundShape(targets.values) : null;
    const white = whitening === null ? targets.values : whitened(targets.values, whitening);
    const raw = workspace.alloc(40 * targets.count);
    workspace.f64(raw, featureCount * targets.count).set(white);
    call["voteTargets"](targets.count, raw, given);
    const size = meanSize(white);
    const found: Hypothesis[] = [];
    for (let k = 0; k < directions.length; k += 3) {
      const R = rotationAlong(directions.subarray(k, k + 3));
      const base = baseCamera(problem, R, wanted === "sizes" ? 1 : wanted);
      const seen = stage.project(base);
      const rounding = whitening === null ? null : roundShape(seen);
      if (rounding !== null) seen.set(whitened(seen, rounding));
      // Pairs are compared by their size against the average, whatever the scale of the positions.
      const shift = size - meanSize(seen);
      const scale = wanted === "sizes" || rounding !== null ? Math.exp(shift / 2) : 1;
      call["voteSources"](n, stage.projected, spare, sorted);
      call["votesClear"](votes);
      call["votesOf"](given, 0, targets.count, sorted, shift, scale, tolerance, cell, votes);
      call["votesSmooth"](votes, smooth);
      for (let peak = 0; peak < peaks; peak++) {
        const bin = call["votePeak"](votes, value);
        found.push({
          camera: composed(base, scale, bin, cell, rounding, whitening),
          votes: workspace.f64(value, 1)[0],
          direction: k / 3,
        });
      }
      yield;
    }
    return found.sort((p, q) => q.votes - p.votes);
  };
}

/** A camera looking along the third row of R at the middle of the scene. */
export function baseCamera({ model, focal }: NormalisedProblem, R: Float64Array, scale: number): Camera {
  if (model === "perspective") {
    const intrinsics = { fx: focal, fy: focal, cx: 0, cy: 0 };
    return { projection: "perspective", R, t: Float64Array.of(0, 0, focal / scale), intrinsics };
  }
  if (model === "affine") return { projection: "affine", A: R.slice(0, 6), t: Float64Array.of(0, 0) };
  return { projection: "scaled-orthographic", R, scale, t: Float64Array.of(0, 0) };
}

/** The base camera, its picture scaled, turned and moved by what a bin stands for; between W and the inverse of V for affine ones. */
export function composed(
  base: Camera,
  scale: number,
  bin: number,
  cell: number,
  W: Shape | null,
  V: Shape | null,
): Camera {
  const angle = (2 * Math.PI * Math.floor(bin / (side * side))) / turns;
  const x = ((bin % side) + 0.5 - side / 2) * cell;
  const y = ((Math.floor(bin / side) % side) + 0.5 - side / 2) * cell;
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  if (base.projection === "affine") {
    const [w, v] = [W as Shape, inverse(V as Shape)];
    // V^-1 scale Q W A.
    const q = [
      scale * (c * w[0] - s * w[1]),
      scale * (c * w[1] - s * w[2]),
      scale * (s * w[0] + c * w[1]),
      scale * (s * w[1] + c * w[2]),
    ];
    const M = [
      v[0] * q[0] + v[1] * q[2],
      v[0] * q[1] + v[1] * q[3],
      v[1] * q[0] + v[2] * q[2],
      v[1] * q[1] + v[2] * q[3],
    ];
    const A = new Float64Array(6);
    for (let k = 0; k < 3; k++) {
      A[k] = M[0] * base.A[k] + M[1] * base.A[3 + k];
      A[3 + k] = M[2] * base.A[k] + M[3] * base.A[3 + k];
    }
    return { projection: "affine", A, t: Float64Array.of(v[0] * x + v[1] * y, v[1] * x + v[2] * y) };
  }
  const R = Float64Array.from(base.R);
  for (let k = 0; k < 3; k++) {
    R[k] = c * base.R[k] - s * base.R[3 + k];
    R[3 + k] = s * base.R[k] + c * base.R[3 + k];
  }
  if (base.projection === "scaled-orthographic") {
    return { projection: "scaled-orthographic", R, scale: base.scale * scale, t: Float64Array.of(x, y) };
  }
  const depth = base.t[2] / scale;
  const per = depth / base.intrinsics.fx;
  return { ...base, R, t: Float64Array.of(x * per, y * per, depth) };
}

/** The mean of a, the log of the areas, without the largest and smallest quarter. */
export function meanSize(values: Float64Array): number {
  const sizes: number[] = [];
  for (let at = 2; at < values.length; at += featureCount) if (values[at] > -1e8) sizes.push(values[at]);
  const sorted = Float64Array.from(sizes).sort();
  const cut = Math.floor(sorted.length / 4);
  let sum = 0;
  for (let k = cut; k < sorted.length - cut; k++) sum += sorted[k];
  return sum / (sorted.length - 2 * cut);
}

/** A symmetric matrix of determinant 1: xx, xy, yy. */
export type Shape = readonly [number, number, number];

/** C^-1/2 for the average shape C of ellipses, each of determinant 1: what makes them round on average. It goes along with every linear map. */
export function roundShape(values: Float64Array): Shape {
  let c = 0;
  let p = 0;
  let q = 0;
  for (let at = 0; at < values.length; at += featureCount) {
    const r = Math.hypot(values[at + 3], values[at + 4]);
    const slope = r > 1e-12 ? Math.sinh(r) / r : 1;
    c += Math.cosh(r);
    p += slope * values[at + 3];
    q += slope * values[at + 4];
  }
  // [[c + p, q], [q, c - p]] up to a factor: its logarithm is r [[p, q], [q, -p]] / |(p, q)| with tanh r = |(p, q)| / c.
  const length = Math.hypot(p, q);
  if (!(length > 1e-12 * c)) return [1, 0, 1];
  const r = Math.atanh(Math.min(length / c, 1 - 1e-12)) / 2;
  const [ch, sh] = [Math.cosh(r), -Math.sinh(r) / length];
  return [ch + sh * p, sh * q, ch - sh * p];
}

function inverse([xx, xy, yy]: Shape): Shape {
  return [yy, -xy, xx];
}

/** Features after the map W (determinant 1). */
export function whitened(values: Float64Array, W: Shape): Float64Array {
  const [a, b, c] = W;
  const out = values.slice();
  for (let at = 0; at < values.length; at += featureCount) {
    const [x, y, , p, q] = values.subarray(at, at + featureCount);
    out[at] = a * x + b * y;
    out[at + 1] = b * x + c * y;
    const r = Math.hypot(p, q);
    const sh = r > 1e-12 ? Math.sinh(r) / r : 1;
    const ch = Math.cosh(r);
    const [xx, xy, yy] = [ch + sh * p, sh * q, ch - sh * p];
    const [d, e] = [a * xx + b * xy, a * xy + b * yy];
    const [f, g] = [b * xx + c * xy, b * xy + c * yy];
    const [sxx, sxy, syy] = [d * a + e * b, d * b + e * c, f * b + g * c];
    const half = (sxx - syy) / 2;
    const root = Math.hypot(half, sxy);
    const slope = root > 1e-12 ? Math.asinh(root) / root : 1;
    out[at + 3] = slope * half;
    out[at + 4] = slope * sxy;
  }
  return out;
}

// Linear cameras to start from, and linear cameras as what a problem asks for.
//
// Of one direction of view there is left a turn of the picture, once positions have the same second moments on both sides: for affine cameras
// A = V^1/2 Q W^-1/2 B with V the second moments of the view and W those of the scene through B; otherwise a turn and a scale of 1.
import { eigen, spectral } from "../linalg/eigen.ts";
import { type Camera, linearPart } from "./camera.ts";
import type { NormalisedProblem } from "./normalise.ts";
import type { LinearCamera } from "./procrustes.ts";
import { rotationAlong } from "./rotation.ts";

/** A symmetric 2 x 2 matrix: xx, xy, yy. */
export type Symmetric2 = readonly [xx: number, xy: number, yy: number];

/** f(S) for a function of the eigenvalues. */
export function functionOf([xx, xy, yy]: Symmetric2, f: (eigenvalue: number) => number): Symmetric2 {
  const M = spectral(eigen(Float64Array.of(xx, xy, xy, yy), 2), f);
  return [M[0], M[1], M[3]];
}

/** The second moments of positions: of the scene (3 x 3), of the view. */
export interface Spreads {
  readonly scene: Float64Array;
  readonly view: Symmetric2;
}

/** A problem with perspective cameras as one with scaled orthographic ones: weak perspective, its view centred. */
export function centred(problem: NormalisedProblem): NormalisedProblem {
  if (problem.model !== "perspective") return problem;
  return { ...problem, model: "scaled-orthographic", focal: 0 };
}

/** The camera of the problem that is, to first order at the middle of the scene, this one. */
export function lifted({ model, focal }: NormalisedProblem, camera: LinearCamera): Camera {
  if (model !== "perspective" || camera.projection !== "scaled-orthographic") return camera;
  const depth = focal / camera.scale;
  const per = depth / focal;
  return {
    projection: "perspective",
    R: camera.R,
    t: Float64Array.of(camera.t[0] * per, camera.t[1] * per, depth),
    intrinsics: { fx: focal, fy: focal, cx: 0, cy: 0 },
  };
}

/** Second moments about the origin, where both sides have their middle. */
export function spreads({ scene, view }: NormalisedProblem): Spreads {
  const S = new Float64Array(9);
  for (let at = 0; at < scene.means.length; at += 3) {
    for (let k = 0; k < 3; k++) {
      for (let l = 0; l < 3; l++) S[3 * k + l] += (scene.means[at + k] * scene.means[at + l]) / scene.count;
    }
  }
  const V: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < view.means.length; at += 2) {
    const [x, y] = [view.means[at], view.means[at + 1]];
    V[0] += (x * x) / view.count;
    V[1] += (x * y) / view.count;
    V[2] += (y * y) / view.count;
  }
  return { scene: S, view: V };
}

/** `turns` cameras that look along a direction. */
export function startsAlong(
  { model }: NormalisedProblem,
  { scene: S, view: V }: Spreads,
  direction: ArrayLike<number>,
  turns: number,
): LinearCamera[] {
  const R = rotationAlong(direction);
  const t = Float64Array.of(0, 0);
  const out: LinearCamera[] = [];
  const form = (p: number, q: number): number => {
    let sum = 0;
    for (let k = 0; k < 3; k++) for (let l = 0; l < 3; l++) sum += R[3 * p + k] * S[3 * k + l] * R[3 * q + l];
    return sum;
  };
  const floor = 1e-6 * (S[0] + S[4] + S[8]) + 1e-300;
  const W = functionOf([form(0, 0), form(0, 1), form(1, 1)], (value) => 1 / Math.sqrt(Math.max(value, floor)));
  const root = functionOf(V, (value) => Math.sqrt(Math.max(value, 0)));
  for (let turn = 0; turn < turns; turn++) {
    const angle = (2 * Math.PI * turn) / turns;
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    if (model === "affine") {
      // V^1/2 Q W^-1/2, row by row.
      const [a, b] = [root[0] * c + root[1] * s, -root[0] * s + root[1] * c];
      const [d, e] = [root[1] * c + root[2] * s, -root[1] * s + root[2] * c];
      const M = [a * W[0] + b * W[1], a * W[1] + b * W[2], d * W[0] + e * W[1], d * W[1] + e * W[2]];
      const A = new Float64Array(6);
      for (let k = 0; k < 3; k++) {
        A[k] = M[0] * R[k] + M[1] * R[3 + k];
        A[3 + k] = M[2] * R[k] + M[3] * R[3 + k];
      }
      out.push({ projection: "affine", A, t });
      continue;
    }
    const turned = R.slice();
    for (let k = 0; k < 3; k++) {
      turned[k] = c * R[k] - s * R[3 + k];
      turned[3 + k] = s * R[k] + c * R[3 + k];
    }
    out.push({ projection: "scaled-orthographic", R: turned, scale: 1, t });
  }
  return out;
}

/** The six numbers A of a linear camera. */
export function linearMap(camera: LinearCamera): Float64Array {
  return linearPart(camera).slice(0, 6);
}

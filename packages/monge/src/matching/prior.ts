// What is known of a camera beforehand: where it looks from, which way is up, how large the picture is, how orthogonal an affine one is.
//
// Hard limits choose the hypotheses, soft ones enter the normal equations of every refinement as residuals over their spreads.
import type { Camera } from "./camera.ts";
import { viewDirection } from "./camera.ts";
import { unknowns } from "./pose.ts";
import { directions, rotationAngle } from "./rotation.ts";

/** Prior knowledge; everything is optional. */
export interface MatchPrior {
  /** The direction that the camera looks along, in the world, and how far (degrees) it may be off. */
  readonly direction?: { readonly vector: ArrayLike<number>; readonly degrees: number };
  /** The direction in the world that is up in the picture (towards smaller y), and how far its image may be off (degrees). */
  readonly up?: { readonly vector: ArrayLike<number>; readonly degrees: number };
  /** A camera near the true one: its rotation is off by `degrees` at most (for affine ones, its direction of view). */
  readonly near?: { readonly camera: Camera; readonly degrees: number };
  /** The scale of a scaled orthographic camera, and the relative spread of what is known of it. */
  readonly scale?: { readonly value: number; readonly spread: number };
  /** The relative spread of the focal length that the intrinsics give; makes it an unknown. Default: it is known. */
  readonly focalSpread?: number;
  /** Spread of |A A^T - s I| / s for affine cameras: how far from scaled orthographic they are expected to be. Default: no such expectation. */
  readonly orthogonality?: number;
}

/** Where to look: directions of view (k x 3) with about the density of `count` over the whole sphere, `slack` degrees beyond the limits. */
export function allowedDirections(prior: MatchPrior, count: number, slack: number): Float64Array {
  return chosenDirections(prior, count, slack, true);
}

/** Where not to look: the other directions, `most` of them at most, by equal steps. */
export function excludedDirections(prior: MatchPrior, count: number, slack: number, most: number): Float64Array {
  const all = chosenDirections(prior, count, slack, false);
  const found = all.length / 3;
  if (found <= most) return all;
  return Float64Array.from(
    { length: 3 * most },
    (_, at) => all[3 * Math.floor((Math.floor(at / 3) * found) / most) + (at % 3)],
  );
}

function chosenDirections(prior: MatchPrior, count: number, slack: number, wanted: boolean): Float64Array {
  const cones: { v: ArrayLike<number>; degrees: number }[] = [];
  if (prior.direction !== undefined) cones.push({ v: prior.direction.vector, degrees: prior.direction.degrees });
  if (prior.near !== undefined) cones.push({ v: viewDirection(prior.near.camera), degrees: prior.near.degrees });
  const all = directions(count);
  const spacing = slack + (Math.sqrt((4 * Math.PI) / count) * 180) / Math.PI / 2;
  const kept: number[] = [];
  for (let k = 0; k < all.length; k += 3) {
    const inside = cones.every(({ v, degrees }) => {
      const norm = Math.hypot(v[0], v[1], v[2]);
      const cosine = (all[k] * v[0] + all[k + 1] * v[1] + all[k + 2] * v[2]) / norm;
      return cosine >= Math.cos(Math.min(Math.PI, ((degrees + spacing) * Math.PI) / 180));
    });
    if (inside === wanted) kept.push(all[k], all[k + 1], all[k + 2]);
  }
  return Float64Array.from(kept);
}

/** Whether a camera is within the limits, `slack` degrees wider. */
export function allows(prior: MatchPrior, camera: Camera, slack: number): boolean {
  const { direction, up, near } = prior;
  if (direction !== undefined && angleTo(viewDirection(camera), direction.vector) > direction.degrees + slack)
    return false;
  if (near !== undefined) {
    const off =
      camera.projection === "affine" || near.camera.projection === "affine"
        ? angleTo(viewDirection(camera), viewDirection(near.camera))
        : (rotationAngle(camera.R, near.camera.R) * 180) / Math.PI;
    if (off > near.degrees + slack) return false;
  }
  if (up === undefined) return true;
  const rows = camera.projection === "affine" ? camera.A : camera.R;
  const [x, y, z] = [up.vector[0], up.vector[1], up.vector[2]];
  const image = [rows[0] * x + rows[1] * y + rows[2] * z, rows[3] * x + rows[4] * y + rows[5] * z];
  // Looking straight up or down, the picture says nothing about it.
  const length = Math.hypot(image[0], image[1]);
  return (
    length === 0 || (Math.acos(Math.max(-1, Math.min(1, -image[1] / length))) * 180) / Math.PI <= up.degrees + slack
  );
}

function angleTo(v: ArrayLike<number>, w: ArrayLike<number>): number {
  const dot = v[0] * w[0] + v[1] * w[1] + v[2] * w[2];
  const cosine = dot / (Math.hypot(v[0], v[1], v[2]) * Math.hypot(w[0], w[1], w[2]));
  return (Math.acos(Math.max(-1, Math.min(1, cosine))) * 180) / Math.PI;
}

/** What a soft prior adds to the normal equations, in the normalised world; `scale` and `focal` as there. */
export interface SoftPrior {
  readonly scale?: { readonly value: number; readonly spread: number };
  readonly focal?: { readonly value: number; readonly spread: number };
  readonly orthogonality?: number;
}

/** Adds the residuals of a soft prior. */
export function addPrior(soft: SoftPrior, camera: Camera, H: Float64Array, g: Float64Array): void {
  const k = g.length;
  const one = (at: number, miss: number, spread: number): void => {
    const weight = 1 / (spread * spread);
    H[at * k + at] += weight;
    g[at] += weight * miss;
  };
  if (camera.projection === "scaled-orthographic" && soft.scale !== undefined) {
    one(3, Math.log(soft.scale.value / camera.scale), soft.scale.spread);
  }
  if (camera.projection === "perspective" && k === 7 && soft.focal !== undefined) {
    one(6, Math.log(soft.focal.value / camera.intrinsics.fx), soft.focal.spread);
  }
  if (camera.projection !== "affine" || soft.orthogonality === undefined || k !== unknowns(camera, false)) return;
  const { A } = camera;
  const s = (A[0] ** 2 + A[1] ** 2 + A[2] ** 2 + A[3] ** 2 + A[4] ** 2 + A[5] ** 2) / 2;
  // Residuals (|A_1|^2 - |A_2|^2) / 2 s and A_1 A_2 / s.
  const residuals = [0, 0];
  const J = [new Float64Array(k), new Float64Array(k)];
  for (let c = 0; c < 3; c++) {
    residuals[0] += (A[c] ** 2 - A[3 + c] ** 2) / (2 * s);
    residuals[1] += (A[c] * A[3 + c]) / s;
    J[0][c] = A[c] / s;
    J[0][3 + c] = -A[3 + c] / s;
    J[1][c] = A[3 + c] / s;
    J[1][3 + c] = A[c] / s;
  }
  const weight = 1 / (soft.orthogonality * soft.orthogonality);
  for (const [r, residual] of residuals.entries()) {
    for (let p = 0; p < k; p++) {
      g[p] -= weight * J[r][p] * residual;
      for (let q = 0; q < k; q++) H[p * k + q] += weight * J[r][p] * J[r][q];
    }
  }
}

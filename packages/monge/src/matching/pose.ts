// The unknowns of a camera: how it changes with a small step, and the step that fits it best to weighted targets.
//
// Gauss-Newton with Levenberg's damping on sum_i W_i |y_i - y_i(camera)|^2, y the five features of an ellipse.
import { factor, solveFactored } from "../linalg/cholesky.ts";
import type { Camera } from "./camera.ts";
import { orthonormal, turned } from "./rotation.ts";

/** How many unknowns a camera has; a perspective one has a seventh where its focal length is free. */
export function unknowns(camera: Camera, freeFocal: boolean): number {
  if (camera.projection === "affine") return 8;
  return camera.projection === "perspective" && freeFocal ? 7 : 6;
}

/** The camera after a step: rotations by a turn, scales and focal lengths by a factor, the rest by a sum. */
export function stepped(camera: Camera, step: ArrayLike<number>): Camera {
  if (camera.projection === "affine") {
    return {
      projection: "affine",
      A: Float64Array.from(camera.A, (value, k) => value + step[k]),
      t: Float64Array.from(camera.t, (value, k) => value + step[6 + k]),
    };
  }
  const R = orthonormal(turned(camera.R, step[0], step[1], step[2]));
  if (camera.projection === "scaled-orthographic") {
    return {
      projection: "scaled-orthographic",
      R,
      scale: camera.scale * Math.exp(step[3]),
      t: Float64Array.of(camera.t[0] + step[4], camera.t[1] + step[5]),
    };
  }
  // Translations in the unit of the distance: their effect in the image is then like that of a turn.
  const { t, intrinsics } = camera;
  const unit = Math.hypot(t[0], t[1], t[2]);
  const factor = Math.exp(step[6] ?? 0);
  return {
    projection: "perspective",
    R,
    t: Float64Array.of(t[0] + unit * step[3], t[1] + unit * step[4], t[2] + unit * step[5]),
    intrinsics: factor === 1 ? intrinsics : { ...intrinsics, fx: intrinsics.fx * factor, fy: intrinsics.fy * factor },
  };
}

/** Solves (H + damping diag(H)) x = g for a positive semi-definite H (k x k) by Cholesky's factorisation; null where it has none. */
export function solveNormal(H: Float64Array, g: Float64Array, damping: number): Float64Array | null {
  const k = g.length;
  const L = H.slice();
  for (let i = 0; i < k; i++) L[i * k + i] += damping * H[i * k + i] + 1e-300;
  if (!factor(L, k, (pivot) => (pivot > 0 ? Math.sqrt(pivot) : Number.NaN))) return null;
  const x = g.slice();
  solveFactored(L, x, k);
  return x.every((value) => Number.isFinite(value)) ? x : null;
}

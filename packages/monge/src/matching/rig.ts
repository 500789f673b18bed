// Cameras that are rigid to each other: one pose serves all. Poses carried from one view to the others, and how a step of all moves each.
//
// Perspective: Y_v = R_v Y_1 + t_v between camera coordinates, six unknowns. Scaled orthographic: the rotations alone are rigid, each view keeps a
// scale and a shift of its own, 3 + 3 V unknowns.
import type { Camera } from "./camera.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { stepped } from "./pose.ts";

/** From the first camera's coordinates to another's: Y = R Y_1 + t. */
export interface RigidMotion {
  /** A rotation, 3 x 3 row-major. */
  readonly R: ArrayLike<number>;
  /** Three numbers in the unit of the scene; needed for, and only read of, perspective cameras. */
  readonly t?: ArrayLike<number>;
}

/** Views of one scene from a rig; motions[0] is the identity. */
export interface Rig {
  readonly problems: readonly NormalisedProblem[];
  readonly motions: readonly Required<RigidMotion>[];
}

/** The normalised cameras of all views where that of view `from` is known; scales and shifts of other orthographic views are left to be found. */
export function carried({ problems, motions }: Rig, from: number, camera: Camera): Camera[] | null {
  const own = problems[from].outward(camera);
  if (own.projection === "affine") return null;
  const { R, t } = motions[from];
  const first = timesTransposed(R, own.R);
  if (own.projection === "scaled-orthographic") {
    return problems.map((_, v) => {
      if (v === from) return camera;
      return { projection: "scaled-orthographic", R: product(motions[v].R, first), scale: 1, t: Float64Array.of(0, 0) };
    });
  }
  const back = [0, 1, 2].map((k) => own.t[k] - t[k]);
  const origin = timesTransposed(R, back);
  return problems.map((problem, v) => {
    if (v === from) return camera;
    const moved = product(motions[v].R, origin).map((value, k) => value + motions[v].t[k]);
    const intrinsics = problem.outward(unmoved(problem)) as Extract<Camera, { projection: "perspective" }>;
    return problem.inward({
      projection: "perspective",
      R: product(motions[v].R, first),
      t: moved,
      intrinsics: intrinsics.intrinsics,
    });
  });
}

/** A camera with the problem's own focal length. */
function unmoved({ focal }: NormalisedProblem): Camera {
  const R = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  return {
    projection: "perspective",
    R,
    t: Float64Array.of(0, 0, 1),
    intrinsics: { fx: focal, fy: focal, cx: 0, cy: 0 },
  };
}

/** How many unknowns all views have together. */
export function rigUnknowns({ problems }: Rig): number {
  return problems[0].model === "perspective" ? 6 : 3 + 3 * problems.length;
}

/** All cameras after a step of the rig. */
export function rigStepped(rig: Rig, cameras: readonly Camera[], step: Float64Array): Camera[] | null {
  if (rig.problems[0].model === "perspective") return carried(rig, 0, stepped(cameras[0], step));
  return cameras.map((camera, v) => stepped(camera, orthographicStep(rig, v, step)));
}

/** The derivative of view v's own step by the rig's, 6 x k. */
export function rigJacobian(rig: Rig, cameras: readonly Camera[], v: number): Float64Array {
  const k = rigUnknowns(rig);
  const D = new Float64Array(6 * k);
  const step = new Float64Array(k);
  const tiny = rig.problems[0].model === "perspective" ? 1e-6 : 1;
  for (let p = 0; p < k; p++) {
    step[p] = tiny;
    const moved =
      rig.problems[0].model === "perspective"
        ? stepBetween(cameras[v], (carried(rig, 0, stepped(cameras[0], step)) as Camera[])[v])
        : orthographicStep(rig, v, step);
    for (let c = 0; c < 6; c++) D[c * k + p] = moved[c] / tiny;
    step[p] = 0;
  }
  return D;
}

function orthographicStep({ motions }: Rig, v: number, step: Float64Array): Float64Array {
  const turn = product(motions[v].R, step.subarray(0, 3));
  return Float64Array.of(...turn, step[3 + 3 * v], step[4 + 3 * v], step[5 + 3 * v]);
}

/** The small step that leads from one perspective camera to another: the inverse of `stepped`. */
function stepBetween(from: Camera, to: Camera): Float64Array {
  if (from.projection !== "perspective" || to.projection !== "perspective") return new Float64Array(6);
  const E = new Float64Array(9);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) for (let k = 0; k < 3; k++) E[3 * i + j] += to.R[3 * i + k] * from.R[3 * j + k];
  }
  const unit = Math.hypot(from.t[0], from.t[1], from.t[2]);
  return Float64Array.of(
    (E[7] - E[5]) / 2,
    (E[2] - E[6]) / 2,
    (E[3] - E[1]) / 2,
    (to.t[0] - from.t[0]) / unit,
    (to.t[1] - from.t[1]) / unit,
    (to.t[2] - from.t[2]) / unit,
  );
}

/** R X for X with three rows. */
function product(R: ArrayLike<number>, X: ArrayLike<number>): Float64Array {
  const columns = X.length / 3;
  const out = new Float64Array(X.length);
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k < 3; k++) out[i * columns + j] += R[3 * i + k] * X[k * columns + j];
    }
  }
  return out;
}

function timesTransposed(R: ArrayLike<number>, X: ArrayLike<number>): Float64Array {
  return product([R[0], R[3], R[6], R[1], R[4], R[7], R[2], R[5], R[8]], X);
}

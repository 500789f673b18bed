// Both sides brought to the origin and to radius 1, so that every tolerance is a share of the picture; cameras carried between the two worlds.
import { multiply, product, transposed } from "../linalg/small.ts";
import type { Camera, Ellipses, Ellipsoids, Intrinsics } from "./camera.ts";
import { rotationAlong } from "./rotation.ts";

/** What is known of the camera before anything is matched. */
export type CameraModel = "affine" | "scaled-orthographic" | "perspective";

/** The two sides in units of their own. */
export interface NormalisedProblem {
  readonly model: CameraModel;
  readonly scene: Ellipsoids;
  readonly view: Ellipses;
  /** The focal length in the unit of the normalised view; 0 for cameras without one. Its principal point is the origin. */
  readonly focal: number;
  /** One unit of the caller's picture, in the normalised view (for rays: at their centre). */
  readonly pixel: number;
  /** The angle by which rays were turned, in degrees. */
  readonly turned: number;
  /** From a camera between the normalised sides to the caller's, and back. */
  outward(camera: Camera): Camera;
  inward(camera: Camera): Camera;
}

/** Normalises; `intrinsics` are for perspective cameras. `turn`: whether the view may be turned so that its middle is straight ahead. */
export function normaliseProblem(
  scene: Ellipsoids,
  ellipses: Ellipses,
  model: CameraModel,
  intrinsics: Intrinsics | null,
  turn = true,
): NormalisedProblem {
  const world = ball(scene.means, 3);
  // A ball's projection has 2/3 of its second moment: so scales are about 1.
  const unit = world.rms > 0 ? world.rms * Math.sqrt(4 / 3) : 1;
  const [X, Y, Z] = world.centre;
  const normalScene: Ellipsoids = {
    count: scene.count,
    means: scene.means.map((value, k) => (value - world.centre[k % 3]) / unit),
    covariances: scene.covariances.map((value) => value / (unit * unit)),
  };
  const rays = intrinsics === null ? null : straightened(ellipses, intrinsics, turn);
  const flat = rays?.view ?? ellipses;
  const image = rays === null ? ball(flat.means, 2) : { centre: [0, 0], rms: ball(flat.means, 2).rms };
  const radius = image.rms > 0 ? image.rms * Math.sqrt(2) : 1;
  const view: Ellipses = {
    count: ellipses.count,
    means: flat.means.map((value, k) => (value - image.centre[k % 2]) / radius),
    covariances: flat.covariances.map((value) => value / (radius * radius)),
  };
  const [u, v] = image.centre;
  return {
    model,
    scene: normalScene,
    view,
    focal: rays === null ? 0 : 1 / radius,
    pixel: rays === null ? 1 / radius : 1 / (Math.sqrt(rays.intrinsics.fx * rays.intrinsics.fy) * radius),
    turned: rays === null ? 0 : (Math.acos(Math.min(1, rays.turning[8])) * 180) / Math.PI,
    outward(camera) {
      if (camera.projection === "perspective") {
        const { turning, intrinsics: outer } = rays as Rays;
        const R = multiply(transposed(turning, 3, 3), Float64Array.from(camera.R), 3);
        const s = times(transposed(turning, 3, 3), camera.t).map((value) => value * unit);
        const c = times(R, [X, Y, Z]);
        // A focal length that was found is carried over as a factor.
        const factor = camera.intrinsics.fx * radius;
        const { fx, fy, cx, cy } = outer;
        return {
          projection: "perspective",
          R,
          t: Float64Array.of(s[0] - c[0], s[1] - c[1], s[2] - c[2]),
          intrinsics: { fx: fx * factor, fy: fy * factor, cx, cy },
        };
      }
      const A = linear(camera);
      for (let k = 0; k < 6; k++) A[k] *= radius / unit;
      const t = Float64Array.of(
        radius * camera.t[0] + u - (A[0] * X + A[1] * Y + A[2] * Z),
        radius * camera.t[1] + v - (A[3] * X + A[4] * Y + A[5] * Z),
      );
      return camera.projection === "affine"
        ? { projection: "affine", A, t }
        : { projection: "scaled-orthographic", R: camera.R, scale: (camera.scale * radius) / unit, t };
    },
    inward(camera) {
      if (camera.projection === "perspective") {
        const { turning, intrinsics: outer } = rays as Rays;
        const c = times(camera.R, [X, Y, Z]);
        const s = [0, 1, 2].map((k) => (camera.t[k] + c[k]) / unit);
        const focal = camera.intrinsics.fx / outer.fx / radius;
        return {
          projection: "perspective",
          R: multiply(turning, Float64Array.from(camera.R), 3),
          t: times(turning, s),
          intrinsics: { fx: focal, fy: focal, cx: 0, cy: 0 },
        };
      }
      const A = linear(camera);
      const t = Float64Array.of(
        (A[0] * X + A[1] * Y + A[2] * Z + camera.t[0] - u) / radius,
        (A[3] * X + A[4] * Y + A[5] * Z + camera.t[1] - v) / radius,
      );
      return camera.projection === "affine"
        ? { projection: "affine", A: A.map((value) => (value * unit) / radius), t }
        : { projection: "scaled-orthographic", R: camera.R, scale: (camera.scale * unit) / radius, t };
    },
  };
}

interface Rays {
  readonly view: Ellipses;
  readonly turning: Float64Array;
  readonly intrinsics: Intrinsics;
}

/** The view as a camera of focal length 1 would show it, turned towards the middle of the ellipses: a homography, first order for covariances. */
function straightened({ count, means, covariances }: Ellipses, intrinsics: Intrinsics, turn: boolean): Rays {
  const { fx, fy, cx, cy } = intrinsics;
  const rays = means.map((value, k) => (k % 2 === 0 ? (value - cx) / fx : (value - cy) / fy));
  const towards = [0, 0, 0];
  for (let j = 0; j < count; j++) {
    const norm = Math.hypot(rays[2 * j], rays[2 * j + 1], 1);
    towards[0] += rays[2 * j] / norm;
    towards[1] += rays[2 * j + 1] / norm;
    towards[2] += 1 / norm;
  }
  const norm = Math.hypot(towards[0], towards[1], towards[2]);
  const T =
    turn && norm > 0 ? leastTurn(towards.map((value) => value / norm)) : Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const out = { count, means: new Float64Array(2 * count), covariances: new Float64Array(3 * count) };
  for (let j = 0; j < count; j++) {
    const [x, y] = [rays[2 * j], rays[2 * j + 1]];
    const w = T[6] * x + T[7] * y + T[8];
    const p = (T[0] * x + T[1] * y + T[2]) / w;
    const q = (T[3] * x + T[4] * y + T[5]) / w;
    out.means[2 * j] = p;
    out.means[2 * j + 1] = q;
    const J = [
      (T[0] - p * T[6]) / w / fx,
      (T[1] - p * T[7]) / w / fy,
      (T[3] - q * T[6]) / w / fx,
      (T[4] - q * T[7]) / w / fy,
    ];
    const [xx, xy, yy] = covariances.subarray(3 * j, 3 * j + 3);
    const a = J[0] * xx + J[1] * xy;
    const b = J[0] * xy + J[1] * yy;
    out.covariances[3 * j] = a * J[0] + b * J[1];
    out.covariances[3 * j + 1] = a * J[2] + b * J[3];
    out.covariances[3 * j + 2] = (J[2] * xx + J[3] * xy) * J[2] + (J[2] * xy + J[3] * yy) * J[3];
  }
  return { view: out, turning: T, intrinsics };
}

/** The rotation that takes the unit vector v to (0, 0, 1) by the shortest way; some rotation where v points straight back. */
function leastTurn(v: readonly number[]): Float64Array {
  const [x, y, z] = v;
  if (z < -0.999) return rotationAlong(v);
  const k = 1 / (1 + z);
  return Float64Array.of(1 - k * x * x, -k * x * y, -x, -k * x * y, 1 - k * y * y, -y, x, y, z);
}

function ball(points: Float64Array, d: number): { centre: number[]; rms: number } {
  const n = points.length / d;
  const centre = new Array<number>(d).fill(0);
  for (let k = 0; k < points.length; k++) centre[k % d] += points[k] / n;
  let square = 0;
  for (let k = 0; k < points.length; k++) square += (points[k] - centre[k % d]) ** 2 / n;
  return { centre, rms: Math.sqrt(square) };
}

function linear(camera: Exclude<Camera, { projection: "perspective" }>): Float64Array {
  return camera.projection === "affine"
    ? Float64Array.from(camera.A)
    : Float64Array.from({ length: 6 }, (_, k) => camera.scale * camera.R[k]);
}

/** R x. */
function times(R: ArrayLike<number>, x: ArrayLike<number>): Float64Array {
  return product(R, x, 3, 3, 1);
}

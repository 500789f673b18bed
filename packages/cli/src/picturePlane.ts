// Where the picture of a camera can be hung in the scene: a plane before it on which pixel (u, v) lies at origin + u right + v down.
// For a perspective camera the plane z = d before it, for the others one across the direction of view.
import type { Mixture } from "monge";
import type { Camera } from "monge/matching";
import { directionOf } from "./matchAnswer.ts";

/** The plane, in the scene. */
export interface PicturePlane {
  readonly origin: readonly number[];
  readonly right: readonly number[];
  readonly down: readonly number[];
  /** The part that is framed: left, top, right, bottom, in pixels. */
  readonly box: readonly [number, number, number, number];
  /** Where a perspective camera stands; null for the others, which stand nowhere. */
  readonly eye: readonly number[] | null;
  /** What is up in the picture. */
  readonly up: readonly number[];
}

/** The plane just before the scene. */
export function picturePlane(camera: Camera, { means }: Mixture, box: PicturePlane["box"]): PicturePlane {
  const v = directionOf(camera);
  const depths = Array.from({ length: means.rows }, (_, i) =>
    [0, 1, 2].reduce((sum, k) => sum + v[k] * means.data[3 * i + k], 0),
  ).sort((a, b) => a - b);
  const [near, far] = [depths[0], depths[depths.length - 1]];
  if (camera.projection === "perspective") {
    const { R, t, intrinsics } = camera;
    const { fx, fy, cx, cy } = intrinsics;
    const eye = [0, 1, 2].map((k) => -(R[k] * t[0] + R[3 + k] * t[1] + R[6 + k] * t[2]));
    const first = near - [0, 1, 2].reduce((sum, k) => sum + v[k] * eye[k], 0);
    // A scene that reaches behind the camera leaves little room before it.
    const d = first > 0 ? 0.75 * first : 0.1 * (far - near);
    const right = [0, 1, 2].map((k) => (d / fx) * R[k]);
    const down = [0, 1, 2].map((k) => (d / fy) * R[3 + k]);
    const origin = [0, 1, 2].map((k) => eye[k] + d * R[6 + k] - cx * right[k] - cy * down[k]);
    return { origin, right, down, box, eye, up: [-R[3], -R[4], -R[5]] };
  }
  const A =
    camera.projection === "affine"
      ? Array.from(camera.A)
      : Array.from({ length: 6 }, (_, k) => camera.scale * camera.R[k]);
  // Columns of the pseudoinverse A^T (A A^T)^-1.
  const dot = (p: number, q: number): number => A[p] * A[q] + A[p + 1] * A[q + 1] + A[p + 2] * A[q + 2];
  const [a, b, c] = [dot(0, 0), dot(0, 3), dot(3, 3)];
  const det = a * c - b * b;
  const right = [0, 1, 2].map((k) => (c * A[k] - b * A[3 + k]) / det);
  const down = [0, 1, 2].map((k) => (a * A[3 + k] - b * A[k]) / det);
  const d = near - 0.35 * (far - near || 1);
  const origin = [0, 1, 2].map((k) => d * v[k] - camera.t[0] * right[k] - camera.t[1] * down[k]);
  return { origin, right, down, box, eye: null, up: down.map((value) => -value) };
}

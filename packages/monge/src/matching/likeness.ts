// How alike two cameras show a scene, and the camera that a flat scene cannot tell from another.
import { type Camera, viewDirection } from "./camera.ts";
import { featureCount } from "./features.ts";
import type { NormalisedProblem } from "./normalise.ts";
import { rotationAngle } from "./rotation.ts";
import type { Stage } from "./stage.ts";

/** Whether two cameras show the scene alike. */
export function near(stage: Stage, p: Camera, q: Camera, limits: { picture: number; degrees: number }): boolean {
  return (poseAngle(p, q) * 180) / Math.PI <= limits.degrees && pictureDistance(stage, p, q) <= limits.picture;
}

/** Root mean square of the distances between the images of the ellipsoids, in radii of the picture. */
export function pictureDistance(stage: Stage, p: Camera, q: Camera): number {
  const first = stage.project(p).slice();
  const second = stage.project(q);
  let square = 0;
  let count = 0;
  for (let at = 0; at < first.length; at += featureCount) {
    if (first[at + 2] < -1e8 || second[at + 2] < -1e8) continue;
    square += (first[at] - second[at]) ** 2 + (first[at + 1] - second[at + 1]) ** 2;
    count++;
  }
  return count > 0 ? Math.sqrt(square / count) : 0;
}

/** The angle between two cameras: of their rotations, or of the directions of view of affine ones. */
export function poseAngle(p: Camera, q: Camera): number {
  if (p.projection !== "affine" && q.projection !== "affine") return rotationAngle(p.R, q.R);
  const [v, w] = [viewDirection(p), viewDirection(q)];
  return Math.acos(Math.min(1, Math.abs(v[0] * w[0] + v[1] * w[1] + v[2] * w[2])));
}

/** The same camera on the other side of the plane in which the scene is flattest: what a flat scene cannot tell apart. */
export function mirrored({ scene }: NormalisedProblem, camera: Camera): Camera[] {
  if (camera.projection === "affine") return [];
  const n = flattest(scene.means);
  const R = Float64Array.from(camera.R);
  for (let row = 0; row < 2; row++) {
    const along = R[3 * row] * n[0] + R[3 * row + 1] * n[1] + R[3 * row + 2] * n[2];
    for (let k = 0; k < 3; k++) R[3 * row + k] -= 2 * along * n[k];
  }
  R[6] = R[1] * R[5] - R[2] * R[4];
  R[7] = R[2] * R[3] - R[0] * R[5];
  R[8] = R[0] * R[4] - R[1] * R[3];
  return [{ ...camera, R }];
}

/** The direction in which points spread least: inverse iteration on their second moments. */
function flattest(points: Float64Array): Float64Array {
  const S = new Float64Array(9);
  for (let at = 0; at < points.length; at += 3) {
    for (let k = 0; k < 3; k++) for (let l = 0; l < 3; l++) S[3 * k + l] += points[at + k] * points[at + l];
  }
  const trace = S[0] + S[4] + S[8];
  for (let k = 0; k < 3; k++) S[4 * k] += 1e-9 * trace;
  const [a, b, c, , d, e, , , f] = S;
  const adjugate = [
    d * f - e * e,
    c * e - b * f,
    b * e - c * d,
    c * e - b * f,
    a * f - c * c,
    b * c - a * e,
    b * e - c * d,
    b * c - a * e,
    a * d - b * b,
  ];
  let v = [0.6, 0.5, 0.62];
  for (let step = 0; step < 60; step++) {
    const w = [0, 1, 2].map((k) => adjugate[3 * k] * v[0] + adjugate[3 * k + 1] * v[1] + adjugate[3 * k + 2] * v[2]);
    const norm = Math.hypot(w[0], w[1], w[2]);
    v = w.map((value) => value / norm);
  }
  return Float64Array.from(v);
}

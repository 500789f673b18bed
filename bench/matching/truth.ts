// Planted cameras, and how far an answer is from them.
import { random } from "monge";
import type { Mixture } from "monge/gaussian";
import type { Camera, CameraModel, MatchResult, SimulatedView } from "monge/matching";
import { rotation } from "./scenes.ts";

const degrees = 180 / Math.PI;

/** A camera of a kind, drawn at random, that has the scene in its picture. */
export function plantedCamera(camera: CameraModel, scene: Mixture, seed: number): Camera {
  const { normal, uniform } = random(seed + 0.5);
  const R = rotation(normal).flat();
  const centre = [0, 0, 0];
  const { data, rows } = scene.means;
  for (let at = 0; at < data.length; at++) centre[at % 3] += data[at] / rows;
  let square = 0;
  for (let at = 0; at < data.length; at++) square += (data[at] - centre[at % 3]) ** 2 / rows;
  const radius = Math.sqrt((4 / 3) * square);
  const along = (k: number): number => R[3 * k] * centre[0] + R[3 * k + 1] * centre[1] + R[3 * k + 2] * centre[2];
  if (camera === "scaled-orthographic") {
    return { projection: camera, R, scale: 50 + 400 * uniform(), t: [640 * uniform(), 480 * uniform()] };
  }
  if (camera === "perspective") {
    const distance = radius * (2.5 + 3 * uniform());
    const t = [0.2 * radius * normal() - along(0), 0.2 * radius * normal() - along(1), distance - along(2)];
    return { projection: camera, R, t, intrinsics: { fx: 900, fy: 880, cx: 640, cy: 360 } };
  }
  const [p, q, shear] = [100 * Math.exp(0.3 * normal()), 100 * Math.exp(0.3 * normal()), 40 * normal()];
  const A = [0, 1, 2, 3, 4, 5].map((k) => (k < 3 ? p * R[k] + shear * R[3 + k] : q * R[k]));
  return { projection: "affine", A, t: [300, 200] };
}

/** The unit direction that an affine camera does not see. */
export function kernelOf(A: ArrayLike<number>): number[] {
  const v = [A[1] * A[5] - A[2] * A[4], A[2] * A[3] - A[0] * A[5], A[0] * A[4] - A[1] * A[3]];
  const norm = Math.hypot(v[0], v[1], v[2]);
  return v.map((value) => value / norm);
}

/** Degrees between two cameras of one kind. */
export function angle(p: Camera, q: Camera): number {
  if (p.projection === "affine" || q.projection === "affine") {
    if (p.projection !== "affine" || q.projection !== "affine") return 180;
    const [v, w] = [kernelOf(p.A), kernelOf(q.A)];
    return degrees * Math.acos(Math.min(1, Math.abs(v[0] * w[0] + v[1] * w[1] + v[2] * w[2])));
  }
  let square = 0;
  for (let k = 0; k < 9; k++) square += (p.R[k] - q.R[k]) ** 2;
  return degrees * 2 * Math.asin(Math.min(1, Math.sqrt(square / 8)));
}

/** Root mean square of the reprojection error of affine cameras, in radii of the picture. */
export function reprojection(scene: Mixture, p: Camera, q: Camera, radius: number): number {
  if (p.projection !== "affine" || q.projection !== "affine") return 0;
  const { data, rows } = scene.means;
  let square = 0;
  for (let i = 0; i < rows; i++) {
    for (let r = 0; r < 2; r++) {
      let off = p.t[r] - q.t[r];
      for (let k = 0; k < 3; k++) off += (p.A[3 * r + k] - q.A[3 * r + k]) * data[3 * i + k];
      square += (off * off) / rows;
    }
  }
  return Math.sqrt(square) / radius;
}

/** Shares of links that are right, and of right links that are there. */
export function linkScore(
  matches: MatchResult["matches"],
  { origins }: SimulatedView,
): [precision: number, recall: number] {
  const all = origins.reduce((sum, { length }) => sum + length, 0);
  const right = matches.filter(([i, j]) => origins[j].includes(i)).length;
  return [matches.length > 0 ? right / matches.length : 1, all > 0 ? right / all : 1];
}

/** The camera as if the scene had been turned by quarters about the z axis. */
export function turnedAboutZ(camera: Camera, quarters: number): Camera {
  if (camera.projection === "affine") return camera;
  let R = Array.from(camera.R);
  for (let k = 0; k < quarters; k++) R = [0, 1, 2].flatMap((row) => [R[3 * row + 1], -R[3 * row], R[3 * row + 2]]);
  return { ...camera, R };
}

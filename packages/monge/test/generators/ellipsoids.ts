// Seeded scenes of ellipsoids and cameras that look at them.
import { random } from "../../src/linalg/random.ts";
import type { Camera } from "../../src/matching/camera.ts";
import { randomRotation } from "../../src/matching/rotation.ts";
import { gaussianMixture, type Mixture } from "../../src/measure/mixture.ts";

/** n ellipsoids in a ball of radius 1 (or every one of `copies` turned about the z axis), sizes and axes log-normal. */
export function ellipsoidScene(n: number, seed: number, copies = 1): Mixture {
  const stream = random(seed);
  const { normal, uniform } = stream;
  const means: number[][] = [];
  const covariances: number[][][] = [];
  for (let i = 0; i < n / copies; i++) {
    let p = [2, 0, 0];
    while (Math.hypot(p[0], p[1], p[2]) > 1) p = [0, 0, 0].map(() => 2 * uniform() - 1);
    const size = 0.35 * Math.cbrt(1 / n) * Math.exp(0.4 * normal());
    const axes = [0, 0, 0].map(() => size * Math.exp(0.5 * normal()));
    const R = randomRotation(stream);
    const entry = (k: number, l: number): number =>
      axes.reduce((sum, axis, c) => sum + R[3 * k + c] * axis * axis * R[3 * l + c], 0);
    const S = [0, 1, 2].map((k) => [0, 1, 2].map((l) => entry(k, l)));
    for (let copy = 0; copy < copies; copy++) {
      const angle = (2 * Math.PI * copy) / copies;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const T = [
        [c, -s, 0],
        [s, c, 0],
        [0, 0, 1],
      ];
      means.push(T.map((row) => row.reduce((sum, value, k) => sum + value * p[k], 0)));
      covariances.push(
        T.map((row) =>
          T.map((other) => row.reduce((sum, v, k) => sum + v * S[k].reduce((t, w, l) => t + w * other[l], 0), 0)),
        ),
      );
    }
  }
  return gaussianMixture(means, covariances, new Float64Array(means.length).fill(1));
}

/** A camera of each kind at a seeded rotation. */
export function seededCamera(projection: Camera["projection"], seed: number): Camera {
  const stream = random(seed);
  const R = randomRotation(stream);
  if (projection === "scaled-orthographic") return { projection, R, scale: 137, t: [300, 200] };
  if (projection === "perspective") {
    return { projection, R, t: [0.1, -0.2, 4], intrinsics: { fx: 800, fy: 820, cx: 320, cy: 240 } };
  }
  const A = [0, 1, 2, 3, 4, 5].map((k) => (k < 3 ? 130 * R[k] + 30 * R[3 + k] : 90 * R[k]));
  return { projection, A, t: [300, 200] };
}

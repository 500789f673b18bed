// Scenes that tests put in, and how near what comes out must be.
import { random } from "monge";
import { expect } from "vitest";
import { readScene, type SceneOptions, type SplatScene } from "../src/index.ts";
import type { Splat } from "./splatFiles.ts";

function randomSplats(count: number, seed: number): Splat[] {
  const rng = random(seed);
  const three = (of: () => number): number[] => [of(), of(), of()];
  return Array.from({ length: count }, () => {
    const q = [...three(() => rng.normal()), rng.normal()];
    const length = Math.hypot(...q);
    return {
      mean: three(() => 4 * rng.uniform() - 2),
      scale: three(() => Math.exp(-3 + 2 * rng.uniform())),
      rotation: q.map((value) => value / length),
      opacity: 0.1 + 0.8 * rng.uniform(),
      colour: three(() => 0.1 + 0.8 * rng.uniform()),
    };
  });
}

/** sum_k s_k^2 u_k u_k^T with u_k the k-th axis turned by quaternion products: q e q*. */
function covarianceOf({ scale, rotation: [w, x, y, z] }: Splat): number[] {
  const out = new Array(9).fill(0);
  for (let k = 0; k < 3; k++) {
    const e = [0, 1, 2].map((i) => (i === k ? 1 : 0));
    const p = [
      -x * e[0] - y * e[1] - z * e[2],
      w * e[0] + y * e[2] - z * e[1],
      w * e[1] + z * e[0] - x * e[2],
      w * e[2] + x * e[1] - y * e[0],
    ];
    const u = [
      -p[0] * x + p[1] * w - p[2] * z + p[3] * y,
      -p[0] * y + p[2] * w - p[3] * x + p[1] * z,
      -p[0] * z + p[3] * w - p[1] * y + p[2] * x,
    ];
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) out[3 * i + j] += scale[k] ** 2 * u[i] * u[j];
  }
  return out;
}

interface Tolerance {
  readonly mean: number;
  /** Relative to the largest variance. */
  readonly covariance: number;
  readonly opacity: number;
  readonly colour: number;
}

export function expectScene(scene: SplatScene, splats: readonly Splat[], allowed: Tolerance): void {
  expect(scene.count).toBe(splats.length);
  expect([scene.means.rows, scene.means.cols, scene.colours.rows, scene.colours.cols]).toEqual([
    splats.length,
    3,
    splats.length,
    3,
  ]);
  expect(scene.repairs).toEqual({ rotations: 0, colours: 0, dropped: 0 });
  const worst = { mean: 0, covariance: 0, opacity: 0, colour: 0 };
  splats.forEach((s, i) => {
    const covariance = covarianceOf(s);
    const size = Math.max(...s.scale) ** 2;
    for (let k = 0; k < 3; k++) {
      worst.mean = Math.max(worst.mean, Math.abs(scene.means.data[3 * i + k] - s.mean[k]));
      worst.colour = Math.max(worst.colour, Math.abs(scene.colours.data[3 * i + k] - s.colour[k]));
    }
    for (let k = 0; k < 9; k++)
      worst.covariance = Math.max(worst.covariance, Math.abs(scene.covariances[9 * i + k] - covariance[k]) / size);
    worst.opacity = Math.max(worst.opacity, Math.abs(scene.opacities[i] - s.opacity));
  });
  for (const key of ["mean", "covariance", "opacity", "colour"] as const)
    expect(worst[key], key).toBeLessThanOrEqual(allowed[key]);
}

export const splats = randomSplats(5, 1);
export const many = randomSplats(600, 2);
export const single: Tolerance = { mean: 2e-7, covariance: 2e-6, opacity: 1e-7, colour: 1e-6 };
export const half = 0.5 / 255 + 1e-6;

export const read = (name: string, data: Uint8Array, options?: SceneOptions): Promise<SplatScene> =>
  readScene({ name, data }, options);

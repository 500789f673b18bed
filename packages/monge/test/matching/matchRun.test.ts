// matchGaussians as a solver: the same bits every time and in every form, limits, aborting, and one clear error for whatever is wrong.
import { describe, expect, test } from "vitest";
import { isOtError } from "../../src/errors/otError.ts";
import { type MatchOptions, matchGaussians, simulateView } from "../../src/matching/index.ts";
import { gaussianMixture } from "../../src/measure/mixture.ts";
import { ellipsoidScene, seededCamera } from "../generators/ellipsoids.ts";

const scene = ellipsoidScene(60, 1);
const camera = seededCamera("scaled-orthographic", 2);
const { ellipses } = simulateView(scene, camera, { unseen: 0.1, noise: 0.004, covarianceNoise: 0.1, seed: 3 });
const options = { camera: "scaled-orthographic" } as const;

const plain = (result: ReturnType<typeof matchGaussians>) => {
  const { report: _, certify: __, ...rest } = result;
  return rest;
};

test("matchGaussians, .async and .steps have the same bits, also side by side", async () => {
  const first = matchGaussians(scene, ellipses, options);
  const steps = matchGaussians.steps(scene, ellipses, options);
  for (let k = 0; k < 20; k++) steps.next();
  const second = matchGaussians(scene, ellipses, options);
  for (const _ of steps);
  expect(plain(second)).toEqual(plain(first));
  expect(plain(steps.result as typeof first)).toEqual(plain(first));
  expect(plain(await matchGaussians.async(scene, ellipses, options))).toEqual(plain(first));
});

test("matchGaussians.async rejects with the signal's reason", async () => {
  await expect(matchGaussians.async(scene, ellipses, { ...options, signal: AbortSignal.abort("enough") })).rejects.toBe(
    "enough",
  );
});

test("matchGaussians with stopWhen returns the best pose so far, and says so", () => {
  const result = matchGaussians(scene, ellipses, { ...options, stopWhen: ({ iteration }) => iteration >= 1 });
  expect(result.status).toBe("stopped");
  expect(result.matches.length).toBeGreaterThan(0);
});

test("simulateView without options is the clean picture; shares are kept", () => {
  const clean = simulateView(scene, camera);
  expect(clean.origins.map(([i]) => i).sort((p, q) => p - q)).toEqual(Array.from({ length: 60 }, (_, i) => i));
  const half = simulateView(scene, camera, { unseen: 0.5, spurious: 0.25, seed: 5 });
  expect(half.ellipses.means.rows).toBe(40);
  expect(half.origins.filter(({ length }) => length === 0).length).toBe(10);
  const again = simulateView(scene, camera, { unseen: 0.5, spurious: 0.25, seed: 5 });
  expect(again.ellipses.means.data).toEqual(half.ellipses.means.data);
});

test("simulateView: merged ellipses have the moments of their parts, split ones together that of the whole", () => {
  const clean = simulateView(scene, camera);
  const at = new Map(clean.origins.map(([i], j) => [i, j]));
  const merged = simulateView(scene, camera, { merge: 0.3, seed: 6 });
  merged.origins.forEach((of, j) => {
    const x = of.reduce((sum, i) => sum + clean.ellipses.means.data[2 * (at.get(i) as number)], 0) / of.length;
    expect(merged.ellipses.means.data[2 * j]).toBeCloseTo(x, 9);
  });
  const split = simulateView(scene, camera, { split: 0.9, seed: 7 });
  const parts = new Map<number, number[]>();
  split.origins.forEach(([i], j) => parts.set(i, [...(parts.get(i) ?? []), j]));
  for (const [i, js] of parts) {
    const k = at.get(i) as number;
    const x = js.reduce((sum, j) => sum + split.ellipses.means.data[2 * j], 0) / js.length;
    expect(x).toBeCloseTo(clean.ellipses.means.data[2 * k], 9);
    const spread = js.reduce(
      (sum, j) => sum + (split.ellipses.covariances[4 * j] + (split.ellipses.means.data[2 * j] - x) ** 2) / js.length,
      0,
    );
    expect(spread).toBeCloseTo(clean.ellipses.covariances[4 * k], 7);
  }
});

describe("what is wrong is named", () => {
  const mirror = { projection: "scaled-orthographic", R: [1, 0, 0, 0, 1, 0, 0, 0, -1], scale: 1, t: [0, 0] } as const;
  const cases: [string, () => unknown, string, string][] = [
    ["no ellipsoids", () => matchGaussians(gaussianMixture([], []), ellipses, options), "InvalidShape", "ellipsoids"],
    ["ellipsoids in the plane", () => matchGaussians(ellipses, ellipses, options), "InvalidShape", "ellipsoids"],
    ["ellipses in space", () => matchGaussians(scene, scene, options), "InvalidShape", "ellipses"],
    [
      "an unknown kind of camera",
      () => matchGaussians(scene, ellipses, { camera: "fisheye" as "affine" }),
      "InvalidValue",
      "options.camera",
    ],
    [
      "no intrinsics",
      () => matchGaussians(scene, ellipses, { camera: "perspective" }),
      "InvalidValue",
      "options.intrinsics",
    ],
    [
      "a mirror for a rotation",
      () => matchGaussians(scene, ellipses, { camera: mirror }),
      "InvalidValue",
      "options.camera.R",
    ],
    [
      "a negative dilation",
      () => matchGaussians(scene, ellipses, { ...options, dilation: -1 }),
      "InvalidValue",
      "options.dilation",
    ],
    [
      "features of another length",
      () => matchGaussians(scene, ellipses, { ...options, features: { ellipsoids: [1], ellipses: [1], spread: [1] } }),
      "InvalidShape",
      "options.features.ellipsoids",
    ],
    ["a share of one", () => simulateView(scene, camera, { unseen: 1 }), "InvalidValue", "options.unseen"],
    [
      "NaN",
      () =>
        gaussianMixture(
          [[Number.NaN, 0]],
          [
            [
              [1, 0],
              [0, 1],
            ],
          ],
        ),
      "InvalidValue",
      "means",
    ],
  ];
  test.each(cases)("%s", (_, call, code, argument) => {
    try {
      call();
    } catch (error) {
      expect(isOtError(error, code as "InvalidValue")).toBe(true);
      expect((error as { argument?: string }).argument).toBe(argument);
      expect((error as { cure: string }).cure.length).toBeGreaterThan(10);
      return;
    }
    throw new Error("nothing was thrown");
  });
});

test.each([
  ["one ellipsoid and one ellipse", 1, 1],
  ["two of each", 2, 2],
  ["one against many", 1, 30],
  ["many against one", 30, 1],
])("%s: an answer without NaN, and no confidence", (_, n, m) => {
  const few = ellipsoidScene(n, 4);
  const view = simulateView(ellipsoidScene(m, 5), camera).ellipses;
  for (const kind of ["affine", "scaled-orthographic"] as const) {
    const given: MatchOptions = { camera: kind };
    const result = matchGaussians(few, view, given);
    expect(result.status).toBe("low-confidence");
    const numbers =
      result.camera.projection === "affine" ? result.camera.A : (result.camera as { R: ArrayLike<number> }).R;
    expect(Array.from(numbers).every(Number.isFinite)).toBe(true);
    expect(Number.isFinite(result.score)).toBe(true);
  }
});

// The routes to hypotheses: each finds planted poses by itself, and its parts do what their formulas say.
import { describe, expect, it } from "vitest";
import { isOtError } from "../../src/index.ts";
import { random } from "../../src/linalg/random.ts";
import { type Camera, matchGaussians, simulateView } from "../../src/matching/index.ts";
import { fitLinear, type LinearCamera } from "../../src/matching/procrustes.ts";
import { randomRotation } from "../../src/matching/rotation.ts";
import { sampled } from "../../src/matching/samples.ts";
import { readTask } from "../../src/matching/task.ts";
import { ballOf, degrees, linksOf } from "./planted.ts";

const usual = { unseen: 0.2, spurious: 0.2, noise: 0.004, covarianceNoise: 0.1 };

describe("matchGaussians(ellipsoids, ellipses, { route })", () => {
  const scene = ballOf(70, 3);
  const R = randomRotation(random(8));
  const orthographic: Camera = { projection: "scaled-orthographic", R, scale: 137, t: [300, 200] };
  const view = simulateView(scene, orthographic, { ...usual, seed: 5 });

  it.each(["bures", "sampled", "gromov"] as const)(
    "%s finds a planted orthographic pose with a fifth unseen and a fifth spurious, and tells the hypothesis that it came from",
    (route) => {
      const result = matchGaussians(scene, view.ellipses, { camera: "scaled-orthographic", route });
      expect(result.status).toBe("converged");
      expect(result.report.method).toBe(route);
      expect(degrees(result.camera, orthographic)).toBeLessThan(1);
      const { right, of, told } = linksOf(result, view);
      expect(right).toBeGreaterThan(0.95 * of);
      expect(right).toBe(told);
      const { objective, lowerBound, primalResidual } = result.certify();
      // The links are those at the odds that the view showed, which are never below those of the score.
      expect(-objective).toBeGreaterThan(result.score - 1e-6);
      expect(lowerBound).toBeCloseTo(objective, 6);
      expect(primalResidual).toBe(0);
      if (route === "bures") return;
      // Ranked by transport alone, before links or evidence were looked at.
      const { hypothesis } = result;
      expect(hypothesis).not.toBeNull();
      if (hypothesis === null) return;
      expect(degrees(hypothesis.camera, orthographic)).toBeLessThan(15);
      expect(hypothesis.rank).toBeLessThan(5);
      expect(hypothesis.cost).toBeGreaterThan(0);
    },
  );

  it("gromov finds affine cameras, of which distances are known only after whitening", () => {
    const [a, b, c] = [90, 130, 40];
    const A = [0, 1, 2, 3, 4, 5].map((k) => (k < 3 ? a * R[k] + c * R[3 + k] : b * R[k]));
    const camera: Camera = { projection: "affine", A, t: [300, 200] };
    const seen = simulateView(scene, camera, { ...usual, seed: 6 });
    const result = matchGaussians(scene, seen.ellipses, { camera: "affine", route: "gromov" });
    expect(result.status).toBe("converged");
    const { right, of } = linksOf(result, seen);
    expect(right).toBeGreaterThan(0.95 * of);
  });

  it("gromov finds perspective cameras, by way of weak perspective", () => {
    const intrinsics = { fx: 800, fy: 820, cx: 320, cy: 240 };
    const camera: Camera = { projection: "perspective", R, t: [0.2, -0.1, 5], intrinsics };
    const seen = simulateView(scene, camera, { ...usual, seed: 7 });
    const result = matchGaussians(scene, seen.ellipses, { camera: "perspective", intrinsics, route: "gromov" });
    expect(result.status).toBe("converged");
    expect(degrees(result.camera, camera)).toBeLessThan(1);
  });

  it("gromov refuses a view of something else", () => {
    const other = simulateView(ballOf(30, 77), orthographic, usual);
    const result = matchGaussians(ballOf(30, 78), other.ellipses, { camera: "scaled-orthographic", route: "gromov" });
    expect(result.status).toBe("low-confidence");
  });

  it("throws InvalidValue for a route that is none", () => {
    try {
      matchGaussians(scene, view.ellipses, { camera: "affine", route: "magic" as "bures" });
      expect.unreachable();
    } catch (error) {
      expect(isOtError(error, "InvalidValue")).toBe(true);
    }
  });
});

describe("fitLinear(pairs, before, freedom)", () => {
  const { normal } = random(4);
  const n = 40;
  const points = Float64Array.from({ length: 3 * n }, (_, k) => (1 + (k % 3)) * normal());

  /** Sums of pairs with the given images, all of mass w. */
  function sumsOf(images: Float64Array, weights: Float64Array): Float64Array {
    const sums = new Float64Array(6 * n);
    for (let i = 0; i < n; i++) {
      sums[6 * i] = weights[i];
      sums[6 * i + 1] = weights[i] * images[2 * i];
      sums[6 * i + 2] = weights[i] * images[2 * i + 1];
    }
    return sums;
  }
  const imagesOf = (camera: LinearCamera): Float64Array =>
    Float64Array.from({ length: 2 * n }, (_, at) => {
      const row = 3 * (at % 2);
      const from = 3 * Math.floor(at / 2);
      const A = camera.projection === "affine" ? camera.A : Array.from(camera.R, (value) => camera.scale * value);
      return [0, 1, 2].reduce((sum, k) => sum + A[row + k] * points[from + k], camera.t[at % 2]);
    });
  const ones = new Float64Array(n).fill(1);

  it("recovers an affine camera exactly without a ridge", () => {
    const camera: LinearCamera = { projection: "affine", A: [1, 2, 0.3, -0.5, 0.7, 2], t: [3, -4] };
    const before: LinearCamera = { projection: "affine", A: [1, 0, 0, 0, 1, 0], t: [0, 0] };
    const found = fitLinear({ points, sums: sumsOf(imagesOf(camera), ones) }, before, { scale: true, ridge: 0 });
    expect(found.projection).toBe("affine");
    if (found.projection !== "affine") return;
    for (let k = 0; k < 6; k++) expect(found.A[k]).toBeCloseTo((camera.A as number[])[k], 10);
    for (let k = 0; k < 2; k++) expect(found.t[k]).toBeCloseTo((camera.t as number[])[k], 10);
  });

  it("never raises the weighted squared error of a scaled orthographic camera, and reaches the planted one", () => {
    const R = randomRotation(random(9));
    const camera: LinearCamera = { projection: "scaled-orthographic", R, scale: 1.7, t: [0.2, 0.1] };
    const images = imagesOf(camera);
    const weights = Float64Array.from({ length: n }, () => 0.1 + random(3).uniform());
    const error = (guess: LinearCamera): number =>
      imagesOf(guess).reduce((sum, value, at) => sum + weights[at >> 1] * (value - images[at]) ** 2, 0);
    let guess: LinearCamera = { projection: "scaled-orthographic", R: turnedBy(R, 0.5), scale: 1, t: [0, 0] };
    let last = error(guess);
    for (let round = 0; round < 60; round++) {
      guess = fitLinear({ points, sums: sumsOf(images, weights) }, guess, { scale: true, ridge: 0 });
      const now = error(guess);
      expect(now).toBeLessThanOrEqual(last * (1 + 1e-9) + 1e-12);
      last = now;
    }
    expect(last).toBeLessThan(1e-8);
  });
});

describe("sampled(problem, each, seed)", () => {
  it("draws clouds with the moments of the Gaussians", () => {
    const scene = ballOf(2, 12);
    const view = simulateView(scene, { projection: "affine", A: [1, 0, 0, 0, 1, 0], t: [0, 0] });
    const { problem } = readTask(scene, view.ellipses, { camera: "affine" });
    const each = 20_000;
    const { means } = sampled(problem, each, 1).scene;
    const S = problem.scene.covariances.subarray(0, 6);
    const pairs = [
      [0, 0],
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
      [2, 2],
    ];
    const centre = [0, 1, 2].map((k) => average(each, (s) => means[3 * s + k]));
    for (const [e, [k, l]] of pairs.entries()) {
      const found = average(each, (s) => (means[3 * s + k] - centre[k]) * (means[3 * s + l] - centre[l]));
      expect(Math.abs(found - S[e])).toBeLessThan(0.05 * (S[0] + S[3] + S[5]));
    }
  });
});

function average(count: number, of: (s: number) => number): number {
  let sum = 0;
  for (let s = 0; s < count; s++) sum += of(s);
  return sum / count;
}

/** R turned about the first axis. */
function turnedBy(R: Float64Array, angle: number): Float64Array {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const out = R.slice();
  for (let k = 0; k < 3; k++) {
    out[3 + k] = c * R[3 + k] - s * R[6 + k];
    out[6 + k] = s * R[3 + k] + c * R[6 + k];
  }
  return out;
}

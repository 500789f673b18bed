// matchGaussians: planted poses found by every kind of camera, whatever is missing, spurious, cropped, merged or split; honest where nothing is to find.
import { describe, expect, test } from "vitest";
import type { Camera } from "../../src/matching/camera.ts";
import { viewDirection } from "../../src/matching/camera.ts";
import { type MatchResult, matchGaussians } from "../../src/matching/match.ts";
import { rotationAngle } from "../../src/matching/rotation.ts";
import { type SimulatedView, simulateView } from "../../src/matching/simulate.ts";
import { ellipsoidScene, seededCamera } from "../generators/ellipsoids.ts";

const kinds = ["affine", "scaled-orthographic", "perspective"] as const;
const usual = { unseen: 0.2, spurious: 0.2, noise: 0.004, covarianceNoise: 0.1 };
const degrees = 180 / Math.PI;

function angle(p: Camera, q: Camera): number {
  if (p.projection !== "affine" && q.projection !== "affine") return degrees * rotationAngle(p.R, q.R);
  const [v, w] = [viewDirection(p), viewDirection(q)];
  return degrees * Math.acos(Math.min(1, Math.abs(v[0] * w[0] + v[1] * w[1] + v[2] * w[2])));
}

function intrinsicsOf(camera: Camera) {
  return camera.projection === "perspective" ? camera.intrinsics : undefined;
}

function quality({ matches }: MatchResult, { origins }: SimulatedView): [precision: number, recall: number] {
  const right = matches.filter(([i, j]) => origins[j].includes(i)).length;
  return [right / matches.length, right / origins.reduce((sum, { length }) => sum + length, 0)];
}

describe.each(kinds)("a camera that is %s", (kind) => {
  const scene = ellipsoidScene(120, 21);
  const truth = seededCamera(kind, 22);
  const view = simulateView(scene, truth, { ...usual, seed: 23 });
  const result = matchGaussians(scene, view.ellipses, { camera: kind, intrinsics: intrinsicsOf(truth) });

  test("is found within a degree, with nearly all links and hardly a wrong one", () => {
    expect(result.status).toBe("converged");
    expect(angle(result.camera, truth)).toBeLessThan(1);
    const [precision, recall] = quality(result, view);
    expect(precision).toBeGreaterThan(0.97);
    expect(recall).toBeGreaterThan(0.95);
    expect(result.confidence).toBeGreaterThan(0.99);
  });

  test("comes with a certificate: no links are better at it, hardly a camera near it", () => {
    const proof = result.certify();
    expect(proof.objective).toBeCloseTo(proof.lowerBound, 6);
    expect(proof.primalResidual).toBeLessThan(1e-12);
    expect(proof.stationarityGap).toBeLessThan(0.01 * Math.abs(proof.objective));
    expect(-proof.objective).toBeGreaterThan(result.score * 0.99);
  });

  test("known, gives the same links and itself", () => {
    const known = matchGaussians(scene, view.ellipses, { camera: truth });
    expect(known.camera).toBe(truth);
    const [precision, recall] = quality(known, view);
    expect(precision).toBeGreaterThan(0.97);
    expect(recall).toBeGreaterThan(0.95);
  });

  test("is found in other units and orders alike", () => {
    const order = view.origins.map((_, j) => j).reverse();
    const moved = {
      ...view.ellipses,
      means: {
        ...view.ellipses.means,
        data: Float64Array.from(order.flatMap((j) => [...view.ellipses.means.data.subarray(2 * j, 2 * j + 2)])),
      },
      covariances: Float64Array.from(order.flatMap((j) => [...view.ellipses.covariances.subarray(4 * j, 4 * j + 4)])),
    };
    const larger = {
      ...scene,
      means: { ...scene.means, data: scene.means.data.map((value, k) => 1000 * value + [5, -7, 9][k % 3]) },
      covariances: scene.covariances.map((value) => 1e6 * value),
    };
    const again = matchGaussians(larger, moved, { camera: kind, intrinsics: intrinsicsOf(truth) });
    expect(again.status).toBe("converged");
    const links = (matches: MatchResult["matches"], name: (j: number) => number): string[] =>
      matches.map(([i, j]) => `${i} ${name(j)}`).sort();
    const [first, second] = [links(result.matches, (j) => j), links(again.matches, (j) => order[j])];
    const common = first.filter((link) => second.includes(link)).length;
    expect(common).toBeGreaterThan(0.97 * first.length);
  });
});

test("matchGaussians says which ellipses are merged and which ellipsoids are split", () => {
  const scene = ellipsoidScene(120, 31);
  const camera = seededCamera("scaled-orthographic", 32);
  for (const [options, kind] of [
    [{ merge: 0.2 }, "merged"],
    [{ split: 0.15 }, "split"],
  ] as const) {
    const view = simulateView(scene, camera, { ...usual, ...options, seed: 33 });
    const { groups } = matchGaussians(scene, view.ellipses, { camera: "scaled-orthographic" });
    const right = groups.filter(
      ({ kind: found, ellipsoids, ellipses }) =>
        found === kind && ellipses.every((j) => ellipsoids.every((i) => view.origins[j].includes(i))),
    );
    const planted = new Set(
      view.origins.flatMap((of, j) =>
        of.length > 1
          ? [`m${j}`]
          : view.origins.some((other, k) => k !== j && of.length === 1 && other.length === 1 && other[0] === of[0])
            ? [`s${of[0]}`]
            : [],
      ),
    );
    expect(right.length).toBeGreaterThan(0.7 * planted.size);
    expect(right.length).toBeGreaterThan(0.8 * groups.length);
  }
});

test("matchGaussians finds a view of half of the scene, and says who is outside of it", () => {
  const scene = ellipsoidScene(200, 41);
  const camera = seededCamera("perspective", 42);
  const view = simulateView(scene, camera, { ...usual, crop: 0.5, seed: 43 });
  const result = matchGaussians(scene, view.ellipses, { camera: "perspective", intrinsics: intrinsicsOf(camera) });
  expect(result.status).toBe("converged");
  expect(angle(result.camera, camera)).toBeLessThan(1);
  const outside = result.unmatched.ellipsoids.filter(({ reason }) => reason === "outside");
  expect(outside.length).toBeGreaterThan(50);
});

test("matchGaussians tells all four poses of a scene with a fourfold symmetry", () => {
  const scene = ellipsoidScene(160, 51, 4);
  const camera = seededCamera("scaled-orthographic", 52);
  const view = simulateView(scene, camera, { ...usual, seed: 53 });
  const result = matchGaussians(scene, view.ellipses, { camera: "scaled-orthographic" });
  expect(result.status).toBe("ambiguous");
  const poses = [result.camera, ...result.alternatives.map((other) => other.camera)];
  expect(poses.length).toBe(4);
  const off = poses.map((pose) => angle(pose, camera)).sort((p, q) => p - q);
  expect(off[0]).toBeLessThan(1);
  for (const [k, wanted] of [90, 90, 180].entries()) expect(Math.abs(off[k + 1] - wanted)).toBeLessThan(1.5);
});

test("matchGaussians refuses views of something else", () => {
  for (let seed = 0; seed < 2; seed++) {
    const view = simulateView(ellipsoidScene(80, 500 + seed), seededCamera("scaled-orthographic", seed), {
      ...usual,
      seed,
    });
    const result = matchGaussians(ellipsoidScene(80, 600 + seed), view.ellipses, { camera: "scaled-orthographic" });
    expect(result.status).toBe("low-confidence");
    expect(result.confidence).toBeLessThan(0.5);
    expect(result.report.warnings.map(({ code }) => code)).toContain("low-confidence");
  }
});

test("matchGaussians takes ellipses drawn at two standard deviations for what they are", () => {
  const scene = ellipsoidScene(150, 61);
  const camera = seededCamera("scaled-orthographic", 62);
  const view = simulateView(scene, camera, { ...usual, seed: 63 });
  const drawn = { ...view.ellipses, covariances: view.ellipses.covariances.map((value) => 4 * value) };
  const result = matchGaussians(scene, drawn, { camera: "scaled-orthographic" });
  expect(result.status).toBe("converged");
  expect(angle(result.camera, camera)).toBeLessThan(1);
  expect(result.report.warnings.find(({ code }) => code === "contour")?.message).toMatch(/ (1\.9|2\.0)\d* standard/);
});

test("priors: a cone needs fewer hypotheses, one around another direction leaves no confidence", () => {
  const scene = ellipsoidScene(120, 71);
  const camera = seededCamera("scaled-orthographic", 72);
  const view = simulateView(scene, camera, { ...usual, seed: 73 });
  const vector = viewDirection(camera);
  const right = matchGaussians(scene, view.ellipses, {
    camera: "scaled-orthographic",
    prior: { direction: { vector, degrees: 20 } },
  });
  expect(right.status).toBe("converged");
  expect(angle(right.camera, camera)).toBeLessThan(1);
  const wrong = matchGaussians(scene, view.ellipses, {
    camera: "scaled-orthographic",
    prior: { direction: { vector: vector.map((value) => -value), degrees: 20 } },
  });
  expect(wrong.status).toBe("low-confidence");
  const near = matchGaussians(scene, view.ellipses, {
    camera: "scaled-orthographic",
    prior: { near: { camera, degrees: 10 } },
  });
  expect(angle(near.camera, camera)).toBeLessThan(1);
});

test("a focal length that is 15 % off is found with focalSpread", () => {
  const scene = ellipsoidScene(200, 81);
  const truth = { ...seededCamera("perspective", 82), t: [0, 0, 2.5] } as Camera;
  const view = simulateView(scene, truth, { ...usual, seed: 83 });
  const guess = { fx: 920, fy: 943, cx: 320, cy: 240 };
  const result = matchGaussians(scene, view.ellipses, {
    camera: "perspective",
    intrinsics: guess,
    prior: { focalSpread: 0.3 },
  });
  expect(result.status).toBe("converged");
  expect(angle(result.camera, truth)).toBeLessThan(1);
  expect(intrinsicsOf(result.camera)?.fx).toBeGreaterThan(770);
  expect(intrinsicsOf(result.camera)?.fx).toBeLessThan(830);
});

test("colours decide where shapes and places do not", () => {
  const scene = ellipsoidScene(60, 91);
  const camera = seededCamera("scaled-orthographic", 92);
  const view = simulateView(scene, camera, { noise: 0.1, covarianceNoise: 0.5, seed: 93 });
  const colour = Float64Array.from({ length: 60 }, (_, i) => i);
  const seen = Float64Array.from(view.origins, ([i]) => colour[i] + 0.05);
  const plain = matchGaussians(scene, view.ellipses, { camera });
  const coloured = matchGaussians(scene, view.ellipses, {
    camera,
    features: { ellipsoids: colour, ellipses: seen, spread: [0.2] },
  });
  expect(quality(coloured, view)[0]).toBe(1);
  expect(quality(plain, view)[0]).toBeLessThan(1);
});

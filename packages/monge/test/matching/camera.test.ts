// Projections: against derivatives by differences, outlines against points of the surface, kernels against plain code.
import { expect, test } from "vitest";
import { matching } from "../../src/kernels/matching.ts";
import { withWorkspace } from "../../src/kernels/workspace.ts";
import { random } from "../../src/linalg/random.ts";
import { type Camera, type Ellipsoids, project, viewDirection } from "../../src/matching/camera.ts";
import { features } from "../../src/matching/features.ts";
import { normaliseProblem } from "../../src/matching/normalise.ts";
import { randomRotation, rotationAlong, rotationAngle, turned } from "../../src/matching/rotation.ts";
import { readEllipses, readEllipsoids } from "../../src/matching/sides.ts";
import { simulateView } from "../../src/matching/simulate.ts";
import { openStage } from "../../src/matching/stage.ts";
import { ellipsoidScene, seededCamera } from "../generators/ellipsoids.ts";

const kinds = ["affine", "scaled-orthographic", "perspective"] as const;
const point = (mean: readonly number[]): Ellipsoids => ({
  count: 1,
  means: Float64Array.from(mean),
  covariances: new Float64Array(6),
});

test.each(kinds)("project through a camera that is %s: the covariance is J S J^T, J by differences", (kind) => {
  const camera = seededCamera(kind, 3);
  const scene = readEllipsoids(ellipsoidScene(20, 1), "scene");
  const { covariances } = project(scene, camera);
  for (let i = 0; i < scene.count; i++) {
    const mean = Array.from(scene.means.subarray(3 * i, 3 * i + 3));
    const J = [0, 1, 2].map((k) => {
      const [up, down] = [1e-6, -1e-6].map(
        (step) => project(point(mean.map((v, l) => (l === k ? v + step : v))), camera).means,
      );
      return [0, 1].map((r) => (up[r] - down[r]) / 2e-6);
    });
    const [xx, xy, xz, yy, yz, zz] = scene.covariances.subarray(6 * i, 6 * i + 6);
    const S = [
      [xx, xy, xz],
      [xy, yy, yz],
      [xz, yz, zz],
    ];
    const entry = (p: number, q: number): number =>
      S.reduce((sum, row, k) => sum + row.reduce((t, v, l) => t + J[k][p] * v * J[l][q], 0), 0);
    const wanted = [entry(0, 0), entry(0, 1), entry(1, 1)];
    for (let k = 0; k < 3; k++)
      expect(Math.abs(covariances[3 * i + k] - wanted[k])).toBeLessThan(1e-5 * (wanted[0] + wanted[2]));
  }
});

test("project with an outline: the ellipse touches the images of the surface's points from outside, on every side", () => {
  const k = 2;
  const camera = { ...seededCamera("perspective", 5), t: [0, 0, 1.2] } as Camera;
  const scene = readEllipsoids(ellipsoidScene(8, 2), "scene");
  const { means, covariances, depths } = project(scene, camera, undefined, k);
  const stream = random(7);
  for (let i = 0; i < scene.count; i++) {
    if (!(depths[i] > 0)) continue;
    const [xx, xy, xz, yy, yz, zz] = scene.covariances.subarray(6 * i, 6 * i + 6);
    // Cholesky's factor: k L u is on the surface for unit u.
    const a = Math.sqrt(xx);
    const b = xy / a;
    const c = xz / a;
    const d = Math.sqrt(yy - b * b);
    const e = (yz - b * c) / d;
    const f = Math.sqrt(zz - c * c - e * e);
    const [sxx, sxy, syy] = covariances.subarray(3 * i, 3 * i + 3);
    const det = sxx * syy - sxy * sxy;
    let most = 0;
    for (let draw = 0; draw < 4000; draw++) {
      const u = [stream.normal(), stream.normal(), stream.normal()];
      const norm = Math.hypot(u[0], u[1], u[2]) / k;
      const [p, q, r] = u.map((value) => value / norm);
      const at = [a * p, b * p + d * q, c * p + e * q + f * r].map((value, l) => value + scene.means[3 * i + l]);
      const image = project(point(at), camera).means;
      const [dx, dy] = [image[0] - means[2 * i], image[1] - means[2 * i + 1]];
      most = Math.max(most, (syy * dx * dx - 2 * sxy * dx * dy + sxx * dy * dy) / det / (k * k));
    }
    expect(most).toBeLessThan(1 + 1e-9);
    expect(most).toBeGreaterThan(0.98);
  }
});

test("an outline far away is the first-order image", () => {
  const camera = { ...seededCamera("perspective", 6), t: [0, 0, 5000] } as Camera;
  const scene = readEllipsoids(ellipsoidScene(10, 3), "scene");
  const [exact, first] = [project(scene, camera, undefined, 1), project(scene, camera)];
  exact.covariances.forEach((value, k) => {
    expect(Math.abs(value - first.covariances[k])).toBeLessThan(1e-3 * Math.max(...first.covariances));
  });
});

test.each([0, 1.5])("kernel projectAll at outline %s: the features of plain projections", (outline) => {
  for (const kind of kinds) {
    const scene = ellipsoidScene(40, 4);
    const camera = seededCamera(kind, 8);
    const view = simulateView(scene, camera).ellipses;
    const intrinsics = camera.projection === "perspective" ? camera.intrinsics : null;
    const problem = normaliseProblem(readEllipsoids(scene, "a"), readEllipses(view, "b"), kind, intrinsics);
    const inner = problem.inward(camera);
    withWorkspace(matching, (workspace) => {
      const level = kind === "perspective" ? outline : 0;
      const stage = openStage(workspace, problem, { blur: 0.01, dilation: 0, outline: level, extra: null });
      const found = stage.project(inner);
      const wanted = features(project(problem.scene, inner, undefined, level), 0.01);
      found.forEach((value, k) => expect(value).toBeCloseTo(wanted[k], 9));
    });
  }
});

test.each(kinds)("normaliseProblem, %s: cameras go in and out again, and show the same", (kind) => {
  const scene = ellipsoidScene(30, 5);
  const camera = seededCamera(kind, 9);
  const clean = simulateView(scene, camera);
  const intrinsics = camera.projection === "perspective" ? camera.intrinsics : null;
  const problem = normaliseProblem(readEllipsoids(scene, "a"), readEllipses(clean.ellipses, "b"), kind, intrinsics);
  const back = problem.outward(problem.inward(camera));
  const [there, here] = [project(readEllipsoids(scene, "a"), camera), project(readEllipsoids(scene, "a"), back)];
  there.means.forEach((value, k) => expect(here.means[k]).toBeCloseTo(value, 8));
  const inside = project(problem.scene, problem.inward(camera));
  // The ellipses are the projections, in another order.
  clean.origins.forEach(([i], j) => {
    expect(inside.means[2 * i]).toBeCloseTo(problem.view.means[2 * j], 9);
    for (let k = 0; k < 3; k++)
      expect(inside.covariances[3 * i + k]).toBeCloseTo(problem.view.covariances[3 * j + k], 9);
  });
});

test("rotations: turned is the exponential, rotationAngle its length, rotationAlong ends in v", () => {
  const R = randomRotation(random(1));
  for (const angle of [1e-9, 1e-3, 1, 3]) {
    expect(rotationAngle(turned(R, 0.6 * angle, 0, 0.8 * angle), R)).toBeCloseTo(angle, 9);
  }
  for (const v of [
    [0, 0, 1],
    [1, 0, 0],
    [0, -1, 0],
    [0.6, 0, -0.8],
  ]) {
    const along = rotationAlong(v);
    const camera: Camera = { projection: "scaled-orthographic", R: along, scale: 1, t: [0, 0] };
    viewDirection(camera).forEach((value, k) => expect(value).toBeCloseTo(v[k], 15));
    const affine: Camera = { projection: "affine", A: along.slice(0, 6), t: [0, 0] };
    viewDirection(affine).forEach((value, k) => expect(value).toBeCloseTo(v[k], 12));
  }
});

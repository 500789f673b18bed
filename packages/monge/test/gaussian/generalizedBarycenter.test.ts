// Measures seen through linear maps: ordinary barycenters, marginals and projections as special cases, stationarity and the lower bound.
import { describe, expect, it } from "vitest";
import {
  gaussian,
  gaussianBarycenter,
  gaussianGeodesic,
  generalizedBarycenter,
  generalizedGaussianBarycenter,
  squaredBuresWassersteinDistance,
} from "../../src/gaussian/index.ts";
import { cost, emd, histogram, random } from "../../src/index.ts";
import { anyGaussian } from "./gaussians.ts";

const { normal } = random(1);
const cloud = (n: number, d: number): number[][] => Array.from({ length: n }, () => Array.from({ length: d }, normal));
const identity = (d: number): number[][] =>
  Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_, j) => (i === j ? 1 : 0)));
const direction = (angle: number): number[][] => [[Math.cos(angle), Math.sin(angle)]];

describe("generalizedBarycenter(measures, maps)", () => {
  it("of two clouds under the identity: a point of their displacement interpolation, at the lower bound", () => {
    const [x, y] = [cloud(20, 2), cloud(20, 2)];
    const weights = [0.75, 0.25];
    const { value, certify } = generalizedBarycenter([x, y], [identity(2), identity(2)], {
      weights,
      start: x,
      tolerance: 0,
    });
    const W = emd(null, null, cost.points(x, y)).value;
    expect(value).toBeCloseTo(0.1875 * W, 10);
    const { lowerBound, objective, stationarityGap } = certify();
    expect(objective).toBe(value);
    expect(lowerBound).toBeCloseTo(0.1875 * W, 10);
    expect(stationarityGap).toBeLessThan(1e-20);
  });
  it("of the two marginals of a joint law is a coupling of them: nothing to pay", () => {
    const [u, v] = [cloud(30, 1), cloud(30, 1)];
    const { value, measure, certify } = generalizedBarycenter([u, v], [[[1, 0]], [[0, 1]]], { tolerance: 0 });
    expect(value).toBeLessThan(1e-20);
    const seen = Array.from({ length: 30 }, (_, i) => measure.points.data[2 * i]).sort((p, q) => p - q);
    u.flat()
      .sort((p, q) => p - q)
      .forEach((value, i) => expect(seen[i]).toBeCloseTo(value, 10));
    expect(Math.abs(certify().lowerBound)).toBeLessThan(1e-10);
  });
  it("a cloud from its projections: never rises, ends stationary above the bound; more angles see more", () => {
    const points = cloud(40, 2).map(([p, q]) => [p, p * p + 0.3 * q]);
    const angles = Array.from({ length: 6 }, (_, k) => (Math.PI * k) / 6);
    const seen = angles.map((angle) => points.map(([p, q]) => [p * Math.cos(angle) + q * Math.sin(angle)]));
    const maps = angles.map(direction);
    const values = [1, 2, 4, 8].map(
      (maxIterations) => generalizedBarycenter(seen, maps, { tolerance: 0, maxIterations }).value,
    );
    for (let k = 1; k < values.length; k++) expect(values[k]).toBeLessThanOrEqual(values[k - 1]);
    const { value, certify, measure, report } = generalizedBarycenter(seen, maps, { tolerance: 1e-9 });
    expect(report.status).toBe("converged");
    const { lowerBound, stationarityGap } = certify();
    expect(lowerBound).toBeLessThan(value);
    expect(stationarityGap).toBeLessThan(1e-6);
    const spread = emd(
      null,
      null,
      cost.points(
        points,
        points.map(() => [0, 0]),
      ),
    ).value;
    expect(emd(null, null, cost.points(points, measure.points)).value).toBeLessThan(0.05 * spread);
    expect(generalizedBarycenter(seen, maps, { start: points, tolerance: 0 }).value).toBeLessThan(1e-25);
  });
  it("a measure in more dimensions than the barycenter, weights, histograms and a prior", () => {
    const line = generalizedBarycenter(
      [
        [
          [0, 0],
          [4, 0],
        ],
        histogram([1, 1], [2]),
      ],
      [[[1], [0]], [[1]]],
      { weights: [1, 3], tolerance: 0 },
    );
    const sorted = [...line.measure.points.data].sort((p, q) => p - q);
    expect(sorted[0]).toBeCloseTo(0, 12);
    expect(sorted[1]).toBeCloseTo(1.75, 12);
    expect(line.value).toBeCloseTo(line.certify().lowerBound, 10);
    const unseen = [[[0], [1], [5]]];
    expect(() => generalizedBarycenter(unseen, [[[1, 0]]])).toThrow(/singular/);
    const { measure, value, certify } = generalizedBarycenter(unseen, [[[1, 0]]], {
      prior: { strength: 0.5, at: [0, 7] },
      tolerance: 0,
    });
    for (let i = 0; i < 3; i++) expect(measure.points.data[2 * i + 1]).toBeCloseTo(7, 10);
    expect([0, 2, 4].map((k) => measure.points.data[k]).sort((p, q) => p - q)[2]).toBeCloseTo(5 / 1.5, 10);
    expect(value).toBeCloseTo(certify().lowerBound, 10);
  });
  it("limits, steps, promises and refusals", async () => {
    const measures = [cloud(15, 1), cloud(15, 1), cloud(15, 1)];
    const maps = [0, 1, 2].map(direction);
    const once = generalizedBarycenter(measures, maps, { seed: 3 });
    expect((await generalizedBarycenter.async(measures, maps, { seed: 3 })).value).toBe(once.value);
    expect(generalizedBarycenter(measures, maps, { atoms: 8 }).measure.points.rows).toBe(8);
    const run = generalizedBarycenter.steps(measures, maps);
    run.next();
    expect(run.snapshot().report.status).toBe("stopped");
    expect(generalizedBarycenter(measures, maps, { maxIterations: 1, tolerance: 0 }).report.status).toBe(
      "maxIterations",
    );
    expect(() => generalizedBarycenter(measures, maps.slice(1))).toThrow(/2 maps for 3/);
    expect(() => generalizedBarycenter(measures, [identity(2), identity(2), identity(2)])).toThrow(
      /2 rows, its measure 1/,
    );
    expect(() => generalizedBarycenter([], [])).toThrow(/no measures/);
  });
});

describe("generalizedGaussianBarycenter(gaussians, maps)", () => {
  it("under the identity is gaussianBarycenter", () => {
    const all = [1, 2, 3].map((seed) => anyGaussian(3, seed));
    const plain = gaussianBarycenter(all, [1, 2, 3]);
    const seen = generalizedGaussianBarycenter(all, [identity(3), identity(3), identity(3)], { weights: [1, 2, 3] });
    expect(seen.value).toBeCloseTo(plain.value, 9);
    seen.gaussian.covariance.data.forEach((value, k) =>
      expect(value).toBeCloseTo(plain.gaussian.covariance.data[k], 7),
    );
    seen.gaussian.mean.forEach((value, k) => expect(value).toBeCloseTo(plain.gaussian.mean[k], 10));
    expect(seen.certify().lowerBound / seen.value).toBeCloseTo(1, 7);
    const two = generalizedGaussianBarycenter(all.slice(0, 2), [identity(3), identity(3)], { weights: [0.7, 0.3] });
    expect(two.certify().lowerBound).toBeCloseTo(two.value, 8);
    gaussianGeodesic(all[0], all[1], 0.3).covariance.data.forEach((value, k) =>
      expect(two.gaussian.covariance.data[k]).toBeCloseTo(value, 6),
    );
  });
  it("of exact projections pays nothing, and its value is that of the images", () => {
    const truth = anyGaussian(3, 5);
    const maps = [
      [
        [1, 0, 0],
        [0, 1, 0],
      ],
      [
        [0, 1, 0],
        [0, 0, 1],
      ],
      [[1, 0, 1]],
    ];
    const image = (map: number[][], { mean, covariance: { data } }: typeof truth) =>
      gaussian(
        map.map((row) => row.reduce((sum, value, k) => sum + value * mean[k], 0)),
        map.map((p) =>
          map.map((q) =>
            p.reduce((sum, value, i) => sum + value * q.reduce((t, other, j) => t + data[3 * i + j] * other, 0), 0),
          ),
        ),
      );
    const { value, gaussian: found } = generalizedGaussianBarycenter(
      maps.map((map) => image(map, truth)),
      maps,
      { tolerance: 1e-9, maxIterations: 5000 },
    );
    expect(value).toBeLessThan(1e-7);
    maps.forEach((map) =>
      expect(squaredBuresWassersteinDistance(image(map, found), image(map, truth))).toBeLessThan(1e-7),
    );
    const others = [anyGaussian(2, 6), anyGaussian(2, 7), anyGaussian(1, 8)];
    const {
      value: paid,
      gaussian: best,
      certify,
    } = generalizedGaussianBarycenter(others, maps, { weights: [1, 1, 2] });
    const direct = maps.reduce(
      (sum, map, i) => sum + [0.25, 0.25, 0.5][i] * squaredBuresWassersteinDistance(image(map, best), others[i]),
      0,
    );
    expect(paid).toBeCloseTo(direct, 10);
    expect(certify().lowerBound).toBeLessThanOrEqual(paid + 1e-10);
    expect(certify().lowerBound).toBeGreaterThan(paid * (1 - 1e-6));
    for (const t of [0.02, 0.05]) {
      const near = gaussianGeodesic(best, anyGaussian(3, 9), t);
      expect(
        maps.reduce(
          (sum, map, i) => sum + [0.25, 0.25, 0.5][i] * squaredBuresWassersteinDistance(image(map, near), others[i]),
          0,
        ),
      ).toBeGreaterThan(paid);
    }
  });
  it("a prior decides what is not seen", () => {
    const {
      gaussian: found,
      value,
      certify,
    } = generalizedGaussianBarycenter([gaussian([2], [[4]])], [[[1, 0]]], { prior: { strength: 1, at: [0, 3] } });
    expect([...found.mean]).toEqual([1, 3]);
    expect(found.covariance.data[0]).toBeCloseTo(1, 9);
    expect(found.covariance.data[3]).toBeLessThan(1e-12);
    expect(value).toBeCloseTo(4, 9);
    expect(certify().lowerBound).toBeCloseTo(4, 9);
    expect(() => generalizedGaussianBarycenter([], [])).toThrow(/no Gaussian/);
  });
});

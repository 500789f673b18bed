// Barycenters of Gaussians: closed forms, stationarity, the duality gap, both methods, singular covariances.
import { describe, expect, it } from "vitest";
import {
  gaussian,
  gaussianBarycenter,
  gaussianGeodesic,
  squaredBuresWassersteinDistance,
} from "../../src/gaussian/index.ts";
import { anyGaussian } from "./gaussians.ts";

describe("gaussianBarycenter(gaussians, weights)", () => {
  it("of commuting covariances has the mean of their roots", () => {
    const { gaussian: found } = gaussianBarycenter(
      [
        gaussian(
          [0, 0],
          [
            [1, 0],
            [0, 9],
          ],
        ),
        gaussian(
          [4, 0],
          [
            [16, 0],
            [0, 1],
          ],
        ),
      ],
      [3, 1],
    );
    expect([...found.mean]).toEqual([1, 0]);
    expect(found.covariance.data[0]).toBeCloseTo(1.75 ** 2, 12);
    expect(found.covariance.data[3]).toBeCloseTo(2.5 ** 2, 12);
  });
  it("of two is a point of their geodesic", () => {
    const [p, q] = [anyGaussian(3, 1), anyGaussian(3, 2)];
    const between = gaussianGeodesic(p, q, 0.3);
    const { gaussian: found, value } = gaussianBarycenter([p, q], [0.7, 0.3]);
    found.covariance.data.forEach((entry, k) => expect(entry).toBeCloseTo(between.covariance.data[k], 8));
    expect(value).toBeCloseTo(0.21 * squaredBuresWassersteinDistance(p, q), 9);
  });
  it.each([2, 3, 8])("d = %d: no gap to the dual bound, and nothing near is better", (d) => {
    const all = Array.from({ length: 6 }, (_, i) => anyGaussian(d, 10 + i));
    const weights = [1, 2, 3, 4, 5, 6];
    const { gaussian: found, value, certify, report } = gaussianBarycenter(all, weights);
    expect(report.status).toBe("converged");
    const { objective, lowerBound, stationarityGap } = certify();
    expect(objective).toBe(value);
    expect(value - lowerBound).toBeLessThan(1e-8 * value);
    expect(value - lowerBound).toBeGreaterThan(-1e-10 * value);
    expect(stationarityGap).toBeLessThan(1e-17 * value * 100);
    const cost = (g: typeof found): number =>
      all.reduce((total, other, i) => total + (weights[i] / 21) * squaredBuresWassersteinDistance(g, other), 0);
    expect(cost(found)).toBeCloseTo(value, 9);
    for (const other of all) expect(cost(gaussianGeodesic(found, other, 0.01))).toBeGreaterThan(value);
  });
  it("the objective falls with every step of either method, to the same barycenter", () => {
    const all = Array.from({ length: 5 }, (_, i) => anyGaussian(4, 30 + i));
    const start = gaussian(
      [0, 0, 0, 0],
      [
        [9, 0, 0, 0],
        [0, 0.1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
      ],
    );
    const full = gaussianBarycenter(all, null).value;
    for (const method of ["fixedPoint", "gradient"] as const) {
      const values = [0, 1, 2, 4, 8].map(
        (maxIterations) => gaussianBarycenter(all, null, { method, start, maxIterations: maxIterations + 1 }).value,
      );
      for (let k = 1; k < values.length; k++) expect(values[k]).toBeLessThan(values[k - 1]);
      expect(gaussianBarycenter(all, null, { method, start }).value).toBeCloseTo(full, 10);
    }
  });
  it("the bound holds far from the barycenter, too", () => {
    const all = Array.from({ length: 4 }, (_, i) => anyGaussian(3, 50 + i));
    const best = gaussianBarycenter(all).value;
    const early = gaussianBarycenter(all, null, {
      start: gaussian(
        [0, 0, 0],
        [
          [1, 0, 0],
          [0, 1, 0],
          [0, 0, 1],
        ],
      ),
      maxIterations: 1,
    });
    expect(early.certify().lowerBound).toBeLessThan(best);
    expect(early.certify().lowerBound).toBeGreaterThan(0.3 * best);
    expect(early.value).toBeGreaterThan(best);
  });
  it("one invertible covariance among singular ones: still no gap to speak of", () => {
    const all = [anyGaussian(3, 60), anyGaussian(3, 61, 1), anyGaussian(3, 62, 2), anyGaussian(3, 63, 0)];
    const { value, certify } = gaussianBarycenter(all, [1, 1, 1, 1], { maxIterations: 20000 });
    expect(value - certify().lowerBound).toBeLessThan(1e-6 * value);
    expect(value - certify().lowerBound).toBeGreaterThan(-1e-9 * value);
  });
  it("all of rank 1 or points: finite, and bounded from below", () => {
    const all = [anyGaussian(3, 70, 1), anyGaussian(3, 71, 1), anyGaussian(3, 72, 0)];
    const { value, certify } = gaussianBarycenter(all);
    expect(certify().lowerBound).toBeLessThanOrEqual(value + 1e-12);
    expect(certify().lowerBound).toBeGreaterThan(0.5 * value);
    const points = [gaussian([0], [[0]]), gaussian([3], [[0]])];
    expect(gaussianBarycenter(points, [2, 1]).gaussian.mean[0]).toBeCloseTo(1, 14);
  });
  it("limits, steps and promises", async () => {
    const all = Array.from({ length: 5 }, (_, i) => anyGaussian(4, 80 + i));
    expect(gaussianBarycenter(all, null, { maxIterations: 1 }).report.status).toBe("maxIterations");
    const run = gaussianBarycenter.steps(all);
    run.next();
    expect(run.snapshot().report.status).toBe("stopped");
    expect((await gaussianBarycenter.async(all)).value).toBe(gaussianBarycenter(all).value);
    expect(() => gaussianBarycenter([])).toThrow(/no Gaussians/);
    expect(() => gaussianBarycenter(all, [0, 0, 0, 0, 0])).toThrow(/weights are 0/);
    expect(() => gaussianBarycenter([...all, anyGaussian(2, 1)])).toThrow(/2 coordinates/);
  });
});

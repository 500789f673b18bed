// Barycenters whose points move: affine images, the line, weights that are not uniform, the certificate.
import { describe, expect, it } from "vitest";
import { freeSupportBarycenter } from "../../src/barycenter/index.ts";
import { pointCloud, random } from "../../src/index.ts";

function cloud(n: number, d: number, seed: number): number[][] {
  const generator = random(seed);
  return Array.from({ length: n }, () => Array.from({ length: d }, () => generator.normal()));
}

describe("freeSupportBarycenter(inputs, weights)", () => {
  it("of stretched and shifted copies is the mean stretch and shift of them: Gaussians and translates", () => {
    const Z = cloud(40, 2, 1);
    const image = (sx: number, sy: number, tx: number): number[][] => Z.map(([x, y]) => [sx * x + tx, sy * y]);
    const inputs = [image(1, 3, 0), image(2, 1, 9)];
    const { cloud: found, value, certify } = freeSupportBarycenter(inputs, [3, 1], { start: image(1, 3, 0) });
    const wanted = image(1.25, 2.5, 2.25);
    wanted.forEach(([x, y], i) => {
      expect(found.points.data[2 * i]).toBeCloseTo(x, 10);
      expect(found.points.data[2 * i + 1]).toBeCloseTo(y, 10);
    });
    const { lowerBound, stationarityGap } = certify();
    expect(lowerBound).toBeCloseTo(value, 10);
    expect(stationarityGap).toBeLessThan(1e-20);
  });
  it("on the line is the mean of quantiles, for weights of any kind", () => {
    // Inputs of masses (1/4, 3/4) and (1/2, 1/2), barycenter masses (1/4, 1/4, 1/2): quantiles meet without splitting.
    const inputs = [pointCloud([[0], [10]], [0.25, 0.75]), pointCloud([[2], [6]], [0.5, 0.5])];
    const { cloud: found } = freeSupportBarycenter(inputs, [0.5, 0.5], {
      start: [[0], [1], [2]],
      pointWeights: [0.25, 0.25, 0.5],
    });
    expect(Array.from(found.points.data)).toEqual([1, 6, 8]);
  });
  it("one point goes to the weighted mean of weighted means: no weight is taken for uniform", () => {
    const inputs = [
      pointCloud(
        [
          [0, 0],
          [4, 0],
        ],
        [0.9, 0.1],
      ),
      pointCloud([[1, 8]], [5]),
    ];
    const { cloud: found } = freeSupportBarycenter(inputs, [3, 1], { size: 1 });
    expect(found.points.data[0]).toBeCloseTo(0.75 * 0.4 + 0.25, 12);
    expect(found.points.data[1]).toBeCloseTo(2, 12);
    const even = freeSupportBarycenter(inputs, null, { size: 1 });
    expect(even.cloud.points.data[1]).toBeCloseTo(4, 12);
  });
  it("never pays less than its lower bound, falls with every round, and is the same again", () => {
    const inputs = [cloud(30, 3, 2), cloud(50, 3, 3), cloud(20, 3, 4)];
    const values: number[] = [];
    const options = { size: 25, seed: 7, onProgress: ({ primal = 0 }) => values.push(primal) };
    const { value, certify, report, cloud: found } = freeSupportBarycenter(inputs, null, options);
    for (let k = 1; k < values.length; k++) expect(values[k]).toBeLessThanOrEqual(values[k - 1] + 1e-12);
    expect(certify().lowerBound).toBeLessThan(value);
    expect(report.status).toMatch(/converged|stalled/);
    expect(freeSupportBarycenter(inputs, null, { size: 25, seed: 7 }).cloud.points.data).toEqual(found.points.data);
  });
  it("with entropy comes close to the exact one as epsilon falls", () => {
    const inputs = [cloud(20, 2, 5), cloud(20, 2, 6)];
    const start = cloud(20, 2, 5);
    const exact = freeSupportBarycenter(inputs, null, { start });
    const soft = freeSupportBarycenter(inputs, null, {
      start: exact.cloud.points,
      epsilon: 0.01,
      tolerance: 1e-6,
      maxIterations: 50,
    });
    expect(Math.abs(soft.value - exact.value)).toBeLessThan(0.05 * exact.value);
    expect(soft.report.method).toBe("entropic plans");
  });
  it("names what is wrong", () => {
    expect(() => freeSupportBarycenter([])).toThrow(/no point clouds/);
    expect(() => freeSupportBarycenter([[[1, 2]], [[1]]])).toThrow(/inputs\[1\]/);
    expect(() => freeSupportBarycenter([[[1, 2]]], null, { start: [[1]] })).toThrow(/start/);
  });
});

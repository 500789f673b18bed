// Entropic transport between Gaussians: the closed forms against sinkhorn on grids, stationarity, limits of epsilon and rho.
import { describe, expect, it } from "vitest";
import {
  entropicGaussian,
  type Gaussian,
  gaussian,
  gaussianMap,
  gaussianPdf,
  gaussianSinkhornDivergence,
  squaredBuresWassersteinDistance,
} from "../../src/gaussian/index.ts";
import { cost, histogram, sinkhorn, sinkhornDivergence } from "../../src/index.ts";
import { anyGaussian } from "./gaussians.ts";

/** Masses of a Gaussian on a grid of `count` points a side, `step` apart, centred at 0. */
function onGrid(g: Gaussian, count: number, step: number, mass = 1): { weights: Float64Array; points: number[][] } {
  const d = g.mean.length;
  const axis = Array.from({ length: count }, (_, i) => (i - (count - 1) / 2) * step);
  const points = d === 1 ? axis.map((u) => [u]) : axis.flatMap((u) => axis.map((v) => [u, v]));
  const density = gaussianPdf(g, points);
  const total = density.reduce((sum, value) => sum + value, 0);
  return { weights: density.map((value) => (mass * value) / total), points };
}

describe("entropicGaussian(source, target, { epsilon })", () => {
  it.each([0.1, 1, 10])(
    "epsilon %d on the line: value, cost, map and plan are those of sinkhorn on a fine grid",
    (epsilon) => {
      const [p, q] = [gaussian([0.3], [[0.5]]), gaussian([-0.4], [[1.2]])];
      const [a, b] = [onGrid(p, 401, 0.045), onGrid(q, 401, 0.045)];
      const C = cost.points(a.points, b.points);
      const seen = sinkhorn(a.weights, b.weights, C, { epsilon, tolerance: 1e-11 });
      const exact = entropicGaussian(p, q, { epsilon });
      expect(exact.value).toBeCloseTo(seen.value, 7);
      expect(exact.transportCost).toBeCloseTo(seen.transportCost, 7);
      const image = seen.plan.barycentricMap({ data: Float64Array.from(b.points.flat()), rows: 401, cols: 1 });
      const at = 230;
      expect(exact.apply([a.points[at]]).data[0]).toBeCloseTo(image.data[at], 6);
    },
  );
  it("in the plane: value and divergence are those of sinkhorn on grids", () => {
    const [p, q] = [
      gaussian(
        [0.2, 0],
        [
          [0.6, 0.3],
          [0.3, 0.5],
        ],
      ),
      gaussian(
        [-0.3, 0.1],
        [
          [0.4, -0.2],
          [-0.2, 0.9],
        ],
      ),
    ];
    const count = 61;
    const [a, b] = [onGrid(p, count, 0.2), onGrid(q, count, 0.2)];
    const grid = (weights: Float64Array) => histogram(weights, [count, count], { spacing: [0.2, 0.2] });
    const epsilon = 0.8;
    const options = { epsilon, tolerance: 1e-10 };
    const seen = sinkhorn(
      a.weights,
      b.weights,
      cost.grid({ shape: [count, count], spacing: [0.2, 0.2] }, { shape: [count, count], spacing: [0.2, 0.2] }),
      options,
    );
    expect(entropicGaussian(p, q, { epsilon }).value).toBeCloseTo(seen.value, 5);
    const divergence = sinkhornDivergence(grid(a.weights), grid(b.weights), options).value;
    expect(gaussianSinkhornDivergence(p, q, { epsilon })).toBeCloseTo(divergence, 5);
  });
  it("epsilon to 0 is W2^2 and the optimal map, epsilon to infinity the product", () => {
    const [p, q] = [anyGaussian(3, 1), anyGaussian(3, 2)];
    const small = entropicGaussian(p, q, { epsilon: 1e-9 });
    expect(small.value).toBeCloseTo(squaredBuresWassersteinDistance(p, q), 6);
    gaussianMap(p, q)
      .apply([[1, 2, 3]])
      .data.forEach((value, k) => expect(small.apply([[1, 2, 3]]).data[k]).toBeCloseTo(value, 5));
    const large = entropicGaussian(p, q, { epsilon: 1e9 });
    const traces = [0, 4, 8].reduce((sum, k) => sum + p.covariance.data[k] + q.covariance.data[k], 0);
    const shift = p.mean.reduce((sum, value, k) => sum + (value - q.mean[k]) ** 2, 0);
    expect(large.value).toBeCloseTo(traces + shift, 6);
    expect(Math.max(...large.cross.data.map(Math.abs))).toBeLessThan(1e-6);
  });
  it("value = <P, C> + epsilon KL(P | a x b), from the plan's own covariance, and no other correlation is cheaper", () => {
    const [p, q] = [anyGaussian(2, 3), anyGaussian(2, 4)];
    const epsilon = 0.7;
    const { value, cross } = entropicGaussian(p, q, { epsilon });
    const objective = (K: Float64Array): number => {
      const [A, B] = [p.covariance.data, q.covariance.data];
      const H = [
        [A[0], A[1], K[0], K[1]],
        [A[2], A[3], K[2], K[3]],
        [K[0], K[2], B[0], B[1]],
        [K[1], K[3], B[2], B[3]],
      ];
      const kl =
        -0.5 *
        Math.log(
          determinant(H) /
            (determinant([
              [A[0], A[1]],
              [A[2], A[3]],
            ]) *
              determinant([
                [B[0], B[1]],
                [B[2], B[3]],
              ])),
        );
      const shift = p.mean.reduce((sum, m, k) => sum + (m - q.mean[k]) ** 2, 0);
      return shift + A[0] + A[3] + B[0] + B[3] - 2 * (K[0] + K[3]) + epsilon * kl;
    };
    expect(objective(cross.data)).toBeCloseTo(value, 11);
    for (let k = 0; k < 4; k++)
      for (const h of [-1e-3, 1e-3])
        expect(objective(cross.data.map((entry, at) => entry + (at === k ? h : 0)))).toBeGreaterThan(value);
  });
  it("points and lines: nothing to pay for entropy; the divergence of equal ones is 0", () => {
    const zero = [
      [0, 0],
      [0, 0],
    ];
    expect(entropicGaussian(gaussian([0, 0], zero), gaussian([3, 4], zero), { epsilon: 2 }).value).toBe(25);
    const line = anyGaussian(2, 5, 1);
    expect(Math.abs(gaussianSinkhornDivergence(line, line, { epsilon: 0.3 }))).toBeLessThan(1e-13);
    expect(gaussianSinkhornDivergence(line, anyGaussian(2, 6), { epsilon: 0.3 })).toBeGreaterThan(0);
  });
  it("refuses what is out of range", () => {
    const p = gaussian([0], [[1]]);
    expect(() => entropicGaussian(p, p, { epsilon: 0 })).toThrow(/epsilon is 0/);
    expect(() => entropicGaussian(p, p, { epsilon: 1, masses: [1, 2] })).toThrow(/held marginals/);
    expect(() => entropicGaussian(p, p, { epsilon: 1, unbalanced: -1 })).toThrow(/unbalanced is -1/);
  });
});

describe("entropicGaussian(source, target, { epsilon, unbalanced })", () => {
  it.each([
    [0.5, 1, 1, 1],
    [1, 5, 2, 0.5],
    [0.2, 0.3, 1, 3],
    [3, 0.1, 1, 1],
  ])(
    "epsilon %d, rho %d, masses %d and %d on the line: value, mass and marginals are those of sinkhorn",
    (epsilon, rho, m1, m2) => {
      const [p, q] = [gaussian([0.5], [[0.5]]), gaussian([-0.7], [[1.1]])];
      const [a, b] = [onGrid(p, 301, 0.045, m1), onGrid(q, 301, 0.045, m2)];
      const seen = sinkhorn(a.weights, b.weights, cost.points(a.points, b.points), {
        epsilon,
        unbalanced: rho,
        tolerance: 1e-11,
      });
      const exact = entropicGaussian(p, q, { epsilon, unbalanced: rho, masses: [m1, m2] });
      expect(exact.value).toBeCloseTo(seen.value, 6);
      const marginal = seen.plan.marginal(0);
      const mass = marginal.reduce((sum, value) => sum + value, 0);
      expect(exact.mass).toBeCloseTo(mass, 6);
      const mean = marginal.reduce((sum, value, i) => sum + value * a.points[i][0], 0) / mass;
      const variance = marginal.reduce((sum, value, i) => sum + value * (a.points[i][0] - mean) ** 2, 0) / mass;
      expect(exact.source.mean[0]).toBeCloseTo(mean, 6);
      expect(exact.source.covariance.data[0]).toBeCloseTo(variance, 6);
      expect(exact.transportCost).toBeCloseTo(seen.transportCost, 6);
    },
  );
  it("in the plane: value and mass are those of sinkhorn on grids", () => {
    const [p, q] = [
      gaussian(
        [0.2, 0],
        [
          [0.6, 0.3],
          [0.3, 0.5],
        ],
      ),
      gaussian(
        [-0.6, 0.4],
        [
          [0.4, -0.2],
          [-0.2, 0.9],
        ],
      ),
    ];
    const count = 61;
    const [a, b] = [onGrid(p, count, 0.2, 1.5), onGrid(q, count, 0.2, 0.8)];
    const side = { shape: [count, count], spacing: [0.2, 0.2] };
    const seen = sinkhorn(a.weights, b.weights, cost.grid(side, side), {
      epsilon: 0.8,
      unbalanced: 1.3,
      tolerance: 1e-10,
    });
    const exact = entropicGaussian(p, q, { epsilon: 0.8, unbalanced: 1.3, masses: [1.5, 0.8] });
    expect(exact.value).toBeCloseTo(seen.value, 5);
    expect(exact.mass).toBeCloseTo(
      seen.plan.marginal(1).reduce((sum, value) => sum + value, 0),
      5,
    );
  });
  it("a large rho holds the marginals: the balanced value", () => {
    const [p, q] = [anyGaussian(3, 7), anyGaussian(3, 8)];
    const held = entropicGaussian(p, q, { epsilon: 0.5 });
    const { value, mass, source } = entropicGaussian(p, q, { epsilon: 0.5, unbalanced: 1e7 });
    expect(value / held.value).toBeCloseTo(1, 4);
    expect(mass).toBeCloseTo(1, 5);
    source.covariance.data.forEach((entry, k) => expect(entry).toBeCloseTo(p.covariance.data[k], 5));
  });
  it("points and lines have a value, and the divergence of equal ones is 0", () => {
    const zero = [
      [0, 0],
      [0, 0],
    ];
    const { mass, value } = entropicGaussian(gaussian([0, 0], zero), gaussian([1, 0], zero), {
      epsilon: 1,
      unbalanced: 2,
    });
    expect(mass).toBeCloseTo(Math.exp(-1 / 5), 12);
    expect(value).toBeCloseTo(5 - 5 * Math.exp(-1 / 5), 12);
    const line = anyGaussian(3, 9, 1);
    expect(Math.abs(gaussianSinkhornDivergence(line, line, { epsilon: 1, unbalanced: 2 }))).toBeLessThan(1e-13);
    expect(gaussianSinkhornDivergence(line, line, { epsilon: 1, unbalanced: 2, masses: [1, 2] })).toBeGreaterThan(0);
  });
});

function determinant(M: number[][]): number {
  if (M.length === 1) return M[0][0];
  return M[0].reduce(
    (sum, value, j) =>
      sum + (j % 2 === 0 ? 1 : -1) * value * determinant(M.slice(1).map((row) => row.filter((_, k) => k !== j))),
    0,
  );
}

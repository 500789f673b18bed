// Maps and geodesics between Gaussians: they transport, at the least cost, also on subspaces; and where there is no map it is said.
import { describe, expect, it } from "vitest";
import {
  buresWassersteinDistance,
  empiricalGaussian,
  gaussian,
  gaussianGeodesic,
  gaussianMap,
  squaredBuresWassersteinDistance,
} from "../../src/gaussian/index.ts";
import { positiveEigen } from "../../src/linalg/eigen.ts";
import { anyGaussian } from "./gaussians.ts";

describe("gaussianMap(source, target)", () => {
  it.each([1, 2, 3, 6])("d = %d: symmetric, positive, transports, at the cost W2^2", (d) => {
    const [p, q] = [anyGaussian(d, 1), anyGaussian(d, 2)];
    const map = gaussianMap(p, q);
    const { pushforwardError, transportCost, lowerBound } = map.certify();
    expect(pushforwardError).toBeLessThan(1e-11);
    expect(transportCost / lowerBound).toBeCloseTo(1, 11);
    expect(lowerBound).toBeCloseTo(squaredBuresWassersteinDistance(p, q), 11);
    for (let i = 0; i < d; i++) for (let j = 0; j < i; j++) expect(map.A.data[i * d + j]).toBe(map.A.data[j * d + i]);
    expect(Math.min(...positiveEigen(map.A.data, d).values)).toBeGreaterThan(0);
  });
  it("of samples: the images have the target's moments, and the inverse brings them back", () => {
    const [p, q] = [anyGaussian(2, 3), anyGaussian(2, 4)];
    const points = [
      [0, 1],
      [2, -1],
      [0.5, 0.5],
      [3, 3],
    ];
    const source = empiricalGaussian(points);
    const moved = gaussianMap(source, q).apply(points);
    const image = empiricalGaussian(moved);
    image.mean.forEach((value, k) => expect(value).toBeCloseTo(q.mean[k], 12));
    image.covariance.data.forEach((value, k) => expect(value).toBeCloseTo(q.covariance.data[k], 11));
    const map = gaussianMap(p, q);
    const back = map.inverse().apply(map.apply(points));
    points.flat().forEach((value, k) => expect(back.data[k]).toBeCloseTo(value, 10));
    const { A, b } = map;
    expect(map.apply([[1, 2]]).data[0]).toBeCloseTo(A.data[0] + 2 * A.data[1] + b[0], 12);
  });
  it("d = 2: is the closed form S^-1/2 (S^1/2 T S^1/2)^1/2 S^-1/2 of commuting covariances", () => {
    const map = gaussianMap(
      gaussian(
        [0, 0],
        [
          [4, 0],
          [0, 1],
        ],
      ),
      gaussian(
        [1, 1],
        [
          [1, 0],
          [0, 9],
        ],
      ),
    );
    expect([...map.A.data].map((value) => Math.round(value * 1e12) / 1e12)).toEqual([0.5, 0, 0, 3]);
    expect([...map.b]).toEqual([1, 1]);
  });
  it("of a line onto another line transports, though no symmetric matrix does", () => {
    const map = gaussianMap(
      gaussian(
        [0, 0],
        [
          [1, 0],
          [0, 0],
        ],
      ),
      gaussian(
        [0, 0],
        [
          [1, 1],
          [1, 1],
        ],
      ),
    );
    const { pushforwardError, transportCost, lowerBound } = map.certify();
    expect(pushforwardError).toBeLessThan(1e-14);
    expect(transportCost).toBeCloseTo(lowerBound, 13);
  });
  it("says that a point or a line cannot be spread, and collapses what can be", () => {
    const zero = [
      [0, 0],
      [0, 0],
    ];
    const spread = gaussianMap(
      gaussian([0, 0], zero),
      gaussian(
        [1, 0],
        [
          [1, 0],
          [0, 1],
        ],
      ),
    );
    expect(spread.certify().pushforwardError).toBe(1);
    expect(
      gaussianMap(
        gaussian(
          [0, 0],
          [
            [1, 0],
            [0, 0],
          ],
        ),
        anyGaussian(2, 5),
      ).certify().pushforwardError,
    ).toBeGreaterThan(0.01);
    const collapse = gaussianMap(anyGaussian(2, 6), gaussian([3, 4], zero));
    expect(collapse.certify().pushforwardError).toBe(0);
    expect([...collapse.apply([[7, 8]]).data]).toEqual([3, 4]);
  });
  it("refuses other dimensions and points of another dimension", () => {
    expect(() => gaussianMap(anyGaussian(2, 1), anyGaussian(3, 1))).toThrow(/3 coordinates, the other one 2/);
    expect(() => gaussianMap(anyGaussian(2, 1), anyGaussian(2, 2)).apply([[1, 2, 3]])).toThrow(/3 coordinates/);
  });
});

describe("gaussianGeodesic(source, target, t)", () => {
  it.each([
    ["invertible", 3, 3],
    ["of rank 1 and 2", 1, 2],
    ["from a point", 0, 3],
  ])("%s covariances: constant speed, from one end to the other", (_, first, second) => {
    const [p, q] = [anyGaussian(3, 7, first), anyGaussian(3, 8, second)];
    const W = buresWassersteinDistance(p, q);
    const at = [0, 0.25, 0.5, 1].map((t) => gaussianGeodesic(p, q, t));
    for (let i = 0; i < 4; i++) {
      for (let j = 0; j < i; j++) {
        expect(buresWassersteinDistance(at[i], at[j]) / W).toBeCloseTo([0, 0.25, 0.5, 1][i] - [0, 0.25, 0.5, 1][j], 6);
      }
    }
    expect(buresWassersteinDistance(at[0], p)).toBeLessThan(1e-7);
    expect(buresWassersteinDistance(at[3], q)).toBeLessThan(1e-7);
  });
  it("is the image under (1 - t) x + t T(x), and refuses times beyond", () => {
    const [p, q] = [anyGaussian(2, 9), anyGaussian(2, 10)];
    const { A } = gaussianMap(p, q);
    const M = A.data.map((value, k) => 0.3 * value + (k % 3 === 0 ? 0.7 : 0));
    const S = p.covariance.data;
    const image = [0, 1].map((i) =>
      [0, 1].map((j) =>
        [0, 1].reduce((s, a) => s + [0, 1].reduce((t, b) => t + M[2 * i + a] * S[2 * a + b] * M[2 * j + b], 0), 0),
      ),
    );
    gaussianGeodesic(p, q, 0.3).covariance.data.forEach((value, k) => expect(value).toBeCloseTo(image.flat()[k], 12));
    expect(() => gaussianGeodesic(p, q, 1.5)).toThrow(/time/);
  });
});

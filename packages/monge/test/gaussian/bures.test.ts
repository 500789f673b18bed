// The Bures metric: closed forms, laws of a metric, singular covariances, close covariances, and what is refused.
import { describe, expect, it } from "vitest";
import {
  buresDistance,
  buresWassersteinDistance,
  empiricalGaussian,
  gaussian,
  squaredBuresDistance,
  squaredBuresWassersteinDistance,
} from "../../src/gaussian/index.ts";
import { cost, emd, isOtError, random, wasserstein1d } from "../../src/index.ts";
import { singular } from "../../src/linalg/singular.ts";
import { componentOf } from "../../src/measure/mixture.ts";
import { anyGaussian, anyMixture, covariance } from "./gaussians.ts";

const diagonal = (values: number[]): number[][] =>
  values.map((value, i) => values.map((_, j) => (i === j ? value : 0)));

/** The sum of the roots of the eigenvalues of A B where A acts on the first two axes alone: those of a 2 x 2 matrix. */
function fidelityOfProduct(A: number[][], B: number[][]): number {
  const trace = A[0][0] * B[0][0] + 2 * A[0][1] * B[0][1] + A[1][1] * B[1][1];
  const determinant = (A[0][0] * A[1][1] - A[0][1] ** 2) * (B[0][0] * B[1][1] - B[0][1] ** 2);
  return Math.sqrt(trace + 2 * Math.sqrt(determinant));
}

describe("squaredBuresDistance(A, B)", () => {
  it("of diagonal matrices is the squared distance of the deviations", () => {
    const p = [4, 0, 1e-6, 9];
    const q = [1, 2, 1e-8, 16];
    const expected = p.reduce((total, value, k) => total + (Math.sqrt(value) - Math.sqrt(q[k])) ** 2, 0);
    expect(squaredBuresDistance(diagonal(p), diagonal(q))).toBeCloseTo(expected, 14);
  });
  it("keeps its digits where the trace formula has none: A and (1 + h)^2 A are h (tr A)^1/2 apart", () => {
    const A = covariance(4, 1);
    const trace = A.reduce((total, row, k) => total + row[k], 0);
    for (const h of [1e-3, 1e-8, 1e-12]) {
      const B = A.map((row) => row.map((value) => value * (1 + h) ** 2));
      expect(buresDistance(A, B) / (h * Math.sqrt(trace))).toBeCloseTo(1, h < 1e-10 ? 2 : 6);
    }
    expect(buresDistance(A, A)).toBeLessThan(1e-14 * trace);
  });
  it.each([1, 2, 3, 5])("d = %d: is a metric, and no rotation of coordinates changes it", (d) => {
    const A = covariance(d, 2);
    const B = covariance(d, 3, Math.max(1, d - 1));
    const C = covariance(d, 4);
    const [ab, bc, ac] = [buresDistance(A, B), buresDistance(B, C), buresDistance(A, C)];
    expect(buresDistance(B, A)).toBeCloseTo(ab, 12);
    expect(ac).toBeLessThan(ab + bc);
    const angle = 0.7;
    const turn = diagonal(Array(d).fill(1));
    if (d > 1)
      [turn[0][0], turn[0][1], turn[1][0], turn[1][1]] = [
        Math.cos(angle),
        -Math.sin(angle),
        Math.sin(angle),
        Math.cos(angle),
      ];
    const turned = (M: number[][]): number[][] =>
      turn.map((u) => turn.map((v) => u.reduce((s, x, i) => s + v.reduce((t, y, j) => t + x * M[i][j] * y, 0), 0)));
    expect(buresDistance(turned(A), turned(B))).toBeCloseTo(ab, 12);
  });
  it("of a flat covariance along axes and a tilted one: columns of rounding take no part", () => {
    const flat = [
      [2, 1, 0],
      [1, 3, 0],
      [0, 0, 0],
    ];
    const B = covariance(3, 9);
    const { values, left } = singular(Float64Array.from([...B[0], ...B[1], 0, 0, 0]), 3);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const inner = [0, 1, 2].reduce((total, k) => total + left[3 * i + k] * left[3 * j + k], 0);
        expect(inner).toBeCloseTo(i === j ? 1 : 0, 14);
      }
    }
    expect(Math.min(...values)).toBeLessThan(1e-15);
    const trace = 5 + B[0][0] + B[1][1] + B[2][2];
    const expected = trace - 2 * fidelityOfProduct(flat, B);
    expect(squaredBuresDistance(flat, B)).toBeCloseTo(expected, 12);
    expect(squaredBuresDistance(B, flat)).toBeCloseTo(expected, 12);
  });
  it("refuses what is no covariance, naming the eigenvalue", () => {
    const refused = (A: number[][], words: RegExp): void => {
      try {
        buresDistance(A, [
          [1, 0],
          [0, 1],
        ]);
        expect.unreachable();
      } catch (error) {
        expect(isOtError(error, A.length === 2 ? "InvalidValue" : "InvalidShape")).toBe(true);
        expect((error as Error).message).toMatch(words);
      }
    };
    refused(
      [
        [1, 2],
        [2, 1],
      ],
      /eigenvalue 1 is -1/,
    );
    refused(
      [
        [1, 0.1],
        [0.2, 1],
      ],
      /not symmetric/,
    );
    refused(
      [
        [1, Number.NaN],
        [0, 1],
      ],
      /NaN/,
    );
    refused([[1]], /2 coordinates, the other one 1|1 coordinates|B has 2/);
  });
});

describe("buresWassersteinDistance(source, target)", () => {
  it("between points is their distance", () => {
    const at = (mean: number[]) => gaussian(mean, diagonal([0, 0]));
    expect(buresWassersteinDistance(at([0, 0]), at([3, 4]))).toBe(5);
  });
  it("on the line is that of the quantiles", () => {
    const [p, q] = [gaussian([1], [[4]]), gaussian([-1], [[0.25]])];
    const { normal } = random(5);
    const z = Float64Array.from({ length: 200000 }, normal);
    const W = wasserstein1d(
      z.map((value) => 1 + 2 * value),
      z.map((value) => -1 + 0.5 * value),
      { p: 2 },
    );
    expect(squaredBuresWassersteinDistance(p, q)).toBe(4 + 1.5 ** 2);
    expect(W.value).toBeCloseTo(6.25, 1);
  });
  it("is at most W2 of samples with exactly these moments, and equal if a positive map joins them", () => {
    const { normal } = random(6);
    const x = Array.from({ length: 60 }, () => [normal(), normal()]);
    const T = [
      [2, 0.5],
      [0.5, 1],
    ];
    const y = x.map(([u, v]) => [T[0][0] * u + T[0][1] * v + 1, T[1][0] * u + T[1][1] * v - 2]);
    const W = emd(null, null, cost.points(x, y)).value;
    expect(squaredBuresWassersteinDistance(empiricalGaussian(x), empiricalGaussian(y))).toBeCloseTo(W, 12);
    const other = Array.from({ length: 60 }, () => [3 * normal(), normal()]);
    expect(squaredBuresWassersteinDistance(empiricalGaussian(x), empiricalGaussian(other))).toBeLessThan(
      emd(null, null, cost.points(x, other)).value,
    );
  });
});

describe("cost.gaussians(source, target)", () => {
  it.each([1, 2, 3, 4, 6])("d = %d: entry (i, j) is the squared distance of the components", (d) => {
    const source = anyMixture(15, d, 1, "mixed");
    const target = anyMixture(12, d, 2, "mixed");
    const C = cost.gaussians(source, target);
    const block = C.block(0, 15);
    for (let i = 0; i < 15; i++) {
      for (let j = 0; j < 12; j++) {
        const expected = squaredBuresWassersteinDistance(componentOf(source, i), componentOf(target, j));
        expect(Math.abs(block[12 * i + j] - expected)).toBeLessThan(1e-11);
        expect(C.at(i, j)).toBe(block[12 * i + j]);
      }
    }
  });
  it.each([2, 3])("d = %d: thin and huge covariances keep 1e-12 of the traces", (d) => {
    for (let seed = 0; seed < 40; seed++) {
      const stretch = (matrix: number[][]): number[][] =>
        matrix.map((row, i) => row.map((value, j) => value * 10 ** (-3 * i - 3 * j + (seed % 5) * 3)));
      const p = gaussian(Array(d).fill(0), stretch(covariance(d, seed)));
      const q = gaussian(Array(d).fill(0), stretch(covariance(d, seed + 100)));
      const traces = p.covariance.data[0] + q.covariance.data[0];
      const mixture = { kind: "mixture", weights: new Float64Array(1) } as const;
      const of = ({ mean, covariance: { data } }: typeof p) => ({
        ...mixture,
        means: { data: mean, rows: 1, cols: d },
        covariances: data,
      });
      const expected = squaredBuresWassersteinDistance(p, q);
      expect(Math.abs(cost.gaussians(of(p), of(q)).at(0, 0) - expected)).toBeLessThan(1e-12 * traces);
    }
  });
  it("goes through emd with its weights", () => {
    const source = anyMixture(8, 3, 3);
    const target = anyMixture(9, 3, 4);
    const b = target.weights.map(
      (value) => (value * source.weights.reduce((s, w) => s + w)) / target.weights.reduce((s, w) => s + w),
    );
    const { certify } = emd(source.weights, b, cost.gaussians(source, target));
    expect(Math.abs(certify().relativeGap)).toBeLessThan(1e-12);
  });
  it("refuses other things and other dimensions", () => {
    const source = anyMixture(2, 3, 3);
    expect(() => cost.gaussians(source, anyMixture(2, 2, 3))).toThrow(/3 coordinates, those of target 2/);
    expect(() => cost.gaussians(anyGaussian(2, 1) as never)).toThrow(/no mixture/);
  });
});

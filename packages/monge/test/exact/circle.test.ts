import { describe, expect, test } from "vitest";
import { isOtError } from "../../src/errors/otError.ts";
import { wassersteinCircle } from "../../src/exact/line/circle.ts";
import { wassersteinCircleUniform } from "../../src/exact/line/circleUniform.ts";
import { wasserstein1d } from "../../src/exact/line/wasserstein1d.ts";
import { type Random, random } from "../../src/linalg/random.ts";
import { bestPermutation } from "../oracles/bestPermutation.ts";

const exponents = [1, 1.5, 2, 3];

function angles(rng: Random, n: number, coarse: boolean): Float64Array {
  return Float64Array.from({ length: n }, () => (coarse ? rng.integer(6) / 6 : rng.uniform()));
}

function masses(rng: Random, n: number, coarse: boolean): Float64Array {
  const raw = Float64Array.from({ length: n }, () => (coarse ? rng.integer(4) / 10 : rng.uniform()));
  raw[rng.integer(n)] += 0.3;
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
}

function arc(x: number, y: number): number {
  const gap = Math.abs(x - y) % 1;
  return Math.min(gap, 1 - gap);
}

function expectProof(result: ReturnType<typeof wassersteinCircle>): void {
  const proof = result.certify();
  expect(proof.primal).toBeCloseTo(result.value, 13);
  expect(proof.primalResidual).toBeLessThanOrEqual(1e-13);
  expect(proof.dualInfeasibility).toBeLessThanOrEqual(2e-14);
  expect(Math.abs(proof.gap)).toBeLessThanOrEqual(1e-13);
}

describe("wassersteinCircle(x, y)", () => {
  test("equals the best of all permutations for n <= 6 equal masses", () => {
    const rng = random(1);
    for (let round = 0; round < 120; round++) {
      const n = 1 + rng.integer(6);
      const p = exponents[round % exponents.length];
      const x = angles(rng, n, round % 3 === 0);
      const y = angles(rng, n, round % 3 === 0);
      const best = bestPermutation(n, (i, j) => arc(x[i], y[j]) ** p);
      expect(wassersteinCircle(x, y, { p }).value).toBeCloseTo(best / n, 13);
    }
  });

  test("proves itself for random and tied atoms and masses, every p", () => {
    const rng = random(2);
    for (let round = 0; round < 600; round++) {
      const n = 1 + rng.integer(25);
      const m = 1 + rng.integer(25);
      const p = exponents[round % exponents.length];
      const x = angles(rng, n, round % 2 === 0);
      const y = angles(rng, m, round % 4 <= 1);
      const a = round % 5 === 4 ? null : masses(rng, n, round % 3 === 0);
      const b = round % 7 === 6 ? null : masses(rng, m, round % 3 === 0);
      expectProof(wassersteinCircle(x, y, { a, b, p }));
    }
  });

  test("proves itself where rounded masses tie only nearly, and with atoms of 1e-300", () => {
    const tenths = [0.1, 0.2, 0.3, 0.4];
    for (const p of exponents) {
      expectProof(
        wassersteinCircle([0.1, 0.3, 0.55, 0.9], [0.2, 0.45, 0.5, 0.7], { a: tenths, b: [0.4, 0.3, 0.2, 0.1], p }),
      );
      const result = wassersteinCircle([0.1, 0.1, 0.3, 0.9, 0.95], [0.2, 0.2, 0.7], {
        a: [1e-300, 0.5, 0, 0.5, 1e-300],
        b: [1e-300, 0.5, 0.5],
        p,
      });
      expectProof(result);
      expect(result.plan.marginal(0)[0]).toBe(1e-300);
      expect(result.plan.marginal(0)[4]).toBe(1e-300);
    }
  });

  test("equals the best cut of many for hundreds of equal atoms", () => {
    const rng = random(3);
    const n = 150;
    const x = angles(rng, n, false).sort();
    const y = angles(rng, n, false).sort();
    for (const p of exponents) {
      let best = Infinity;
      for (let shift = 0; shift < n; shift++) {
        let total = 0;
        for (let i = 0; i < n; i++) total += arc(x[i], y[(i + shift) % n]) ** p;
        best = Math.min(best, total / n);
      }
      const result = wassersteinCircle(x, y, { p });
      expect(result.value).toBeCloseTo(best, 13);
      expectProof(result);
    }
  });

  test("does not change when both sides rotate, swap or change their period with their scale", () => {
    const rng = random(4);
    const x = angles(rng, 31, false);
    const y = angles(rng, 44, false);
    const a = masses(rng, 31, false);
    const b = masses(rng, 44, true);
    for (const p of exponents) {
      const { value } = wassersteinCircle(x, y, { a, b, p });
      for (const angle of [0.125, 0.5, 0.71, -3.3, 12]) {
        const turned = (points: Float64Array): Float64Array => points.map((point) => point + angle);
        expect(wassersteinCircle(turned(x), turned(y), { a, b, p }).value).toBeCloseTo(value, 13);
      }
      expect(wassersteinCircle(y, x, { a: b, b: a, p }).value).toBeCloseTo(value, 13);
      const degrees = (points: Float64Array): Float64Array => points.map((point) => 360 * point);
      const scaled = wassersteinCircle(degrees(x), degrees(y), { a, b, p, period: 360 });
      expect(scaled.value / 360 ** p).toBeCloseTo(value, 13);
    }
  });

  test("is the line's answer for clouds on a short arc, also across the seam", () => {
    const rng = random(5);
    const x = angles(rng, 50, false).map((point) => 0.2 * point);
    const y = angles(rng, 60, false).map((point) => 0.2 * point + 0.1);
    for (const p of exponents) {
      const value = wasserstein1d(x, y, { p }).value;
      expect(wassersteinCircle(x, y, { p }).value).toBeCloseTo(value, 14);
      const moved = (points: Float64Array): Float64Array => points.map((point) => point - 0.15);
      expect(wassersteinCircle(moved(x), moved(y), { p }).value).toBeCloseTo(value, 14);
    }
  });

  test("is 0 for identical clouds and 1/2 for antipodes", () => {
    const x = angles(random(6), 99, true);
    expect(wassersteinCircle(x, x.slice().reverse(), { p: 2 }).value).toBe(0);
    expect(wassersteinCircle([0], [0.5]).value).toBe(0.5);
    expect(wassersteinCircle([0.9], [0.1]).value).toBeCloseTo(0.2, 15);
  });

  test("throws typed errors that name the argument", () => {
    const codeOf = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        if (isOtError(error)) return `${error.code} ${error.argument}`;
        throw error;
      }
      return "none";
    };
    expect(codeOf(() => wassersteinCircle([0], [1], { period: 0 }))).toBe("InvalidValue options.period");
    expect(codeOf(() => wassersteinCircle([0], [1], { p: 0.9 }))).toBe("InvalidValue options.p");
    expect(codeOf(() => wassersteinCircle([0, Infinity], [1]))).toBe("InvalidValue x");
    expect(codeOf(() => wassersteinCircle([0], [1], { a: [1], b: [3] }))).toBe("MassMismatch b");
  });
});

describe("wassersteinCircleUniform(x)", () => {
  test("is the limit of fine grids, and 1 / (12 n^2) for n equally spaced atoms", () => {
    const rng = random(7);
    const x = angles(rng, 12, false);
    const a = masses(rng, 12, false);
    const fine = 20000;
    const grid = Float64Array.from({ length: fine }, (_, k) => (k + 0.5) / fine);
    expect(wassersteinCircleUniform(x, { a })).toBeCloseTo(wassersteinCircle(x, grid, { a, p: 2 }).value, 7);
    const spaced = Float64Array.from({ length: 8 }, (_, k) => k / 8 + 0.01);
    expect(wassersteinCircleUniform(spaced)).toBeCloseTo(1 / (12 * 64), 15);
    expect(
      wassersteinCircleUniform(
        spaced.map((point) => 5 * point),
        { period: 5 },
      ),
    ).toBeCloseTo(25 / (12 * 64), 14);
  });
});

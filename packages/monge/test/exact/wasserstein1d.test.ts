import { describe, expect, test } from "vitest";
import { isOtError } from "../../src/errors/otError.ts";
import { wasserstein1d } from "../../src/exact/line/wasserstein1d.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { type Random, random } from "../../src/linalg/random.ts";
import { sum } from "../../src/linalg/sum.ts";
import { bestPermutation } from "../oracles/bestPermutation.ts";

const exponents = [1, 1.5, 2, 3, 7.25];

function cloud(rng: Random, n: number, coarse: boolean): Float64Array {
  return Float64Array.from({ length: n }, () => (coarse ? rng.integer(4) : rng.normal()));
}

function masses(rng: Random, n: number, coarse: boolean): Float64Array {
  const raw = Float64Array.from({ length: n }, () => (coarse ? rng.integer(4) : rng.uniform()));
  raw[rng.integer(n)] += 1;
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
}

function expectProof(result: ReturnType<typeof wasserstein1d>, largestCost: number): void {
  const proof = result.certify();
  expect(proof.primal).toBeCloseTo(result.value, 12);
  expect(proof.primalResidual).toBeLessThanOrEqual(1e-14);
  expect(proof.dualInfeasibility).toBeLessThanOrEqual(1e-14 * largestCost);
  expect(Math.abs(proof.gap)).toBeLessThanOrEqual(1e-13 * (proof.primal + 1e-3 * largestCost));
}

function spread(x: ArrayLike<number>, y: ArrayLike<number>, p: number): number {
  const all = [...Array.from(x), ...Array.from(y)];
  return (Math.max(...all) - Math.min(...all)) ** p;
}

describe("wasserstein1d(x, y)", () => {
  test("equals the best of all permutations for n <= 6 equal masses", () => {
    const rng = random(1);
    for (let round = 0; round < 60; round++) {
      const n = 1 + rng.integer(6);
      const p = exponents[round % exponents.length];
      const x = cloud(rng, n, round % 3 === 0);
      const y = cloud(rng, n, round % 3 === 0);
      const best = bestPermutation(n, (i, j) => Math.abs(x[i] - y[j]) ** p);
      expect(wasserstein1d(x, y, { p }).value).toBeCloseTo(best / n, 12);
    }
  });

  test("proves itself for random and tied atoms and masses, every p, atoms without mass included", () => {
    const rng = random(2);
    for (let round = 0; round < 200; round++) {
      const n = 1 + rng.integer(30);
      const m = 1 + rng.integer(30);
      const p = exponents[round % exponents.length];
      const x = cloud(rng, n, round % 2 === 0);
      const y = cloud(rng, m, round % 2 === 0);
      const a = round % 5 === 4 ? null : masses(rng, n, round % 3 === 0);
      const b = round % 7 === 6 ? null : masses(rng, m, round % 3 === 0);
      const result = wasserstein1d(x, y, { a, b, p });
      expectProof(result, spread(x, y, p));
      expect(result.distance ** p).toBeCloseTo(result.value, 10);
    }
  });

  test("keeps its potentials feasible to rounding over thousands of atoms", () => {
    const rng = random(3);
    for (const p of exponents) {
      const x = cloud(rng, 1200, false);
      const y = cloud(rng, 900, false).map((value) => 0.3 * value + 5);
      expectProof(wasserstein1d(x, y, { p, a: masses(rng, 1200, false), b: masses(rng, 900, false) }), spread(x, y, p));
    }
  });

  test("costs |t|^p for a translation by t, and the plan is the identity", () => {
    const rng = random(4);
    const x = cloud(rng, 500, false);
    const y = x.map((value) => value + 3);
    for (const p of exponents) {
      const result = wasserstein1d(x, y, { p });
      expect(result.value / 3 ** p).toBeCloseTo(1, 13);
      for (const [i, j, mass] of result.plan.entries()) {
        expect(i).toBe(j);
        expect(mass).toBe(1 / 500);
      }
    }
  });

  test("is 0 with exact zeros for identical clouds", () => {
    const x = cloud(random(5), 777, true);
    const result = wasserstein1d(x, x.slice().reverse(), { p: 2 });
    expect(result.value).toBe(0);
    expect(result.distance).toBe(0);
    expect(result.certify().gap).toBe(0);
  });

  test("is sum (mu - nu)^2 + (sigma - tau)^2 between the quantiles of two normal laws", () => {
    const quantiles = cloud(random(6), 4001, false).sort();
    const mean = quantiles.reduce((sum, value) => sum + value, 0) / 4001;
    const variance = quantiles.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 4001;
    const x = quantiles.map((z) => 1 + 2 * ((z - mean) / Math.sqrt(variance)));
    const y = quantiles.map((z) => -3 + 0.5 * ((z - mean) / Math.sqrt(variance)));
    expect(wasserstein1d(x, y, { p: 2 }).value).toBeCloseTo(16 + 2.25, 10);
  });

  test("matches the difference of the distribution functions for p = 1", () => {
    const rng = random(7);
    const x = cloud(rng, 40, false);
    const y = cloud(rng, 23, false);
    const a = masses(rng, 40, false);
    const b = masses(rng, 23, false);
    const cuts = [...x, ...y].sort((u, v) => u - v);
    let area = 0;
    for (let k = 1; k < cuts.length; k++) {
      const below = (points: Float64Array, weights: Float64Array): number =>
        points.reduce((sum, value, i) => (value <= cuts[k - 1] ? sum + weights[i] : sum), 0);
      area += (cuts[k] - cuts[k - 1]) * Math.abs(below(x, a) - below(y, b));
    }
    expect(wasserstein1d(x, y, { a, b }).value).toBeCloseTo(area, 13);
  });

  test("does not change under permutation, swap, translation by a dyadic number, and scales with |s|^p", () => {
    const rng = random(8);
    const x = cloud(rng, 60, true);
    const y = cloud(rng, 45, true);
    const a = masses(rng, 60, true);
    const b = masses(rng, 45, true);
    for (const p of exponents) {
      const { value } = wasserstein1d(x, y, { a, b, p });
      expect(wasserstein1d(x.slice().reverse(), y, { a: a.slice().reverse(), b, p }).value).toBeCloseTo(value, 12);
      expect(wasserstein1d(y, x, { a: b, b: a, p }).value).toBeCloseTo(value, 12);
      const shifted = (points: Float64Array): Float64Array => points.map((point) => point + 4);
      expect(wasserstein1d(shifted(x), shifted(y), { a, b, p }).value).toBeCloseTo(value, 12);
      const scaled = (points: Float64Array): Float64Array => points.map((point) => -3 * point);
      expect(wasserstein1d(scaled(x), scaled(y), { a, b, p }).value / 3 ** p).toBeCloseTo(value, 11);
    }
  });

  test("carries masses from 1e-300 to 1e300 without losing an atom", () => {
    const a = [1e-300, 1, 1e-300];
    const b = [1, 1e-300, 1e-300];
    const result = wasserstein1d([0, 1, 2], [0, 1, 2], { a, b });
    expect(result.plan.marginal(0)).toEqual(Float64Array.from(a));
    expect(result.plan.marginal(1)).toEqual(Float64Array.from(b));
    expect(result.certify().dualInfeasibility).toBe(0);
    const huge = wasserstein1d([0, 1], [3, 4], { a: [1e300, 2e300], b: [2e300, 1e300], p: 2 });
    expect(huge.value / 1e300).toBeCloseTo(9 + 4 + 9, 12);
    const tiny = wasserstein1d([0, 1], [3, 4], { a: [1e-300, 2e-300], b: [2e-300, 1e-300], p: 2 });
    expect(tiny.value / 1e-300).toBeCloseTo(9 + 4 + 9, 12);
  });

  test("one heavy atom among 10^5 light ones keeps its mass to 1e-15", () => {
    const rng = random(9);
    const n = 100000;
    const a = Float64Array.from({ length: n }, (_, i) => (i === 0 ? 1 : 1e-6 * rng.uniform()));
    const { plan } = wasserstein1d(cloud(rng, n, false), cloud(rng, n, false), { a });
    const heavy = plan.matrix.values.subarray(0, plan.matrix.rowPtr[1]);
    expect(heavy.length).toBeGreaterThan(1000);
    expect(Math.abs(sum(heavy) - 1)).toBeLessThan(1e-15);
  });

  test("sorts like a comparison sort: negative numbers, -0, subnormals, duplicates", () => {
    const rng = random(10);
    const odd = [0, -0, 5e-324, -5e-324, 1e308, -1e308, 1, -1, 1e-10, -1e-10];
    const x = Float64Array.from({ length: 3000 }, () => odd[rng.integer(odd.length)] * 1e-155);
    const y = x.slice().sort();
    expect(wasserstein1d(x, y, { p: 1 }).value).toBe(0);
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
    expect(codeOf(() => wasserstein1d([0], [1], { p: 0.5 }))).toBe("InvalidValue options.p");
    expect(codeOf(() => wasserstein1d([0], [1], { p: Number.NaN }))).toBe("InvalidValue options.p");
    expect(codeOf(() => wasserstein1d([Number.NaN], [1]))).toMatch(/^InvalidValue x/);
    expect(codeOf(() => wasserstein1d([0], [1], { a: [1, 2] }))).toBe("InvalidShape a");
    expect(codeOf(() => wasserstein1d([0], [1], { a: [-1] }))).toBe("NegativeMass a");
    expect(codeOf(() => wasserstein1d([0], [1], { a: [1], b: [2] }))).toBe("MassMismatch b");
    expect(codeOf(() => wasserstein1d([], [1]))).toMatch(/^InvalidShape/);
    expect(codeOf(() => wasserstein1d(null as never, [1]))).toBe("InvalidShape x");
  });
});

describe("wasserstein1d.batch(X, Y)", () => {
  test("gives the bits of one call for each column, uniform and weighted", () => {
    const rng = random(11);
    for (const [n, m] of [
      [5, 5],
      [300, 300],
      [300, 120],
    ]) {
      const k = 19;
      const X = matrix(cloud(rng, n * k, false), n, k);
      const Y = matrix(cloud(rng, m * k, false), m, k);
      const columnOf = (data: Float64Array, c: number): Float64Array => data.filter((_, at) => at % k === c);
      for (const options of [{ p: 2 }, { p: 1, a: masses(rng, n, false), b: masses(rng, m, true) }]) {
        const values = wasserstein1d.batch(X, Y, options);
        expect(values.length).toBe(k);
        for (let c = 0; c < k; c++) {
          expect(values[c]).toBe(wasserstein1d(columnOf(X.data, c), columnOf(Y.data, c), options).value);
        }
      }
    }
  });
});

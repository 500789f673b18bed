import { describe, expect, test } from "vitest";
import { isOtError } from "../../src/errors/otError.ts";
import { gridL1 } from "../../src/exact/grid/gridL1.ts";
import { wasserstein1d } from "../../src/exact/line/wasserstein1d.ts";
import { type Random, random } from "../../src/linalg/random.ts";
import { sum } from "../../src/linalg/sum.ts";
import type { Result } from "../../src/run/result.ts";
import { bestPermutation } from "../oracles/bestPermutation.ts";

function histogram(rng: Random, cells: number, coarse: boolean): Float64Array {
  const raw = Float64Array.from({ length: cells }, () => (coarse ? rng.integer(3) : rng.uniform()));
  raw[rng.integer(cells)] += 1;
  const total = sum(raw);
  return raw.map((value) => value / total);
}

function expectProof(result: Result, diameter: number): void {
  const proof = result.certify();
  expect(result.report.status).toBe("optimal");
  expect(proof.primalResidual).toBeLessThanOrEqual(1e-13);
  expect(proof.dualInfeasibility).toBeLessThanOrEqual(1e-14 * diameter);
  expect(Math.abs(proof.gap)).toBeLessThanOrEqual(1e-13 * diameter);
}

describe("gridL1(a, b, shape)", () => {
  test("proves itself against every pair of cells: 1 to 4 axes, random and tied masses, odd spacings", () => {
    const rng = random(1);
    const shapes = [[1], [7], [1, 1], [5, 4], [1, 9], [13, 11], [3, 4, 5], [2, 2, 2, 3]];
    for (let round = 0; round < 64; round++) {
      const shape = shapes[round % shapes.length];
      const cells = shape.reduce((product, along) => product * along, 1);
      const spacing = round % 3 === 0 ? shape.map(() => 0.1 + rng.uniform()) : undefined;
      const a = round % 5 === 4 ? null : histogram(rng, cells, round % 2 === 0);
      const b = histogram(rng, cells, round % 4 < 2);
      expectProof(gridL1(a, b, shape, { spacing }), shape.length * 12);
    }
  });

  test("closes up along periodic axes", () => {
    const rng = random(2);
    for (const periodic of [
      [true, false],
      [true, true],
      [false, true],
    ]) {
      for (const shape of [
        [9, 8],
        [2, 5],
        [3, 1],
      ]) {
        const cells = shape[0] * shape[1];
        expectProof(
          gridL1(histogram(rng, cells, true), histogram(rng, cells, false), shape, { periodic, spacing: [0.3, 1] }),
          9,
        );
      }
    }
    expect(gridL1([1, 0, 0, 0, 0], [0, 0, 0, 0, 1], [5], { periodic: [true] }).value).toBe(1);
  });

  test("equals the best of all permutations of six single cells", () => {
    const rng = random(3);
    for (let round = 0; round < 20; round++) {
      const cells = (): number[] => Array.from({ length: 6 }, () => rng.integer(64));
      const [from, to] = [cells(), cells()];
      const masses = (where: number[]): Float64Array => {
        const out = new Float64Array(64);
        for (const cell of where) out[cell] += 1;
        return out;
      };
      const steps = (i: number, j: number): number =>
        Math.abs((from[i] >> 3) - (to[j] >> 3)) + Math.abs((from[i] & 7) - (to[j] & 7));
      expect(gridL1(masses(from), masses(to), [8, 8]).value).toBe(bestPermutation(6, steps));
    }
  });

  test("is the line's answer for one axis", () => {
    const rng = random(4);
    const a = histogram(rng, 50, false);
    const b = histogram(rng, 50, true);
    const places = Float64Array.from({ length: 50 }, (_, i) => 0.5 * i);
    expect(gridL1(a, b, [50], { spacing: [0.5] }).value).toBeCloseTo(wasserstein1d(places, places, { a, b }).value, 13);
  });

  test("costs the city-block length of the shift for a shifted picture", () => {
    const rng = random(5);
    const a = new Float64Array(32 * 32);
    const b = new Float64Array(32 * 32);
    for (let row = 0; row < 10; row++) {
      for (let column = 0; column < 12; column++) {
        const mass = rng.integer(256);
        a[row * 32 + column] = mass;
        b[(row + 9) * 32 + column + 17] = mass;
      }
    }
    const result = gridL1(a, b, [32, 32]);
    expect(result.value).toBe(26 * sum(a));
    expect(result.plan.marginal(0)).toEqual(a);
    expect(result.plan.marginal(1)).toEqual(b);
  });

  test("moves nothing between equal histograms, and is symmetric", () => {
    const rng = random(6);
    const a = histogram(rng, 144, false);
    const b = histogram(rng, 144, false);
    expect(gridL1(a, a, [12, 12]).value).toBe(0);
    expect(gridL1(a, b, [12, 12]).value).toBeCloseTo(gridL1(b, a, [12, 12]).value, 14);
  });

  test("keeps masses of 1e-300 and scales with masses of 1e300", () => {
    const tiny = gridL1([1e-300, 0, 1, 0], [0, 1, 0, 1e-300], [2, 2]);
    expect(tiny.plan.marginal(0)[0]).toBe(1e-300);
    expect(tiny.certify().gap).toBeCloseTo(0, 14);
    expect(gridL1([2e300, 0, 1e300, 0], [0, 1e300, 0, 2e300], [2, 2]).value / 1e300).toBeCloseTo(4, 14);
    expect(gridL1([0, 0], [0, 0], [2]).value).toBe(0);
  });

  test("stops at a limit with a feasible plan whose gap the certificate states", () => {
    const rng = random(7);
    const a = histogram(rng, 400, false);
    const b = histogram(rng, 400, false);
    const best = gridL1(a, b, [20, 20]).value;
    for (const maxIterations of [0, 1, 50]) {
      const result = gridL1(a, b, [20, 20], { maxIterations });
      const proof = result.certify();
      expect(result.report.status).toBe("maxIterations");
      expect(proof.primalResidual).toBeLessThan(1e-13);
      expect(proof.dual).toBeLessThanOrEqual(best + 1e-12);
      expect(proof.primal).toBeGreaterThanOrEqual(best - 1e-12);
    }
  });

  test("two interleaved runs of .steps and an abandoned one give the bits of a solo run", async () => {
    const rng = random(8);
    const a = histogram(rng, 1600, false);
    const b = histogram(rng, 1600, false);
    const solo = gridL1(a, b, [40, 40]);
    const runs = [gridL1.steps(a, b, [40, 40]), gridL1.steps(b, a, [40, 40]), gridL1.steps(a, b, [40, 40])];
    runs[2].next();
    for (let going = true; going; ) {
      going = false;
      for (const run of runs.slice(0, 2)) if (!run.next().done) going = true;
    }
    expect(runs[2].snapshot().report.status).toBe("stopped");
    runs[2].return(undefined as never);
    expect(runs[0].result?.plan.matrix.values).toEqual(solo.plan.matrix.values);
    expect(runs[0].result?.value).toBe(solo.value);
    expect((await gridL1.async(a, b, [40, 40])).value).toBe(solo.value);
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
    expect(codeOf(() => gridL1([1], [1], [2]))).toBe("InvalidShape a");
    expect(codeOf(() => gridL1([1], [1], [0]))).toMatch(/^InvalidShape/);
    expect(codeOf(() => gridL1([1, 1], [1, 1], [2], { spacing: [-1] }))).toMatch(/^InvalidShape/);
    expect(codeOf(() => gridL1([1, 1], [1, 1], [2], { periodic: [true, true] }))).toBe("InvalidShape options.periodic");
    expect(codeOf(() => gridL1([1, -1], [0, 0], [2]))).toBe("NegativeMass a");
    expect(codeOf(() => gridL1([1, 0], [2, 0], [2]))).toBe("MassMismatch b");
  });
});

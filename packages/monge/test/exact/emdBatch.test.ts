import { describe, expect, test } from "vitest";
import { isOtError } from "../../src/errors/otError.ts";
import { emd } from "../../src/exact/emd.ts";
import { emdBatch } from "../../src/exact/emdBatch.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { type Random, random } from "../../src/linalg/random.ts";
import { bestPermutation } from "../oracles/bestPermutation.ts";

function stack(rng: Random, count: number, rows: number, cols: number) {
  return { data: Float64Array.from({ length: count * rows * cols }, () => rng.uniform()), count, rows, cols };
}

function massRows(rng: Random, count: number, atoms: number) {
  const data = Float64Array.from({ length: count * atoms }, () => rng.uniform());
  for (let k = 0; k < count; k++) {
    const row = data.subarray(k * atoms, (k + 1) * atoms);
    const total = row.reduce((sum, value) => sum + value, 0);
    row.set(row.map((value) => value / total));
  }
  return matrix(data, count, atoms);
}

describe("emdBatch(a, b, C)", () => {
  test("equals the best of all permutations for each of 60 uniform 5 x 5 problems", () => {
    const C = stack(random(1), 60, 5, 5);
    const { values } = emdBatch(null, null, C);
    for (let k = 0; k < 60; k++) {
      expect(values[k]).toBeCloseTo(bestPermutation(5, (i, j) => C.data[25 * k + 5 * i + j]) / 5, 14);
    }
  });

  test("gives the bits of emd for each problem, and each problem proves itself", () => {
    const rng = random(2);
    const [count, n, m] = [25, 12, 17];
    const C = stack(rng, count, n, m);
    const a = massRows(rng, count, n);
    const b = massRows(rng, count, m);
    const shared = b.data.slice(0, m);
    for (const right of [b, shared, null]) {
      const batch = emdBatch(a, right, C);
      for (let k = 0; k < count; k++) {
        const target = right === b ? b.data.subarray(k * m, (k + 1) * m) : (right as Float64Array | null);
        const cost = matrix(C.data.subarray(k * n * m, (k + 1) * n * m), n, m);
        const one = emd(a.data.subarray(k * n, (k + 1) * n), target, cost);
        expect(batch.values[k]).toBe(one.value);
        const result = batch.result(k);
        expect(result.plan.toDense().data).toEqual(one.plan.toDense().data);
        const proof = result.certify();
        expect(proof.primal).toBe(batch.values[k]);
        expect(Math.abs(proof.gap)).toBeLessThan(1e-14);
        expect(proof.primalResidual).toBeLessThan(1e-14);
        expect(proof.dualInfeasibility).toBeLessThan(1e-15);
      }
    }
  });

  test("takes an array of matrices, no problem at all, and atoms without mass", () => {
    const batch = emdBatch(
      [0.5, 0.5],
      [0.5, 0.5],
      [
        [
          [0, 1],
          [1, 0],
        ],
        [
          [1, 0],
          [0, 2],
        ],
      ],
    );
    expect([...batch.values]).toEqual([0, 0]);
    expect(emdBatch(null, null, []).values.length).toBe(0);
    expect([
      ...emdBatch(
        [0, 1],
        [1, 0],
        [
          [
            [9, 9],
            [3, 9],
          ],
        ],
      ).values,
    ]).toEqual([3]);
    expect([
      ...emdBatch(
        [0, 0],
        [0, 0],
        [
          [
            [9, 9],
            [3, 9],
          ],
        ],
      ).values,
    ]).toEqual([0]);
  });

  test(".async and .steps give the same bits", async () => {
    const C = stack(random(3), 40, 20, 20);
    const { values } = emdBatch(null, null, C);
    expect((await emdBatch.async(null, null, C)).values).toEqual(values);
    const run = emdBatch.steps(null, null, C);
    while (!run.next().done);
    expect(run.result?.values).toEqual(values);
  });

  test("throws typed errors that name the problem", () => {
    const caught = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        if (isOtError(error)) return `${error.code}: ${error.message}`;
        throw error;
      }
      return "none";
    };
    const bad = stack(random(4), 3, 2, 2);
    bad.data[5] = Number.NaN;
    expect(caught(() => emdBatch(null, null, bad))).toMatch(/^InvalidValue: Problem 1 .*C\[0\]\[1\] is NaN/);
    expect(caught(() => emdBatch(null, null, { ...bad, count: 4 }))).toMatch(
      /^InvalidShape: .*12 numbers for 4 x 2 x 2/,
    );
    expect(caught(() => emdBatch([[1, 0]], null, stack(random(5), 2, 2, 2)))).toMatch(
      /^InvalidShape: a has 1 rows for 2/,
    );
    expect(caught(() => emdBatch([1, 0], [2, 0], stack(random(6), 1, 2, 2)))).toMatch(/^MassMismatch: Problem 0/);
    expect(caught(() => emdBatch(null, null, stack(random(7), 2, 2, 2)).result(2))).toMatch(/^InvalidValue/);
  });
});

// Batches of entropic problems against one at a time.
import { describe, expect, it } from "vitest";
import { isOtError, random, sinkhorn, sinkhornBatch } from "../../src/index.ts";
import { masses } from "../generators/problems.ts";
import { slowSinkhorn } from "../oracles/entropic.ts";

const [count, n, m] = [12, 9, 13];
const { uniform } = random(1);
const stack = { data: Float64Array.from({ length: count * n * m }, uniform), count, rows: n, cols: m };
const matrix = (k: number) => ({ data: stack.data.subarray(k * n * m, (k + 1) * n * m), rows: n, cols: m });
const rows = (kind: "random" | "zeros" | "heavy", size: number, seed: number) => ({
  data: Float64Array.from(Array.from({ length: count }, (_, k) => [...masses(kind, size, seed + k)]).flat()),
  rows: count,
  cols: size,
});
const worst = (p: ArrayLike<number>, q: ArrayLike<number>): number => {
  let most = 0;
  for (let k = 0; k < p.length; k++) most = Math.max(most, Math.abs(p[k] - q[k]));
  return most;
};

describe("sinkhornBatch", () => {
  it.each([1, 0.1, 0.02])(
    "at epsilon %s has the answers of sinkhorn, potentials of empty atoms included",
    (epsilon) => {
      const a = rows("zeros", n, 10);
      const b = rows("heavy", m, 40);
      const options = { epsilon, tolerance: 1e-12 };
      const batch = sinkhornBatch(a, b, stack, options);
      for (let k = 0; k < count; k++) {
        const one = sinkhorn(
          a.data.subarray(k * n, (k + 1) * n),
          b.data.subarray(k * m, (k + 1) * m),
          matrix(k),
          options,
        );
        expect(batch.statuses[k]).toBe("converged");
        expect(Math.abs(batch.values[k] - one.value)).toBeLessThan(1e-12);
        expect(Math.abs(batch.transportCosts[k] - one.transportCost)).toBeLessThan(1e-10);
        expect(worst(batch.potentials.f.data.subarray(k * n, (k + 1) * n), one.potentials.f)).toBeLessThan(1e-7);
        const result = batch.result(k);
        expect(result.certify().primalResidual).toBeLessThan(1.1e-12);
        expect(worst(result.plan.toDense().data, one.plan.toDense().data)).toBeLessThan(1e-10);
      }
    },
  );
  it("has the value of the slow solver", () => {
    const batch = sinkhornBatch(null, null, stack, { epsilon: 0.2, tolerance: 1e-13 });
    const C = Array.from({ length: n }, (_, i) => stack.data.subarray(i * m, (i + 1) * m));
    const slow = slowSinkhorn(new Float64Array(n).fill(1 / n), new Float64Array(m).fill(1 / m), C, 0.2);
    expect(Math.abs(batch.values[0] - slow.value)).toBeLessThan(1e-13);
  });
  it("takes an epsilon for each problem, masses for all, matrices in an array, any total mass", () => {
    const epsilon = Float64Array.from({ length: count }, (_, k) => 0.05 * (k + 1));
    const a = masses("random", n, 3).map((mass) => 5 * mass);
    const batch = sinkhornBatch(
      a,
      null,
      Array.from({ length: count }, (_, k) => matrix(k)),
      { epsilon },
    );
    for (const k of [0, 7, 11]) {
      const one = sinkhorn(a, null, matrix(k), { epsilon: epsilon[k] });
      expect(Math.abs(batch.values[k] - one.value)).toBeLessThan(1e-9);
      expect(batch.result(k).epsilon).toBe(epsilon[k]);
    }
  });
  it("survives what single problems survive: huge and forbidden costs, masses of 1e-300, a far column", () => {
    const wild = [
      [
        [0, 1e12, 3],
        [1, 0, 2],
        [4, 1e11, 0],
      ],
      [
        [0, Infinity, 1],
        [1, 0, Infinity],
        [Infinity, 1, 0],
      ],
      [
        [0, 1, 1e6],
        [1, 0, 1e6],
        [1, 2, 1e6],
      ],
    ];
    const a = [0.5, 0.5 - 1e-12, 1e-12];
    const b = [1e-300, 0.5, 0.5];
    for (const relativeEpsilon of [1, 0.01]) {
      const batch = sinkhornBatch(a, b, wild, { relativeEpsilon, maxIterations: 20000 });
      wild.forEach((C, k) => {
        const one = sinkhorn(a, b, C, { relativeEpsilon, maxIterations: 20000 });
        expect(batch.statuses[k]).toBe("converged");
        expect(Math.abs(batch.values[k] - one.value)).toBeLessThan(1e-8 * Math.max(1, Math.abs(one.value)));
        for (const value of batch.result(k).potentials.f) expect(Number.isFinite(value)).toBe(true);
      });
    }
  });
  it("stops at its limit with the answer so far, and says so", () => {
    const batch = sinkhornBatch(null, null, stack, { epsilon: 0.01, maxIterations: 3 });
    for (let k = 0; k < count; k++) {
      expect(batch.statuses[k]).toBe("maxIterations");
      expect(batch.errors[k]).toBeGreaterThan(1e-9);
      expect(batch.result(k).certify().primalResidual).toBeCloseTo(batch.errors[k], 12);
    }
  });
  it("gives equal bits in every form and on every call", async () => {
    const options = { relativeEpsilon: 0.03 };
    const direct = sinkhornBatch(null, null, stack, options);
    expect((await sinkhornBatch.async(null, null, stack, options)).values).toEqual(direct.values);
    const run = sinkhornBatch.steps(null, null, stack, options);
    for (const _ of run) sinkhorn(null, null, matrix(0), { epsilon: 0.5 });
    expect(run.result?.values).toEqual(direct.values);
  });
  it("names the problem that is wrong", () => {
    const caught = (call: () => unknown): string => {
      try {
        call();
      } catch (error) {
        return isOtError(error) ? `${error.code}: ${error.message}` : "other";
      }
      return "nothing";
    };
    const forbidden = [[[0, 1]], [[Infinity, 0]]];
    expect(caught(() => sinkhornBatch(null, null, forbidden, { epsilon: 1 }))).toMatch(/^Infeasible: Problem 1/);
    expect(caught(() => sinkhornBatch([1, 2], null, stack, { epsilon: 1 }))).toMatch(/^InvalidShape: Problem 0/);
    expect(caught(() => sinkhornBatch(null, null, stack, { epsilon: [1] }))).toMatch(/^InvalidShape/);
    expect(caught(() => sinkhornBatch(null, null, stack, { epsilon: -1 }))).toMatch(/^InvalidValue/);
    expect(caught(() => sinkhornBatch(null, null, stack, { epsilon: 1 }).result(99))).toMatch(/^InvalidValue/);
    expect(sinkhornBatch(null, null, [], { epsilon: 1 }).values.length).toBe(0);
  });
});

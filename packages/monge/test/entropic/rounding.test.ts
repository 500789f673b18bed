// Rounding of plans onto exact marginals.
import { describe, expect, it } from "vitest";
import { cost, densePlan, emd, random, roundPlan, sinkhorn } from "../../src/index.ts";
import { cloud, masses } from "../generators/problems.ts";

const a = masses("zeros", 30, 1);
const b = masses("random", 40, 2);
const C = cost.points(cloud("square", 30, 3), cloud("square", 40, 4));

const worst = (x: Float64Array, y: Float64Array): number =>
  x.reduce((most, value, k) => Math.max(most, Math.abs(value - y[k])), 0);

describe("roundPlan", () => {
  it.each([0, 1, 4])("of a lazy plan after %i iterations has the marginals, and is near the plan", (maxIterations) => {
    const rough = sinkhorn(a, b, C, { epsilon: 0.05, maxIterations });
    const plan = roundPlan(rough.plan, a, b);
    expect(worst(plan.marginal(0), a)).toBeLessThan(1e-15);
    expect(worst(plan.marginal(1), b)).toBeLessThan(1e-15);
    const before = rough.plan.toDense().data;
    const after = plan.toDense().data;
    const distance = after.reduce((total, value, k) => total + Math.abs(value - before[k]), 0);
    expect(distance).toBeLessThanOrEqual(2 * rough.report.error + 1e-14);
    expect(after.every((value) => value >= 0)).toBe(true);
  });
  it("has one answer by entries, products, single entries, and as a matrix", () => {
    const rough = sinkhorn(a, b, C, { epsilon: 0.05, maxIterations: 2 }).plan;
    const plan = roundPlan(rough, a, b);
    const dense = roundPlan(rough.toDense(), a, b);
    expect(dense.kind).toBe("dense");
    expect(worst(plan.toDense().data, dense.toDense().data)).toBeLessThan(1e-17);
    const v = Float64Array.from({ length: 40 }, random(5).normal);
    expect(worst(plan.apply(v), dense.apply(v))).toBeLessThan(1e-15);
    const u = Float64Array.from({ length: 30 }, random(6).normal);
    expect(worst(plan.apply(u, 1), dense.apply(u, 1))).toBeLessThan(1e-15);
    expect(plan.at(3, 7)).toBe(dense.at(3, 7));
  });
  it("costs what the certificate of the unregularised problem says", () => {
    const rough = sinkhorn(a, b, C, { epsilon: 0.05, maxIterations: 3 });
    let paid = 0;
    for (const [i, j, mass] of roundPlan(rough.plan, a, b).entries()) paid += mass * C.at(i, j);
    expect(Math.abs(paid - rough.certify({ of: "unregularised" }).primal)).toBeLessThan(1e-14);
  });
  it("leaves a feasible plan as it is", () => {
    const plan = emd(a, b, C).plan;
    expect(worst(roundPlan(plan, a, b).toDense().data, plan.toDense().data)).toBeLessThan(1e-16);
  });
  it("makes the product of no plan at all, and cuts one that is too heavy", () => {
    const none = roundPlan(
      [
        [0, 0],
        [0, 0],
      ],
      [0.25, 0.75],
      [0.5, 0.5],
    );
    expect([...none.toDense().data]).toEqual([0.125, 0.125, 0.375, 0.375]);
    const heavy = roundPlan(
      densePlan([
        [9, 0],
        [0, 9],
      ]),
      null,
      null,
    );
    expect([...heavy.toDense().data]).toEqual([0.5, 0, 0, 0.5]);
  });
  it("refuses masses that do not balance and plans that are none", () => {
    expect(() => roundPlan([[1]], [1], [2])).toThrow(/weighs/);
    expect(() => roundPlan([[-1]], [1], [1])).toThrow(/marginal of -1/);
    expect(() => roundPlan([[Number.NaN]], [1], [1])).toThrow(/marginal of NaN/);
  });
});

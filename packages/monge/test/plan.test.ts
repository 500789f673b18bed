// The three ways to hold a plan agree in everything they say.
import { describe, expect, it } from "vitest";
import { densePlan, lazyPlan, type Plan, sparseFromEntries, sparsePlan } from "../src/index.ts";

const P = [
  [0.1, 0, 0.2],
  [0, 0, 0],
];
const plans: [string, Plan][] = [
  ["dense", densePlan(P)],
  ["sparse", sparsePlan(sparseFromEntries(2, 3, [0, 0], [0, 2], [0.1, 0.2]))],
  ["lazy", lazyPlan([2, 3], (i, out) => out.set(P[i]))],
];

describe.each(plans)("a %s plan", (kind, plan) => {
  it("knows its kind, entries, marginals and products", () => {
    expect(plan.kind).toBe(kind);
    expect([plan.at(0, 0), plan.at(0, 1), plan.at(1, 2)]).toEqual([0.1, 0, 0]);
    expect([...plan.entries()]).toEqual([
      [0, 0, 0.1],
      [0, 2, 0.2],
    ]);
    expect([...plan.entries(0.15)]).toEqual([[0, 2, 0.2]]);
    expect([[...plan.marginal(0)], [...plan.marginal(1)]]).toEqual([
      [0.1 + 0.2, 0],
      [0.1, 0, 0.2],
    ]);
    expect([...plan.apply([1, 2, 3])]).toEqual([0.1 + 0.2 * 3, 0]);
    expect([...plan.apply([10, 7], 1)]).toEqual([1, 0, 2]);
  });
  it("maps rows to the mean of their targets, and rows without mass to 0", () => {
    const map = plan.barycentricMap([
      [0, 1],
      [9, 9],
      [3, 1],
    ]);
    expect(map.data[0]).toBeCloseTo(2, 15);
    expect([...map.data].slice(1)).toEqual([1, 0, 0].map((value) => expect.closeTo(value, 15)));
  });
  it("converts without loss", () => {
    expect([...plan.toDense().data]).toEqual(P.flat());
    expect([...plan.toSparse().values]).toEqual([0.1, 0.2]);
    expect(plan.toSparse(0.15).rowPtr).toEqual(Int32Array.of(0, 1, 1));
  });
  it("refuses vectors and points of the wrong length", () => {
    expect(() => plan.apply([1, 2])).toThrow(/3 numbers/);
    expect(() => plan.barycentricMap([[1]])).toThrow(/3 columns/);
  });
});

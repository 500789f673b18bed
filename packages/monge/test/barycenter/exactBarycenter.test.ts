// Exact barycenters by linear programming: a proof by duality, two inputs as one transport problem, closed forms.
import { describe, expect, it } from "vitest";
import { barycenter, exactBarycenter } from "../../src/barycenter/index.ts";
import { cost, emd, isOtError } from "../../src/index.ts";
import { masses } from "./measures.ts";

describe("exactBarycenter(inputs, C, weights)", () => {
  it.each([2, 3, 4])("%i inputs: no gap between primal and dual", (count) => {
    const inputs = Array.from({ length: count }, (_, k) => masses(16, 20 + k));
    const weights = inputs.map((_, k) => k + 1);
    const { value, report, certify } = exactBarycenter(inputs, cost.grid([4, 4]), weights);
    expect(report.status).toBe("optimal");
    const { gap, dual, primalResidual } = certify();
    expect(Math.abs(gap)).toBeLessThan(1e-11);
    expect(dual).toBeCloseTo(value, 11);
    expect(primalResidual).toBeLessThan(1e-12);
  });
  it("of two is transport under the cost of the cheapest meeting point", () => {
    const [p, q] = [masses(12, 5), masses(12, 6)];
    const C = cost.grid([12]);
    const meet = Array.from({ length: 12 }, (_, i) =>
      Array.from({ length: 12 }, (_unused, j) =>
        Math.min(...Array.from({ length: 12 }, (_x, x) => 0.3 * C.at(x, i) + 0.7 * C.at(x, j))),
      ),
    );
    expect(exactBarycenter([p, q], C, [0.3, 0.7]).value).toBeCloseTo(emd(p, q, meet).value, 12);
  });
  it("of three points of mass 1 is their middle", () => {
    const at = (i: number): number[] => Array.from({ length: 9 }, (_, k) => (k === i ? 1 : 0));
    const { weights, value } = exactBarycenter([at(0), at(4), at(8)], cost.grid([9]));
    expect(weights[4]).toBeCloseTo(1, 12);
    expect(value).toBeCloseTo(32 / 3, 12);
  });
  it("bounds the price of entropic barycenters from below, closely for small epsilon", () => {
    const inputs = [masses(16, 1), masses(16, 2), masses(16, 3)];
    const C = cost.grid([4, 4]);
    const exact = exactBarycenter(inputs, C).value;
    const price = (epsilon: number): number => {
      const { weights } = barycenter(inputs, C, null, { epsilon, tolerance: 1e-8, maxIterations: 20000 });
      return inputs.reduce((total, b) => total + emd(weights, b, C, { massTolerance: 1e-6 }).value / 3, 0);
    };
    expect(price(1)).toBeGreaterThan(exact);
    expect(price(0.05)).toBeGreaterThan(exact - 1e-9);
    expect(price(0.05)).toBeLessThan(1.05 * exact);
  });
  it("stops with a usable answer, and refuses what is too large", () => {
    const inputs = [masses(30, 1), masses(30, 2)];
    const early = exactBarycenter(inputs, cost.grid([30]), null, { maxIterations: 5 });
    expect(early.report.status).toBe("maxIterations");
    const { gap, primal } = early.certify() as { gap: number; primal: number };
    expect(gap).toBeGreaterThan(0);
    expect(primal).toBeGreaterThan(exactBarycenter(inputs, cost.grid([30])).value);
    try {
      exactBarycenter([null, null], cost.grid([1000]));
      expect.unreachable();
    } catch (error) {
      expect(isOtError(error, "OutOfMemory")).toBe(true);
    }
  });
});

// Barycenters on a fixed support: closed forms, duality, convolution against the log domain, penalties, refusals.
import { describe, expect, it } from "vitest";
import { barycenter } from "../../src/barycenter/index.ts";
import { cost, emd, isOtError } from "../../src/index.ts";
import { bell, masses, moments, shapes } from "./measures.ts";

const n = 60;
const line = cost.grid([n]);

describe("barycenter(inputs, C, weights, { epsilon })", () => {
  it("of translates is a translate to the weighted mean, wider by epsilon / 2; debiased as wide as they", () => {
    const inputs = [bell(n, 20, 3), bell(n, 36, 3)];
    const blurred = barycenter(inputs, line, [3, 1], { epsilon: 4 });
    const [mean, variance] = moments(blurred.weights);
    expect(blurred.report.status).toBe("converged");
    expect(mean).toBeCloseTo(24, 5);
    expect(variance).toBeCloseTo(9 + 2, 4);
    const sharp = barycenter(inputs, line, [3, 1], { epsilon: 4, debiased: true, tolerance: 1e-6 });
    expect(moments(sharp.weights)[0]).toBeCloseTo(24, 3);
    expect(moments(sharp.weights)[1]).toBeCloseTo(9, 2);
  });
  it("of Gaussians of different width approaches the mean of their deviations as epsilon falls", () => {
    const inputs = [bell(n, 20, 2), bell(n, 36, 5)];
    const deviation = (epsilon: number): number =>
      Math.sqrt(moments(barycenter(inputs, line, null, { epsilon, tolerance: 1e-7 }).weights)[1]);
    const [wide, narrow] = [deviation(4), deviation(0.5)];
    expect(Math.abs(narrow - 3.5)).toBeLessThan(0.05);
    expect(Math.abs(wide - 3.5)).toBeGreaterThan(2 * Math.abs(narrow - 3.5));
  });
  it("honours the weights of inputs: all on one gives that one back, blurred alike", () => {
    const inputs = [bell(n, 20, 3), bell(n, 36, 3)];
    const { weights } = barycenter(inputs, line, [0, 1], { epsilon: 4 });
    const alone = barycenter([inputs[1]], line, null, { epsilon: 4 });
    weights.forEach((value, x) => expect(value).toBeCloseTo(alone.weights[x], 12));
    expect(moments(weights)[0]).toBeCloseTo(36, 6);
  });
  it.each([
    ["balanced", {}],
    ["unbalanced", { unbalanced: 30 }],
  ])("%s: the duality gap closes, and is open before", (_, options) => {
    const inputs = [masses(n, 1), masses(n, 2), masses(n, 3)];
    const settings = { epsilon: 5, annealing: "none" as const, ...options };
    const early = barycenter(inputs, line, [1, 2, 3], { ...settings, maxIterations: 2 }).certify();
    const { report, certify, value } = barycenter(inputs, line, [1, 2, 3], settings);
    const late = certify();
    if (early.kind !== "duality" || late.kind !== "duality") throw new Error("not by duality");
    expect(report.status).toBe("converged");
    expect(late.primal).toBeCloseTo(value, 6);
    expect(Math.abs(late.gap)).toBeLessThan(1e-6 * late.primal);
    expect(late.primalResidual).toBeLessThan(1e-8);
    expect(early.dual).toBeLessThan(late.dual - 1e-4);
  });
  it("plans have the barycenter as their rows and the inputs as their columns", () => {
    const inputs = [masses(n, 4), masses(n, 5)];
    const { plans, weights } = barycenter(inputs, line, null, { epsilon: 5 });
    plans.forEach((plan, k) => {
      plan.marginal(0).forEach((value, x) => expect(value).toBeCloseTo(weights[x], 8));
      plan.marginal(1).forEach((value, y) => expect(value).toBeCloseTo(inputs[k][y], 10));
    });
  });
  it("convolutions on a grid give what the matrix gives in the log domain, to 1e-8", () => {
    const size = 14;
    const inputs = shapes(size);
    const C = cost.grid([size, size]);
    const dense = cost.dense({ data: C.block(0, size * size), rows: size * size, cols: size * size });
    for (const options of [{}, { unbalanced: 20 }, { debiased: true, maxIterations: 200 }]) {
      const settings = { epsilon: 1, tolerance: 1e-10, ...options };
      const convolved = barycenter(inputs, C, [1, 2], settings);
      const logs = barycenter(inputs, dense, [1, 2], settings);
      convolved.weights.forEach((value, x) => expect(Math.abs(value - logs.weights[x])).toBeLessThan(1e-8));
      expect(convolved.value).toBeCloseTo(logs.value, 7);
    }
  });
  it("debiased: no measure on the inputs' ground gains more than the gap, and equal inputs are their own barycenter", () => {
    const input = bell(30, 14, 2);
    const C = cost.grid([30]);
    const { weights, certify } = barycenter([input, input], C, null, { epsilon: 2, debiased: true, tolerance: 1e-8 });
    weights.forEach((value, x) => expect(value).toBeCloseTo(input[x], 4));
    expect(certify()).toMatchObject({ kind: "stationarity" });
    expect(
      Math.abs(certify().kind === "stationarity" ? (certify() as { objective: number }).objective : 1),
    ).toBeLessThan(1e-6);
  });
  it("costs may differ from input to input, and the support from both", () => {
    const x = [[0], [1], [2], [3]];
    const costs = [cost.points(x, [[0], [1]]), cost.points(x, [[2], [3], [4]])];
    const { weights } = barycenter([null, [0.5, 0.5, 0]], costs, null, { epsilon: 0.02 });
    expect(weights[1] + weights[2]).toBeCloseTo(1, 8);
  });
  it("unbalanced: huge strength is equality, and what is too far is given up", () => {
    const inputs = [bell(n, 20, 3), bell(n, 30, 3)];
    const held = barycenter(inputs, line, null, { epsilon: 4 });
    const nearly = barycenter(inputs, line, null, { epsilon: 4, unbalanced: 1e5, maxIterations: 1500 });
    nearly.weights.forEach((value, x) => expect(value).toBeCloseTo(held.weights[x], 3));
    const near = barycenter(inputs, line, null, { epsilon: 1, unbalanced: 1 });
    expect(near.weights.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.7);
    const heavier = barycenter([inputs[0], inputs[1].map((value) => 3 * value)], line, null, {
      epsilon: 4,
      unbalanced: 200,
    });
    const mass = heavier.weights.reduce((sum, value) => sum + value, 0);
    expect(mass).toBeGreaterThan(1);
    expect(mass).toBeLessThan(3);
  });
  it("small epsilon passes through larger ones, and its barycenter is nearly optimal for exact transport", () => {
    const inputs = [masses(20, 8), masses(20, 9)];
    const C = cost.grid([20]);
    const { weights, report } = barycenter(inputs, C, null, { epsilon: 0.3, tolerance: 1e-6, maxIterations: 20000 });
    expect(report.why).toMatch(/steps/);
    const price = (a: Float64Array): number =>
      inputs.reduce((total, b) => total + emd(a, b, C, { massTolerance: 1e-6 }).value / 2, 0);
    expect(price(weights)).toBeLessThan(price(inputs[0]));
  });
  it("async, steps and sync have the same bits; limits keep the answer", async () => {
    const inputs = [masses(n, 4), masses(n, 5)];
    const now = barycenter(inputs, line, null, { epsilon: 5 });
    expect((await barycenter.async(inputs, line, null, { epsilon: 5 })).weights).toEqual(now.weights);
    const run = barycenter.steps(inputs, line, null, { epsilon: 5 });
    run.next();
    expect(run.snapshot().report.status).toBe("stopped");
    for (const _ of run);
    expect(run.result?.weights).toEqual(now.weights);
    expect(barycenter(inputs, line, null, { epsilon: 5, maxIterations: 3 }).report).toMatchObject({
      status: "maxIterations",
      iterations: 3,
    });
  });
  it("names what is wrong", () => {
    const code = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        return isOtError(error) ? error.code : String(error);
      }
      return "none";
    };
    expect(code(() => barycenter([], line, null, { epsilon: 1 }))).toBe("InvalidShape");
    expect(code(() => barycenter([null], line, null, {}))).toBe("InvalidValue");
    expect(code(() => barycenter([new Float64Array(n)], line, null, { epsilon: 1 }))).toBe("InvalidValue");
    expect(code(() => barycenter([null, bell(n, 3, 1).map((v) => 2 * v)], line, null, { epsilon: 1 }))).toBe(
      "MassMismatch",
    );
    expect(code(() => barycenter([[1, 2]], line, null, { epsilon: 1 }))).toBe("InvalidShape");
    expect(code(() => barycenter([[-1, 2]], [[0, 1]], null, { epsilon: 1 }))).toBe("NegativeMass");
    expect(code(() => barycenter([null], [[0, 1]], null, { epsilon: 1, debiased: true }))).toBe("Unsupported");
    expect(
      code(() =>
        barycenter(
          [null],
          [
            [Infinity, 1],
            [Infinity, 1],
          ],
          null,
          { epsilon: 1 },
        ),
      ),
    ).toBe("Infeasible");
    expect(code(() => barycenter([null, null], [line], null, { epsilon: 1 }))).toBe("InvalidShape");
  });
});

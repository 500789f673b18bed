// Newton's method on the semi-dual: fast at the end, and where Sinkhorn's iteration would take forever.
import { describe, expect, it } from "vitest";
import { sinkhorn } from "../../src/entropic/sinkhorn.ts";
import { cost, emd } from "../../src/index.ts";
import { cloud, masses, squared } from "../generators/problems.ts";

describe("sinkhorn with Newton's method", () => {
  it("squares the error near the end: the last steps gain digits by factors", () => {
    const C = cost.dense(squared(cloud("square", 150, 1), cloud("square", 150, 2)));
    const errors: number[] = [];
    sinkhorn(null, null, C, {
      relativeEpsilon: 0.02,
      tolerance: 1e-11,
      acceleration: "newton",
      annealing: "none",
      onProgress({ phase, error }) {
        if (phase === "iterate" && error !== errors[errors.length - 1] && error < 0.1) errors.push(error);
      },
    });
    // Distinct errors are one a step; from 1e-2 to 1e-9 three or four suffice, where a constant rate of a digit would take seven.
    const steps = errors.filter((error) => error < 1e-2 && error > 1e-9);
    expect(steps.length).toBeLessThanOrEqual(4);
  });
  it.each([
    ["square", 1e-4],
    ["square", 1e-5],
    ["lattice", 1e-4],
    ["line", 1e-4],
  ] as const)("converges on a %s at %f of the largest cost", (shape, relativeEpsilon) => {
    const a = masses("random", 60, 1);
    const b = masses("random", 50, 2);
    const C = cost.dense(squared(cloud(shape, 60, 3), cloud(shape, 50, 4)));
    const answer = sinkhorn(a, b, C, { relativeEpsilon, maxIterations: 20000 });
    expect(answer.report.status).toBe("converged");
    expect(answer.transportCost).toBeGreaterThanOrEqual(emd(a, b, C).value - 1e-8);
    expect(Math.abs(answer.certify().relativeGap)).toBeLessThan(1e-6);
  });
  it("takes far fewer passes than over-relaxation where the plan is all but a matching", () => {
    const C = cost.dense(squared(cloud("square", 250, 1), cloud("square", 250, 2)));
    const options = { relativeEpsilon: 3e-4, maxIterations: 20000 };
    const newton = sinkhorn(null, null, C, options);
    const relaxed = sinkhorn(null, null, C, { ...options, acceleration: "overRelaxation" });
    expect(newton.report.status).toBe("converged");
    expect(newton.report.iterations).toBeLessThan(relaxed.report.iterations / 4);
    expect(Math.abs(newton.value - relaxed.value)).toBeLessThan(1e-8);
  });
  it("ends as stalled, finite, where rounding forbids the tolerance", () => {
    const C = cost.dense(squared(cloud("square", 60, 1), cloud("square", 60, 2)));
    const { report, value } = sinkhorn(null, null, C, {
      relativeEpsilon: 0.01,
      tolerance: 1e-18,
      acceleration: "newton",
    });
    expect(report.status).toBe("stalled");
    expect(report.error).toBeLessThan(1e-12);
    expect(Number.isFinite(value)).toBe(true);
  });
});

// Small problems at small epsilon, where the plan falls into parts that only far moves of the potentials bring together.
import { describe, expect, it } from "vitest";
import { sinkhorn } from "../../src/index.ts";
import { entropicProblem } from "../generators/entropic.ts";

describe("sinkhorn at epsilons down to 1e-5 of the largest cost", () => {
  it.each([0, 1, 2])("converges on every one of 250 random problems, part %i", (part) => {
    const failed: object[] = [];
    for (let seed = part; seed < 750; seed += 3) {
      const { a, b, C, relativeEpsilon } = entropicProblem(seed);
      const { report } = sinkhorn(a, b, C, { relativeEpsilon, massTolerance: 1e-6, maxIterations: 20000 });
      const { status, error } = report;
      if (status !== "converged" || !(error <= 1e-9)) failed.push({ seed, relativeEpsilon, status, error });
    }
    expect(failed).toEqual([]);
  });

  it("proves its answer where kept entries once led the potentials out of range", () => {
    // One heavy cost apart from all others: the column that it belongs to hung on entries below the range of single precision.
    for (const seed of [9, 18, 27, 36]) {
      const { a, b, C, relativeEpsilon } = entropicProblem(seed);
      const result = sinkhorn(a, b, C, { relativeEpsilon, massTolerance: 1e-6 });
      const certificate = result.certify();
      expect(certificate.primalResidual).toBeLessThanOrEqual(1e-8);
      expect(Math.abs(certificate.gap)).toBeLessThanOrEqual(1e-7 * Math.max(1, Math.abs(result.value)));
    }
  });
});

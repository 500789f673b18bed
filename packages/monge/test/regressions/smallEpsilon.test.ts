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
});

describe("sinkhorn({ partial }) at epsilons down to 1e-5 of the largest cost", () => {
  it("finds the mass where the atoms that hold it are further apart than exponentials reach", () => {
    for (let seed = 0; seed < 250; seed++) {
      const { a, b, C, relativeEpsilon } = entropicProblem(seed);
      const options = { relativeEpsilon, partial: 0.5, massTolerance: 1e-6, maxIterations: 100 };
      const { plan, report } = sinkhorn(a, b, C, options);
      expect(Number.isFinite(report.error)).toBe(true);
      if (report.status !== "converged") continue;
      const moved = plan.toDense().data.reduce((sum, mass) => sum + mass, 0);
      expect(Math.abs(moved - 0.5)).toBeLessThanOrEqual(1e-9);
    }
  });
});

describe("sinkhorn({ unbalanced }) at epsilons down to 1e-5 of the largest cost", () => {
  it.each([1, { kind: "TV", strength: 1 } as const])(
    "calls no plan too heavy where costs are >= 0: %o",
    (unbalanced) => {
      // Plans that blew up on the way, over kept entries, and again from potentials of 0 without larger epsilons before.
      for (const seed of [29, 47, 93, 174, 207]) {
        const { a, b, C, relativeEpsilon } = entropicProblem(seed);
        const { report, value } = sinkhorn(a, b, C, { relativeEpsilon, unbalanced, maxIterations: 300 });
        expect(["converged", "maxIterations"]).toContain(report.status);
        expect(Number.isFinite(value)).toBe(true);
      }
    },
  );
});

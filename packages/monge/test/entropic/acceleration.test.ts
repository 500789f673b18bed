// Every acceleration of `sinkhorn` leads to the same answer, on problems of every kind.
import { describe, expect, it } from "vitest";
import { sinkhorn } from "../../src/entropic/sinkhorn.ts";
import { type CostLike, cost, isOtError, random } from "../../src/index.ts";
import { cloud, masses, squared } from "../generators/problems.ts";

const accelerations = ["none", "overRelaxation", "heavyBall", "anderson", "newton", "auto"] as const;

function points(count: number, d: number, seed: number): number[][] {
  const { normal } = random(seed);
  return Array.from({ length: count }, () => Array.from({ length: d }, normal));
}

const { uniform } = random(7);
const problems: readonly (readonly [string, Float64Array, Float64Array, CostLike, number])[] = [
  [
    "random points",
    masses("random", 60, 1),
    masses("random", 60, 2),
    squared(cloud("square", 60, 3), cloud("square", 60, 4)),
    0.02,
  ],
  [
    "clusters",
    masses("uniform", 50, 1),
    masses("uniform", 50, 2),
    squared(cloud("clusters", 50, 3), cloud("clusters", 50, 4)),
    0.02,
  ],
  [
    "heavy-tailed masses",
    masses("heavy", 60, 1),
    masses("heavy", 60, 2),
    squared(cloud("square", 60, 5), cloud("square", 60, 6)),
    0.02,
  ],
  [
    "64 dimensions",
    masses("uniform", 50, 1),
    masses("uniform", 50, 2),
    squared(points(50, 64, 5), points(50, 64, 6)),
    0.02,
  ],
  [
    "rectangular, atoms without mass",
    masses("zeros", 37, 1),
    masses("zeros", 83, 2),
    squared(cloud("square", 37, 3), cloud("square", 83, 4)),
    0.02,
  ],
  [
    "random costs",
    masses("random", 40, 1),
    masses("random", 45, 2),
    Array.from({ length: 40 }, () => Array.from({ length: 45 }, uniform)),
    0.02,
  ],
];

describe.each(problems)("sinkhorn with acceleration: %s", (_, a, b, C, relativeEpsilon) => {
  const reference = sinkhorn(a, b, C, {
    relativeEpsilon,
    tolerance: 1e-12,
    acceleration: "none",
    annealing: "none",
    keepEntries: false,
  });
  it.each(accelerations)(
    "%s agrees with Sinkhorn's own iteration on value and plan to 1e-9, and repeats its bits",
    (acceleration) => {
      const solve = () => sinkhorn(a, b, C, { relativeEpsilon, tolerance: 1e-11, acceleration });
      const answer = solve();
      expect(answer.report.status).toBe("converged");
      expect(Math.abs(answer.value - reference.value)).toBeLessThan(1e-9 * Math.abs(reference.value));
      const [plan, other] = [answer.plan.toDense().data, reference.plan.toDense().data];
      expect(plan.reduce((total, mass, k) => total + Math.abs(mass - other[k]), 0)).toBeLessThan(1e-9);
      const again = solve();
      expect([again.value, again.potentials, again.report.iterations]).toEqual([
        answer.value,
        answer.potentials,
        answer.report.iterations,
      ]);
    },
  );
});

describe("accelerations of sinkhorn", () => {
  const C = cost.dense(squared(cloud("square", 300, 1), cloud("square", 280, 2)));
  it("take fewer passes than Sinkhorn's own iteration at 0.002 of the largest cost", () => {
    const passes = (options: object): number => {
      const { report } = sinkhorn(null, null, C, { relativeEpsilon: 0.002, ...options });
      expect(report.status).toBe("converged");
      return report.iterations;
    };
    const plain = passes({ acceleration: "none" });
    expect(passes({ acceleration: "overRelaxation" })).toBeLessThan(plain / 3);
    expect(passes({ acceleration: "heavyBall" })).toBeLessThan(plain / 2);
    expect(passes({ acceleration: "anderson" })).toBeLessThan(plain / 5);
    expect(passes({ acceleration: "newton" })).toBeLessThan(plain / 10);
    expect(passes({})).toBeLessThan(plain / 10);
    expect(passes({ acceleration: "heavyBall", momentum: 0.5 })).toBeLessThan(plain);
  });
  it("say what was chosen and why, with numbers", () => {
    const { why } = sinkhorn(null, null, C, { relativeEpsilon: 0.002 }).report;
    expect(why).toMatch(/started from \d+ x \d+ groups of atoms/);
    expect(why).toMatch(
      /Newton's method on [\d.]+ % of the entries, where Sinkhorn's iteration would take .* at the rate 0\.\d+/,
    );
  });
  it("reach costs that are computed, not given, without kept entries too", () => {
    const { at } = C;
    const custom = cost.custom([300, 280], at);
    const reference = sinkhorn(null, null, C, { relativeEpsilon: 0.01 }).value;
    for (const acceleration of ["anderson", "newton"] as const) {
      const answer = sinkhorn(null, null, custom, { relativeEpsilon: 0.01, acceleration, keepEntries: false });
      expect(answer.report.status).toBe("converged");
      expect(answer.value / reference).toBeCloseTo(1, 8);
    }
  });
  it("that do not exist, and factors out of range, are refused", () => {
    for (const options of [
      { acceleration: "warp" as "none" },
      { momentum: 1 },
      { momentum: -0.1 },
      { overRelaxation: 2 },
    ]) {
      let caught: unknown;
      try {
        sinkhorn(null, null, C, { epsilon: 1, ...options });
      } catch (error) {
        caught = error;
      }
      expect(isOtError(caught, "InvalidValue")).toBe(true);
    }
  });
  it("count the passes of a run that is under way", () => {
    const run = sinkhorn.steps(null, null, C, { relativeEpsilon: 0.002 });
    let last = 0;
    for (const { iteration } of run) {
      if (iteration === last || iteration % 7 !== 0) continue;
      last = iteration;
      expect(run.snapshot().report.iterations).toBe(iteration);
    }
    expect(last).toBeGreaterThan(0);
  });
});

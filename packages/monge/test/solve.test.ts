// The one door: whatever way the question is put, the answer is that of the solver behind it, and the report names it.
import { describe, expect, it } from "vitest";
import {
  cost,
  emd,
  histogram,
  isOtError,
  pointCloud,
  type Result,
  sinkhorn,
  solve,
  unbalancedTransport,
} from "../src/index.ts";
import { partialTransport } from "../src/partial/partial.ts";
import { cloud, masses } from "./generators/problems.ts";

const C = [
  [0, 1, 2],
  [1, 0, 1],
  [2, 1, 0],
];
const p = [0.2, 0.3, 0.5];
const q = [0.1, 0.6, 0.3];

describe("solve(C, { a, b })", () => {
  it("is emd", () => {
    const result = solve(C, { a: p, b: q });
    expect(result.value).toBe(emd(p, q, C).value);
    expect([...result.plan.entries()]).toEqual([...emd(p, q, C).plan.entries()]);
  });
  it("takes a cost and uniform masses", () => {
    const problem = cost.points(cloud("square", 9, 1), cloud("square", 9, 2));
    expect(solve(problem).value).toBe(emd(null, null, problem).value);
  });
});

describe("solve(source, target)", () => {
  const x = pointCloud(cloud("square", 30, 1), masses("random", 30, 2));
  const y = pointCloud(cloud("clusters", 20, 3), masses("random", 20, 4));

  it.each(["sqeuclidean", "euclidean", "cityblock", "chebyshev", "cosine", { norm: 3, power: 1.5 }] as const)(
    "roots the value under %j",
    (ground) => {
      const result = solve(x, y, { ground });
      const { value } = emd(x.weights, y.weights, cost.points(x.points, y.points, ground));
      const power = ground === "sqeuclidean" ? 2 : typeof ground === "string" ? 1 : ground.power;
      expect(result.value).toBe(value);
      expect(result.distance).toBeCloseTo(value ** (1 / power), 14);
      expect(result.certify().relativeGap).toBeLessThan(1e-10);
    },
  );

  it("takes arrays of points", () => {
    expect(
      solve(
        [
          [0, 0],
          [1, 1],
        ],
        [
          [1, 0],
          [0, 1],
        ],
        { ground: "euclidean" },
      ).distance,
    ).toBe(1);
  });

  it("sorts points on a line", () => {
    const result = solve([[3], [1]], [[2], [5]], { ground: "euclidean" });
    expect([result.value, result.report.method]).toEqual([1.5, "quantiles"]);
  });

  it("flows between neighbours under the city-block distance on a grid, and agrees with the engines", () => {
    const a = histogram(masses("random", 30, 5), [5, 6], { spacing: [1, 0.5] });
    const b = histogram(masses("zeros", 30, 6), [5, 6], { spacing: [1, 0.5] });
    const result = solve(a, b, { ground: "cityblock" });
    expect(result.report.method).toBe("gridL1");
    expect(result.certify().relativeGap).toBeLessThan(1e-10);
    expect(result.value).toBeCloseTo(solve(a, b, { ground: "cityblock", method: "networkSimplex" }).value, 12);
  });

  it("compares grids of different shape and place, and grids with points", () => {
    const a = histogram([0.5, 0.5], [1, 2]);
    const b = histogram([0.25, 0.25, 0.25, 0.25], [2, 2], { origin: [3, 0] });
    const atoms = pointCloud([
      [3, 0],
      [3, 1],
      [4, 0],
      [4, 1],
    ]);
    expect(solve(a, b).value).toBe(12.5);
    expect(solve(a, atoms).value).toBe(12.5);
    expect(solve(a, b, { ground: "euclidean" }).value).toBe(3.5);
  });

  it("has three forms", async () => {
    const { value } = solve(x, y);
    expect((await solve.async(x, y)).value).toBe(value);
    const run = solve.steps(x, y);
    let last = run.next();
    while (!last.done) last = run.next();
    expect([last.value.value, last.value.distance]).toEqual([value, Math.sqrt(value)]);
    expect(run.result).toBe(last.value);
    expect(run.snapshot()).toBe(last.value);
  });

  it("stops when told to, with a feasible plan", () => {
    const big: Result = solve(pointCloud(cloud("square", 600, 7)), pointCloud(cloud("square", 700, 8)), {
      timeLimitMs: 0,
    });
    expect(big.report.status).toBe("timeLimit");
    expect(big.certify().primalResidual).toBeLessThan(1e-12);
  });

  it("refuses a method that does not fit, and says why", () => {
    const failure = (call: () => unknown): string => {
      try {
        call();
      } catch (error) {
        if (isOtError(error, "Unsupported")) return error.message;
      }
      return "nothing thrown";
    };
    expect(failure(() => solve(x, y, { method: "quantiles" }))).toContain("points on a line");
    expect(failure(() => solve(x, y, { method: "gridL1" }))).toContain("histograms");
    expect(failure(() => solve(x, y, { method: "shortestPath" }))).toContain("masses");
  });
});

describe("solve() with more than transport", () => {
  const x = pointCloud(cloud("square", 30, 1), masses("random", 30, 2));
  const y = pointCloud(cloud("clusters", 20, 3), masses("random", 20, 4));
  const pair = cost.points(x.points, y.points);

  it("epsilon: the answer of sinkhorn", () => {
    const result = solve(x, y, { epsilon: 0.1, tolerance: 1e-6 });
    expect(result.value).toBe(sinkhorn(x.weights, y.weights, pair, { epsilon: 0.1, tolerance: 1e-6 }).value);
    expect(result.distance).toBe(Math.sqrt(result.transportCost));
    expect(result.report.method).toMatch(/^sinkhorn/);
  });

  it("epsilon and penalties: masses need not balance", () => {
    const heavier = pointCloud(
      y.points,
      y.weights.map((mass) => 2 * mass),
    );
    const options = { epsilon: 0.1, unbalanced: 1 } as const;
    expect(solve(x, heavier, options).value).toBe(sinkhorn(x.weights, heavier.weights, pair, options).value);
  });

  it("partial: the answer of partial, or of sinkhorn with epsilon", () => {
    expect(solve(x, y, { partial: 0.5 }).value).toBe(partialTransport(x.weights, y.weights, pair, { mass: 0.5 }).value);
    const entropic = solve(x, y, { partial: 0.5, epsilon: 0.1 });
    expect(entropic.value).toBe(sinkhorn(x.weights, y.weights, pair, { epsilon: 0.1, partial: 0.5 }).value);
  });

  it("penalties without epsilon: the answer of unbalancedTransport", () => {
    const penalty = { kind: "L2", strength: 2 } as const;
    const heavier = pointCloud(
      y.points,
      y.weights.map((mass) => 2 * mass),
    );
    const result = solve(x, heavier, { unbalanced: penalty });
    expect(result.value).toBe(unbalancedTransport(x.weights, heavier.weights, pair, { penalty }).value);
    expect(result.certify().problem).toBe("unbalanced");
  });

  it.each([
    [{ partial: 0.5, unbalanced: 1 }, "InvalidValue", /partial and unbalanced/],
    [{ method: "sinkhorn" }, "Unsupported", /needs epsilon/],
    [{ method: "networkSimplex", epsilon: 0.1 }, "Unsupported", /has no entropy/],
    [{ tolerance: 0.1 }, "Unsupported", /has no tolerance/],
  ] as const)("solve(x, y, %j) is %s", (options, code, message) => {
    let seen: unknown;
    try {
      solve(x, y, options);
    } catch (error) {
      seen = error;
    }
    expect(isOtError(seen, code)).toBe(true);
    expect((seen as Error).message).toMatch(message);
  });
});

// Entropic transport by near pairs: the answers of the iteration over all pairs, whatever the points, the masses and the dimension.
import { describe, expect, it } from "vitest";
import { sinkhorn } from "../../src/entropic/sinkhorn.ts";
import type { SinkhornResult } from "../../src/entropic/sinkhornResult.ts";
import { cost, random } from "../../src/index.ts";
import { cloud, masses } from "../generators/problems.ts";

type Points = number[][];

function uniformPoints(count: number, d: number, seed: number, shift = 0, spread = 1): Points {
  const { uniform } = random(seed);
  return Array.from({ length: count }, () => Array.from({ length: d }, () => shift + spread * uniform()));
}

/** L1 error of both marginals of the full plan, over all pairs, by JavaScript's own exponentials. */
function trueError(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  x: Points,
  y: Points,
  { potentials: { f, g }, epsilon }: SinkhornResult,
): number {
  const mass = Array.from(a).reduce((total, value) => total + value, 0);
  const columns = new Float64Array(y.length);
  let error = 0;
  for (let i = 0; i < x.length; i++) {
    if (a[i] === 0) continue;
    let row = 0;
    for (let j = 0; j < y.length; j++) {
      const price = x[i].reduce((sum, value, k) => sum + (value - y[j][k]) ** 2, 0);
      const entry = (a[i] / mass) * (b[j] / mass) * Math.exp((f[i] + g[j] - price) / epsilon);
      row += entry;
      columns[j] += entry;
    }
    error += Math.abs(row - a[i] / mass);
  }
  return columns.reduce((total, column, j) => total + Math.abs(column - b[j] / mass), error);
}

interface Case {
  readonly name: string;
  readonly x: Points;
  readonly y: Points;
  readonly a?: Float64Array;
  readonly b?: Float64Array;
  readonly relativeEpsilon: number;
}

const clusters = (count: number, seed: number): Points => {
  const { normal, integer } = random(seed);
  return Array.from({ length: count }, () => {
    const centre = integer(3);
    return [centre + 0.01 * normal(), (centre % 2) + 0.01 * normal()];
  });
};
const moved = (points: Points, by: number[]): Points => points.map((point) => point.map((value, k) => value + by[k]));

const cases: Case[] = [
  { name: "the line", x: uniformPoints(900, 1, 1), y: uniformPoints(900, 1, 2), relativeEpsilon: 1e-3 },
  { name: "the square", x: uniformPoints(1000, 2, 3), y: uniformPoints(1000, 2, 4), relativeEpsilon: 2e-3 },
  { name: "the cube", x: uniformPoints(800, 3, 5), y: uniformPoints(800, 3, 6), relativeEpsilon: 5e-3 },
  { name: "six dimensions", x: uniformPoints(300, 6, 7), y: uniformPoints(300, 6, 8), relativeEpsilon: 0.02 },
  { name: "large epsilon", x: uniformPoints(700, 2, 9), y: uniformPoints(700, 2, 10), relativeEpsilon: 0.3 },
  {
    name: "clusters far away",
    x: clusters(600, 11),
    y: moved(clusters(600, 12), [5, -3]),
    relativeEpsilon: 1e-3,
  },
  {
    name: "other numbers of points",
    x: uniformPoints(1500, 2, 13),
    y: uniformPoints(37, 2, 14, -1, 3),
    relativeEpsilon: 2e-3,
  },
  { name: "duplicates", x: cloud("duplicates", 500, 15), y: cloud("lattice", 400, 16), relativeEpsilon: 0.01 },
  { name: "a line in the plane", x: cloud("line", 500, 17), y: cloud("line", 600, 18), relativeEpsilon: 2e-3 },
  {
    name: "heavy-tailed masses",
    x: uniformPoints(600, 2, 19),
    y: uniformPoints(600, 2, 20),
    a: masses("heavy", 600, 21),
    b: masses("heavy", 600, 22),
    relativeEpsilon: 5e-3,
  },
  {
    name: "zero masses",
    x: uniformPoints(600, 2, 23),
    y: uniformPoints(500, 2, 24),
    a: masses("zeros", 600, 25),
    b: masses("zeros", 500, 26),
    relativeEpsilon: 3e-3,
  },
  { name: "identical clouds", x: uniformPoints(600, 2, 27), y: uniformPoints(600, 2, 27), relativeEpsilon: 1e-3 },
  {
    name: "a tiny cloud far from the origin",
    x: uniformPoints(400, 2, 28, 100, 1e-3),
    y: uniformPoints(400, 2, 29, 100, 1e-3),
    relativeEpsilon: 0.01,
  },
  { name: "one point", x: [[3, 4]], y: uniformPoints(50, 2, 30), relativeEpsilon: 0.01 },
];

describe("sinkhorn over near pairs", () => {
  for (const { name, x, y, relativeEpsilon, ...given } of cases) {
    it(`agrees with the iteration over all pairs: ${name}`, () => {
      const a = given.a ?? masses("uniform", x.length, 0);
      const b = given.b ?? masses("uniform", y.length, 0);
      const C = cost.points(x, y);
      const near = sinkhorn(a, b, C, { relativeEpsilon, tolerance: 1e-10, nearPairs: "always" });
      const full = sinkhorn(a, b, C, { relativeEpsilon, tolerance: 1e-10, nearPairs: "never" });
      expect(near.report.method).toBe("newton over near pairs");
      expect(full.report.method).not.toBe(near.report.method);
      expect(near.report.status).toBe("converged");
      expect(near.epsilon).toBe(full.epsilon);
      const error = trueError(a, b, x, y, near);
      expect(error).toBeLessThan(1.02e-10 + 1e-13);
      expect(Math.abs(error - near.report.error)).toBeLessThan(2e-12);
      const size = Math.abs(full.value) + full.epsilon;
      expect(Math.abs(near.value - full.value)).toBeLessThan(1e-10 * size);
      expect(Math.abs(near.transportCost - full.transportCost)).toBeLessThan(1e-9 * size);
      for (const [i, mass] of a.entries()) {
        if (mass === 0) expect(Math.abs(near.potentials.f[i] - full.potentials.f[i])).toBeLessThan(1e-4 * near.epsilon);
      }
      for (const [j, mass] of b.entries()) {
        if (mass === 0) expect(Math.abs(near.potentials.g[j] - full.potentials.g[j])).toBeLessThan(1e-4 * near.epsilon);
      }
    });
  }

  it("reaches 1e-9 at an epsilon of 1e-5 of the largest cost, where plans are nearly assignments", () => {
    const x = uniformPoints(700, 2, 31);
    const y = uniformPoints(700, 2, 32);
    const uniform = masses("uniform", 700, 0);
    const result = sinkhorn(null, null, cost.points(x, y), { relativeEpsilon: 1e-5 });
    expect(result.report.status).toBe("converged");
    expect(trueError(uniform, uniform, x, y, result)).toBeLessThan(1.02e-9);
  });

  it("works on cells of several points where epsilon allows, to the same answer", () => {
    const x = uniformPoints(2000, 2, 33);
    const y = uniformPoints(1500, 2, 34);
    const [a, b] = [masses("random", 2000, 35), masses("random", 1500, 36)];
    const result = sinkhorn(a, b, cost.points(x, y), { relativeEpsilon: 0.01 });
    expect(result.report.method).toBe("newton over near pairs");
    expect(result.report.error).toBeLessThan(1e-9);
    expect(trueError(a, b, x, y, result)).toBeLessThan(1.02e-9);
  });

  it("takes half the squared distance for the cosine distance", () => {
    const x = uniformPoints(300, 3, 37, -0.5);
    const y = uniformPoints(300, 3, 38, -0.5);
    const C = cost.points(x, y, "cosine");
    const options = { epsilon: 0.005, tolerance: 1e-10 };
    const near = sinkhorn(null, null, C, { ...options, nearPairs: "always" });
    const full = sinkhorn(null, null, C, { ...options, nearPairs: "never" });
    expect(near.report.method).toBe("newton over near pairs");
    expect(near.value).toBeCloseTo(full.value, 10);
    expect(near.transportCost).toBeCloseTo(full.transportCost, 9);
  });

  it("is chosen for squared distances in few dimensions only, and not where Sinkhorn's own options are given", () => {
    const [x, y] = [uniformPoints(600, 2, 39), uniformPoints(600, 2, 40)];
    const method = (C: ReturnType<typeof cost.points>, options = {}): string =>
      sinkhorn(null, null, C, { relativeEpsilon: 0.05, tolerance: 1e-3, ...options }).report.method;
    expect(method(cost.points(x, y))).toBe("newton over near pairs");
    expect(method(cost.points(x, y, "euclidean"), { nearPairs: "always" })).not.toBe("newton over near pairs");
    expect(method(cost.points(x, y), { keepEntries: false })).not.toBe("newton over near pairs");
    expect(method(cost.points(x.slice(0, 100), y.slice(0, 100)))).not.toBe("newton over near pairs");
    expect(method(cost.points(uniformPoints(600, 5, 41), uniformPoints(600, 5, 42)))).not.toBe(
      "newton over near pairs",
    );
  });
});

describe("a run over near pairs", () => {
  const problems = [0, 1].map((k) => ({
    x: uniformPoints(700, 2 + k, 50 + 10 * k),
    y: uniformPoints(600, 2 + k, 51 + 10 * k),
    a: masses("random", 700, 52 + 10 * k),
    b: masses("zeros", 600, 53 + 10 * k),
  }));
  const options = { relativeEpsilon: 2e-3, tolerance: 1e-8, nearPairs: "always" } as const;
  const costs = problems.map(({ x, y }) => cost.points(x, y));
  const bits = ({ value, transportCost, potentials, report }: SinkhornResult): unknown => [
    value,
    transportCost,
    potentials,
    report.iterations,
    report.error,
  ];
  const solo = problems.map(({ a, b }, k) => bits(sinkhorn(a, b, costs[k], options)));

  it("has the same bits again, and when two advance in turn", () => {
    expect(problems.map(({ a, b }, k) => bits(sinkhorn(a, b, costs[k], options)))).toEqual(solo);
    const runs = problems.map(({ a, b }, k) => sinkhorn.steps(a, b, costs[k], options));
    const live = new Set(runs);
    while (live.size > 0) for (const run of live) if (run.next().done) live.delete(run);
    expect(runs.map((run) => bits(run.result as SinkhornResult))).toEqual(solo);
  });

  it("can be abandoned anywhere, and be looked at while it runs", () => {
    const [{ a, b, x, y }] = problems;
    for (const steps of [1, 4, 9]) {
      const abandoned = sinkhorn.steps(a, b, costs[0], options);
      for (let k = 0; k < steps; k++) abandoned.next();
      abandoned.return(undefined as never);
    }
    const run = sinkhorn.steps(a, b, costs[0], options);
    let count = 0;
    for (const _ of run) {
      if (count++ % 9 !== 5) continue;
      const shown = run.snapshot();
      expect(shown.report.status).toBe("stopped");
      expect(Math.abs(trueError(a, b, x, y, shown) - shown.report.error)).toBeLessThan(1e-9);
    }
    expect(bits(run.result as SinkhornResult)).toEqual(solo[0]);
  });

  it("stops at any limit with a plan whose error it states", () => {
    const [{ a, b, x, y }] = problems;
    for (const maxIterations of [0, 1, 6, 12]) {
      const result = sinkhorn(a, b, costs[0], { ...options, maxIterations });
      expect(result.report.status).toBe("maxIterations");
      expect(result.report.iterations).toBeLessThanOrEqual(maxIterations + 1);
      expect(Math.abs(trueError(a, b, x, y, result) - result.report.error)).toBeLessThan(1e-9);
    }
  });

  it("starts from potentials, and forgets bad ones", () => {
    const [{ a, b, x, y }] = problems;
    const { potentials, epsilon, report } = sinkhorn(a, b, costs[0], options);
    const warm = sinkhorn(a, b, costs[0], { ...options, warmStart: potentials });
    expect(warm.report.status).toBe("converged");
    expect(warm.report.iterations).toBeLessThan(report.iterations / 4);
    const { normal } = random(1);
    const wild = {
      f: potentials.f.map(() => 3000 * epsilon * normal()),
      g: potentials.g.map(() => 3000 * epsilon * normal()),
    };
    const cold = sinkhorn(a, b, costs[0], { ...options, warmStart: wild });
    expect(cold.report.status).toBe("converged");
    expect(trueError(a, b, x, y, cold)).toBeLessThan(1.02e-8);
  });
});

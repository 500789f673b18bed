// One problem, bound to the kernels in every way that there is: a matrix, points, factors, blocks of rows.
import { describe, expect, it } from "vitest";
import type { Cost } from "../../src/cost/cost.ts";
import { cost, type SinkhornOptions, sinkhorn } from "../../src/index.ts";
import { random } from "../../src/linalg/random.ts";

type Points = number[][];

function cloud(n: number, d: number, seed: number, offset = 0): Points {
  const { uniform } = random(seed);
  return Array.from({ length: n }, () => Array.from({ length: d }, () => offset + uniform()));
}

function masses(n: number, seed: number): Float64Array {
  const { uniform } = random(seed);
  const out = Float64Array.from({ length: n }, () => 0.1 + uniform());
  // A zero where there is more than one atom.
  if (n > 2) out[1] = 0;
  const total = out.reduce((sum, value) => sum + value, 0);
  return out.map((value) => value / total);
}

function matrixOf(C: Cost): Cost {
  const [n, m] = C.shape;
  return cost.dense({ data: C.block(0, n), rows: n, cols: m });
}

function blocksOf(C: Cost): Cost {
  return cost.custom(C.shape, (i, j) => C.at(i, j));
}

/** The answers are one answer. */
function expectAlike(first: Cost, second: Cost, options: SinkhornOptions): void {
  const [n, m] = first.shape;
  const a = masses(n, n);
  const b = masses(m, m + 100);
  const run = { tolerance: 1e-12, maxIterations: 20000, nearPairs: "never", ...options } as const;
  const one = sinkhorn(a, b, first, run);
  const other = sinkhorn(a, b, second, run);
  const size = Math.max(...first.block(0, n).map((value) => (value < Infinity ? Math.abs(value) : 0)), 1e-300);
  for (const answer of [one, other]) expect(answer.report.error).toBeLessThan(1e-11);
  expect(Math.abs(one.value - other.value)).toBeLessThan(1e-10 * size);
  expect(Math.abs(one.transportCost - other.transportCost)).toBeLessThan(1e-10 * size);
  const [p, q] = [one.plan.toDense(), other.plan.toDense()];
  for (let k = 0; k < p.data.length; k++) expect(Math.abs(p.data[k] - q.data[k])).toBeLessThan(1e-10);
}

const shapes = [
  [1, 1],
  [1, 5],
  [2, 3],
  [3, 8],
  [5, 2],
  [6, 9],
  [13, 16],
  [34, 31],
] as const;

describe("sinkhorn over points, in every dimension", () => {
  it.each(shapes)("has the answer of the matrix: %i x %i", (n, m) => {
    for (const d of [1, 2, 3, 4, 5, 6, 17]) {
      const C = cost.points(cloud(n, d, 10 * d), cloud(m, d, 10 * d + 1));
      expectAlike(C, matrixOf(C), { relativeEpsilon: 0.05 });
    }
  });
  it.each(["euclidean", "cityblock", "chebyshev", "cosine"] as const)("has the answer of the matrix: %s", (ground) => {
    for (const d of [2, 3, 7]) {
      const C = cost.points(cloud(21, d, d), cloud(18, d, d + 1), ground);
      expectAlike(C, matrixOf(C), { relativeEpsilon: 0.05 });
    }
  });
  it("keeps its digits far from the origin: 8 coordinates about 1e4", () => {
    const C = cost.points(cloud(20, 8, 1, 1e4), cloud(23, 8, 2, 1e4));
    expectAlike(C, matrixOf(C), { relativeEpsilon: 0.05 });
  });
  it("takes differences where squares would overflow: 6 coordinates about 1e151", () => {
    const far = (n: number, seed: number): Points => cloud(n, 6, seed).map((point) => point.map((x) => x * 1e151));
    const answer = sinkhorn(null, null, cost.points(far(9, 1), far(7, 2)), {
      relativeEpsilon: 0.1,
      nearPairs: "never",
    });
    expect(answer.report.status).toBe("converged");
    expect(answer.value).toBeGreaterThan(0);
    expect(answer.value).toBeLessThan(Infinity);
  });
  it("costs nothing from a point to itself: 9 coordinates, epsilon small", () => {
    const x = cloud(15, 9, 4);
    const answer = sinkhorn(null, null, cost.points(x, x), { relativeEpsilon: 0.002, nearPairs: "never" });
    expect(Math.abs(answer.transportCost)).toBeLessThan(1e-12);
  });
});

describe("sinkhorn over factors", () => {
  it.each(shapes)("has the answer of the matrix: %i x %i", (n, m) => {
    for (const r of [1, 3, 8]) {
      const C = cost.lowRank(cloud(n, r, r, -0.5), cloud(m, r, r + 1, -0.5));
      expectAlike(C, matrixOf(C), { relativeEpsilon: 0.1 });
    }
  });
});

describe("sinkhorn over blocks of rows", () => {
  it.each(shapes)("has the answer of the matrix: %i x %i", (n, m) => {
    const C = cost.points(cloud(n, 2, 1), cloud(m, 2, 2));
    expectAlike(blocksOf(C), matrixOf(C), { relativeEpsilon: 0.05 });
  });
});

describe("sinkhorn with kept entries", () => {
  // At the first epsilon all entries are kept, at the second those that matter.
  it.each([0.1, 0.004])("has the answer of all entries anew: relativeEpsilon %f", (relativeEpsilon) => {
    for (const [n, m] of [...shapes, [70, 73]] as const) {
      const x = cloud(n, 2, 5);
      const y = cloud(m, 2, 6);
      const C = matrixOf(cost.points(x, y));
      const a = masses(n, 1);
      const b = masses(m, 2);
      const run = { relativeEpsilon, tolerance: 1e-11, maxIterations: 20000 };
      const kept = sinkhorn(a, b, C, run);
      const anew = sinkhorn(a, b, C, { ...run, keepEntries: false });
      expect(kept.report.status).toBe("converged");
      expect(kept.report.error).toBeLessThanOrEqual(1e-11);
      expect(kept.certify().primalResidual).toBeLessThan(2e-11);
      expect(Math.abs(kept.value - anew.value)).toBeLessThan(1e-10);
      expect(Math.abs(kept.transportCost - anew.transportCost)).toBeLessThan(1e-9);
    }
  });
  it("reaches 1e-13, which single precision alone would not", () => {
    const C = matrixOf(cost.points(cloud(40, 3, 7), cloud(45, 3, 8)));
    const answer = sinkhorn(null, null, C, { relativeEpsilon: 0.05, tolerance: 1e-13 });
    expect(answer.report.status).toBe("converged");
    expect(answer.certify().primalResidual).toBeLessThan(2e-13);
  });
  it("does without where masses are beyond single precision: pairs of 1e-60", () => {
    const n = 12;
    const a = Float64Array.from({ length: n }, (_, i) => (i < 2 ? 1e-60 : 0.1));
    // The two tiny sources lie on the two tiny targets, far from all others.
    const x = Array.from({ length: n }, (_, i) => [i < 2 ? 30 + i : i / n]);
    const answer = sinkhorn(a, a, cost.points(x, x), { epsilon: 0.1, nearPairs: "never" });
    expect(answer.report.error).toBeLessThan(1e-9);
    expect(answer.value).toBeGreaterThan(0);
    for (const value of answer.plan.toDense().data) expect(value).toBeGreaterThanOrEqual(0);
  });
  it("gives equal bits when repeated", () => {
    const C = matrixOf(cost.points(cloud(50, 2, 9), cloud(51, 2, 10)));
    const run = (): Float64Array => sinkhorn(null, null, C, { relativeEpsilon: 0.01 }).potentials.f;
    expect(run()).toEqual(run());
  });
});

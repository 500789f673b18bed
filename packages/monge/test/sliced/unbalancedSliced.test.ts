// Unbalanced sliced transport: closed forms of single atoms, the exact solver on the line, proofs, limits.
import { expect, it } from "vitest";
import { cost, slicedWasserstein, unbalancedSliced, unbalancedTransport } from "../../src/index.ts";
import { random } from "../../src/linalg/random.ts";

const cloud = (n: number, d: number, seed: number, shift = 0) => {
  const rng = random(seed);
  return { data: Float64Array.from({ length: n * d }, () => rng.normal() + shift), rows: n, cols: d };
};
const masses = (n: number, seed: number): Float64Array => {
  const rng = random(seed);
  return Float64Array.from({ length: n }, (_, i) => (i % 5 === 2 ? 0 : 0.5 + rng.uniform()));
};

it("unbalancedSliced: single atoms of masses a and b at the cost c pay rho (a + b - 2 sqrt(ab) e^(-c / 2 rho))", () => {
  const [a, b, rho] = [2, 0.5, 0.7];
  const closed = (c: number): number => rho * (a + b - 2 * Math.sqrt(a * b) * Math.exp(-c / (2 * rho)));
  const given = { a: [a], b: [b], strength: rho, projections: 6, tolerance: 1e-10 };
  const shared = unbalancedSliced([[0, 0]], [[1, 2]], given);
  const costs = slicedWasserstein([[0, 0]], [[1, 2]], { projections: 6 }).values;
  const mean = costs.reduce((total, value) => total + value / 6, 0);
  expect(shared.value).toBeCloseTo(closed(mean), 9);
  expect(shared.source[0]).toBeCloseTo(shared.target[0], 9);
  const slices = unbalancedSliced([[0, 0]], [[1, 2]], { ...given, marginals: "slices" });
  slices.values.forEach((value, l) => expect(value).toBeCloseTo(closed(costs[l]), 9));
});

it.each([1, 2, 1.5])(
  "unbalancedSliced on the line is unbalancedTransport to its gap, for p = %s, also with a hard side",
  (p) => {
    const [x, y] = [cloud(40, 1, 1), cloud(30, 1, 2, 0.5)];
    const [a, b] = [masses(40, 3), masses(30, 4)];
    const C = cost.points(x, y, { norm: 2, power: p });
    for (const [strength, penalty] of [
      [0.8, 0.8],
      [
        { source: Infinity, target: 0.5 },
        { source: "equal", target: { kind: "KL", strength: 0.5 } },
      ],
    ] as const) {
      const exact = unbalancedTransport(a, b, C, { penalty }).value;
      const found = unbalancedSliced(x, y, {
        a,
        b,
        p,
        strength,
        directions: [[1]],
        tolerance: 1e-3,
        maxIterations: 4000,
      });
      expect(found.report.status).toBe("converged");
      const { primal, dual } = found.certify();
      expect(dual).toBeLessThanOrEqual(exact * (1 + 1e-9));
      expect(primal).toBeGreaterThanOrEqual(exact * (1 - 1e-9));
      expect(primal - dual).toBeLessThanOrEqual(1.01e-3 * primal);
      expect(primal).toBeCloseTo(found.value, 9);
    }
  },
);

it("unbalancedSliced: shared masses cost at least what each slice's own do; equal clouds nothing; great strengths make it slicedWasserstein", () => {
  const [x, y] = [cloud(60, 3, 5), cloud(50, 3, 6, 0.4)];
  const given = { projections: 12, strength: 0.5, tolerance: 1e-3 };
  const shared = unbalancedSliced(x, y, given);
  const slices = unbalancedSliced(x, y, { ...given, marginals: "slices" });
  expect(shared.value).toBeGreaterThan(slices.value * (1 - 1e-3));
  expect(unbalancedSliced(x, x, given).value).toBeLessThan(1e-12);
  const hard = unbalancedSliced(x, y, { ...given, strength: 1e5 });
  expect(Math.abs(hard.value / slicedWasserstein(x, y, { projections: 12 }).value - 1)).toBeLessThan(2e-3);
  const outlier = { data: Float64Array.of(...x.data, 100, 100, 100), rows: 61, cols: 3 };
  expect(unbalancedSliced(outlier, x, given).source[60]).toBeLessThan(1e-6);
});

it("unbalancedSliced refuses what is no strength and stops where it is told", () => {
  const [x, y] = [cloud(20, 2, 7), cloud(20, 2, 8, 1)];
  expect(() => unbalancedSliced(x, y, { strength: 0 })).toThrow(/strength/);
  expect(() => unbalancedSliced(x, y, { strength: Infinity })).toThrow(/slicedWasserstein/);
  expect(() => unbalancedSliced(x, y, { strength: 1, a: new Float64Array(20) })).toThrow(/mass/);
  const early = unbalancedSliced(x, y, { strength: 1, tolerance: 0, maxIterations: 3 });
  expect(early.report.status).toBe("maxIterations");
  const { primal, dual } = early.certify();
  expect(primal).toBeGreaterThan(dual);
});

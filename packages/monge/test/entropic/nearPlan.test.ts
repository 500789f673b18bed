// Plans and certificates by near pairs: the numbers of the sweeps over all pairs.
import { describe, expect, it } from "vitest";
import { gibbsPlan } from "../../src/entropic/gibbsPlan.ts";
import { sinkhorn } from "../../src/entropic/sinkhorn.ts";
import { nearSums } from "../../src/entropic/truncated/nearCertificate.ts";
import { hasNearPairs, nearPlan } from "../../src/entropic/truncated/nearPlan.ts";
import { cost, random } from "../../src/index.ts";
import { drain } from "../../src/run/solver.ts";
import { masses } from "../generators/problems.ts";

function points(count: number, d: number, seed: number, shift = 0): number[][] {
  const { uniform } = random(seed);
  return Array.from({ length: count }, () => Array.from({ length: d }, () => shift + uniform()));
}

function close(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
  expect(found.length).toBe(expected.length);
  let worst = 0;
  for (let k = 0; k < expected.length; k++) worst = Math.max(worst, Math.abs(found[k] - expected[k]));
  expect(worst).toBeLessThan(tolerance);
}

const shapes = [
  { name: "in the plane", x: points(300, 2, 1), y: points(250, 2, 2), ground: "sqeuclidean", epsilon: 3e-3 },
  { name: "far apart in space", x: points(200, 3, 3), y: points(300, 3, 4, 7), ground: "sqeuclidean", epsilon: 0.02 },
  { name: "on the line", x: points(200, 1, 5), y: points(100, 1, 6), ground: "sqeuclidean", epsilon: 1e-3 },
  { name: "by cosine", x: points(150, 3, 7), y: points(150, 3, 8), ground: "cosine", epsilon: 5e-3 },
] as const;

for (const { name, x, y, ground, epsilon } of shapes) {
  const C = cost.points(x, y, ground);
  const [n, m] = C.shape;
  const a = masses("zeros", n, 11).map((mass) => 3 * mass);
  const b = masses("random", m, 12).map((mass) => 3 * mass);
  const { potentials } = sinkhorn(a, b, C, { epsilon, tolerance: 1e-4 });
  const parts = { cost: C, a, b, mass: 3, potentials, epsilon };
  const near = nearPlan(parts);
  const all = gibbsPlan(C, a, b, 3, potentials, epsilon);

  describe(`nearPlan ${name}`, () => {
    const { normal } = random(13);
    const [v, w] = [n, m].map((count) => Float64Array.from({ length: count }, (_, k) => (k % 5 === 0 ? 0 : normal())));
    it("has the marginals, products and means of the plan over all pairs", () => {
      for (const axis of [0, 1] as const) close(near.marginal(axis), all.marginal(axis), 1e-15);
      close(near.apply(w), all.apply(w), 1e-14);
      close(near.apply(v, 1), all.apply(v, 1), 1e-14);
      close(near.barycentricMap(y).data, all.barycentricMap(y).data, 1e-11);
    });
    it("has its entries, in order, down to any mass", () => {
      for (const least of [0, 1e-12, 1e-4, 0.01, 1]) {
        const expected = [...all.entries(least)];
        const found = [...near.entries(least)];
        // Entries within rounding of the least mass may fall on either side.
        const doubtful = expected.filter(([, , mass]) => mass < least * (1 + 1e-9)).length;
        expect(Math.abs(found.length - expected.length)).toBeLessThanOrEqual(doubtful);
        if (doubtful > 0 || found.length !== expected.length) continue;
        expect(found.map(([i, j]) => i * m + j)).toEqual(expected.map(([i, j]) => i * m + j));
        close(
          found.map(([, , mass]) => mass),
          expected.map(([, , mass]) => mass),
          1e-14,
        );
      }
      expect(near.at(3, 5)).toBeCloseTo(all.at(3, 5), 14);
    });
  });

  it(`nearSums ${name} are those of the certificate over all pairs`, () => {
    const { rows, columns, paid } = drain(nearSums(parts));
    close(rows, all.marginal(0), 1e-15);
    close(columns, all.marginal(1), 1e-15);
    let price = 0;
    for (const [i, j, mass] of all.entries()) price += mass * C.at(i, j);
    expect(Math.abs(paid - price)).toBeLessThan(1e-13 * price);
  });
}

it("sinkhorn between 4200 points proves its answer over near pairs, with the error it reports", () => {
  const C = cost.points(points(4200, 2, 21), points(4100, 2, 22));
  expect(hasNearPairs(C)).toBe(true);
  const result = sinkhorn(null, null, C, { epsilon: 2e-3, tolerance: 1e-8 });
  const { relativeGap, primalResidual } = result.certify();
  expect(Math.abs(relativeGap)).toBeLessThan(1e-7);
  expect(Math.abs(primalResidual - result.report.error)).toBeLessThan(1.5e-10);
  close(result.plan.marginal(0), new Float64Array(4200).fill(1 / 4200), 1e-8);
});

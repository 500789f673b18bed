// Entropic problems on which other libraries' trackers report NaN, zeros or "numerical errors": each as a test that passes.
import { describe, expect, it } from "vitest";
import { sinkhorn } from "../../src/entropic/sinkhorn.ts";
import type { SinkhornResult } from "../../src/entropic/sinkhornResult.ts";
import { cost, random, sinkhornDivergence } from "../../src/index.ts";
import { cloud, masses } from "../generators/problems.ts";

function expectSound({ report, value, transportCost, potentials, plan }: SinkhornResult): void {
  expect(report.status).toBe("converged");
  expect([value, transportCost, ...potentials.f, ...potentials.g].every(Number.isFinite)).toBe(true);
  expect(plan.toDense().data.every((mass) => mass >= 0 && mass < Infinity)).toBe(true);
}

describe("sinkhorn where POT reports numerical errors", () => {
  it("PythonOT/POT #34: weights with zeros under a small epsilon", () => {
    const C = cost.points(cloud("square", 50, 1), cloud("square", 50, 2));
    expectSound(sinkhorn(masses("zeros", 50, 3), masses("zeros", 50, 4), C, { relativeEpsilon: 1e-3 }));
  });
  it("PythonOT/POT #54: a distance matrix at epsilon 0.01, invalid value in the first iteration; and 1e-3, a cost of zero", () => {
    const { normal } = random(1);
    const draw = (): number[][] => Array.from({ length: 60 }, () => [10 * normal(), 10 * normal()]);
    const C = cost.points(draw(), draw(), "euclidean");
    for (const epsilon of [0.01, 1e-3]) {
      const answer = sinkhorn(masses("heavy", 60, 1), masses("heavy", 60, 2), C, { epsilon });
      expectSound(answer);
      expect(answer.transportCost).toBeGreaterThan(1);
    }
  });
  it("PythonOT/POT #194: divide by zero, the kernel exp(-M / 0.1) of unscaled features being zero", () => {
    const { normal } = random(2);
    const draw = (shift: number): number[][] =>
      Array.from({ length: 40 }, () => Array.from({ length: 20 }, () => 5 * normal() + shift));
    expectSound(sinkhorn(null, null, cost.points(draw(0), draw(30)), { epsilon: 0.1 }));
  });
  it("rajewsky-lab/novosparc #50: v = b / K^T u overflows at epsilon 5e-4", () => {
    const C = cost.points(cloud("square", 60, 5), cloud("lattice", 45, 6));
    expectSound(sinkhorn(masses("random", 60, 7), masses("random", 45, 8), C, { epsilon: 5e-4 * 32 }));
    const unit = cost.points(cloud("square", 60, 5), cloud("square", 45, 6));
    expectSound(sinkhorn(masses("random", 60, 7), masses("random", 45, 8), unit, { epsilon: 5e-4 }));
  });
});

describe("sinkhorn where OTT reports NaN", () => {
  it("google-research/ott #5: the value is finite when the run has converged, at small epsilon too", () => {
    const C = cost.points(cloud("square", 40, 1), cloud("clusters", 50, 2));
    for (const relativeEpsilon of [1e-1, 1e-2, 1e-3, 1e-4]) expectSound(sinkhorn(null, null, C, { relativeEpsilon }));
  });
  it("google-research/ott #6: no small value is claimed at small epsilon without convergence", () => {
    const C = cost.points(cloud("square", 40, 1), cloud("square", 40, 2));
    const reference = sinkhorn(null, null, C, { epsilon: 1e-2 }).transportCost;
    for (const epsilon of [1e-3, 1e-4]) {
      const { transportCost, report } = sinkhorn(null, null, C, { epsilon });
      expect(report.status).toBe("converged");
      expect(transportCost).toBeGreaterThan(0.1 * reference);
    }
  });
  it("ott-jax/ott #152: identical points under a power other than 2", () => {
    const x = cloud("square", 40, 3);
    for (const power of [1, 3])
      expectSound(sinkhorn(null, null, cost.points(x, x, { norm: 2, power }), { epsilon: 0.05 }));
  });
  it("ott-jax/ott #185: a grid of 6 x 7 x 11 with two weights of zero", () => {
    const a = masses("random", 462, 1);
    const b = masses("random", 462, 2);
    a[10] = 0;
    b[13] = 0;
    const normal = (weights: Float64Array): Float64Array => {
      const total = weights.reduce((sum, mass) => sum + mass, 0);
      return weights.map((mass) => mass / total);
    };
    expectSound(sinkhorn(normal(a), normal(b), cost.grid([6, 7, 11]), { epsilon: 0.1 }));
  });
});

describe("sinkhorn and its divergence where GeomLoss fails", () => {
  it("jeanfeydy/geomloss #51 and #74: one atom against itself, whose diameter is zero", () => {
    expectSound(sinkhorn(null, null, cost.points([[1, 2]], [[1, 2]]), { epsilon: 0.0025 }));
    const one = {
      kind: "points",
      points: { data: Float64Array.of(1, 2), rows: 1, cols: 2 },
      weights: Float64Array.of(1),
    } as const;
    expect(sinkhornDivergence(one, one, { epsilon: 0.0025 }).value).toBeCloseTo(0, 14);
  });
  it("jeanfeydy/geomloss #58: primal and dual value agree at small epsilon", () => {
    const answer = sinkhorn(null, null, cost.points(cloud("square", 60, 1), cloud("square", 60, 2)), { epsilon: 1e-4 });
    const { primal, dual } = answer.certify();
    expect(Math.abs(primal - dual)).toBeLessThan(1e-8 * Math.abs(primal));
  });
});

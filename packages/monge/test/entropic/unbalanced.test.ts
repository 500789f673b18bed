// Entropic transport with marginal penalties against closed forms, a slow oracle, its optimality conditions and its limits.
import { describe, expect, it } from "vitest";
import { cost, type Marginals, random, sinkhorn, type Unbalanced } from "../../src/index.ts";
import { both, kl, l2, sides, tv } from "../generators/penalties.ts";
import { cloud, masses, squared } from "../generators/problems.ts";
import { slowUnbalanced, unbalancedValue } from "../oracles/unbalanced.ts";

const total = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, value) => sum + value, 0);
const scaled = (x: Float64Array, factor: number): Float64Array => x.map((value) => value * factor);

describe("sinkhorn({ unbalanced }) of single atoms", () => {
  it("gives the closed form of KL: p = (a b)^((eps + rho) / (eps + 2 rho)) e^(-C / (eps + 2 rho)) for equal masses", () => {
    for (const [a, C, epsilon, rho] of [
      [1, 0.5, 0.1, 0.3],
      [2, 1.5, 0.01, 0.05],
      [0.3, 0.2, 1, 10],
      [1e-8, 3, 0.2, 0.4],
    ]) {
      // eps log(p / a^2) + C + 2 rho log(p / a) = 0.
      const p = Math.exp((2 * epsilon * Math.log(a) + 2 * rho * Math.log(a) - C) / (epsilon + 2 * rho));
      const { plan, transportCost, report } = sinkhorn([a], [a], [[C]], { epsilon, unbalanced: rho, tolerance: 1e-14 });
      expect(report.status).toBe("converged");
      expect(plan.at(0, 0) / p).toBeCloseTo(1, 12);
      expect(transportCost / (p * C)).toBeCloseTo(1, 12);
    }
  });
  it("keeps, loses or shares the mass as TV and L2 say", () => {
    const at = (C: number, unbalanced: Unbalanced): number =>
      sinkhorn([1], [1], [[C]], { epsilon: 1e-3, unbalanced, tolerance: 1e-13 }).plan.at(0, 0);
    expect(at(0.5, tv(1))).toBeCloseTo(1, 12);
    // Dearer than both penalties: eps log p = 2 rho - C.
    expect(at(2.01, tv(1))).toBeCloseTo(Math.exp(-0.01 / 1e-3), 12);
    // C + eps log p + 2 rho (p - 1) = 0.
    const p = at(1, l2(1));
    expect(1 + 1e-3 * Math.log(p) + 2 * (p - 1)).toBeCloseTo(0, 11);
  });
});

describe("sinkhorn({ unbalanced }) against the slow oracle", () => {
  it.each(Object.entries(both))("finds the value and plan: %s", (_, unbalanced) => {
    const { source, target } = sides(unbalanced);
    for (const [kind, shape] of [
      ["random", "square"],
      ["zeros", "clusters"],
    ] as const) {
      const a = masses(kind, 9, 3);
      const b = scaled(masses(kind, 7, 4), 1.4);
      const C = squared(cloud(shape, 9, 5), cloud(shape, 7, 6));
      const epsilon = 0.08;
      const slow = slowUnbalanced(a, b, C, epsilon, source, target);
      const { value, plan, report } = sinkhorn(a, b, C, { epsilon, unbalanced, tolerance: 1e-12 });
      expect(report.status).toBe("converged");
      const dense = Array.from(a, (_, i) => Array.from(b, (_, j) => plan.at(i, j)));
      expect(Math.abs(value - slow.value)).toBeLessThan(1e-9);
      for (let i = 0; i < 9; i++) for (let j = 0; j < 7; j++) expect(dense[i][j]).toBeCloseTo(slow.plan[i][j], 8);
      if (source !== "equal" && target !== "equal")
        expect(Math.abs(unbalancedValue(a, b, C, epsilon, source, target, dense) - value)).toBeLessThan(1e-10);
    }
  });
});

describe("the certificate of an unbalanced answer", () => {
  it.each(Object.entries(both))("closes the gap at every epsilon: %s", (_, unbalanced) => {
    const a = masses("heavy", 40, 8);
    const b = scaled(masses("random", 31, 9), 0.7);
    const C = cost.points(cloud("clusters", 40, 1), cloud("square", 31, 2));
    for (const epsilon of [0.3, 0.03, 0.003]) {
      const result = sinkhorn(a, b, C, { epsilon, unbalanced, tolerance: 1e-11 });
      const proof = result.certify();
      expect(result.report.status).toBe("converged");
      expect(proof).toMatchObject({ kind: "duality", problem: "unbalanced" });
      expect(proof.gap).toBeGreaterThan(-1e-9);
      expect(proof.gap).toBeLessThan(1e-8);
      expect(proof.primalResidual).toBeLessThan(1e-10);
      expect(proof.dualInfeasibility).toBeLessThan(1e-12);
      expect(proof.primal).toBeCloseTo(result.value, 8);
    }
  });
  it("is a bound long before convergence, and of the problem without entropy, too", () => {
    const a = masses("random", 30, 8);
    const b = scaled(masses("random", 30, 9), 1.3);
    const C = cost.points(cloud("square", 30, 1), cloud("square", 30, 2));
    for (const unbalanced of [kl(0.3), tv(0.3), l2(5), { source: "equal", target: kl(1) } as const]) {
      const optimum = sinkhorn(a, b, C, { epsilon: 0.01, unbalanced, tolerance: 1e-12 }).value;
      const early = sinkhorn(a, b, C, { epsilon: 0.01, unbalanced, maxIterations: 3 }).certify();
      expect(early.dual).toBeLessThanOrEqual(optimum + 1e-12);
      if (!("target" in unbalanced)) expect(early.primal).toBeGreaterThanOrEqual(optimum - 1e-12);
      let last = Infinity;
      for (const epsilon of [0.1, 0.01, 0.001]) {
        const proof = sinkhorn(a, b, C, { epsilon, unbalanced }).certify({ of: "unregularised" });
        expect(proof.gap).toBeGreaterThan(0);
        expect(proof.gap).toBeLessThan(last);
        expect(proof.primalResidual).toBeLessThan(1e-12);
        last = proof.gap;
      }
      expect(last).toBeLessThan(0.02);
    }
  });
});

describe("the limits of the strength", () => {
  const a = masses("random", 60, 3);
  const b = masses("random", 50, 4);
  const C = cost.points(cloud("square", 60, 5), cloud("square", 50, 6));
  it("Infinity and strong penalties give the balanced plan, in no more iterations", () => {
    const balanced = sinkhorn(a, b, C, { epsilon: 0.02 });
    const hard = sinkhorn(a, b, C, { epsilon: 0.02, unbalanced: Infinity });
    expect(hard.transportCost).toBeCloseTo(balanced.transportCost, 8);
    for (const kind of ["KL", "TV", "L2"] as const) {
      const counts = [1, 1e2, 1e4, 1e6].map((strength) => {
        const unbalanced = { kind, strength: kind === "L2" ? 50 * strength : strength };
        const result = sinkhorn(a, b, C, { epsilon: 0.02, unbalanced });
        expect(result.report.status).toBe("converged");
        if (strength === 1e6) expect(result.transportCost).toBeCloseTo(balanced.transportCost, 5);
        return result.report.iterations;
      });
      expect(Math.max(...counts)).toBeLessThan(3 * counts[0] + 20);
    }
  });
  it("translation keeps large strengths fast where masses differ, too", () => {
    for (const kind of ["KL", "TV", "L2"] as const) {
      const { report } = sinkhorn(a, scaled(b, 1.7), C, { epsilon: 0.02, unbalanced: { kind, strength: 1e4 } });
      expect(report.status).toBe("converged");
      expect(report.iterations).toBeLessThan(200);
    }
  });
  it("next to nothing moves where destruction is nearly free", () => {
    for (const kind of ["KL", "TV"] as const) {
      const far = cost.points(
        cloud("square", 60, 5),
        cloud("square", 50, 6).map(([x, y]) => [x + 9, y]),
      );
      const { plan, value } = sinkhorn(a, b, far, { epsilon: 0.02, unbalanced: { kind, strength: 1e-3 } });
      expect(total(plan.marginal(0))).toBeLessThan(1e-12);
      // Everything is destroyed, and the reference a b is not used.
      expect(value).toBeCloseTo(2e-3 + 0.02, 10);
    }
  });
});

describe("laws of sinkhorn({ unbalanced })", () => {
  const a = masses("heavy", 24, 3);
  const b = scaled(masses("random", 19, 4), 2);
  const C = squared(cloud("square", 24, 5), cloud("clusters", 19, 6));
  const epsilon = 0.02;
  const options = { epsilon, tolerance: 1e-12 };
  it.each(Object.entries(both))("transposes, permutes, scales and repeats: %s", (_, unbalanced) => {
    const { source, target } = sides(unbalanced);
    const one = sinkhorn(a, b, C, { ...options, unbalanced });
    const turned = sinkhorn(b, a, b.length ? Array.from(b, (_, j) => C.map((row) => row[j])) : [], {
      ...options,
      unbalanced: { source: target, target: source },
    });
    expect(turned.value).toBeCloseTo(one.value, 10);
    const order = Array.from({ length: 24 }, (_, i) => (i * 7) % 24);
    const mixed = sinkhorn(
      Array.from(order, (i) => a[i]),
      b,
      Array.from(order, (i) => C[i]),
      { ...options, unbalanced },
    );
    expect(mixed.value).toBeCloseTo(one.value, 10);
    // Costs, epsilon and strengths in another unit.
    const times = (held: Marginals["source"]): Marginals["source"] =>
      held === "equal" ? held : { ...held, strength: held.strength * 1e12 };
    const large = sinkhorn(
      a,
      b,
      C.map((row) => row.map((value) => value * 1e12)),
      { ...options, epsilon: epsilon * 1e12, unbalanced: { source: times(source), target: times(target) } },
    );
    expect(large.value / 1e12).toBeCloseTo(one.value, 9);
    const again = sinkhorn(a, b, C, { ...options, unbalanced });
    expect(again.value).toBe(one.value);
    expect(again.potentials).toEqual(one.potentials);
  });
  it.each(Object.entries(both))("forgives warm starts that are off by 1000 epsilon: %s", (_, unbalanced) => {
    const one = sinkhorn(a, b, C, { ...options, unbalanced });
    const rng = random(3);
    for (const size of [1, 1000]) {
      const warmStart = {
        f: Float64Array.from(a, () => size * epsilon * (rng.uniform() - 0.5)),
        g: Float64Array.from(b, () => size * epsilon * (rng.uniform() - 0.5)),
      };
      const { value, report } = sinkhorn(a, b, C, { ...options, unbalanced, warmStart });
      expect(report.status).toBe("converged");
      expect(value).toBeCloseTo(one.value, 9);
    }
  });
  it("comes to the same over points, a matrix and blocks, with or without kept entries", () => {
    const x = cloud("square", 150, 1);
    const y = cloud("square", 140, 2);
    const points = cost.points(x, y);
    const u = masses("random", 150, 1);
    const v = scaled(masses("random", 140, 2), 1.2);
    for (const unbalanced of [kl(0.2), tv(0.1), l2(20)]) {
      const values = [points, squared(x, y), cost.custom([150, 140], (i, j) => points.at(i, j))].flatMap((C) =>
        [true, false].map((keepEntries) => sinkhorn(u, v, C, { epsilon: 0.004, unbalanced, keepEntries }).value),
      );
      for (const value of values) expect(value).toBeCloseTo(values[0], 9);
    }
  });
});

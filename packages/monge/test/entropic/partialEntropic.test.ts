// Entropic transport of a prescribed mass: optimality conditions, both ends, the limit without entropy, penalties as its Lagrangian.
import { describe, expect, it } from "vitest";
import { cost, emd, isOtError, random, sinkhorn } from "../../src/index.ts";
import { cloud, masses, squared } from "../generators/problems.ts";

const total = (x: ArrayLike<number>): number => Array.from(x).reduce((sum, value) => sum + value, 0);
const scaled = (x: Float64Array, factor: number): Float64Array => x.map((value) => value * factor);

/** Exact partial transport by dummy atoms that take what stays, at no cost; they must not serve each other. */
function exactPartial(a: Float64Array, b: Float64Array, C: number[][], mass: number): number {
  const far = 1e6;
  const extended = [...C.map((row) => [...row, 0]), [...Array.from(b, () => 0), far]];
  return emd([...a, total(b) - mass], [...b, total(a) - mass], extended, { massTolerance: 1e-6 }).transportCost;
}

describe("sinkhorn({ partial })", () => {
  it.each(["uniform", "random", "heavy", "zeros"] as const)("meets the optimality conditions: %s masses", (kind) => {
    const a = masses(kind, 40, 1);
    const b = scaled(masses(kind, 33, 2), 1.3);
    const C = squared(cloud("square", 40, 3), cloud("clusters", 33, 4));
    const largest = Math.max(...C.flat());
    for (const relative of [0.1, 0.01, 0.002]) {
      for (const partial of [0.02, 0.5, 0.93]) {
        const epsilon = relative * largest;
        const result = sinkhorn(a, b, C, { epsilon, partial, tolerance: 1e-11 });
        const { f, g, lambda } = result.potentials;
        expect(result.report.status).toBe("converged");
        const rows = result.plan.marginal(0);
        const columns = result.plan.marginal(1);
        expect(total(rows) / partial).toBeCloseTo(1, 10);
        for (const [potential, marginal, mass] of [
          [f, rows, a],
          [g, columns, b],
        ] as const) {
          for (let k = 0; k < mass.length; k++) {
            expect(potential[k]).toBeLessThanOrEqual(0);
            expect(marginal[k]).toBeLessThanOrEqual(mass[k] + 1e-10);
            // Either all of the atom moves, or its potential is 0.
            if (mass[k] > 0 && potential[k] < 0) expect(Math.abs(marginal[k] - mass[k])).toBeLessThan(1e-10);
          }
        }
        for (let i = 0; i < 40; i += 7) {
          for (let j = 0; j < 33; j += 5) {
            const wanted = a[i] * b[j] * Math.exp((f[i] + g[j] + (lambda ?? Number.NaN) - C[i][j]) / epsilon);
            expect(result.plan.at(i, j)).toBeCloseTo(wanted, 12);
          }
        }
        const proof = result.certify();
        expect(proof.problem).toBe("partial");
        expect(Math.abs(proof.gap)).toBeLessThan(1e-9 * largest);
        expect(proof.primalResidual).toBeLessThan(1e-10);
        expect(proof.primal).toBeCloseTo(result.value, 8);
      }
    }
  });

  it("gives the closed form of one atom a side, and of equal costs", () => {
    for (const mass of [0.1, 0.5, 0.999]) {
      const one = sinkhorn([1], [2], [[0.7]], { epsilon: 0.1, partial: mass });
      expect(one.plan.at(0, 0)).toBeCloseTo(mass, 13);
      expect(one.potentials.lambda).toBeCloseTo(0.7 + 0.1 * Math.log(mass / 2), 12);
      expect(one.value).toBeCloseTo(0.7 * mass + 0.1 * (mass * Math.log(mass / 2) - mass + 2), 12);
    }
    const even = sinkhorn(null, null, cost.dense(new Array(3).fill(new Array(4).fill(1))), {
      epsilon: 0.3,
      partial: 0.6,
    });
    for (const mass of even.plan.toDense().data) expect(mass).toBeCloseTo(0.05, 12);
  });

  it("is exact at both ends: nothing, and all of the lighter side", () => {
    const a = masses("random", 20, 1);
    const b = scaled(masses("random", 25, 2), 1.5);
    const C = squared(cloud("square", 20, 3), cloud("square", 25, 4));
    const none = sinkhorn(a, b, C, { epsilon: 0.05, partial: 0 });
    expect(total(none.plan.toDense().data)).toBe(0);
    expect(none.value).toBeCloseTo(0.05 * 1.5, 12);
    expect(none.certify().gap).toBe(0);
    const all = sinkhorn(a, b, C, { epsilon: 0.05, partial: total(a), tolerance: 1e-12 });
    expect(all.report.status).toBe("converged");
    all.plan.marginal(0).forEach((mass, i) => expect(mass).toBeCloseTo(a[i], 11));
    expect(Math.max(...all.potentials.f)).toBe(0);
    expect(Math.abs(all.certify().gap)).toBeLessThan(1e-9);
    const nearly = sinkhorn(a, b, C, { epsilon: 0.05, partial: total(a) * (1 - 1e-6), tolerance: 1e-10 });
    expect(nearly.value).toBeCloseTo(all.value, 4);
    const c = masses("random", 25, 2);
    const balanced = sinkhorn(a, c, C, { epsilon: 0.05, partial: 1 });
    expect(balanced.transportCost).toBeCloseTo(sinkhorn(a, c, C, { epsilon: 0.05 }).transportCost, 8);
  });

  it("tends to exact partial transport as epsilon falls", () => {
    const a = masses("random", 30, 5);
    const b = masses("random", 26, 6);
    const C = squared(cloud("square", 30, 7), cloud("square", 26, 8));
    for (const partial of [0.2, 0.7]) {
      const exact = exactPartial(a, b, C, partial);
      let last = Infinity;
      for (const epsilon of [0.1, 0.01, 0.001]) {
        const result = sinkhorn(a, b, C, { epsilon, partial });
        const proof = result.certify({ of: "unregularised" });
        expect(proof.primal).toBeGreaterThan(exact - 1e-9);
        expect(proof.dual).toBeLessThan(exact + 1e-9);
        expect(proof.primalResidual).toBeLessThan(1e-12);
        expect(proof.primal - exact).toBeLessThan(last);
        last = proof.primal - exact;
      }
      expect(last).toBeLessThan(2e-3);
    }
  });

  it("is the total variation problem whose strength is half its multiplier", () => {
    const a = masses("random", 25, 5);
    const b = scaled(masses("random", 22, 6), 1.2);
    const C = squared(cloud("square", 25, 7), cloud("square", 22, 8));
    const epsilon = 0.02;
    for (const partial of [0.3, 0.8]) {
      const { potentials, transportCost } = sinkhorn(a, b, C, { epsilon, partial, tolerance: 1e-12 });
      const strength = (potentials.lambda ?? Number.NaN) / 2;
      expect(strength).toBeGreaterThan(0);
      const penalised = sinkhorn(a, b, C, { epsilon, unbalanced: { kind: "TV", strength }, tolerance: 1e-12 });
      expect(total(penalised.plan.marginal(0))).toBeCloseTo(partial, 7);
      expect(penalised.transportCost).toBeCloseTo(transportCost, 7);
    }
  });

  it("never yields NaN: tiny masses, huge costs, far columns, forbidden pairs, wild starts", () => {
    const a = masses("random", 30, 5);
    const b = masses("zeros", 26, 6);
    const C = squared(cloud("square", 30, 7), cloud("square", 26, 8));
    const one = sinkhorn(a, b, C, { epsilon: 0.01, partial: 0.4, tolerance: 1e-12 });
    const large = sinkhorn(
      a,
      b,
      C.map((row) => row.map((value) => value * 1e12)),
      { epsilon: 1e10, partial: 0.4, tolerance: 1e-12 },
    );
    expect(large.transportCost / 1e12).toBeCloseTo(one.transportCost, 9);
    const tiny = sinkhorn(scaled(a, 1e-300), scaled(b, 1e-300), C, { epsilon: 0.01, partial: 4e-301 });
    expect(tiny.transportCost / one.transportCost / 1e-300).toBeCloseTo(1, 7);
    const far = C.map((row) => row.map((value, j) => (j === 3 ? 1e5 : value)));
    expect(sinkhorn(a, b, far, { epsilon: 0.01, partial: 0.4 }).report.status).toBe("converged");
    const rng = random(1);
    const warmStart = {
      f: Float64Array.from(a, () => 10 * (rng.uniform() - 0.5)),
      g: Float64Array.from(b, () => 10 * (rng.uniform() - 0.5)),
      lambda: -30,
    };
    const warm = sinkhorn(a, b, C, { epsilon: 0.01, partial: 0.4, tolerance: 1e-12, warmStart });
    expect(warm.value).toBeCloseTo(one.value, 10);
    const forbidden = C.map((row, i) => row.map((value, j) => ((i + j) % 3 ? value : Infinity)));
    const result = sinkhorn(a, b, forbidden, { epsilon: 0.01, partial: 0.4 });
    expect(result.report.status).toBe("converged");
    expect(result.plan.at(0, 0)).toBe(0);
    expect(sinkhorn(a, b, C, { epsilon: 0.01, partial: 0.4, tolerance: 1e-12 }).potentials).toEqual(one.potentials);
  });

  it("refuses masses that cannot move", () => {
    const code = (partial: number, C = [[1]]): string => {
      try {
        sinkhorn([1], [2], C, { epsilon: 1, partial });
      } catch (error) {
        if (isOtError(error)) return error.code;
        throw error;
      }
      return "none";
    };
    expect(code(-1)).toBe("InvalidValue");
    expect(code(1.1)).toBe("InvalidValue");
    expect(code(Number.NaN)).toBe("InvalidValue");
    expect(code(0.5, [[Infinity]])).toBe("Infeasible");
  });
});

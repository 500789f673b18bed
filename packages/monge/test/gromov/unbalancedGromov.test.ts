// Unbalanced Gromov-Wasserstein transport against its limits, a direct sum and finite differences.
import { describe, expect, it } from "vitest";
import { gromovWasserstein, unbalancedGromovWasserstein } from "../../src/gromov/index.ts";
import { cost, type Matrix, random } from "../../src/index.ts";
import { quadruples } from "../oracles/gromov.ts";

const distances = (seed: number, n: number): Matrix => {
  const { normal } = random(seed);
  const points = { data: Float64Array.from({ length: 2 * n }, normal), rows: n, cols: 2 };
  return { data: cost.points(points, points, "euclidean").block(0, n), rows: n, cols: n };
};
const total = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0);
/** KL(p (x) p | a (x) a), term by term. */
const squaredKl = (p: Float64Array, a: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    for (let k = 0; k < p.length; k++) {
      const [here, there] = [p[i] * p[k], a[i] * a[k]];
      sum += (here > 0 ? here * Math.log(here / there) : 0) - here + there;
    }
  }
  return sum;
};

describe("unbalancedGromovWasserstein(Cx, Cy, a, b, { strength })", () => {
  const [Cx, Cy] = [distances(1, 6), distances(2, 5)];
  const a = Float64Array.of(0.3, 0.2, 0.2, 0.2, 0.3, 0.1);
  const b = Float64Array.of(0.2, 0.2, 0.2, 0.3, 0.2);

  it.each([undefined, 0.05])("epsilon %d: the value is the objective term by term; certified", (epsilon) => {
    const result = unbalancedGromovWasserstein(Cx, Cy, a, b, { strength: 1, epsilon });
    const { plan, value } = result;
    expect(result.report.status).toBe("converged");
    const P = plan.toDense();
    const penalty = squaredKl(plan.marginal(0), a) + squaredKl(plan.marginal(1), b);
    const product = Float64Array.from({ length: 30 }, (_, at) => a[Math.floor(at / 5)] * b[at % 5]);
    const entropy = epsilon === undefined ? 0 : epsilon * squaredKl(P.data, product);
    expect(value).toBeCloseTo(quadruples(Cx, Cy, P) + penalty + entropy, 10);
    const { objective, stationarityGap, lowerBound } = result.certify();
    expect(objective).toBeCloseTo(value, 12);
    expect(stationarityGap).toBeLessThan(1e-5 * value);
    expect(lowerBound).toBe(0);
  });

  it("no mass scaled or moved a little is cheaper: the gradient vanishes where there is mass", () => {
    const result = unbalancedGromovWasserstein(Cx, Cy, a, b, { strength: 0.5, epsilon: 0.1, tolerance: 1e-10 });
    const objective = (data: Float64Array): number => {
      const P = { data, rows: 6, cols: 5 };
      const p = Float64Array.from({ length: 6 }, (_, i) => total(data.subarray(5 * i, 5 * i + 5)));
      const q = Float64Array.from({ length: 5 }, (_, j) => total(Array.from({ length: 6 }, (_, i) => data[5 * i + j])));
      const product = Float64Array.from({ length: 30 }, (_, at) => a[Math.floor(at / 5)] * b[at % 5]);
      return quadruples(Cx, Cy, P) + 0.5 * (squaredKl(p, a) + squaredKl(q, b)) + 0.1 * squaredKl(data, product);
    };
    const { data } = result.plan.toDense();
    for (let at = 0; at < 30; at++) {
      if (data[at] < 1e-4) continue;
      const step = 1e-3 * data[at];
      const [up, down] = [data.slice(), data.slice()];
      up[at] += step;
      down[at] -= step;
      expect(Math.abs(objective(up) - objective(down)) / (2 * step)).toBeLessThan(1e-4);
    }
  });

  it("a strength without end holds the masses: gromovWasserstein", () => {
    const balanced = b.map((mass) => (mass * total(a)) / total(b));
    const reference = gromovWasserstein(Cx, Cy, a, balanced, { starts: 12 });
    const { plan, structureCost } = unbalancedGromovWasserstein(Cx, Cy, a, balanced, {
      strength: 1e5,
      tolerance: 1e-6,
    });
    plan.marginal(0).forEach((mass, i) => {
      expect(mass).toBeCloseTo(a[i], 3);
    });
    expect(structureCost).toBeGreaterThan(reference.value - 1e-2);
    expect(structureCost).toBeLessThan(3 * reference.value);
  });

  it("the same structure twice: nothing to pay, all mass kept; an outlier loses its mass", () => {
    const far = {
      data: Float64Array.from({ length: 49 }, (_, at) => {
        const [i, k] = [Math.floor(at / 7), at % 7];
        if (i === k) return 0;
        return i === 6 || k === 6 ? 30 : Cx.data[6 * i + k];
      }),
      rows: 7,
      cols: 7,
    };
    const uniform = new Float64Array(7).fill(1 / 6);
    const { plan } = unbalancedGromovWasserstein(Cx, far, uniform.slice(0, 6), uniform, { strength: 0.5 });
    expect(plan.marginal(1)[6]).toBeLessThan(1e-3);
    expect(total(plan.marginal(1))).toBeGreaterThan(0.5);
  });

  it("refuses strengths out of range; stops; rejects when aborted", async () => {
    expect(() => unbalancedGromovWasserstein(Cx, Cy, a, b, { strength: 0 })).toThrow(/strength is 0/);
    expect(() => unbalancedGromovWasserstein(Cx, Cy, a, b, { strength: 1, epsilon: -1 })).toThrow(/epsilon is -1/);
    const { report } = unbalancedGromovWasserstein(Cx, Cy, a, b, { strength: 1, maxIterations: 1 });
    expect(report.status).toBe("maxIterations");
    const reason = new Error("enough");
    const options = { strength: 1, signal: AbortSignal.abort(reason) };
    await expect(unbalancedGromovWasserstein.async(Cx, Cy, a, b, options)).rejects.toBe(reason);
  });
});

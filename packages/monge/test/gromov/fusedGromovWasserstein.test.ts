// Fused Gromov-Wasserstein transport: its ends are transport and Gromov-Wasserstein transport, its value both sums.
import { describe, expect, it } from "vitest";
import { fusedGromovWasserstein, gromovWasserstein } from "../../src/gromov/index.ts";
import { cost, emd } from "../../src/index.ts";
import { asMatrix, cloud, dense, masses } from "../generators/structures.ts";
import { quadruples, squareLoss } from "../oracles/gromov.ts";

describe("fusedGromovWasserstein(M, Cx, Cy, a, b, { alpha })", () => {
  const [x, y] = [cloud(111, 9, 2), cloud(112, 8, 2)];
  const [fx, fy] = [cloud(113, 9, 3), cloud(114, 8, 3)];
  const M = cost.points(fx, fy);
  const [a, b] = [masses(115, 9), masses(116, 8)];
  const asDense = { data: M.block(0, 9), rows: 9, cols: 8 };

  it("alpha 0 is emd, alpha 1 is gromovWasserstein", () => {
    for (const [Cx, Cy] of [
      [cost.points(x), cost.points(y)],
      [asMatrix(x, "euclidean"), asMatrix(y, "euclidean")],
    ]) {
      const none = fusedGromovWasserstein(M, Cx, Cy, a, b, { alpha: 0 });
      expect(none.value).toBeCloseTo(emd(a, b, M).value, 12);
      expect(none.transportCost).toBeCloseTo(none.value, 12);
      const all = fusedGromovWasserstein(M, Cx, Cy, a, b, { alpha: 1 });
      expect(all.value).toBeCloseTo(gromovWasserstein(Cx, Cy, a, b).value, 10);
    }
  });

  it.each([0.2, 0.5, 0.9])("alpha %d: the value is both sums; matrices and points agree; certified", (alpha) => {
    const options = { alpha, starts: ["product"] } as const;
    const result = fusedGromovWasserstein(M, cost.points(x), cost.points(y), a, b, options);
    const P = dense(result);
    const linear = P.data.reduce((total, value, at) => total + value * asDense.data[at], 0);
    const structure = quadruples(asMatrix(x), asMatrix(y), P, squareLoss);
    expect(result.value).toBeCloseTo((1 - alpha) * linear + alpha * structure, 11);
    expect(result.transportCost).toBeCloseTo(linear, 12);
    for (const term of [asDense, cost.points(fx, fy)]) {
      const other = fusedGromovWasserstein(term, asMatrix(x), asMatrix(y), a, b, options);
      expect(other.value).toBeCloseTo(result.value, 9);
    }
    expect(fusedGromovWasserstein(asDense, cost.points(x), cost.points(y), a, b, options).value).toBeCloseTo(
      result.value,
      9,
    );
    const { stationarityGap, lowerBound, objective } = result.certify();
    expect(objective).toBeCloseTo(result.value, 12);
    expect(stationarityGap).toBeLessThan(1e-8);
    expect(lowerBound).toBeLessThan(result.value);
    expect(lowerBound).toBeGreaterThan((1 - alpha) * emd(a, b, M).value - 1e-12);
  });

  it("entropic and proximal take the linear term too", () => {
    const entropic = fusedGromovWasserstein(M, cost.points(x), cost.points(y), a, b, {
      method: "projectedGradient",
      epsilon: 2,
    });
    expect(entropic.certify().stationarityGap).toBeLessThan(1e-4 * entropic.value);
    expect(entropic.value).toBeCloseTo(
      0.5 * entropic.structureCost + 0.5 * entropic.transportCost + entropic.entropy,
      10,
    );
  });

  it("refuses alpha out of range, M of another size, forbidden pairs", () => {
    const call = (term: Parameters<typeof emd>[2], alpha: number) => () =>
      fusedGromovWasserstein(term, asMatrix(x), asMatrix(y), a, b, { alpha });
    expect(call(M, 1.5)).toThrow(/alpha is 1.5/);
    expect(call([[1]], 0.5)).toThrow(/M is 1 x 1 between 9 and 8/);
    expect(call({ ...asDense, data: asDense.data.map((v, k) => (k === 3 ? Infinity : v)) }, 0.5)).toThrow(/forbids/);
  });
});

// Gromov-Wasserstein transport with masses that are not all given, against the balanced one and against brute force.
import { describe, expect, it } from "vitest";
import {
  gromovWasserstein,
  partialFusedGromovWasserstein,
  partialGromovWasserstein,
  semiRelaxedFusedGromovWasserstein,
  semiRelaxedGromovWasserstein,
} from "../../src/gromov/index.ts";
import { cost, type Matrix, partialTransport, random } from "../../src/index.ts";
import { klLoss, quadruples } from "../oracles/gromov.ts";

const cloud = (seed: number, n: number): Matrix => {
  const { normal } = random(seed);
  return { data: Float64Array.from({ length: n * 2 }, normal), rows: n, cols: 2 };
};
const distances = (seed: number, n: number, shift = 0): Matrix => {
  const points = cloud(seed, n);
  const data = cost.points(points, points, "euclidean").block(0, n);
  return { data: data.map((value) => value + shift), rows: n, cols: n };
};
const masses = (seed: number, n: number): Float64Array => {
  const { uniform } = random(seed);
  const raw = Float64Array.from({ length: n }, () => 0.1 + uniform());
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
};
const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

describe("semiRelaxedGromovWasserstein(Cx, Cy, a)", () => {
  it.each(["square", "KL"] as const)(
    "loss %s: the sum over quadruples, rows exact, not above transport to any masses",
    (loss) => {
      const [Cx, Cy] = [distances(1, 8, 0.2), distances(2, 6, 0.2)];
      const a = masses(3, 8);
      const { value, plan, certify, report } = semiRelaxedGromovWasserstein(Cx, Cy, a, { loss });
      expect(report.status).toBe("converged");
      expect(value).toBeCloseTo(quadruples(Cx, Cy, plan.toDense(), loss === "KL" ? klLoss : undefined), 11);
      plan.marginal(0).forEach((mass, i) => {
        expect(mass).toBeCloseTo(a[i], 14);
      });
      const { stationarityGap, lowerBound, objective, primalResidual } = certify();
      expect(stationarityGap).toBeLessThan(1e-8);
      expect(objective).toBeCloseTo(value, 12);
      expect(lowerBound).toBeLessThan(value);
      expect(lowerBound).toBeGreaterThanOrEqual(0);
      expect(primalResidual).toBeLessThan(1e-14);
      const balanced = gromovWasserstein(Cx, Cy, a, plan.marginal(1), { loss, initial: plan });
      expect(value).toBeLessThan(balanced.value + 1e-9);
      const from = gromovWasserstein(Cx, Cy, a, masses(4, 6), { loss });
      const below = semiRelaxedGromovWasserstein(Cx, Cy, a, { loss, initial: from.plan });
      expect(below.value).toBeLessThan(from.value + 1e-12);
    },
  );

  it("a part of a structure goes to itself, for nothing", () => {
    const Cy = distances(11, 9);
    const part = [1, 4, 6, 7];
    const Cx = part.map((i) => part.map((k) => Cy.data[i * 9 + k]));
    const start = Array.from({ length: 4 }, (_, i) => Array.from({ length: 9 }, (_, j) => (j === part[i] ? 0.9 : 0.1)));
    const { value, plan } = semiRelaxedGromovWasserstein(Cx, Cy, null, { initial: start });
    expect(value).toBeLessThan(1e-14);
    part.forEach((j, i) => {
      expect(plan.at(i, j)).toBeCloseTo(0.25, 12);
    });
  });

  it("the best map of rows to columns is not beaten, and reached from a near start", () => {
    const [Cx, Cy] = [distances(21, 4), distances(22, 3)];
    let best = Infinity;
    let map: number[] = [];
    for (let code = 0; code < 81; code++) {
      const to = [0, 1, 2, 3].map((i) => Math.floor(code / 3 ** i) % 3);
      const P = { data: new Float64Array(12), rows: 4, cols: 3 };
      to.forEach((j, i) => {
        P.data[i * 3 + j] = 0.25;
      });
      const value = quadruples(Cx, Cy, P);
      if (value < best) [best, map] = [value, to];
    }
    const start = map.map((j) => [0, 1, 2].map((k) => (k === j ? 1 : 0)));
    const { value } = semiRelaxedGromovWasserstein(Cx, Cy, null, { initial: start });
    expect(value).toBeLessThan(best + 1e-12);
  });

  it("fused: alpha 0 sends each row to its cheapest column", () => {
    const [Cx, Cy] = [distances(31, 6), distances(32, 5)];
    const M = cost.points(cloud(33, 6), cloud(34, 5));
    const a = masses(35, 6);
    const { value } = semiRelaxedFusedGromovWasserstein(M, Cx, Cy, a, { alpha: 0 });
    const cheapest = Array.from(a, (mass, i) => mass * Math.min(...M.block(i, i + 1)));
    expect(value).toBeCloseTo(
      cheapest.reduce((sum, term) => sum + term, 0),
      12,
    );
    const half = semiRelaxedFusedGromovWasserstein(M, Cx, Cy, a, { alpha: 0.5 });
    expect(half.value).toBeCloseTo(0.5 * half.structureCost + 0.5 * half.transportCost, 12);
    expect(half.certify().lowerBound).toBeLessThan(half.value);
  });
});

describe("partialGromovWasserstein(Cx, Cy, a, b, { mass })", () => {
  const [Cx, Cy] = [distances(41, 7), distances(42, 6)];
  const [a, b] = [masses(43, 7), masses(44, 6)];

  it("all of the mass: as gromovWasserstein from the same start", () => {
    const all = partialGromovWasserstein(Cx, Cy, a, b, { mass: 1 });
    const balanced = gromovWasserstein(Cx, Cy, a, b, { starts: ["product"] });
    expect(all.value).toBeCloseTo(balanced.value, 9);
  });

  it.each([0.2, 0.5, 0.9])("mass %d: the sum over quadruples, within the masses, stationary", (mass) => {
    const { value, plan, certify, report } = partialGromovWasserstein(Cx, Cy, a, b, { mass });
    expect(report.status).toBe("converged");
    expect(value).toBeCloseTo(quadruples(Cx, Cy, plan.toDense()), 11);
    expect(total(plan.marginal(0))).toBeCloseTo(mass, 12);
    plan.marginal(0).forEach((moved, i) => {
      expect(moved).toBeLessThan(a[i] + 1e-12);
    });
    plan.marginal(1).forEach((moved, j) => {
      expect(moved).toBeLessThan(b[j] + 1e-12);
    });
    const { stationarityGap, primalResidual, lowerBound } = certify();
    expect(stationarityGap).toBeLessThan(1e-8);
    expect(primalResidual).toBeLessThan(1e-12);
    expect(lowerBound).toBe(0);
  });

  it("an outlier is left out", () => {
    const x = cloud(51, 8);
    const y = { ...x, data: x.data.slice() };
    y.data.set([40, -30], 0);
    const M = cost.points(x, y);
    const options = { mass: 7 / 8, alpha: 0.5 };
    const { value, plan } = partialFusedGromovWasserstein(M, cost.points(x), cost.points(y), null, null, options);
    expect(value).toBeLessThan(1e-12);
    expect(plan.marginal(1)[0]).toBeLessThan(1e-12);
  });

  it("fused: alpha 0 is partialTransport; masses out of range are refused", () => {
    const M = cost.points(cloud(61, 7), cloud(62, 6));
    const none = partialFusedGromovWasserstein(M, Cx, Cy, a, b, { alpha: 0, mass: 0.4 });
    const exact = partialTransport(a, b, M, { mass: 0.4 });
    expect(none.value).toBeCloseTo(exact.value, 11);
    expect(none.certify().lowerBound).toBeCloseTo(exact.value, 11);
    expect(() => partialGromovWasserstein(Cx, Cy, a, b, { mass: 1.5 })).toThrow(/mass is 1.5/);
    const nothing = partialGromovWasserstein(Cx, Cy, a, b, { mass: 0 });
    expect(nothing.value).toBe(0);
  });

  it("stops with a plan at a limit, rejects when aborted", async () => {
    const { report, plan } = partialGromovWasserstein(Cx, Cy, a, b, { mass: 0.5, maxIterations: 1 });
    expect(report.status).toBe("maxIterations");
    expect(total(plan.marginal(0))).toBeCloseTo(0.5, 12);
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    await expect(partialGromovWasserstein.async(Cx, Cy, a, b, { signal })).rejects.toBe(reason);
    await expect(semiRelaxedGromovWasserstein.async(Cx, Cy, a, { signal })).rejects.toBe(reason);
  });
});

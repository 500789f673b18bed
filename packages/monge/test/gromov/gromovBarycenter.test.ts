// Barycenters of structures against what they must be: of one structure itself, of copies, of two points their mean.
import { describe, expect, it } from "vitest";
import { fusedGromovBarycenter, gromovBarycenter, gromovWasserstein } from "../../src/gromov/index.ts";
import { cost, type Matrix, random } from "../../src/index.ts";

const cloud = (seed: number, n: number): Matrix => {
  const { normal } = random(seed);
  return { data: Float64Array.from({ length: 2 * n }, normal), rows: n, cols: 2 };
};
const distances = (seed: number, n: number): Matrix => {
  const points = cloud(seed, n);
  return { data: cost.points(points, points, "euclidean").block(0, n), rows: n, cols: n };
};

describe("gromovBarycenter(structures, { size })", () => {
  it("of a pair at distance 1 and a pair at distance 3: a pair at distance 2, at the mean cost 1/2", () => {
    const pair = (gap: number): number[][] => [
      [0, gap],
      [gap, 0],
    ];
    const structures = [{ structure: pair(1) }, { structure: pair(3) }];
    const { structure, value, report } = gromovBarycenter(structures, { size: 2, initial: pair(1.5) });
    expect([...structure.data].map((x) => Math.round(x * 1e9) / 1e9)).toEqual([0, 2, 2, 0]);
    expect(value).toBeCloseTo(0.5, 12);
    expect(report.status).toBe("converged");
    const skewed = gromovBarycenter(structures, { size: 2, initial: pair(1.5), weights: [3, 1] });
    expect(skewed.structure.data[1]).toBeCloseTo(1.5, 12);
  });

  it("of one structure, started near it: that structure; plans and certificates belong to it", () => {
    const C = distances(1, 8);
    const near = { ...C, data: C.data.map((value, at) => (at % 9 === 0 ? 0 : value + 0.01)) };
    const { value, structure, plans, certify } = gromovBarycenter([{ structure: C }], { size: 8, initial: near });
    expect(value).toBeLessThan(1e-12);
    expect(gromovWasserstein(structure, C, null, null, { initial: plans[0] }).value).toBeLessThan(1e-12);
    expect(certify()[0].stationarityGap).toBeLessThan(1e-8);
  });

  it.each(["square", "KL"] as const)("loss %s: the value is the weighted mean of costs and never rises", (loss) => {
    const away = (C: Matrix): Matrix => ({ ...C, data: C.data.map((value) => value + 0.5) });
    const structures = [{ structure: away(distances(11, 7)) }, { structure: away(distances(12, 9)) }];
    const run = gromovBarycenter.steps(structures, { size: 6, loss, weights: [0.3, 0.7], seed: 2 });
    let last = Infinity;
    for (const { phase, primal } of run) {
      if (phase !== "barycenter") continue;
      expect(primal).toBeLessThan(last + 1e-12);
      last = primal ?? last;
    }
    const result = run.result as ReturnType<typeof gromovBarycenter>;
    expect(result.value).toBeCloseTo(last, 12);
    const costs = result.plans.map(
      (plan, s) =>
        gromovWasserstein(result.structure, structures[s].structure, null, null, {
          loss,
          initial: plan,
          maxIterations: 1,
        }).value,
    );
    expect(0.3 * costs[0] + 0.7 * costs[1]).toBeLessThan(result.value + 1e-9);
    // No change of an entry is better, for the plans at hand.
    const again = gromovBarycenter(structures, { size: 6, loss, weights: [0.3, 0.7], initial: result.structure });
    expect(again.value).toBeLessThan(result.value + 1e-6);
  });

  it("fused, of two copies moved apart: features halfway", () => {
    const C = distances(21, 6);
    const x = cloud(22, 6);
    const moved = { ...x, data: x.data.map((value) => value + 10) };
    const structures = [
      { structure: C, features: x },
      { structure: C, features: moved },
    ];
    const halfway = { ...x, data: x.data.map((value) => value + 4) };
    const options = { size: 6, initial: C, initialFeatures: halfway, alpha: 0.5 };
    const { features, structure, value } = fusedGromovBarycenter(structures, options);
    features?.data.forEach((coordinate, at) => {
      expect(coordinate).toBeCloseTo(x.data[at] + 5, 9);
    });
    structure.data.forEach((entry, at) => {
      expect(entry).toBeCloseTo(C.data[at], 9);
    });
    expect(value).toBeCloseTo(25, 9);
  });

  it("refuses a size of 0, no structures, features that do not fit; stops; rejects when aborted", async () => {
    const one = [{ structure: distances(31, 5) }];
    expect(() => gromovBarycenter(one, { size: 0 })).toThrow(/size is 0/);
    expect(() => gromovBarycenter([], { size: 2 })).toThrow(/no structure/);
    expect(() => fusedGromovBarycenter([{ ...one[0], features: [[1]] }], { size: 2 })).toThrow(/1 rows for 5 atoms/);
    const stopped = gromovBarycenter(one, { size: 4, maxIterations: 1 });
    expect(stopped.report.status).toBe("maxIterations");
    expect(gromovBarycenter(one, { size: 4, stopWhen: () => true }).plans[0].shape).toEqual([4, 5]);
    const reason = new Error("enough");
    await expect(gromovBarycenter.async(one, { size: 3, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

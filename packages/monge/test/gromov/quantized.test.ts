// Quantized Gromov-Wasserstein transport against the whole problem, and against its own promises.
import { describe, expect, it } from "vitest";
import {
  fusedGromovWasserstein,
  gromovWasserstein,
  quantizedFusedGromovWasserstein,
  quantizedGromovWasserstein,
} from "../../src/gromov/index.ts";
import { cost, type Matrix, random } from "../../src/index.ts";
import { quadruples } from "../oracles/gromov.ts";

const cloud = (seed: number, n: number, d: number): number[][] => {
  const { normal } = random(seed);
  return Array.from({ length: n }, () => Array.from({ length: d }, (_, k) => (1 + k) * normal()));
};
/** A cloud in the plane in another order, turned, and with noise. */
const copyOf = (x: number[][], seed: number, noise: number): { y: number[][]; order: number[] } => {
  const { integer, normal } = random(seed);
  const order = x.map((_, k) => k);
  for (let k = order.length - 1; k > 0; k--) {
    const other = integer(k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  const y = order.map((k) => [
    0.6 * x[k][0] - 0.8 * x[k][1] + noise * normal(),
    0.8 * x[k][0] + 0.6 * x[k][1] + noise * normal(),
  ]);
  return { y, order };
};
const masses = (seed: number, n: number): Float64Array => {
  const { uniform } = random(seed);
  const raw = Float64Array.from({ length: n }, (_, k) => (k === 3 ? 0 : 0.1 + uniform()));
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
};
const l1 = (p: ArrayLike<number>, q: ArrayLike<number>): number =>
  Array.from(p).reduce((total, value, k) => total + Math.abs(value - q[k]), 0);
const asMatrix = (x: number[][]): Matrix => ({
  data: cost.points(x, x, "euclidean").block(0, x.length),
  rows: x.length,
  cols: x.length,
});
const grounds = ["sqeuclidean", "euclidean"] as const;

describe("quantizedGromovWasserstein(Cx, Cy, a, b)", () => {
  it.each(grounds)("%s: a turned and shuffled copy is found atom by atom from 35 anchors", (ground) => {
    const x = cloud(1, 300, 2);
    const { y, order } = copyOf(x, 2, 0);
    const result = quantizedGromovWasserstein(cost.points(x, x, ground), cost.points(y, y, ground), null, null, {
      starts: 6,
    });
    expect(result.anchors[0]).toHaveLength(35);
    expect(result.report.status).toBe("converged");
    // Whatever anchors are chosen of one side are chosen of the other.
    expect(Array.from(result.anchors[1], (j) => order[j]).sort((i, k) => i - k)).toEqual([...result.anchors[0]]);
    expect(result.value).toBeLessThan(1e-10);
    order.forEach((i, j) => {
      expect(result.plan.at(i, j)).toBeCloseTo(1 / 300, 12);
    });
  });

  it.each(["line", "anchors"] as const)("within cells by %s: cells go to the cells of their copies", (within) => {
    const x = cloud(3, 200, 2);
    const { y, order } = copyOf(x, 4, 0);
    const { plan, cells, anchors } = quantizedGromovWasserstein(cost.points(x), cost.points(y), null, null, { within });
    for (const [i, j] of plan.entries()) {
      const there = order[anchors[1][cells[1][j]]];
      expect(anchors[0][cells[0][i]]).toBe(there);
    }
  });

  it.each(grounds)(
    "%s with noise: within 6 times the whole problem's objective, and there after refinement",
    (ground) => {
      const x = cloud(5, 250, 2);
      const { y } = copyOf(x, 6, 0.2);
      const [Cx, Cy] = [cost.points(x, x, ground), cost.points(y, y, ground)];
      const full = gromovWasserstein(Cx, Cy, null, null);
      const quick = quantizedGromovWasserstein(Cx, Cy, null, null);
      const line = quantizedGromovWasserstein(Cx, Cy, null, null, { within: "line" });
      const refined = quantizedGromovWasserstein(Cx, Cy, null, null, { refine: 40 });
      expect(quick.value).toBeLessThan(6 * full.value);
      expect(quick.value).toBeLessThan(line.value);
      expect(refined.report.status).toBe("converged");
      expect(refined.value).toBeLessThan(1.02 * full.value);
      const { objective, lowerBound, stationarityGap } = refined.certify();
      expect(objective).toBeCloseTo(refined.value, 10);
      expect(lowerBound).toBeLessThanOrEqual(refined.value);
      expect(stationarityGap).toBeLessThan(1e-7 * refined.certify().bounds.best + 1e-6);
      expect(quick.certify().stationarityGap).toBeGreaterThan(stationarityGap);
    },
  );

  it.each([
    ["farthest", "anchors"],
    ["farthest", "line"],
    ["kmeans++", "anchors"],
    ["kmeans++", "line"],
  ] as const)("%s, %s: any masses are kept, and the plan stays sparse", (choice, within) => {
    const [x, y] = [cloud(7, 60, 3), cloud(8, 45, 2)];
    const [a, b] = [masses(9, 60), masses(10, 45)];
    const [Cx, Cy] = [cost.points(x), asMatrix(y)];
    const result = quantizedGromovWasserstein(Cx, Cy, a, b, { choice, within, anchors: [9, 7], seed: 4 });
    expect(l1(result.plan.marginal(0), a)).toBeLessThan(1e-14);
    expect(l1(result.plan.marginal(1), b)).toBeLessThan(1e-14);
    expect(result.plan.toSparse().values.every((mass) => mass > 0)).toBe(true);
    expect(result.plan.toSparse().values.length).toBeLessThanOrEqual(60 + 45 + 4 * (9 + 7));
    const entries = { data: cost.points(x).block(0, 60), rows: 60, cols: 60 };
    expect(result.value).toBeCloseTo(quadruples(entries, Cy, result.plan.toDense()), 10);
    expect(result.certify().primalResidual).toBeLessThan(1e-14);
    const again = quantizedGromovWasserstein(Cx, Cy, a, b, { choice, within, anchors: [9, 7], seed: 4 });
    expect([...again.plan.entries()]).toEqual([...result.plan.entries()]);
  });

  it.each(grounds)("%s: as many anchors as atoms is the whole problem", (ground) => {
    const [x, y] = [cloud(11, 30, 2), cloud(12, 25, 3)];
    const [Cx, Cy] = [cost.points(x, x, ground), cost.points(y, y, ground)];
    const [a, b] = [masses(13, 30).map((mass) => mass + 0.01), masses(14, 25).map((mass) => mass + 0.3 / 25)];
    const whole = quantizedGromovWasserstein(Cx, Cy, a, b, { anchors: 100 });
    const full = gromovWasserstein(Cx, Cy, a, b);
    expect(whole.anchors[0]).toHaveLength(30);
    expect(l1(whole.plan.toDense().data, full.plan.toDense().data)).toBeLessThan(1e-13);
    expect(whole.value).toBeCloseTo(full.value, 12);
  });

  it("matrices without symmetry, under KL, one anchor, duplicates, no mass: a plan with its masses", () => {
    const { uniform } = random(15);
    const any: Matrix = { data: Float64Array.from({ length: 400 }, uniform), rows: 20, cols: 20 };
    const same = Array.from({ length: 20 }, () => [1, 2]);
    const uniformMass = new Float64Array(20).fill(1 / 20);
    for (const [Cy, options] of [
      [any, { anchors: 5 }],
      [any, { anchors: 5, loss: "KL" as const, refine: 2 }],
      [any, { anchors: 1 }],
      [cost.points(same), { anchors: 8 }],
    ] as const) {
      const { plan, value } = quantizedGromovWasserstein(any, Cy, null, null, options);
      expect(l1(plan.marginal(0), uniformMass)).toBeLessThan(1e-14);
      expect(l1(plan.marginal(1), uniformMass)).toBeLessThan(1e-14);
      expect(value).toBeGreaterThanOrEqual(0);
    }
    expect(quantizedGromovWasserstein(any, cost.points(same), null, null).anchors[1]).toHaveLength(1);
    expect(quantizedGromovWasserstein(any, any, new Float64Array(20), null).value).toBe(0);
  });

  it("a stop or a snapshot on the way is a plan with its masses; async gives the same bits", async () => {
    const [Cx, Cy] = [cost.points(cloud(16, 80, 2)), cost.points(cloud(17, 70, 2))];
    const options = { refine: 3, anchors: 10 };
    const { value } = quantizedGromovWasserstein(Cx, Cy, null, null, options);
    expect((await quantizedGromovWasserstein.async(Cx, Cy, null, null, options)).value).toBe(value);
    const run = quantizedGromovWasserstein.steps(Cx, Cy, null, null, options);
    let seen = 0;
    for (let step = run.next(); !step.done; step = run.next()) {
      if (step.value.phase === "anchors") continue;
      expect(l1(run.snapshot().plan.marginal(1), new Float64Array(70).fill(1 / 70))).toBeLessThan(1e-14);
      seen++;
    }
    expect(seen).toBeGreaterThan(3);
    expect(run.result?.value).toBe(value);
    const stopped = quantizedGromovWasserstein(Cx, Cy, null, null, { ...options, maxIterations: 1 });
    expect(stopped.report.status).toBe("maxIterations");
    expect(l1(stopped.plan.marginal(0), new Float64Array(80).fill(1 / 80))).toBeLessThan(1e-14);
  });

  it.each([
    [{ anchors: 0 }, "InvalidValue"],
    [{ anchors: [3, 2.5] as const }, "InvalidValue"],
    [{ refine: -1 }, "InvalidValue"],
    [{ choice: "nearest" as never }, "InvalidValue"],
    [{ within: "cells" as never }, "InvalidValue"],
    [{ starts: 0 }, "InvalidValue"],
  ])("bad options %j have a code", (options, code) => {
    const C = cost.points(cloud(18, 5, 2));
    expect(() => quantizedGromovWasserstein(C, C, null, null, options)).toThrow(expect.objectContaining({ code }));
  });
});

describe("quantizedFusedGromovWasserstein(M, Cx, Cy, a, b)", () => {
  it("features decide what the structure leaves open, and as many anchors as atoms is the whole problem", () => {
    // A mirror image of itself: the structure alone cannot tell left from right, one feature can.
    const half = cloud(19, 60, 2).map(([p, q]) => [3 + Math.abs(p), q]);
    const x = [...half, ...half.map(([p, q]) => [-p, q])];
    const C = cost.points(x);
    const side = x.map(([p]) => [Math.sign(p)]);
    const M = cost.points(side, side);
    for (const anchors of [24, 200]) {
      const { plan, transportCost } = quantizedFusedGromovWasserstein(M, C, C, null, null, { anchors, alpha: 0.01 });
      expect(transportCost).toBeLessThan(1e-12);
      for (const [i, j] of plan.entries()) expect(side[i][0]).toBe(side[j][0]);
    }
    const small = cost.points(cloud(20, 20, 2));
    const other = cost.points(cloud(21, 20, 2));
    const features = cost.points(cloud(22, 20, 1), cloud(23, 20, 1));
    const whole = quantizedFusedGromovWasserstein(features, small, other, null, null, { anchors: 20, alpha: 0.3 });
    expect(whole.value).toBeCloseTo(
      fusedGromovWasserstein(features, small, other, null, null, { alpha: 0.3 }).value,
      11,
    );
  });
});

// Gromov-Wasserstein transport against what is written in its definition, against all permutations, and against its own laws.
import { describe, expect, it } from "vitest";
import { type GromovOptions, type GromovResult, gromovWasserstein } from "../../src/gromov/index.ts";
import { cost, isOtError, type Matrix, random } from "../../src/index.ts";
import {
  arbitrary,
  asMatrix,
  cloud,
  dense,
  entriesOf,
  graph,
  kinds,
  largestDifference,
  masses,
  matrix,
} from "../generators/structures.ts";
import { bestOfPermutations, klLoss, quadruples } from "../oracles/gromov.ts";

describe("gromovWasserstein(Cx, Cy, a, b)", () => {
  describe.each(kinds)("between structures: %s", (_, make) => {
    it.each([
      [1, 1],
      [1, 5],
      [6, 6],
      [7, 5],
    ])("%d x %d: the value is the sum over quadruples, the marginals fit, the certificate agrees", (n, m) => {
      const [Cx, Cy] = [make(3, n), make(4, m)];
      const [a, b] = [masses(5, n), masses(6, m)];
      const result = gromovWasserstein(Cx, Cy, a, b, { starts: 6 });
      expect(result.report.status).toBe("converged");
      expect(result.value).toBeCloseTo(quadruples(entriesOf(Cx, n), entriesOf(Cy, m), dense(result)), 11);
      expect(largestDifference(result.plan.marginal(0), a)).toBeLessThan(1e-14);
      expect(largestDifference(result.plan.marginal(1), b)).toBeLessThan(1e-14);
      const { objective, stationarityGap, lowerBound, primalResidual } = result.certify();
      expect(objective).toBeCloseTo(result.value, 12);
      expect(stationarityGap).toBeLessThan(1e-8);
      expect(lowerBound).toBeLessThan(result.value + 1e-12);
      expect(primalResidual).toBeLessThan(1e-13);
      expect(result.starts.every(({ value }) => value > result.value - 1e-9)).toBe(true);
    });
  });

  it.each([
    ["points", (seed: number) => cost.points(cloud(seed, 7, 2)), 9],
    ["distances", (seed: number) => asMatrix(cloud(seed, 7, 3), "euclidean"), 9],
  ] as const)(
    "%s: never below the best permutation where the objective is concave, and nearly always there",
    (_, make, often) => {
      let reached = 0;
      for (let seed = 0; seed < 10; seed++) {
        const [Cx, Cy] = [make(2 * seed), make(2 * seed + 1)];
        const best = bestOfPermutations(entriesOf(Cx, 7), entriesOf(Cy, 7));
        const { value } = gromovWasserstein(Cx, Cy, null, null, { starts: 25, seed });
        expect(value).toBeGreaterThan(best - 1e-11);
        if (value < best + 1e-9) reached++;
      }
      expect(reached).toBeGreaterThanOrEqual(often);
    },
  );

  it.each([2, 3, 5])("a cloud in dimension %d, turned, moved and shuffled: value 0, and the shuffle is found", (d) => {
    const n = 60;
    const x = cloud(11, n, d);
    const { integer } = random(12);
    const shuffle = Array.from({ length: n }, (_, k) => k);
    for (let k = n - 1; k > 0; k--) {
      const other = integer(k + 1);
      [shuffle[k], shuffle[other]] = [shuffle[other], shuffle[k]];
    }
    const data = new Float64Array(n * d);
    for (let i = 0; i < n; i++) {
      const at = shuffle[i] * d;
      const row = x.data.slice(i * d, i * d + d);
      // A turn in the first plane, a reflection of the last axis, and a move.
      [data[at], data[at + 1]] = [0.6 * row[0] - 0.8 * row[1], 0.8 * row[0] + 0.6 * row[1]];
      for (let k = 2; k < d; k++) data[at + k] = row[k];
      data[at + d - 1] *= -1;
      for (let k = 0; k < d; k++) data[at + k] += 3 + k;
    }
    const y = { data, rows: n, cols: d };
    for (const [Cx, Cy, options] of [
      [cost.points(x), cost.points(y), {}],
      [asMatrix(x, "euclidean"), asMatrix(y, "euclidean"), { starts: ["TLB"] }],
    ] as const) {
      const { value, plan, certify } = gromovWasserstein(Cx, Cy, null, null, options as GromovOptions);
      expect(value).toBeLessThan(1e-20);
      for (let i = 0; i < n; i++) expect(plan.at(i, shuffle[i])).toBeCloseTo(1 / n, 14);
      expect(certify().lowerBound).toBeLessThan(1e-12);
    }
  });

  it("points, their matrix, their factors and a matrix that hides its rank by a jitter of 1e-9 give the same value", () => {
    const n = 80;
    const [x, y] = [cloud(21, n, 2), cloud(22, n, 2)];
    const [a, b] = [masses(23, n), masses(24, n)];
    const options: GromovOptions = { starts: ["product"] };
    const ofPoints = gromovWasserstein(cost.points(x), cost.points(y), a, b, options);
    const ofMatrix = gromovWasserstein(asMatrix(x), asMatrix(y), a, b, options);
    const { uniform } = random(25);
    const jitter = (M: Matrix): Matrix => ({ ...M, data: M.data.map((value) => value * (1 + 1e-9 * uniform())) });
    const full = gromovWasserstein(jitter(asMatrix(x)), jitter(asMatrix(y)), a, b, options);
    const lift = (points: Matrix, second: boolean): number[][] =>
      Array.from({ length: n }, (_, i) => {
        const [p, q] = [points.data[2 * i], points.data[2 * i + 1]];
        const square = p * p + q * q;
        return second ? [1, square, p, q] : [square, 1, -2 * p, -2 * q];
      });
    const factors = (points: Matrix) => cost.lowRank(lift(points, false), lift(points, true));
    const ofFactors = gromovWasserstein(factors(x), factors(y), a, b, options);
    expect(ofPoints.report.why).toMatch(/squared Euclidean/);
    expect(ofMatrix.report.why).toMatch(/ranks 4 and 4/);
    expect(ofFactors.report.why).toMatch(/ranks 4 and 4/);
    expect(full.report.why).toMatch(/without a small rank/);
    expect(ofMatrix.value).toBeCloseTo(ofPoints.value, 10);
    expect(ofFactors.value).toBeCloseTo(ofPoints.value, 10);
    expect(full.value).toBeCloseTo(ofPoints.value, 6);
    // One side with factors, the other without.
    const mixed = gromovWasserstein(asMatrix(x), jitter(asMatrix(y)), a, b, options);
    const turned = gromovWasserstein(jitter(asMatrix(x)), asMatrix(y), a, b, options);
    expect(mixed.value).toBeCloseTo(ofPoints.value, 6);
    expect(turned.value).toBeCloseTo(ofPoints.value, 6);
  });

  it("a matrix without symmetry: both orders count", () => {
    const [Cx, Cy] = [arbitrary(31, 6), arbitrary(32, 6)];
    const turned = (C: Matrix): Matrix => matrix(6, (i, k) => C.data[k * 6 + i]);
    const here = gromovWasserstein(Cx, Cy, null, null, { starts: 10 }).value;
    expect(gromovWasserstein(turned(Cx), turned(Cy), null, null, { starts: 10 }).value).toBeCloseTo(here, 9);
    expect(here).toBeLessThanOrEqual(bestOfPermutations(Cx, Cy) + 1e-12);
  });

  it.each(kinds)("loss KL, %s: the value is the sum over quadruples, above its lower bounds", (_, make) => {
    const [n, m] = [6, 5];
    const away = (C: Matrix): Matrix => ({ ...C, data: C.data.map((value) => value + 0.3) });
    const [Cx, Cy] = [away(entriesOf(make(41, n), n)), away(entriesOf(make(42, m), m))];
    const [a, b] = [masses(43, n), masses(44, m)];
    const result = gromovWasserstein(Cx, Cy, a, b, { loss: "KL", starts: 5 });
    expect(result.value).toBeCloseTo(quadruples(Cx, Cy, dense(result), klLoss), 11);
    const { stationarityGap, bounds } = result.certify();
    expect(stationarityGap).toBeLessThan(1e-8);
    for (const bound of [bounds.FLB, bounds.SLB, bounds.TLB]) expect(bound).toBeLessThan(result.value + 1e-12);
  });

  it("the certificate's gap is that of finite differences towards every other permutation", () => {
    const n = 5;
    const [Cx, Cy] = [arbitrary(51, n), arbitrary(52, n)];
    const P = gromovWasserstein(Cx, Cy, null, null, { maxIterations: 1, starts: ["random"], seed: 3 });
    const here = dense(P);
    let slope = 0;
    const visit = (chosen: number[]): void => {
      if (chosen.length === n) {
        const step = 1e-7;
        const moved = here.data.map((value) => (1 - step) * value);
        chosen.forEach((j, i) => {
          moved[i * n + j] += step / n;
        });
        const there = quadruples(Cx, Cy, { data: moved, rows: n, cols: n });
        slope = Math.max(slope, (quadruples(Cx, Cy, here) - there) / step);
        return;
      }
      for (let j = 0; j < n; j++) if (!chosen.includes(j)) visit([...chosen, j]);
    };
    visit([]);
    expect(P.certify().stationarityGap).toBeCloseTo(slope, 5);
    expect(slope).toBeGreaterThan(1e-3);
  });

  it("scales with the square of masses and of distances; masses of 0 stay out; duplicates are welcome", () => {
    const [x, y] = [cloud(61, 12, 2), cloud(62, 10, 2)];
    const [a, b] = [masses(63, 12), masses(64, 10)];
    const value = gromovWasserstein(cost.points(x), cost.points(y), a, b).value;
    const heavy = gromovWasserstein(
      cost.points(x),
      cost.points(y),
      a.map((mass) => 3 * mass),
      b.map((mass) => 3 * mass),
    );
    expect(heavy.value).toBeCloseTo(9 * value, 9);
    const larger = (p: Matrix): Matrix => ({ ...p, data: p.data.map((v) => 10 * v) });
    const far = gromovWasserstein(cost.points(larger(x)), cost.points(larger(y)), a, b);
    expect(far.value / 1e4).toBeCloseTo(value, 9);
    const more = { data: Float64Array.of(...x.data, 7, 7, -9, 3), rows: 14, cols: 2 };
    const padded = gromovWasserstein(cost.points(more), cost.points(y), [...a, 0, 0], b);
    expect(padded.value).toBeCloseTo(value, 10);
    expect(padded.plan.marginal(0).slice(12)).toEqual(Float64Array.of(0, 0));
    const same = matrix(5, () => 1);
    expect(
      gromovWasserstein(
        same,
        matrix(3, () => 1),
        null,
        null,
      ).value,
    ).toBe(0);
    expect(
      gromovWasserstein(
        same,
        matrix(3, () => 3),
        null,
        null,
      ).value,
    ).toBeCloseTo(4, 12);
    const nothing = gromovWasserstein(same, same, [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]);
    expect([nothing.value, nothing.report.status]).toEqual([0, "converged"]);
    expect(nothing.certify()).toMatchObject({ objective: 0, stationarityGap: 0, primalResidual: 0 });
  });

  it("the objective never rises along a descent; initial plans are taken; the same bits on repeated runs", () => {
    const [Cx, Cy] = [graph(71, 14), graph(72, 14)];
    const run = gromovWasserstein.steps(Cx, Cy, null, null, { starts: ["random"], seed: 5 });
    let last = Infinity;
    let count = 0;
    for (const { phase, primal, iteration } of run) {
      expect(iteration).toBeGreaterThanOrEqual(count);
      count = iteration;
      if (phase !== "conditional gradient") continue;
      expect(primal).toBeLessThan(last + 1e-12);
      last = primal ?? last;
      const halfway = run.snapshot();
      expect(halfway.report.status).toBe("stopped");
      expect(largestDifference(halfway.plan.marginal(1), new Float64Array(14).fill(1 / 14))).toBeLessThan(1e-14);
    }
    const { plan, value } = run.result as GromovResult;
    const again = gromovWasserstein(Cx, Cy, null, null, { initial: plan });
    expect(again.value).toBeCloseTo(value, 9);
    expect(again.starts[0].start).toBe("initial");
    const twice = gromovWasserstein(Cx, Cy, null, null, { starts: ["random"], seed: 5 });
    expect(twice.plan.toDense().data).toEqual(plan.toDense().data);
  });

  it("stops with a plan at a limit, rejects when aborted, and gives the same answer between turns", async () => {
    const [Cx, Cy] = [cost.points(cloud(81, 40, 2)), cost.points(cloud(82, 40, 2))];
    const { report, plan } = gromovWasserstein(Cx, Cy, null, null, { maxIterations: 2 });
    expect(report).toMatchObject({ status: "maxIterations", iterations: 2 });
    expect(largestDifference(plan.marginal(1), new Float64Array(40).fill(1 / 40))).toBeLessThan(1e-14);
    const stopped = gromovWasserstein(Cx, Cy, null, null, { stopWhen: () => true });
    expect(stopped.report.status).toBe("stopped");
    expect(stopped.value).toBeGreaterThan(0);
    const reason = new Error("enough");
    const aborted = gromovWasserstein.async(Cx, Cy, null, null, { signal: AbortSignal.abort(reason) });
    await expect(aborted).rejects.toBe(reason);
    const later = await gromovWasserstein.async(Cx, Cy, null, null);
    const now = gromovWasserstein(Cx, Cy, null, null);
    expect(later.value).toBe(now.value);
    expect(await later.certify.async()).toEqual(now.certify());
  });

  it("entropic: the objective falls to the exact one as epsilon does; certified stationary with its entropy", () => {
    const [Cx, Cy] = [asMatrix(cloud(91, 12, 2), "euclidean"), asMatrix(cloud(91, 12, 2), "euclidean")];
    const [a, b] = [masses(92, 12), masses(92, 12)];
    const exact = gromovWasserstein(Cx, Cy, a, b, { starts: ["TLB"] });
    expect(exact.value).toBeLessThan(1e-14);
    const costs = [1, 0.3, 0.1, 0.03].map((epsilon) => {
      const result = gromovWasserstein(Cx, Cy, a, b, { method: "projectedGradient", epsilon, initial: exact.plan });
      expect(result.report.status).toBe("converged");
      const { objective, stationarityGap } = result.certify();
      expect(objective).toBeCloseTo(result.value, 12);
      expect(stationarityGap).toBeLessThan(1e-5);
      expect(result.value).toBeCloseTo(result.structureCost + result.entropy, 12);
      return result.structureCost;
    });
    for (let k = 1; k < costs.length; k++) expect(costs[k]).toBeLessThan(costs[k - 1]);
    expect(costs[3]).toBeLessThan(1e-3);
  });

  it("proximal: without entropy in the answer, stationary like the exact one", () => {
    const [Cx, Cy] = [asMatrix(cloud(101, 10, 2), "euclidean"), asMatrix(cloud(102, 9, 2), "euclidean")];
    const result = gromovWasserstein(Cx, Cy, null, null, {
      method: "proximal",
      epsilon: 0.05,
      tolerance: 1e-7,
      initial: gromovWasserstein(Cx, Cy, null, null, { maxIterations: 1 }).plan,
    });
    const best = gromovWasserstein(Cx, Cy, null, null, { starts: 20 });
    expect(result.value).toBe(result.structureCost);
    expect(result.value).toBeGreaterThan(best.value - 1e-9);
    expect(result.certify().stationarityGap).toBeLessThan(1e-3 * best.structureCost);
  });

  it.each([
    [{ starts: 0 }, "InvalidValue", /starts is 0/],
    [{ starts: ["north"] }, "InvalidValue", /starts is north/],
    [{ starts: [] }, "InvalidValue", /starts is empty/],
    [{ loss: "L3" }, "InvalidValue", /loss is L3/],
    [{ method: "magic" }, "InvalidValue", /method is magic/],
    [{ tolerance: -1 }, "InvalidValue", /tolerance is -1/],
    [{ epsilon: 1 }, "Unsupported", /no entropy/],
    [{ method: "projectedGradient" }, "InvalidValue", /epsilon is null/],
    [{ method: "proximal", epsilon: 0 }, "InvalidValue", /epsilon is 0/],
    [{ initial: [[1]] }, "InvalidShape", /./],
  ])("%j is %s", (options, code, message) => {
    const C = matrix(3, (i, k) => Math.abs(i - k));
    let seen: unknown;
    try {
      gromovWasserstein(C, C, null, null, options as GromovOptions);
    } catch (error) {
      seen = error;
    }
    expect(isOtError(seen, code as "InvalidValue"), String(seen)).toBe(true);
    expect((seen as Error).message).toMatch(message);
  });

  it("refuses structures that are not square, not finite, or negative under KL", () => {
    const C = matrix(2, () => 1);
    const refused = (work: () => unknown): string => {
      try {
        work();
        return "";
      } catch (error) {
        return String(error);
      }
    };
    expect(refused(() => gromovWasserstein([[1, 2]], C, null, null))).toMatch(/Cx is 1 x 2/);
    expect(
      refused(() =>
        gromovWasserstein(
          C,
          [
            [1, NaN],
            [1, 1],
          ],
          null,
          null,
        ),
      ),
    ).toMatch(/\[0\]\[1\] is NaN/);
    expect(
      refused(() =>
        gromovWasserstein(
          C,
          [
            [1, Infinity],
            [1, 1],
          ],
          null,
          null,
        ),
      ),
    ).toMatch(/is Infinity/);
    expect(
      refused(() =>
        gromovWasserstein(
          C,
          matrix(2, () => -1),
          null,
          null,
          { loss: "KL" },
        ),
      ),
    ).toMatch(/entry -1/);
    expect(refused(() => gromovWasserstein(C, C, [1, 2], [1, 3]))).toMatch(/weighs/);
  });
});

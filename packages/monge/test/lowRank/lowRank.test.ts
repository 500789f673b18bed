// Transport through few hubs: exact marginals, the limits of rank, stationarity, and what it refuses.
import { describe, expect, it } from "vitest";
import { cost, emd, isOtError, type LowRankOptions, lowRankTransport, type Matrix, random } from "../../src/index.ts";
import { sum as total } from "../../src/linalg/sum.ts";
import { cloud, masses } from "../generators/problems.ts";

const a = masses("random", 40, 1);
const b = masses("random", 30, 2);
const flat = (points: number[][]): Matrix => ({
  data: Float64Array.from(points.flat()),
  rows: points.length,
  cols: points[0].length,
});
const x = flat(cloud("square", 40, 3));
const y = flat(cloud("clusters", 30, 4));
const C = cost.points(x, y);
const exact = emd(a, b, C).value;

const largestDifference = (p: ArrayLike<number>, q: ArrayLike<number>): number =>
  Array.from(p).reduce((most, value, k) => Math.max(most, Math.abs(value - q[k])), 0);

describe("lowRankTransport(a, b, C, { rank })", () => {
  it.each([1, 2, 5, 12, 30, 100])("rank %d: marginals exact, cost between exact transport and the product", (rank) => {
    const { plan, value, report, certify } = lowRankTransport(a, b, C, { rank });
    expect(largestDifference(plan.marginal(0), a)).toBeLessThan(1e-14);
    expect(largestDifference(plan.marginal(1), b)).toBeLessThan(1e-14);
    expect(plan.Q.every((mass) => mass >= 0) && plan.R.every((mass) => mass >= 0)).toBe(true);
    expect(value).toBeGreaterThan(exact - 1e-12);
    expect(value).toBeLessThan(lowRankTransport(a, b, C, { rank: 1 }).value + 1e-12);
    expect(report.status).toBe("converged");
    const { objective, stationarityGap, lowerBound, primalResidual } = certify();
    expect(objective).toBeCloseTo(value, 12);
    expect(stationarityGap).toBeLessThan(0.01 * value);
    expect(lowerBound).toBeLessThan(exact + 1e-12);
    expect(lowerBound).toBeGreaterThan(0.8 * exact);
    expect(primalResidual).toBeLessThan(1e-13);
  });

  it("rank 1 is the product of the masses", () => {
    const { plan } = lowRankTransport(a, b, C, { rank: 1 });
    const product = Float64Array.from({ length: 40 * 30 }, (_, k) => a[Math.floor(k / 30)] * b[k % 30]);
    expect(largestDifference(plan.toDense().data, product)).toBeLessThan(1e-15);
  });

  it("more hubs: less cost, down to that of exact transport", () => {
    const values = [1, 3, 8, 20, 30].map((rank) => lowRankTransport(a, b, C, { rank, tolerance: 1e-7 }).value);
    for (let k = 1; k < values.length; k++) expect(values[k]).toBeLessThan(values[k - 1]);
    expect(values[4]).toBeLessThan(1.02 * exact);
  });

  it("finds a plan that has few hubs: clusters that move as a whole", () => {
    const { uniform } = random(7);
    const centres = [
      [0, 0],
      [9, 1],
      [4, 8],
    ];
    const around = (shift: number): Matrix => ({
      data: Float64Array.from({ length: 120 }, (_, k) => centres[(k >> 1) % 3][k % 2] + shift + 0.01 * uniform()),
      rows: 60,
      cols: 2,
    });
    const { value, plan } = lowRankTransport(null, null, cost.points(around(0), around(1)), { rank: 3 });
    expect(value).toBeCloseTo(2, 1);
    expect(Math.min(...plan.g)).toBeCloseTo(1 / 3, 6);
  });

  it("factors, points and matrix give the same plan", () => {
    const d = 2;
    const lift = (points: Matrix, target: boolean): number[][] =>
      Array.from({ length: points.rows }, (_, i) => {
        const row = [points.data[i * d], points.data[i * d + 1]];
        const square = row[0] ** 2 + row[1] ** 2;
        return target ? [1, square, ...row] : [square, 1, -2 * row[0], -2 * row[1]];
      });
    const factors = cost.lowRank(lift(x, false), lift(y, true));
    const options: LowRankOptions = { rank: 4, tolerance: 1e-6 };
    const value = lowRankTransport(a, b, C, options).value;
    expect(lowRankTransport(a, b, factors, options).value).toBeCloseTo(value, 8);
    const matrix = { data: C.block(0, 40), rows: 40, cols: 30 };
    const dense = lowRankTransport(a, b, matrix, options);
    expect(dense.value).toBeCloseTo(value, 8);
    expect(dense.report.why).toMatch(/sweeps all pairs/);
  });

  it("the objective never rises, and each step tells it", () => {
    const run = lowRankTransport.steps(a, b, C, { rank: 5 });
    let last = Infinity;
    let steps = 0;
    for (const { primal, phase } of run) {
      if (phase !== "descend") continue;
      expect(primal).toBeLessThanOrEqual(last);
      last = primal ?? last;
      if (++steps === 5) {
        const halfway = run.snapshot();
        expect(halfway.report.status).toBe("stopped");
        expect(halfway.value).toBeCloseTo(last, 10);
        expect(largestDifference(halfway.plan.marginal(0), a)).toBeLessThan(1e-14);
      }
    }
    expect(run.result?.value).toBeCloseTo(last, 12);
  });

  it("scales with cost and mass; the same bits on repeated runs; atoms without mass stay empty", () => {
    const first = lowRankTransport(a, b, C, { rank: 4 });
    expect(lowRankTransport(a, b, C, { rank: 4 }).plan.Q).toEqual(first.plan.Q);
    const twice = lowRankTransport(
      a.map((mass) => 2 * mass),
      b.map((mass) => 2 * mass),
      C,
      { rank: 4 },
    );
    expect(twice.value).toBeCloseTo(2 * first.value, 10);
    const holed = a.map((mass, i) => (i % 3 === 0 ? 0 : mass));
    const rest = total(holed);
    const { plan } = lowRankTransport(
      holed.map((mass) => mass / rest),
      b.map((mass) => mass / total(b)),
      C,
      { rank: 4 },
    );
    expect(plan.marginal(0)[0]).toBe(0);
    expect(plan.toDense().data.every((mass) => mass >= 0)).toBe(true);
  });

  it("stops with a plan at a limit, rejects when aborted", async () => {
    const { report, plan } = lowRankTransport(a, b, C, { rank: 5, maxIterations: 2 });
    expect(report).toMatchObject({ status: "maxIterations", iterations: 2 });
    expect(largestDifference(plan.marginal(1), b)).toBeLessThan(1e-14);
    const reason = new Error("enough");
    await expect(lowRankTransport.async(a, b, C, { rank: 5, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect((await lowRankTransport.async(a, b, C, { rank: 5 })).value).toBe(
      lowRankTransport(a, b, C, { rank: 5 }).value,
    );
  });

  it.each([
    [{ rank: 0 }, "InvalidValue", /rank is 0/],
    [{ rank: 1.5 }, "InvalidValue", /rank is 1.5/],
    [{ rank: 2, tolerance: -1 }, "InvalidValue", /tolerance is -1/],
    [{ rank: 2, step: 0 }, "InvalidValue", /step is 0/],
    [{ rank: 2, leastHub: 2 }, "InvalidValue", /leastHub is 2/],
  ] as const)("%j is %s", (options, code, message) => {
    let seen: unknown;
    try {
      lowRankTransport(a, b, C, options);
    } catch (error) {
      seen = error;
    }
    expect(isOtError(seen, code)).toBe(true);
    expect((seen as Error).message).toMatch(message);
  });

  it("refuses forbidden pairs, and takes measures without mass", () => {
    const forbidden = [
      [0, Infinity],
      [1, 0],
    ];
    expect(() => lowRankTransport(null, null, forbidden, { rank: 2 })).toThrow(/forbids pairs/);
    const nothing = lowRankTransport(
      [0, 0],
      [0, 0],
      [
        [0, 1],
        [1, 0],
      ],
      { rank: 2 },
    );
    expect([nothing.value, nothing.report.status]).toEqual([0, "converged"]);
  });

  it("costs of 1e12 and of 1e-12 give the same plan", () => {
    const scaled = (factor: number) =>
      lowRankTransport(a, b, { data: C.block(0, 40).map((v) => v * factor), rows: 40, cols: 30 }, { rank: 4 });
    expect(scaled(1e12).value / 1e12).toBeCloseTo(scaled(1e-12).value * 1e12, 8);
  });
});

// Degeneracy is normal: blocks, tight sets, tiny rows, dear arcs without flow, rounded weights.
import { describe, expect, it } from "vitest";
import { cost, emd, isOtError, type Result, random, sparseFromEntries } from "../../src/index.ts";

function expectOptimal(result: Result, absoluteFloor = 0): void {
  const certificate = result.certify();
  expect(result.report.status).toBe("optimal");
  expect(certificate.primalResidual).toBeLessThanOrEqual(1e-12);
  expect(Math.abs(certificate.gap)).toBeLessThanOrEqual(Math.max(1e-10 * Math.abs(certificate.primal), absoluteFloor));
}

const X = Infinity;

describe("emd on degenerate problems", () => {
  it("solves disconnected balanced blocks", () => {
    const C = [
      [1, 2, X, X],
      [2, 1, X, X],
      [X, X, 5, 6],
      [X, X, 6, 5],
    ];
    const result = emd([0.3, 0.2, 0.1, 0.4], [0.1, 0.4, 0.4, 0.1], C);
    expectOptimal(result);
    expect(result.value).toBeCloseTo(0.3 + 0.2 + 0.2 + 0.5 * 5 + 0.3, 12);
  });

  it("solves a block that balances only up to rounding", () => {
    const C = [
      [1, X],
      [X, 1],
    ];
    expectOptimal(emd([0.1 + 0.2, 0.7], [0.3, 0.7], C));
  });

  it("names the rows whose mass exceeds that of their columns", () => {
    const C = [
      [1, 2, X],
      [1, 2, X],
      [5, 6, 7],
    ];
    let caught: unknown;
    try {
      emd([0.4, 0.4, 0.2], [0.3, 0.3, 0.4], C);
    } catch (error) {
      caught = error;
    }
    expect(isOtError(caught, "Infeasible")).toBe(true);
    if (!isOtError(caught)) return;
    expect([...(caught.witness?.rows ?? [])]).toEqual([0, 1]);
    expect([...(caught.witness?.columns ?? [])]).toEqual([0, 1]);
  });

  it("solves a tight Hall set, where the only plan is forced", () => {
    const C = [
      [1, 2, X],
      [1, 2, X],
      [5, 6, 7],
    ];
    const result = emd([0.25, 0.25, 0.5], [0.25, 0.25, 0.5], C);
    expectOptimal(result);
    expect(result.plan.at(2, 2)).toBeCloseTo(0.5, 15);
  });

  it("says Infeasible where a row with mass may go nowhere", () => {
    expect(() =>
      emd(
        [0.5, 0.5],
        [0.5, 0.5],
        [
          [1, 2],
          [X, X],
        ],
      ),
    ).toThrow(/1 rows have finite costs to 0 columns/);
  });

  it("keeps rows of 1e-300 beside rows of 1", () => {
    const a = [1e-300, 0.5, 0.5, 1e-300];
    const b = [0.5, 0.5];
    const result = emd(a, b, [
      [0, 1],
      [0, 1],
      [1, 0],
      [1, 0],
    ]);
    expectOptimal(result, 1e-15);
    expect(result.plan.marginal(0)[0]).toBe(1e-300);
    expect(result.plan.marginal(0)[3]).toBe(1e-300);
    expect(result.plan.at(0, 0)).toBe(1e-300);
  });

  it("is not confused by arcs of cost 1e12 that carry nothing", () => {
    const n = 40;
    const { uniform } = random(3);
    const C = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => (i === j || (i + 1) % n === j ? 1 + uniform() : 1e12 * (1 + uniform()))),
    );
    const result = emd(null, null, C);
    expectOptimal(result);
    expect(result.value).toBeLessThan(2);
  });

  it("solves costs with a range of 1e12", () => {
    const n = 60;
    const { uniform } = random(4);
    const C = Array.from({ length: n }, () => Array.from({ length: n }, () => 10 ** (12 * uniform() - 6)));
    const masses = Array.from({ length: n }, () => uniform());
    const total = masses.reduce((sum, mass) => sum + mass, 0);
    const a = masses.map((mass) => mass / total);
    expectOptimal(emd(a, [...a].reverse(), C));
  });

  it("solves float32 and six-digit weights", () => {
    const n = 50;
    const { uniform } = random(5);
    const x = Array.from({ length: n }, () => [uniform(), uniform()]);
    const y = Array.from({ length: n }, () => [uniform(), uniform()]);
    const raw = Float64Array.from({ length: n }, () => 0.5 + uniform());
    const total = raw.reduce((sum, mass) => sum + mass, 0);
    const single = Float32Array.from(raw, (mass) => mass / total);
    expectOptimal(emd(single, Float32Array.from(single).reverse(), cost.points(x, y)));
    const digits = raw.map((mass) => Math.round((mass / total) * 1e6) / 1e6);
    expectOptimal(emd(digits, digits.slice().reverse(), cost.points(x, y)));
  });

  it("solves equal masses, equal costs and equal points without cycling", () => {
    const n = 30;
    expectOptimal(
      emd(
        null,
        null,
        cost.custom([n, n], () => 3),
      ),
    );
    expectOptimal(
      emd(
        null,
        null,
        cost.custom([n, 2 * n], (i, j) => (i + j) % 2),
      ),
      1e-15,
    );
    const same = Array.from({ length: n }, () => [1, 1]);
    expect(emd(null, null, cost.points(same, same)).value).toBe(0);
  });

  it("solves a sparse path graph where every arc is forced", () => {
    const n = 200;
    const i = Array.from({ length: 2 * n - 1 }, (_, k) => Math.floor((k + 1) / 2));
    const j = Array.from({ length: 2 * n - 1 }, (_, k) => Math.floor(k / 2));
    const C = cost.sparse(
      sparseFromEntries(
        n,
        n,
        i,
        j,
        i.map((row, k) => 1 + ((row * 7 + k) % 5)),
      ),
    );
    const result = emd(null, null, C);
    expectOptimal(result);
    expect([...result.plan.entries()]).toHaveLength(n);
  });

  it("solves negative costs", () => {
    const result = emd(
      [0.5, 0.5],
      [0.5, 0.5],
      [
        [-3, -1],
        [-1, -2],
      ],
    );
    expect(result.value).toBeCloseTo(-2.5, 15);
    expectOptimal(result);
  });
});

// Equal masses on a sparse graph: the assignment over its arcs, against an independent solver and against the simplex.
import { describe, expect, it } from "vitest";
import { cost, emd, isOtError, random, type SparseMatrix, sparseFromEntries } from "../../src/index.ts";
import { hungarian } from "../oracles/hungarian.ts";

/** A graph that holds a perfect matching, `extra` random arcs a row, and costs in steps of `grain` (0: real numbers). */
function graph(n: number, extra: number, grain: number, seed: number): SparseMatrix {
  const { uniform, integer } = random(seed);
  const order = Array.from({ length: n }, (_, i) => (i * 7 + 3) % n);
  const arcs = new Map<string, [number, number]>();
  for (let i = 0; i < n; i++) {
    arcs.set(`${i},${order[i]}`, [i, order[i]]);
    for (let k = 0; k < extra; k++) {
      const j = integer(n);
      arcs.set(`${i},${j}`, [i, j]);
    }
  }
  const pairs = [...arcs.values()];
  const price = (): number => (grain > 0 ? grain * integer(10) : 10 * uniform() - 3);
  return sparseFromEntries(
    n,
    n,
    pairs.map(([i]) => i),
    pairs.map(([, j]) => j),
    pairs.map(price),
  );
}

describe("emd with equal masses on a sparse graph", () => {
  it.each([
    [1, 0, 0],
    [20, 1, 0],
    [101, 3, 0],
    [101, 3, 1],
    [400, 8, 0],
    [400, 8, 1],
    [1000, 2, 0],
  ])("n = %i, %i extra arcs a row, grain %i: proved, and what the simplex finds", (n, extra, grain) => {
    const C = cost.sparse(graph(n, extra, grain, n + extra));
    const result = emd(null, null, C);
    const certificate = result.certify();
    expect([result.report.method, result.report.status]).toEqual(["shortestPath", "optimal"]);
    expect(result.value).toBeCloseTo(emd(null, null, C, { method: "networkSimplex" }).value, 11);
    const rows = Array.from({ length: n }, (_, i) => [...C.block(i, i + 1)]);
    expect(result.value).toBeCloseTo(hungarian(rows) / n, 11);
    expect(certificate.primalResidual).toBe(0);
    expect(certificate.dualInfeasibility).toBeLessThan(1e-12);
    expect(Math.abs(certificate.gap)).toBeLessThan(1e-12);
  });

  it("leaves atoms without mass out", () => {
    const C = cost.sparse(graph(50, 6, 0, 3));
    const a = Array.from({ length: 50 }, (_, i) => (i < 2 ? 0 : 1));
    const result = emd(
      a,
      Array.from({ length: 50 }, (_, j) => (j === 3 || j === 10 ? 0 : 1)),
      C,
    );
    expect(result.value).toBeCloseTo(emd(a, result.plan.marginal(1), C, { method: "networkSimplex" }).value, 10);
  });

  it("names rows that share too few columns", () => {
    const C = cost.sparse(sparseFromEntries(4, 4, [0, 1, 2, 2, 3, 3], [0, 0, 1, 2, 2, 3], [1, 2, 3, 4, 5, 6]));
    let caught: unknown;
    try {
      emd(null, null, C);
    } catch (error) {
      caught = error;
    }
    expect(isOtError(caught, "Infeasible")).toBe(true);
    if (!isOtError(caught)) return;
    expect([...(caught.witness?.rows ?? [])].sort()).toEqual([0, 1]);
    expect([...(caught.witness?.columns ?? [])]).toEqual([0]);
  });

  it("starts from given potentials, and stops when told to", () => {
    const C = cost.sparse(graph(600, 6, 0, 9));
    const best = emd(null, null, C);
    const again = emd(null, null, C, { warmStart: best.potentials });
    expect(again.value).toBeCloseTo(best.value, 12);
    expect(again.certify().relativeGap).toBeLessThan(1e-10);
    const stopped = emd(null, null, C, { maxIterations: 1 });
    expect(stopped.report.status).toBe("maxIterations");
    expect(stopped.certify().dual).toBeLessThanOrEqual(best.value + 1e-12);
  });
});

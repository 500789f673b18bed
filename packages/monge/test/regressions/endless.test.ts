// Runs of exact engines that once did not end: every pair of the loop looked optimal to one half of it and not to the other.
import { describe, expect, it } from "vitest";
import { type Cost, cost, type EmdOptions, emd, random, sparseFromEntries } from "../../src/index.ts";

/** More pivots and pauses than these problems could need, and few enough to fail soon. */
const limits = { maxIterations: 1e5, timeLimitMs: 5000 } as const;

function line(count: number, seed: number, shift: number): number[][] {
  const { normal } = random(seed);
  return Array.from({ length: count }, () => [normal() + shift, 0]);
}

function expectOptimal(C: Cost, options: EmdOptions): number {
  const result = emd(null, null, C, { ...limits, ...options });
  const certificate = result.certify();
  expect(result.report.status).toBe("optimal");
  expect(certificate.primalResidual).toBeLessThanOrEqual(1e-12);
  expect(Math.abs(certificate.gap)).toBeLessThanOrEqual(1e-12 * Math.abs(certificate.primal));
  return result.value;
}

/** Mean of |quantile - quantile| over the common refinement of both step functions. */
function quantileDistance(x: readonly number[], y: readonly number[]): number {
  const p = [...x].sort((s, t) => s - t);
  const q = [...y].sort((s, t) => s - t);
  const steps = p.length * q.length;
  let total = 0;
  for (let k = 0; k < steps; k++) total += Math.abs(p[Math.floor(k / q.length)] - q[Math.floor(k / p.length)]);
  return total / steps;
}

describe("emd ends", () => {
  it("where the least reduced cost of a row drowns in rounding and another does not", () => {
    const x = line(40, 1, 0);
    const y = line(30, 2, 1);
    const C = cost.points(x, y, "euclidean");
    const truth = quantileDistance(
      x.map(([at]) => at),
      y.map(([at]) => at),
    );
    expect(expectOptimal(C, { method: "networkSimplex" })).toBeCloseTo(truth, 12);
  });

  it("between points of a line in any number, as a matrix and as a list of arcs", () => {
    for (let seed = 0; seed < 20; seed++) {
      const n = 20 + (seed % 45);
      const m = 25 + ((7 * seed) % 50);
      const x = line(n, 2 * seed, 0);
      const y = line(m, 2 * seed + 1, seed % 3);
      const C = cost.points(x, y, "euclidean");
      const truth = quantileDistance(
        x.map(([at]) => at),
        y.map(([at]) => at),
      );
      const pairs = Array.from({ length: n * m }, (_, k) => k);
      const rows = pairs.map((k) => Math.floor(k / m));
      const columns = pairs.map((k) => k % m);
      const values = pairs.map((k) => C.at(rows[k], columns[k]));
      const listed = cost.sparse(sparseFromEntries(n, m, rows, columns, values));
      for (const each of [C, listed]) {
        expect(expectOptimal(each, { method: "networkSimplex" })).toBeCloseTo(truth, 12);
        expect(expectOptimal(each, { method: "costScaling" })).toBeCloseTo(truth, 12);
      }
    }
  });

  it("where a few arcs are searched through all buckets, from prices far wider than the costs", () => {
    const C = cost.dense([
      [1, 1 + 3e-13],
      [1 + 1e-13, 1 + 2e-13],
    ]);
    const warmStart = { f: new Float64Array(2), g: Float64Array.of(0.4, -0.5) };
    expect(expectOptimal(C, { method: "costScaling", warmStart })).toBeCloseTo(1, 12);
    const { uniform } = random(9);
    const wide = cost.custom([4, 80], (i, j) => 1 + 1e-9 * Math.sin(7 * i + 3 * j));
    const noise = { f: new Float64Array(4), g: Float64Array.from({ length: 80 }, () => uniform() - 0.5) };
    expect(expectOptimal(wide, { method: "costScaling", warmStart: noise })).toBeCloseTo(1, 8);
  });
});

import { describe, expect, test } from "vitest";
import { isOtError, type OtError } from "../../src/errors/otError.ts";
import { type AssignmentResult, assignment } from "../../src/exact/assignment/assignment.ts";
import { emd } from "../../src/exact/emd.ts";
import { random } from "../../src/linalg/random.ts";
import { cloud, squared } from "../generators/problems.ts";
import { bestPermutation } from "../oracles/bestPermutation.ts";
import { hungarian } from "../oracles/hungarian.ts";

type Rows = number[][];

function fill(n: number, m: number, entry: (i: number, j: number) => number): Rows {
  return Array.from({ length: n }, (_, i) => Array.from({ length: m }, (_, j) => entry(i, j)));
}

function magnitude(C: Rows): number {
  let most = 0;
  for (const row of C) for (const value of row) if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
  return most;
}

/** Everything that an answer promises, checked from C alone. */
function expectProved(result: AssignmentResult, C: Rows): void {
  const [n, m] = [C.length, C[0].length];
  const pairs = [...result.columns.entries()].filter(([, j]) => j >= 0);
  expect(pairs.length).toBe(Math.min(n, m));
  expect(new Set(pairs.map(([, j]) => j)).size).toBe(pairs.length);
  for (const [i, j] of pairs) expect(result.rows[j]).toBe(i);
  const cost = pairs.reduce((total, [i, j]) => total + C[i][j], 0);
  const absolute = pairs.reduce((total, [i, j]) => total + Math.abs(C[i][j]), 0);
  expect(Math.abs(result.cost - cost)).toBeLessThanOrEqual(1e-14 * n * absolute);
  const certificate = result.certify();
  expect(certificate.primalResidual).toBe(0);
  expect(certificate.dualInfeasibility).toBeLessThanOrEqual(1e-14 * magnitude(C));
  expect(Math.abs(certificate.gap)).toBeLessThanOrEqual(1e-10 * absolute + 1e-13 * magnitude(C));
  for (const potential of [...result.potentials.f, ...result.potentials.g])
    expect(Number.isFinite(potential)).toBe(true);
}

describe("assignment: against other ways to solve it", () => {
  test("assignment(C), n <= 7: the best of all n! permutations", () => {
    for (let seed = 0; seed < 200; seed++) {
      const { uniform, integer } = random(seed);
      const n = 1 + (seed % 7);
      const C = seed % 2 === 0 ? fill(n, n, () => uniform() - 0.5) : fill(n, n, () => integer(4));
      const result = assignment(C);
      expectProved(result, C);
      expect(Math.abs(result.cost - bestPermutation(n, (i, j) => C[i][j]))).toBeLessThan(1e-13);
    }
  });

  test("assignment(C), n up to 120, any shape: the Hungarian method", () => {
    for (let seed = 0; seed < 60; seed++) {
      const { uniform, integer } = random(1000 + seed);
      const [n, m] = [1 + integer(120), 1 + integer(120)];
      const entries = [() => uniform(), () => integer(10), () => -100 * uniform() ** 8, () => 10 ** (12 * uniform())];
      const C = fill(n, seed % 3 === 0 ? n : m, entries[seed % 4]);
      const result = assignment(C);
      expectProved(result, C);
      const best = hungarian(n <= C[0].length ? C : fill(C[0].length, n, (i, j) => C[j][i]));
      expect(Math.abs(result.cost - best)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(best)));
    }
  });

  test("assignment(C, { maximize: true }): minus the assignment of -C, potentials above C", () => {
    const { uniform } = random(3);
    for (const [n, m] of [
      [40, 40],
      [20, 50],
      [50, 20],
    ]) {
      const C = fill(n, m, () => uniform());
      const most = assignment(C, { maximize: true });
      expect(most.cost).toBeCloseTo(-assignment(C.map((row) => row.map((value) => -value))).cost, 12);
      const { f, g } = most.potentials;
      for (let i = 0; i < n; i++)
        for (let j = 0; j < m; j++) expect(f[i] + g[j]).toBeGreaterThanOrEqual(C[i][j] - 1e-14);
    }
  });

  test("the example of scipy's documentation", () => {
    const result = assignment([
      [4, 1, 3],
      [2, 0, 5],
      [3, 2, 2],
    ]);
    expect([...result.columns]).toEqual([1, 0, 2]);
    expect(result.cost).toBe(5);
  });
});

describe("assignment: degeneracy and range", () => {
  const families: Record<string, (n: number) => Rows> = {
    "all costs equal": (n) => fill(n, n, () => 3),
    "all costs zero": (n) => fill(n, n, () => 0),
    "costs 0 and 1": (n) => fill(n, n, (i, j) => ((i * 7 + j * 13) % 5 === 0 ? 0 : 1)),
    "rank one, (i + 1)(j + 1)": (n) => fill(n, n, (i, j) => (i + 1) * (j + 1)),
    "a few large costs among ties": (n) =>
      fill(n, n, (i, j) => ((i * j) % 11 === 3 ? 1e12 : (i + j) % 3 === 0 ? 1 : 0)),
    "ties after the first columns": (n) => fill(n, n, (i, j) => (j < n / 2 ? i % 3 : 5)),
    "|i - j|": (n) => fill(n, n, (i, j) => Math.abs(i - j)),
    "a row and a column sum": (n) => fill(n, n, (i, j) => i * i - 3 * j),
    "duplicate points": (n) => squared(cloud("duplicates", n, 1), cloud("duplicates", n, 2)),
    "lattice points": (n) => squared(cloud("lattice", n, 1), cloud("lattice", n, 2)),
    "collinear points": (n) => squared(cloud("line", n, 1), cloud("line", n, 2)),
    "unbalanced clusters": (n) => squared(cloud("clusters", n, 1), cloud("clusters", n, 2)),
    "identical clouds": (n) => squared(cloud("square", n, 5), cloud("square", n, 5)),
  };
  for (const [name, make] of Object.entries(families)) {
    for (const n of [30, 150]) {
      test(`assignment(C), ${name}, n = ${n}: proved, and as cheap as the Hungarian method`, () => {
        const C = make(n);
        const result = assignment(C);
        expectProved(result, C);
        expect(Math.abs(result.cost - hungarian(C))).toBeLessThanOrEqual(1e-12 * n * magnitude(C));
      });
    }
  }

  test("assignment([[c]]): the one pair", () => {
    for (const c of [0, -2.5, 1e300, 1e-300]) {
      const result = assignment([[c]]);
      expect([...result.columns]).toEqual([0]);
      expect(result.cost).toBe(c);
    }
  });

  test("assignment(C) with costs over twelve orders of magnitude", () => {
    const { uniform } = random(8);
    const C = fill(200, 200, () => 10 ** (12 * uniform() - 6));
    const result = assignment(C);
    expectProved(result, C);
    expect(Math.abs(result.cost / hungarian(C) - 1)).toBeLessThan(1e-9);
  });

  test("assignment(s C), s a power of two: the same matching", () => {
    const { uniform } = random(9);
    const C = fill(80, 80, () => uniform());
    const columns = [...assignment(C).columns];
    for (const scale of [2 ** -40, 2 ** 30]) {
      expect([...assignment(C.map((row) => row.map((value) => value * scale))).columns]).toEqual(columns);
    }
  });

  test("assignment(C) twice: the same bits, also with another solve in between and interleaved", () => {
    const { uniform } = random(10);
    const [C, D] = [fill(300, 300, () => uniform()), fill(300, 300, () => uniform())];
    const alone = assignment(C);
    const first = assignment.steps(C);
    const second = assignment.steps(D);
    for (let open = true; open; ) {
      const [one, two] = [first.next(), second.next()];
      open = one.done !== true || two.done !== true;
    }
    expect(first.result?.columns).toEqual(alone.columns);
    expect(first.result?.potentials).toEqual(alone.potentials);
    expect(second.result?.potentials).toEqual(assignment(D).potentials);
  });
});

describe("assignment: forbidden pairs", () => {
  test("assignment(C) with half of the pairs forbidden: the Hungarian method", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { uniform } = random(500 + seed);
      const [n, m] = seed % 2 === 0 ? [90, 90] : [60, 75];
      const C = fill(n, m, (i, j) => (i === j || uniform() < 0.1 ? uniform() : Infinity));
      const result = assignment(C);
      expectProved(result, C);
      expect(result.cost).toBeCloseTo(hungarian(C), 12);
    }
  });

  test("assignment(C) with one allowed permutation: finds it, with potentials of the size of C", () => {
    for (const n of [30, 200, 1000]) {
      // Row i may only take columns up to i: the identity is the one perfect matching.
      const C = fill(n, n, (i, j) => (j <= i ? (i * 31 + j * 17) % 101 : Infinity));
      const result = assignment(C);
      expect([...result.columns]).toEqual([...Array(n).keys()]);
      expectProved(result, C);
    }
  });

  test("assignment(C) without a perfect matching: Infeasible, and the witness is a Hall violator", () => {
    for (const [n, m] of [
      [3, 3],
      [60, 60],
      [120, 120],
      [40, 70],
      [70, 40],
    ]) {
      const { uniform } = random(n + m);
      const C = fill(n, m, () => uniform());
      // The first k + 1 atoms of the smaller side may reach only k of the other.
      const k = Math.floor(Math.min(n, m) / 3);
      for (let s = 0; s <= k; s++) {
        for (let t = k; t < Math.max(n, m); t++) {
          if (n <= m) C[s][t] = Infinity;
          else C[t][s] = Infinity;
        }
      }
      let caught: unknown;
      try {
        assignment(C);
      } catch (error) {
        caught = error;
      }
      expect(isOtError(caught, "Infeasible")).toBe(true);
      const { rows, columns } = (caught as OtError).witness!;
      const [stuck, reached] = n <= m ? [rows, columns] : [columns, rows];
      expect(stuck.length).toBeGreaterThan(reached.length);
      const at = (s: number, t: number): number => (n <= m ? C[s][t] : C[t][s]);
      for (const s of stuck) {
        for (let t = 0; t < Math.max(n, m); t++) if (at(s, t) < Infinity) expect(reached.includes(t)).toBe(true);
      }
    }
  });

  test("assignment(C) with a row of forbidden pairs only: Infeasible, the row named", () => {
    const C = fill(50, 50, (i) => (i === 17 ? Infinity : 1));
    expect(() => assignment(C)).toThrowError(expect.objectContaining({ code: "Infeasible" }));
    try {
      assignment(C);
    } catch (error) {
      expect([...(error as OtError).witness!.rows]).toContain(17);
    }
  });
});

describe("assignment: stopping", () => {
  test("assignment(C, { maxIterations: 0 }): a whole matching, a valid dual bound, the gap", () => {
    for (const [n, m] of [
      [200, 200],
      [200, 260],
      [260, 200],
    ]) {
      const { uniform } = random(n * m);
      const C = fill(n, m, () => uniform());
      const best = assignment(C).cost;
      const result = assignment(C, { maxIterations: 0 });
      expect(result.report.status).toBe("maxIterations");
      expect([...result.columns].filter((j) => j >= 0).length).toBe(Math.min(n, m));
      const { primal, dual, primalResidual } = result.certify();
      expect(primalResidual).toBe(0);
      expect(primal).toBeGreaterThanOrEqual(best - 1e-12);
      expect(dual).toBeLessThanOrEqual(best + 1e-12);
    }
  });

  test("assignment.steps(C).snapshot(): a matching at every step, and the run ends as if nobody had looked", () => {
    const { uniform } = random(77);
    const C = fill(150, 150, () => uniform());
    const steps = assignment.steps(C);
    while (!steps.next().done) {
      expect(new Set(steps.snapshot().columns).size).toBe(150);
    }
    expect(steps.result?.potentials).toEqual(assignment(C).potentials);
  });

  test("assignment.async(C): the answer of assignment(C); an aborted signal rejects", async () => {
    const { uniform } = random(78);
    const C = fill(100, 100, () => uniform());
    expect((await assignment.async(C)).columns).toEqual(assignment(C).columns);
    await expect(assignment.async(C, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});

describe('emd(null, null, C, { method: "shortestPath" })', () => {
  test("the assignment with masses 1 / n, certified", () => {
    for (const n of [1, 2, 40, 300]) {
      const C = squared(cloud("square", n, n), cloud("clusters", n, n + 1));
      const result = emd(null, null, C, { method: "shortestPath" });
      expect(result.report.method).toBe("shortestPath");
      expect(result.value).toBeCloseTo(assignment(C).cost / n, 10);
      const { relativeGap, primalResidual, dualInfeasibility } = result.certify();
      expect(Math.abs(relativeGap)).toBeLessThan(1e-12);
      expect(primalResidual).toBeLessThan(1e-12);
      expect(dualInfeasibility).toBeLessThanOrEqual(1e-14 * magnitude(C));
    }
  });

  test("atoms without mass are left out; a warm start reaches the same value", () => {
    const C = squared(cloud("square", 80, 1), cloud("square", 80, 2));
    const a = Array.from({ length: 80 }, (_, i) => (i % 4 === 0 ? 0 : 1));
    const b = Array.from({ length: 80 }, (_, j) => (j % 4 === 1 ? 0 : 1));
    const cold = emd(a, b, C, { method: "shortestPath" });
    expect(cold.certify().relativeGap).toBeLessThan(1e-12);
    expect(cold.value).toBeCloseTo(
      hungarian(C.filter((_, i) => a[i] > 0).map((row) => row.filter((_, j) => b[j] > 0))),
      12,
    );
    const warm = emd(a, b, C, { method: "shortestPath", warmStart: cold.potentials });
    expect(warm.value).toBeCloseTo(cold.value, 12);
  });

  test("forbidden pairs: Infeasible names the caller's rows", () => {
    const C = fill(60, 60, (i, j) => (i >= 40 && j >= 45 ? 1 : i < 40 && j < 45 ? 1 : Infinity));
    expect(() => emd(null, null, C, { method: "shortestPath" })).toThrowError(
      expect.objectContaining({ code: "Infeasible" }),
    );
  });
});

describe("prices that outgrow the costs", () => {
  // A triangle of allowed pairs: one perfect matching, and forests whose prices double with every row.
  const n = 700;
  const { uniform } = random(11);
  const C = Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (_, j) => (j <= i ? uniform() : Number.POSITIVE_INFINITY)),
  );
  test("assignment and emd prove their answer by those of a spanning tree", () => {
    for (const certificate of [assignment(C).certify(), emd(null, null, C).certify()]) {
      expect(Math.abs(certificate.relativeGap)).toBeLessThan(1e-10);
      expect(certificate.dualInfeasibility).toBeLessThan(1e-11);
    }
  });
});

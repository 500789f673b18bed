// The network simplex against brute force, a textbook solver and its own optimality conditions.
import { describe, expect, test } from "vitest";
import { custom } from "../../src/cost/custom.ts";
import { dense } from "../../src/cost/dense.ts";
import { sparse } from "../../src/cost/sparse.ts";
import { isOtError } from "../../src/errors/otError.ts";
import { random } from "../../src/linalg/random.ts";
import { sparseFromEntries } from "../../src/linalg/sparse.ts";
import { sum } from "../../src/linalg/sum.ts";
import { bestPermutation } from "../oracles/bestPermutation.ts";
import { transportCost } from "../oracles/transport.ts";
import { check, plane, solve, uniform, weights } from "./networkSimplexRun.ts";

/** What the rows of the witness weigh beyond the columns that they may reach. */
function violation(attempt: () => unknown, a: readonly number[], b: readonly number[], C: readonly number[][]): number {
  let caught: unknown;
  try {
    attempt();
  } catch (error) {
    caught = error;
  }
  expect(isOtError(caught, "Infeasible")).toBe(true);
  if (!isOtError(caught) || caught.witness === undefined) throw new Error("no witness");
  const { rows, columns } = caught.witness;
  const reached = new Set(columns);
  for (const i of rows) for (let j = 0; j < b.length; j++) if (C[i][j] < Infinity) expect(reached.has(j)).toBe(true);
  const supply = [...rows].reduce((total, i) => total + a[i], 0);
  return supply - [...columns].reduce((total, j) => total + b[j], 0);
}

describe("networkSimplex", () => {
  test.each(Array.from({ length: 24 }, (_, seed) => [seed]))("equals brute force, n <= 7, seed %i", (seed) => {
    const draw = random(seed);
    const n = 1 + (seed % 7);
    const C = Array.from({ length: n }, () => Array.from({ length: n }, () => draw.integer(10) - 3));
    const value = check(solve(null, null, dense(C)), uniform(n), uniform(n), dense(C));
    expect(value * n).toBeCloseTo(
      bestPermutation(n, (i, j) => C[i][j]),
      10,
    );
  });

  test.each(Array.from({ length: 40 }, (_, seed) => [seed]))("equals successive shortest paths, seed %i", (seed) => {
    const draw = random(100 + seed);
    const n = 1 + draw.integer(12);
    const m = 1 + draw.integer(12);
    // Few distinct masses and costs: as degenerate as it gets.
    const a = Array.from({ length: n }, () => 1 + draw.integer(3));
    const b = Array.from({ length: m }, () => 1);
    let missing = a.reduce((x, y) => x + y, 0) - m;
    while (missing > 0) {
      b[draw.integer(m)]++;
      missing--;
    }
    while (missing < 0) {
      a[draw.integer(n)]++;
      missing++;
    }
    const forbid = seed % 2 === 1;
    const C = a.map(() => b.map(() => (forbid && draw.uniform() < 0.4 ? Infinity : draw.integer(6))));
    const expected = transportCost(a, b, (i, j) => C[i][j]);
    const cost = dense(C);
    if (expected === null) {
      expect(violation(() => solve(a, b, cost), a, b, C)).toBeGreaterThan(0);
    } else {
      const value = check(solve(a, b, cost), Float64Array.from(a), Float64Array.from(b), cost);
      expect(value).toBeCloseTo(expected, 9);
    }
  });

  test.each([
    ["random masses, square", 300, 300, false],
    ["random masses, wide", 60, 700, false],
    ["random masses, tall", 700, 60, false],
    ["uniform masses", 350, 350, true],
    ["uniform masses, n != m", 120, 310, true],
  ])("dense points: optimality conditions, %s", (_, n, m, equal) => {
    const a = equal ? uniform(n) : weights(n, 1);
    const b = equal ? uniform(m) : weights(m, 2);
    const cost = plane(n, m, 3);
    check(solve(a, b, cost), a, b, cost);
  });

  test("sparse and dense costs with the same finite pairs have the same value", () => {
    const n = 80;
    const draw = random(7);
    const C = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => (i === j || draw.uniform() < 0.15 ? draw.uniform() : Infinity)),
    );
    const i: number[] = [];
    const j: number[] = [];
    const v: number[] = [];
    C.forEach((row, k) => {
      row.forEach((c, l) => {
        if (c === Infinity) return;
        i.push(k);
        j.push(l);
        v.push(c);
      });
    });
    const a = weights(n, 8);
    const left = check(solve(a, a, dense(C)), a, a, dense(C));
    const graph = sparse(sparseFromEntries(n, n, i, j, v));
    expect(check(solve(a, a, graph), a, a, graph)).toBeCloseTo(left, 14);
  });

  test.each([
    [0.01, 40, 50],
    [0.3, 50, 40],
    [0.9, 45, 45],
  ])("a fraction %d of the pairs forbidden: equals successive shortest paths", (fraction, n, m) => {
    for (let seed = 0; seed < 6; seed++) {
      const draw = random(500 + seed);
      const a = Array.from({ length: n }, () => m * (1 + draw.integer(3)));
      const b = new Array<number>(m).fill(0);
      for (let k = a.reduce((x, y) => x + y, 0); k > 0; k--) b[draw.integer(m)]++;
      const C = a.map(() => b.map(() => (draw.uniform() < fraction ? Infinity : draw.uniform())));
      const expected = transportCost(a, b, (i, j) => C[i][j]);
      if (expected === null) {
        expect(violation(() => solve(a, b, dense(C)), a, b, C)).toBeGreaterThan(0);
      } else {
        const value = check(solve(a, b, dense(C)), Float64Array.from(a), Float64Array.from(b), dense(C));
        expect(value).toBeCloseTo(expected, 9);
      }
    }
  });

  test.each([
    ["1 %", (): number => 0.01],
    ["30 %", (): number => 0.3],
    ["90 %", (): number => 0.9],
    ["97 %", (): number => 0.97],
    ["blocks of 20", (i: number, j: number): number => (Math.floor(i / 20) === Math.floor(j / 20) ? 0 : 1)],
    ["a staircase, all Hall sets tight", (i: number, j: number): number => (j <= i ? 0 : 1)],
    ["a band of 3", (i: number, j: number): number => (Math.abs(i - j) <= 1 ? 0 : 1)],
    ["a forbidden corner", (i: number, j: number): number => (i < 150 && j < 150 ? 1 : 0)],
    ["all but every fourth column", (i: number, j: number): number => (i % 4 === 2 && j % 4 === 2 ? 1 : 0)],
  ])("a matrix with forbidden pairs, %s: the value of the same pairs in a sparse cost", (_, forbidden) => {
    const n = 300;
    const draw = random(11);
    const C = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => (i !== j && draw.uniform() < forbidden(i, j) ? Infinity : draw.uniform())),
    );
    const [i, j] = [0, 1].map((side) => C.flatMap((row, k) => row.map((_, l) => (side === 0 ? k : l))));
    const allowed = C.flat().map((c) => c < Infinity);
    const graph = sparse(
      sparseFromEntries(
        n,
        n,
        i.filter((_, k) => allowed[k]),
        j.filter((_, k) => allowed[k]),
        C.flat().filter((_, k) => allowed[k]),
      ),
    );
    const whole = Float64Array.from({ length: n }, () => 1 + draw.integer(1000));
    for (const a of [uniform(n), whole]) {
      const value = check(solve(a, a, dense(C)), a, a, dense(C));
      expect(Math.abs(value - check(solve(a, a, graph), a, a, graph))).toBeLessThanOrEqual(1e-12 * value);
    }
  });

  test("a large matrix whose forbidden corner asks for one unit too much: a witness", () => {
    const n = 300;
    const draw = random(12);
    const a = new Array<number>(n).fill(1);
    const b = new Array<number>(n).fill(1);
    // Rows below 100 reach columns below 100 alone, which weigh 99.
    b[7] = 0.5;
    b[9] = 0.5;
    b[200] = 2;
    const C = a.map((_, i) => b.map((_, j) => (i < 100 && j >= 100 ? Infinity : draw.uniform())));
    expect(violation(() => solve(a, b, dense(C)), a, b, C)).toBe(1);
  });

  test("every limit leaves a feasible plan and finite potentials; maxIterations counts pivots", () => {
    const a = weights(400, 41);
    const b = weights(400, 42);
    const cost = plane(400, 400, 43);
    const best = check(solve(a, b, cost), a, b, cost);
    for (const maxIterations of [0, 1, 50]) {
      const answer = solve(a, b, cost, { maxIterations });
      expect(answer.status).toBe("maxIterations");
      expect(answer.iterations).toBe(maxIterations);
      const row = a.slice();
      answer.mass.forEach((mass, k) => {
        row[answer.i[k]] -= mass;
      });
      expect(sum(row.map(Math.abs))).toBeLessThan(1e-14);
      expect(answer.f.every(Number.isFinite) && answer.g.every(Number.isFinite)).toBe(true);
      const value = sum(answer.mass.map((mass, k) => mass * cost.at(answer.i[k], answer.j[k])));
      expect(value).toBeGreaterThan(best);
    }
    const stopped = solve(weights(900, 44), weights(900, 45), plane(900, 900, 46), { stopAfterYields: 1 });
    expect(stopped.status).toBe("stopped");
    expect(stopped.snapshot.mass).toEqual(stopped.mass);
  });

  test("a warm start from the optimal potentials needs fewer pivots", () => {
    const a = weights(250, 51);
    const b = weights(250, 52);
    const cost = plane(250, 250, 53);
    const cold = solve(a, b, cost);
    const warm = solve(a, b, cost, { warmStart: { f: cold.f, g: cold.g } });
    check(warm, a, b, cost);
    expect(warm.iterations).toBeLessThan(0.5 * cold.iterations);
  });

  test("atoms without mass stay out: the cost is read at the others only", () => {
    const seen = new Set<string>();
    const cost = custom([4, 3], (i, j) => {
      seen.add(`${i},${j}`);
      return Math.abs(i - j);
    });
    const answer = solve([0.5, 0, 0.25, 0.25], [0.5, 0.5, 0], cost);
    expect(answer.mass.length).toBeGreaterThan(0);
    expect(sum(answer.mass)).toBe(1);
    expect(seen.has("0,0")).toBe(true);
  });

  test("the same input gives the same bits, with and without another solve on the workspace", () => {
    const a = weights(150, 61);
    const b = weights(150, 62);
    const first = solve(a, b, plane(150, 150, 63));
    solve(null, null, plane(40, 40, 64));
    const second = solve(a, b, plane(150, 150, 63));
    expect(second.mass).toEqual(first.mass);
    expect(second.f).toEqual(first.f);
    expect(second.g).toEqual(first.g);
  });
});

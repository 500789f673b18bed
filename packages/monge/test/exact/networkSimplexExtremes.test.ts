// The network simplex on ties, scales, tiny atoms, dear arcs and blocks.
import { describe, expect, test } from "vitest";
import type { Cost } from "../../src/cost/cost.ts";
import { dense } from "../../src/cost/dense.ts";
import { random } from "../../src/linalg/random.ts";
import { sum } from "../../src/linalg/sum.ts";
import { check, plane, solve, uniform, weights } from "./networkSimplexRun.ts";

describe("networkSimplex at the extremes", () => {
  test("a grid with equal masses, all ties: ends with the optimum 0", () => {
    const cells = Array.from({ length: 144 }, (_, k) => [k % 12, Math.floor(k / 12)]);
    const C = dense(cells.map((p) => cells.map((q) => Math.abs(p[0] - q[0]) + Math.abs(p[1] - q[1]))));
    expect(check(solve(null, null, C), uniform(144), uniform(144), C)).toBe(0);
  });

  test.each([1e300, 1e-300, 1e6, 2 ** 40])("costs times %d: the same plan (POT #229)", (scale) => {
    const { data } = (plane(90, 110, 11) as Cost & { kind: "dense" }).matrix;
    const scaled = dense({ data: Float64Array.from(data, (c) => c * scale), rows: 90, cols: 110 });
    const a = weights(90, 12);
    const b = weights(110, 13);
    const value = check(solve(a, b, scaled), a, b, scaled);
    const plain = check(solve(a, b, plane(90, 110, 11)), a, b, plane(90, 110, 11));
    expect(Math.abs(value / scale - plain)).toBeLessThanOrEqual(1e-12 * plain);
  });

  test("a rank-one cost, where column minima mislead: sorted against each other", () => {
    const n = 400;
    const C = dense(Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => i * j)));
    const value = check(solve(null, null, C), uniform(n), uniform(n), C);
    const sorted = sum(Array.from({ length: n }, (_, i) => i * (n - 1 - i))) / n;
    expect(Math.abs(value - sorted)).toBeLessThanOrEqual(1e-12 * sorted);
  });

  test("costs from 1e-6 to 1e6", () => {
    const draw = random(17);
    const C = Array.from({ length: 70 }, () => Array.from({ length: 70 }, () => 10 ** (12 * draw.uniform() - 6)));
    const a = weights(70, 18);
    const b = weights(70, 19);
    check(solve(a, b, dense(C)), a, b, dense(C));
  });

  test.each([1e-300, 1e300, 3])("masses times %d keep their residual", (scale) => {
    const a = weights(50, 21).map((mass) => mass * scale);
    const b = weights(60, 22).map((mass) => mass * scale);
    check(solve(a, b, plane(50, 60, 23)), a, b, plane(50, 60, 23), 1e-13);
  });

  test("atoms of 1e-300 beside atoms of 1 go to their cheapest partner", () => {
    const a = Float64Array.of(1e-300, 0.5, 0.5, 1e-300);
    const b = Float64Array.of(0.5, 0.5, 1e-300, 1e-300);
    const C = dense([
      [9, 1, 5, 5],
      [1, 2, 5, 3],
      [2, 1, 5, 4],
      [1, 9, 5, 5],
    ]);
    const answer = solve(a, b, C);
    const [row, column] = [new Float64Array(4), new Float64Array(4)];
    answer.mass.forEach((mass, k) => {
      row[answer.i[k]] += mass;
      column[answer.j[k]] += mass;
    });
    expect(row[0]).toBe(1e-300);
    expect(row[3]).toBe(1e-300);
    expect(column[2]).toBe(1e-300);
    expect(column[0]).toBeCloseTo(0.5, 15);
    for (let i = 0; i < 4; i++)
      for (let j = 0; j < 4; j++) expect(answer.f[i] + answer.g[j]).toBeLessThanOrEqual(C.at(i, j));
  });

  test("an arc of cost 1e12 that must not carry flow does not blur the others", () => {
    const C = dense([
      [1, 2, 1e12],
      [2, 1, 3],
      [1e12, 3, 1],
    ]);
    const a = Float64Array.of(0.25, 0.5, 0.25);
    expect(check(solve(a, a, C), a, a, C)).toBe(1);
  });

  test("blocks that balance only up to rounding have a plan", () => {
    const draw = random(31);
    const blocks = 30;
    const a: number[] = [];
    const b: number[] = [];
    const C: number[][] = [];
    for (let k = 0; k < blocks; k++) {
      const [x, y] = [draw.uniform(), draw.uniform()];
      a.push(x + y);
      b.push(x, y);
      C.push(Array.from({ length: 2 * blocks }, (_, j) => (j >> 1 === k ? draw.uniform() : Infinity)));
    }
    const total = sum(a);
    const p = Float64Array.from(a, (mass) => mass / total);
    const q = Float64Array.from(b, (mass) => mass / total);
    check(solve(p, q, dense(C)), p, q, dense(C), 1e-13);
  });
});

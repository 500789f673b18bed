// Every cost says the same through at, block and apply, and the same as its definition.
import { describe, expect, it } from "vitest";
import { type Cost, cost, random, sparseFromEntries } from "../src/index.ts";

const { normal } = random(7);
const cloud = (n: number, d: number): number[][] => Array.from({ length: n }, () => Array.from({ length: d }, normal));
const x = cloud(5, 3);
const y = cloud(4, 3);

const gaps = (i: number, j: number): number[] => x[i].map((value, k) => Math.abs(value - y[j][k]));
const total = (values: number[]): number => values.reduce((sum, value) => sum + value, 0);
const norm = (v: number[]): number => Math.hypot(...v);

const costs: [string, Cost, (i: number, j: number) => number][] = [
  ["points, sqeuclidean", cost.points(x, y), (i, j) => total(gaps(i, j).map((gap) => gap ** 2))],
  ["points, euclidean", cost.points(x, y, "euclidean"), (i, j) => norm(gaps(i, j))],
  ["points, cityblock", cost.points(x, y, "cityblock"), (i, j) => total(gaps(i, j))],
  ["points, chebyshev", cost.points(x, y, "chebyshev"), (i, j) => Math.max(...gaps(i, j))],
  [
    "points, l3 to the power 1.5",
    cost.points(x, y, { norm: 3, power: 1.5 }),
    (i, j) => total(gaps(i, j).map((gap) => gap ** 3)) ** 0.5,
  ],
  [
    "points, cosine",
    cost.points(x, y, "cosine"),
    (i, j) => 1 - total(x[i].map((value, k) => value * y[j][k])) / norm(x[i]) / norm(y[j]),
  ],
  [
    "grid",
    cost.grid({ shape: [2, 3], spacing: [0.5, 2], origin: [1, -1] }, [3, 2]),
    (i, j) => (1 + Math.floor(i / 3) * 0.5 - Math.floor(j / 2)) ** 2 + (-1 + (i % 3) * 2 - (j % 2)) ** 2,
  ],
  [
    "grid, cityblock",
    cost.grid([2, 2, 2], [2, 2, 2], { power: 1 }),
    (i, j) => [1, 2, 4].filter((bit) => (i & bit) !== (j & bit)).length,
  ],
  ["lowRank", cost.lowRank(x, y), (i, j) => total(x[i].map((value, k) => value * y[j][k]))],
  ["dense", cost.dense(x.map((_, i) => y.map((_, j) => i - 2 * j))), (i, j) => i - 2 * j],
  ["custom", cost.custom([5, 4], (i, j) => i * j), (i, j) => i * j],
];

describe.each(costs)("cost.%s", (_, C, defined) => {
  const [n, m] = C.shape;
  const block = C.block(0, n);
  it("at(i, j) is its definition", () => {
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) expect(C.at(i, j)).toBeCloseTo(defined(i, j), 12);
  });
  it("block holds the bits of at, from any row, into any buffer", () => {
    for (let i = 0; i < n; i++) for (let j = 0; j < m; j++) expect(block[i * m + j]).toBe(C.at(i, j));
    const out = new Float64Array(2 * m);
    expect(C.block(1, 3, out)).toBe(out);
    expect([...out]).toEqual([...block.subarray(m, 3 * m)]);
  });
  it("apply multiplies by the matrix and by its transpose", () => {
    const v = Float64Array.from({ length: m }, normal);
    const u = Float64Array.from({ length: n }, normal);
    C.apply(v, 0).forEach((value, i) =>
      expect(value).toBeCloseTo(total(Array.from(v, (vj, j) => vj * block[i * m + j])), 11),
    );
    C.apply(u, 1).forEach((value, j) =>
      expect(value).toBeCloseTo(total(Array.from(u, (ui, i) => ui * block[i * m + j])), 11),
    );
  });
});

describe("cost.sparse", () => {
  const C = cost.sparse(sparseFromEntries(2, 3, [0, 1, 1], [1, 0, 2], [5, 6, 7]));
  it("forbids what is absent", () => {
    expect([...C.block(0, 2)]).toEqual([Infinity, 5, Infinity, 6, Infinity, 7]);
    expect(C.at(0, 0)).toBe(Infinity);
  });
  it("counts 0 times Infinity as 0", () => {
    expect([...C.apply(Float64Array.of(0, 1, 0), 0)]).toEqual([5, Infinity]);
  });
});

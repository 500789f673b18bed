// The pieces of the solve by near pairs: the order of points, and the forest that preconditions.
import { expect, it } from "vitest";
import { nearbyOrder } from "../../src/entropic/truncated/nearbyOrder.ts";
import { strongestTree } from "../../src/entropic/truncated/strongestTree.ts";
import { random } from "../../src/index.ts";

it("strongestTree solves the Laplacian of the forest of the strongest links", () => {
  const { uniform, integer } = random(3);
  const [n, m] = [30, 40];
  // A tree of strong links, and weak ones that must not be chosen.
  const rows: number[] = [];
  const columns: number[] = [];
  const weights: number[] = [];
  const link = (row: number, column: number, weight: number): void => {
    rows.push(row);
    columns.push(column);
    weights.push(weight);
  };
  for (let k = 0; k < 500; k++) link(integer(n), integer(m), 1e-9 * uniform());
  link(0, 0, 1);
  for (let i = 1; i < n; i++) link(i, integer(Math.min(i, m)), 10 ** (-4 * uniform()));
  for (let j = 1; j < m; j++) link(integer(Math.min(j, n)), j, 10 ** (-4 * uniform()));
  const strong = weights.map((weight, e) => [rows[e], columns[e], weight] as const).slice(500);
  const supply = Float64Array.from({ length: m }, () => uniform() - 0.5);
  const mean = supply.reduce((total, value) => total + value / m, 0);
  for (let j = 0; j < m; j++) supply[j] -= mean;
  const solve = strongestTree(n, m, {
    rows: Int32Array.from(rows),
    columns: Int32Array.from(columns),
    weights: Float64Array.from(weights),
  });
  const g = solve(supply);
  // Strong links that close no cycle make up the tree; in a tree every height follows from the flow. Rows without supply are means.
  const used = new Map<number, number>();
  const leader = Array.from({ length: n + m }, (_, v) => v);
  const find = (v: number): number => (leader[v] === v ? v : find(leader[v]));
  const power = (weight: number): number => Math.floor(Math.log2(weight));
  const order = strong.map((_, e) => e).sort((e, other) => power(strong[other][2]) - power(strong[e][2]) || e - other);
  for (const e of order) {
    const [x, y] = [find(strong[e][0]), find(n + strong[e][1])];
    if (x === y) continue;
    leader[x] = y;
    used.set(e, strong[e][2]);
  }
  expect(used.size).toBe(n + m - 1);
  const total = new Float64Array(n);
  const height = new Float64Array(n);
  for (const [e, weight] of used) {
    total[strong[e][0]] += weight;
    height[strong[e][0]] += weight * g[strong[e][1]];
  }
  const residual = supply.slice();
  for (const [e, weight] of used) {
    const [row, column] = strong[e];
    residual[column] -= weight * (g[column] - height[row] / total[row]);
  }
  expect(Math.max(...residual.map(Math.abs))).toBeLessThan(1e-11);
});

it("nearbyOrder keeps every point once, and every aligned run in a box beside its neighbour's", () => {
  const { uniform } = random(4);
  const d = 2;
  const points = Float64Array.from({ length: 1000 * d }, () => uniform());
  const kept = Int32Array.from({ length: 900 }, (_, k) => k + 50);
  const order = nearbyOrder(points, d, kept);
  expect([...order].sort((i, j) => i - j)).toEqual([...kept]);
  for (let size = 1; size < 512; size *= 2) {
    for (let first = 0; first + 2 * size <= 512; first += 2 * size) {
      const runs = [0, 1].map((half) => [...order.subarray(first + half * size, first + (half + 1) * size)]);
      const apart = [0, 1].some((axis) => {
        const [left, right] = runs.map((run) => run.map((i) => points[i * d + axis]));
        return Math.max(...left) <= Math.min(...right);
      });
      expect(apart).toBe(true);
    }
  }
});

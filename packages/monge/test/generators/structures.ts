// Structures for Gromov-Wasserstein transport: points, distances, graphs, matrices without symmetry.
import type { GromovResult } from "../../src/gromov/index.ts";
import { cost, type Matrix, random } from "../../src/index.ts";

export const matrix = (n: number, entry: (i: number, k: number) => number): Matrix => ({
  data: Float64Array.from({ length: n * n }, (_, at) => entry(Math.floor(at / n), at % n)),
  rows: n,
  cols: n,
});
export const cloud = (seed: number, n: number, d: number): Matrix => {
  const { normal } = random(seed);
  return { data: Float64Array.from({ length: n * d }, normal), rows: n, cols: d };
};
export const masses = (seed: number, n: number): Float64Array => {
  const { uniform } = random(seed);
  const raw = Float64Array.from({ length: n }, () => 0.1 + uniform());
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
};
export const asMatrix = (points: Matrix, ground: "sqeuclidean" | "euclidean" = "sqeuclidean"): Matrix => ({
  data: cost.points(points, points, ground).block(0, points.rows),
  rows: points.rows,
  cols: points.rows,
});
/** Any matrix without symmetry, or a graph. */
export const arbitrary = (seed: number, n: number): Matrix => {
  const { uniform } = random(seed);
  return matrix(n, uniform);
};
export const graph = (seed: number, n: number): Matrix => {
  const { uniform } = random(seed);
  const half = matrix(n, () => (uniform() < 0.4 ? 1 : 0));
  return matrix(n, (i, k) => (i === k ? 0 : half.data[Math.min(i, k) * n + Math.max(i, k)]));
};
export const largestDifference = (p: ArrayLike<number>, q: ArrayLike<number>): number =>
  Array.from(p).reduce((most, value, k) => Math.max(most, Math.abs(value - q[k])), 0);
export const dense = (result: GromovResult): Matrix => result.plan.toDense();

/** Structures of every kind, with the matrix that they stand for. */
export const kinds = [
  ["points", (seed: number, n: number) => cost.points(cloud(seed, n, 2))],
  ["squared distances as a matrix", (seed: number, n: number) => asMatrix(cloud(seed, n, 2))],
  ["distances", (seed: number, n: number) => asMatrix(cloud(seed, n, 2), "euclidean")],
  ["a graph", graph],
  ["no symmetry", arbitrary],
] as const;
export const entriesOf = (C: Matrix | ReturnType<typeof cost.points>, n: number): Matrix =>
  "kind" in C ? { data: C.block(0, n), rows: n, cols: n } : C;

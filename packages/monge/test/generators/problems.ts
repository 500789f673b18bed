// Seeded transport problems of many shapes: masses, costs and degeneracies that solvers meet.
import { random } from "../../src/index.ts";

/** A problem small enough for any oracle. */
export interface TestProblem {
  readonly name: string;
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** n x 2 and m x 2 points; the cost is their squared distance unless `C` is given. */
  readonly x: number[][];
  readonly y: number[][];
}

/** Masses of a kind, summing to 1 as far as floating point goes. */
export function masses(kind: "uniform" | "random" | "heavy" | "zeros", count: number, seed: number): Float64Array {
  const { uniform } = random(seed);
  const raw = Float64Array.from({ length: count }, () => {
    if (kind === "uniform") return 1;
    if (kind === "heavy") return (1 - uniform()) ** -3;
    if (kind === "zeros" && uniform() < 0.4) return 0;
    return uniform() + 0.01;
  });
  if (raw.every((mass) => mass === 0)) raw[0] = 1;
  const total = raw.reduce((sum, mass) => sum + mass, 0);
  return raw.map((mass) => mass / total);
}

/** Points of a kind in the plane. */
export function cloud(
  kind: "square" | "clusters" | "line" | "lattice" | "duplicates",
  count: number,
  seed: number,
): number[][] {
  const { uniform, normal, integer } = random(seed);
  return Array.from({ length: count }, () => {
    if (kind === "square") return [uniform(), uniform()];
    if (kind === "clusters") {
      const centre = integer(3);
      return [centre * 10 + normal(), (centre % 2) * 7 + normal()];
    }
    if (kind === "line") {
      const at = uniform();
      return [at, 2 * at];
    }
    if (kind === "lattice") return [integer(5), integer(5)];
    return [integer(2), 0.5];
  });
}

/** The squared Euclidean cost matrix, computed the obvious way. */
export function squared(x: number[][], y: number[][]): number[][] {
  return x.map((from) => y.map((to) => from.reduce((sum, value, k) => sum + (value - to[k]) ** 2, 0)));
}

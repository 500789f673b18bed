// Unbalanced and partial entropic transport and divergences between grids: the answers of the matrix, without its n m entries.
import { describe, expect, it } from "vitest";
import {
  cost,
  divergenceOfCosts,
  type GridCost,
  histogram,
  type Marginals,
  type Penalty,
  type SinkhornOptions,
  sinkhorn,
  sinkhornDivergence,
  sinkhornDivergences,
} from "../../src/index.ts";
import { masses } from "../generators/problems.ts";

type Grid = Parameters<typeof cost.grid>[0];

const kl = (strength: number): Penalty => ({ kind: "KL", strength });
const tv = (strength: number): Penalty => ({ kind: "TV", strength });
const l2 = (strength: number): Penalty => ({ kind: "L2", strength });

/** Strengths relative to the largest cost. */
const held: Record<string, Penalty | Marginals> = {
  "KL 0.01": kl(0.01),
  "KL 1": kl(1),
  "TV 0.1": tv(0.1),
  "TV 2": tv(2),
  "L2 1": l2(1),
  "L2 40": l2(40),
  "KL 0.1 and KL 2": { source: kl(0.1), target: kl(2) },
  "equal and KL 0.5": { source: "equal", target: kl(0.5) },
  "TV 0.4 and equal": { source: tv(0.4), target: "equal" },
  "L2 2 and TV 0.5": { source: l2(2), target: tv(0.5) },
};

const grids: readonly (readonly [Grid, Grid, number])[] = [
  [[9, 8], [9, 8], 2],
  [[7, 5], { shape: [5, 9], spacing: [2, 1], origin: [0.5, -1] }, 1],
  [[45], [45], 2],
];

function dense(C: GridCost): { data: Float64Array; rows: number; cols: number } {
  const [n, m] = C.shape;
  return { data: C.block(0, n), rows: n, cols: m };
}

function largest(C: GridCost): number {
  return dense(C).data.reduce((most, value) => Math.max(most, value), 0);
}

function furthest(x: ArrayLike<number>, y: ArrayLike<number>): number {
  expect(x.length).toBe(y.length);
  let worst = 0;
  for (let k = 0; k < x.length; k++) worst = Math.max(worst, Math.abs(x[k] - y[k]));
  return worst;
}

function times(unbalanced: Penalty | Marginals, size: number): Penalty | Marginals {
  const scaled = (penalty: Penalty | "equal"): Penalty | "equal" =>
    penalty === "equal" ? penalty : { ...penalty, strength: penalty.strength * size };
  if ("kind" in unbalanced) return scaled(unbalanced) as Penalty;
  return { source: scaled(unbalanced.source), target: scaled(unbalanced.target) };
}

/** Both forms of a problem agree: value, plan, potentials, certificates. */
function agree(a: Float64Array, b: Float64Array, C: GridCost, options: SinkhornOptions): void {
  const size = largest(C);
  const grid = sinkhorn(a, b, C, options);
  const matrix = sinkhorn(a, b, dense(C), options);
  expect(grid.report.method).toBe("sinkhorn over separable grid");
  expect(grid.report.status).toBe("converged");
  expect(matrix.report.status).toBe("converged");
  expect(Math.abs(grid.value - matrix.value)).toBeLessThan(1e-10 * size);
  expect(Math.abs(grid.transportCost - matrix.transportCost)).toBeLessThan(1e-10 * size);
  expect(furthest(grid.plan.toDense().data, matrix.plan.toDense().data)).toBeLessThan(1e-10);
  expect(furthest(grid.plan.marginal(0), matrix.plan.marginal(0))).toBeLessThan(1e-10);
  for (const of of ["regularised", "unregularised"] as const) {
    const [ours, theirs] = [grid.certify({ of }), matrix.certify({ of })];
    expect(ours.problem).toBe(theirs.problem);
    expect(Math.abs(ours.primal - theirs.primal)).toBeLessThan(1e-8 * size);
    expect(Math.abs(ours.dual - theirs.dual)).toBeLessThan(1e-8 * size);
    expect(Math.abs(ours.gap - theirs.gap)).toBeLessThan(1e-8 * size);
    expect(Math.abs(ours.primalResidual - theirs.primalResidual)).toBeLessThan(1e-10);
  }
  expect(Math.abs(grid.certify().gap)).toBeLessThan(1e-9 * size);
}

describe("sinkhorn({ unbalanced }) between grids", () => {
  it.each(Object.entries(held))("has the answer of the matrix: %s", (_, unbalanced) => {
    for (const [from, to, power] of grids) {
      const C = cost.grid(from, to, { power });
      const size = largest(C);
      const a = masses("zeros", C.shape[0], 1);
      const b = masses("random", C.shape[1], 2).map((mass) => 1.4 * mass);
      for (const relativeEpsilon of [0.1, 0.01]) {
        agree(a, b, C, { relativeEpsilon, unbalanced: times(unbalanced, size), tolerance: 1e-12 });
      }
    }
  });
});

describe("sinkhorn({ partial }) between grids", () => {
  it.each([0.05, 0.6, 0.95, 1])("has the answer of the matrix: mass %s", (partial) => {
    for (const [from, to, power] of grids) {
      const C = cost.grid(from, to, { power });
      const a = masses("random", C.shape[0], 3);
      const b = masses("zeros", C.shape[1], 4).map((mass) => 1.3 * mass);
      for (const relativeEpsilon of [0.1, 0.01]) agree(a, b, C, { relativeEpsilon, partial, tolerance: 1e-12 });
    }
  });
});

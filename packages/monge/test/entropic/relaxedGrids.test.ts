// Unbalanced and partial entropic transport and divergences between grids: the answers of the matrix, without its n m entries.
import { describe, expect, it } from "vitest";
import {
  cost,
  divergenceOfCosts,
  type GridCost,
  gradient,
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

describe("the limits of the strength between grids", () => {
  it("strong penalties give the balanced plan, in no more iterations", () => {
    const C = cost.grid([12, 11]);
    const a = masses("random", 132, 5);
    const b = masses("random", 132, 6);
    const size = largest(C);
    const balanced = sinkhorn(a, b, C, { relativeEpsilon: 0.01, tolerance: 1e-11 });
    for (const kind of ["KL", "TV", "L2"] as const) {
      const counts = [1e2, 1e5, 1e8].map((strength) => {
        const unbalanced = { kind, strength: strength * size * (kind === "L2" ? 132 : 1) };
        const result = sinkhorn(a, b, C, { relativeEpsilon: 0.01, unbalanced, tolerance: 1e-11 });
        expect(result.report.status).toBe("converged");
        if (strength === 1e8) {
          expect(Math.abs(result.value - balanced.value)).toBeLessThan(1e-6 * size);
          expect(furthest(result.plan.toDense().data, balanced.plan.toDense().data)).toBeLessThan(1e-7);
        }
        return result.report.iterations;
      });
      expect(Math.max(...counts)).toBeLessThan(2 * counts[0] + 20);
    }
  });
  it("holds epsilons at which no kernel has an entry, masses of 1e-300, heavy and light totals, and sides without mass", () => {
    const C = cost.grid([10, 10]);
    const size = largest(C);
    const a = masses("zeros", 100, 7);
    const b = masses("random", 100, 8);
    a[3] = 1e-300;
    for (const unbalanced of [kl(0.1 * size), tv(0.1 * size), { source: kl(size), target: "equal" } as const]) {
      const sharp = sinkhorn(a, b, C, { relativeEpsilon: 1e-4, unbalanced, maxIterations: 2000, tolerance: 1e-6 });
      const proof = sharp.certify({ of: "unregularised" });
      expect(sharp.potentials.f.every(Number.isFinite) && sharp.potentials.g.every(Number.isFinite)).toBe(true);
      expect(proof.gap).toBeGreaterThan(-1e-9 * size);
      expect(proof.gap).toBeLessThan(2e-3 * size);
      for (const factor of [1e-12, 1e3]) {
        const [ours, theirs] = [C, dense(C)].map((kind) =>
          sinkhorn(
            a.map((mass) => factor * mass),
            b.map((mass) => factor * mass),
            kind,
            { relativeEpsilon: 0.05, unbalanced, tolerance: 1e-11 },
          ),
        );
        expect(ours.report.status).toBe("converged");
        expect(ours.value / theirs.value).toBeCloseTo(1, 9);
      }
    }
    const none = sinkhorn(new Float64Array(100), b, C, { epsilon: 1, unbalanced: 2 });
    expect(none.plan.marginal(1).every((mass) => mass === 0)).toBe(true);
    expect(none.certify().gap).toBeLessThan(1e-9);
  });
});

describe("divergences between histograms", () => {
  it.each([
    ["held", undefined],
    ["KL 0.3", kl(0.3)],
    ["TV 0.2", tv(0.2)],
    ["L2 20", l2(20)],
  ] as const)("are those of the matrices: marginals %s", (_, penalty) => {
    const x = histogram(masses("zeros", 63, 1), [9, 7]);
    const y = histogram(
      masses("random", 60, 2).map((mass) => (penalty === undefined ? mass : 1.2 * mass)),
      [6, 10],
      {
        origin: [1, -1],
      },
    );
    const grid = (from: typeof x, to: typeof x): GridCost => cost.grid(from, to);
    const costs = { xy: dense(grid(x, y)), xx: dense(grid(x, x)), yy: dense(grid(y, y)) };
    const size = largest(grid(x, y));
    const unbalanced = penalty === undefined ? undefined : (times(penalty, size) as Penalty);
    for (const relativeEpsilon of [0.1, 0.01]) {
      const options = { relativeEpsilon, unbalanced, tolerance: 1e-12 };
      const ours = sinkhornDivergence(x, y, options);
      const theirs = divergenceOfCosts(x.weights, y.weights, costs, options);
      expect(ours.report.status).toBe("converged");
      expect(Math.abs(ours.value - theirs.value)).toBeLessThan(1e-10 * size);
      expect(furthest(ours.potentials.f, theirs.potentials.f)).toBeLessThan(1e-7 * size);
      expect(ours.parts.xx.report.method).toBe("sinkhorn over separable grid");
      const proof = ours.certify();
      expect(proof.dual).toBeLessThanOrEqual(ours.value + 1e-9 * size);
      expect(proof.primal).toBeGreaterThanOrEqual(ours.value - 1e-9 * size);
      const [one, two] = sinkhornDivergences(x, [y, x], options).values;
      expect(Math.abs(one - ours.value)).toBeLessThan(1e-10 * size);
      expect(two).toBe(0);
    }
  });

  it("and their gradients by the masses, too", () => {
    const x = histogram(masses("random", 30, 3), [6, 5]);
    const y = histogram(masses("random", 30, 4), [6, 5]);
    const C = cost.grid([6, 5]);
    for (const unbalanced of [undefined, kl(5), l2(50)]) {
      const options = { epsilon: 0.5, unbalanced, tolerance: 1e-12 };
      const ours = gradient(sinkhorn(x.weights, y.weights, C, options), { wrt: "weights" });
      const theirs = gradient(sinkhorn(x.weights, y.weights, dense(C), options), { wrt: "weights" });
      const shift = ours.a[0] - theirs.a[0];
      // Where marginals are held, a constant is free.
      if (unbalanced !== undefined) expect(Math.abs(shift)).toBeLessThan(1e-8);
      expect(
        furthest(
          ours.a,
          theirs.a.map((value) => value + shift),
        ),
      ).toBeLessThan(1e-8);
    }
  });
});

describe("images of 256 x 256", () => {
  const side = 256;
  const cells = side * side;
  const blob = (row: number, column: number, mass: number): Float64Array =>
    Float64Array.from({ length: cells }, (_, k) => {
      const distance = (Math.floor(k / side) - row) ** 2 + ((k % side) - column) ** 2;
      return (mass / cells) * (0.01 + Math.exp(-distance / 2000));
    });
  const C = cost.grid([side, side]);
  const size = 2 * (side - 1) ** 2;

  it.each([
    ["KL", { unbalanced: 0.05 * size }],
    ["one side free", { unbalanced: { source: "equal", target: kl(0.05 * size) } }],
    ["partial", { partial: 0.05 }],
  ] as const)("take memory for their cells alone: %s", (_, options) => {
    const before = process.memoryUsage().rss;
    const result = sinkhorn(blob(90, 100, 1), blob(150, 160, 1.5), C, {
      relativeEpsilon: 0.01,
      tolerance: 1e-5,
      ...options,
    });
    expect(result.report.status).toBe("converged");
    expect(result.plan.marginal(0)).toHaveLength(cells);
    // One row of entries in 1000 would be more.
    expect(process.memoryUsage().rss - before).toBeLessThan(cells * 4000);
  });

  it("have divergences, unbalanced ones too, without a look at pairs", () => {
    const [x, y] = [histogram(blob(90, 100, 1), [side, side]), histogram(blob(150, 160, 1), [side, side])];
    for (const unbalanced of [undefined, 0.05 * size]) {
      const { value, report } = sinkhornDivergence(x, y, {
        relativeEpsilon: 0.02,
        tolerance: 1e-6,
        massTolerance: 0.1,
        unbalanced,
      });
      expect(report.status).toBe("converged");
      expect(value).toBeGreaterThan(0);
    }
  });
});

// Entropic transport between grids through the separable kernel, against the same problem with a matrix and against plain sums.
import { describe, expect, it } from "vitest";
import { bindSeparable, isSeparable } from "../../src/entropic/operators/separable.ts";
import { startPlainSums } from "../../src/entropic/operators/separablePlain.ts";
import { sinkhorn } from "../../src/entropic/sinkhorn.ts";
import { cost, emd, type GridCost, isOtError, random } from "../../src/index.ts";
import { entropic } from "../../src/kernels/entropic.ts";
import { withWorkspace } from "../../src/kernels/workspace.ts";
import { drain } from "../../src/run/solver.ts";
import { masses } from "../generators/problems.ts";

type Grid = Parameters<typeof cost.grid>[0];

const pairs: readonly (readonly [string, Grid, Grid, number])[] = [
  ["a line", [40], [40], 2],
  [
    "lines of different spacing, p = 1.5",
    { shape: [30], spacing: [0.1], origin: [3] },
    { shape: [17], spacing: [0.3] },
    1.5,
  ],
  ["an image, p = 1", [7, 9], [7, 9], 1],
  ["an image, p = 2", [9, 8], [9, 8], 2],
  ["shifted images of one spacing", { shape: [8, 5], origin: [0.25, -3] }, { shape: [6, 11], origin: [1, 2] }, 2],
  ["images of different spacing, p = 3", { shape: [7, 9], spacing: [1, 2] }, { shape: [5, 4], spacing: [2, 1] }, 3],
  ["a single row", [1, 30], [1, 30], 2],
  ["one cell", [1, 1], [3, 3], 2],
  ["a volume", [3, 4, 5], [5, 4, 3], 2],
  ["four axes", [2, 3, 2, 3], [3, 2, 3, 2], 1],
];

function dense(C: GridCost): { data: Float64Array; rows: number; cols: number } {
  const [n, m] = C.shape;
  return { data: C.block(0, n), rows: n, cols: m };
}

function furthest(x: ArrayLike<number>, y: ArrayLike<number>): number {
  expect(x.length).toBe(y.length);
  let worst = 0;
  for (let k = 0; k < x.length; k++) worst = Math.max(worst, Math.abs(x[k] - y[k]));
  return worst;
}

describe("sinkhorn between grids", () => {
  it.each(
    pairs.flatMap(([name, from, to, power]) =>
      [1, 0.1, 0.01, 1e-3].map((eps) => [name, eps, from, to, power] as const),
    ),
  )("has the answer of the matrix: %s, epsilon %s of the largest cost", (_, relativeEpsilon, from, to, power) => {
    const C = cost.grid(from, to, { power });
    const [n, m] = C.shape;
    const a = masses("zeros", n, 1);
    const b = masses("random", m, 2);
    const options = { relativeEpsilon, tolerance: 1e-12, maxIterations: 4000 };
    const grid = sinkhorn(a, b, C, options);
    const matrix = sinkhorn(a, b, dense(C), options);
    expect(grid.report.method).toBe("sinkhorn over separable grid");
    expect(grid.epsilon).toBeCloseTo(matrix.epsilon, 12);
    const size = Math.max(...dense(C).data);
    if (matrix.report.status !== "converged" || grid.report.status !== "converged") {
      // Rounding alone decides who gets there: both are then as near as they say.
      expect(Math.abs(grid.value - matrix.value)).toBeLessThan(
        (grid.report.error + matrix.report.error) * size + 1e-10 * size,
      );
      return;
    }
    expect(Math.abs(grid.value - matrix.value)).toBeLessThan(1e-10 * size);
    expect(Math.abs(grid.transportCost - matrix.transportCost)).toBeLessThan(1e-10 * size);
    const spread = relativeEpsilon < 0.005 ? 1e-7 : 1e-9;
    expect(furthest(grid.potentials.f, matrix.potentials.f)).toBeLessThan(spread * size);
    expect(furthest(grid.potentials.g, matrix.potentials.g)).toBeLessThan(spread * size);
    expect(furthest(grid.plan.toDense().data, matrix.plan.toDense().data)).toBeLessThan(1e-10);
  });

  it("has exact rows after any number of iterations, far below any epsilon that a kernel could hold", () => {
    // Two discs in opposite corners: exp(-C / eps) is below 1e-300 wherever mass has to go.
    const C = cost.grid([48, 48]);
    const disc = (row: number, column: number): Float64Array =>
      Float64Array.from({ length: 48 * 48 }, (_, k) =>
        (Math.floor(k / 48) - row) ** 2 + ((k % 48) - column) ** 2 < 40 ? 1 : 0,
      );
    for (const relativeEpsilon of [1e-4, 1e-5]) {
      const answer = sinkhorn(disc(7, 7), disc(40, 40), C, { relativeEpsilon, maxIterations: 30, overRelaxation: 1 });
      expect(furthest(answer.plan.marginal(0), disc(7, 7))).toBeLessThan(1e-9);
      expect(answer.potentials.f.every(Number.isFinite)).toBe(true);
      expect(answer.potentials.g.every(Number.isFinite)).toBe(true);
      // Every disc moves by (33, 33).
      expect(answer.transportCost).toBeCloseTo(2 * 33 ** 2 * 121, -2);
      expect(answer.certify().primalResidual).toBeCloseTo(answer.report.error, 6);
    }
  });

  it("holds masses of 1e-300, a total of 1e200 and cells a million apart", () => {
    const C = cost.grid({ shape: [6, 7], spacing: [1e6, 1e6] });
    const a = masses("random", 42, 3);
    const b = masses("random", 42, 4);
    a[5] = 1e-300;
    b[8] = 1e-300;
    const options = { relativeEpsilon: 0.05, tolerance: 1e-11, massTolerance: 0.1 };
    const grid = sinkhorn(a, b, C, options);
    expect(grid.report.status).toBe("converged");
    expect(furthest(grid.potentials.f, sinkhorn(a, b, dense(C), options).potentials.f)).toBeLessThan(1e-9 * 6e13);
    const heavy = sinkhorn(
      a.map((x) => 1e200 * x),
      b.map((x) => 1e200 * x),
      C,
      options,
    );
    expect(heavy.value / 1e200 / grid.value).toBeCloseTo(1, 10);
  });

  it("starts from any potentials", () => {
    const C = cost.grid([9, 9]);
    const a = masses("random", 81, 5);
    const b = masses("zeros", 81, 6);
    const options = { relativeEpsilon: 0.01, tolerance: 1e-11 };
    const cold = sinkhorn(a, b, C, options);
    const warm = sinkhorn(a, b, C, { ...options, warmStart: cold.potentials });
    expect(warm.report.iterations).toBeLessThanOrEqual(2);
    const { normal } = random(7);
    const wild = {
      f: Float64Array.from({ length: 81 }, () => 1e5 * normal()),
      g: Float64Array.from({ length: 81 }, () => 1e5 * normal()),
    };
    const lost = sinkhorn(a, b, C, { ...options, warmStart: wild });
    expect(lost.report.status).toBe("converged");
    expect(Math.abs(lost.value - cold.value)).toBeLessThan(1e-9 * cold.value);
  });

  it("has equal bits whenever it runs, also when two runs alternate", () => {
    const C = cost.grid([20, 20]);
    const a = masses("random", 400, 8);
    const b = masses("random", 400, 9);
    const options = { relativeEpsilon: 0.003, maxIterations: 40 };
    const solo = sinkhorn(a, b, C, options);
    const runs = [sinkhorn.steps(a, b, C, options), sinkhorn.steps(b, a, C, options)];
    for (let open = 2; open > 0; ) {
      open = 0;
      for (const run of runs) if (!run.next().done) open++;
      if (open === 2) expect(runs[0].snapshot().report.status).toBe("stopped");
    }
    expect(runs[0].result?.potentials).toEqual(solo.potentials);
    expect(runs[0].result?.transportCost).toBe(solo.transportCost);
  });
});

describe("the plan between grids", () => {
  const C = cost.grid({ shape: [7, 6] }, { shape: [5, 8], origin: [1, -1] });
  const a = masses("zeros", 42, 1);
  const b = masses("random", 40, 2);
  const grid = sinkhorn(a, b, C, { relativeEpsilon: 0.02 });
  const matrix = grid.plan.toDense();
  it("has the marginals and products of its entries", () => {
    const { normal } = random(3);
    for (const axis of [0, 1] as const) {
      const v = Float64Array.from({ length: axis === 0 ? 40 : 42 }, normal);
      const out = new Float64Array(axis === 0 ? 42 : 40);
      const sums = new Float64Array(out.length);
      for (let i = 0; i < 42; i++) {
        for (let j = 0; j < 40; j++) {
          const [to, from] = axis === 0 ? [i, j] : [j, i];
          out[to] += matrix.data[i * 40 + j] * v[from];
          sums[to] += matrix.data[i * 40 + j];
        }
      }
      expect(furthest(grid.plan.apply(v, axis), out)).toBeLessThan(1e-14);
      expect(furthest(grid.plan.marginal(axis), sums)).toBeLessThan(1e-14);
    }
    expect(furthest(grid.plan.apply(new Float64Array(40)), new Float64Array(42))).toBe(0);
  });
  it("maps rows to where their mass goes", () => {
    const y = Array.from({ length: 40 }, (_, j) => [1 + Math.floor(j / 8), -1 + (j % 8)]);
    const { data } = grid.plan.barycentricMap(y);
    for (let i = 0; i < 42; i++) {
      let [row, column, mass] = [0, 0, 0];
      for (let j = 0; j < 40; j++) {
        row += matrix.data[i * 40 + j] * y[j][0];
        column += matrix.data[i * 40 + j] * y[j][1];
        mass += matrix.data[i * 40 + j];
      }
      expect(data[2 * i]).toBeCloseTo(mass > 0 ? row / mass : 0, 11);
      expect(data[2 * i + 1]).toBeCloseTo(mass > 0 ? column / mass : 0, 11);
    }
  });
  it("refuses vectors of another length, and NaN", () => {
    const seen = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        return isOtError(error) ? error.code : "?";
      }
      return "nothing";
    };
    expect(seen(() => grid.plan.apply(new Float64Array(3)))).toBe("InvalidShape");
    expect(seen(() => grid.plan.apply(new Float64Array(40).fill(Number.NaN)))).toBe("InvalidValue");
  });
});

describe("certificates between grids", () => {
  it.each(pairs)("are those of the matrix: %s", (_, from, to, power) => {
    const C = cost.grid(from, to, { power });
    const [n, m] = C.shape;
    const a = masses("random", n, 1);
    const b = masses("zeros", m, 2);
    const size = Math.max(...dense(C).data);
    for (const maxIterations of [3, 500]) {
      const grid = sinkhorn(a, b, C, { relativeEpsilon: 0.02, maxIterations });
      // The same potentials, checked by a sweep over all pairs.
      const matrix = sinkhorn(a, b, dense(C), { relativeEpsilon: 0.02, maxIterations, keepEntries: false });
      for (const of of ["regularised", "unregularised"] as const) {
        const [ours, theirs] = [grid.certify({ of }), matrix.certify({ of })];
        expect(ours.problem).toBe(theirs.problem);
        expect(Math.abs(ours.primal - theirs.primal)).toBeLessThan(1e-9 * size);
        expect(Math.abs(ours.dual - theirs.dual)).toBeLessThan(1e-9 * size);
        expect(Math.abs(ours.primalResidual - theirs.primalResidual)).toBeLessThan(1e-10);
        expect(Math.abs(ours.dualInfeasibility - theirs.dualInfeasibility)).toBeLessThan(1e-9 * size);
      }
    }
  });
  it("bracket the exact value without entropy, at once and in turns", async () => {
    const C = cost.grid([9, 9], [9, 9], { power: 2 });
    const a = masses("zeros", 81, 3);
    const b = masses("zeros", 81, 4);
    const exact = emd(a, b, C).value;
    const grid = sinkhorn(a, b, C, { relativeEpsilon: 0.003 });
    const { primal, dual, primalResidual } = grid.certify({ of: "unregularised" });
    expect(primal).toBeGreaterThanOrEqual(exact - 1e-12);
    expect(dual).toBeLessThanOrEqual(exact + 1e-12);
    expect(primalResidual).toBeLessThan(1e-13);
    expect(await grid.certify.async({ of: "unregularised" })).toEqual(grid.certify({ of: "unregularised" }));
  });
});

describe("the separable kernel", () => {
  /** Logarithms of sums by the tables and term by term. */
  function both(
    C: GridCost,
    epsilon: number,
    g: Float64Array,
    weights: Float64Array,
    axis: 0 | 1,
  ): [Float64Array, Float64Array] {
    const [count, length] = axis === 0 ? [C.shape[1], C.shape[0]] : C.shape;
    const fast = withWorkspace(entropic, (workspace) => {
      const separable = bindSeparable(C, workspace);
      separable.setEpsilon(epsilon);
      const even = count + (count & 1);
      const masses = workspace.alloc(even * 8);
      workspace.f64(masses, even).fill(0);
      workspace.f64(masses, count).set(weights);
      const potentials = workspace.alloc(even * 8);
      workspace.f64(potentials, even).fill(0);
      workspace.f64(potentials, count).set(g.map((value) => (value * Math.LOG2E) / epsilon));
      const out = workspace.alloc((length + 1) * 8);
      drain(separable.apply(axis, separable.operand(masses, potentials, count), out));
      return workspace.f64(out, length).slice();
    });
    const zero = new Float64Array(length);
    // With potentials equal to minus the logarithms, every plain sum should be 1.
    const f = fast.map((value) => (value > -Infinity ? (-value * epsilon) / Math.LOG2E : 0));
    const plain = withWorkspace(entropic, (workspace) => {
      const sums = startPlainSums(C, axis === 0 ? { f, g } : { f: g, g: f }, epsilon, workspace);
      return drain(sums.sums(axis, weights));
    });
    return [plain, zero.fill(1)];
  }

  it.each([2, 1, 1.5, 3])(
    "sums any potentials exactly, p = %s: smooth, rough, steep, with jumps of 10^5 epsilon",
    (power) => {
      for (const [from, to] of [
        [[37], [37]],
        [
          { shape: [40], spacing: [0.7] },
          { shape: [29], spacing: [1.1] },
        ],
        [
          [17, 23],
          [17, 23],
        ],
        [{ shape: [5, 19], origin: [2, 3] }, [11, 4]],
      ] as [Grid, Grid][]) {
        const C = cost.grid(from, to, { power });
        const [n, m] = C.shape;
        const { normal, uniform } = random(11);
        const size = C.at(0, m - 1);
        for (const relative of [1, 1e-2, 1e-4, 1e-6]) {
          const epsilon = relative * size;
          for (const rough of [0, epsilon, 30 * epsilon, size, 1e5 * epsilon]) {
            for (const axis of [0, 1] as const) {
              const count = axis === 0 ? m : n;
              const g = Float64Array.from({ length: count }, (_, j) => rough * normal() + (size * j) / count);
              const weights = Float64Array.from({ length: count }, () => (uniform() < 0.3 ? 0 : uniform()));
              const [sums, ones] = both(C, epsilon, g, weights, axis);
              // The exponents themselves carry an error of 2^-52 of their size.
              const exponent = (size + Math.max(...g.map(Math.abs))) / epsilon;
              expect(furthest(sums, ones)).toBeLessThan(1e-13 + 2e-15 * exponent);
            }
          }
        }
      }
    },
  );

  it("sums long lines exactly, where an interval of each matters: smooth, with gaps, with steps that leave the range of plain numbers", () => {
    for (const [from, to] of [
      [[300], { shape: [290], spacing: [1.03] }],
      [
        [70, 90],
        [70, 90],
      ],
      [{ shape: [65, 33], origin: [40, -90] }, [41, 130]],
    ] as [Grid, Grid][]) {
      const C = cost.grid(from, to);
      const { uniform } = random(12);
      const count = C.shape[1];
      const size = C.at(0, count - 1);
      for (const relative of [1e-2, 1e-3, 1e-4]) {
        const epsilon = relative * size;
        for (const height of [0.01, 0.3, 3]) {
          const g = Float64Array.from({ length: count }, (_, j) => height * size * Math.sin((7 * j) / count));
          const weights = Float64Array.from({ length: count }, (_, j) => (j % 400 < 150 ? 0 : uniform()));
          const [sums, ones] = both(C, epsilon, g, weights, 0);
          expect(furthest(sums, ones)).toBeLessThan(1e-13 + (2e-15 * (1 + height)) / relative);
        }
      }
    }
  });

  it("sums nothing to nothing, and a single cell to its kernel", () => {
    const C = cost.grid([5, 5]);
    const g = new Float64Array(25);
    expect(both(C, 1, g, new Float64Array(25), 0)[0].every((value) => value === 0)).toBe(true);
    const one = new Float64Array(25);
    one[24] = 1e-310;
    expect(furthest(...both(C, 0.01, g, one, 0))).toBeLessThan(1e-9);
  });

  it("is held for long lines of one spacing, and declined for long lines of two", () => {
    expect(isSeparable(cost.grid([100000]))).toBe(true);
    expect(isSeparable(cost.grid([3000], { shape: [2000], spacing: [1.1] }))).toBe(true);
    const long = cost.grid([10000], { shape: [9000], spacing: [1.1] });
    expect(isSeparable(long)).toBe(false);
  });
});

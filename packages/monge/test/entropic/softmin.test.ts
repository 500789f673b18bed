// Custom costs with soft minima of their own: the same answer as through their entries, and errors for what they must not return.
import { describe, expect, it } from "vitest";
import { type CostLike, cost, isOtError, sinkhorn } from "../../src/index.ts";
import { cloud, masses, squared } from "../generators/problems.ts";
import { slowSinkhorn } from "../oracles/entropic.ts";

/** Soft minima of a matrix by the definition. */
function softminOf(C: readonly ArrayLike<number>[]) {
  return (potential: Float64Array, axis: 0 | 1, epsilon: number): Float64Array => {
    const [n, m] = [C.length, C[0].length];
    return Float64Array.from({ length: axis === 0 ? n : m }, (_, out) => {
      const exponents = Array.from(potential, (value, k) => (value - (axis === 0 ? C[out][k] : C[k][out])) / epsilon);
      const most = Math.max(...exponents);
      if (most === -Infinity) return Infinity;
      return -epsilon * (most + Math.log(exponents.reduce((total, value) => total + Math.exp(value - most), 0)));
    });
  };
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return isOtError(error) ? `${error.code} ${error.argument}` : String(error);
  }
  return "nothing";
}

const C = squared(cloud("clusters", 25, 1), cloud("square", 19, 2));
const shape = [25, 19] as const;
const at = (i: number, j: number): number => C[i][j];
const largest = Math.max(...C.flat());

describe("sinkhorn over a custom cost with softmin", () => {
  it.each(["random", "zeros", "heavy"] as const)(
    "has the answer of the matrix and of the oracle: %s masses",
    (kind) => {
      const a = masses(kind, 25, 3);
      const b = masses(kind, 19, 4);
      for (const relative of [0.5, 0.05, 0.002]) {
        const options = { epsilon: relative * largest, tolerance: 1e-12 };
        const custom = sinkhorn(a, b, cost.custom(shape, at, { softmin: softminOf(C) }), options);
        const matrix = sinkhorn(a, b, C, options);
        expect(custom.report.method).toBe("sinkhorn over softmin of the cost");
        expect(custom.report.status).toBe("converged");
        expect(Math.abs(custom.value - matrix.value)).toBeLessThan(1e-10 * largest);
        expect(Math.abs(custom.transportCost - matrix.transportCost)).toBeLessThan(1e-10 * largest);
        for (const side of ["f", "g"] as const) {
          const apart = custom.potentials[side].map((value, k) => Math.abs(value - matrix.potentials[side][k]));
          expect(Math.max(...apart)).toBeLessThan(1e-8 * largest);
        }
        expect(custom.certify().primalResidual).toBeLessThan(2e-12);
        if (relative < 0.05) continue;
        const slow = slowSinkhorn(a, b, C, options.epsilon);
        expect(Math.abs(custom.value - slow.value)).toBeLessThan(1e-10 * largest);
      }
    },
  );

  it("calls it twice an iteration, and not the entries", () => {
    let sums = 0;
    let entries = 0;
    const softmin = softminOf(C);
    const counting = cost.custom(
      shape,
      (i, j) => {
        entries++;
        return C[i][j];
      },
      {
        softmin: (...all) => {
          sums++;
          return softmin(...all);
        },
      },
    );
    const run = sinkhorn.steps(null, null, counting, { epsilon: 0.05 * largest });
    run.next();
    const [before, read] = [sums, entries];
    run.next();
    expect(sums - before).toBeLessThanOrEqual(2);
    expect(entries).toBe(read);
    run.return(undefined as never);
  });

  it("forbids pairs where exponentials vanish: Infinity, and Infeasible where a row reaches nothing", () => {
    const barred = C.map((row, i) => Array.from(row, (value, j) => (i < 10 === j < 8 ? value : Infinity)));
    const a = new Float64Array(25).map((_, i) => (i < 10 ? 0.5 / 10 : 0.5 / 15));
    const b = new Float64Array(19).map((_, j) => (j < 8 ? 0.5 / 8 : 0.5 / 11));
    const custom = cost.custom(shape, (i, j) => barred[i][j], { softmin: softminOf(barred) });
    const options = { epsilon: 0.1 * largest, tolerance: 1e-12 };
    expect(sinkhorn(a, b, custom, options).value).toBeCloseTo(sinkhorn(a, b, barred, options).value, 10);
    const stuck = barred.map((row, i) => Array.from(row, (value) => (i === 3 ? Infinity : value)));
    const none = cost.custom(shape, (i, j) => stuck[i][j], { softmin: softminOf(stuck) });
    expect(codeOf(() => sinkhorn(a, b, none, options))).toBe("Infeasible C");
  });

  it("solves through the heat kernel of a path, whose matrix it never forms", () => {
    // exp(-C / eps) = (1 - t Laplacian)^-k by k tridiagonal solves; C follows from columns of the kernel.
    const n = 60;
    const heat = (v: Float64Array): Float64Array => {
      const [steps, t] = [6, 4];
      let x = v;
      for (let step = 0; step < steps; step++) {
        const diagonal = Float64Array.from({ length: n }, (_, i) => 1 + t * (i === 0 || i === n - 1 ? 1 : 2));
        const y = Float64Array.from(x);
        for (let i = 1; i < n; i++) {
          const factor = -t / diagonal[i - 1];
          diagonal[i] += factor * t;
          y[i] -= factor * y[i - 1];
        }
        y[n - 1] /= diagonal[n - 1];
        for (let i = n - 2; i >= 0; i--) y[i] = (y[i] + t * y[i + 1]) / diagonal[i];
        x = y;
      }
      return x;
    };
    const epsilon = 0.5;
    const column = Array.from({ length: n }, (_, j) =>
      heat(Float64Array.from({ length: n }, (_, i) => (i === j ? 1 : 0))),
    );
    const matrix = column.map((kernel) => Array.from(kernel, (value) => -epsilon * Math.log(value)));
    const softmin = (potential: Float64Array, _: 0 | 1, eps: number): Float64Array => {
      const most = Math.max(...potential);
      return heat(potential.map((value) => Math.exp((value - most) / eps))).map(
        (value) => -eps * (Math.log(value) + most / eps),
      );
    };
    const a = masses("random", n, 5);
    const b = masses("zeros", n, 6);
    const options = { epsilon, tolerance: 1e-11, annealing: "none" } as const;
    const custom = sinkhorn(
      a,
      b,
      cost.custom([n, n], (i, j) => matrix[j][i], { softmin }),
      options,
    );
    const dense = sinkhorn(a, b, matrix, options);
    expect(custom.report.status).toBe("converged");
    expect(Math.abs(custom.value - dense.value)).toBeLessThan(1e-9);
  });

  it("stops, steps and shows where it stands like every other", async () => {
    const custom = cost.custom(shape, at, { softmin: softminOf(C) });
    const options = { relativeEpsilon: 0.01, maxIterations: 5 };
    const stopped = sinkhorn(null, null, custom, options);
    expect(stopped.report.status).toBe("maxIterations");
    expect((await sinkhorn.async(null, null, custom, options)).potentials).toEqual(stopped.potentials);
    const run = sinkhorn.steps(null, null, custom, options);
    for (let k = 0; k < 4; k++) run.next();
    expect(run.snapshot().report.status).toBe("stopped");
  });
});

describe("a softmin that returns what it must not", () => {
  const solve = (softmin: (potential: Float64Array, axis: 0 | 1, epsilon: number) => ArrayLike<number>): string =>
    codeOf(() => sinkhorn(null, null, cost.custom(shape, at, { softmin }) as CostLike, { epsilon: 1 }));
  it("is named: NaN, -Infinity, another length, nothing", () => {
    const right = softminOf(C);
    const spoilt = (value: number) => (potential: Float64Array, axis: 0 | 1, epsilon: number) =>
      right(potential, axis, epsilon).map((minimum, k) => (axis === 1 && k === 7 ? value : minimum));
    expect(solve(spoilt(Number.NaN))).toBe("InvalidValue softmin");
    expect(solve(spoilt(-Infinity))).toBe("InvalidValue softmin");
    expect(solve((potential) => potential)).toBe("InvalidShape softmin");
    expect(solve(() => undefined as never)).toBe("InvalidShape softmin");
    expect(codeOf(() => cost.custom(shape, at, { softmin: 3 as never }))).toBe("InvalidValue options.softmin");
  });
});

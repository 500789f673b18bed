// Partial transport: brute force, closed forms, laws, limits, the life of a run.
import { describe, expect, it } from "vitest";
import { cost, emd, isOtError, partialTransport, random, sparseFromEntries } from "../../src/index.ts";
import type { DualityCertificate } from "../../src/run/certificate.ts";
import { cloud, masses, squared } from "../generators/problems.ts";
import { transportCost } from "../oracles/transport.ts";

type Answer = ReturnType<typeof partialTransport>;

function proven(result: Answer, tolerance = 1e-12): DualityCertificate {
  const proof = result.certify();
  const scale = Math.max(1, Math.abs(proof.primal));
  expect(Math.abs(proof.gap)).toBeLessThan(tolerance * scale);
  expect(proof.primalResidual).toBeLessThan(1e-9);
  expect(proof.dualInfeasibility).toBeLessThan(tolerance * scale);
  expect(proof.primal).toBeCloseTo(result.value, 9);
  expect(proof.problem).toBe("partial");
  return proof;
}

/** The optimum by the textbook algorithm on the problem with dummy atoms. */
function oracle(a: number[], b: number[], C: number[][], k: number): number {
  const [A, B] = [a, b].map((side) => side.reduce((total, mass) => total + mass, 0));
  const lift = 100;
  const price = (i: number, j: number): number => {
    if (i === a.length) return j === b.length ? Infinity : 0;
    return j === b.length ? 0 : C[i][j] + lift;
  };
  return (transportCost([...a, B - k], [...b, A - k], price) ?? NaN) - lift * k;
}

const small = Array.from({ length: 60 }, (_, seed) => {
  const { integer } = random(seed);
  const [n, m] = [1 + integer(5), 1 + integer(5)];
  const side = (count: number): number[] => Array.from({ length: count }, (_, k) => (k === 0 ? 1 : 0) + integer(4));
  const C = Array.from({ length: n }, () => Array.from({ length: m }, () => integer(10) - 2));
  return { a: side(n), b: side(m), C, seed };
});
const total = (side: readonly number[]): number => side.reduce((sum, mass) => sum + mass, 0);

describe("partialTransport(a, b, C, { mass })", () => {
  it("is the optimum of brute force for every mass of 60 small problems", () => {
    for (const { a, b, C } of small) {
      for (let k = 0; k <= Math.min(total(a), total(b)); k++) {
        const result = partialTransport(a, b, C, { mass: k });
        expect(result.value).toBeCloseTo(oracle(a, b, C, k), 9);
        expect(result.mass).toBeCloseTo(k, 12);
        proven(result);
      }
    }
  });
  it("moves the cheapest units first: 1 x 1 and 2 x 1 in closed form", () => {
    expect(partialTransport([3], [2], [[5]], { mass: 0.5 }).value).toBeCloseTo(2.5, 15);
    const two = partialTransport([1, 2], [2], [[7], [4]], { mass: 1.5 });
    expect(two.value).toBe(6);
    expect(two.plan.at(0, 0)).toBe(0);
    expect(partialTransport([1, 2], [2.5], [[7], [4]]).value).toBeCloseTo(2 * 4 + 0.5 * 7, 14);
  });
  it("is emd where all mass of equal sides moves, and needs no mass for its default", () => {
    const C = squared(cloud("square", 40, 1), cloud("clusters", 40, 2));
    const [a, b] = [masses("random", 40, 3), masses("heavy", 40, 4)];
    expect(partialTransport(a, b, C).value).toBeCloseTo(emd(a, b, C).value, 11);
    proven(partialTransport(a, b, C));
  });
  it("is convex and rising in the mass, and its lambda is a slope", () => {
    const C = cost.points(cloud("square", 30, 5), cloud("square", 25, 6));
    const [a, b] = [masses("random", 30, 7), masses("zeros", 25, 8)];
    const grid = Array.from({ length: 11 }, (_, k) => k / 10);
    const answers = grid.map((mass) => partialTransport(a, b, C, { mass }));
    for (let k = 1; k < grid.length; k++) {
      const slope = (answers[k].value - answers[k - 1].value) / 0.1;
      expect(slope).toBeGreaterThan(answers[k - 1].potentials.lambda - 1e-9);
      expect(slope).toBeLessThan(answers[k].potentials.lambda + 1e-9);
      proven(answers[k]);
    }
  });
  it("does not depend on the order of atoms, on atoms without mass or on split atoms", () => {
    const C = squared(cloud("square", 12, 1), cloud("square", 9, 2));
    const [a, b] = [[...masses("random", 12, 3)], [...masses("random", 9, 4)]];
    const { value } = partialTransport(a, b, C, { mass: 0.7 });
    const back = <T>(side: readonly T[]): T[] => [...side].reverse();
    expect(partialTransport(back(a), b, back(C), { mass: 0.7 }).value).toBeCloseTo(value, 13);
    expect(partialTransport([...a, 0], b, [...C, C[0].map(() => -50)], { mass: 0.7 }).value).toBeCloseTo(value, 13);
    const split = [a[0] / 2, ...a.slice(1), a[0] / 2];
    expect(partialTransport(split, b, [...C, C[0]], { mass: 0.7 }).value).toBeCloseTo(value, 13);
    const transposed = C[0].map((_, j) => C.map((row) => row[j]));
    expect(partialTransport(b, a, transposed, { mass: 0.7 }).value).toBeCloseTo(value, 13);
  });
  it.each([1e-300, 1e-12, 1, 1e12])("scales with masses and costs by %s", (scale) => {
    const C = squared(cloud("square", 15, 1), cloud("square", 15, 2));
    const [a, b] = [masses("random", 15, 3), masses("random", 15, 4)];
    const { value } = partialTransport(a, b, C, { mass: 0.6 });
    const heavy = partialTransport(
      a.map((mass) => mass * scale),
      b.map((mass) => mass * scale),
      C,
      { mass: 0.6 * scale },
    );
    expect(heavy.value / scale).toBeCloseTo(value, 10);
    const dear = partialTransport(
      a,
      b,
      C.map((row) => row.map((c) => c * scale)),
      { mass: 0.6 },
    );
    expect(dear.value / scale).toBeCloseTo(value, 10);
    expect(Math.abs(dear.certify().relativeGap)).toBeLessThan(1e-12);
    expect(Math.abs(heavy.certify().relativeGap)).toBeLessThan(1e-9);
  });
  it("moves masses far below the rounding of what stays: the cheapest pair takes them", () => {
    const result = partialTransport(
      [1, 2],
      [3, 1],
      [
        [4, 3],
        [2, 5],
      ],
      { mass: 1e-200 },
    );
    expect(result.value).toBeCloseTo(2e-200, 210);
    expect(result.certify().relativeGap).toBe(0);
    expect(
      partialTransport(
        [1, 2],
        [3, 1],
        [
          [4, 3],
          [2, 5],
        ],
        { mass: 0 },
      ).value,
    ).toBe(0);
  });
  it("takes costs of every kind, and sparse ones stay sparse", () => {
    const [x, y] = [cloud("square", 14, 1), cloud("square", 11, 2)];
    const C = squared(x, y);
    const { value } = partialTransport(null, null, C, { mass: 0.5 });
    expect(partialTransport(null, null, cost.points(x, y), { mass: 0.5 }).value).toBeCloseTo(value, 13);
    expect(
      partialTransport(
        null,
        null,
        cost.custom([14, 11], (i, j) => C[i][j]),
        { mass: 0.5 },
      ).value,
    ).toBeCloseTo(value, 13);
    const entries = C.flatMap((row, i) => row.map((c, j) => [i, j, c] as const));
    const M = sparseFromEntries(
      14,
      11,
      entries.map(([i]) => i),
      entries.map(([, j]) => j),
      entries.map(([, , c]) => c),
    );
    const sparse = partialTransport(null, null, M, { mass: 0.5 });
    expect(sparse.value).toBeCloseTo(value, 13);
    expect(sparse.report.why).toContain("sparse");
  });
  it("warm starts from its own potentials", () => {
    const C = squared(cloud("square", 60, 1), cloud("square", 60, 2));
    const [a, b] = [masses("random", 60, 3), masses("random", 60, 4)];
    const cold = partialTransport(a, b, C, { mass: 0.8 });
    const warm = partialTransport(a, b, C, { mass: 0.8, warmStart: cold.potentials });
    expect(warm.value).toBeCloseTo(cold.value, 13);
    expect(warm.report.iterations).toBeLessThan(cold.report.iterations);
  });
  it("says how much forbidden pairs let move", () => {
    const never = Infinity;
    const C = [
      [1, never],
      [2, never],
    ];
    expect(partialTransport([2, 3], [1, 4], C, { mass: 1 }).value).toBe(1);
    const thrown = (() => {
      try {
        partialTransport([2, 3], [1, 4], C, { mass: 1.5 });
      } catch (error) {
        return error;
      }
    })();
    expect(isOtError(thrown, "Infeasible")).toBe(true);
    expect((thrown as Error).message).toContain("no more than 1 ");
    expect((thrown as { witness: { rows: Int32Array; columns: Int32Array } }).witness).toEqual({
      rows: Int32Array.of(0, 1),
      columns: Int32Array.of(0),
    });
  });
  it.each([
    [{ mass: -1 }, "InvalidValue"],
    [{ mass: NaN }, "InvalidValue"],
    [{ mass: 2.1 }, "InvalidValue"],
    [{ mass: 1, lambda: 1 }, "InvalidValue"],
    [{ lambda: Infinity }, "InvalidValue"],
  ] as const)("refuses %j", (options, code) => {
    expect(() => partialTransport([1, 1], [3], [[1], [2]], options)).toThrow(expect.objectContaining({ code }));
  });
});

describe("partialTransport(a, b, C, { lambda })", () => {
  it("is the least of value(mass) - lambda mass over all masses", () => {
    for (const { a, b, C, seed } of small) {
      const lambda = random(seed + 1000).integer(12) - 1.5;
      let best = Infinity;
      for (let k = 0; k <= Math.min(total(a), total(b)); k++) best = Math.min(best, oracle(a, b, C, k) - lambda * k);
      const result = partialTransport(a, b, C, { lambda });
      expect(result.value).toBeCloseTo(best, 9);
      proven(result);
      // The other way round: at the mass that lambda picked, the problem with that mass has the same plan value.
      expect(partialTransport(a, b, C, { mass: result.mass }).value).toBeCloseTo(result.transportCost, 9);
    }
  });
  it("never uses a pair dearer than lambda, and none at all below the least cost", () => {
    const C = squared(cloud("square", 30, 1), cloud("square", 30, 2));
    const result = partialTransport(null, null, C, { lambda: 0.01 });
    for (const [i, j] of result.plan.entries()) expect(C[i][j]).toBeLessThanOrEqual(0.01);
    expect(result.mass).toBeGreaterThan(0.1);
    expect(partialTransport(null, null, C, { lambda: -1 }).mass).toBe(0);
    proven(result);
  });
});

describe("the life of a partial run", () => {
  const C = squared(cloud("square", 400, 1), cloud("square", 350, 2));
  const [a, b] = [masses("random", 400, 3), masses("random", 350, 4)];
  const options = { mass: 0.7 };
  const whole = partialTransport(a, b, C, options);
  const bits = ({ value, potentials, plan }: Answer): unknown => [value, potentials, plan.matrix];
  it("has the same bits in all three forms and again", async () => {
    expect(bits(partialTransport(a, b, C, options))).toEqual(bits(whole));
    expect(bits(await partialTransport.async(a, b, C, options))).toEqual(bits(whole));
    const run = partialTransport.steps(a, b, C, options);
    let steps = 0;
    for (const _ of run) {
      const so = run.snapshot();
      expect(so.certify().primal).toBeGreaterThan(whole.value - 1e-12);
      expect(so.mass).toBeCloseTo(0.7, 12);
      steps++;
    }
    expect(steps).toBeGreaterThan(0);
    expect(bits(run.result as Answer)).toEqual(bits(whole));
  });
  it("stops with a plan of that mass at a limit", () => {
    const stopped = partialTransport(a, b, C, { ...options, maxIterations: 1 });
    expect(stopped.report.status).toBe("maxIterations");
    expect(stopped.mass).toBeCloseTo(0.7, 12);
    expect(stopped.certify().gap).toBeGreaterThan(0);
  });
  it("rejects when aborted", async () => {
    await expect(partialTransport.async(a, b, C, { ...options, signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

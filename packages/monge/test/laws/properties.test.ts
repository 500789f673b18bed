// What holds for every problem, tried on problems that fast-check makes up; a failure prints its seed and the smallest example.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assignment, cost, emd, wasserstein1d } from "../../src/index.ts";

const numRuns = process.env["MONGE_FULL"] ? 2000 : 150;

/** Masses that are whole numbers of one unit, so that both sides can be made to balance exactly; many ties and zeros. */
const wholeMasses = (length: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: 0, max: 6 }), { minLength: length, maxLength: length });

/** Balanced masses and a cost with ties, negative entries and a wide range. */
const problems = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
  .chain(([n, m]) =>
    fc.record({
      a: wholeMasses(n),
      b: wholeMasses(m),
      C: fc.array(
        fc.array(fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ min: -1e9, max: 1e9, noNaN: true })), {
          minLength: m,
          maxLength: m,
        }),
        { minLength: n, maxLength: n },
      ),
    }),
  )
  .map(({ a, b, C }) => {
    const total = (masses: number[]): number => masses.reduce((sum, mass) => sum + mass, 0);
    const difference = total(a) - total(b);
    if (difference > 0) b[0] += difference;
    else a[0] -= difference;
    return { a, b, C };
  });

const coordinates = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 12 });

describe("emd on any balanced problem", () => {
  it.each(["networkSimplex", "costScaling"] as const)("%s returns a plan that its certificate proves", (method) => {
    fc.assert(
      fc.property(problems, ({ a, b, C }) => {
        const result = emd(a, b, C, { method });
        const certificate = result.certify();
        const scale = Math.max(...C.flat().map(Math.abs)) * a.reduce((sum, mass) => sum + mass, 0);
        expect(result.report.status).toBe("optimal");
        expect(certificate.primalResidual).toBeLessThanOrEqual(1e-12);
        expect(Math.abs(certificate.gap)).toBeLessThanOrEqual(1e-13 * scale);
        expect(certificate.dualInfeasibility).toBeLessThanOrEqual(1e-14 * scale + 1e-300);
        expect([...result.plan.entries()].length).toBeLessThanOrEqual(a.length + b.length - 1);
      }),
      { numRuns },
    );
  });

  it("changes by a constant when a constant is added to a row of the cost", () => {
    fc.assert(
      fc.property(problems, fc.integer({ min: -50, max: 50 }), ({ a, b, C }, shift) => {
        const moved = C.map((row, i) => (i === 0 ? row.map((value) => value + shift) : row));
        const scale =
          Math.max(...moved.flat().map(Math.abs), ...C.flat().map(Math.abs)) * (1 + a.reduce((s, x) => s + x, 0));
        const difference = emd(a, b, moved).value - emd(a, b, C).value;
        expect(Math.abs(difference - shift * a[0])).toBeLessThanOrEqual(1e-13 * scale);
      }),
      { numRuns },
    );
  });
});

describe("distances", () => {
  it("W_1 on the line obeys the triangle inequality, and is emd's", () => {
    fc.assert(
      fc.property(coordinates, coordinates, coordinates, (x, y, z) => {
        const w = (from: number[], to: number[]): number => wasserstein1d(from, to).distance;
        expect(w(x, z)).toBeLessThanOrEqual((w(x, y) + w(y, z)) * (1 + 1e-12) + 1e-9);
        const column = (values: number[]): number[][] => values.map((value) => [value]);
        const matrix = emd(null, null, cost.points(column(x), column(y), "euclidean"));
        expect(Math.abs(matrix.value - w(x, y))).toBeLessThanOrEqual(1e-12 * Math.max(1, matrix.value));
      }),
      { numRuns },
    );
  });

  it("assignment costs what emd with equal masses costs, times n", () => {
    const square = fc.integer({ min: 1, max: 8 }).chain((n) =>
      fc.array(fc.array(fc.integer({ min: 0, max: 20 }), { minLength: n, maxLength: n }), {
        minLength: n,
        maxLength: n,
      }),
    );
    fc.assert(
      fc.property(square, (C) => {
        const matched = assignment(C);
        expect(new Set(matched.columns).size).toBe(C.length);
        expect(Math.abs(matched.cost - emd(null, null, C).value * C.length)).toBeLessThanOrEqual(
          1e-11 * (1 + matched.cost),
        );
      }),
      { numRuns },
    );
  });
});

// Partial transport on the line against the general solver, for every mass.
import { describe, expect, it } from "vitest";
import { cost, partialTransport, partialTransport1d, random } from "../../src/index.ts";

const line = (x: readonly number[], y: readonly number[], p: number) =>
  cost.points(
    x.map((value) => [value]),
    y.map((value) => [value]),
    { norm: 1, power: p },
  );
const ones = (count: number): number[] => new Array<number>(count).fill(1);

function atoms(count: number, seed: number, kind: "normal" | "lattice" | "apart"): number[] {
  const { normal, integer } = random(seed);
  return Array.from({ length: count }, () =>
    kind === "lattice" ? integer(6) : normal() + (kind === "apart" && seed % 2 === 1 ? 10 : 0),
  );
}

describe("partialTransport1d(x, y, { p })", () => {
  for (const p of [1, 1.5, 2, 3]) {
    it.each(["normal", "lattice", "apart"] as const)(
      `is partial for every number of pairs, p = ${p}, %s atoms`,
      (kind) => {
        for (let seed = 0; seed < 12; seed++) {
          const [x, y] = [atoms(1 + ((seed * 5) % 9), 2 * seed, kind), atoms(1 + ((seed * 7) % 9), 2 * seed + 1, kind)];
          const result = partialTransport1d(x, y, { p });
          expect(result.masses.length).toBe(Math.min(x.length, y.length) + 1);
          for (const k of result.masses) {
            const expected = partialTransport(ones(x.length), ones(y.length), line(x, y, p), { mass: k }).value;
            expect(result.costs[k] / Math.max(1, expected)).toBeCloseTo(expected / Math.max(1, expected), 11);
            const proof = result.at(k).certify();
            expect(Math.abs(proof.gap)).toBeLessThan(1e-10 * Math.max(1, expected));
            expect(proof.primalResidual).toBe(0);
            expect(proof.dualInfeasibility).toBeLessThan(1e-10 * Math.max(1, expected));
          }
        }
      },
    );
  }
  it("gives the order in which atoms enter: supports are nested, plans monotone", () => {
    const { masses, slopes, rows, columns, costs, plan } = partialTransport1d([5, -2, 4], [-1, 1, 3]);
    expect([...masses]).toEqual([0, 1, 2, 3]);
    expect([...slopes]).toEqual([1, 1, 4]);
    expect([...costs]).toEqual([0, 1, 2, 6]);
    expect([...rows]).toEqual([1, 2, 0]);
    expect([...columns]).toEqual([0, 2, 1]);
    expect([...plan(2).entries()]).toEqual([
      [1, 0, 1],
      [2, 2, 1],
    ]);
  });
  it("is linear between whole numbers of pairs", () => {
    const [x, y] = [atoms(8, 1, "normal"), atoms(9, 2, "normal")];
    const result = partialTransport1d(x, y);
    const at = result.at(3.25);
    expect(at.value).toBeCloseTo(0.75 * result.costs[3] + 0.25 * result.costs[4], 13);
    expect(at.mass).toBeCloseTo(3.25, 14);
    expect(Math.abs(at.certify().gap)).toBeLessThan(1e-12);
  });
  it("ends at maxMass with the same pairs", () => {
    const [x, y] = [atoms(50, 1, "normal"), atoms(60, 2, "normal")];
    const [all, some] = [partialTransport1d(x, y), partialTransport1d(x, y, { maxMass: 7 })];
    expect(some.costs).toEqual(all.costs.slice(0, 8));
    expect(some.rows).toEqual(all.rows.slice(0, 7));
  });
  it("keeps its digits where atoms of large problems nearly coincide", () => {
    const n = 20000;
    const { uniform } = random(3);
    const x = Float64Array.from({ length: n }, uniform);
    const y = Float64Array.from({ length: n }, uniform);
    const { slopes, costs, at } = partialTransport1d(x, y);
    for (let k = 1; k < n; k++) expect(slopes[k] - slopes[k - 1]).toBeGreaterThan(-1e-15);
    const half = at(n / 2);
    expect(half.value / costs[n / 2]).toBeCloseTo(1, 12);
  });
  it("weighs: exact against partial at its corners and between them", () => {
    for (let seed = 0; seed < 20; seed++) {
      const { uniform, integer } = random(seed);
      const [n, m] = [1 + integer(7), 1 + integer(7)];
      const kind = seed % 2 === 0 ? "normal" : "lattice";
      const [x, y] = [atoms(n, 2 * seed, kind), atoms(m, 2 * seed + 1, kind)];
      const weigh = (): number => (kind === "normal" ? uniform() : 0.1 * (1 + integer(4)));
      const a = Array.from({ length: n }, weigh);
      const b = Array.from({ length: m }, weigh);
      const result = partialTransport1d(x, y, { a, b });
      const last = result.masses[result.masses.length - 1];
      for (const mass of [...result.masses, uniform() * last, uniform() * last]) {
        const expected = partialTransport(a, b, line(x, y, 1), { mass }).value;
        const at = result.at(mass);
        expect(at.value).toBeCloseTo(expected, 11);
        expect(Math.abs(at.certify().gap)).toBeLessThan(1e-11);
        expect(at.certify().primalResidual).toBeLessThan(1e-9);
      }
      result.masses.forEach((mass, k) => {
        expect(result.costs[k]).toBeCloseTo(partialTransport(a, b, line(x, y, 1), { mass }).value, 11);
      });
    }
  });
  it("refuses weights with p > 1, masses out of range and bad exponents", () => {
    expect(() => partialTransport1d([1, 2], [3], { p: 2, a: [1, 2] })).toThrow(
      expect.objectContaining({ code: "Unsupported" }),
    );
    expect(() => partialTransport1d([1, 2], [3]).at(2)).toThrow(expect.objectContaining({ code: "InvalidValue" }));
    expect(() => partialTransport1d([1, 2], [3], { p: 0.5 })).toThrow(
      expect.objectContaining({ code: "InvalidValue" }),
    );
    expect(() => partialTransport1d([1, 2], [3], { maxMass: 0.5 })).toThrow(
      expect.objectContaining({ code: "InvalidValue" }),
    );
    expect(() => partialTransport1d([1, NaN], [3])).toThrow(expect.objectContaining({ code: "InvalidValue" }));
    expect(() => partialTransport1d([], [3])).toThrow(expect.objectContaining({ code: "InvalidShape" }));
  });
});

// Unbalanced transport without entropy: closed forms, brute force, proofs on every problem, laws, limits, the life of a run.
import { describe, expect, it } from "vitest";
import {
  cost,
  emd,
  type Marginal,
  type Penalty,
  partialTransport,
  random,
  type UnbalancedResult,
  unbalancedTransport,
} from "../../src/index.ts";
import { cloud, masses, squared } from "../generators/problems.ts";
import { transportCost } from "../oracles/transport.ts";

const KL = (strength: number): Penalty => ({ kind: "KL", strength });
const L2 = (strength: number): Penalty => ({ kind: "L2", strength });
const TV = (strength: number): Penalty => ({ kind: "TV", strength });

function proven(result: UnbalancedResult, tolerance = 1e-11): void {
  const proof = result.certify();
  const scale = Math.max(1e-300, Math.abs(proof.primal), result.penalties.source + result.penalties.target);
  expect(proof.problem).toBe("unbalanced");
  expect(Math.abs(proof.gap)).toBeLessThan(tolerance * scale);
  expect(proof.primalResidual).toBeLessThan(1e-11);
  expect(Math.abs(proof.primal - result.value)).toBeLessThan(tolerance * scale);
}

describe("unbalancedTransport(a, b, C, { penalty }) in closed form", () => {
  it("1 x 1 under KL: the mass is the geometric mean, damped by exp(-C / (rho + sigma))", () => {
    for (const [a, b, c, rho, sigma] of [
      [2, 3, 0.7, 1, 1],
      [0.1, 5, 2, 0.5, 3],
      [1, 1, -1, 2, 0.1],
    ]) {
      const result = unbalancedTransport([a], [b], [[c]], { penalty: { source: KL(rho), target: KL(sigma) } });
      const mass = Math.exp((rho * Math.log(a) + sigma * Math.log(b) - c) / (rho + sigma));
      expect(result.mass).toBeCloseTo(mass, 13);
      expect(result.value).toBeCloseTo(rho * a + sigma * b - (rho + sigma) * mass, 12);
    }
  });
  it("1 x 1 under L2: max(0, rho a + sigma b - C) / (rho + sigma)", () => {
    for (const c of [0.7, 20]) {
      const result = unbalancedTransport([2], [3], [[c]], { penalty: { source: L2(1), target: L2(4) } });
      expect(result.mass).toBeCloseTo(Math.max(0, 2 + 12 - c) / 5, 14);
    }
  });
  it("2 x 1 under L2 leaves the dearer source alone where it does not pay", () => {
    const result = unbalancedTransport([1, 1], [1], [[0.5], [5]], { penalty: L2(2) });
    expect(result.plan.at(0, 0)).toBeCloseTo((2 + 2 - 0.5) / 4, 14);
    expect(result.plan.at(1, 0)).toBe(0);
    expect(result.potentials.f[1]).toBeCloseTo(2, 14);
  });
  it("one hard side is served in full", () => {
    const result = unbalancedTransport([1, 2], [1], [[1], [2]], { penalty: { source: "equal", target: KL(1) } });
    result.plan.marginal(0).forEach((mass, i) => {
      expect(mass).toBeCloseTo(i + 1, 14);
    });
    expect(result.value).toBeCloseTo(5 + 3 * Math.log(3) - 3 + 1, 13);
  });
  it("TV pays for what stays", () => {
    const result = unbalancedTransport(
      [2, 1],
      [1, 1],
      [
        [0, 3],
        [3, 9],
      ],
      { penalty: TV(1) },
    );
    expect(result.value).toBe(3);
    expect(result.penalties).toEqual({ source: 2, target: 1 });
  });
});

/** Random pairings of penalties on small problems, some with forbidden pairs, atoms without mass and negative costs. */
const mixed = Array.from({ length: 150 }, (_, seed) => {
  const { uniform, normal, integer } = random(seed);
  const [n, m] = [1 + integer(6), 1 + integer(6)];
  const lattice = seed % 2 === 0;
  const weigh = (_: unknown, k: number): number => (k === 0 ? 1 : lattice ? integer(3) : uniform());
  const C = Array.from({ length: n }, (_, i) =>
    Array.from({ length: m }, (_, j) => {
      if (seed % 3 === 0 && i + j > 0 && integer(8) === 0) return Infinity;
      return lattice ? integer(5) : normal() + 1;
    }),
  );
  const side = (): Marginal => [KL, L2][integer(2)]([0.1, 1, 10][integer(3)]);
  return {
    a: Array.from({ length: n }, weigh),
    b: Array.from({ length: m }, weigh),
    C,
    source: side(),
    target: side(),
  };
});

describe("unbalancedTransport(a, b, C, { penalty })", () => {
  it("proves itself on 150 small problems of all pairings of KL and L2", () => {
    for (const { a, b, C, source, target } of mixed) {
      const result = unbalancedTransport(a, b, C, { penalty: { source, target } });
      proven(result);
      expect(["optimal", "converged"]).toContain(result.report.status);
    }
  });
  it("proves itself with one hard side", () => {
    for (const { a, b, C, source, target } of mixed) {
      const finite = C.map((row) => row.map((c) => Math.min(c, 9)));
      proven(unbalancedTransport(a, b, finite, { penalty: { source: "equal", target } }));
      proven(unbalancedTransport(a, b, finite, { penalty: { source, target: "equal" } }));
    }
  });
  it("cannot be improved by nudging, adding or removing any entry", () => {
    for (const { a, b, C, source, target } of mixed.slice(0, 60)) {
      const result = unbalancedTransport(a, b, C, { penalty: { source, target } });
      const P = result.plan.toDense().data;
      const best = objective(P, a, b, C, source, target);
      expect(best).toBeCloseTo(result.value, 10);
      for (let k = 0; k < P.length; k++) {
        if (C[Math.floor(k / b.length)][k % b.length] === Infinity) continue;
        for (const step of [1e-3, -1e-3, -P[k]]) {
          const other = P.slice();
          other[k] = Math.max(0, other[k] + step);
          expect(objective(other, a, b, C, source, target)).toBeGreaterThan(best - 1e-12 * (1 + Math.abs(best)));
        }
      }
    }
  });
  it("is brute force under TV, sides of different strength and hard ones included", () => {
    for (let seed = 0; seed < 80; seed++) {
      const { integer } = random(seed);
      const [n, m] = [1 + integer(4), 1 + integer(4)];
      const side = (count: number): number[] => Array.from({ length: count }, () => integer(3));
      const [a, b] = [side(n), side(m)];
      const C = Array.from({ length: n }, () => Array.from({ length: m }, () => integer(7)));
      const [rho, sigma] = [integer(6) + 0.5, seed % 4 === 0 ? Infinity : integer(6) + 0.5];
      const result = unbalancedTransport(a, b, C, { penalty: { source: TV(rho), target: TV(sigma) } });
      proven(result);
      // Making mass at i costs rho, leaving it costs rho; the same for columns.
      const least = (values: number[]): number => Math.min(...values);
      const stay = C.map((row) => Math.min(rho, sigma + least(row)));
      const empty = b.map((_, j) => Math.min(sigma, rho + least(C.map((row) => row[j]))));
      const total = (masses: number[]): number => masses.reduce((sum, mass) => sum + mass, 0);
      const expected = transportCost([...a, total(b)], [...b, total(a)], (i, j) =>
        i === n ? (j === m ? 0 : empty[j]) : j === m ? stay[i] : C[i][j],
      );
      expect(result.value).toBeCloseTo(expected as number, 9);
    }
  });
  it("is partial transport with lambda = 2 rho under TV", () => {
    const C = squared(cloud("square", 30, 1), cloud("square", 25, 2));
    const [a, b] = [masses("random", 30, 3), masses("heavy", 25, 4)];
    const paid = partialTransport(a, b, C, { lambda: 0.06 });
    expect(unbalancedTransport(a, b, C, { penalty: TV(0.03) }).value).toBeCloseTo(paid.value + 0.06, 12);
  });
  it.each(["KL", "L2", "TV"] as const)("tends to emd as the strength of %s grows", (kind) => {
    const C = squared(cloud("square", 25, 1), cloud("square", 20, 2));
    const [a, b] = [masses("random", 25, 3), masses("random", 20, 4)];
    const { value } = emd(a, b, C);
    let before = 0;
    for (const strength of [0.1, 10, 1e3, 1e6]) {
      const now = unbalancedTransport(a, b, C, { penalty: { kind, strength } }).value;
      // The strength multiplies the rounding of the masses.
      const rounding = 1e-12 + 1e-15 * strength;
      expect(now).toBeGreaterThan(before - rounding);
      expect(now).toBeLessThan(value + rounding);
      before = now;
    }
    expect(before).toBeCloseTo(value, 5);
    expect(unbalancedTransport(a, b, C, { penalty: { source: "equal", target: "equal" } }).value).toBeCloseTo(
      value,
      12,
    );
  });
  it("does not depend on the order of atoms, on atoms without mass, or on which side comes first", () => {
    const C = squared(cloud("square", 20, 1), cloud("clusters", 15, 2));
    const [a, b] = [[...masses("random", 20, 3)], [...masses("random", 15, 4)]];
    const penalty = { source: KL(1), target: L2(30) };
    const { value } = unbalancedTransport(a, b, C, { penalty });
    const back = <T>(side: readonly T[]): T[] => [...side].reverse();
    expect(unbalancedTransport(back(a), b, back(C), { penalty }).value).toBeCloseTo(value, 12);
    expect(unbalancedTransport([...a, 0], b, [...C, C[0].map(() => -5)], { penalty }).value).toBeCloseTo(value, 12);
    const turned = C[0].map((_, j) => C.map((row) => row[j]));
    const swapped = { source: penalty.target, target: penalty.source };
    expect(unbalancedTransport(b, a, turned, { penalty: swapped }).value).toBeCloseTo(value, 12);
  });
  it("splits an atom without a change under KL", () => {
    const C = squared(cloud("square", 20, 1), cloud("square", 15, 2));
    const [a, b] = [[...masses("random", 20, 3)], [...masses("random", 15, 4)]];
    const split = [a[0] / 2, ...a.slice(1), a[0] / 2];
    const { value } = unbalancedTransport(a, b, C, { penalty: 0.3 });
    expect(unbalancedTransport(split, b, [...C, C[0]], { penalty: 0.3 }).value).toBeCloseTo(value, 12);
  });
  it.each([1e-300, 1e-12, 1e12])(
    "scales with masses by %s under KL and TV, with costs and strengths under all",
    (scale) => {
      const C = squared(cloud("square", 15, 1), cloud("square", 15, 2));
      const [a, b] = [masses("random", 15, 3), masses("heavy", 15, 4)];
      const times = (values: Float64Array): Float64Array => values.map((value) => value * scale);
      for (const kind of ["KL", "TV", "L2"] as const) {
        const penalty = { kind, strength: 0.2 };
        const { value } = unbalancedTransport(a, b, C, { penalty });
        const dear = C.map((row) => row.map((c) => c * scale));
        const scaled = unbalancedTransport(a, b, dear, { penalty: { kind, strength: 0.2 * scale } });
        expect(scaled.value / scale).toBeCloseTo(value, 9);
        if (kind === "L2") continue;
        const heavy = unbalancedTransport(times(a), times(b), C, { penalty });
        expect(heavy.value / scale).toBeCloseTo(value, 9);
        expect(Math.abs(heavy.certify().relativeGap)).toBeLessThan(1e-9);
      }
    },
  );
  it("survives a column at 1e12, masses of 1e-200 beside 1, costs far above the strength, and no way at all", () => {
    const { uniform } = random(5);
    const base = Array.from({ length: 12 }, () => Array.from({ length: 12 }, uniform));
    const side = Array.from({ length: 12 }, uniform);
    const far = base.map((row) => row.map((c, j) => (j === 3 ? 1e12 : c)));
    const light = side.map((mass, i) => (i % 2 === 0 ? mass * 1e-200 : mass));
    for (const penalty of [KL(1), L2(1), TV(1)]) {
      for (const result of [
        unbalancedTransport(side, side, far, { penalty }),
        unbalancedTransport(light, side, base, { penalty }),
        unbalancedTransport(
          side,
          side,
          base.map((row) => row.map((c) => 1 + c * 1e12)),
          { penalty },
        ),
        unbalancedTransport(
          side,
          side,
          base.map((row) => row.map(() => Infinity)),
          { penalty },
        ),
        unbalancedTransport(
          side.map(() => 0),
          side,
          base,
          { penalty },
        ),
      ]) {
        proven(result);
        for (const value of [...result.potentials.f, ...result.potentials.g]) expect(Number.isFinite(value)).toBe(true);
      }
    }
  });
  it("takes points and sparse costs, and matches the matrix to the last digits", () => {
    const [x, y] = [cloud("square", 30, 1), cloud("square", 30, 2)];
    const { value } = unbalancedTransport(null, null, squared(x, y), { penalty: 0.1 });
    expect(unbalancedTransport(null, null, cost.points(x, y), { penalty: 0.1 }).value).toBeCloseTo(value, 13);
  });
  it.each(["KL", "L2"] as const)("majorisation comes to the same under %s, from above", (kind) => {
    const C = squared(cloud("square", 12, 1), cloud("square", 10, 2));
    const [a, b] = [masses("random", 12, 3), masses("random", 10, 4)];
    const penalty = { kind, strength: kind === "KL" ? 0.5 : 20 };
    const exact = unbalancedTransport(a, b, C, { penalty });
    const slow = unbalancedTransport(a, b, C, { penalty, method: "majorisation", tolerance: 1e-6 });
    expect(slow.report.status).toBe("converged");
    expect(slow.value).toBeGreaterThan(exact.value - 1e-14);
    expect(slow.value / exact.value - 1).toBeLessThan(1e-6);
  });
  it("refuses what it cannot do, with a code", () => {
    const C = [[1, Infinity]];
    const code = (expected: string): unknown => expect.objectContaining({ code: expected });
    expect(() => unbalancedTransport([1], [1, 1], C, {} as never)).toThrow(code("InvalidValue"));
    expect(() => unbalancedTransport([1], [1, 1], C, { penalty: -1 })).toThrow(code("InvalidValue"));
    expect(() => unbalancedTransport([1], [1, 1], C, { penalty: 1, tolerance: -1 })).toThrow(code("InvalidValue"));
    expect(() => unbalancedTransport([1], [1, 1], C, { penalty: 1, method: "no" as never })).toThrow(
      code("InvalidValue"),
    );
    expect(() => unbalancedTransport([1], [1, 1], C, { penalty: { source: KL(1), target: TV(1) } })).toThrow(
      code("Unsupported"),
    );
    expect(() => unbalancedTransport([1], [1, 1], C, { penalty: { source: KL(1), target: "equal" } })).toThrow(
      code("Infeasible"),
    );
    expect(() => unbalancedTransport([1], [2], [[1]], { penalty: { source: "equal", target: "equal" } })).toThrow(
      code("MassMismatch"),
    );
    expect(() => unbalancedTransport([1], [1], [[-5]], { penalty: TV(1) })).toThrow(code("InvalidValue"));
  });
});

function objective(
  P: Float64Array,
  a: number[],
  b: number[],
  C: number[][],
  source: Marginal,
  target: Marginal,
): number {
  const penalty = (side: Marginal, r: number, mass: number): number => {
    if (side === "equal") return 0;
    if (side.kind === "L2") return (side.strength / 2) * (r - mass) ** 2;
    if (mass === 0) return r === 0 ? 0 : Infinity;
    return side.strength * (r === 0 ? mass : r * Math.log(r / mass) - r + mass);
  };
  let value = 0;
  const r = a.map(() => 0);
  const s = b.map(() => 0);
  for (let i = 0; i < a.length; i++) {
    for (let j = 0; j < b.length; j++) {
      const mass = P[i * b.length + j];
      if (mass > 0) value += mass * C[i][j];
      r[i] += mass;
      s[j] += mass;
    }
  }
  r.forEach((mass, i) => {
    value += penalty(source, mass, a[i]);
  });
  s.forEach((mass, j) => {
    value += penalty(target, mass, b[j]);
  });
  return value;
}

describe("the life of an unbalanced run", () => {
  const C = squared(cloud("square", 200, 1), cloud("square", 180, 2));
  const [a, b] = [masses("random", 200, 3), masses("zeros", 180, 4)];
  const options = { penalty: 0.2 };
  const whole = unbalancedTransport(a, b, C, options);
  const bits = ({ value, potentials, plan }: UnbalancedResult): unknown => [value, potentials, plan.matrix];
  it("has the same bits in all three forms, interleaved, and with solves in between", async () => {
    expect(bits(await unbalancedTransport.async(a, b, C, options))).toEqual(bits(whole));
    const runs = [unbalancedTransport.steps(a, b, C, options), unbalancedTransport.steps(a, b, C, options)];
    const live = new Set(runs);
    while (live.size > 0) {
      for (const run of live) {
        if (run.next().done) live.delete(run);
        else unbalancedTransport([1], [2], [[1]], options);
      }
    }
    for (const run of runs) expect(bits(run.result as UnbalancedResult)).toEqual(bits(whole));
  });
  it("shows feasible answers on the way, never below the optimum", () => {
    const run = unbalancedTransport.steps(a, b, C, options);
    let steps = 0;
    for (const progress of run) {
      expect(progress.error).not.toBeNaN();
      const so = run.snapshot();
      expect(so.report.status).toBe("stopped");
      expect(so.value).toBeGreaterThan(whole.value - 1e-13);
      expect(so.certify().dual).toBeLessThan(whole.value + 1e-13);
      steps++;
    }
    expect(steps).toBeGreaterThan(3);
  });
  it("stops at a limit with a certified plan, rejects when aborted", async () => {
    const stopped = unbalancedTransport(a, b, C, { ...options, maxIterations: 20 });
    expect(stopped.report.status).toBe("maxIterations");
    expect(stopped.certify().gap).toBeGreaterThan(0);
    expect(unbalancedTransport(a, b, C, { ...options, stopWhen: () => true }).report.status).toBe("stopped");
    await expect(unbalancedTransport.async(a, b, C, { ...options, signal: AbortSignal.abort() })).rejects.toThrow();
  });
});

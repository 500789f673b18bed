// The engine without the matrix against a textbook solver, brute-force pricing and the certificate over all pairs.
import { describe, expect, test } from "vitest";
import { type Cost, toCost } from "../../src/cost/cost.ts";
import { grid } from "../../src/cost/grid.ts";
import { points } from "../../src/cost/points.ts";
import { pointsExact } from "../../src/exact/points/pointsExact.ts";
import { prepare } from "../../src/exact/prepare.ts";
import type { ExactAnswer } from "../../src/exact/problem.ts";
import { exact } from "../../src/kernels/exact.ts";
import { giveBack, lease, type Workspace } from "../../src/kernels/workspace.ts";
import { type Random, random } from "../../src/linalg/random.ts";
import { sparseFromEntries } from "../../src/linalg/sparse.ts";
import type { Weights } from "../../src/measure/weights.ts";
import { sparsePlan } from "../../src/plan/sparse.ts";
import { certifyExact, type DualityCertificate } from "../../src/run/certificate.ts";
import type { Potentials, Status } from "../../src/run/options.ts";
import { cloudOf, grounds, wholeMasses } from "../generators/grounds.ts";
import { transportCost } from "../oracles/transport.ts";

interface Solved {
  readonly answer: ExactAnswer;
  readonly snapshots: ExactAnswer[];
  readonly certificate: DualityCertificate;
  /** Largest c_ij - f_i - g_j over the entries of the plan. */
  readonly slack: number;
  readonly bytes: number;
  readonly phases: Set<string>;
}

interface Limits {
  readonly warmStart?: Potentials;
  readonly maxIterations?: number;
  readonly stopAfterYields?: number;
  readonly snapshotEvery?: number;
}

function certificate(a: Float64Array, b: Float64Array, cost: Cost, answer: ExactAnswer): DualityCertificate {
  const [n, m] = cost.shape;
  const plan = sparsePlan(sparseFromEntries(n, m, answer.i, answer.j, answer.mass));
  return certifyExact({ cost, a, b, plan, potentials: { f: answer.f, g: answer.g } })() as DualityCertificate;
}

/** Only for problems without atoms of mass zero. */
function solve(a: Weights, b: Weights, cost: Cost, limits: Limits = {}): Solved {
  const prepared = prepare(a, b, cost, { warmStart: limits.warmStart });
  const workspace: Workspace = lease(exact);
  let yields = 0;
  let snapshot: () => ExactAnswer = () => expect.unreachable("no offer before the first yield");
  const snapshots: ExactAnswer[] = [];
  const phases = new Set<string>();
  const run = pointsExact.run(prepared.problem, workspace, {
    maxIterations: limits.maxIterations ?? Infinity,
    interrupted: (): Status | null => (yields >= (limits.stopAfterYields ?? Infinity) ? "stopped" : null),
    offer: (given) => {
      snapshot = given;
    },
    elapsedMs: () => 0,
  });
  for (;;) {
    const step = run.next();
    if (step.done === true) {
      const answer = step.value;
      const { bytes } = workspace;
      giveBack(workspace);
      let slack = 0;
      for (let k = 0; k < answer.i.length; k++) {
        const [i, j] = [answer.i[k], answer.j[k]];
        slack = Math.max(slack, cost.at(i, j) - answer.f[i] - answer.g[j]);
      }
      const proof = certificate(prepared.a, prepared.b, cost, answer);
      return { answer, snapshots, certificate: proof, slack, bytes, phases };
    }
    yields++;
    phases.add(step.value.phase);
    expect(step.value.error).not.toBeNaN();
    if (limits.snapshotEvery !== undefined && yields % limits.snapshotEvery === 0) snapshots.push(snapshot());
  }
}

function largest(cost: Cost): number {
  const [n] = cost.shape;
  let most = 0;
  for (let i = 0; i < n; i++) for (const c of cost.block(i, i + 1)) most = Math.max(most, c);
  return most;
}

/** Optimal to rounding: feasible, potentials below C everywhere, support tight, no gap. */
function expectOptimal(solved: Solved, cost: Cost, label = ""): void {
  const { certificate: proof, slack, answer } = solved;
  const scale = largest(cost);
  expect(answer.status, label).toBe("optimal");
  expect(proof.primalResidual, label).toBeLessThanOrEqual(1e-12);
  expect(proof.dualInfeasibility, label).toBeLessThanOrEqual(1e-14 * scale);
  expect(slack, label).toBeLessThanOrEqual(1e-14 * scale);
  // Potentials of the size of C round in their last bit, whatever the value: the floor for values near 0.
  expect(Math.abs(proof.gap), label).toBeLessThanOrEqual(1e-10 * proof.primal + 1e-14 * scale + 1e-40);
  expect(
    answer.mass.every((mass) => mass > 0),
    label,
  ).toBe(true);
}

describe("pointsExact", () => {
  for (const d of [1, 2, 3, 4, 5, 16]) {
    test(`costs what successive shortest paths cost, d = ${d}, every ground, 40 problems`, () => {
      const rng = random(100 + d);
      for (let trial = 0; trial < 40; trial++) {
        const [n, m] = [1 + rng.integer(12), 1 + rng.integer(12)];
        const total = 60;
        const a = wholeMasses(rng, n, total);
        const b = wholeMasses(rng, m, total);
        const cost = points(cloudOf(rng, n, d), cloudOf(rng, m, d), grounds[trial % grounds.length]);
        const solved = solve(a, b, cost);
        expectOptimal(solved, cost, `seed ${100 + d}, trial ${trial}`);
        const oracle = transportCost(a, b, (i, j) => cost.at(i, j)) as number;
        expect(solved.certificate.primal).toBeCloseTo(oracle, 9);
      }
    });

    test(`is certified at sizes with a hierarchy, d = ${d}, equal and random masses`, () => {
      const rng = random(200 + d);
      for (const ground of d <= 3 ? grounds : grounds.slice(0, 4)) {
        const n = 300 + rng.integer(100);
        const m = d === 2 ? n : 260 + rng.integer(100);
        const cost = points(cloudOf(rng, n, d), cloudOf(rng, m, d), ground);
        expectOptimal(solve(null, null, cost), cost, `${JSON.stringify(ground)}, uniform`);
        const a = Float64Array.from({ length: n }, () => rng.uniform() + 1e-3);
        const b = Float64Array.from({ length: m }, () => rng.uniform() + 1e-3);
        const [sumA, sumB] = [a, b].map((masses) => masses.reduce((sum, mass) => sum + mass, 0));
        const solved = solve(
          a,
          b.map((mass) => (mass * sumA) / sumB),
          cost,
        );
        expectOptimal(solved, cost, `${JSON.stringify(ground)}, random`);
      }
    });
  }

  const families: Record<string, (rng: Random, n: number) => { data: Float64Array; rows: number; cols: number }> = {
    "one point many times": (_, n) => ({ data: new Float64Array(2 * n).fill(0.3), rows: n, cols: 2 }),
    duplicates: (rng, n) => ({ data: Float64Array.from({ length: 2 * n }, () => rng.integer(5)), rows: n, cols: 2 }),
    collinear: (rng, n) => {
      const data = new Float64Array(2 * n);
      for (let i = 0; i < n; i++) data[2 * i + 1] = 3 * (data[2 * i] = rng.uniform());
      return { data, rows: n, cols: 2 };
    },
    lattice: (_, n) => ({
      data: Float64Array.from({ length: 2 * n }, (_, k) => (k % 2 === 0 ? (k >> 1) % 23 : Math.floor((k >> 1) / 23))),
      rows: n,
      cols: 2,
    }),
    "two far clusters": (rng, n) => ({
      data: Float64Array.from({ length: 2 * n }, (_, k) => rng.uniform() + (k < n ? 0 : 1e4)),
      rows: n,
      cols: 2,
    }),
    "far from the origin": (rng, n) => ({
      data: Float64Array.from({ length: 2 * n }, () => 1e6 + rng.uniform()),
      rows: n,
      cols: 2,
    }),
    "huge scale": (rng, n) => cloudOf(rng, n, 2, 1e140),
    "tiny scale": (rng, n) => cloudOf(rng, n, 2, 1e-140),
  };
  for (const [name, make] of Object.entries(families)) {
    test(`is certified on degenerate points: ${name}`, () => {
      const rng = random(11);
      for (const n of [1, 7, 300, 500]) {
        for (const ground of ["sqeuclidean", "euclidean", "cityblock"] as const) {
          const x = make(rng, n);
          const y = make(rng, n);
          const masses = Float64Array.from(wholeMasses(rng, n, 5 * n));
          const others = Float64Array.from(wholeMasses(rng, n, 5 * n));
          for (const [from, to] of [
            [x, y],
            [x, x],
          ] as const) {
            const cost = points(from, to, ground);
            expectOptimal(solve(null, null, cost), cost, `${name} ${n} ${ground} uniform`);
            expectOptimal(solve(masses, others, cost), cost, `${name} ${n} ${ground} whole masses`);
          }
        }
      }
    });
  }

  test("is certified on images: smooth, noise, half empty, and other powers of the grid cost", () => {
    const rng = random(12);
    const size = 24;
    const pixels = (value: (u: number, v: number) => number): Float64Array => {
      const image = Float64Array.from({ length: size * size }, (_, k) => value(Math.floor(k / size), k % size));
      const total = image.reduce((sum, mass) => sum + mass, 0);
      return image.map((mass) => mass / total);
    };
    const smooth = pixels((u, v) => 1.5 + Math.sin(u / 4) * Math.cos(v / 5));
    const noise = pixels(() => rng.uniform() + 1e-9);
    for (const power of [1, 1.5, 2, 3]) {
      const cost = grid([size, size], [size, size], { power });
      expectOptimal(solve(smooth, noise, cost), cost, `power ${power}`);
    }
    const disc = pixels((u, v) => ((u - 12) ** 2 + (v - 10) ** 2 < 80 ? 1 : 0));
    const square = pixels((u, v) => (u < 13 && v < 17 ? 1 : 0));
    const cost = grid([size, size]);
    const { problem } = prepare(disc, square, cost, {});
    const keep = (masses: Float64Array): number[] => Array.from(masses.keys()).filter((k) => masses[k] > 0);
    const cells = (indices: number[]) => indices.map((k) => [Math.floor(k / size), k % size]);
    const reduced = points(cells(keep(disc)), cells(keep(square)));
    const solved = solve(problem.a, problem.b, reduced);
    expectOptimal(solved, reduced);
    const prepared = prepare(disc, square, cost, {});
    const workspace = lease(exact);
    const run = pointsExact.run(prepared.problem, workspace, {
      maxIterations: Infinity,
      interrupted: () => null,
      offer: () => undefined,
      elapsedMs: () => 0,
    });
    let step = run.next();
    while (step.done !== true) step = run.next();
    giveBack(workspace);
    const value = step.value.mass.reduce((total, mass, k) => {
      return total + mass * cost.at(prepared.problem.rows![step.value.i[k]], prepared.problem.cols![step.value.j[k]]);
    }, 0);
    expect(value).toBeCloseTo(solved.certificate.primal, 9);
  });

  test("is certified with masses from 1e-300 to 1", () => {
    const rng = random(13);
    const n = 400;
    const a = Float64Array.from({ length: n }, (_, i) => 10 ** (-300 * (i / n)));
    const b = Float64Array.from({ length: n }, (_, i) => a[(7 * i) % n]);
    const cost = points(cloudOf(rng, n, 2), cloudOf(rng, n, 2));
    const solved = solve(a, b, cost);
    expectOptimal(solved, cost);
  });

  test("gives the same bits twice, also in a workspace that was used before", () => {
    const rng = random(14);
    const cost = points(cloudOf(rng, 700, 2), cloudOf(rng, 700, 2));
    const other = points(cloudOf(rng, 90, 3), cloudOf(rng, 70, 3), "euclidean");
    const a = Float64Array.from({ length: 700 }, () => rng.integer(50) + 1);
    const b = Float64Array.from(a).reverse();
    for (const masses of [[null, null] as const, [a, b] as const]) {
      const first = solve(masses[0], masses[1], cost);
      solve(null, null, other);
      expect(solve(masses[0], masses[1], cost).answer).toEqual(first.answer);
    }
  });

  test("starts from potentials: the optimum, with fewer pivots than from none", () => {
    const rng = random(15);
    const n = 900;
    const cost = points(cloudOf(rng, n, 2), cloudOf(rng, n, 2));
    const a = Float64Array.from({ length: n }, () => rng.integer(1000) + 1);
    const b = Float64Array.from(a).reverse();
    const cold = solve(a, b, cost);
    const warm = solve(a, b, cost, { warmStart: { f: cold.answer.f, g: cold.answer.g } });
    expectOptimal(warm, cost);
    expect(warm.answer.iterations).toBeLessThan(cold.answer.iterations);
    expect(warm.certificate.primal).toBeCloseTo(cold.certificate.primal, 12);
    const uniform = solve(null, null, cost);
    const again = solve(null, null, cost, { warmStart: { f: uniform.answer.f, g: uniform.answer.g } });
    expectOptimal(again, cost);
  });

  test("reaches the optimum from useless potentials", () => {
    const rng = random(18);
    const n = 150;
    const cost = points(cloudOf(rng, n, 2), cloudOf(rng, n, 2));
    const a = Float64Array.from({ length: n }, () => rng.integer(1000) + 1);
    const b = Float64Array.from(a).reverse();
    const useless = { f: new Float64Array(n), g: Float64Array.from({ length: n }, () => 10 * rng.normal()) };
    for (const masses of [[null, null] as const, [a, b] as const]) {
      expectOptimal(solve(masses[0], masses[1], cost, { warmStart: useless }), cost);
    }
  });

  test("stops with a feasible plan and feasible potentials at every yield, and its snapshots disturb nothing", () => {
    const rng = random(16);
    const n = 600;
    const cost = points(cloudOf(rng, n, 2), cloudOf(rng, n, 2));
    const a = Float64Array.from({ length: n }, () => rng.integer(1000) + 1);
    const b = Float64Array.from(a).reverse();
    const uniform = new Float64Array(n).fill(1 / n);
    for (const [left, right] of [
      [uniform, uniform],
      [a, b],
    ] as const) {
      const free = solve(left, right, cost);
      const watched = solve(left, right, cost, { snapshotEvery: 1 });
      expect(watched.answer).toEqual(free.answer);
      expect(watched.snapshots.length).toBeGreaterThan(2);
      for (const snapshot of watched.snapshots) {
        const proof = certificate(left, right, cost, snapshot);
        expect(proof.primalResidual).toBeLessThanOrEqual(1e-12);
        expect(proof.dualInfeasibility).toBeLessThanOrEqual(1e-14);
        expect(proof.dual).toBeLessThanOrEqual(free.certificate.primal + 1e-12);
        expect(proof.primal).toBeGreaterThanOrEqual(free.certificate.primal - 1e-12);
      }
      for (let yields = 1; yields < 5; yields++) {
        const stopped = solve(left, right, cost, { stopAfterYields: yields });
        expect(stopped.answer.status).toBe("stopped");
        expect(stopped.certificate.primalResidual).toBeLessThanOrEqual(1e-12);
      }
      const limited = solve(left, right, cost, { maxIterations: 1 });
      expect(limited.answer.status).toBe("maxIterations");
      expect(limited.certificate.primalResidual).toBeLessThanOrEqual(1e-12);
    }
  });

  test("names its phases, and keeps 10 000 points a side within 16 MB", () => {
    const rng = random(17);
    const n = 10_000;
    const cost = points(cloudOf(rng, n, 2), cloudOf(rng, n, 2));
    const uniform = solve(null, null, cost);
    expect(uniform.answer.status).toBe("optimal");
    expect(uniform.certificate.relativeGap).toBeLessThanOrEqual(1e-10);
    expect([...uniform.phases]).toEqual(expect.arrayContaining(["hierarchy", "assignment", "pricing"]));
    expect(uniform.bytes).toBeLessThan(16e6);
  });

  test("refuses costs that are not between points, with the reason", () => {
    const { problem } = prepare(null, null, toCost([[1, 2]]), {});
    expect(pointsExact.refuses(problem)).toMatch(/dense/);
  });
});

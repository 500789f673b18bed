// What every exact engine owes: feasible plans, tight certificates, and answers that move with the problem.
import { describe, expect, it } from "vitest";
import { cost, type EmdOptions, emd, type Result } from "../../src/index.ts";
import { cloud, masses, squared } from "../generators/problems.ts";

const methods = ["networkSimplex", "costScaling", "points", "auto"] as const;
const clouds = ["square", "clusters", "line", "lattice", "duplicates"] as const;
const weights = ["uniform", "random", "heavy", "zeros"] as const;
const sizes: [number, number][] = [
  [1, 1],
  [1, 7],
  [7, 1],
  [6, 6],
  [13, 40],
  [60, 60],
];

/** Every promise of an optimal answer, recomputed from the input. */
function expectProved(result: Result, context: string): void {
  const certificate = result.certify();
  const scale = Math.max(certificate.primal, 1e-300);
  expect(result.report.status, context).toBe("optimal");
  expect(certificate.primalResidual, context).toBeLessThanOrEqual(1e-12);
  expect(Math.abs(certificate.gap), context).toBeLessThanOrEqual(1e-10 * scale + 1e-13);
  for (const values of [result.potentials.f, result.potentials.g])
    expect(values.every(Number.isFinite), context).toBe(true);
  for (const [, , mass] of result.plan.entries()) expect(mass, context).toBeGreaterThan(0);
}

describe.each(methods)("emd with method %s", (method) => {
  it("proves its answer on every kind of cloud, mass and size", () => {
    for (const cloudKind of clouds) {
      for (const weightKind of weights) {
        for (const [n, m] of sizes) {
          const seed = n * 100 + m;
          const x = cloud(cloudKind, n, seed);
          const y = cloud(cloudKind, m, seed + 1);
          const a = masses(weightKind, n, seed + 2);
          const b = masses(weightKind, m, seed + 3);
          const context = `${method} ${cloudKind} ${weightKind} ${n} x ${m}, seed ${seed}`;
          const result = emd(a, b, cost.points(x, y), { method });
          expectProved(result, context);
          const certificate = result.certify();
          const largest = Math.max(1e-300, ...squared(x, y).flat());
          expect(certificate.dualInfeasibility, context).toBeLessThanOrEqual(1e-14 * largest);
        }
      }
    }
  });

  const x = cloud("square", 25, 1);
  const y = cloud("clusters", 30, 2);
  const a = masses("random", 25, 3);
  const b = masses("random", 30, 4);
  const options: EmdOptions = { method };
  const value = (): number => emd(a, b, cost.points(x, y), options).value;

  it("gives the same value with source and target exchanged", () => {
    expect(emd(b, a, cost.points(y, x), options).value).toBeCloseTo(value(), 11);
  });

  it("scales with the cost: by 1e-150, 1e-9, 1e9, 1e150", () => {
    for (const factor of [1e-75, 1e-5, 1e5, 1e75]) {
      const scaled = emd(a, b, cost.points(scale(x, factor), scale(y, factor)), options);
      expect(scaled.value / value() / factor ** 2).toBeCloseTo(1, 10);
      expectProved({ ...scaled, certify: scaled.certify, potentials: scaled.potentials }, `factor ${factor}`);
    }
  });

  it("scales with the mass: by 1e-290, 1e-12, 1e12, 1e290", () => {
    for (const factor of [1e-290, 1e-12, 1e12, 1e290]) {
      const scaled = emd(
        a.map((mass) => mass * factor),
        b.map((mass) => mass * factor),
        cost.points(x, y),
        options,
      );
      expect(scaled.value / factor / value()).toBeCloseTo(1, 10);
      expect(scaled.certify().primalResidual).toBeLessThanOrEqual(1e-12);
    }
  });

  it("moves with a permutation of the atoms", () => {
    const order = a.map((_, i) => (i * 7) % a.length);
    const permuted = emd(
      order.map((i) => a[i]),
      b,
      cost.points(
        [...order].map((i) => x[i]),
        y,
      ),
      options,
    );
    expect(permuted.value).toBeCloseTo(value(), 11);
  });

  it("costs nothing between identical clouds", () => {
    const same = emd(a, a, cost.points(x, x), options);
    expect(same.value).toBe(0);
    expect(Math.abs(same.certify().gap)).toBeLessThanOrEqual(1e-15);
  });

  it("gives the same bits twice", () => {
    const first = emd(a, b, cost.points(x, y), options);
    const second = emd(a, b, cost.points(x, y), options);
    expect(second.value).toBe(first.value);
    expect(second.potentials).toEqual(first.potentials);
    expect([...second.plan.entries()]).toEqual([...first.plan.entries()]);
  });

  it("leaves the caller's arrays alone", () => {
    const before = [a.slice(), b.slice(), structuredClone(x)];
    value();
    expect([a, b, x]).toEqual(before);
  });

  it("starts from given potentials, right or wrong, and ends at the same value", () => {
    const { potentials } = emd(a, b, cost.points(x, y), options);
    expect(emd(a, b, cost.points(x, y), { method, warmStart: potentials }).value).toBeCloseTo(value(), 11);
    const wrong = { f: potentials.f.map((f, i) => f * 100 + i), g: potentials.g.map((g) => -g * 37) };
    const result = emd(a, b, cost.points(x, y), { method, warmStart: wrong });
    expect(result.value).toBeCloseTo(value(), 11);
    expectProved(result, "wrong warm start");
  });

  it("stops at limits with a feasible plan and a valid bound", () => {
    const bigX = cloud("square", 400, 5);
    const bigY = cloud("square", 400, 6);
    const bigA = masses("random", 400, 7);
    const bigB = masses("random", 400, 8);
    const problem = cost.points(bigX, bigY);
    const best = emd(bigA, bigB, problem, options).value;
    for (const [limit, status] of [
      [{ maxIterations: 1 }, "maxIterations"],
      [{ timeLimitMs: 0 }, "timeLimit"],
      [{ stopWhen: () => true }, "stopped"],
    ] as const) {
      const result = emd(bigA, bigB, problem, { method, ...limit });
      const certificate = result.certify();
      // A run may be over before the limit is looked at; then its answer must be the whole one.
      if (result.report.status !== "optimal") expect(result.report.status).toBe(status);
      expect(certificate.primalResidual).toBeLessThanOrEqual(1e-12);
      expect(certificate.dual).toBeLessThanOrEqual(best * (1 + 1e-12));
      expect(certificate.primal).toBeGreaterThanOrEqual(best * (1 - 1e-12));
    }
  });

  it("shows a feasible answer in the middle, and is not disturbed by that", () => {
    const problem = cost.points(cloud("square", 300, 9), cloud("square", 300, 10));
    const weightsA = masses("random", 300, 11);
    const weightsB = masses("random", 300, 12);
    const alone = emd(weightsA, weightsB, problem, options);
    const run = emd.steps(weightsA, weightsB, problem, options);
    let step = run.next();
    while (!step.done) {
      const snapshot = run.snapshot();
      expect(snapshot.certify().primalResidual).toBeLessThanOrEqual(1e-12);
      step = run.next();
    }
    expect(step.value.value).toBe(alone.value);
    expect(step.value.potentials).toEqual(alone.potentials);
    expect(run.result).toBe(step.value);
  });
});

function scale(points: number[][], factor: number): number[][] {
  return points.map((point) => point.map((value) => value * factor));
}

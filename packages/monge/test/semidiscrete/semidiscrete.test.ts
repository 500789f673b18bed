// Sampled semi-discrete transport: against the exact planar solver, closed forms, exact transport of points, and its own stated errors.
import { expect, it } from "vitest";
import * as cost from "../../src/cost/index.ts";
import { emd, type PointSampler, semidiscrete, semidiscretePlane, sinkhorn } from "../../src/index.ts";
import { random } from "../../src/linalg/random.ts";
import { discretePotential } from "../../src/potential/discretePotential.ts";

const square: PointSampler = {
  shape: [2],
  draw(count, draw, out) {
    for (let k = 0; k < 2 * count; k++) out[k] = draw.uniform();
  },
};
const normal = (d: number): PointSampler => ({
  shape: [d],
  draw(count, draw, out) {
    for (let k = 0; k < d * count; k++) out[k] = draw.normal();
  },
});
const scattered = (n: number, d: number, seed: number): number[][] => {
  const rng = random(seed);
  return Array.from({ length: n }, () => Array.from({ length: d }, () => rng.uniform()));
};

it("semidiscrete on the square agrees with the exact planar solver within 3 standard errors and the gap its masses leave", () => {
  const y = scattered(15, 2, 2);
  const b = Float64Array.from({ length: 15 }, (_, j) => (j + 1) / 120);
  const exact = semidiscretePlane(
    {
      kind: "polygon",
      vertices: [
        [0, 0],
        [1, 0],
        [1, 1],
        [0, 1],
      ],
    },
    y,
    { b },
  );
  const found = semidiscrete(square, y, { b, steps: 4000 });
  expect(found.report.status).toBe("maxIterations");
  expect(Math.abs(found.value - exact.value)).toBeLessThan(3.5 * found.standardError);
  expect(found.massError).toBeLessThan(6 * found.massNoise);
  const gauge = exact.potential.reduce((s, v, j) => s + v * b[j], 0);
  found.potential.forEach((g, j) => {
    expect(Math.abs(g - (exact.potential[j] - gauge))).toBeLessThan(0.01);
  });
});

it("the ascent improves on the duals of the sample it starts from", () => {
  const y = scattered(40, 3, 3);
  const few = semidiscrete(normal(3), y, { steps: 1, p: 1, evaluationPoints: 40000 });
  const many = semidiscrete(normal(3), y, { steps: 5000, p: 1, evaluationPoints: 40000 });
  expect(many.massError).toBeLessThan(0.75 * few.massError);
  expect(many.value).toBeGreaterThan(few.value);
});

it("W_1 of the normal law in R^8 to one point is E|x - y|, and two mirrored points share it; g makes an exact potential", () => {
  const one = semidiscrete(normal(8), [new Float64Array(8)], { p: 1, steps: 10 });
  // E chi_8 = sqrt(2) Gamma(4.5) / Gamma(4).
  const mean = (Math.SQRT2 * 11.6317283966) / 6;
  expect(Math.abs(one.value - mean)).toBeLessThan(3.5 * one.standardError);
  const y = [-1, 1].map((side) => Float64Array.from({ length: 8 }, (_, k) => (k === 0 ? side : 0)));
  const two = semidiscrete(normal(8), y, { p: 1, steps: 3000 });
  expect(Math.abs(two.potential[0] - two.potential[1])).toBeLessThan(0.03);
  const u = discretePotential(y, two.potential);
  const probe = { data: Float64Array.from({ length: 80 }, (_, k) => Math.sin(k)), rows: 10, cols: 8 };
  const values = two.evaluate(probe);
  u.evaluate(probe).values.forEach((value, i) => {
    expect(value).toBeCloseTo(values[i], 12);
  });
  expect([...two.assign(probe)]).toEqual([...u.rays(probe).targets]);
});

it("points as a source are solved exactly; with entropy the ascent meets sinkhorn", () => {
  const x = scattered(50, 2, 5);
  const y = scattered(6, 2, 6);
  const exact = semidiscrete(x, y, { p: 1 });
  expect(exact.report.status).toBe("optimal");
  expect(exact.value).toBeCloseTo(emd(null, null, cost.points(x, y, "euclidean")).value, 12);
  const soft = semidiscrete(x, y, { epsilon: 0.1, steps: 6000, stepSize: 2, evaluationPoints: 60000 });
  const reference = sinkhorn(null, null, cost.points(x, y), { epsilon: 0.1, tolerance: 1e-10 });
  expect(Math.abs(soft.value - reference.value)).toBeLessThan(4 * soft.standardError + 1e-4);
});

it("same seed, same bits; zero masses get nothing; bad input is refused", () => {
  const y = scattered(5, 2, 7);
  const b = [0.5, 0, 0.25, 0.25, 0];
  const first = semidiscrete(square, y, { b, steps: 50, seed: 4 });
  expect(semidiscrete(square, y, { b, steps: 50, seed: 4 }).potential).toEqual(first.potential);
  expect(first.masses[1] + first.masses[4]).toBe(0);
  expect(first.certify().estimate).not.toBe(first.value);
  expect(() => semidiscrete(normal(3), y)).toThrow(/same dimension/);
  expect(() => semidiscrete(square, y, { steps: 0 })).toThrow(/at least 1/);
  expect(() => semidiscrete({ shape: [2], draw: (_, __, out) => void out.fill(Number.NaN) }, y)).toThrow(/finite/);
});

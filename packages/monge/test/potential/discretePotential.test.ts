// Exact potentials: closed forms, duality and brute force hold them; kinks and coincidences are harmless.
import { expect, it } from "vitest";
import { random } from "../../src/linalg/random.ts";
import { discretePotential } from "../../src/potential/discretePotential.ts";
import { kantorovichPotential } from "../../src/potential/kantorovichPotential.ts";
import { rayLengths } from "../../src/potential/rays.ts";
import { transportStep } from "../../src/potential/stepper.ts";

const cloud = (n: number, d: number, seed: number, shift = 0): { data: Float64Array; rows: number; cols: number } => {
  const rng = random(seed);
  return { data: Float64Array.from({ length: n * d }, () => rng.normal() + shift), rows: n, cols: d };
};
const mean = (values: ArrayLike<number>): number => Array.from(values).reduce((s, v) => s + v, 0) / values.length;

it("discretePotential(y, g) is the least cone, and its gradient is that of differences", () => {
  const y = [
    [0, 0],
    [3, 1],
    [-1, 2],
  ];
  const g = [0.2, -0.1, 0.4];
  const u = discretePotential(y, g);
  const points = cloud(200, 2, 1);
  const { values, gradients } = u.evaluate(points);
  const { margins, targets, lengths } = u.rays(points);
  for (let i = 0; i < 200; i++) {
    const cones = y.map((at, j) => Math.hypot(points.data[2 * i] - at[0], points.data[2 * i + 1] - at[1]) - g[j]);
    expect(values[i]).toBeCloseTo(Math.min(...cones), 12);
    expect(cones.indexOf(Math.min(...cones))).toBe(targets[i]);
    expect(lengths[i]).toBeCloseTo(Math.min(...cones) + g[targets[i]], 12);
    if (margins[i] < 1e-3) continue;
    for (let k = 0; k < 2; k++) {
      const shifted = (h: number): number => {
        const data = points.data.slice(2 * i, 2 * i + 2);
        data[k] += h;
        return u.evaluate({ data, rows: 1, cols: 2 }).values[0];
      };
      expect(gradients.data[2 * i + k]).toBeCloseTo((shifted(1e-5) - shifted(-1e-5)) / 2e-5, 4);
    }
  }
});

it("at a target and on a kink the gradient is finite, and the margin tells", () => {
  const u = discretePotential(
    [
      [0, 0],
      [2, 0],
    ],
    [0, 0],
  );
  const points = { data: Float64Array.of(0, 0, 1, 0, 1, 5), rows: 3, cols: 2 };
  const { gradients } = u.evaluate(points);
  expect([...gradients.data.subarray(0, 4)]).toEqual([0, 0, 1, 0]);
  expect([...u.rays(points).margins]).toEqual([2, 0, 0]);
  expect([...transportStep(u, points, "ray").data.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
});

it("kantorovichPotential(x, y): E u(x) - E u(y) = W1, |grad u| <= 1, and steps along its rays move x onto y", () => {
  for (const [n, d, seed] of [
    [40, 2, 3],
    [60, 3, 4],
    [50, 16, 5],
  ]) {
    const x = cloud(n, d, seed);
    const y = cloud(n, d, seed + 100, 0.7);
    const u = kantorovichPotential(x, y);
    expect(u.transport.certify().relativeGap).toBeLessThan(1e-12);
    expect(mean(u.evaluate(x).values) - mean(u.evaluate(y).values)).toBeCloseTo(u.value, 11);
    const { targets, margins, lengths } = u.rays(x);
    expect(Math.min(...margins), `seed ${seed}`).toBeGreaterThan(1e-9);
    expect(new Set(targets).size).toBe(n);
    expect(mean(lengths)).toBeCloseTo(u.value, 11);
    const arrived = transportStep(u, x, "ray");
    for (let i = 0; i < n; i++)
      for (let k = 0; k < d; k++) expect(arrived.data[i * d + k]).toBeCloseTo(y.data[targets[i] * d + k], 12);
  }
});

it("kantorovichPotential with masses: duality holds, and the rays of kink-free sources are the plan", () => {
  const x = cloud(30, 2, 8);
  const y = cloud(7, 2, 9, 1);
  const rng = random(10);
  const a = Float64Array.from({ length: 30 }, () => rng.uniform());
  const total = a.reduce((s, v) => s + v, 0);
  const b = Float64Array.from({ length: 7 }, (_, j) => ((j + 1) / 28) * total);
  const u = kantorovichPotential(x, y, { a, b });
  const pair = (w: Float64Array, v: Float64Array): number => w.reduce((s, value, k) => s + value * v[k], 0);
  expect(pair(a, u.evaluate(x).values) - pair(b, u.evaluate(y).values)).toBeCloseTo(u.value, 11);
  const { targets, margins } = u.rays(x);
  const split = margins.filter((margin) => margin < 1e-9).length;
  expect(split).toBeLessThanOrEqual(6);
  margins.forEach((margin, i) => {
    if (margin > 1e-9) expect(u.transport.plan.at(i, targets[i])).toBeCloseTo(a[i], 12);
  });
});

it("rayLengths finds on the values of u what rays knows in closed form", () => {
  const u = kantorovichPotential(cloud(40, 3, 21), cloud(40, 3, 22, 1));
  const probe = cloud(100, 3, 23);
  const { lengths, margins } = u.rays(probe);
  const found = rayLengths(u, probe, { slack: 1e-6 });
  lengths.forEach((length, i) => {
    if (margins[i] > 1e-3) expect(Math.abs(found[i] - length)).toBeLessThan(2e-5);
  });
});

it("bad input is refused with a cure", () => {
  expect(() => discretePotential([[0, 0]], [0, 1])).toThrow(/one dual for each/);
  expect(() => discretePotential([[0, NaN]], [0])).toThrow(/finite/);
  const u = discretePotential([[0, 0]], [0]);
  expect(() => transportStep(u, [[1, 2, 3]], 1)).toThrow(/3 coordinates/);
  expect(() => transportStep(u, [[1, 2]], -1)).toThrow(/at least 0/);
});

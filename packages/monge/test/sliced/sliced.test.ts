// Sliced distances against slow transport on each line, closed forms, and the bounds that they owe to W_p.
import { expect, it } from "vitest";
import * as cost from "../../src/cost/index.ts";
import {
  emd,
  generalisedSliced,
  linearCircular,
  maxSliced,
  minSlicedPlan,
  slicedPlan,
  slicedWasserstein,
  sphericalSliced,
  wasserstein1d,
  wassersteinCircle,
  wassersteinCircleUniform,
} from "../../src/index.ts";
import { random } from "../../src/linalg/random.ts";

interface Cloud {
  readonly data: Float64Array;
  readonly rows: number;
  readonly cols: number;
}

const cloud = (n: number, d: number, seed: number, shift = 0, scale = 1): Cloud => {
  const rng = random(seed);
  return { data: Float64Array.from({ length: n * d }, () => scale * rng.normal() + shift), rows: n, cols: d };
};
const along = ({ data, rows, cols }: Cloud, theta: ArrayLike<number>): Float64Array =>
  Float64Array.from({ length: rows }, (_, i) => {
    let total = 0;
    for (let k = 0; k < cols; k++) total += theta[k] * data[i * cols + k];
    return total;
  });
const masses = (n: number, seed: number): Float64Array => {
  const rng = random(seed);
  const raw = Float64Array.from({ length: n }, (_, i) => (i % 7 === 3 ? 0 : rng.uniform()));
  const total = raw.reduce((s, v) => s + v, 0);
  return raw.map((value) => value / total);
};

it("slicedWasserstein: each value is that of wasserstein1d on the projections, for all sizes, masses and p", () => {
  for (const [n, m, d] of [
    [1, 1, 1],
    [40, 40, 3],
    [700, 700, 2],
    [500, 333, 5],
    [65, 900, 4],
  ]) {
    const x = cloud(n, d, n);
    const y = cloud(m, d, m + 1, 0.5, 2);
    for (const p of [1, 2, 1.5, 3]) {
      for (const weighted of [false, true]) {
        if (weighted && n < 10) continue;
        const w = weighted ? { a: masses(n, 3), b: masses(m, 4) } : {};
        const { values, directions, value, distance } = slicedWasserstein(x, y, { p, projections: 7, seed: 5, ...w });
        values.forEach((found, l) => {
          const theta = directions.data.subarray(l * d, (l + 1) * d);
          const exact = wasserstein1d(along(x, theta), along(y, theta), { p, ...w }).value;
          expect(Math.abs(found - exact)).toBeLessThan(1e-12 * (1 + exact));
        });
        expect(value).toBeCloseTo(values.reduce((s, v) => s + v, 0) / 7, 12);
        expect(distance).toBeCloseTo(value ** (1 / p), 12);
      }
    }
  }
});

it("slicedWasserstein sorts what the upper bits cannot tell apart: coordinates 1 + 1e-12 k, signs, zeros, duplicates", () => {
  const n = 2000;
  const rng = random(1);
  const near = { data: Float64Array.from({ length: n }, () => 1 + 1e-12 * rng.uniform()), rows: n, cols: 1 };
  const odd = {
    data: Float64Array.from({ length: n }, (_, i) => [0, -0, -1, 1, 1e-300, -1e-300, 1e100][i % 7]),
    rows: n,
    cols: 1,
  };
  for (const [x, y] of [
    [near, odd],
    [odd, near],
    [near, near],
  ]) {
    const { values } = slicedWasserstein(x, y, { p: 1, directions: [[1]] });
    const exact = wasserstein1d(x.data, y.data).value;
    expect(Math.abs(values[0] - exact)).toBeLessThanOrEqual(1e-12 * exact);
  }
});

it("slicedWasserstein of a translate is E |theta . t|^2 = |t|^2 / d, within 3 standard errors; the certificate agrees", () => {
  const d = 6;
  const x = cloud(100, d, 2);
  const t = [1, -2, 0.5, 0, 1, 3];
  const y = { ...x, data: x.data.map((value, k) => value + t[k % d]) };
  const result = slicedWasserstein(x, y, { projections: 2000, seed: 4 });
  const exact = t.reduce((s, v) => s + v * v, 0) / d;
  expect(Math.abs(result.value - exact)).toBeLessThan(3 * result.standardError);
  expect(result.standardError).toBeLessThan(0.05 * exact);
  const again = result.certify();
  expect(again.estimate).not.toBe(result.value);
  expect(Math.abs(again.estimate - exact)).toBeLessThan(3.5 * again.standardError);
});

it("slicedWasserstein: same seed, same bits; SW_2^2 <= W_2^2 / d in the mean, each slice <= W_2^2", () => {
  const [x, y] = [cloud(60, 4, 1), cloud(60, 4, 2, 1)];
  const first = slicedWasserstein(x, y, { projections: 400, seed: 9 });
  expect(slicedWasserstein(x, y, { projections: 400, seed: 9 }).values).toEqual(first.values);
  const W = emd(null, null, cost.points(x, y)).value;
  expect(Math.max(...first.values)).toBeLessThanOrEqual(W);
  expect(first.value).toBeLessThan(W / 4 + 3 * first.standardError);
});

it("maxSliced is at least any sampled slice and at most W_p^p, and exact for a translate", () => {
  for (const p of [1, 2, 3]) {
    const [x, y] = [cloud(80, 5, 3), cloud(70, 5, 4, 0.4, 1.5)];
    const found = maxSliced(x, y, { p, seed: 1 });
    const sampled = slicedWasserstein(x, y, { p, projections: 3000, seed: 2 });
    expect(found.value).toBeGreaterThan(Math.max(...sampled.values));
    const { lowerBound, upperBound } = found.certify();
    expect(lowerBound).toBeCloseTo(found.value, 12);
    expect(upperBound).toBeGreaterThanOrEqual(lowerBound);
    expect(found.value).toBeLessThanOrEqual(emd(null, null, cost.points(x, y, { norm: 2, power: p })).value);
  }
  const x = cloud(50, 3, 6);
  const moved = { ...x, data: x.data.map((value, k) => value + [1, 2, -2][k % 3]) };
  const shift = maxSliced(x, moved);
  expect(shift.distance).toBeCloseTo(3, 10);
  const { upperBound } = shift.certify();
  expect(upperBound / shift.value - 1).toBeLessThan(1e-9);
});

it("generalisedSliced: degree 1 is slicedWasserstein, degree 3 tells what circles are, even degrees are refused", () => {
  const [x, y] = [cloud(90, 3, 7), cloud(80, 3, 8, 0.3)];
  const linear = generalisedSliced(x, y, { slices: { kind: "polynomial", degree: 1 }, seed: 3 });
  expect(linear.value).toBeCloseTo(slicedWasserstein(x, y, { seed: 3 }).value, 12);
  const cubic = generalisedSliced(x, y, { slices: { kind: "polynomial", degree: 3 }, projections: 5 });
  expect(cubic.directions.cols).toBe(10);
  const circular = generalisedSliced(x, y, { slices: { kind: "circular", radius: 4 }, projections: 6, p: 1 });
  circular.values.forEach((value, l) => {
    const theta = circular.directions.data.subarray(3 * l, 3 * l + 3);
    const g = (from: Cloud): Float64Array =>
      Float64Array.from({ length: from.rows }, (_, i) =>
        Math.hypot(...[0, 1, 2].map((k) => from.data[3 * i + k] - 4 * theta[k])),
      );
    expect(value).toBeCloseTo(wasserstein1d(g(x), g(y)).value, 12);
  });
  expect(() => generalisedSliced(x, y, { slices: { kind: "polynomial", degree: 2 } })).toThrow(/odd/);
});

it("sphericalSliced: on the circle it is the circle's own distance; turned spheres of points keep theirs; uniform samples come close to uniform", () => {
  const rng = random(3);
  const angles = (n: number): Float64Array => Float64Array.from({ length: n }, () => 4 * rng.uniform());
  const [u, v] = [angles(40), angles(30)];
  const onCircle = (t: Float64Array): number[][] => Array.from(t, (angle) => [Math.cos(angle), Math.sin(angle)]);
  for (const p of [1, 2]) {
    const found = sphericalSliced(onCircle(u), onCircle(v), { p, projections: 3 });
    const exact = wassersteinCircle(u, v, { p, period: 2 * Math.PI }).value;
    for (const value of found.values) expect(value).toBeCloseTo(exact, 10);
  }
  const x = cloud(3000, 3, 5);
  const uniform = sphericalSliced(x, "uniform", { projections: 40 });
  const skewed = sphericalSliced({ ...x, data: x.data.map((value, k) => value + (k % 3 === 0 ? 1 : 0)) }, "uniform", {
    projections: 40,
  });
  expect(uniform.value).toBeLessThan(0.05 * skewed.value);
  const sample = sphericalSliced(x, cloud(3000, 3, 6), { projections: 20 });
  expect(sample.value).toBeLessThan(0.05 * skewed.value);
});

it('sphericalSliced with circles: "linear" vanishes on equal clouds and is at least the arc distance between concentrated ones', () => {
  const x = cloud(50, 3, 5);
  expect(sphericalSliced(x, x, { circles: "linear", projections: 10 }).value).toBe(0);
  // Clouds within a quarter turn: maps from the uniform law differ by the quantiles themselves, after centring.
  const near = (seed: number, lift: number): Cloud => {
    const y = cloud(60, 2, seed, 0, 0.05);
    return { data: y.data.map((value, k) => (k % 2 === 0 ? 1 : value + lift)), rows: 60, cols: 2 };
  };
  const [p, q] = [near(1, 0), near(2, 0)];
  const linear = sphericalSliced(p, q, { circles: "linear", projections: 1 });
  const arc = sphericalSliced(p, q, { projections: 1 });
  expect(linear.value).toBeGreaterThan(0);
  expect(Math.abs(linear.value - arc.value)).toBeLessThan(0.5 * arc.value + 1e-3);
});

it("sphericalSliced: each value is that of the circle's own function at the angles of the projections, for all sizes and masses", () => {
  const angles = (points: Cloud, { data, cols }: { data: Float64Array; cols: number }, l: number): Float64Array => {
    const [s, t] = [2 * l, 2 * l + 1].map((row) => along(points, data.subarray(row * cols, (row + 1) * cols)));
    return s.map((value, i) => Math.atan2(t[i], value));
  };
  const period = 2 * Math.PI;
  for (const [n, m, d] of [
    [1, 1, 2],
    [7, 5, 3],
    [90, 90, 4],
    [700, 431, 3],
  ]) {
    const [x, y] = [cloud(n, d, n, 0.3), cloud(m, d, m + 1, -0.2)];
    for (const masses_ of n === 1 ? [{}] : [{}, { a: masses(n, 3), b: masses(m, 4) }]) {
      const { a } = masses_ as { a?: Float64Array };
      const given = { ...masses_, projections: 35, seed: n };
      const arcs = sphericalSliced(x, y, given);
      const linear = sphericalSliced(x, y, { ...given, circles: "linear" });
      const uniform = sphericalSliced(x, "uniform", { a, projections: 35, seed: n });
      for (let l = 0; l < 35; l++) {
        const [u, v] = [angles(x, arcs.directions, l), angles(y, arcs.directions, l)];
        const near = (value: number, exact: number): void =>
          expect(Math.abs(value - exact)).toBeLessThan(1e-12 * (1 + exact));
        near(arcs.values[l], wassersteinCircle(u, v, { ...masses_, p: 2, period }).value);
        near(linear.values[l], linearCircular(u, v, { ...masses_, period }));
        near(uniform.values[l], wassersteinCircleUniform(u, { a, period }));
      }
    }
  }
  const massless = { a: [0, 0], b: [0, 0], projections: 2 };
  const [p, q] = [cloud(2, 2, 1), cloud(2, 2, 2)];
  for (const circles of ["arc", "linear"] as const)
    expect(sphericalSliced(p, q, { ...massless, circles }).value).toBe(0);
});

it("linearCircular is the integral of the squared arc between the two maps from the uniform law", () => {
  const rng = random(17);
  const [x, y] = [30, 23].map((n) => Float64Array.from({ length: n }, () => 5 * rng.uniform()));
  const [a, b] = [masses(30, 5), masses(23, 6)];
  const quantile = (points: Float64Array, weights: Float64Array): ((level: number) => number) => {
    const order = [...points.keys()].sort((i, j) => points[i] - points[j]);
    return (level) => {
      const turns = Math.floor(level);
      let reached = 0;
      const i = order.find((k) => (reached += weights[k]) > level - turns) ?? order[order.length - 1];
      return points[i] / 5 + turns;
    };
  };
  const mean = (points: Float64Array, weights: Float64Array): number =>
    points.reduce((sum, value, i) => sum + (weights[i] * value) / 5, 0);
  const [F, G] = [quantile(x, a), quantile(y, b)];
  const steps = 20000;
  let total = 0;
  for (let k = 0; k < steps; k++) {
    const s = (k + 0.5) / steps;
    const gap = Math.abs(F(s - mean(x, a) + 0.5) - G(s - mean(y, b) + 0.5)) % 1;
    total += Math.min(gap, 1 - gap) ** 2 / steps;
  }
  expect(Math.abs(linearCircular(x, y, { a, b, period: 5 }) / (25 * total) - 1)).toBeLessThan(1e-3);
});

it("slicedPlan and minSlicedPlan are plans; W_2^2 lies between their bounds; the cheapest is at most any single one", () => {
  const [x, y] = [cloud(40, 2, 11), cloud(55, 2, 12, 1, 0.6)];
  const [a, b] = [masses(40, 1), masses(55, 2)];
  const W = emd(a, b, cost.points(x, y)).value;
  const mean = slicedPlan(x, y, { a, b, projections: 20 });
  const best = minSlicedPlan(x, y, { a, b });
  for (const result of [mean, best]) {
    const { lowerBound, upperBound, primalResidual } = result.certify();
    expect(primalResidual).toBeLessThan(1e-12);
    expect(lowerBound).toBeLessThanOrEqual(W);
    expect(upperBound).toBeGreaterThanOrEqual(W - 1e-12);
    expect(result.value).toBeCloseTo(upperBound, 12);
  }
  expect(best.value).toBeLessThan(mean.value);
  expect(slicedPlan(x, y, { a, b, projections: 20, temperature: 0.01 }).value).toBeLessThan(mean.value);
});

it("minSlicedPlan finds W_2 of few points in many dimensions (d >= 2 n), and of translates", () => {
  const x = cloud(3, 12, 1);
  const moved = { ...x, data: x.data.map((value) => value + 1) };
  expect(minSlicedPlan(x, moved).value).toBeCloseTo(12, 10);
  const y = cloud(3, 12, 2);
  const W = emd(null, null, cost.points(x, y)).value;
  expect(minSlicedPlan(x, y, { projections: 200 }).value).toBeCloseTo(W, 12);
});

it("bad input is refused with a cure", () => {
  const [x, y] = [cloud(5, 2, 1), cloud(5, 3, 2)];
  expect(() => slicedWasserstein(x, y)).toThrow(/dimension/);
  expect(() => slicedWasserstein(x, x, { projections: 0 })).toThrow(/at least 1/);
  expect(() => slicedWasserstein(x, x, { p: 0.5 })).toThrow(/at least 1/);
  expect(() => slicedWasserstein(x, x, { directions: [[0, 0]] })).toThrow(/other than 0/);
  expect(() => slicedWasserstein([[1, Number.NaN]], [[1, 2]])).toThrow(/is NaN/);
  expect(() => sphericalSliced(x, "uniform", { p: 1 })).toThrow(/p = 2/);
  expect(() => sphericalSliced([[0, 0]], [[1, 0]])).toThrow(/centre/);
});

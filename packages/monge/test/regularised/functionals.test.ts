// The parts of regularised transport against slow truths: gradients by differences, the bound of groups by bisection, weights by a grid.
import { describe, expect, it } from "vitest";
import { random } from "../../src/index.ts";
import { groupTransform } from "../../src/regularised/groupBound.ts";
import { lineStep } from "../../src/regularised/line.ts";
import { type Regulariser, readRegulariser } from "../../src/regularised/regulariser.ts";
import { reweigh } from "../../src/regularised/weights.ts";

const { uniform, normal } = random(9);
const [n, m] = [7, 6];
const a = Float64Array.from({ length: n }, () => uniform() + 0.2);
const b = Float64Array.from({ length: m }, () => uniform() + 0.2);
const mass = a.reduce((all, value) => all + value, 0);
const points = (count: number): number[][] => Array.from({ length: count }, () => [normal(), normal(), normal()]);

describe("gradients of regularisers are those that differences show", () => {
  const source = points(n);
  const target = points(m);
  const graph = source.map(() => source.map(() => uniform()));
  const given: Record<string, Regulariser> = {
    L2: { kind: "L2", strength: 3 },
    "group lasso": { kind: "groupLasso", strength: 2, labels: ["u", "v", "u", "w", "v", "u", "w"] },
    "group lasso with squares": { kind: "groupLasso", strength: 2, labels: [0, 0, 1, 1, 0, 1, 2], squares: 5 },
    Laplacian: { kind: "laplacian", strength: 2, source, target, balance: 0.3 },
    "Laplacian of positions, with a graph": {
      kind: "laplacian",
      strength: 2,
      source,
      target,
      sourceGraph: graph,
      alike: "positions",
    },
  };
  it.each(Object.entries(given))("%s", (_, regulariser) => {
    const functional = readRegulariser(regulariser, { a, b, mass });
    const P = Float64Array.from({ length: n * m }, () => uniform() + 0.1);
    const gradient = new Float64Array(n * m);
    functional.gradient(P, gradient);
    for (let k = 0; k < P.length; k++) {
      const [up, down] = [1e-5, -1e-5].map((step) => {
        const moved = P.slice();
        moved[k] += step;
        return functional.value(moved);
      });
      expect(Math.abs((up - down) / 2e-5 - gradient[k])).toBeLessThan(1e-6 * (1 + Math.abs(gradient[k])));
    }
    const { quadratic } = functional;
    if (quadratic === undefined) return;
    const i = Int32Array.from(P, (_, k) => Math.floor(k / m));
    const j = Int32Array.from(P, (_, k) => k % m);
    const features = quadratic.features({ i, j, mass: P });
    const weighed = quadratic.metric(features);
    expect(features.reduce((all, value, k) => all + value * weighed[k], 0)).toBeCloseTo(functional.value(P), 10);
    const again = new Float64Array(n * m);
    quadratic.gradient(weighed, again);
    for (let k = 0; k < again.length; k++) expect(again[k]).toBeCloseTo(gradient[k], 10);
  });
});

it("groupTransform() is the largest g at which no class exceeds the bound", () => {
  for (let trial = 0; trial < 50; trial++) {
    const reduced = Float64Array.from({ length: 9 }, () => (uniform() < 0.1 ? Infinity : 3 * normal()));
    const starts = Int32Array.of(0, 2, 3, 9);
    const eta = uniform() * 4;
    const worst = (g: number): number =>
      Math.max(
        ...[0, 1, 2].map((c) =>
          Math.hypot(...reduced.subarray(starts[c], starts[c + 1]).map((r) => Math.max(0, g - r))),
        ),
      );
    let [low, high] = [-100, 100];
    for (let k = 0; k < 100; k++) {
      const middle = (low + high) / 2;
      if (worst(middle) > eta) high = middle;
      else low = middle;
    }
    expect(groupTransform(reduced, starts, eta)).toBeCloseTo(low, 10);
  }
  expect(groupTransform(Float64Array.of(Infinity), Int32Array.of(0, 1), 1)).toBe(Infinity);
});

it("reweigh() ends where no weight can move: slopes are equal on the support, and not below it elsewhere", () => {
  for (let trial = 0; trial < 30; trial++) {
    const size = 12;
    // Four features for twelve plans: the matrix is singular.
    const features = Array.from({ length: size }, () => Array.from({ length: 4 }, () => normal()));
    const H = features.map((p) =>
      Float64Array.from(features, (q) => p.reduce((all, value, k) => all + value * q[k], 0)),
    );
    const c = Float64Array.from({ length: size }, () => normal());
    const w = new Float64Array(size);
    w[0] = 1;
    const slopes = (): Float64Array => c.map((value, k) => value + H[k].reduce((all, h, l) => all + h * w[l], 0));
    for (let round = 0; round < 100; round++) {
      const all = slopes();
      reweigh(H, c, w, all.indexOf(Math.min(...all)));
      expect(w.every((weight) => weight >= 0)).toBe(true);
    }
    const final = slopes();
    const value = final.reduce((all, slope, k) => all + slope * w[k], 0);
    expect(Math.min(...final)).toBeGreaterThan(value - 1e-6);
    expect(w.reduce((all, weight) => all + weight, 0)).toBeCloseTo(1, 14);
  }
});

it("lineStep() finds the root of an increasing slope, or goes all the way", () => {
  expect(lineStep((t) => 2 * t - 1, -1, 1)).toBe(0.5);
  expect(lineStep((t) => t - 5, -5, 1)).toBe(1);
  const t = lineStep((s) => s ** 5 - 1e-3, -1e-3, 1);
  expect(Math.abs(t ** 5 - 1e-3)).toBeLessThan(1.01e-4);
});

// Gradients against central differences of the values they are gradients of.
import { describe, expect, it } from "vitest";
import type { Ground } from "../../src/cost/ground.ts";
import {
  cost,
  emd,
  gradient,
  isOtError,
  partialTransport,
  random,
  sinkhorn,
  sinkhornDivergence,
  unbalancedTransport,
} from "../../src/index.ts";
import { grounds } from "../generators/grounds.ts";
import { masses } from "../generators/problems.ts";

type Rows = number[][];

/** Points away from each other and from every kink. */
function scattered(count: number, seed: number, d = 2): Rows {
  const { uniform } = random(seed);
  return Array.from({ length: count }, () => Array.from({ length: d }, () => uniform() + 0.1));
}

const tight = { epsilon: 0.2, tolerance: 1e-14 };
const h = 1e-5;

/** (F(x + h e) - F(x - h e)) / 2h, with `shift` changing a copy of the input. */
const difference = (F: (step: number) => number, step = h): number => (F(step) - F(-step)) / (2 * step);

const moved = (points: Rows, i: number, k: number, step: number): Rows =>
  points.map((point, at) => (at === i ? point.map((value, c) => (c === k ? value + step : value)) : point));

const heavier = (weights: Float64Array, changes: Readonly<Record<number, number>>): Float64Array =>
  weights.map((value, i) => value + (changes[i] ?? 0));

function near(ours: number, theirs: number, tolerance = 1e-6): void {
  expect(Math.abs(ours - theirs)).toBeLessThan(tolerance * Math.max(1e-2, Math.abs(theirs)));
}

const [n, m] = [7, 6];
const a = masses("random", n, 1);
const b = masses("random", m, 2);

describe("gradient by positions", () => {
  it.each(grounds.map((ground) => [JSON.stringify(ground), ground] as const))(
    "of sinkhorn under %s is that of differences",
    (_, ground: Ground) => {
      const unit = (points: Rows): Rows =>
        ground === "cosine" ? points.map((point) => point.map((value) => value / Math.hypot(...point))) : points;
      const x = unit(scattered(n, 3));
      const y = unit(scattered(m, 4));
      const value = (from: Rows, to: Rows) => sinkhorn(a, b, cost.points(from, to, ground), tight).value;
      const slope = gradient(sinkhorn(a, b, cost.points(x, y, ground), tight), { wrt: "positions" });
      for (const [i, k] of [
        [0, 0],
        [3, 1],
      ] as const) {
        near(
          slope.x.data[i * 2 + k],
          difference((step) => value(moved(x, i, k, step), y)),
        );
        near(
          slope.y.data[i * 2 + k],
          difference((step) => value(x, moved(y, i, k, step))),
        );
      }
    },
  );
  it.each(grounds.map((ground) => [JSON.stringify(ground), ground] as const))(
    "of emd under %s is that of differences, and the kernel's slopes are those of pairs",
    (_, ground: Ground) => {
      const x = scattered(n, 5, 3);
      const y = scattered(m, 6, 3);
      const value = (from: Rows) => emd(a, b, cost.points(from, y, ground)).value;
      const slope = gradient(emd(a, b, cost.points(x, y, ground)), { wrt: "positions" });
      const length = ground === "cosine" ? Math.hypot(...x[2]) : 1;
      for (const k of [0, 1, 2]) {
        near(
          slope.x.data[6 + k] / length,
          difference((step) => value(moved(x, 2, k, step)), 1e-6),
          1e-5,
        );
      }
      // With one target there is one plan, whatever the entropy.
      const lone = cost.points(x, [y[0]], ground);
      const exact = gradient(emd(a, null, lone), { wrt: "positions" });
      const entropic = gradient(sinkhorn(a, null, lone, tight), { wrt: "positions" });
      for (let k = 0; k < 3 * n; k++) near(entropic.x.data[k], exact.x.data[k], 1e-12);
      for (let k = 0; k < 3; k++) near(entropic.y.data[k], exact.y.data[k], 1e-12);
    },
  );
  it.each([
    ["KL", { unbalanced: 0.5 }],
    ["TV", { unbalanced: { kind: "TV", strength: 0.3 } }],
    ["L2", { unbalanced: { kind: "L2", strength: 2 } }],
    ["one-sided", { unbalanced: { source: { kind: "KL", strength: 0.5 }, target: "equal" } }],
    ["partial", { partial: 0.6 }],
  ] as const)("of sinkhorn with relaxed marginals, %s, is that of differences", (_, relaxed) => {
    const x = scattered(n, 7);
    const y = scattered(m, 8);
    const other = b.map((mass) => 1.3 * mass);
    const options = { ...tight, epsilon: 0.1, ...relaxed };
    const value = (from: Rows) => sinkhorn(a, other, cost.points(from, y), options).value;
    const slope = gradient(sinkhorn(a, other, cost.points(x, y), options), { wrt: "positions" });
    for (const k of [0, 1])
      near(
        slope.x.data[8 + k],
        difference((step) => value(moved(x, 4, k, step))),
        1e-5,
      );
  });
  it("of partial and unbalanced transport without entropy is that of differences", () => {
    const x = scattered(n, 9);
    const y = scattered(m, 10);
    const solvers = [
      (from: Rows) => partialTransport(a, b, cost.points(from, y), { mass: 0.55 }),
      (from: Rows) => unbalancedTransport(a, b, cost.points(from, y), { penalty: 0.7 }),
    ];
    for (const solve of solvers) {
      const slope = gradient(solve(x), { wrt: "positions" });
      for (let i = 0; i < n; i++) {
        near(
          slope.x.data[2 * i],
          difference((step) => solve(moved(x, i, 0, step)).value, 1e-5),
          1e-5,
        );
      }
    }
  });
  it("of a divergence is that of differences, balanced and not", () => {
    const x = scattered(n, 11);
    const y = scattered(m, 12);
    for (const unbalanced of [undefined, 0.4]) {
      const options = { epsilon: 0.1, tolerance: 1e-14, unbalanced };
      const value = (from: Rows, to: Rows) => sinkhornDivergence(from, to, options).value;
      const slope = gradient(sinkhornDivergence(x, y, options), { wrt: "positions" });
      near(
        slope.x.data[5],
        difference((step) => value(moved(x, 2, 1, step), y)),
        1e-5,
      );
      near(
        slope.y.data[4],
        difference((step) => value(x, moved(y, 2, 0, step))),
        1e-5,
      );
    }
  });
  it("is 0, not NaN, where points meet under the Euclidean ground and its like", () => {
    const x = [
      [0, 0],
      [1, 1],
    ];
    for (const ground of ["euclidean", "cityblock", "chebyshev", { norm: 2, power: 0.5 }, { norm: 3 }] as const) {
      for (const result of [
        emd(null, null, cost.points(x, x, ground)),
        sinkhorn(null, null, cost.points(x, x, ground), { epsilon: 1e-3 }),
      ]) {
        const { x: slope, y: other } = gradient(result, { wrt: "positions" });
        for (const value of [...slope.data, ...other.data]) expect(Math.abs(value)).toBeLessThan(1e-12);
      }
    }
  });
});

describe("gradient by weights", () => {
  const x = scattered(n, 13);
  const y = scattered(m, 14);
  const C = cost.points(x, y);
  it("of emd and sinkhorn is that of differences which keep the masses equal", () => {
    const solvers = [
      (from: Float64Array, to: Float64Array) => emd(from, to, C),
      (from: Float64Array, to: Float64Array) => sinkhorn(from, to, C, tight),
    ];
    for (const solve of solvers) {
      const slope = gradient(solve(a, b), { wrt: "weights" });
      near(
        slope.a[0] - slope.a[3],
        difference((step) => solve(heavier(a, { 0: step, 3: -step }), b).value),
        1e-5,
      );
      near(
        slope.b[1] - slope.b[2],
        difference((step) => solve(a, heavier(b, { 1: step, 2: -step })).value),
        1e-5,
      );
      // More mass on both sides: the constant between a and b drops out.
      near(
        slope.a[2] + slope.b[4],
        difference((step) => solve(heavier(a, { 2: step }), heavier(b, { 4: step })).value),
        1e-5,
      );
    }
  });
  it.each([
    ["KL", { unbalanced: 0.5 }],
    ["TV", { unbalanced: { kind: "TV", strength: 0.3 } }],
    ["L2", { unbalanced: { kind: "L2", strength: 2 } }],
    ["partial", { partial: 0.6 }],
  ] as const)("of sinkhorn with relaxed marginals, %s, is that of differences of any mass", (_, relaxed) => {
    const other = b.map((mass) => 1.3 * mass);
    const options = { epsilon: 0.1, tolerance: 1e-14, ...relaxed };
    const value = (from: Float64Array, to: Float64Array) => sinkhorn(from, to, C, options).value;
    const slope = gradient(sinkhorn(a, other, C, options), { wrt: "weights" });
    for (const i of [0, 2, 5]) {
      near(
        slope.a[i],
        difference((step) => value(heavier(a, { [i]: step }), other)),
        1e-5,
      );
      near(
        slope.b[i],
        difference((step) => value(a, heavier(other, { [i]: step }))),
        1e-5,
      );
    }
  });
  it("of partial and unbalanced transport without entropy is that of differences of any mass", () => {
    const solvers = [
      (from: Float64Array) => partialTransport(from, b, C, { mass: 0.55 }),
      (from: Float64Array) => unbalancedTransport(from, b, C, { penalty: 0.7 }),
      (from: Float64Array) => unbalancedTransport(from, b, C, { penalty: { kind: "L2", strength: 3 } }),
    ];
    for (const solve of solvers) {
      const slope = gradient(solve(a), { wrt: "weights" });
      for (const i of [1, 4])
        near(
          slope.a[i],
          difference((step) => solve(heavier(a, { [i]: step })).value, 1e-6),
          1e-4,
        );
    }
  });
  it("of a divergence is that of differences, balanced and not", () => {
    const cloud = (points: Rows, weights: Float64Array) =>
      ({
        kind: "points",
        points: { data: Float64Array.from(points.flat()), rows: points.length, cols: 2 },
        weights,
      }) as const;
    const held = { epsilon: 0.1, tolerance: 1e-14 };
    const value = (weights: Float64Array, options: object) =>
      sinkhornDivergence(cloud(x, weights), cloud(y, b), { ...held, ...options });
    const balanced = gradient(value(a, {}), { wrt: "weights" });
    near(
      balanced.a[0] - balanced.a[3],
      difference((step) => value(heavier(a, { 0: step, 3: -step }), {}).value),
      1e-5,
    );
    const free = gradient(value(a, { unbalanced: 0.4 }), { wrt: "weights" });
    near(
      free.a[1],
      difference((step) => value(heavier(a, { 1: step }), { unbalanced: 0.4 }).value),
      1e-5,
    );
  });
});

describe("gradient by cost, and of the transport cost", () => {
  const x = scattered(n, 15);
  const y = scattered(m, 16);
  const C = cost.points(x, y);
  const rows = Array.from({ length: n }, (_, i) => Array.from({ length: m }, (_, j) => C.at(i, j)));
  const dearer = (i: number, j: number, step: number): Rows => moved(rows, i, j, step);
  it("by cost is the plan for every value", () => {
    for (const solve of [(M: Rows) => sinkhorn(a, b, M, tight), (M: Rows) => emd(a, b, M)]) {
      const slope = gradient(solve(rows), { wrt: "cost" });
      for (const [i, j] of [
        [0, 0],
        [3, 2],
        [6, 5],
      ] as const) {
        near(
          slope.at(i, j),
          difference((step) => solve(dearer(i, j, step)).value),
          1e-5,
        );
      }
    }
  });
  it.each([1, 0.1, 0.02])(
    "of <P, C> at epsilon %s is that of differences, by cost, weights and positions",
    (epsilon) => {
      const options = { epsilon, tolerance: 1e-14 };
      const solve = (M: Rows) => sinkhorn(a, b, M, options);
      const result = sinkhorn(a, b, C, options);
      const byCost = gradient(result, { wrt: "cost", of: "transportCost" });
      for (const [i, j] of [
        [0, 0],
        [3, 2],
        [6, 5],
      ] as const) {
        near(
          byCost.at(i, j),
          difference((step) => solve(dearer(i, j, step)).transportCost),
          1e-5,
        );
      }
      const byWeights = gradient(result, { wrt: "weights", of: "transportCost" });
      const lighter = (step: number) => sinkhorn(heavier(a, { 0: step, 3: -step }), b, C, options).transportCost;
      near(byWeights.a[0] - byWeights.a[3], difference(lighter), 1e-5);
      const byPlace = gradient(result, { wrt: "positions", of: "transportCost" });
      const from = (step: number) => sinkhorn(a, b, cost.points(moved(x, 1, 0, step), y), options).transportCost;
      const to = (step: number) => sinkhorn(a, b, cost.points(x, moved(y, 1, 1, step)), options).transportCost;
      near(byPlace.x.data[2], difference(from), 1e-5);
      near(byPlace.y.data[3], difference(to), 1e-5);
    },
  );
  it("of <P, C> by the weight of an atom without mass is the one-sided derivative", () => {
    const empty = heavier(a, { 0: -a[0], 1: a[0] });
    const options = { epsilon: 0.1, tolerance: 1e-14 };
    const solve = (step: number) => sinkhorn(heavier(empty, { 0: step, 3: -step }), b, C, options).transportCost;
    const slope = gradient(sinkhorn(empty, b, C, options), { wrt: "weights", of: "transportCost" });
    near(slope.a[0] - slope.a[3], (solve(1e-6) - solve(0)) / 1e-6, 1e-4);
  });
  it("is refused where it does not exist", () => {
    const refused = (call: () => unknown): boolean => {
      try {
        call();
      } catch (error) {
        return isOtError(error, "Unsupported");
      }
      return false;
    };
    const matrix = sinkhorn(a, b, rows, tight);
    expect(refused(() => gradient(matrix, { wrt: "positions" }))).toBe(true);
    const relaxed = sinkhorn(a, b, rows, { ...tight, unbalanced: 1 });
    expect(refused(() => gradient(relaxed, { wrt: "weights", of: "transportCost" }))).toBe(true);
  });
});

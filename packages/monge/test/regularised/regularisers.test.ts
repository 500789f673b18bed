// regularisedTransport under each regulariser: closed forms, limits and what the plan owes to it.
import { describe, expect, it } from "vitest";
import { cost, emd, isOtError, type RegularisedResult, regularisedTransport as transport } from "../../src/index.ts";
import { a, b, C, failure, labels, m, matrix, n, regularisers, x, y } from "../generators/regularised.ts";
import { omega } from "../oracles/regularised.ts";

describe("regularisedTransport() with L2", () => {
  it("the plan is max(0, f + g - C) / strength", () => {
    for (const strength of [1e-2, 1, 100]) {
      const { plan, potentials } = transport(a, b, matrix, { regulariser: { kind: "L2", strength } });
      const { data } = plan.toDense();
      for (let k = 0; k < data.length; k++) {
        const expected = Math.max(0, potentials.f[Math.floor(k / m)] + potentials.g[k % m] - C[k]) / strength;
        expect(Math.abs(data[k] - expected)).toBeLessThan(1e-12 / Math.min(1, strength));
      }
    }
  });

  it("the value tends to that of emd from above as the strength falls", () => {
    const exact = emd(a, b, matrix).value;
    for (const strength of [1e-3, 1e-6, 1e-10, 1e-14]) {
      const { value, transportCost } = transport(a, b, matrix, { regulariser: { kind: "L2", strength } });
      expect(value).toBeGreaterThan(exact * (1 - 2e-9));
      expect(value).toBeLessThan(exact * (1 + 2e-9) + strength);
      expect(transportCost).toBeLessThan(exact + strength + 1e-8);
    }
  });

  it("a strength that drowns the cost leaves the plan of least norm: a_i / m + b_j / n - mass / (n m) where that is positive", () => {
    const p = a.map((mass) => 1 / n + 0.2 * (mass - 1 / n));
    const q = b.map((mass) => 1 / m + 0.2 * (mass - 1 / m));
    const { plan } = transport(p, q, matrix, { regulariser: { kind: "L2", strength: 1e13 } });
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) expect(plan.at(i, j)).toBeCloseTo(p[i] / m + q[j] / n - 1 / (n * m), 9);
    }
  });

  it("conditional gradients and Newton's method find the same plan", () => {
    const [newton, gradients] = ["L2", "L2 by conditional gradients"].map((name) =>
      transport(a, b, matrix, regularisers[name]).plan.toDense(),
    );
    for (let k = 0; k < C.length; k++) expect(newton.data[k]).toBeCloseTo(gradients.data[k], 4);
  });

  it("masses and strength in other units: P scales with the masses, the value with masses and costs", () => {
    const { value, plan } = transport(a, b, matrix, { regulariser: { kind: "L2", strength: 2 } });
    for (const [mass, unit] of [
      [1e-100, 1e100],
      [1e100, 1e-100],
      [3, 1e12],
    ]) {
      const times = (values: Float64Array, factor: number): Float64Array => values.map((each) => each * factor);
      const scaled = transport(
        times(a, mass),
        times(b, mass),
        { ...matrix, data: times(C, unit) },
        {
          regulariser: { kind: "L2", strength: (2 / mass) * unit },
        },
      );
      expect(scaled.value / mass / unit).toBeCloseTo(value, 9);
      expect(scaled.plan.at(3, 5) / mass).toBeCloseTo(plan.at(3, 5), 9);
    }
  });

  it("a constant added to the costs changes the value by its mass", () => {
    const { value } = transport(a, b, matrix, { regulariser: { kind: "L2", strength: 2 } });
    const moved = transport(
      a,
      b,
      { ...matrix, data: C.map((each) => each - 7) },
      { regulariser: { kind: "L2", strength: 2 } },
    );
    expect(moved.value).toBeCloseTo(value - 7, 9);
  });

  it("forbidden pairs carry nothing; where they leave no plan it is Infeasible with a witness", () => {
    const data = C.map((each, k) => ((Math.floor(k / m) + (k % m)) % 3 === 0 ? Infinity : each));
    const result = transport(a, b, { ...matrix, data }, { regulariser: { kind: "L2", strength: 1 } });
    for (const [i, j] of result.plan.entries()) expect(data[i * m + j]).toBeLessThan(Infinity);
    expect(Math.abs(result.certify().relativeGap)).toBeLessThan(1e-8);
    const wall = C.map((each, k) => (k < m ? Infinity : each));
    const error = failure(() =>
      transport(a, b, { ...matrix, data: wall }, { regulariser: { kind: "L2", strength: 1 } }),
    );
    expect(isOtError(error, "Infeasible") && error.witness?.rows).toEqual(Int32Array.of(0));
  });

  it("one atom, equal clouds, a constant cost: no NaN", () => {
    expect(transport(null, null, [[3]], { regulariser: { kind: "L2", strength: 2 } }).value).toBeCloseTo(4, 12);
    const flat = transport(
      null,
      null,
      [
        [1, 1],
        [1, 1],
      ],
      { regulariser: { kind: "L2", strength: 2 } },
    );
    expect([...flat.plan.toDense().data]).toEqual([0.25, 0.25, 0.25, 0.25]);
    const nothing = transport([0, 0], [0], [[1], [2]], { regulariser: { kind: "L2", strength: 2 } });
    expect(nothing.value).toBe(0);
    expect(nothing.certify().relativeGap).toBe(0);
    const self = transport(null, null, cost.points(x, x), { regulariser: { kind: "L2", strength: 1e-3 } });
    expect(Math.abs(self.certify().relativeGap)).toBeLessThan(1e-8);
  });
});

describe("regularisedTransport() with a group lasso", () => {
  const groupsOf = (result: RegularisedResult): number =>
    new Set([...result.plan.entries(1e-9)].map(([i, j]) => `${labels[i]} ${j}`)).size;
  it("targets draw on fewer classes as the strength grows, and the value stays between that of emd and emd's plan", () => {
    const exact = emd(a, b, matrix);
    const { data } = exact.plan.toDense();
    let before = Infinity;
    for (const strength of [1e-6, 0.3, 1, 3]) {
      const regulariser = { kind: "groupLasso", strength, labels } as const;
      const result = transport(a, b, matrix, { regulariser });
      expect(result.value).toBeGreaterThan(exact.value);
      expect(result.value).toBeLessThan(exact.value + omega(data, regulariser) + 1e-8);
      expect(omega(result.plan.toDense().data, { ...regulariser, strength: 1 })).toBeLessThan(before + 1e-7);
      before = omega(result.plan.toDense().data, { ...regulariser, strength: 1 });
    }
  });

  it("zeroes out whole classes, and only where its dual allows: |max(0, f + g - C)| <= strength, there and nowhere else slack", () => {
    const strength = 0.5;
    const { plan, potentials } = transport(a, b, matrix, { regulariser: { kind: "groupLasso", strength, labels } });
    const { data } = plan.toDense();
    let empty = 0;
    for (let j = 0; j < m; j++) {
      for (const label of new Set(labels)) {
        const members = labels.flatMap((each, i) => (each === label ? [i * m + j] : []));
        const over = members.map((at) => Math.max(0, potentials.f[Math.floor(at / m)] + potentials.g[j] - C[at]));
        const norm = Math.hypot(...members.map((at) => data[at]));
        if (norm === 0) {
          empty++;
          expect(Math.hypot(...over)).toBeLessThan(strength * (1 + 1e-7));
        } else {
          // The gradient of the norm: f + g - C = strength P / |P| where P > 0.
          members.forEach((at, k) => expect(over[k]).toBeCloseTo((strength * data[at]) / norm, 5));
        }
      }
    }
    expect(empty).toBeGreaterThan(m / 4);
    const spread = transport(a, b, matrix, { regulariser: { kind: "L2", strength: 5 } });
    expect(groupsOf(transport(a, b, matrix, { regulariser: { kind: "groupLasso", strength, labels } }))).toBeLessThan(
      groupsOf(spread),
    );
  });

  it("one class each is a sum of entries: the mass, whatever the plan", () => {
    const regulariser = { kind: "groupLasso", strength: 2, labels: x.map((_, i) => i) } as const;
    const result = transport(a, b, matrix, { regulariser });
    expect(result.value).toBeCloseTo(emd(a, b, matrix).value + 2, 8);
  });

  it("with entropy that vanishes, the value tends to that without", () => {
    const regulariser = { kind: "groupLasso", strength: 0.5, labels } as const;
    const { value } = transport(a, b, matrix, { regulariser });
    const soft = transport(a, b, matrix, { regulariser, epsilon: 1e-3, tolerance: 1e-6 });
    expect(soft.transportCost + soft.regularisation).toBeGreaterThan(value - 1e-6);
    expect(soft.transportCost + soft.regularisation).toBeLessThan(value + 1e-2);
  });
});

describe("regularisedTransport() with a Laplacian", () => {
  it("is optimal over all plans of a 2 x 2 problem", () => {
    const source = [
      [0, 0],
      [1, 0],
    ];
    const target = [
      [0, 1],
      [1.5, 0.5],
    ];
    const edge = [
      [0, 1],
      [1, 0],
    ];
    for (const alike of ["positions", "displacements"] as const) {
      const regulariser = {
        kind: "laplacian",
        strength: 4,
        source,
        target,
        sourceGraph: edge,
        targetGraph: edge,
        balance: 0.7,
        alike,
      } as const;
      const D = cost.points(source, target).block(0, 2);
      const result = transport([0.4, 0.6], [0.5, 0.5], { data: D, rows: 2, cols: 2 }, { regulariser });
      let best = Infinity;
      for (let k = 0; k <= 400000; k++) {
        const t = (0.4 * k) / 400000;
        const P = [t, 0.4 - t, 0.5 - t, 0.1 + t];
        const own = alike === "displacements" ? 1 : 0;
        const image = (w: number[], total: number, there: number[][], here: number[]): number[] =>
          here.map((value, c) => (w[0] * there[0][c] + w[1] * there[1][c]) / total - own * value);
        const square = (p: number[], q: number[]): number => (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2;
        const d = square(image([P[0], P[1]], 0.4, target, source[0]), image([P[2], P[3]], 0.6, target, source[1]));
        const e = square(image([P[0], P[2]], 0.5, source, target[0]), image([P[1], P[3]], 0.5, source, target[1]));
        const value = P.reduce((all, p, at) => all + p * D[at], 0) + 4 * (0.7 * 0.24 * d + 0.3 * 0.25 * e);
        best = Math.min(best, value);
      }
      expect(result.value).toBeCloseTo(best, 9);
    }
  });

  it("value is homogeneous in the masses, and a graph without edges changes nothing", () => {
    const one = transport(a, b, matrix, regularisers.Laplacian);
    const ten = transport(
      a.map((mass) => 10 * mass),
      b.map((mass) => 10 * mass),
      matrix,
      regularisers.Laplacian,
    );
    expect(ten.value / 10).toBeCloseTo(one.value, 8);
    const none = (size: number): { data: Float64Array; rows: number; cols: number } => ({
      data: new Float64Array(size * size),
      rows: size,
      cols: size,
    });
    const free = transport(a, b, matrix, {
      regulariser: { kind: "laplacian", strength: 3, source: x, target: y, sourceGraph: none(n), targetGraph: none(m) },
    });
    expect(free.value).toBeCloseTo(emd(a, b, matrix).value, 12);
  });
});

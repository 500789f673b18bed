// Entropic transport against closed forms, the slow oracle, its own optimality conditions and the limits in epsilon.
import { describe, expect, it } from "vitest";
import { sinkhorn } from "../../src/entropic/sinkhorn.ts";
import { cost, emd, isOtError, random } from "../../src/index.ts";
import { cloud, masses, squared } from "../generators/problems.ts";
import { slowSinkhorn } from "../oracles/entropic.ts";

function closeTo(x: ArrayLike<number>, y: ArrayLike<number>, tolerance: number): void {
  expect(x.length).toBe(y.length);
  let worst = 0;
  for (let k = 0; k < x.length; k++) worst = Math.max(worst, Math.abs(x[k] - y[k]));
  expect(worst).toBeLessThanOrEqual(tolerance);
}

const kinds = ["uniform", "random", "heavy", "zeros"] as const;
const clouds = ["square", "clusters", "line", "lattice", "duplicates"] as const;

describe("sinkhorn on two by two", () => {
  it("gives the closed form p = e / (2 (1 + e)), e = exp(1 / eps)", () => {
    for (const epsilon of [0.05, 0.3, 1, 10]) {
      const C = [
        [0, 1],
        [1, 0],
      ];
      const { plan, value, transportCost } = sinkhorn([0.5, 0.5], [0.5, 0.5], C, { epsilon, tolerance: 1e-14 });
      const stay = 1 / (2 * (1 + Math.exp(-1 / epsilon)));
      expect(plan.at(0, 0)).toBeCloseTo(stay, 13);
      expect(transportCost).toBeCloseTo(1 - 2 * stay, 13);
      const entropy = 2 * stay * Math.log(4 * stay) + (1 - 2 * stay) * Math.log(Math.max(4 * (0.5 - stay), 1e-300));
      expect(value).toBeCloseTo(1 - 2 * stay + epsilon * entropy, 12);
    }
  });
});

describe("sinkhorn against the slow oracle", () => {
  it.each(kinds.flatMap((kind) => clouds.map((shape) => [kind, shape] as const)))(
    "agrees on value, cost and plan: %s masses, points %s",
    (kind, shape) => {
      const a = masses(kind, 23, 5);
      const b = masses(kind, 17, 6);
      const C = squared(cloud(shape, 23, 7), cloud(shape, 17, 8));
      const largest = Math.max(...C.flat());
      for (const relative of [0.5, 0.1, 0.03]) {
        const epsilon = relative * largest;
        const slow = slowSinkhorn(a, b, C, epsilon);
        const { value, transportCost, plan, report, potentials } = sinkhorn(a, b, C, { epsilon, tolerance: 1e-13 });
        expect(report.status).toBe("converged");
        expect(report.error).toBeLessThanOrEqual(1e-13);
        expect(Math.abs(value - slow.value)).toBeLessThan(1e-11 * largest);
        expect(Math.abs(transportCost - slow.transportCost)).toBeLessThan(1e-11 * largest);
        closeTo(plan.toDense().data, slow.plan.flat(), 1e-11);
        // Potentials are unique up to one constant, at atoms without mass too.
        const shift = potentials.f[0] - slow.f[0];
        closeTo(
          potentials.f.map((value) => value - shift),
          slow.f,
          1e-9 * largest,
        );
        closeTo(
          potentials.g.map((value) => value + shift),
          slow.g,
          1e-9 * largest,
        );
      }
    },
  );

  it("agrees for masses that weigh 7 together", () => {
    const a = masses("random", 9, 1).map((mass) => 7 * mass);
    const b = masses("random", 11, 2).map((mass) => 7 * mass);
    const C = squared(cloud("square", 9, 3), cloud("square", 11, 4));
    const slow = slowSinkhorn(a, b, C, 0.1);
    const { value, plan } = sinkhorn(a, b, C, { epsilon: 0.1, tolerance: 1e-13 });
    expect(value).toBeCloseTo(slow.value, 11);
    closeTo(plan.marginal(0), a, 1e-12);
    closeTo(plan.marginal(1), b, 1e-12);
  });
});

describe("sinkhorn, whichever way the cost is given", () => {
  const x = cloud("clusters", 61, 1);
  const y = cloud("clusters", 47, 2);
  const a = masses("random", 61, 3);
  const b = masses("zeros", 47, 4);
  const grounds = [
    "sqeuclidean",
    "euclidean",
    "cityblock",
    "chebyshev",
    "cosine",
    { norm: 3 },
    { norm: 2, power: 1.5 },
  ] as const;
  it.each(grounds.map((ground) => [JSON.stringify(ground), ground] as const))(
    "points under %s, matrix, blocks and custom agree to 1e-10",
    (_, ground) => {
      const points = cost.points(x, y, ground);
      const dense = { data: points.block(0, 61), rows: 61, cols: 47 };
      const options = { relativeEpsilon: 0.02, tolerance: 1e-12 };
      const reference = sinkhorn(a, b, dense, options);
      for (const C of [points, cost.custom([61, 47], points.at)]) {
        const answer = sinkhorn(a, b, C, options);
        expect(Math.abs(answer.value - reference.value)).toBeLessThan(1e-10 * reference.value);
        closeTo(answer.plan.toDense().data, reference.plan.toDense().data, 1e-10);
      }
    },
  );
  it.each([1, 2, 3, 5, 16])("points in dimension %i and their matrix agree to 1e-10", (d) => {
    const { normal } = random(d);
    const draw = (count: number): number[][] => Array.from({ length: count }, () => Array.from({ length: d }, normal));
    const points = cost.points(draw(30), draw(41));
    const options = { relativeEpsilon: 0.05, tolerance: 1e-12 };
    const reference = sinkhorn(null, null, { data: points.block(0, 30), rows: 30, cols: 41 }, options);
    closeTo(sinkhorn(null, null, points, options).plan.toDense().data, reference.plan.toDense().data, 1e-10);
  });
  it("grid, low-rank and sparse costs agree with their matrices", () => {
    const grid = cost.grid([5, 6]);
    const { normal } = random(9);
    const factor = (rows: number): number[][] => Array.from({ length: rows }, () => [normal(), normal()]);
    const sparse = cost.sparse({
      rows: 2,
      cols: 2,
      rowPtr: Int32Array.of(0, 2, 3),
      colIdx: Int32Array.of(0, 1, 1),
      values: Float64Array.of(1, 2, 3),
    });
    for (const [C, weights] of [
      [grid, masses("random", 30, 2)],
      [cost.lowRank(factor(12), factor(12)), masses("random", 12, 2)],
      [sparse, Float64Array.of(0.75, 0.25)],
    ] as const) {
      const [n, m] = C.shape;
      const target = n === 2 ? [0.25, 0.75] : null;
      const options = { epsilon: 1, tolerance: 1e-12 };
      const dense = sinkhorn(weights, target, { data: C.block(0, n), rows: n, cols: m }, options);
      closeTo(sinkhorn(weights, target, C, options).plan.toDense().data, dense.plan.toDense().data, 1e-10);
    }
  });
});

describe("the optimum of sinkhorn", () => {
  const a = masses("random", 80, 1);
  const b = masses("random", 90, 2);
  const C = cost.points(cloud("square", 80, 3), cloud("square", 90, 4));
  it("fits both marginals to the tolerance, as the report says", () => {
    for (const relativeEpsilon of [1, 0.1, 0.01, 0.001]) {
      const { plan, report } = sinkhorn(a, b, C, { relativeEpsilon });
      expect(report.status).toBe("converged");
      const error =
        plan.marginal(0).reduce((total, mass, i) => total + Math.abs(mass - a[i]), 0) +
        plan.marginal(1).reduce((total, mass, j) => total + Math.abs(mass - b[j]), 0);
      expect(error).toBeLessThan(1.001e-9);
      expect(Math.abs(error - report.error)).toBeLessThan(1e-12);
    }
  });
  it("is a fixed point: f is the soft minimum of C - g, and g of C - f", () => {
    const { potentials, epsilon } = sinkhorn(a, b, C, { relativeEpsilon: 0.01, tolerance: 1e-13 });
    const { f, g } = potentials;
    for (let i = 0; i < 80; i += 7) {
      let total = 0;
      for (let j = 0; j < 90; j++) total += b[j] * Math.exp((f[i] + g[j] - C.at(i, j)) / epsilon);
      expect(total).toBeCloseTo(1, 10);
    }
    for (let j = 0; j < 90; j += 7) {
      let total = 0;
      for (let i = 0; i < 80; i++) total += a[i] * Math.exp((f[i] + g[j] - C.at(i, j)) / epsilon);
      expect(total).toBeCloseTo(1, 10);
    }
  });
  it("is certified: the gap is as small as the error", () => {
    const certificate = sinkhorn(a, b, C, { relativeEpsilon: 0.01 }).certify();
    expect(certificate.problem).toBe("entropic");
    expect(Math.abs(certificate.relativeGap)).toBeLessThan(1e-8);
    expect(certificate.primalResidual).toBeLessThan(1.001e-9);
  });
  it("is bounded from below by the dual of any potentials", () => {
    const { value } = sinkhorn(a, b, C, { relativeEpsilon: 0.05, tolerance: 1e-13 });
    for (const maxIterations of [0, 1, 2, 5]) {
      const rough = sinkhorn(a, b, C, { relativeEpsilon: 0.05, maxIterations }).certify();
      expect(rough.dual).toBeLessThanOrEqual(value + 1e-13);
    }
  });
  it("certify({ of: 'unregularised' }) brackets the exact value", async () => {
    const exact = emd(a, b, C).value;
    for (const relativeEpsilon of [0.1, 0.01, 0.001]) {
      const answer = sinkhorn(a, b, C, { relativeEpsilon });
      const { primal, dual, gap, primalResidual } = answer.certify({ of: "unregularised" });
      expect(primal).toBeGreaterThanOrEqual(exact - 1e-12);
      expect(dual).toBeLessThanOrEqual(exact + 1e-12);
      // Entropic potentials lie within eps log(1 / least mass) of feasible ones.
      expect(gap).toBeLessThan(10 * answer.epsilon);
      expect(primalResidual).toBeLessThan(1e-13);
      expect(await answer.certify.async({ of: "unregularised" })).toEqual(answer.certify({ of: "unregularised" }));
    }
  });
  it("tends to the exact value as epsilon falls, from above", () => {
    const exact = emd(a, b, C).value;
    let before = Infinity;
    for (const relativeEpsilon of [1e-1, 1e-2, 1e-3, 1e-4]) {
      const { transportCost } = sinkhorn(a, b, C, { relativeEpsilon, tolerance: 1e-7 });
      expect(transportCost).toBeGreaterThan(exact - 1e-7);
      expect(transportCost).toBeLessThan(before);
      before = transportCost;
    }
    expect(before - exact).toBeLessThan(1e-3 * exact);
  });
  it("tends to the product as epsilon grows", () => {
    const { plan, value } = sinkhorn(a, b, C, { relativeEpsilon: 1e7, tolerance: 1e-13 });
    const product = C.apply(b, 0).reduce((total, price, i) => total + price * a[i], 0);
    expect(value).toBeCloseTo(product, 6);
    closeTo(
      plan.toDense().data,
      Array.from(a).flatMap((mass) => Array.from(b, (other) => mass * other)),
      1e-10,
    );
  });
});

describe("sinkhorn with entries kept", () => {
  it.each([0.3, 0.03, 0.003, 0.0005])(
    "has the answer that it has without, at %s of the largest cost",
    (relativeEpsilon) => {
      const a = masses("zeros", 150, 1);
      const b = masses("heavy", 130, 2);
      for (const C of [
        cost.points(cloud("clusters", 150, 3), cloud("square", 130, 4)),
        cost.dense(squared(cloud("square", 150, 5), cloud("square", 130, 6))),
      ]) {
        const options = { relativeEpsilon, tolerance: 1e-10, maxIterations: 20000 };
        const kept = sinkhorn(a, b, C, options);
        const plain = sinkhorn(a, b, C, { ...options, keepEntries: false });
        expect([kept.report.status, plain.report.status]).toEqual(["converged", "converged"]);
        expect(Math.abs(kept.value - plain.value)).toBeLessThan(1e-9 * Math.abs(plain.value));
        const rows = kept.plan.marginal(0).reduce((total, mass, i) => total + Math.abs(mass - a[i]), 0);
        const columns = kept.plan.marginal(1).reduce((total, mass, j) => total + Math.abs(mass - b[j]), 0);
        expect(rows + columns).toBeLessThan(1.01e-10);
      }
    },
  );
  it("needs no more memory than the kernel can have: a matrix of few entries that matter, and many", () => {
    const x = cloud("square", 600, 1);
    const y = cloud("square", 500, 2);
    for (const relativeEpsilon of [0.1, 0.002]) {
      const answer = sinkhorn(null, null, cost.points(x, y), { relativeEpsilon });
      expect(answer.report.status).toBe("converged");
      expect(Math.abs(answer.certify().relativeGap)).toBeLessThan(1e-7);
    }
  });
});

describe("options of sinkhorn", () => {
  const C = [
    [0, 1],
    [1, 0],
  ];
  it.each([
    [{}],
    [{ epsilon: 0 }],
    [{ epsilon: -1 }],
    [{ epsilon: Number.NaN }],
    [{ epsilon: 1, relativeEpsilon: 1 }],
    [{ epsilon: 1e-13 }],
    [{ epsilon: 1, tolerance: 0 }],
    [{ epsilon: 1, overRelaxation: 2 }],
    [{ epsilon: 1, annealing: [0.5] }],
    [{ epsilon: 1, warmStart: { f: new Float64Array([0, Number.NaN]), g: new Float64Array(2) } }],
  ])("%j is refused with InvalidValue", (options) => {
    let caught: unknown;
    try {
      sinkhorn(null, null, C, options);
    } catch (error) {
      caught = error;
    }
    expect(isOtError(caught, "InvalidValue")).toBe(true);
  });
  it.each([
    [{ overRelaxation: 1 }],
    [{ overRelaxation: 1.5 }],
    [{ annealing: "none" }],
    [{ annealing: [0.5, 0.2] }],
  ] as const)("%j leads to the same answer", (options) => {
    const problem = [
      masses("random", 20, 1),
      masses("random", 20, 2),
      squared(cloud("square", 20, 3), cloud("square", 20, 4)),
    ] as const;
    const reference = sinkhorn(...problem, { epsilon: 0.05, tolerance: 1e-12 });
    const answer = sinkhorn(...problem, { epsilon: 0.05, tolerance: 1e-12, ...options });
    expect(answer.report.status).toBe("converged");
    closeTo(answer.plan.toDense().data, reference.plan.toDense().data, 1e-11);
  });
  it("masses that differ within massTolerance are matched and reported, beyond it refused", () => {
    const { report } = sinkhorn([0.5, 0.5], [0.5, 0.5 + 1e-10], C, { epsilon: 1 });
    expect(report.massAdjustment).toBeCloseTo(1 - 1e-10, 14);
    expect(() => sinkhorn([1, 1], [1, 2], C, { epsilon: 1 })).toThrow(/weighs/);
  });
});

// Sinkhorn divergences: definition, positivity, limits, self terms, forms.
import { describe, expect, it } from "vitest";
import {
  cost,
  divergenceOfCosts,
  emd,
  type Ground,
  histogram,
  isOtError,
  pointCloud,
  sinkhorn,
  sinkhornDivergence,
  sinkhornDivergences,
} from "../../src/index.ts";
import { cloud, masses } from "../generators/problems.ts";
import { slowSinkhorn } from "../oracles/entropic.ts";

const x = cloud("square", 40, 1);
const y = cloud("square", 30, 2).map(([u, v]) => [u + 0.2, v]);
const a = pointCloud(x, masses("random", 40, 3));
const b = pointCloud(y, masses("zeros", 30, 4));
const grounds: readonly Ground[] = [
  "sqeuclidean",
  "euclidean",
  "cityblock",
  "cosine",
  { norm: 2, power: 0.5 },
  { norm: 2, power: 1.5 },
  { norm: 1.5, power: 1.5 },
];

describe("sinkhornDivergence", () => {
  it("is OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2, as the slow solver has them", () => {
    const epsilon = 0.3;
    const slow = (p: ArrayLike<number>, q: ArrayLike<number>, from: number[][], to: number[][]): number =>
      slowSinkhorn(
        p,
        q,
        from.map((u) => to.map((v) => (u[0] - v[0]) ** 2 + (u[1] - v[1]) ** 2)),
        epsilon,
      ).value;
    const expected =
      slow(a.weights, b.weights, x, y) - slow(a.weights, a.weights, x, x) / 2 - slow(b.weights, b.weights, y, y) / 2;
    const { value, parts } = sinkhornDivergence(a, b, { epsilon, tolerance: 1e-12 });
    expect(Math.abs(value - expected)).toBeLessThan(1e-12);
    expect([parts.xy.epsilon, parts.xx.epsilon, parts.yy.epsilon]).toEqual([epsilon, epsilon, epsilon]);
  });

  it.each(grounds.map((ground) => [JSON.stringify(ground), ground] as const))(
    "under %s is 0 to the bit for a measure and itself, positive for another, symmetric, without a warning",
    (_, ground) => {
      const [from, to] = ground === "cosine" ? [x, y].map((rows) => rows.map(([u, v]) => [u + 0.01, v])) : [x, y];
      for (const relativeEpsilon of [1, 0.03]) {
        const options = { relativeEpsilon, ground, tolerance: 1e-11 };
        expect(
          sinkhornDivergence(
            from,
            from.map((point) => [...point]),
            options,
          ).value,
        ).toBe(0);
        const there = sinkhornDivergence(from, to, options);
        const back = sinkhornDivergence(to, from, options);
        expect(there.value).toBeGreaterThan(0);
        expect(Math.abs(there.value - back.value)).toBeLessThan(1e-9 * there.parts.xy.value);
        expect(there.report.warnings).toEqual([]);
        // The same atoms in another order: 0 up to rounding.
        const turned = sinkhornDivergence(from, [...from].reverse(), options);
        expect(Math.abs(turned.value)).toBeLessThan(1e-9 * there.parts.xy.value);
      }
    },
  );

  it("warns where positivity is not known, and costs that are no distances make it negative", () => {
    for (const ground of ["chebyshev", { norm: 3 }, { norm: 2, power: 3 }] as const) {
      const { report } = sinkhornDivergence(x, y, { epsilon: 1, ground });
      expect(report.warnings.map(({ code }) => code)).toEqual(["PositivityUnproven"]);
    }
    const dear = [
      [9, 9],
      [9, 9],
    ];
    const cheap = [
      [1, 0],
      [0, 1],
    ];
    const crossed = divergenceOfCosts(null, null, { xy: cheap, xx: dear, yy: cheap }, { epsilon: 1 });
    expect(crossed.value).toBeLessThan(0);
    expect(crossed.report.warnings.length).toBe(1);
  });

  it("tends to the exact transport cost as epsilon falls", () => {
    const exact = emd(a.weights, b.weights, cost.points(x, y)).value;
    let before = Infinity;
    for (const epsilon of [0.1, 0.02, 0.005, 0.001]) {
      const off = Math.abs(sinkhornDivergence(a, b, { epsilon, tolerance: 1e-8 }).value - exact);
      expect(off).toBeLessThan(before);
      before = off;
    }
    expect(before).toBeLessThan(0.01 * exact);
  });

  it("tends to half of the energy distance as epsilon grows; for squares to the squared distance of the means", () => {
    const energy = (ground: Ground): number => {
      const mean = (p: typeof a, q: typeof a): number => {
        const carried = cost.points(p.points, q.points, ground).apply(q.weights, 0);
        return p.weights.reduce((total, mass, i) => total + mass * carried[i], 0);
      };
      return mean(a, b) - mean(a, a) / 2 - mean(b, b) / 2;
    };
    for (const ground of ["sqeuclidean", "euclidean", { norm: 2, power: 0.7 }] as const) {
      const { value } = sinkhornDivergence(a, b, { relativeEpsilon: 1e6, ground, tolerance: 1e-14 });
      expect(Math.abs(value - energy(ground))).toBeLessThan(1e-6 * energy(ground));
    }
    const centre = (measure: typeof a, k: number): number =>
      measure.weights.reduce((total, mass, i) => total + mass * measure.points.data[2 * i + k], 0);
    const apart = (centre(a, 0) - centre(b, 0)) ** 2 + (centre(a, 1) - centre(b, 1)) ** 2;
    expect(Math.abs(energy("sqeuclidean") - apart)).toBeLessThan(1e-12);
  });

  it("does not depend on how the measures are given: histograms, points, costs", () => {
    const p = masses("zeros", 24, 5);
    const q = masses("random", 24, 6);
    const cells = Array.from({ length: 24 }, (_, i) => [Math.floor(i / 6), i % 6]);
    const options = { epsilon: 0.7, tolerance: 1e-13 };
    const grids = sinkhornDivergence(histogram(p, [4, 6]), histogram(q, [4, 6]), options).value;
    const points = sinkhornDivergence(pointCloud(cells, p), pointCloud(cells, q), options).value;
    const C = cost.grid([4, 6]);
    const given = divergenceOfCosts(p, q, { xy: C, xx: C, yy: C }, options).value;
    expect(Math.abs(grids - points)).toBeLessThan(1e-12 * points);
    expect(Math.abs(given - points)).toBeLessThan(1e-12 * points);
    expect(sinkhornDivergence(histogram(p, [4, 6]), histogram(p, [4, 6]), options).value).toBe(0);
  });

  it("has self terms that Sinkhorn's iteration confirms at once, also where it would be slow", () => {
    const { parts, report } = sinkhornDivergence(x, y, { relativeEpsilon: 0.001, tolerance: 1e-8 });
    for (const self of [parts.xx, parts.yy]) {
      expect(self.report.status).toBe("converged");
      expect(self.report.iterations).toBeLessThan(4);
    }
    expect(report.iterations - parts.xy.report.iterations).toBeLessThan(60);
    const plain = sinkhorn(null, null, cost.points(x), { epsilon: parts.xx.epsilon, tolerance: 1e-8 });
    expect(Math.abs(plain.value - parts.xx.value)).toBeLessThan(1e-9 * Math.abs(plain.value));
  });

  it("is proved by the proofs of its parts", async () => {
    const result = sinkhornDivergence(a, b, { epsilon: 0.05 });
    const proof = result.certify();
    expect(Math.abs(proof.primal - result.value)).toBeLessThan(1e-8);
    expect(Math.abs(proof.dual - result.value)).toBeLessThan(1e-8);
    expect(proof.gap).toBeCloseTo(proof.primal - proof.dual, 12);
    expect(proof.primalResidual).toBeLessThan(3.01e-9);
    expect(proof.parts.xy).toEqual(result.parts.xy.certify());
    expect(await result.certify.async()).toEqual(proof);
  });
});

describe("sinkhornDivergence with penalties", () => {
  it.each([
    ["KL", 0.5],
    ["TV", { kind: "TV", strength: 0.4 }],
  ] as const)("%s: 0 for a measure and itself, positive for others, for masses that differ too", (_, unbalanced) => {
    const options = { epsilon: 0.1, unbalanced, tolerance: 1e-12 };
    expect(sinkhornDivergence(a, a, options).value).toBe(0);
    const heavy = pointCloud(
      x,
      a.weights.map((mass) => 2 * mass),
    );
    for (const other of [b, heavy]) {
      const there = sinkhornDivergence(a, other, options).value;
      expect(there).toBeGreaterThan(1e-4);
      expect(Math.abs(there - sinkhornDivergence(other, a, options).value)).toBeLessThan(1e-10);
    }
  });
  it("adds (epsilon / 2) (m(a) - m(b))^2 to the parts", () => {
    const heavy = pointCloud(
      x,
      a.weights.map((mass) => 3 * mass),
    );
    const { value, parts } = sinkhornDivergence(heavy, b, { epsilon: 0.2, unbalanced: 1 });
    expect(value).toBeCloseTo(parts.xy.value - (parts.xx.value + parts.yy.value) / 2 + 0.1 * (3 - 1) ** 2, 14);
  });
  it("tends to the balanced divergence as the strength grows", () => {
    const held = sinkhornDivergence(a, b, { epsilon: 0.1 }).value;
    const free = sinkhornDivergence(a, b, { epsilon: 0.1, unbalanced: 1e5 }).value;
    expect(Math.abs(free - held)).toBeLessThan(1e-4 * held);
  });
  it("refuses sides with different penalties, and unequal masses without any", () => {
    const code = (call: () => unknown): string | undefined => {
      try {
        call();
      } catch (error) {
        return isOtError(error) ? error.code : "other";
      }
      return undefined;
    };
    expect(
      code(() =>
        sinkhornDivergence(a, b, { epsilon: 1, unbalanced: { source: "equal", target: { kind: "KL", strength: 1 } } }),
      ),
    ).toBe("Unsupported");
    expect(
      code(() =>
        sinkhornDivergence(
          a,
          pointCloud(
            y,
            b.weights.map((mass) => 2 * mass),
          ),
          { epsilon: 1 },
        ),
      ),
    ).toBe("MassMismatch");
    expect(code(() => sinkhornDivergence(a, b, {}))).toBe("InvalidValue");
    expect(code(() => divergenceOfCosts(null, null, { xy: [[1, 2]], xx: [[1]], yy: [[1]] }, { epsilon: 1 }))).toBe(
      "InvalidShape",
    );
  });
});

describe("the forms of sinkhornDivergence", () => {
  it("give the same bits; phases say whose they are", async () => {
    const direct = sinkhornDivergence(a, b, { relativeEpsilon: 0.02 });
    expect((await sinkhornDivergence.async(a, b, { relativeEpsilon: 0.02 })).value).toBe(direct.value);
    const run = sinkhornDivergence.steps(a, b, { relativeEpsilon: 0.02 });
    const phases = new Set<string>();
    for (const { phase } of run) {
      phases.add(phase.split(":")[0]);
      expect(Number.isFinite(run.snapshot().value)).toBe(true);
    }
    expect(run.result?.value).toBe(direct.value);
    expect([...phases]).toEqual(["both", "source", "target"]);
  });
  it("give the solo bits when runs advance in turn, and after one was broken off", () => {
    const problems = [1, 2, 3].map((seed) => [cloud("square", 60, seed), cloud("clusters", 50, seed)] as const);
    const options = { relativeEpsilon: 0.02 };
    const solo = problems.map(([from, to]) => sinkhornDivergence(from, to, options).value);
    const runs = problems.map(([from, to]) => sinkhornDivergence.steps(from, to, options));
    const live = new Set(runs);
    while (live.size > 0) for (const run of live) if (run.next().done) live.delete(run);
    expect(runs.map((run) => run.result?.value)).toEqual(solo);
    for (const { phase } of sinkhornDivergence.steps(...problems[0], options)) if (phase.startsWith("source")) break;
    expect(problems.map(([from, to]) => sinkhornDivergence(from, to, options).value)).toEqual(solo);
  });
  it("can be stopped with an answer, and aborted without", async () => {
    const stopped = sinkhornDivergence(a, b, { relativeEpsilon: 0.001, stopWhen: ({ iteration }) => iteration >= 3 });
    expect(stopped.report.status).toBe("stopped");
    expect(Number.isFinite(stopped.value)).toBe(true);
    const limited = sinkhornDivergence(a, b, { relativeEpsilon: 0.001, maxIterations: 2 });
    expect(limited.report.status).toBe("maxIterations");
    const abort = AbortSignal.abort(new Error("enough"));
    await expect(sinkhornDivergence.async(a, b, { epsilon: 0.01, signal: abort })).rejects.toThrow("enough");
  });
});

describe("sinkhornDivergences", () => {
  it("are those of sinkhornDivergence, to the bit at a given epsilon, with one self term for the source", () => {
    const targets = [b, x, pointCloud(cloud("line", 12, 8)), a];
    const many = sinkhornDivergences(a, targets, { epsilon: 0.05 });
    targets.forEach((target, k) => {
      expect(many.values[k]).toBe(sinkhornDivergence(a, target, { epsilon: 0.05 }).value);
      if (k < 3) expect(many.results[k].parts.xx).toBe(many.results[0].parts.xx);
    });
    expect(many.values[3]).toBe(0);
    expect(sinkhornDivergences(a, [], { epsilon: 1 }).values.length).toBe(0);
  });
  it("share one epsilon, relative to the largest cost of all pairs", () => {
    const { results } = sinkhornDivergences([[0, 0]], [[[1, 0]], [[0, 10]], [[2, 0]]], { relativeEpsilon: 0.01 });
    for (const { epsilon } of results) expect(epsilon).toBe(1);
  });
  it("name the problem that is wrong", () => {
    expect(() => sinkhornDivergences(a, [b, [[1, 2, 3]]], { epsilon: 1 })).toThrow(/Problem 1/);
  });
});

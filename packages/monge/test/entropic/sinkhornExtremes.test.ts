// Entropic transport where peers return NaN, zeros or "use a larger reg".
import { describe, expect, it } from "vitest";
import { sinkhorn } from "../../src/entropic/sinkhorn.ts";
import type { SinkhornResult } from "../../src/entropic/sinkhornResult.ts";
import { cost, emd, isOtError, random } from "../../src/index.ts";
import { cloud, masses, squared } from "../generators/problems.ts";
import { slowSinkhorn } from "../oracles/entropic.ts";

function expectFinite({ value, transportCost, potentials, plan, report }: SinkhornResult): void {
  expect(Number.isFinite(value) && Number.isFinite(transportCost) && Number.isFinite(report.error)).toBe(true);
  expect(potentials.f.every(Number.isFinite) && potentials.g.every(Number.isFinite)).toBe(true);
  expect(plan.toDense().data.every((mass) => mass >= 0 && mass < Infinity)).toBe(true);
}

const n = 40;
const x = cloud("square", n, 1);
const y = cloud("square", n, 2);
const C = squared(x, y);

describe("sinkhorn at the edge of floating point", () => {
  it("takes one atom on either side", () => {
    const one = sinkhorn([2], [2], [[3]], { epsilon: 0.01 });
    expect(one.value).toBeCloseTo(6, 12);
    expect(one.plan.at(0, 0)).toBeCloseTo(2, 12);
    const row = sinkhorn([1], [0.25, 0.75], [[1, 2]], { epsilon: 0.01 });
    expect(row.transportCost).toBeCloseTo(1.75, 12);
    const column = sinkhorn([0.25, 0.75], [1], [[1], [2]], { epsilon: 0.01 });
    expect(column.transportCost).toBeCloseTo(1.75, 12);
  });

  it("gives masses of 1e-300 their share of the plan", () => {
    const a = masses("random", n, 3);
    const b = masses("random", n, 4);
    a[5] = 1e-300;
    b[7] = 1e-300;
    const scale = a.reduce((s, v) => s + v, 0) / b.reduce((s, v) => s + v, 0);
    const target = b.map((mass) => mass * scale);
    const answer = sinkhorn(a, target, C, { epsilon: 0.01, tolerance: 1e-12 });
    expectFinite(answer);
    expect(answer.report.status).toBe("converged");
    expect(Math.abs(answer.plan.marginal(0)[5] / 1e-300 - 1)).toBeLessThan(1e-10);
  });

  it("takes masses that weigh 1e-300 or 1e300 together", () => {
    for (const scale of [1e-300, 1e300]) {
      const reference = sinkhorn(null, null, C, { epsilon: 0.01, tolerance: 1e-12 });
      const weights = new Float64Array(n).fill(scale / n);
      const answer = sinkhorn(weights, weights, C, { epsilon: 0.01, tolerance: 1e-12 });
      expect(answer.value / scale).toBeCloseTo(reference.value, 12);
      expectFinite(answer);
    }
  });

  it("takes no mass at all", () => {
    const answer = sinkhorn([0, 0], [0, 0, 0], cost.dense(squared(x.slice(0, 2), y.slice(0, 3))), { epsilon: 0.1 });
    expectFinite(answer);
    expect(answer.value).toBe(0);
    expect(answer.certify().gap).toBe(0);
  });

  it("gives the same plan for costs scaled to 1e12 and 1e-12, and shifted by 1e9", () => {
    const reference = sinkhorn(null, null, C, { relativeEpsilon: 0.02, tolerance: 1e-12 });
    for (const scale of [1e12, 1e-12]) {
      const scaled = C.map((row) => row.map((value) => value * scale));
      const answer = sinkhorn(null, null, scaled, { relativeEpsilon: 0.02, tolerance: 1e-12 });
      expect(answer.report.status).toBe("converged");
      expect(answer.value / scale / reference.value).toBeCloseTo(1, 11);
    }
    const shifted = C.map((row) => row.map((value) => value + 1e9));
    const answer = sinkhorn(null, null, shifted, { epsilon: reference.epsilon, tolerance: 1e-6 });
    expectFinite(answer);
    expect(answer.value - 1e9).toBeCloseTo(reference.value, 5);
  });

  it("survives one far column and one far row, which underflow in the kernel domain", () => {
    const far = [...y.slice(0, n - 1), [100, 100]];
    const answer = sinkhorn(null, null, cost.points(x, far), { epsilon: 10, annealing: "none" });
    expectFinite(answer);
    expect(answer.report.status).toBe("converged");
    const other = sinkhorn(null, null, cost.points(far, x), { epsilon: 10, annealing: "none" });
    expect(other.transportCost / answer.transportCost).toBeCloseTo(1, 6);
  });

  it("comes back from warm starts that are off by 1000 epsilon and more", () => {
    const epsilon = 0.01;
    const reference = sinkhorn(null, null, C, { epsilon, tolerance: 1e-12 });
    const { normal } = random(3);
    for (const size of [1000, 1e5]) {
      const off = (length: number): Float64Array => Float64Array.from({ length }, () => size * epsilon * normal());
      for (const warmStart of [
        { f: off(n), g: off(n) },
        { f: new Float64Array(n), g: off(n) },
      ]) {
        const answer = sinkhorn(null, null, C, { epsilon, tolerance: 1e-12, warmStart });
        expectFinite(answer);
        expect(answer.report.status).toBe("converged");
        expect(answer.value).toBeCloseTo(reference.value, 11);
      }
    }
  });

  it("needs one iteration from its own potentials", () => {
    const first = sinkhorn(null, null, C, { epsilon: 0.01 });
    const again = sinkhorn(null, null, C, { epsilon: 0.01, warmStart: first.potentials });
    expect(again.report.iterations).toBeLessThanOrEqual(2);
  });

  it("says stalled where rounding forbids the tolerance, with a finite answer", () => {
    const answer = sinkhorn(null, null, C, { relativeEpsilon: 0.05, tolerance: 1e-18 });
    expect(answer.report.status).toBe("stalled");
    expect(answer.report.error).toBeLessThan(1e-14);
    expectFinite(answer);
  });

  it("takes identical clouds, duplicates and a zero cost", () => {
    for (const same of [x, cloud("duplicates", n, 1)]) {
      const answer = sinkhorn(null, null, cost.points(same), { epsilon: 0.01 });
      expectFinite(answer);
      expect(answer.report.status).toBe("converged");
    }
    const zero = sinkhorn(
      [0.5, 0.5],
      [0.2, 0.8],
      [
        [0, 0],
        [0, 0],
      ],
      { relativeEpsilon: 0.1 },
    );
    expect(zero.plan.at(0, 1)).toBeCloseTo(0.4, 13);
    expect(zero.value).toBeCloseTo(0, 13);
  });

  it("takes random costs, negative ones among them", () => {
    const { normal } = random(11);
    const signed = Array.from({ length: 20 }, () => Array.from({ length: 30 }, normal));
    const a = masses("random", 20, 5);
    const b = masses("random", 30, 6);
    const answer = sinkhorn(a, b, signed, { epsilon: 0.1, tolerance: 1e-12 });
    expect(answer.value).toBeCloseTo(slowSinkhorn(a, b, signed, 0.1).value, 10);
  });
});

describe("forbidden pairs", () => {
  it("carry nothing", () => {
    const half = C.map((row, i) => row.map((value, j) => ((i + j) % 3 === 0 ? Infinity : value)));
    const answer = sinkhorn(null, null, half, { epsilon: 0.02, tolerance: 1e-11 });
    expect(answer.report.status).toBe("converged");
    expectFinite(answer);
    expect(answer.plan.at(0, 0)).toBe(0);
    const slow = slowSinkhorn(new Float64Array(n).fill(1 / n), new Float64Array(n).fill(1 / n), half, 0.02);
    expect(answer.value).toBeCloseTo(slow.value, 10);
    expect(Number.isFinite(answer.certify().gap)).toBe(true);
    const proof = answer.certify({ of: "unregularised" });
    expect(proof.dual).toBeLessThanOrEqual(emd(null, null, half).value + 1e-12);
  });
  it("in a whole row with mass are Infeasible, in a row or column without mass harmless", () => {
    const row = [
      [Infinity, Infinity],
      [1, 2],
    ];
    const column = [
      [Infinity, 1],
      [Infinity, 2],
    ];
    for (const [a, b, M] of [
      [[0.5, 0.5], [0.5, 0.5], row],
      [[0.5, 0.5], [0.5, 0.5], column],
    ] as const) {
      let caught: unknown;
      try {
        sinkhorn(a, b, M, { epsilon: 1 });
      } catch (error) {
        caught = error;
      }
      expect(isOtError(caught, "Infeasible")).toBe(true);
    }
    expectFinite(sinkhorn([0, 1], [0.5, 0.5], row, { epsilon: 1 }));
    expectFinite(sinkhorn([0.5, 0.5], [0, 1], column, { epsilon: 1 }));
  });
  it("that leave no plan end the run without convergence and without NaN", () => {
    const answer = sinkhorn(
      [0.7, 0.3],
      [0.5, 0.5],
      [
        [1, Infinity],
        [1, 1],
      ],
      { epsilon: 1, maxIterations: 500 },
    );
    expect(answer.report.status).not.toBe("converged");
    expect(answer.report.error).toBeGreaterThan(0.1);
    expectFinite(answer);
  });
});

describe("atoms without mass", () => {
  it("have finite potentials: those of a mass too small to matter", () => {
    const a = masses("zeros", n, 1);
    const b = masses("zeros", n, 2);
    const dust = (weights: Float64Array): Float64Array => weights.map((mass) => (mass > 0 ? mass : 1e-200));
    const options = { epsilon: 0.02, tolerance: 1e-13 };
    const none = sinkhorn(a, b, C, options).potentials;
    const some = sinkhorn(dust(a), dust(b), C, options).potentials;
    const shift = none.f[0] - some.f[0];
    for (let i = 0; i < n; i++) expect(none.f[i] - some.f[i]).toBeCloseTo(shift, 9);
    for (let j = 0; j < n; j++) expect(none.g[j] - some.g[j]).toBeCloseTo(-shift, 9);
  });
  it("have finite potentials even where their kernel underflows", () => {
    const far = [...y.slice(0, n - 1), [300, 300]];
    const b = new Float64Array(n).fill(1 / (n - 1));
    b[n - 1] = 0;
    const { potentials, epsilon } = sinkhorn(null, b, cost.points(x, far), { epsilon: 0.01, tolerance: 1e-12 });
    // The soft minimum of C - f over the rows.
    const reduced = x.map((point, i) => (point[0] - 300) ** 2 + (point[1] - 300) ** 2 - potentials.f[i]);
    const least = Math.min(...reduced);
    const total = reduced.reduce((s, value) => s + Math.exp((least - value) / epsilon) / n, 0);
    expect(potentials.g[n - 1] / (least - epsilon * Math.log(total))).toBeCloseTo(1, 9);
  });
});

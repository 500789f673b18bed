// Transport between mixtures: the plan is exact, maps transport, the interpolation is a geodesic; densities and samples agree.
import { describe, expect, it } from "vitest";
import {
  gaussian,
  gaussianLogPdf,
  gaussianMap,
  gaussianMixture,
  type Mixture,
  mixtureBarycenter,
  mixtureLogPdf,
  mixturePdf,
  mixtureTransport,
  sampleMixture,
  squaredBuresWassersteinDistance,
} from "../../src/gaussian/index.ts";
import { mergeGroups } from "../../src/gaussian/moments.ts";
import { cost, emd, isOtError } from "../../src/index.ts";
import { componentOf } from "../../src/measure/mixture.ts";
import { anyGaussian, anyMixture } from "./gaussians.ts";

const unit = (mixture: Mixture): Mixture => {
  const total = mixture.weights.reduce((sum, weight) => sum + weight, 0);
  return { ...mixture, weights: mixture.weights.map((weight) => weight / total) };
};
const whole = (mixture: Mixture): Mixture => mergeGroups(mixture, new Int32Array(mixture.means.rows), 1);

describe("mixtureTransport(source, target)", () => {
  it.each([1, 2, 3, 4])("d = %d: the best plan between components, certified; it bounds W2^2 from the moments", (d) => {
    const [source, target] = [unit(anyMixture(7, d, 1, "mixed")), unit(anyMixture(5, d, 2, "mixed"))];
    const { value, plan, certify } = mixtureTransport(source, target);
    expect(Math.abs(certify().relativeGap)).toBeLessThan(1e-12);
    expect(certify().primalResidual).toBeLessThan(1e-12);
    let paid = 0;
    for (const [k, l, mass] of plan.entries())
      paid += mass * squaredBuresWassersteinDistance(componentOf(source, k), componentOf(target, l));
    expect(value).toBeCloseTo(paid, 10);
    const [p, q] = [whole(source), whole(target)];
    expect(value).toBeGreaterThan(squaredBuresWassersteinDistance(componentOf(p, 0), componentOf(q, 0)) - 1e-10);
  });
  it("of single Gaussians is their map, of points is assignment", () => {
    const [p, q] = [anyGaussian(3, 3), anyGaussian(3, 4)];
    const one = (g: typeof p): Mixture => gaussianMixture([g.mean], [g.covariance]);
    const points = [
      [1, 2, 3],
      [0, 0, 1],
    ];
    const moved = mixtureTransport(one(p), one(q)).apply(points);
    gaussianMap(p, q)
      .apply(points)
      .data.forEach((value, k) => expect(moved.data[k]).toBeCloseTo(value, 11));
    const x = [
      [0, 0],
      [5, 5],
    ];
    const y = [
      [5, 6],
      [1, 0],
    ];
    const zero = [
      [0, 0],
      [0, 0],
    ];
    const { value, apply } = mixtureTransport(gaussianMixture(x, [zero, zero]), gaussianMixture(y, [zero, zero]));
    expect(value).toBe(emd(null, null, cost.points(x, y)).value);
    expect([...apply(x).data]).toEqual([1, 0, 5, 6]);
  });
  it("applyRandomly carries samples of the source to samples of the target; apply has their means", () => {
    const [source, target] = [unit(anyMixture(4, 2, 5)), unit(anyMixture(3, 2, 6))];
    const { applyRandomly, apply } = mixtureTransport(source, target);
    const count = 20000;
    const { points } = sampleMixture(source, count, 7);
    const moved = applyRandomly(points, 8);
    const q = whole(target);
    for (let k = 0; k < 2; k++) {
      const along = Array.from({ length: count }, (_, i) => moved.data[2 * i + k]);
      const mean = along.reduce((sum, value) => sum + value, 0) / count;
      const variance = along.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
      expect(Math.abs(mean - q.means.data[k])).toBeLessThan(4 * Math.sqrt(variance / count));
      expect(variance / q.covariances[3 * k]).toBeCloseTo(1, 1);
    }
    const few = { data: points.data.subarray(0, 6), rows: 3, cols: 2 };
    const averages = new Float64Array(6);
    for (let seed = 0; seed < 4000; seed++)
      applyRandomly(few, seed).data.forEach((value, k) => (averages[k] += value / 4000));
    apply(few).data.forEach((value, k) => expect(Math.abs(value - averages[k])).toBeLessThan(0.3));
    expect(applyRandomly(few, 1)).toEqual(applyRandomly(few, 1));
  });
  it("interpolate(t) runs along a geodesic of MW2", () => {
    const [source, target] = [unit(anyMixture(4, 2, 9)), unit(anyMixture(6, 2, 10))];
    const { value, interpolate } = mixtureTransport(source, target);
    const W = Math.sqrt(value);
    for (const [s, t] of [
      [0, 0.5],
      [0.25, 1],
      [0.25, 0.5],
      [0, 1],
    ]) {
      expect(Math.sqrt(mixtureTransport(interpolate(s), interpolate(t)).value) / W).toBeCloseTo(t - s, 6);
    }
    expect(() => interpolate(2)).toThrow(/time/);
  });
  it("a mixture of many narrow Gaussians: MW2^2 nears W2^2 of the points", () => {
    const x = Array.from({ length: 12 }, (_, i) => [Math.cos(i), Math.sin(i * i)]);
    const y = Array.from({ length: 12 }, (_, i) => [Math.sin(3 * i) + 1, Math.cos(2 * i)]);
    const W = emd(null, null, cost.points(x, y)).value;
    const narrow = (points: number[][], s: number): Mixture =>
      gaussianMixture(
        points,
        points.map(() => [
          [s, 0],
          [0, s],
        ]),
      );
    expect(mixtureTransport(narrow(x, 1e-4), narrow(y, 4e-4)).value).toBeCloseTo(W + 2 * 1e-4, 12);
  });
  it("refuses masses that differ and what is no mixture; crosses as promise and steps", async () => {
    const [source, target] = [anyMixture(4, 2, 11), anyMixture(4, 2, 12)];
    try {
      mixtureTransport(source, target);
      expect.unreachable();
    } catch (error) {
      expect(isOtError(error, "MassMismatch")).toBe(true);
    }
    expect(() => mixtureTransport(source, anyMixture(4, 3, 12))).toThrow(/3 coordinates/);
    const value = mixtureTransport(unit(source), unit(target)).value;
    expect((await mixtureTransport.async(unit(source), unit(target))).value).toBe(value);
    const run = mixtureTransport.steps(unit(source), unit(target));
    for (const _ of run);
    expect(run.result?.value).toBe(value);
  });
});

describe("mixtureBarycenter(mixtures, weights)", () => {
  it("of two: the interpolation is it, at the lower bound", () => {
    const [p, q] = [unit(anyMixture(3, 2, 20)), unit(anyMixture(4, 2, 21))];
    const { value, interpolate } = mixtureTransport(p, q);
    const found = mixtureBarycenter([p, q], [0.6, 0.4], { start: interpolate(0.4) });
    expect(found.value).toBeCloseTo(0.24 * value, 8);
    const { lowerBound, stationarityGap } = found.certify();
    expect(lowerBound).toBeCloseTo(0.24 * value, 9);
    expect(stationarityGap).toBeLessThan(1e-9);
  });
  it("never rises, ends stationary, and is above the bound of pairs", () => {
    const all = [30, 31, 32].map((seed) => anyMixture(5, 3, seed, "mixed"));
    const values = [1, 2, 3, 20].map(
      (maxIterations) => mixtureBarycenter(all, [1, 2, 1], { components: 6, maxIterations }).value,
    );
    for (let k = 1; k < values.length; k++) expect(values[k]).toBeLessThanOrEqual(values[k - 1] + 1e-12);
    const { certify, value, mixture, report } = mixtureBarycenter(all, [1, 2, 1], { components: 6 });
    expect(report.status).toBe("converged");
    const { objective, lowerBound, stationarityGap } = certify();
    expect(objective).toBeCloseTo(value, 12);
    expect(lowerBound).toBeLessThan(value);
    expect(stationarityGap).toBeLessThan(1e-6 * value);
    expect(mixture.weights.length).toBe(6);
  });
  it("of a mixture alone is that mixture", () => {
    const one = unit(anyMixture(4, 2, 40));
    expect(mixtureBarycenter([one]).value).toBeLessThan(1e-10);
    expect(() => mixtureBarycenter([])).toThrow(/no mixtures/);
  });
});

describe("densities and samples", () => {
  it("mixturePdf integrates to the mass, and is the sum of gaussianPdf", () => {
    const mixture = anyMixture(3, 2, 50, "full", 1);
    const step = 0.05;
    const points: number[][] = [];
    for (let u = -12; u <= 12; u += step) for (let v = -12; v <= 12; v += step) points.push([u, v]);
    const density = mixturePdf(mixture, points);
    const mass = mixture.weights.reduce((sum, weight) => sum + weight, 0);
    expect((density.reduce((sum, value) => sum + value, 0) * step * step) / mass).toBeCloseTo(1, 3);
    const at = [[0.3, -0.2]];
    const parts = [0, 1, 2].map((k) => mixture.weights[k] * Math.exp(gaussianLogPdf(componentOf(mixture, k), at)[0]));
    expect(mixturePdf(mixture, at)[0]).toBeCloseTo(parts[0] + parts[1] + parts[2], 13);
  });
  it("far away the log density is finite where the density underflows", () => {
    expect(gaussianLogPdf(gaussian([0], [[1]]), [[100]])[0]).toBeCloseTo(-5000 - Math.log(2 * Math.PI) / 2, 9);
    expect(mixtureLogPdf(anyMixture(3, 2, 51), [[1e4, 1e4]])[0]).toBeGreaterThan(-Infinity);
    expect(() =>
      gaussianLogPdf(
        gaussian(
          [0, 0],
          [
            [1, 0],
            [0, 0],
          ],
        ),
        [[0, 0]],
      ),
    ).toThrow(/no density/);
  });
  it("sampleMixture has the moments of the mixture within four standard errors, also on subspaces", () => {
    const mixture = anyMixture(8, 3, 52, "mixed");
    const count = 20000;
    const { points, labels } = sampleMixture(mixture, count, 1);
    const p = whole(mixture);
    for (let k = 0; k < 3; k++) {
      let mean = 0;
      for (let i = 0; i < count; i++) mean += points.data[3 * i + k] / count;
      expect(Math.abs(mean - p.means.data[k])).toBeLessThan(4 * Math.sqrt(p.covariances[4 * k] / count));
    }
    const total = mixture.weights.reduce((sum, weight) => sum + weight, 0);
    mixture.weights.forEach((weight, k) => {
      const share = weight / total;
      const seen = labels.filter((label) => label === k).length / count;
      expect(Math.abs(seen - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / count));
    });
    expect(sampleMixture(mixture, 5, 2)).toEqual(sampleMixture(mixture, 5, 2));
    expect(sampleMixture(mixture, 0).points.rows).toBe(0);
    expect(() => sampleMixture(mixture, -1)).toThrow(/count/);
  });
});

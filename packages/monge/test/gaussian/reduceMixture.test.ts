// Mixture reduction: moments are kept, groups are found, the cost is what it says, and the limits of every option.
import { describe, expect, it } from "vitest";
import { gaussianMixture, type Mixture, reduceMixture } from "../../src/gaussian/index.ts";
import { mergeGroups } from "../../src/gaussian/moments.ts";
import { cost, emd, isOtError, random } from "../../src/index.ts";
import { anyMixture } from "./gaussians.ts";

const whole = (mixture: Mixture): Mixture => mergeGroups(mixture, new Int32Array(mixture.means.rows), 1);

/** `count` Gaussians around each of some centres, shuffled over the input. */
function clustered(centres: number[][], count: number, seed: number): Mixture {
  const { normal } = random(seed);
  const d = centres[0].length;
  const means = Array.from({ length: centres.length * count }, (_, i) =>
    centres[i % centres.length].map((c) => c + 0.05 * normal()),
  );
  const covariances = means.map(() => {
    const L = Array.from({ length: d }, () => Array.from({ length: d }, () => 0.1 * normal()));
    return L.map((row) => L.map((other) => row.reduce((s, value, k) => s + value * other[k], 0)));
  });
  return gaussianMixture(means, covariances);
}

describe("reduceMixture(mixture, { components })", () => {
  it.each([
    [1, "wasserstein", "split"],
    [2, "kl", "split"],
    [3, "wasserstein", "sample"],
    [3, "kl", "sample"],
    [5, "wasserstein", "split"],
  ] as const)(
    "d = %d by %s from a %s: mass, mean and covariance are kept, the objective is the certificate's",
    (d, by, start) => {
      const mixture = anyMixture(300, d, 7, "mixed");
      const {
        mixture: reduced,
        labels,
        value,
        certify,
        report,
      } = reduceMixture(mixture, { components: 20, cost: by, start });
      expect(reduced.means.rows).toBe(20);
      const [p, q] = [whole(mixture), whole(reduced)];
      expect(q.weights[0] / p.weights[0]).toBeCloseTo(1, 13);
      q.means.data.forEach((mean, k) => expect(mean).toBeCloseTo(p.means.data[k], 12));
      q.covariances.forEach((entry, k) => expect(entry).toBeCloseTo(p.covariances[k], 11));
      const C = cost.gaussians(mixture, reduced);
      const paid = labels.reduce((total, label, i) => total + mixture.weights[i] * C.at(i, label), 0);
      expect(value).toBeCloseTo(paid, 9);
      const { objective, stationarityGap, primalResidual } = certify();
      expect(objective).toBeCloseTo(value, 9);
      expect(primalResidual).toBeLessThan(1e-12);
      const nearest = labels.reduce((total, _, i) => total + mixture.weights[i] * Math.min(...C.block(i, i + 1)), 0);
      expect(stationarityGap).toBeCloseTo(objective - nearest, 9);
      expect(report.status).toBe("converged");
      if (by === "wasserstein") expect(stationarityGap).toBeLessThan(0.05 * value);
    },
  );

  it("its cost is at least MW2^2 between the two mixtures, and close to it", () => {
    const mixture = anyMixture(120, 3, 8);
    const { mixture: reduced, value } = reduceMixture(mixture, { components: 12, tolerance: 0 });
    const MW = emd(mixture.weights, reduced.weights, cost.gaussians(mixture, reduced)).value;
    expect(MW).toBeLessThan(value + 1e-9);
    expect(MW).toBeGreaterThan(0.8 * value);
  });

  it("finds clusters: each of them becomes one Gaussian", () => {
    const centres = [
      [0, 0, 0],
      [5, 0, 0],
      [0, 5, 0],
      [0, 0, 5],
      [5, 5, 5],
    ];
    for (const by of ["wasserstein", "kl"] as const) {
      const { labels, mixture: reduced } = reduceMixture(clustered(centres, 40, 9), { components: 5, cost: by });
      labels.forEach((label, i) => expect(label).toBe(labels[i % 5]));
      reduced.weights.forEach((weight) => expect(weight).toBeCloseTo(0.2, 12));
    }
  });

  it("tells Gaussians of one mean apart by their covariances", () => {
    const flat = Array.from({ length: 60 }, (_, i) =>
      i % 2 === 0
        ? [
            [4, 0],
            [0, 0.01],
          ]
        : [
            [0.01, 0],
            [0, 4],
          ],
    );
    const mixture = gaussianMixture(
      flat.map(() => [1, 2]),
      flat,
    );
    const { labels, value } = reduceMixture(mixture, { components: 2 });
    labels.forEach((label, i) => expect(label).toBe(labels[i % 2]));
    expect(value).toBeLessThan(1e-12);
  });

  it("no fewer components: the mixture itself, at no cost; one: its moments", () => {
    const mixture = anyMixture(9, 2, 10);
    const same = reduceMixture(mixture, { components: 50 });
    expect(same.mixture.means.rows).toBe(9);
    expect(same.value).toBeLessThan(1e-12);
    const one = reduceMixture(mixture, { components: 1 });
    expect(one.mixture.covariances).toEqual(whole(mixture).covariances);
  });

  it("KL: no step of Lloyd's iterations raises the divergence, so more iterations are never worse", () => {
    const mixture = anyMixture(400, 2, 11);
    const divergence = (reduced: Mixture, labels: Int32Array): number =>
      labels.reduce((total, label, i) => {
        const [A, C] = [
          mixture.covariances.subarray(4 * i, 4 * i + 4),
          reduced.covariances.subarray(4 * label, 4 * label + 4),
        ];
        const det = C[0] * C[3] - C[1] * C[2];
        const u = mixture.means.data[2 * i] - reduced.means.data[2 * label];
        const v = mixture.means.data[2 * i + 1] - reduced.means.data[2 * label + 1];
        const inner = C[3] * (A[0] + u * u) - 2 * C[1] * (A[1] + u * v) + C[0] * (A[3] + v * v);
        return total + mixture.weights[i] * (inner / det + Math.log(det));
      }, 0);
    const after = [1, 2, 3, 5, 10].map((maxIterations) => {
      const { mixture: reduced, labels } = reduceMixture(mixture, {
        components: 15,
        cost: "kl",
        tolerance: 0,
        maxIterations,
      });
      return divergence(reduced, labels);
    });
    for (let k = 1; k < after.length; k++) expect(after[k]).toBeLessThan(after[k - 1] + 1e-9);
    expect(after[4]).toBeLessThan(after[0]);
  });

  it("leastWeight: no group is lighter, and the mass stays", () => {
    const mixture = anyMixture(300, 3, 12);
    const total = mixture.weights.reduce((s, w) => s + w, 0);
    const { mixture: reduced } = reduceMixture(mixture, { components: 60, leastWeight: 0.015 });
    expect(reduced.weights.length).toBeLessThan(60);
    reduced.weights.forEach((weight) => expect(weight).toBeGreaterThanOrEqual(0.015 * total));
    expect(reduced.weights.reduce((s, w) => s + w, 0)).toBeCloseTo(total, 10);
  });

  it("weights of zero, equal components, points, tiny and huge scales: finite, and equivariant", () => {
    const mixture = anyMixture(100, 3, 13, "mixed");
    const weights = mixture.weights.map((weight, i) => (i % 3 === 0 ? 0 : weight));
    const { mixture: reduced, labels } = reduceMixture({ ...mixture, weights }, { components: 10 });
    expect([...reduced.covariances, ...reduced.means.data].every(Number.isFinite)).toBe(true);
    expect(Math.max(...labels)).toBe(9);
    const equal = gaussianMixture(
      Array(20).fill([1, 2]),
      Array(20).fill([
        [1, 0],
        [0, 1],
      ]),
    );
    expect(reduceMixture(equal, { components: 4 }).mixture.weights.length).toBe(1);
    const times = (scale: number): Mixture => ({
      ...mixture,
      means: { ...mixture.means, data: mixture.means.data.map((value) => value * scale) },
      covariances: mixture.covariances.map((value) => value * scale * scale),
    });
    const base = reduceMixture(mixture, { components: 10 });
    for (const scale of [2 ** -60, 2 ** 60, 2 ** -240, 2 ** 240]) {
      const scaled = reduceMixture(times(scale), { components: 10 });
      expect(scaled.labels).toEqual(base.labels);
      expect(scaled.value / scale / scale / base.value).toBeCloseTo(1, 12);
    }
  });

  it("is deterministic; stopped, it returns the groups so far; asynchronous and stepped it is the same", async () => {
    const mixture = anyMixture(500, 3, 14);
    const options = { components: 40, start: "sample", seed: 3 } as const;
    const once = reduceMixture(mixture, options);
    expect(reduceMixture(mixture, options).labels).toEqual(once.labels);
    expect((await reduceMixture.async(mixture, options)).labels).toEqual(once.labels);
    expect(reduceMixture(mixture, { ...options, seed: 4 }).labels).not.toEqual(once.labels);
    const short = reduceMixture(mixture, { ...options, maxIterations: 1 });
    expect(short.report.status).toBe("maxIterations");
    expect(short.value).toBeGreaterThanOrEqual(once.value);
    const run = reduceMixture.steps(mixture, options);
    for (let step = 0; step < 4; step++) run.next();
    expect(run.snapshot().report.status).toBe("stopped");
    expect(run.snapshot().mixture.weights.length).toBeGreaterThan(1);
  });

  it("refuses options out of range and what is no mixture", () => {
    const mixture = anyMixture(5, 2, 15);
    const code = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        return isOtError(error) ? `${error.code} ${error.argument}` : String(error);
      }
      return "none";
    };
    expect(code(() => reduceMixture(mixture, { components: 0 }))).toBe("InvalidValue options.components");
    expect(code(() => reduceMixture(mixture, { components: 2, cost: "l2" as never }))).toBe(
      "InvalidValue options.cost",
    );
    expect(code(() => reduceMixture(mixture, { components: 2, leastWeight: 2 }))).toBe(
      "InvalidValue options.leastWeight",
    );
    const far = gaussianMixture([[1e200], [-1e200]], [[[1]], [[1]]]);
    expect(code(() => reduceMixture(far, { components: 1 }))).toBe("InvalidValue source");
    expect(code(() => reduceMixture({} as never, { components: 2 }))).toBe("InvalidShape mixture");
    expect(code(() => reduceMixture(gaussianMixture([], []), { components: 2 }))).toBe("InvalidShape mixture");
  });
});

import { describe, expect, test } from "vitest";
import {
  divergenceNames,
  driftMonitor,
  energyDistance1d,
  energyStatistic,
  fDivergence,
  isOtError,
  type OtErrorCode,
  permutationTest,
  proportion,
  random,
  sampleDistance,
  slicedWasserstein,
  twoSampleTest,
  wasserstein1d,
} from "../../src/index.ts";

function normals(seed: number, n: number, shift = 0): Float64Array {
  const rng = random(seed);
  return Float64Array.from({ length: n }, () => rng.normal() + shift);
}

function codeOf(call: () => unknown): OtErrorCode | null {
  try {
    call();
  } catch (error) {
    if (isOtError(error)) return error.code;
    throw error;
  }
  return null;
}

describe("fDivergence(p, q, phi)", () => {
  test("closed forms on two cells, and 0 for equal histograms of any mass", () => {
    const [p, q] = [
      [3, 1],
      [1, 3],
    ];
    expect(fDivergence(p, q, "kl")).toBeCloseTo(0.5 * Math.log(3), 14);
    expect(fDivergence(p, q, "tv")).toBeCloseTo(0.5, 15);
    expect(fDivergence(p, q, "chi2")).toBeCloseTo(0.25 / 0.25 + 0.25 / 0.75, 14);
    expect(fDivergence(p, q, "hellinger") ** 2).toBeCloseTo(1 - Math.sqrt(3) / 2, 14);
    expect(fDivergence(p, q, "jeffreys")).toBeCloseTo(fDivergence(p, q, "kl") + fDivergence(q, p, "kl"), 14);
    for (const name of divergenceNames) expect(fDivergence([1, 2, 0], [10, 20, 0], name)).toBeCloseTo(0, 14);
  });

  test("bounds where nothing is shared, Infinity where the formula divides by nothing", () => {
    expect(fDivergence([1, 0], [0, 1], "js")).toBeCloseTo(Math.log(2), 14);
    expect(fDivergence([1, 0], [0, 1], "tv")).toBe(1);
    expect(fDivergence([1, 0], [0, 1], "hellinger")).toBe(1);
    expect(fDivergence([1, 1], [0, 1], "kl")).toBe(Infinity);
    expect(fDivergence([0, 1], [1, 1], "kl")).toBeCloseTo(Math.log(2), 14);
    expect(fDivergence([0, 1], [1, 1], "reverseKl")).toBe(Infinity);
  });

  test("own functions give what the names give; refining cells never lowers a divergence", () => {
    const p = [0.2, 0.5, 0.3];
    const q = [0.4, 0.4, 0.2];
    const kl = { phi: (t: number) => t * Math.log(t) - t + 1, slope: Infinity };
    expect(fDivergence(p, q, kl)).toBeCloseTo(fDivergence(p, q, "kl"), 14);
    for (const name of divergenceNames)
      expect(fDivergence([0.7, 0.3], [0.8, 0.2], name)).toBeLessThanOrEqual(fDivergence(p, q, name) + 1e-15);
  });
});

describe("sampleDistance(x, y)", () => {
  const x = normals(1, 40);
  const y = normals(2, 30, 1);

  test("is the distance of the two empirical laws", () => {
    expect(sampleDistance(x, y, { kind: "w2", resamples: 0 }).distance).toBeCloseTo(
      wasserstein1d(x, y, { p: 2 }).distance,
      12,
    );
    expect(sampleDistance(x, y, { kind: "energy", resamples: 0 }).distance).toBeCloseTo(energyDistance1d(x, y), 12);
    const lift = (values: Float64Array) => Array.from(values, (value) => [value, 0]);
    expect(sampleDistance(x, y, { kind: "sliced", resamples: 0 }).distance).toBeCloseTo(
      wasserstein1d(x, y, { p: 2 }).distance,
      12,
    );
    for (const kind of ["w2", "energy", "mmd"] as const)
      expect(sampleDistance(lift(x), lift(y), { kind, resamples: 0 }).distance).toBeCloseTo(
        sampleDistance(x, y, { kind, resamples: 0 }).distance,
        10,
      );
  });

  test("MMD of two points: closed form", () => {
    const { distance } = sampleDistance([0, 0], [3, 3], { kind: "mmd", bandwidth: 2, resamples: 0 });
    expect(distance ** 2).toBeCloseTo(2 - 2 * Math.exp(-9 / 8), 14);
    const laplacian = sampleDistance([0, 0], [3, 3], { kind: "mmd", kernel: "laplacian", bandwidth: 2, resamples: 0 });
    expect(laplacian.distance ** 2).toBeCloseTo(2 - 2 * Math.exp(-3 / 2), 14);
  });

  test("the interval covers the true distance of two normal laws in most studies, and reaches 0 for equal laws", () => {
    let covered = 0;
    for (let study = 0; study < 20; study++) {
      const { interval } = sampleDistance(normals(100 + study, 150), normals(200 + study, 150, 1), {
        kind: "w1",
        seed: study,
      });
      if (interval !== null && interval.low <= 1 && interval.high >= 1) covered++;
    }
    expect(covered).toBeGreaterThanOrEqual(15);
    expect(sampleDistance(normals(7, 60), normals(8, 60), { kind: "w1" }).interval?.low).toBe(0);
  });

  test("the bias shows what equal laws show", () => {
    const { distance, splitHalfBias } = sampleDistance(normals(5, 100), normals(6, 100), { kind: "w2", resamples: 0 });
    expect(distance).toBeLessThan(2 * splitHalfBias);
    expect(sampleDistance(x, y, { kind: "w2", resamples: 0 }).splitHalfBias).toBeLessThan(0.6);
  });

  test("the same seed gives the same bits", () => {
    expect(sampleDistance(x, y, { seed: 3 })).toEqual(sampleDistance(x, y, { seed: 3 }));
    expect(sampleDistance(x, y, { seed: 3 }).interval).not.toEqual(sampleDistance(x, y, { seed: 4 }).interval);
  });

  test("refuses what is no sample", () => {
    expect(codeOf(() => sampleDistance([1], [1, 2]))).toBe("InvalidShape");
    expect(codeOf(() => sampleDistance([1, Number.NaN], [1, 2]))).toBe("InvalidValue");
    expect(
      codeOf(() =>
        sampleDistance(
          [
            [1, 2],
            [3, 4],
          ],
          [1, 2],
        ),
      ),
    ).toBe("InvalidShape");
    expect(codeOf(() => sampleDistance([1, 2], [1, 2], { kind: "w3" as "w2" }))).toBe("InvalidValue");
    expect(codeOf(() => sampleDistance([1, 2], [1, 2], { power: 1 }))).toBe("InvalidValue");
  });
});

describe("kind sliced", () => {
  const cloud = (seed: number, n: number, shift = 0): number[][] => {
    const values = normals(seed, 3 * n);
    return Array.from({ length: n }, (_, k) => [values[3 * k] + shift, values[3 * k + 1], values[3 * k + 2]]);
  };

  test("is the sliced distance along the directions of the seed, and below W2 / sqrt d", () => {
    const [x, y] = [cloud(1, 30), cloud(2, 25, 1)];
    const { distance } = sampleDistance(x, y, { kind: "sliced", projections: 200, seed: 3, resamples: 0 });
    expect(distance).toBe(slicedWasserstein(x, y, { projections: 200, seed: 3 }).distance);
    const { distance: w2 } = sampleDistance(x, y, { kind: "w2", resamples: 0 });
    // SW_2^2 <= W_2^2 / d holds for the mean over all directions; 200 of them are near it.
    expect(distance).toBeLessThan((1.1 * w2) / Math.sqrt(3));
    const moved = x.map(([u, v, w]) => [u, v, w + 3]);
    expect(sampleDistance(x, moved, { kind: "sliced", projections: 2000, resamples: 0 }).distance).toBeCloseTo(
      Math.sqrt(3),
      1,
    );
  });

  test("the test by it sees a shift; p-values of equal laws are uniform", () => {
    expect(twoSampleTest(cloud(1, 20), cloud(2, 20, 1.5), { kind: "sliced", permutations: 99 }).pValue).toBe(0.01);
    const values = Array.from(
      { length: 60 },
      (_, k) =>
        twoSampleTest(cloud(100 + k, 8), cloud(300 + k, 8), {
          kind: "sliced",
          projections: 10,
          permutations: 99,
          halvings: 1,
          seed: k,
        }).pValue,
    ).sort((p, q) => p - q);
    const worst = values.reduce((most, p, k) => Math.max(most, Math.abs(p - (k + 1) / 60)), 0);
    expect(worst).toBeLessThan(1.63 / Math.sqrt(60));
  });
});

describe("permutationTest(labels, statistic)", () => {
  test("p-values of equal laws are uniform: 400 studies", () => {
    const values = Float64Array.from({ length: 400 }, (_, study) => {
      const { pValue } = twoSampleTest(normals(1000 + study, 12), normals(3000 + study, 15), {
        kind: "energy",
        permutations: 99,
        seed: study,
      });
      return pValue;
    }).sort();
    const deviation = values.reduce((worst, p, k) => Math.max(worst, Math.abs(p - (k + 1) / 400)), 0);
    // 1.63 / sqrt(400), the 1 % point of Kolmogorov's test, and a step of the p-values.
    expect(deviation).toBeLessThan(1.63 / 20 + 0.01);
  });

  test("small groups: every relabelling by hand gives the p-value that chance estimates", () => {
    // {1, 2} against {3, 4}: of six dealings the observed one and its mirror are as extreme.
    const distances = [1, 2, 3, 4].map((u) => [1, 2, 3, 4].map((v) => Math.abs(u - v)));
    const { pValue, statistic } = permutationTest([0, 0, 1, 1], (labels) => energyStatistic(distances, labels), {
      permutations: 20000,
    });
    expect(statistic).toBeCloseTo(2 * 2 - 0.5 - 0.5, 14);
    expect(pValue).toBeGreaterThan(0.32);
    expect(pValue).toBeLessThan(0.35);
  });

  test("sees a shift, and does not see one that the strata explain", () => {
    const x = normals(11, 40);
    const y = normals(12, 40, 1.5);
    expect(twoSampleTest(x, y).pValue).toBe(0.001);
    // Each stratum holds members of one group only: nothing can be exchanged.
    const strata = Array.from({ length: 80 }, (_, k) => (k < 40 ? "north" : "south"));
    expect(twoSampleTest(x, y, { strata }).pValue).toBe(1);
  });

  test("does not care for the order of the members", () => {
    const x = normals(13, 20);
    const y = normals(14, 20, 0.3);
    expect(twoSampleTest(x.slice().reverse(), y, { permutations: 9 }).statistic).toBeCloseTo(
      twoSampleTest(x, y, { permutations: 9 }).statistic,
      13,
    );
  });
});

describe("driftMonitor(reference)", () => {
  test("keeps quiet without drift, and speaks soon after it begins", () => {
    const monitor = driftMonitor(normals(21, 100), { control: "ever" });
    for (let t = 0; t < 4; t++) monitor.update(normals(300 + t, 30));
    expect(monitor.reports.filter(({ alarm }) => alarm)).toEqual([]);
    const alarms = [0, 1].map((t) => monitor.update(normals(400 + t, 30, 1.5)).alarm);
    expect(alarms).toContain(true);
    expect(monitor.reports.map(({ batch }) => batch)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('control "rate": about one batch in twenty without drift', () => {
    let alarms = 0;
    for (let study = 0; study < 30; study++) {
      const monitor = driftMonitor(normals(5000 + study, 60), { permutations: 99, seed: 100 * study });
      for (let t = 0; t < 5; t++) if (monitor.update(normals(6000 + 10 * study + t, 20)).alarm) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(16);
  });
});

describe("proportion(count, of)", () => {
  test("Wilson's interval: 8 of 10 from tables, and the ends", () => {
    const { low, high } = proportion(8, 10);
    expect(low).toBeCloseTo(0.4902, 4);
    expect(high).toBeCloseTo(0.9433, 4);
    expect(proportion(0, 10).low).toBe(0);
    expect(proportion(0, 10).high).toBeCloseTo(0.2775, 4);
    expect(proportion(10, 10).high).toBe(1);
    expect(codeOf(() => proportion(11, 10))).toBe("InvalidValue");
  });
});

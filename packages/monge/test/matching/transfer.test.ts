// Labels and values along the links of a match.
import { expect, test } from "vitest";

import { sparseFromEntries } from "../../src/linalg/sparse.ts";
import { matchGaussians, simulateView, transferLabels, transferValues } from "../../src/matching/index.ts";
import { ellipsoidScene, seededCamera } from "../generators/ellipsoids.ts";

test("labels of ellipsoids arrive at their ellipses, and come back", () => {
  const scene = ellipsoidScene(120, 3);
  const camera = seededCamera("perspective", 4);
  const view = simulateView(scene, camera, {
    unseen: 0.2,
    spurious: 0.2,
    merge: 0.1,
    noise: 0.004,
    covarianceNoise: 0.1,
    seed: 5,
  });
  const labels = Int32Array.from({ length: 120 }, (_, i) => i % 7);
  const match = matchGaussians(scene, view.ellipses, { camera });
  const there = transferLabels(match, labels);
  let [right, given] = [0, 0];
  view.origins.forEach((of, j) => {
    if (there.labels[j] < 0 || of.length === 0) return;
    given++;
    if (of.some((i) => labels[i] === there.labels[j])) right++;
  });
  expect(given).toBeGreaterThan(70);
  expect(right).toBeGreaterThan(0.97 * given);
  const back = transferLabels(match, there.labels, "toEllipsoids");
  const kept = [...back.labels].filter((label, i) => label >= 0 && label === labels[i]).length;
  expect(kept).toBeGreaterThan(70);
});

test("transferValues is the mean over partners by probability, in groups over members; nobody gives NaN and certainty 0", () => {
  const probabilities = sparseFromEntries(4, 3, [0, 1, 2], [0, 0, 1], [0.6, 0.2, 0.9]);
  const match = { probabilities, groups: [{ kind: "merged" as const, ellipsoids: [2, 3], ellipses: [1] }] };
  const { values, certainty } = transferValues(match, [1, 10, 5, 50, 2, 20, 4, 40]);
  expect(values[0]).toBeCloseTo((0.6 * 1 + 0.2 * 5) / 0.8, 12);
  expect(values[1]).toBeCloseTo((0.6 * 10 + 0.2 * 50) / 0.8, 12);
  expect([values[2], values[3]]).toEqual([3, 30]);
  expect([values[4], values[5]]).toEqual([Number.NaN, Number.NaN]);
  expect(Array.from(certainty).map((value) => value.toFixed(12))).toEqual([
    "0.800000000000",
    "1.000000000000",
    "0.000000000000",
  ]);
});

test("a wrong number of values is named", () => {
  const match = { probabilities: sparseFromEntries(2, 1, [0], [0], [1]), groups: [] };
  for (const call of [() => transferValues(match, [1, 2, 3]), () => transferLabels(match, [1, 2, 3, 4])]) {
    expect(call).toThrow(expect.objectContaining({ code: "InvalidShape", argument: "values" }));
  }
});

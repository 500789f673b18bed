// Domain adaptation: what each method must do, on problems whose answer is known.
import { type Matrix, matrix, random } from "monge";
import { type AdaptMethod, fit, fitTransform } from "monge/adapt";
import { describe, expect, it } from "vitest";
import { moons, nearestAccuracy } from "../generators/moons.ts";

const planMethods = [
  "exact",
  "sinkhorn",
  "unbalanced",
  "groupLasso",
  "laplacian",
  "linearMapping",
  "kernelMapping",
] as const;

function cloud(n: number, d: number, seed: number): Matrix {
  const { normal } = random(seed);
  return matrix(Float64Array.from({ length: n * d }, normal), n, d);
}

/** x -> A x + b, row by row. */
function mapped(x: Matrix, A: readonly (readonly number[])[], b: readonly number[]): Matrix {
  const data = new Float64Array(x.rows * A.length);
  for (let i = 0; i < x.rows; i++) {
    A.forEach((row, r) => {
      data[i * A.length + r] = row.reduce((total, value, c) => total + value * x.data[i * x.cols + c], b[r]);
    });
  }
  return matrix(data, x.rows, A.length);
}

function farthest(p: Matrix, q: Matrix): number {
  expect([p.rows, p.cols]).toEqual([q.rows, q.cols]);
  return p.data.reduce((most, value, k) => Math.max(most, Math.abs(value - q.data[k])), 0);
}

const A = [
  [1.5, 0.4],
  [0.4, 0.8],
] as const;

describe("fit finds the map that made the target", () => {
  const x = cloud(60, 2, 1);
  const y = mapped(x, A, [3, -1]);
  const fresh = cloud(20, 2, 2);

  it("gaussian: a symmetric positive affine map is the optimal one, for samples that were not fitted too", () => {
    const fitted = fit(x, y, { method: "gaussian" });
    expect(farthest(fitted.transform(fresh), mapped(fresh, A, [3, -1]))).toBeLessThan(1e-12);
    expect(farthest(fitted.inverseTransform(mapped(fresh, A, [3, -1])), fresh)).toBeLessThan(1e-12);
    expect(fitted.certify().primalResidual).toBeLessThan(1e-12);
  });

  it("exact: each sample goes to its image and back", () => {
    const fitted = fit(x, y);
    expect(farthest(fitted.transform(), y)).toBeLessThan(1e-12);
    expect(farthest(fitted.inverseTransform(), x)).toBeLessThan(1e-12);
    const certificate = fitted.certify();
    expect(certificate.kind === "duality" && certificate.relativeGap).toBeLessThan(1e-12);
  });

  it("linearMapping: the affine map, as the ridge falls", () => {
    const fitted = fit(x, y, { method: "linearMapping", ridge: 1e-9 });
    expect(farthest(fitted.transform(fresh), mapped(fresh, A, [3, -1]))).toBeLessThan(1e-5);
  });

  it("gaussianGromov: a plane laid into space by a rotation is found up to the signs of its axes, which skewness decides", () => {
    const { uniform } = random(3);
    const skewed = matrix(
      Float64Array.from({ length: 400 }, (_, k) => (k % 2 === 0 ? 3 : 1) * -Math.log(1 - uniform())),
      200,
      2,
    );
    const turn = [
      [0.6, 0, 0],
      [0, 1, 0],
      [0.8, 0, 0],
    ].map((row) => row.slice(0, 2));
    const image = mapped(skewed, turn, [1, 2, 3]);
    const fitted = fit(skewed, image, { method: "gaussianGromov" });
    expect(farthest(fitted.transform(), image)).toBeLessThan(1e-9);
    expect(farthest(fitted.inverseTransform(image), skewed)).toBeLessThan(1e-9);
  });
});

describe.each(planMethods)("fit with method %s", (method: AdaptMethod) => {
  const source = moons(20, 0, 4);
  const target = moons(20, 40, 5);
  const fitted = fit(source.points, target.points, { method, sourceLabels: source.labels, strength: 0.5 });

  it("classifies the turned moons better than without adaptation, and proves its plan", () => {
    const before = nearestAccuracy(source.points, source.labels, target.points, target.labels);
    const after = nearestAccuracy(fitted.transform(), source.labels, target.points, target.labels);
    expect(after).toBeGreaterThan(before);
    expect(fitted.report.status === "optimal" || fitted.report.status === "converged").toBe(true);
    const certificate = fitted.certify();
    expect(Math.abs(certificate.primalResidual)).toBeLessThan(method === "unbalanced" ? Infinity : 1e-8);
    const gap = certificate.kind === "duality" ? certificate.gap : certificate.stationarityGap;
    expect(gap).toBeLessThan(2e-3 * Math.max(1, Math.abs(fitted.value)));
  });

  it("carries labels with the mass", () => {
    const { classes, shares, labels } = fitted.transformLabels(source.labels);
    expect(classes).toEqual([0, 1]);
    for (let j = 0; j < shares.rows; j++) expect(shares.data[2 * j] + shares.data[2 * j + 1]).toBeCloseTo(1, 10);
    const right = labels.filter((label, j) => label === target.labels[j]).length;
    expect(right / labels.length).toBeGreaterThan(0.8);
  });
});

describe("fit uses what it is told", () => {
  it("known classes on both sides never mix when labelPenalty is Infinity", () => {
    const x = cloud(12, 2, 6);
    const y = cloud(12, 2, 7);
    const sourceLabels = Array.from({ length: 12 }, (_, i) => (i % 3 === 0 ? "p" : "q"));
    const targetLabels = [...sourceLabels].reverse();
    const { plan } = fit(x, y, { sourceLabels, targetLabels, labelPenalty: Infinity });
    for (const [i, j] of plan?.entries() ?? []) expect(sourceLabels[i]).toBe(targetLabels[j]);
  });

  it("labels improve the moons where geometry alone fails: every second target label known", () => {
    const source = moons(40, 0, 8);
    const target = moons(40, 75, 9);
    const targetLabels = target.labels.map((label, j) => (j % 2 === 0 ? label : null));
    const accuracy = (options: object): number =>
      nearestAccuracy(fitTransform(source.points, target.points, options), source.labels, target.points, target.labels);
    const alone = accuracy({});
    const told = accuracy({ sourceLabels: source.labels, targetLabels });
    expect(told).toBeGreaterThan(alone + 0.1);
  });

  it("unbalanced: an outlier among the targets draws less mass than its share", () => {
    const x = cloud(30, 2, 10);
    const y = cloud(30, 2, 11);
    y.data[0] = y.data[1] = 50;
    const mass = fit(x, y, { method: "unbalanced", unbalanced: 5, epsilon: 0.5 }).plan?.marginal(1) ?? [];
    expect(mass[0]).toBeLessThan(1e-6);
    expect(mass[1]).toBeGreaterThan(0.01);
  });

  it("outOfSample: fitted samples agree with nearest; smooth and entropic vary smoothly", () => {
    const x = cloud(40, 2, 12);
    const y = mapped(x, A, [1, 1]);
    const jump = (options: object): number => {
      const fitted = fit(x, y, { method: "sinkhorn", relativeEpsilon: 0.01, ...options });
      // A line of fresh points: the largest step of the displacement.
      const line = matrix(
        Float64Array.from({ length: 400 }, (_, k) => (k % 2 === 0 ? k / 200 - 1 : 0.1)),
        200,
        2,
      );
      const moved = fitted.transform(line);
      let most = 0;
      for (let i = 1; i < 200; i++) {
        const along = (k: number): number =>
          moved.data[2 * i + k] - line.data[2 * i + k] - moved.data[2 * i - 2 + k] + line.data[2 * i - 2 + k];
        most = Math.max(most, Math.hypot(along(0), along(1)));
      }
      return most;
    };
    const nearest = jump({});
    expect(jump({ outOfSample: "smooth", neighbours: 20 })).toBeLessThan(nearest);
    expect(jump({ outOfSample: "entropic" })).toBeLessThan(nearest / 4);
  });
});

describe("fit forms and errors", () => {
  const x = cloud(8, 2, 13);
  const y = cloud(9, 2, 14);

  it("async and steps give the bits of the plain call", async () => {
    for (const method of ["exact", "gaussian", "linearMapping"] as const) {
      const plain = fit(x, y, { method }).transform();
      expect((await fit.async(x, y, { method })).transform()).toEqual(plain);
      const run = fit.steps(x, y, { method });
      while (!run.next().done);
      expect(run.result?.transform()).toEqual(plain);
    }
  });

  it.each([
    ["no samples", () => fit([], y), /source has no samples/],
    ["NaN", () => fit([[Number.NaN, 1]], y), /Coordinate 0 of sample 0 is NaN/],
    ["a wrong number of labels", () => fit(x, y, { sourceLabels: [1] }), /1 labels for 8 samples/],
    ["group lasso without labels", () => fit(x, y, { method: "groupLasso" }), /no sourceLabels/],
    [
      "an unknown class among them",
      () => fit(x, y, { method: "groupLasso", sourceLabels: [1, 1, null, 1, 1, 1, 1, 1] }),
      /sourceLabels\[2\] is null/,
    ],
    ["other coordinates", () => fit(x, y).transform([[1, 2, 3]]), /3 coordinates, those of the fit 2/],
    ["labels without a plan", () => fit(x, y, { method: "gaussian" }).transformLabels([1]), /method is gaussian/],
    ["a map from a plan without potentials", () => fit(x, y, { outOfSample: "entropic" }), /no entropic map/],
    ["an unknown method", () => fit(x, y, { method: "best" as "exact" }), /method is best/],
    ["a ridge of 0", () => fit(x, y, { method: "linearMapping", ridge: 0 }), /ridge is 0/],
  ])("%s: one clear error", (_, call, message) => {
    expect(call).toThrow(message);
  });
});

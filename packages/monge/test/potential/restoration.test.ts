// The baselines against closed forms: Wiener's error, the regularizer's minimiser, Frechet's distance.
import { describe, expect, it } from "vitest";
import { random } from "../../src/linalg/random.ts";
import { adversarialRegularizer, tunedRegularizer } from "../../src/potential/adversarialRegularizer.ts";
import { boxKernel, gaussianKernel } from "../../src/potential/blurKernel.ts";
import { cosineBasis } from "../../src/potential/cosineBasis.ts";
import { addNoise, blurred, degrade, inOrder } from "../../src/potential/degradation.ts";
import { featureDistance, principalFeatures } from "../../src/potential/featureDistance.ts";
import { type Picture, pictures } from "../../src/potential/picture.ts";
import { bestFilter } from "../../src/potential/pictureFilter.ts";
import type { Potential } from "../../src/potential/potential.ts";
import { psnr, quality } from "../../src/potential/quality.ts";
import { bestGaussianSmoothing, gaussianSmoothing } from "../../src/potential/smoothing.ts";
import { bestWienerFilter, wienerFilter } from "../../src/potential/wiener.ts";

const side = 8;
/** The power of frequency (p, q): few high ones, as in photographs. */
const power = (k: number): number => 4 / (1 + Math.floor(k / side) ** 2 + (k % side) ** 2) ** 1.5;

/** Gaussian pictures whose coefficients in the cosine basis are independent with that power. */
function smoothPictures(count: number, seed: number): Picture[] {
  const basis = cosineBasis(side, side);
  const draw = random(seed);
  const data = new Float32Array(count * side * side);
  for (let k = 0; k < count; k++) {
    const X = Float64Array.from({ length: side * side }, (_, at) => Math.sqrt(power(at)) * draw.normal());
    data.set(basis.inverse(X), k * side * side);
  }
  return pictures(data, [count, side, side]);
}

const meanSquare = (seen: readonly Picture[], truth: readonly Picture[]): number =>
  seen.reduce((sum, { data }, k) => sum + data.reduce((s, x, at) => s + (x - truth[k].data[at]) ** 2, 0), 0) /
  seen.length;

describe("wienerFilter(examples, { kernel, noise })", () => {
  it.each([
    ["no blur", null],
    ["a box", boxKernel(3)],
    ["a Gaussian", gaussianKernel(1)],
  ])("has the error sum S s^2 / (H^2 S + s^2): %s", (_, kernel) => {
    const noise = 0.3;
    const truth = smoothPictures(3000, 1);
    const way = kernel === null ? addNoise(noise) : inOrder(blurred(kernel), addNoise(noise));
    const filter = wienerFilter(smoothPictures(3000, 2), { kernel, noise });
    const H = kernel === null ? null : cosineBasis(side, side).transfer(kernel);
    let expected = 0;
    for (let k = 0; k < side * side; k++)
      expected += (power(k) * noise * noise) / ((H?.[k] ?? 1) ** 2 * power(k) + noise * noise);
    expect(meanSquare(filter.apply(degrade(truth, way, 3)), truth) / expected).toBeCloseTo(1, 1);
  });

  it("is better than any blur for such pictures, and bestWienerFilter finds the true noise", () => {
    const truth = smoothPictures(400, 4);
    const given = degrade(truth, addNoise(0.3), 5);
    const choice = bestWienerFilter(smoothPictures(2000, 6), { noise: 0.3 }, given, truth);
    expect(choice.filter.noise).toBeGreaterThanOrEqual(0.2);
    expect(choice.filter.noise).toBeLessThanOrEqual(0.45);
    expect(meanSquare(choice.filter.apply(given), truth)).toBeLessThan(
      meanSquare(bestGaussianSmoothing(given, truth).filter.apply(given), truth),
    );
  });

  it("refuses noise that is none and pictures of another shape", () => {
    const examples = smoothPictures(3, 1);
    expect(() => wienerFilter(examples, { noise: 0 })).toThrow(/options.noise is 0/);
    expect(() => wienerFilter(examples, { noise: 1 }).apply(pictures(new Float32Array(16), [1, 4, 4]))).toThrow(
      /1 x 4 x 4/,
    );
  });
});

describe("bestGaussianSmoothing(given, truth)", () => {
  it("is the candidate of the best PSNR", () => {
    const truth = smoothPictures(50, 7).map((picture) => ({ ...picture, data: picture.data.map((x) => x / 8) }));
    const given = degrade(truth, addNoise(0.2), 8);
    const sigmas = [0.3, 0.6, 0.9, 1.5];
    const { filter, psnr: best, all } = bestGaussianSmoothing(given, truth, sigmas);
    expect(best).toBe(Math.max(...all));
    expect(filter.sigma).toBe(sigmas[all.indexOf(best)]);
    expect(best).toBeGreaterThan(quality(given, truth).psnr);
    expect(() => bestFilter([], given, truth)).toThrow(/no filter/);
    expect(() => gaussianSmoothing(0)).toThrow(/sigma is 0/);
  });
});

/** u(x) = |x| */
const norm: Potential = {
  dimension: side * side,
  evaluate({ data, rows, cols }) {
    const values = new Float64Array(rows);
    const gradients = new Float64Array(rows * cols);
    for (let i = 0; i < rows; i++) {
      values[i] = Math.hypot(...data.subarray(i * cols, (i + 1) * cols));
      for (let k = 0; k < cols; k++) gradients[i * cols + k] = values[i] === 0 ? 0 : data[i * cols + k] / values[i];
    }
    return { values, gradients: { data: gradients, rows, cols } };
  },
};

describe("adversarialRegularizer(critic, { mu })", () => {
  it("with u = |x| and no blur shrinks y by mu, the proximal map of the norm", () => {
    const given = smoothPictures(5, 9);
    const lengths = given.map(({ data }) => Math.hypot(...data));
    const mu = 0.4 * Math.min(...lengths);
    adversarialRegularizer(norm, { mu, steps: 200 })
      .apply(given)
      .forEach(({ data }, k) => {
        data.forEach((x, at) => {
          expect(x).toBeCloseTo(given[k].data[at] * (1 - mu / lengths[k]), 4);
        });
      });
  });

  it("with mu = 0 and a blur inverts the blur where it can", () => {
    const truth = smoothPictures(3, 10);
    const kernel = gaussianKernel(0.5);
    const given = degrade(truth, blurred(kernel));
    const found = adversarialRegularizer(norm, { mu: 0, kernel, steps: 400, stepSize: 1 }).apply(given);
    found.forEach((picture, k) => {
      expect(psnr(picture, truth[k])).toBeGreaterThan(psnr(given[k], truth[k]) + 20);
    });
  });

  it("tunedRegularizer returns the best of what it tried", () => {
    const truth = pictures(new Float32Array(10 * 64), [10, side, side]);
    const given = degrade(truth, addNoise(0.1), 1);
    const { mu, psnr: best, tried, filter, steps } = tunedRegularizer(norm, given, truth, { mus: [0, 0.3, 0.6] });
    expect(best).toBe(Math.max(...tried.map((each) => each.psnr)));
    expect(mu).toBe(0.6);
    expect(steps).toBeGreaterThan(0);
    expect(quality(filter.apply(given), truth).psnr).toBeCloseTo(best, 10);
    expect(() => tunedRegularizer(norm, given, truth, { mus: [-1] })).toThrow(/options.mu is -1/);
  });
});

describe("featureDistance(left, right, features)", () => {
  it("of a collection and itself shifted along a principal axis is the shift", () => {
    const list = smoothPictures(300, 11);
    const features = principalFeatures(list, 5);
    // The constant picture carries most of the power: adding c to all samples is a shift of 8 c.
    const moved = list.map((picture) => ({ ...picture, data: picture.data.map((x) => x + 0.5) }));
    expect(featureDistance(list, list, features)).toBeLessThan(1e-5);
    expect(featureDistance(list, moved, features)).toBeCloseTo(4, 1);
    expect(featureDistance(list, moved, features)).toBeCloseTo(featureDistance(moved, list, features), 10);
  });

  it("principalFeatures(list, d) keeps all distances: an orthonormal basis", () => {
    const list = pictures(
      Float32Array.from(smoothPictures(12, 12).flatMap(({ data }) => Array.from(data.subarray(0, 6)))),
      [12, 2, 3],
    );
    const { data } = principalFeatures(list, 6).of(list);
    for (let i = 1; i < 12; i++) {
      const gap = (x: ArrayLike<number>, y: ArrayLike<number>): number =>
        Math.hypot(...Array.from(x, (value, k) => value - y[k]));
      expect(gap(data.subarray(0, 6), data.subarray(6 * i, 6 * i + 6))).toBeCloseTo(gap(list[0].data, list[i].data), 5);
    }
  });

  it("refuses more components than there can be", () => {
    expect(() => principalFeatures(smoothPictures(3, 1), 4)).toThrow(/count is 4, of 3 pictures with 64 samples/);
  });
});

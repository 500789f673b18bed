// PSNR and SSIM against closed forms and a direct evaluation of the definition.
import { describe, expect, it } from "vitest";
import { random } from "../../src/linalg/random.ts";
import { type Picture, type PictureShape, pictures } from "../../src/potential/picture.ts";
import { psnr, quality, ssim } from "../../src/potential/quality.ts";

function noise(shape: PictureShape, seed: number, deviation = 1): Picture {
  const draw = random(seed);
  const size = shape[0] * shape[1] * shape[2];
  return { data: Float32Array.from({ length: size }, () => deviation * draw.normal()), shape };
}

const plus = (picture: Picture, add: (x: number, k: number) => number): Picture => ({
  ...picture,
  data: picture.data.map((x, k) => x + add(x, k)),
});

/** The definition, window by window, from centred moments. */
function plainSsim(x: Picture, y: Picture, range: number): number {
  const [channels, height, width] = x.shape;
  const w = Array.from({ length: 121 }, (_, k) =>
    Math.exp(-((Math.floor(k / 11) - 5) ** 2 + ((k % 11) - 5) ** 2) / 4.5),
  );
  const total = w.reduce((sum, each) => sum + each, 0);
  let all = 0;
  let windows = 0;
  for (let c = 0; c < channels; c++)
    for (let i = 0; i + 11 <= height; i++)
      for (let j = 0; j + 11 <= width; j++) {
        const at = (k: number): number => (c * height + i + Math.floor(k / 11)) * width + j + (k % 11);
        const mean = (f: (k: number) => number): number => w.reduce((sum, each, k) => sum + (each / total) * f(k), 0);
        const [mx, my] = [mean((k) => x.data[at(k)]), mean((k) => y.data[at(k)])];
        const vx = mean((k) => (x.data[at(k)] - mx) ** 2);
        const vy = mean((k) => (y.data[at(k)] - my) ** 2);
        const cov = mean((k) => (x.data[at(k)] - mx) * (y.data[at(k)] - my));
        const [c1, c2] = [(0.01 * range) ** 2, (0.03 * range) ** 2];
        all += ((2 * mx * my + c1) * (2 * cov + c2)) / ((mx * mx + my * my + c1) * (vx + vy + c2));
        windows++;
      }
  return all / windows;
}

describe("psnr(seen, truth)", () => {
  it("of a constant error e is 20 log10(range / e)", () => {
    const truth = noise([2, 5, 6], 1);
    expect(
      psnr(
        plus(truth, () => 0.5),
        truth,
      ),
    ).toBeCloseTo(20 * Math.log10(4), 5);
    expect(
      psnr(
        plus(truth, () => 0.5),
        truth,
        1,
      ),
    ).toBeCloseTo(20 * Math.log10(2), 5);
    expect(psnr(truth, truth)).toBe(Number.POSITIVE_INFINITY);
  });

  it("of white noise of deviation s is 20 log10(range / s), within sampling", () => {
    const truth = noise([1, 200, 200], 2);
    const draw = random(3);
    const seen = plus(truth, () => 0.1 * draw.normal());
    expect(Math.abs(psnr(seen, truth) - 20 * Math.log10(20))).toBeLessThan(0.15);
  });

  it("refuses pictures of different shapes", () => {
    expect(() => psnr(noise([1, 2, 3], 1), noise([1, 3, 2], 1))).toThrow(/compared/);
  });
});

describe("ssim(seen, truth)", () => {
  it("is what its definition says, window by window", () => {
    for (const seed of [1, 2, 3]) {
      const truth = noise([2, 14, 13], seed, 0.4);
      const seen = plus(noise([2, 14, 13], 10 + seed, 0.2), (_, k) => 0.7 * truth.data[k]);
      expect(ssim(seen, truth)).toBeCloseTo(plainSsim(seen, truth, 2), 10);
      expect(ssim(seen, truth, 1)).toBeCloseTo(plainSsim(seen, truth, 1), 10);
    }
  });

  it("is 1 for equal pictures, symmetric, at most 1, and negative for a contrast turned round", () => {
    const [x, y] = [noise([1, 16, 16], 4), noise([1, 16, 16], 5)];
    expect(ssim(x, x)).toBeCloseTo(1, 12);
    expect(ssim(x, y)).toBeCloseTo(ssim(y, x), 12);
    expect(ssim(x, y)).toBeLessThan(1);
    const bright = plus(x, () => 5);
    expect(
      ssim(
        plus(bright, (value) => 10 - 2 * value),
        bright,
      ),
    ).toBeLessThan(0);
  });

  it("of constants m and n is (2 m n + c1) / (m^2 + n^2 + c1)", () => {
    const flat = (m: number): Picture => ({ data: new Float32Array(144).fill(m), shape: [1, 12, 12] });
    const c1 = 0.02 ** 2;
    expect(ssim(flat(0.25), flat(0.75))).toBeCloseTo((0.375 + c1) / (0.625 + c1), 6);
  });

  it("needs 11 x 11 pixels; quality() then leaves it out", () => {
    const small = pictures(new Float32Array(200), [2, 10, 10]);
    expect(() => ssim(small[0], small[1])).toThrow(/11 x 11/);
    expect(quality(small, small)).toEqual({ psnr: Infinity, ssim: null, each: Float64Array.of(Infinity, Infinity) });
    expect(() => quality(small, [])).toThrow(/2 pictures are compared with 0/);
  });
});

// Gaussians of many dimensions: distances and maps are those of the whole covariances, fits are those of POT.
import { expect, it } from "vitest";
import {
  buresWassersteinDistance,
  empiricalSpiked,
  gaussian,
  gaussianMap,
  type SpikedGaussian,
  spikedBuresDistance,
  spikedMap,
} from "../../src/gaussian/index.ts";
import { random } from "../../src/linalg/random.ts";

const cloud = (n: number, d: number, seed: number) => {
  const rng = random(seed);
  return {
    data: Float64Array.from({ length: n * d }, (_, k) => rng.normal() * (k % d < 3 ? 3 : 0.5) + (k % 2)),
    rows: n,
    cols: d,
  };
};

const whole = ({ mean, axes, variances, noise }: SpikedGaussian) => {
  const d = mean.length;
  const data = Float64Array.from({ length: d * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    let total = i === j ? noise : 0;
    variances.forEach((value, k) => {
      total += value * axes.data[k * d + i] * axes.data[k * d + j];
    });
    return total;
  });
  return gaussian(mean, { data, rows: d, cols: d });
};

it.each([
  [12, 30],
  [40, 9],
])("spikedBuresDistance, spikedMap: those of the whole covariances, %s points of %s coordinates", (n, d) => {
  const [p, q] = [empiricalSpiked(cloud(n, d, 1), 3), empiricalSpiked(cloud(n + 2, d, 2), 2)];
  const [source, target] = [whole(p), whole(q)];
  expect(spikedBuresDistance(p, q)).toBeCloseTo(buresWassersteinDistance(source, target), 9);
  expect(spikedBuresDistance(p, p)).toBeLessThan(1e-6);
  const points = cloud(5, d, 3);
  const [moved, exact] = [spikedMap(p, q)(points).data, gaussianMap(source, target).apply(points).data];
  moved.forEach((value, at) => expect(value).toBeCloseTo(exact[at], 8));
});

it("empiricalSpiked: the same from rows and from columns; the trace is kept", () => {
  const points = cloud(7, 8, 4);
  const trace = ({ variances, noise, mean }: SpikedGaussian): number =>
    variances.reduce((total, value) => total + value, noise * mean.length);
  // The same points twice over: more rows than columns now, the same law.
  const twice = { data: Float64Array.of(...points.data, ...points.data), rows: 14, cols: 8 };
  const [p, q] = [empiricalSpiked(points, 3), empiricalSpiked(twice, 3)];
  expect(spikedBuresDistance(p, q)).toBeLessThan(1e-6);
  let spread = 0;
  points.data.forEach((value, at) => {
    spread += (value - p.mean[at % 8]) ** 2 / 7;
  });
  expect(trace(p)).toBeCloseTo(spread, 10);
});

it("empiricalSpiked and spikedBuresDistance are POT's empirical_bures_wasserstein_distance_hd, spikedMap its mapping", () => {
  let state = 1;
  const uniform = (): number => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const box = (n: number, shift: number): number[][] =>
    Array.from({ length: n }, () =>
      Array.from({ length: 12 }, (_, k) => (uniform() - 0.5) * (k < 2 ? 3 : 0.4) + shift),
    );
  const [x, y] = [box(9, 0), box(8, 0.3)];
  expect(spikedBuresDistance(empiricalSpiked(x, 2), empiricalSpiked(y, 3))).toBeCloseTo(1.1854163229276102, 9);
  const moved = spikedMap(empiricalSpiked(x, 2), empiricalSpiked(y, 3))(x.slice(0, 1)).data;
  [-1.3209890274149458, -0.5918223455324598, 0.269314141686691].forEach((value, k) =>
    expect(moved[k]).toBeCloseTo(value, 8),
  );
});

it("spiked Gaussians: bad input is named", () => {
  const points = cloud(6, 5, 5);
  expect(() => empiricalSpiked(points, 5)).toThrow(/count/);
  const p = empiricalSpiked(points, 2);
  const skew = { ...p, axes: { ...p.axes, data: p.axes.data.map((value) => 2 * value) } };
  expect(() => spikedBuresDistance(p, skew)).toThrow(/orthonormal/);
  expect(() => spikedBuresDistance(p, empiricalSpiked(cloud(6, 7, 6), 2))).toThrow(/coordinates/);
  expect(() => spikedMap({ ...p, noise: 0 }, p)).toThrow(/noise/);
});

// Entropic potentials and maps at points that were not among the atoms.
import { describe, expect, it } from "vitest";
import { cost, entropicMap, histogram, isOtError, random, sinkhorn, sinkhornDivergence } from "../../src/index.ts";
import { grounds } from "../generators/grounds.ts";
import { masses } from "../generators/problems.ts";

const draw = (count: number, seed: number, d = 2): number[][] => {
  const { uniform } = random(seed);
  return Array.from({ length: count }, () => Array.from({ length: d }, () => uniform() + 0.1));
};
const x = draw(40, 1);
const y = draw(30, 2);
const a = masses("random", 40, 3);
const b = masses("zeros", 30, 4);
const worst = (p: ArrayLike<number>, q: ArrayLike<number>): number => {
  let most = 0;
  for (let k = 0; k < p.length; k++) most = Math.max(most, Math.abs(p[k] - q[k]));
  return most;
};

describe("entropicMap", () => {
  it.each(grounds.map((ground) => [JSON.stringify(ground), ground] as const))(
    "under %s is the answer's potential and barycentric map at the atoms, with the slopes of differences",
    (_, ground) => {
      const result = sinkhorn(a, b, cost.points(x, y, ground), { epsilon: 0.1, tolerance: 1e-13 });
      const { potential, gradient, map, inverse } = entropicMap(result);
      expect(worst(potential(x), result.potentials.f)).toBeLessThan(1e-12);
      expect(worst(inverse.potential(y), result.potentials.g)).toBeLessThan(1e-12);
      const at = ground === "cosine" ? (result.problem.cost as ReturnType<typeof cost.points>).y : y;
      expect(worst(map(x).data, result.plan.barycentricMap(at).data)).toBeLessThan(1e-12);
      const fresh = draw(5, 9).map((point) =>
        ground === "cosine" ? point.map((value) => value / Math.hypot(...point)) : point,
      );
      const slope = gradient(fresh).data;
      fresh.forEach((point, i) => {
        for (const k of [0, 1]) {
          const step = (by: number) => potential([point.map((value, c) => (c === k ? value + by : value))])[0];
          expect(Math.abs(slope[2 * i + k] - (step(1e-5) - step(-1e-5)) / 2e-5)).toBeLessThan(1e-6);
        }
      });
    },
  );
  it("under squares is x - grad f / 2, interpolates, and inverts as epsilon falls", () => {
    const result = sinkhorn(
      null,
      null,
      cost.points(
        x,
        x.map(([u, v]) => [2 * u + 1, v - 3]),
      ),
      { relativeEpsilon: 0.001, tolerance: 1e-9 },
    );
    const T = entropicMap(result);
    const fresh = { data: Float64Array.from(draw(6, 5).flat()), rows: 6, cols: 2 };
    const image = T.map(fresh);
    const slope = T.gradient(fresh).data;
    expect(
      worst(
        image.data,
        fresh.data.map((value, k) => value - slope[k] / 2),
      ),
    ).toBeLessThan(1e-12);
    expect(
      worst(
        T.interpolate(fresh, 0.25).data,
        fresh.data.map((value, k) => 0.75 * value + 0.25 * image.data[k]),
      ),
    ).toBe(0);
    // The map between a cloud and its affine image, a gradient of a convex function, is near that affine map.
    expect(
      worst(
        image.data,
        fresh.data.map((value, k) => (k % 2 === 0 ? 2 * value + 1 : value - 3)),
      ),
    ).toBeLessThan(0.3);
    expect(worst(T.inverse.map(T.map(x)).data, x.flat())).toBeLessThan(0.3);
    expect(T.inverse.inverse.map(fresh)).toEqual(image);
  });
  it("has numbers far away from all targets: the soft minimum and its mean are the nearest ones'", () => {
    const T = entropicMap(sinkhorn(a, b, cost.points(x, y), { epsilon: 0.001, tolerance: 1e-6, maxIterations: 500 }));
    for (const far of [1e3, 1e6, 1e100, 1e150]) {
      const points = [
        [far, far],
        [-far, 0.5],
      ];
      const [potential, image, slope] = [T.potential(points), T.map(points).data, T.gradient(points).data];
      for (const value of [...potential, ...slope]) expect(Number.isFinite(value)).toBe(true);
      for (const value of image) expect(value >= 0.1 && value <= 1.1).toBe(true);
      expect(Math.abs(potential[0] / (2 * far * far) - 1)).toBeLessThan(3 / far + 1e-12);
    }
    let caught: unknown;
    try {
      T.map([[1e200, 0]]);
    } catch (error) {
      caught = error;
    }
    expect(isOtError(caught, "InvalidValue")).toBe(true);
  });
  it("of a divergence is the identity where both measures are the same", () => {
    const T = entropicMap(sinkhornDivergence(x, x, { epsilon: 0.1, tolerance: 1e-12 }));
    const fresh = draw(4, 6);
    expect(worst(T.map(fresh).data, fresh.flat())).toBeLessThan(1e-12);
    expect(worst(T.potential(fresh), new Float64Array(4))).toBeLessThan(1e-12);
  });
  it("debiased is nearer to a translation than plain", () => {
    const to = x.map(([u, v]) => [u + 1, v]);
    const divergence = sinkhornDivergence(x, to, { epsilon: 0.1 });
    const fresh = draw(8, 7);
    const truth = fresh.flatMap(([u, v]) => [u + 1, v]);
    const plain = worst(entropicMap(divergence.parts.xy).map(fresh).data, truth);
    expect(worst(entropicMap(divergence).map(fresh).data, truth)).toBeLessThan(plain / 10);
  });
  it.each([
    ["KL", { unbalanced: 0.5 }],
    ["TV", { unbalanced: { kind: "TV", strength: 0.1 } }],
    ["partial", { partial: 0.5 }],
  ] as const)("with relaxed marginals, %s, has the answer's potentials at the atoms", (_, relaxed) => {
    const result = sinkhorn(a, b, cost.points(x, y), { epsilon: 0.05, tolerance: 1e-13, ...relaxed });
    const T = entropicMap(result);
    expect(worst(T.potential(x), result.potentials.f)).toBeLessThan(1e-9);
    expect(worst(T.inverse.potential(y), result.potentials.g)).toBeLessThan(1e-9);
  });
  it("works on grids, and is refused for matrices", () => {
    const from = histogram(masses("random", 12, 1), [3, 4]);
    const result = sinkhorn(from.weights, masses("random", 12, 2), cost.grid(from), { epsilon: 0.5, tolerance: 1e-13 });
    const T = entropicMap(result);
    expect(
      worst(T.potential(Array.from({ length: 12 }, (_, i) => [Math.floor(i / 4), i % 4])), result.potentials.f),
    ).toBeLessThan(1e-12);
    expect(() => entropicMap(sinkhorn(null, null, [[1, 2]], { epsilon: 1 }))).toThrow(/positions/);
  });
});

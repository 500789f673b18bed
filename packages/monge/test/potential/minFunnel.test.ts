// The pairs of the benchmark are what they claim: rays of the potential, its difference of means is W1, and exact transport of samples agrees.
import { expect, it } from "vitest";
import { minFunnelPair } from "../../../../bench/potential/minFunnel.ts";
import { random } from "../../src/linalg/random.ts";
import { kantorovichPotential } from "../../src/potential/kantorovichPotential.ts";

it("minFunnelPair: every pair of the plan lies on a ray, u(x) - u(y) = |x - y|, so the plan is optimal", () => {
  for (const [dimension, funnels] of [
    [2, 4],
    [16, 64],
    [128, 16],
    [128, 256],
  ]) {
    const pair = minFunnelPair({ dimension, funnels, seed: 987 });
    const count = 300;
    const { x, y } = pair.plan(count, random(1));
    const ux = pair.potential.evaluate({ data: x, rows: count, cols: dimension });
    const uy = pair.potential.evaluate({ data: y, rows: count, cols: dimension });
    let moved = 0;
    for (let i = 0; i < count; i++) {
      let square = 0;
      for (let k = i * dimension; k < (i + 1) * dimension; k++) square += (x[k] - y[k]) ** 2;
      const length = Math.sqrt(square);
      expect(ux.values[i] - uy.values[i]).toBeCloseTo(length, 10);
      moved += length / count;
    }
    const { value, standardError } = pair.distance(1000, 2);
    expect(Math.abs(moved - value)).toBeLessThan(5 * standardError * Math.sqrt(1000 / count));
    expect(y.every((coordinate) => Math.abs(coordinate) <= 2.5)).toBe(true);
  }
});

it("minFunnelPair in 2-D: exact W1 of 400 coupled samples is the mean length of the plan", () => {
  const pair = minFunnelPair({ dimension: 2, funnels: 4, seed: 3 });
  const { x, y } = pair.plan(400, random(5));
  let mean = 0;
  for (let i = 0; i < 400; i++) mean += Math.hypot(x[2 * i] - y[2 * i], x[2 * i + 1] - y[2 * i + 1]) / 400;
  const u = kantorovichPotential({ data: x, rows: 400, cols: 2 }, { data: y, rows: 400, cols: 2 }, { roots: 10 });
  expect(u.value).toBeCloseTo(mean, 10);
});

// The oracle of critics against difference quotients: what everything else of the family is tested against.
import { expect, test } from "vitest";
import { random } from "../../src/linalg/random.ts";
import { criticOracle, type OracleNet } from "../oracles/criticNet.ts";

const nets: Record<string, { net: OracleNet; weights: number }> = {
  dense: {
    net: {
      input: [3],
      layers: [
        { kind: "dense", units: 5 },
        { kind: "leakyRelu" },
        { kind: "dense", units: 4 },
        { kind: "leakyRelu", slope: 0.1 },
        { kind: "dense", units: 1 },
      ],
    },
    weights: 5 * 4 + 4 * 6 + 5,
  },
  convolution: {
    net: {
      input: [2, 4, 5],
      layers: [
        { kind: "convolution", channels: 3, size: 3, stride: 2, padding: 1 },
        { kind: "leakyRelu" },
        { kind: "convolution", channels: 2, size: 3, padding: 1 },
        { kind: "leakyRelu" },
        { kind: "averagePool", size: 2 },
        { kind: "dense", units: 1 },
      ],
    },
    weights: 3 * (2 * 9 + 1) + 2 * (3 * 9 + 1) + 3,
  },
};

for (const [name, { net, weights }] of Object.entries(nets)) {
  const rng = random(7);
  const d = net.input.reduce((product, size) => product * size, 1);
  const w = Float64Array.from({ length: weights }, () => 2 * rng.normal());
  const draw = (count: number): Float64Array => Float64Array.from({ length: count * d }, () => rng.normal());
  const [x, y] = [draw(3), draw(3)];
  const t = Float64Array.from({ length: 3 }, () => rng.uniform());
  const step = 1e-6;
  const moved = (of: Float64Array, k: number, by: number): Float64Array =>
    of.map((value, j) => (j === k ? value + by : value));

  test(`criticOracle of a ${name} net: gradients are the slopes of its values`, () => {
    const oracle = criticOracle(net, w);
    const gradients = oracle.gradients(x);
    for (let k = 0; k < d; k++) {
      const slope = (oracle.values(moved(x, k, step))[0] - oracle.values(moved(x, k, -step))[0]) / (2 * step);
      expect(gradients[k]).toBeCloseTo(slope, 6);
    }
  });

  test(`criticOracle of a ${name} net: the weight gradient is the slope of the penalised loss, penalty included`, () => {
    const lossOf = (weightsOf: Float64Array): number => criticOracle(net, weightsOf).loss(x, y, t, 3).loss;
    const { weightGradient, penalty, gradientNorms } = criticOracle(net, w).loss(x, y, t, 3);
    expect(penalty).toBeGreaterThan(0.1);
    expect(gradientNorms.some((norm) => norm > 1)).toBe(true);
    for (let k = 0; k < weights; k += name === "dense" ? 1 : 3) {
      const slope = (lossOf(moved(w, k, step)) - lossOf(moved(w, k, -step))) / (2 * step);
      expect(Math.abs(weightGradient[k] - slope)).toBeLessThan(1e-4 * (1 + Math.abs(slope)));
    }
  });
}

// The engine against the oracle that differentiates twice: every kind of layer, edges of tiles, rows that pay no penalty.
import { describe, expect, test } from "vitest";
import { potential } from "../../src/kernels/potential.ts";
import { withWorkspace } from "../../src/kernels/workspace.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { random } from "../../src/linalg/random.ts";
import { critic } from "../../src/potential/critic.ts";
import { type EngineOptions, freshState, openEngine } from "../../src/potential/engine.ts";
import { convolutional, type Layer, mlp, type NetDescription } from "../../src/potential/net.ts";
import { criticOracle } from "../oracles/criticNet.ts";
import { deviation } from "./deviation.ts";

const leaky: Layer = { kind: "leakyRelu" };
const out: Layer = { kind: "dense", units: 1 };

const nets: Record<string, NetDescription> = {
  "one dense layer": { input: [3], layers: [out] },
  "one coordinate": mlp(1, [9, 5]),
  "dense layers wider than tiles": mlp(7, [13, 10], { slope: 0.1 }),
  "a slope of 0": mlp(5, [16, 16], { slope: 0 }),
  "dense layers without LeakyReLU, and one on the output": {
    input: [4],
    layers: [{ kind: "dense", units: 6 }, leaky, { kind: "dense", units: 5 }, out, leaky],
  },
  "convolutions with stride and padding": convolutional([2, 5, 4], [2, 9], { units: 5 }),
  "windows of 5, 4 and 1 pixels": {
    input: [2, 4, 6],
    layers: [
      { kind: "convolution", channels: 3, size: 5, padding: 2 },
      leaky,
      { kind: "convolution", channels: 2, size: 4, stride: 2 },
      leaky,
      { kind: "convolution", channels: 2, size: 1 },
      leaky,
      out,
    ],
  },
  "average pooling": convolutional([1, 4, 8], [3, 2], { down: "averagePool" }),
  "pooling first, with LeakyReLU": {
    input: [2, 4, 6],
    layers: [
      { kind: "averagePool", size: 2 },
      leaky,
      { kind: "convolution", channels: 1, size: 2 },
      { kind: "averagePool", size: 1 },
      leaky,
      out,
    ],
  },
  "a convolution to the output": {
    input: [2, 3, 3],
    layers: [
      { kind: "convolution", channels: 4, size: 3, padding: 1 },
      leaky,
      { kind: "convolution", channels: 1, size: 3 },
    ],
  },
};

const options: EngineOptions = { penalty: 3, learningRate: 1e-3, betas: [0.5, 0.9], batch: 5 };

function task(net: NetDescription, seed: number, gain: number, batch = 5) {
  const rng = random(seed);
  const d = net.input.reduce((product, side) => product * side, 1);
  const draw = (count: number) => Float32Array.from({ length: count }, () => rng.normal());
  const weights = critic(net, { seed }).weights.map((value) => gain * value);
  const t = Float32Array.from({ length: batch }, () => rng.uniform());
  return { d, weights, x: draw(batch * d), y: draw(batch * d), t };
}

describe.each(Object.entries(nets))("%s", (_, net) => {
  // Small gains: no row pays; middling: some do; large: all do.
  test.each([0.3, 1, 2])("engine.gradient() is that of the oracle, weights times %f", (gain) => {
    const { weights, x, y, t } = task(net, 3, gain);
    const wanted = criticOracle(net, weights).loss(x, y, t, options.penalty);
    const seen = withWorkspace(potential, (workspace) =>
      openEngine(workspace, net, freshState(weights), options).gradient(x, y, t, 5),
    );
    for (const part of ["loss", "value", "penalty"] as const) {
      expect(Math.abs(seen[part] - wanted[part])).toBeLessThan(1e-5 * (1 + Math.abs(wanted[part])));
    }
    expect(seen.gradientNorm.max / Math.max(...wanted.gradientNorms)).toBeCloseTo(1, 5);
    expect(deviation(seen.weights, wanted.weightGradient)).toBeLessThan(1e-5);
  });

  test("critic.evaluate() and engine.evaluate() are the oracle's values and gradients, each row's bits its own", () => {
    const { weights, x, d } = task(net, 4, 1);
    const oracle = criticOracle(net, weights);
    const seen = critic(net, { weights }).evaluate(matrix(x, 5, d));
    expect(deviation(seen.values, oracle.values(x))).toBeLessThan(1e-5);
    expect(deviation(seen.gradients.data, oracle.gradients(x))).toBeLessThan(1e-5);
    const alone = critic(net, { weights }).evaluate(matrix(x.slice(3 * d, 4 * d), 1, d));
    expect(alone.values[0]).toBe(seen.values[3]);
    expect(alone.gradients.data).toEqual(seen.gradients.data.slice(3 * d, 4 * d));
    const engine = withWorkspace(potential, (workspace) =>
      openEngine(workspace, net, freshState(weights), { ...options, batch: 1 }).evaluate(matrix(x, 5, d)),
    );
    expect(engine).toEqual(seen);
  });
});

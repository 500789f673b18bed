// Critics as values: their shapes and what is refused, their first weights, their file, the step that trains them.
import { setFlagsFromString } from "node:v8";
import { describe, expect, test } from "vitest";
import { isOtError, loadKernels } from "../../src/index.ts";
import { backend, decode } from "../../src/kernels/module.ts";
import { potential } from "../../src/kernels/potential.ts";
import { giveBack, lease, withWorkspace } from "../../src/kernels/workspace.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { random } from "../../src/linalg/random.ts";
import { critic, criticFromBytes } from "../../src/potential/critic.ts";
import { type EngineOptions, type EngineState, freshState, openEngine } from "../../src/potential/engine.ts";
import { convolutional, type Layer, mlp, type NetDescription } from "../../src/potential/net.ts";
import { packRecord } from "../../src/potential/record.ts";

const out: Layer = { kind: "dense", units: 1 };
const options: EngineOptions = { penalty: 10, learningRate: 1e-2, betas: [0.5, 0.9], batch: 6 };
const nets = { perceptron: mlp(5, [11, 8]), convolution: convolutional([2, 6, 6], [3, 5]) };

function batchOf(net: NetDescription, seed: number, size = 6) {
  const rng = random(seed);
  const d = net.input.reduce((product, side) => product * side, 1);
  const draw = (shift: number) => Float32Array.from({ length: size * d }, () => rng.normal() + shift);
  return { x: draw(1), y: draw(-1), t: Float32Array.from({ length: size }, () => rng.uniform()) };
}

function train(net: NetDescription, state: EngineState, from: number, to: number): EngineState {
  return withWorkspace(potential, (workspace) => {
    const engine = openEngine(workspace, net, state, options);
    for (let k = from; k < to; k++) {
      const { x, y, t } = batchOf(net, k);
      engine.step(x, y, t, 6);
    }
    return engine.state;
  });
}

function thrown(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return null;
}

describe("critic(net)", () => {
  test.each([
    ["no layer", { input: [3], layers: [] }, "InvalidShape", /last layer has 0 outputs/],
    ["two outputs", { input: [3], layers: [{ kind: "dense", units: 2 }] }, "InvalidShape", /last layer has 2 outputs/],
    ["two sides", { input: [3, 3], layers: [out] }, "InvalidShape", /net.input is \[3, 3\]/],
    [
      "a fraction of a unit",
      { input: [3], layers: [{ kind: "dense", units: 1.5 }, out] },
      "InvalidValue",
      /Layer 0 \(dense\) has units 1.5/,
    ],
    ["LeakyReLU first", { input: [3], layers: [{ kind: "leakyRelu" }, out] }, "InvalidShape", /Layer 0 \(leakyRelu\)/],
    [
      "a slope of 1",
      { input: [3], layers: [out, { kind: "leakyRelu", slope: 1 }] },
      "InvalidValue",
      /Layer 1 \(leakyRelu\) has slope 1/,
    ],
    [
      "a window too large",
      { input: [1, 4, 4], layers: [{ kind: "convolution", channels: 1, size: 5 }, out] },
      "InvalidShape",
      /Layer 0 \(convolution\) has a window of 5 pixels on a picture of 4 x 4/,
    ],
    [
      "pooling that leaves a rest",
      { input: [1, 4, 5], layers: [{ kind: "averagePool", size: 2 }, out] },
      "InvalidShape",
      /Layer 0 \(averagePool\) takes means of 2 pixels on a picture of 4 x 5/,
    ],
    [
      "an unknown kind",
      { input: [3], layers: [{ kind: "softmax" } as unknown as Layer, out] },
      "InvalidValue",
      /Layer 0 is of kind softmax/,
    ],
    ["weights that need terabytes", mlp(1e6, [1e6]), "OutOfMemory", /needs 4000\.\d+ GB/],
  ] as const)("refuses %s, naming the layer", (_, net, code, message) => {
    const error = thrown(() => critic(net));
    expect(isOtError(error, code)).toBe(true);
    expect(String(error)).toMatch(message);
  });

  test("refuses weights of another number, weights and points that are not finite, points of another dimension", () => {
    const codes = [
      () => critic(nets.perceptron, { weights: [1, 2] }),
      () => critic(nets.perceptron, { weights: critic(nets.perceptron).weights.fill(Number.NaN) }),
      () => critic(nets.perceptron).evaluate([[1, 2, 3, 4, Number.NaN]]),
      () => critic(nets.perceptron).evaluate([[1, 2]]),
      () => critic(nets.perceptron).evaluate([[1e39, 2, 3, 4, 5]]),
    ].map((call) => (thrown(call) as { code: string }).code);
    expect(codes).toEqual(["InvalidShape", "InvalidValue", "InvalidValue", "InvalidShape", "InvalidValue"]);
  });

  test("draws the same weights from the same seed, others from another, and keeps the size of signals", () => {
    const net = mlp(200, [300, 300, 300]);
    expect(critic(net, { seed: 5 }).weights).toEqual(critic(net, { seed: 5 }).weights);
    expect(critic(net, { seed: 6 }).weights).not.toEqual(critic(net, { seed: 5 }).weights);
    const rng = random(1);
    const points = matrix(
      Float64Array.from({ length: 200 * 200 }, () => rng.normal()),
      200,
      200,
    );
    const { values } = critic(net, { seed: 5 }).evaluate(points);
    const size = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / 200);
    expect(size).toBeGreaterThan(0.3);
    expect(size).toBeLessThan(3);
  });

  test("evaluates no points", () => {
    expect(critic(nets.perceptron).evaluate([]).values.length).toBe(0);
  });
});

describe("critic.toBytes()", () => {
  const made = critic(nets.convolution, { seed: 3, provenance: { steps: 7, note: "π" } });
  const bytes = made.toBytes();

  test("is read back with the same net, weights, provenance and bits, from any place in a buffer", () => {
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    const read = criticFromBytes(shifted.subarray(3));
    expect([read.net, read.weights, read.provenance]).toEqual([made.net, made.weights, made.provenance]);
    const points = [batchOf(nets.convolution, 1, 1).x];
    expect(read.evaluate(points)).toEqual(made.evaluate(points));
    expect(read.toBytes()).toEqual(bytes);
  });

  test("damaged in any byte, or cut anywhere, is a CorruptFile", () => {
    const rng = random(4);
    for (let k = 0; k < 400; k++) {
      const damaged = bytes.slice();
      damaged[k < 200 ? k : rng.integer(bytes.length)] ^= 1 << rng.integer(8);
      expect(
        isOtError(
          thrown(() => criticFromBytes(damaged)),
          "CorruptFile",
        ),
      ).toBe(true);
      const cut = bytes.slice(0, rng.integer(bytes.length));
      expect(
        isOtError(
          thrown(() => criticFromBytes(cut)),
          "CorruptFile",
        ),
      ).toBe(true);
    }
  });

  test.each([
    ["another kind of file", packRecord("map", {}, {}), /is a map/],
    ["no weights", packRecord("critic", { net: nets.perceptron }, {}), /holds no weights/],
    [
      "too few weights",
      packRecord("critic", { net: nets.perceptron }, { weights: new Float32Array(3) }),
      /has 171 weights, got 3/,
    ],
    [
      "a net that does not fit",
      packRecord("critic", { net: { input: [2], layers: [] } }, { weights: new Float32Array(3) }),
      /last layer/,
    ],
    ["no net", packRecord("critic", {}, { weights: new Float32Array(3) }), /describes no net/],
  ] as const)("with %s is refused, saying so", (_, file, message) => {
    const error = thrown(() => criticFromBytes(file));
    expect(isOtError(error, "CorruptFile")).toBe(true);
    expect(String(error)).toMatch(message);
  });
});

describe.each(Object.entries(nets))("engine.step() of a %s", (_, net) => {
  test("is Adam on engine.gradient()", () => {
    const start = critic(net, { seed: 1 }).weights.map((weight) => 3 * weight);
    const state = { ...freshState(start), stepCount: 2 };
    state.m.fill(0.01);
    state.v.fill(0.002);
    const { x, y, t } = batchOf(net, 9);
    const after = withWorkspace(potential, (workspace) => {
      const engine = openEngine(workspace, net, state, options);
      const { weights: gradient } = engine.gradient(x, y, t, 6);
      expect(engine.state).toEqual(state);
      const report = engine.step(x, y, t, 6);
      expect(report.penalty).toBeGreaterThan(0);
      return { gradient, state: engine.state };
    });
    expect(after.state.stepCount).toBe(3);
    for (let k = 0; k < state.weights.length; k++) {
      const g = after.gradient[k];
      const m = 0.5 * 0.01 + 0.5 * g;
      const v = 0.9 * 0.002 + 0.1 * g * g;
      const w = state.weights[k] - (1e-2 * (m / (1 - 0.5 ** 3))) / (Math.sqrt(v / (1 - 0.9 ** 3)) + 1e-8);
      expect(Math.abs(after.state.m[k] - m)).toBeLessThan(1e-5 * (1 + Math.abs(m)));
      expect(Math.abs(after.state.v[k] - v)).toBeLessThan(1e-5 * (1 + v));
      expect(Math.abs(after.state.weights[k] - w)).toBeLessThan(1e-6);
    }
  });

  test("continues from its state, and on memory full of NaN, with the same bits", () => {
    const start = freshState(critic(net, { seed: 2 }).weights);
    const whole = train(net, start, 0, 20);
    const used = lease(potential);
    used.u8(used.alloc(1 << 20), 1 << 20).fill(255);
    giveBack(used);
    expect(train(net, train(net, start, 0, 9), 9, 20)).toEqual(whole);
    expect(whole.weights.every(Number.isFinite)).toBe(true);
  });

  test("on fewer points than the engine was opened for is that of a smaller engine", () => {
    const state = freshState(critic(net, { seed: 2 }).weights);
    const { x, y, t } = batchOf(net, 3);
    const [large, small] = [6, 4].map((batch) =>
      withWorkspace(potential, (workspace) => {
        const engine = openEngine(workspace, net, state, { ...options, batch });
        return [engine.step(x, y, t, 4), engine.state];
      }),
    );
    expect(large).toEqual(small);
  });

  test("refuses points that are not finite and leaves its state as it was", () => {
    const state = freshState(critic(net, { seed: 2 }).weights);
    const { x, y, t } = batchOf(net, 3);
    y[7] = Number.NaN;
    withWorkspace(potential, (workspace) => {
      const engine = openEngine(workspace, net, state, options);
      expect(String(thrown(() => engine.step(x, y, t, 6)))).toMatch(/y\[7\] is NaN/);
      expect(engine.state).toEqual(state);
    });
  });
});

describe("openEngine()", () => {
  test.each([
    [{ penalty: -1 }, "options.penalty"],
    [{ learningRate: 0 }, "options.learningRate"],
    [{ betas: [1, 0.9] }, "options.betas"],
    [{ batch: 0 }, "options.batch"],
  ] as const)("refuses %o", (wrong, argument) => {
    const state = freshState(critic(nets.perceptron).weights);
    const error = thrown(() =>
      withWorkspace(potential, (workspace) => openEngine(workspace, nets.perceptron, state, { ...options, ...wrong })),
    );
    expect(error).toMatchObject({ code: "InvalidValue", argument });
  });

  test("says how many bytes a net needs before it allocates them", () => {
    const net = convolutional([3, 512, 512], [64], { down: "averagePool" });
    const state = freshState(critic(net).weights);
    withWorkspace(potential, (workspace) => {
      const before = workspace.bytes;
      const error = thrown(() => openEngine(workspace, net, state, { ...options, batch: 64 }));
      expect(isOtError(error, "OutOfMemory")).toBe(true);
      expect((error as { seen: number }).seen).toBeGreaterThan(2 * 192 * 64 * 512 * 512 * 4);
      expect(workspace.bytes).toBe(before);
    });
  });
});

test("the relaxed-SIMD build trains to the same critic within rounding, and says its name", async () => {
  // Node 22 has it without a flag.
  if (Number.parseInt(process.versions.node, 10) < 22) setFlagsFromString("--experimental-wasm-relaxed-simd");
  for (const net of Object.values(nets)) {
    const start = freshState(critic(net, { seed: 2 }).weights);
    await loadKernels({ potential: decode(potential.bytes) });
    const plain = train(net, start, 0, 1);
    expect(backend(potential)).toBe("wasm-simd");
    const { potential: relaxed } = await import("../../src/kernels/relaxed.ts");
    await loadKernels({ potential: relaxed });
    expect(backend(potential)).toBe("wasm-relaxed-simd");
    const fused = train(net, start, 0, 1);
    expect(fused.m).not.toEqual(plain.m);
    fused.m.forEach((value, k) => {
      expect(Math.abs(value - plain.m[k])).toBeLessThan(1e-4 * (1 + Math.abs(plain.m[k])));
    });
  }
});

// The training step of critics against JAX's gradients (`critics.py`).
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { potential } from "../../src/kernels/potential.ts";
import { withWorkspace } from "../../src/kernels/workspace.ts";
import { matrix } from "../../src/linalg/matrix.ts";
import { critic } from "../../src/potential/critic.ts";
import { freshState, openEngine } from "../../src/potential/engine.ts";
import type { NetDescription } from "../../src/potential/net.ts";
import { deviation } from "../potential/deviation.ts";

interface Recorded {
  readonly net: NetDescription;
  readonly penalty: number;
  readonly weights: number[];
  readonly x: number[];
  readonly y: number[];
  readonly t: number[];
  readonly value: number;
  readonly paid: number;
  readonly slopes: number[];
  readonly gradient: number[];
}

const file = JSON.parse(readFileSync(new URL("critics.json", import.meta.url), "utf8")) as {
  cases: Record<string, Recorded>;
};

test.each(Object.entries(file.cases))("engine.gradient() and critic.evaluate() of a %s are JAX's", (_, recorded) => {
  const { net, penalty, value, paid, gradient, slopes } = recorded;
  const [weights, x, y, t] = [recorded.weights, recorded.x, recorded.y, recorded.t].map((part) =>
    Float32Array.from(part),
  );
  const options = { penalty, learningRate: 1e-3, betas: [0.5, 0.9], batch: 4 } as const;
  const seen = withWorkspace(potential, (workspace) =>
    openEngine(workspace, net, freshState(weights), options).gradient(x, y, t, 4),
  );
  expect(paid).toBeGreaterThan(0.1);
  expect(Math.abs(seen.value - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
  expect(Math.abs(seen.penalty - paid)).toBeLessThan(1e-5 * (1 + paid));
  expect(deviation(seen.weights, gradient)).toBeLessThan(1e-5);
  const d = x.length / 4;
  const z = x.map((from, k) => from + t[Math.floor(k / d)] * (y[k] - from));
  expect(deviation(critic(net, { weights }).evaluate(matrix(z, 4, d)).gradients.data, slopes)).toBeLessThan(1e-5);
});

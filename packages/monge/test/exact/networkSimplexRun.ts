// Runs of the network simplex by itself, the check of what an optimal basis promises, and small seeded problems.
import { expect } from "vitest";
import type { Cost } from "../../src/cost/cost.ts";
import { dense } from "../../src/cost/dense.ts";
import { networkSimplex } from "../../src/exact/networkSimplex/networkSimplex.ts";
import { prepare } from "../../src/exact/prepare.ts";
import type { ExactAnswer } from "../../src/exact/problem.ts";
import { exact } from "../../src/kernels/exact.ts";
import { giveBack, lease } from "../../src/kernels/workspace.ts";
import { random } from "../../src/linalg/random.ts";
import { sum } from "../../src/linalg/sum.ts";
import type { Weights } from "../../src/measure/weights.ts";
import type { Potentials, Status } from "../../src/run/options.ts";

interface Limits {
  readonly maxIterations?: number;
  readonly stopAfterYields?: number;
  readonly warmStart?: Potentials;
}

export function solve(
  a: Weights,
  b: Weights,
  cost: Cost,
  limits: Limits = {},
): ExactAnswer & { snapshot: ExactAnswer } {
  const { problem } = prepare(a, b, cost, { warmStart: limits.warmStart });
  const workspace = lease(exact);
  let yields = 0;
  let snapshot: (() => ExactAnswer) | undefined;
  const run = networkSimplex.run(problem, workspace, {
    maxIterations: limits.maxIterations ?? Infinity,
    interrupted: (): Status | null => (yields >= (limits.stopAfterYields ?? Infinity) ? "stopped" : null),
    offer: (given) => {
      expect(snapshot).toBeUndefined();
      snapshot = given;
    },
    elapsedMs: () => 0,
  });
  while (true) {
    const step = run.next();
    if (step.done) {
      const result = { ...step.value, snapshot: snapshot?.() ?? step.value };
      giveBack(workspace);
      return result;
    }
    expect(step.value.error).not.toBeNaN();
    yields++;
  }
}

/** Value, and whether the marginals, the signs, f_i + g_j <= C_ij and the gap are what an optimal basis promises. */
export function check(answer: ExactAnswer, a: Float64Array, b: Float64Array, cost: Cost, residual = 1e-14): number {
  const [n, m] = cost.shape;
  const row = a.slice();
  const column = b.slice();
  let value = 0;
  let largest = 0;
  let spent = 0;
  for (let k = 0; k < answer.mass.length; k++) {
    expect(answer.mass[k]).toBeGreaterThan(0);
    row[answer.i[k]] -= answer.mass[k];
    column[answer.j[k]] -= answer.mass[k];
    const c = cost.at(answer.i[k], answer.j[k]);
    expect(c).toBeLessThan(Infinity);
    value += answer.mass[k] * c;
    spent += answer.mass[k] * Math.abs(c);
  }
  let infeasible = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      const c = cost.at(i, j);
      if (c === Infinity) continue;
      largest = Math.max(largest, Math.abs(c));
      infeasible = Math.max(infeasible, answer.f[i] + answer.g[j] - c);
    }
  }
  const mass = sum(a);
  expect(sum(row.map(Math.abs)) + sum(column.map(Math.abs))).toBeLessThanOrEqual(residual * mass);
  expect(answer.mass.length).toBeLessThan(n + m);
  expect(answer.status).toBe("optimal");
  expect(infeasible).toBeLessThanOrEqual(1e-14 * largest);
  const dual = sum(a.map((x, i) => x * answer.f[i])) + sum(b.map((x, j) => x * answer.g[j]));
  expect(Math.abs(value - dual)).toBeLessThanOrEqual(1e-10 * spent + 1e-14 * largest * mass);
  return value;
}

export function weights(count: number, seed: number): Float64Array {
  const { uniform } = random(seed);
  const raw = Float64Array.from({ length: count }, () => uniform() + 1e-3);
  const total = sum(raw);
  return raw.map((mass) => mass / total);
}

export function plane(n: number, m: number, seed: number): Cost {
  const { uniform } = random(seed);
  const x = Array.from({ length: n }, () => [uniform(), uniform()]);
  const y = Array.from({ length: m }, () => [uniform(), uniform()]);
  return dense(x.map((p) => y.map((q) => (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2)));
}

export function uniform(count: number): Float64Array {
  return new Float64Array(count).fill(1 / count);
}

// Cost scaling with crossover against the textbook solver, on problems with every degeneracy, and on graphs without a plan.
import { describe, expect, test } from "vitest";
import type { Cost } from "../../src/cost/cost.ts";
import { dense } from "../../src/cost/dense.ts";
import { sparse } from "../../src/cost/sparse.ts";
import { isOtError } from "../../src/errors/otError.ts";
import { costScaling } from "../../src/exact/networkSimplex/costScaling.ts";
import { prepare } from "../../src/exact/prepare.ts";
import type { ExactAnswer } from "../../src/exact/problem.ts";
import { exact } from "../../src/kernels/exact.ts";
import { giveBack, lease } from "../../src/kernels/workspace.ts";
import { random } from "../../src/linalg/random.ts";
import { sparseFromEntries } from "../../src/linalg/sparse.ts";
import type { Status } from "../../src/run/options.ts";
import { transportCost } from "../oracles/transport.ts";

function solve(a: readonly number[], b: readonly number[], cost: Cost, stopAfterYields = Infinity): ExactAnswer {
  const { problem } = prepare(Float64Array.from(a), Float64Array.from(b), cost, {});
  expect(costScaling.refuses(problem)).toBeNull();
  const workspace = lease(exact);
  let yields = 0;
  const run = costScaling.run(problem, workspace, {
    maxIterations: Infinity,
    interrupted: (): Status | null => (yields >= stopAfterYields ? "stopped" : null),
    offer: () => undefined,
    elapsedMs: () => 0,
  });
  for (let step = run.next(); ; step = run.next()) {
    if (step.done) {
      giveBack(workspace);
      return step.value;
    }
    yields++;
  }
}

/** The value, after marginals, signs and dual feasibility were checked. */
function value(answer: ExactAnswer, a: readonly number[], b: readonly number[], cost: Cost): number {
  const total = a.reduce((sum, mass) => sum + mass, 0);
  const row = [...a];
  const column = [...b];
  let result = 0;
  for (let k = 0; k < answer.mass.length; k++) {
    const i = answer.i[k];
    const j = answer.j[k];
    expect(answer.mass[k]).toBeGreaterThan(0);
    row[i] -= answer.mass[k];
    column[j] -= answer.mass[k];
    result += answer.mass[k] * cost.at(i, j);
  }
  for (const left of [...row, ...column]) expect(Math.abs(left)).toBeLessThanOrEqual(1e-12 * total);
  return result;
}

function worst(answer: ExactAnswer, cost: Cost): number {
  const [n, m] = cost.shape;
  let least = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      const c = cost.at(i, j);
      if (c < Infinity) least = Math.min(least, c - answer.f[i] - answer.g[j]);
    }
  }
  return -least;
}

const total = (masses: readonly number[]): number => masses.reduce((sum, mass) => sum + mass, 0);

/** Whole masses of a kind: all 1, 1 .. 9, or powers of ten, with `b` brought to the total of `a`. */
function masses(kind: string, n: number, m: number, seed: number): [number[], number[]] {
  const { integer } = random(seed);
  const draw = (): number => (kind === "equal" ? 1 : kind === "small" ? 1 + integer(9) : 10 ** integer(8));
  const a = Array.from({ length: n }, draw);
  const b = Array.from({ length: m }, draw);
  const difference = total(a) - total(b);
  if (difference >= 0) b[0] += difference;
  else a[0] -= difference;
  return [a, b];
}

describe("costScaling", () => {
  const costs = ["random", "grid", "integer", "constant", "wide"];
  for (const kind of ["equal", "small", "wide"]) {
    for (const shape of costs) {
      test(`costScaling: ${kind} masses, ${shape} costs, dense and sparse, agree with successive shortest paths`, () => {
        for (let seed = 0; seed < 16; seed++) {
          const { uniform, integer } = random(seed);
          const n = 1 + integer(9);
          const m = 1 + integer(9);
          const [a, b] = masses(kind, n, m, seed + 100);
          const rows = Array.from({ length: n }, (_, i) =>
            Array.from({ length: m }, (_, j) => {
              if (shape === "grid") return ((i % 3) - (j % 3)) ** 2 + (Math.floor(i / 3) - Math.floor(j / 3)) ** 2;
              if (shape === "integer") return integer(4);
              if (shape === "constant") return 3;
              return shape === "wide" ? 10 ** (12 * uniform()) : uniform();
            }),
          );
          for (const density of [1, 0.6]) {
            const matrix = rows.map((row) => row.map((c) => (uniform() < density ? c : Infinity)));
            const cost = dense(matrix);
            const expected = transportCost(a, b, (i, j) => matrix[i][j]);
            let answer: ExactAnswer;
            try {
              answer = solve(a, b, cost);
            } catch (error) {
              expect(isOtError(error, "Infeasible"), `seed ${seed}: ${error}`).toBe(true);
              expect(expected).toBeNull();
              continue;
            }
            expect(expected, `seed ${seed}`).not.toBeNull();
            expect(answer.status).toBe("optimal");
            const found = value(answer, a, b, cost);
            expect(Math.abs(found - (expected as number)), `seed ${seed}`).toBeLessThanOrEqual(1e-9 * Math.abs(found));
            const largest = Math.max(...matrix.flat().filter((c) => c < Infinity));
            expect(worst(answer, cost)).toBeLessThanOrEqual(1e-13 * largest);
          }
        }
      });
    }
  }

  test("costScaling on points: the plan and the potentials have the same value", () => {
    const { uniform } = random(5);
    const n = 300;
    const x = Array.from({ length: n }, () => [uniform(), uniform()]);
    const y = Array.from({ length: n }, () => [uniform(), uniform()]);
    const cost = dense(x.map(([s, t]) => y.map(([u, v]) => (s - u) ** 2 + (t - v) ** 2)));
    const [a, b] = masses("small", n, n, 7);
    const answer = solve(a, b, cost);
    const primal = value(answer, a, b, cost);
    let dual = 0;
    for (let i = 0; i < n; i++) dual += a[i] * answer.f[i] + b[i] * answer.g[i];
    expect(worst(answer, cost)).toBeLessThanOrEqual(1e-14);
    expect(Math.abs(primal - dual)).toBeLessThanOrEqual(1e-10 * primal);
    // Little is left to the simplex.
    expect(answer.iterations).toBeLessThan(n);
  });

  test("costScaling of a sparse cost without a plan throws Infeasible", () => {
    const cost = sparse(sparseFromEntries(3, 3, [0, 1, 2, 2, 2], [0, 0, 0, 1, 2], [1, 1, 1, 1, 1]));
    let thrown: unknown;
    try {
      solve([2, 2, 2], [2, 2, 2], cost);
    } catch (error) {
      thrown = error;
    }
    expect(isOtError(thrown, "Infeasible")).toBe(true);
  });

  test("costScaling stopped at its first yield returns a feasible plan", () => {
    const { uniform } = random(9);
    const cost = dense(Array.from({ length: 40 }, () => Array.from({ length: 30 }, uniform)));
    const [a, b] = masses("small", 40, 30, 3);
    const answer = solve(a, b, cost, 1);
    expect(answer.status).toBe("stopped");
    value(answer, a, b, cost);
  });
});

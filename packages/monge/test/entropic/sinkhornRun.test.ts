// The life of an entropic run: same bits, interleaving, limits, snapshots, aborts.
import { describe, expect, it } from "vitest";
import { sinkhorn } from "../../src/entropic/sinkhorn.ts";
import type { SinkhornResult } from "../../src/entropic/sinkhornResult.ts";
import { cost } from "../../src/index.ts";
import { cloud, masses } from "../generators/problems.ts";

const n = 120;
const problems = [0, 1].map((k) => ({
  a: masses("random", n, 10 * k),
  b: masses("zeros", n, 10 * k + 1),
  C: cost.points(cloud("square", n, 10 * k + 2), cloud("clusters", n, 10 * k + 3)),
}));
const options = { relativeEpsilon: 0.005 };

function bits({ value, transportCost, potentials, report, plan }: SinkhornResult): unknown {
  return [value, transportCost, potentials, report.iterations, report.error, plan.at(3, 4), plan.marginal(1)];
}

describe("sinkhorn.steps", () => {
  const solo = problems.map(({ a, b, C }) => bits(sinkhorn(a, b, C, options)));
  it("gives the same bits again", () => {
    expect(problems.map(({ a, b, C }) => bits(sinkhorn(a, b, C, options)))).toEqual(solo);
  });
  it("gives the solo bits when two runs advance in turn", () => {
    const runs = problems.map(({ a, b, C }) => sinkhorn.steps(a, b, C, options));
    const live = new Set(runs);
    while (live.size > 0) for (const run of live) if (run.next().done) live.delete(run);
    expect(runs.map((run) => bits(run.result as SinkhornResult))).toEqual(solo);
  });
  it("gives the solo bits when onProgress solves, certifies and snapshots", () => {
    const [{ a, b, C }, other] = problems;
    const run = sinkhorn.steps(a, b, C, options);
    let calls = 0;
    for (const _ of run) {
      if (calls++ % 10 !== 5) continue;
      expect(bits(sinkhorn(other.a, other.b, other.C, options))).toEqual(solo[1]);
      const present = run.snapshot();
      expect(present.report.status).toBe("stopped");
      expect(Number.isFinite(present.certify().gap)).toBe(true);
    }
    expect(bits(run.result as SinkhornResult)).toEqual(solo[0]);
  });
  it("gives the solo bits after runs that were broken off, thrown out of, or abandoned", () => {
    const [{ a, b, C }] = problems;
    for (const _ of sinkhorn.steps(a, b, C, options)) break;
    expect(() =>
      sinkhorn(a, b, C, {
        ...options,
        onProgress() {
          throw new Error("thrown by the caller");
        },
      }),
    ).toThrow("thrown by the caller");
    sinkhorn.steps(a, b, C, options).next();
    expect(problems.map((problem) => bits(sinkhorn(problem.a, problem.b, problem.C, options)))).toEqual(solo);
  });
  it("gives the solo bits between turns of the event loop", async () => {
    const results = await Promise.all(problems.map(({ a, b, C }) => sinkhorn.async(a, b, C, options)));
    expect(results.map(bits)).toEqual(solo);
  });
});

describe("limits of sinkhorn", () => {
  const [{ a, b, C }] = problems;
  it.each([0, 1, 3, 12])("maxIterations: %i stops there with a plan whose error is told", (maxIterations) => {
    const { report, plan, value } = sinkhorn(a, b, C, { ...options, maxIterations });
    expect(report.status).toBe("maxIterations");
    expect(report.iterations).toBeLessThanOrEqual(Math.max(1, maxIterations));
    expect(Number.isFinite(value)).toBe(true);
    const rows = plan.marginal(0).reduce((total, mass, i) => total + Math.abs(mass - a[i]), 0);
    const columns = plan.marginal(1).reduce((total, mass, j) => total + Math.abs(mass - b[j]), 0);
    expect(rows + columns).toBeCloseTo(report.error, 10);
  });
  it("timeLimitMs: 0 and stopWhen stop with their status", () => {
    expect(sinkhorn(a, b, C, { ...options, timeLimitMs: 0 }).report.status).toBe("timeLimit");
    const { report } = sinkhorn(a, b, C, {
      ...options,
      stopWhen: ({ phase, error }) => phase === "iterate" && error < 1e-3,
    });
    expect(report.status).toBe("stopped");
    expect(report.error).toBeLessThan(2e-3);
  });
  it("reports progress whose error falls to the tolerance and is never NaN", () => {
    const errors: number[] = [];
    sinkhorn(a, b, C, { ...options, onProgress: ({ error }) => errors.push(error) });
    expect(errors.some(Number.isNaN)).toBe(false);
    expect(errors.length).toBeGreaterThan(5);
    expect(errors[errors.length - 1]).toBeLessThan(errors[0]);
  });
  it("rejects with the signal's reason", async () => {
    const reason = new Error("changed my mind");
    await expect(sinkhorn.async(a, b, C, { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

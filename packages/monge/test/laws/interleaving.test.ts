// No two live solves share memory: any interleaving gives the bits of the solo run.
import { describe, expect, it } from "vitest";
import { assignment, cost, emd, isOtError, type Result } from "../../src/index.ts";
import { cloud, masses } from "../generators/problems.ts";

const n = 350;
const problems = [0, 1, 2].map((k) => ({
  a: masses("random", n, 10 * k),
  b: masses("random", n, 10 * k + 1),
  C: cost.points(cloud("square", n, 10 * k + 2), cloud("square", n, 10 * k + 3)),
}));
const methods = ["networkSimplex", "costScaling", "points"] as const;

function bits(result: Result): unknown {
  return [result.value, [...result.plan.entries()], result.potentials, result.report.iterations];
}

describe.each(methods)("emd.steps with method %s", (method) => {
  const options = { method };
  const solo = problems.map(({ a, b, C }) => bits(emd(a, b, C, options)));

  it("gives the solo bits when three runs advance in turn", () => {
    const runs = problems.map(({ a, b, C }) => emd.steps(a, b, C, options));
    const live = new Set(runs);
    while (live.size > 0) for (const run of live) if (run.next().done) live.delete(run);
    expect(runs.map((run) => bits(run.result as Result))).toEqual(solo);
  });

  it("gives the solo bits when onProgress solves and certifies something else", () => {
    const [{ a, b, C }, other] = problems;
    let calls = 0;
    const result = emd(a, b, C, {
      ...options,
      onProgress() {
        if (calls++ > 3) return;
        expect(bits(emd(other.a, other.b, other.C, options))).toEqual(solo[1]);
        assignment([
          [1, 2],
          [3, 5],
        ]).certify();
      },
    });
    expect(calls).toBeGreaterThan(0);
    expect(bits(result)).toEqual(solo[0]);
  });

  it("gives the solo bits after runs that were broken off, thrown out of, or abandoned", () => {
    const [{ a, b, C }] = problems;
    for (const _ of emd.steps(a, b, C, options)) break;
    expect(() =>
      emd(a, b, C, {
        ...options,
        onProgress() {
          throw new Error("thrown by the caller");
        },
      }),
    ).toThrow("thrown by the caller");
    emd.steps(a, b, C, options).next();
    expect(problems.map((problem) => bits(emd(problem.a, problem.b, problem.C, options)))).toEqual(solo);
  });

  it("gives the solo bits between turns of the event loop, side by side", async () => {
    const results = await Promise.all(problems.map(({ a, b, C }) => emd.async(a, b, C, options)));
    expect(results.map(bits)).toEqual(solo);
  });
});

describe("aborting", () => {
  const [{ a, b, C }] = problems;
  it("rejects with the signal's reason when the signal was aborted before the call", async () => {
    const reason = new Error("changed my mind");
    await expect(emd.async(a, b, C, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
  it("rejects with the signal's reason in the middle", async () => {
    const controller = new AbortController();
    const reason = new Error("changed my mind");
    // Busy steps of more than a slice each, so that the event loop comes round before the end.
    const onProgress = (): void => {
      const until = performance.now() + 15;
      while (performance.now() < until);
    };
    const promise = emd.async(a, b, C, { signal: controller.signal, onProgress, method: "networkSimplex" });
    controller.abort(reason);
    await expect(promise).rejects.toBe(reason);
  });
  it("rejects with the typed error on bad input, like the sync form throws it", async () => {
    const error = await emd.async([1], [2], [[1]]).catch((caught: unknown) => caught);
    expect(isOtError(error, "MassMismatch")).toBe(true);
  });
});

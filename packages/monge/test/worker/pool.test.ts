// Pools in Node: what crosses, signs of life, stops, aborts, errors, crashes and closing.
import { Worker } from "node:worker_threads";
import { describe, expect, expectTypeOf, it } from "vitest";
import { bundleWorker } from "../../../../tools/worker.mjs";
import {
  assignment,
  type Cost,
  cost,
  emd,
  isOtError,
  OtError,
  type Progress,
  sinkhorn,
  solve,
} from "../../src/index.ts";
import { source } from "../../src/worker/generated/source.ts";
import { createPool, type PoolOptions } from "../../src/worker/index.ts";
import { cloud, failure, long, longer, masses, pool, slowly } from "./pools.ts";

it("the inlined script is that of the sources (npm run build makes it)", async () => {
  expect((await bundleWorker()) === source).toBe(true);
});

describe("what crosses", () => {
  it("the caller keeps its buffers, and may change its weights while the job waits", async () => {
    const one = pool(1);
    const [a, b] = [masses(20, 1), masses(20, 2)];
    const C = { data: Float64Array.from(cloud(20, 20, 3).flat()), rows: 20, cols: 20 };
    const expected = emd(a, b, C).value;
    const before = emd.async(null, null, long, { pool: one, maxIterations: 100, ...slowly });
    const waits = emd.async(a, b, C, { pool: one });
    a.fill(7);
    await before;
    expect((await waits).value).toBe(expected);
    expect(C.data.length).toBe(400);
  });

  it("custom costs are refused, by the types too", async () => {
    const C = cost.custom([2, 2], (i, j) => (i - j) ** 2);
    const workers = pool(1);
    // @ts-expect-error a custom cost takes no pool
    const error = await failure(emd.async(null, null, C, { pool: workers }));
    expect(isOtError(error, "Unsupported")).toBe(true);
    expect((error as OtError).cure).toContain("cost.dense");
    // @ts-expect-error a custom cost takes no pool
    expect(isOtError(await failure(sinkhorn.async(null, null, C, { epsilon: 1, pool: workers })))).toBe(true);
    // @ts-expect-error a custom cost takes no pool
    expect(isOtError(await failure(assignment.async(C, { pool: workers })))).toBe(true);
    // @ts-expect-error a custom cost takes no pool
    expect(isOtError(await failure(solve.async(C, { pool: workers })), "Unsupported")).toBe(true);
    const any = (): Cost => cost.dense([[1]]);
    expect((await emd.async(null, null, any(), { pool: workers })).value).toBe(1);
  });

  it("functions among the options and what cannot be cloned are refused", async () => {
    const options = { pool: pool(1), method: (() => "auto") as never };
    expect(await failure(emd.async(null, null, [[1]], options))).toMatchObject({ code: "InvalidValue" });
    const hook = { pool: pool(1), hook: { fire: () => 1 } };
    expect(await failure(emd.async(null, null, [[1]], hook))).toMatchObject({
      code: "Unsupported",
      argument: "options.hook.fire",
    });
    const odd = { pool: pool(1), odd: new WeakMap() };
    expect(await failure(emd.async(null, null, [[1]], odd))).toMatchObject({ code: "Unsupported" });
  });

  it("errors of the input reject before anything crosses; errors of the run come back whole", async () => {
    const workers = pool(2);
    expect(await failure(emd.async([1], [1], [[1, 2]], { pool: workers }))).toMatchObject({ code: "InvalidShape" });
    const C = [
      [0, Infinity],
      [1, Infinity],
    ];
    const error = (await failure(assignment.async(C, { pool: workers }))) as OtError;
    const here = (() => {
      try {
        return assignment(C);
      } catch (thrown) {
        return thrown as OtError;
      }
    })();
    expect(error).toBeInstanceOf(OtError);
    expect(isOtError(error, "Infeasible")).toBe(true);
    const { message, argument, seen, cure, witness } = here as OtError;
    expect(error).toMatchObject({ message, argument, seen, cure, witness });
    expect((await emd.async(null, null, [[3]], { pool: workers })).value).toBe(3);
  });

  it("the other forms say that they cannot wait", () => {
    const hidden = { pool: pool(1) } as object;
    expect(() => emd(null, null, [[1]], hidden)).toThrow(/asynchronous form/);
  });
});

describe("while it runs", () => {
  it("onProgress hears of the run; stopWhen ends it with a feasible answer", async () => {
    const workers = pool(1);
    const heard: Progress[] = [];
    // Seconds of work: the word to stop takes its time where the machine is busy.
    const found = await emd.async(null, null, longer, {
      ...slowly,
      pool: workers,
      onProgress: (progress) => void heard.push(progress),
      stopWhen: ({ iteration }) => iteration > 0,
    });
    expect(found.report.status).toBe("stopped");
    expect(found.report.iterations).toBeGreaterThan(0);
    expect(found.certify().primalResidual).toBeLessThan(1e-12);
    expect(heard.length).toBeGreaterThan(0);
    expect(heard.every(({ elapsedMs }, k) => k === 0 || elapsedMs >= heard[k - 1].elapsedMs)).toBe(true);
  });

  it("an aborted solve rejects with the signal's reason: before, in the queue and under way", async () => {
    const workers = pool(1);
    await expect(emd.async(null, null, long, { pool: workers, signal: AbortSignal.abort("early") })).rejects.toBe(
      "early",
    );
    const [first, second] = [new AbortController(), new AbortController()];
    const running = emd.async(null, null, longer, {
      ...slowly,
      pool: workers,
      signal: first.signal,
      onProgress: () => first.abort("midway"),
    });
    const queued = emd.async(null, null, long, { ...slowly, pool: workers, signal: second.signal });
    const last = emd.async(null, null, [[5]], { pool: workers });
    expect(workers.pending).toBe(3);
    second.abort("queued");
    await expect(queued).rejects.toBe("queued");
    await expect(running).rejects.toBe("midway");
    expect((await last).value).toBe(5);
    expect(workers.pending).toBe(0);
  });

  it("solves wait their turn, first come, first served", async () => {
    for (const threads of [1, 2]) {
      const workers = pool(threads);
      const begun: number[] = [];
      const jobs = Array.from({ length: 7 }, (_, k) =>
        sinkhorn.async(null, null, cost.points(cloud(60, 2, k), cloud(60, 2, k + 9)), {
          relativeEpsilon: 0.01,
          pool: workers,
          onProgress: () => void (begun.includes(k) || begun.push(k)),
        }),
      );
      expect(workers.pending).toBe(7);
      await Promise.all(jobs);
      expect(workers.pending).toBe(0);
      // Two workers may start in any order, and one may be ahead of the other.
      if (threads === 1) expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
    }
  });
});

describe("when a worker fails", () => {
  const real = (): Worker => new Worker(source, { eval: true, execArgv: [] });

  it("its solve rejects with KernelUnavailable, and the next has another worker", async () => {
    const scripts = ["process.exit(3)", "throw new Error('broken')", null];
    const workers = pool(1, () => {
      const script = scripts.shift();
      return typeof script === "string" ? new Worker(script, { eval: true }) : real();
    });
    const first = emd.async(null, null, [[1]], { pool: workers });
    const second = emd.async(null, null, [[2]], { pool: workers });
    const third = emd.async(null, null, [[3]], { pool: workers });
    expect(await failure(first)).toMatchObject({ code: "KernelUnavailable", argument: "options.pool" });
    expect(await failure(second)).toMatchObject({ cause: expect.objectContaining({ message: "broken" }) });
    expect((await third).value).toBe(3);
  });

  it("one that ends in the middle of a run loses that run only", async () => {
    const started: Worker[] = [];
    const workers = pool(1, () => {
      started.push(real());
      return started[started.length - 1];
    });
    const lost = emd.async(null, null, long, {
      ...slowly,
      pool: workers,
      onProgress: () => void started[0].terminate(),
    });
    const error = (await failure(lost)) as OtError;
    expect(error).toMatchObject({ code: "KernelUnavailable" });
    expect(error.message).toMatch(/ended before it answered/);
    expect((await emd.async(null, null, [[4]], { pool: workers })).value).toBe(4);
    expect(started.length).toBe(2);
  });

  it("one that cannot start says so", async () => {
    const workers = pool(2, () => {
      throw new Error("forbidden");
    });
    const error = (await failure(emd.async(null, null, [[1]], { pool: workers }))) as OtError;
    expect(error).toMatchObject({ code: "KernelUnavailable", cause: { message: "forbidden" } });
    expect(error.cure).toContain("monge/worker-entry");
    expect(workers.pending).toBe(0);
  });

  it("one that does not give way is replaced when its solve is aborted", async () => {
    const scripts = ["for (;;);", null];
    const workers = pool(1, () => {
      const script = scripts.shift();
      return typeof script === "string" ? new Worker(script, { eval: true }) : real();
    });
    const deaf = emd.async(null, null, [[1]], { pool: workers, signal: AbortSignal.timeout(50) });
    const next = emd.async(null, null, [[2]], { pool: workers });
    expect(await failure(deaf)).toMatchObject({ name: "TimeoutError" });
    expect((await next).value).toBe(2);
  });
});

describe("close()", () => {
  it("completes what is under way, rejects what waits and whatever comes later; may be called again", async () => {
    const workers = pool(1);
    const running = emd.async(null, null, long, { ...slowly, pool: workers, maxIterations: 3000 });
    const waiting = failure(emd.async(null, null, [[1]], { pool: workers }));
    const closed = workers.close();
    expect(workers.close()).toBe(closed);
    expect(await waiting).toMatchObject({ code: "Unsupported" });
    expect((await running).report.iterations).toBeGreaterThan(0);
    await closed;
    await workers[Symbol.asyncDispose]();
    expect(await failure(emd.async(null, null, [[1]], { pool: workers }))).toMatchObject({ code: "Unsupported" });
    const none = pool(0);
    await none.close();
    expect(await failure(emd.async(null, null, [[1]], { pool: none }))).toMatchObject({ code: "Unsupported" });
  });

  it("takes workers of either kind, by the types", () => {
    expectTypeOf<() => Worker>().toExtend<NonNullable<PoolOptions["worker"]>>();
    expectTypeOf<() => InstanceType<typeof globalThis.Worker>>().toExtend<NonNullable<PoolOptions["worker"]>>();
  });

  it("throws InvalidValue for a number of threads that is none", () => {
    expect(() => createPool({ threads: -1 })).toThrow(/threads is -1/);
    expect(() => createPool({ threads: 1.5 })).toThrow(OtError);
    expect(createPool().threads).toBeGreaterThan(0);
  });
});

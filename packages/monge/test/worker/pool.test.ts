// Pools in Node: the bits of the calling thread, signs of life, stops, aborts, errors, crashes and closing.
import { Worker } from "node:worker_threads";
import { afterAll, describe, expect, expectTypeOf, it } from "vitest";
import { bundleWorker } from "../../../../tools/worker.mjs";
import { sinkhornBatch } from "../../src/entropic/batch.ts";
import { divergenceOfCosts, sinkhornDivergence } from "../../src/entropic/divergence.ts";
import { sinkhornDivergences } from "../../src/entropic/divergenceMany.ts";
import * as gaussians from "../../src/gaussian/index.ts";
import {
  gaussian,
  gaussianBarycenter,
  generalizedBarycenter,
  generalizedGaussianBarycenter,
  mixtureBarycenter,
  mixtureOf,
  mixtureTransport,
  reduceMixture,
} from "../../src/gaussian/index.ts";
import * as monge from "../../src/index.ts";
import {
  assignment,
  type Cost,
  cost,
  emd,
  emdBatch,
  gridL1,
  isOtError,
  lowRankTransport,
  OtError,
  type Progress,
  partialTransport,
  type Result,
  random,
  regularisedTransport,
  sinkhorn,
  solve,
  sparseFromEntries,
  unbalancedTransport,
} from "../../src/index.ts";
import { source } from "../../src/worker/generated/source.ts";
import { createPool, type Pool, type PoolOptions } from "../../src/worker/index.ts";

const open: Pool[] = [];
function pool(threads: number, worker?: () => Worker): Pool {
  const made = createPool({ threads, worker });
  open.push(made);
  return made;
}
afterAll(() => Promise.all(open.map((each) => each.close())));

function cloud(n: number, d: number, seed: number): number[][] {
  const rng = random(seed);
  return Array.from({ length: n }, () => Array.from({ length: d }, () => rng.uniform()));
}
function masses(n: number, seed: number): Float64Array {
  const rng = random(seed);
  const weights = Float64Array.from({ length: n }, () => rng.uniform() + 0.1);
  const total = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / total);
}
/** Takes about a second. */
const long = cost.points(cloud(1500, 3, 1), cloud(1500, 3, 2), "euclidean");
const longer = cost.points(cloud(5000, 3, 3), cloud(5000, 3, 4), "euclidean");
const slowly = { method: "networkSimplex" } as const;

function bits(result: Result): unknown {
  const { elapsedMs: _, ...report } = result.report;
  const { f, g } = result.potentials;
  return { value: result.value, paid: result.transportCost, plan: result.plan.toSparse(1e-12), f, g, report };
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("it did not reject");
    },
    (error: unknown) => error,
  );
}

it("the inlined script is that of the sources (npm run build makes it)", async () => {
  expect((await bundleWorker()) === source).toBe(true);
});

describe("createPool(): the answer is that of the calling thread, bit for bit", () => {
  const [a, b] = [masses(40, 3), masses(50, 4)];
  const x = cloud(40, 2, 5);
  const y = cloud(50, 2, 6);
  const full = cost.points(x, y).block(0, 40);
  const arcs = Array.from({ length: 2000 }, (_, k) => [Math.floor(k / 50), k % 50]);
  const sparse = sparseFromEntries(
    40,
    50,
    arcs.map(([i]) => i),
    arcs.map(([, j]) => j),
    full,
  );
  const costs = {
    "an array of rows": Array.from({ length: 40 }, (_, i) => [...full.subarray(i * 50, i * 50 + 50)]),
    "a view into a larger buffer": { data: new Float64Array([...full, ...full]).subarray(2000), rows: 40, cols: 50 },
    "32-bit numbers": { data: Float32Array.from(full), rows: 40, cols: 50 },
    "shared memory": { data: shared(full), rows: 40, cols: 50 },
    CSR: sparse,
    "cost.dense": cost.dense({ data: full, rows: 40, cols: 50 }),
    "cost.sparse": cost.sparse(sparse),
    "cost.points, cosine": cost.points(x, y, "cosine"),
    "cost.points, l3^1.5": cost.points(x, y, { norm: 3, power: 1.5 }),
    "cost.grid": cost.grid([5, 8], { shape: [10, 5], spacing: [0.5, 1.1], origin: [1, 2] }, { power: 1.5 }),
    "cost.lowRank": cost.lowRank(x, y),
  };
  const pools = [pool(0), pool(1), pool(2)];

  it.each(Object.entries(costs))("emd and sinkhorn over %s", async (_, C) => {
    const exact = bits(emd(a, b, C));
    const blurred = bits(sinkhorn(a, b, C, { relativeEpsilon: 0.02 }));
    for (const each of pools) {
      const found = await emd.async(a, b, C, { pool: each });
      expect(bits(found)).toEqual(exact);
      expect(found.certify().relativeGap).toBeLessThan(1e-9);
      const smooth = await sinkhorn.async(a, b, C, { relativeEpsilon: 0.02, pool: each });
      expect(bits(smooth)).toEqual(blurred);
      expect(smooth.certify().relativeGap).toBeLessThan(1e-7);
    }
  });

  it("assignment, gridL1, emdBatch, solve", async () => {
    const square = cloud(30, 30, 7);
    const [p, q] = [masses(64, 8), masses(64, 9)];
    const stack = {
      data: new Float64Array([...full, ...full.map((value) => value ** 2)]),
      count: 2,
      rows: 40,
      cols: 50,
    };
    for (const each of pools) {
      const matched = await assignment.async(square, { maximize: true, pool: each });
      expect(matched.columns).toEqual(assignment(square, { maximize: true }).columns);
      const flow = await gridL1.async(p, q, [8, 8], { periodic: [true, false], pool: each });
      expect(bits(flow)).toEqual(bits(gridL1(p, q, [8, 8], { periodic: [true, false] })));
      const batch = await emdBatch.async(a, b, stack, { pool: each });
      const here = emdBatch(a, b, stack);
      expect(batch.values).toEqual(here.values);
      expect(bits(batch.result(1))).toEqual(bits(here.result(1)));
      const found = await solve.async(x, y, { ground: "euclidean", pool: each });
      expect(bits(found)).toEqual(bits(solve(x, y, { ground: "euclidean" })));
      expect(found.distance).toBe(found.value);
    }
  });

  it("sinkhorn with penalties, with a part of the mass, and partial", async () => {
    const C = cost.points(x, y);
    const settings = [{ unbalanced: 0.1 }, { unbalanced: { kind: "TV", strength: 0.2 } as const }, { partial: 0.4 }];
    for (const each of pools) {
      for (const setting of settings) {
        const found = await sinkhorn.async(a, b, C, { epsilon: 0.05, ...setting, pool: each });
        expect(bits(found)).toEqual(bits(sinkhorn(a, b, C, { epsilon: 0.05, ...setting })));
      }
      const part = await partialTransport.async(a, b, C, { mass: 0.3, pool: each });
      const here = partialTransport(a, b, C, { mass: 0.3 });
      expect([part.value, part.plan.toDense(), part.potentials]).toEqual([
        here.value,
        here.plan.toDense(),
        here.potentials,
      ]);
      for (const penalty of [0.1, { kind: "TV", strength: 0.1 } as const, { kind: "L2", strength: 3 } as const]) {
        const loose = await unbalancedTransport.async(a, b, C, { penalty, pool: each });
        const expected = unbalancedTransport(a, b, C, { penalty });
        expect(bits(loose)).toEqual(bits(expected));
        expect(loose.certify()).toEqual(expected.certify());
      }
      const apart = await sinkhornDivergence.async(x, y, { epsilon: 0.05, pool: each });
      expect(apart.value).toBe(sinkhornDivergence(x, y, { epsilon: 0.05 }).value);
    }
  });

  it("with zero weights, a warm start and a limit", async () => {
    const thin = a.map((weight, i) => (i % 3 === 0 ? 0 : weight));
    const total = thin.reduce((all, weight) => all + weight, 0);
    const options = { warmStart: emd(a, b, costs["cost.dense"]).potentials, maxIterations: 5, massTolerance: 1 };
    const here = emd(thin, b, costs["cost.dense"], options);
    expect(total).toBeLessThan(0.9);
    expect(here.report.status).toBe("maxIterations");
    expect(bits(await emd.async(thin, b, costs["cost.dense"], { ...options, pool: pools[2] }))).toEqual(bits(here));
  });
});

function shared(values: Float64Array): Float64Array {
  const view = new Float64Array(new SharedArrayBuffer(values.byteLength));
  view.set(values);
  return view;
}

describe("every exported solver", () => {
  const C = [
    [0, 1, 4],
    [1, 0, 1],
  ];
  const points = [[0], [1], [3]];
  const settings = { epsilon: 1 };
  const normals = [gaussian([0], [[1]]), gaussian([1], [[4]])];
  const mixture = mixtureOf(normals);
  /** A call of each; most cross by their own name, `solve` and divergences by those of the solvers inside. */
  const calls: Record<string, (options: { pool: Pool }) => Promise<unknown>> = {
    assignment: (options) => assignment.async(C, options),
    emd: (options) => emd.async(null, null, C, options),
    gaussianBarycenter: (options) => gaussianBarycenter.async(normals, null, options),
    generalizedBarycenter: (options) => generalizedBarycenter.async([points, [[2]]], [[[1]], [[1]]], options),
    generalizedGaussianBarycenter: (options) => generalizedGaussianBarycenter.async(normals, [[[1]], [[1]]], options),
    mixtureBarycenter: (options) => mixtureBarycenter.async([mixture], null, options),
    mixtureTransport: (options) => mixtureTransport.async(mixture, mixture, options),
    reduceMixture: (options) => reduceMixture.async(mixture, { components: 1, ...options }),
    emdBatch: (options) => emdBatch.async(null, null, [C, C], options),
    gridL1: (options) => gridL1.async([1, 0], [0, 1], [2], options),
    lowRankTransport: (options) => lowRankTransport.async(null, null, C, { rank: 1, ...options }),
    partialTransport: (options) => partialTransport.async(null, null, C, { mass: 0.5, ...options }),
    regularisedTransport: (options) =>
      regularisedTransport.async(null, null, C, { regulariser: { kind: "L2", strength: 1 }, ...options }),
    sinkhorn: (options) => sinkhorn.async(null, null, C, { ...settings, ...options }),
    sinkhornBatch: (options) => sinkhornBatch.async(null, null, [C, C], { ...settings, ...options }),
    sinkhornDivergence: (options) => sinkhornDivergence.async(points, [[2]], { ...settings, ...options }),
    sinkhornDivergences: (options) => sinkhornDivergences.async(points, [[[2]]], { ...settings, ...options }),
    divergenceOfCosts: (options) =>
      divergenceOfCosts.async(
        null,
        null,
        {
          xy: C,
          xx: [
            [0, 1],
            [1, 0],
          ],
          yy: cost.points(points),
        },
        { ...settings, ...options },
      ),
    solve: (options) => solve.async(points, points, { ground: { norm: 1, power: 0.5 }, ...options }),
    unbalancedTransport: (options) => unbalancedTransport.async(null, null, C, { penalty: 1, ...options }),
  };

  it.each(Object.entries(calls))("%s crosses", async (_, call) => {
    const workers = pool(1);
    const carried: string[] = [];
    const spy: Pool = {
      ...workers,
      carry(job, work, stopped) {
        carried.push(job.name);
        return workers.carry(job, work, stopped);
      },
    };
    await call({ pool: spy });
    expect(carried.length).toBeGreaterThan(0);
  });

  it("is called above", () => {
    const names = Object.entries({ ...monge, ...gaussians }).filter(
      ([, value]) => typeof value === "function" && "async" in value,
    );
    expect(names.map(([name]) => name).filter((name) => !(name in calls))).toEqual([]);
  });
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

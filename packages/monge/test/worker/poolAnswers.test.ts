// Pools in Node: every solver and every kind of cost crosses, and the answer has the bits of the calling thread.
import { describe, expect, it } from "vitest";
import { sinkhornBatch } from "../../src/entropic/batch.ts";
import { divergenceOfCosts, sinkhornDivergence } from "../../src/entropic/divergence/divergence.ts";
import { sinkhornDivergences } from "../../src/entropic/divergence/divergenceMany.ts";
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
  allocate,
  assignment,
  cost,
  emd,
  emdBatch,
  gridL1,
  gridSquared,
  lowRankTransport,
  partialTransport,
  regularisedTransport,
  sinkhorn,
  solve,
  sparseFromEntries,
  unbalancedTransport,
} from "../../src/index.ts";
import type { Pool } from "../../src/worker/index.ts";
import { bits, cloud, masses, pool } from "./pools.ts";

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
    allocate: (options) =>
      allocate.async(
        {
          supplies: [{ name: "A", amount: 2 }],
          demands: [{ name: "B", amount: 1 }],
          lanes: [{ from: "A", to: "B", cost: 1 }],
        },
        options,
      ),
    gridSquared: (options) =>
      gridSquared.async(
        [
          [1, 2, 1, 0],
          [0, 1, 1, 2],
        ],
        [2, 2],
        options,
      ),
  };
  /** They take a signal and no pool. */
  const here: readonly string[] = [
    "semidiscrete",
    "semidiscretePlane",
    "maxSliced",
    "projectionRobust",
    "unbalancedSliced",
    "sampleDistance",
    "twoSampleTest",
  ];

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
    expect(names.map(([name]) => name).filter((name) => !(name in calls))).toEqual(here);
  });
});

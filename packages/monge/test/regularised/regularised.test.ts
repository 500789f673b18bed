// regularisedTransport: optimality conditions, laws, forms and errors.
import { describe, expect, it } from "vitest";
import {
  isOtError,
  type OtErrorCode,
  type RegularisedOptions,
  type RegularisedResult,
  type Regulariser,
  regularisedTransport as transport,
} from "../../src/index.ts";
import { a, b, C, failure, labels, m, matrix, n, regularisers, x, y } from "../generators/regularised.ts";
import { objective } from "../oracles/regularised.ts";

describe.each(Object.entries(regularisers))("regularisedTransport() with %s", (_, options) => {
  const result = transport(a, b, matrix, options);
  const tolerance = options.tolerance ?? 1e-9;

  it("certifies its own answer: primal and dual meet, marginals fit", () => {
    expect(result.report.status).toBe("converged");
    const proof = result.certify();
    expect(proof).toMatchObject({ kind: "duality", problem: "regularised" });
    expect(Math.abs(proof.relativeGap)).toBeLessThan(2 * tolerance);
    expect(proof.primalResidual).toBeLessThan(2 * tolerance);
    expect(proof.primal).toBeCloseTo(result.value, 12);
    expect(result.value).toBeCloseTo(result.transportCost + result.regularisation + result.entropy, 14);
  });

  it("its dual value is below the objective of any coupling", () => {
    const { dual } = result.certify();
    const product = Float64Array.from(C, (_, k) => a[Math.floor(k / m)] * b[k % m]);
    for (const t of [0.001, 0.1, 1]) {
      const mixed = result.plan.toDense().data.map((p, k) => p + t * (product[k] - p));
      expect(objective(mixed, options)).toBeGreaterThan(dual - 1e-9);
    }
  });

  it("does not care for the order of the atoms", () => {
    const order = Array.from({ length: n }, (_, i) => (i * 7 + 3) % n).filter((i, k, all) => all.indexOf(i) === k);
    expect(order.length).toBe(n);
    const turned = transport(
      order.map((i) => a[i]),
      b,
      order.map((i) => C.slice(i * m, i * m + m)),
      { ...options, regulariser: permuted(options.regulariser, order) },
    );
    expect(turned.value).toBeCloseTo(result.value, 8);
  });

  it("atoms without mass change nothing and get finite potentials", () => {
    const rows = [
      ...Array.from({ length: n }, (_, i) => [...C.subarray(i * m, i * m + m), 0.3]),
      new Array(m + 1).fill(0.1),
    ];
    const more = transport([...a, 0], [...b, 0], rows, { ...options, regulariser: extended(options.regulariser) });
    expect(more.value).toBeCloseTo(result.value, 8);
    expect(more.potentials.f.every(Number.isFinite) && more.potentials.g.every(Number.isFinite)).toBe(true);
    expect(more.plan.marginal(0)[n]).toBe(0);
    expect(more.plan.marginal(1)[m]).toBe(0);
    expect(Math.abs(more.certify().relativeGap)).toBeLessThan(2 * tolerance);
  });

  it("steps, snapshots and the asynchronous form give the same bits", async () => {
    const run = transport.steps(a, b, matrix, options);
    let seen = 0;
    for (let step = run.next(); !step.done; step = run.next()) {
      if (++seen % 7 !== 1) continue;
      const { plan, certify, report } = run.snapshot();
      expect(report.status).toBe("stopped");
      const proof = certify();
      expect(Number.isFinite(proof.gap) && Number.isFinite(proof.primalResidual)).toBe(true);
      expect(proof.dual).toBeLessThan(result.value + 1e-8);
      expect(plan.marginal(0).every((mass) => mass >= 0)).toBe(true);
    }
    expect(seen).toBeGreaterThan(1);
    const bits = ({ value, plan, potentials, report }: RegularisedResult): unknown => ({
      value,
      data: plan.toDense().data,
      potentials,
      report: { ...report, elapsedMs: 0 },
    });
    expect(bits(run.result as RegularisedResult)).toEqual(bits(result));
    expect(bits(await transport.async(a, b, matrix, options))).toEqual(bits(result));
    expect(await result.certify.async()).toEqual(result.certify());
  });

  it("limits keep the plan so far; aborting rejects", async () => {
    const short = transport(a, b, matrix, { ...options, maxIterations: 1 });
    expect(["maxIterations", "converged"]).toContain(short.report.status);
    expect(Number.isFinite(short.certify().gap)).toBe(true);
    expect(transport(a, b, matrix, { ...options, timeLimitMs: 0 }).report.status).toBe("timeLimit");
    expect(transport(a, b, matrix, { ...options, stopWhen: () => true }).report.status).toBe("stopped");
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(transport.async(a, b, matrix, { ...options, signal })).rejects.toThrow("enough");
  });
});

function permuted(given: Regulariser, order: number[]): Regulariser {
  if (given.kind === "groupLasso") return { ...given, labels: order.map((i) => labels[i]) };
  if (given.kind === "laplacian") return { ...given, source: order.map((i) => x[i]) };
  return given;
}

/** One more source and target; graphs are spelt out so that nobody's neighbours change. */
function extended(given: Regulariser): Regulariser {
  if (given.kind === "groupLasso") return { ...given, labels: [...labels, "left"] };
  if (given.kind !== "laplacian") return given;
  return { ...given, source: [...x, [1e3, 0]], target: [...y, [1e3, 0]] };
}

describe("regularisedTransport() says what is wrong", () => {
  const L2 = { kind: "L2", strength: 1 } as const;
  const laplacian = { kind: "laplacian", strength: 1, source: x, target: y } as const;
  const wrong: [string, OtErrorCode, string, object][] = [
    ["no regulariser", "InvalidValue", "options.regulariser", {}],
    ["an unknown one", "InvalidValue", "options.regulariser", { regulariser: { kind: "L3", strength: 1 } }],
    ["a value without a gradient", "InvalidValue", "options.regulariser", { regulariser: { value: () => 0 } }],
    ["strength 0", "InvalidValue", "options.regulariser.strength", { regulariser: { kind: "L2", strength: 0 } }],
    ["strength NaN", "InvalidValue", "options.regulariser.strength", { regulariser: { kind: "L2", strength: NaN } }],
    [
      "few labels",
      "InvalidShape",
      "options.regulariser.labels",
      { regulariser: { kind: "groupLasso", strength: 1, labels: [1] } },
    ],
    ["balance 2", "InvalidValue", "options.regulariser.balance", { regulariser: { ...laplacian, balance: 2 } }],
    [
      "half a neighbour",
      "InvalidValue",
      "options.regulariser.neighbours",
      { regulariser: { ...laplacian, neighbours: 0.5 } },
    ],
    ["few points", "InvalidShape", "options.regulariser.source", { regulariser: { ...laplacian, source: [[1, 2]] } }],
    [
      "a small graph",
      "InvalidShape",
      "options.regulariser.sourceGraph",
      { regulariser: { ...laplacian, sourceGraph: [[1]] } },
    ],
    ["epsilon 0", "InvalidValue", "options.epsilon", { regulariser: L2, epsilon: 0 }],
    ["tolerance -1", "InvalidValue", "options.tolerance", { regulariser: L2, tolerance: -1 }],
    ["an unknown method", "InvalidValue", "options.method", { regulariser: L2, method: "magic" }],
    ["newton for a Laplacian", "Unsupported", "options.method", { regulariser: laplacian, method: "newton" }],
    [
      "conditional gradients at a kink",
      "Unsupported",
      "options.method",
      { regulariser: { kind: "groupLasso", strength: 1, labels }, method: "conditionalGradient" },
    ],
    [
      "a gradient that is not finite",
      "InvalidValue",
      "options.regulariser",
      { regulariser: { value: () => 0, gradient: (_: unknown, out: Float64Array) => void out.fill(NaN) } },
    ],
  ];
  it.each(wrong)("%s: %s", (_, code, argument, options) => {
    const error = failure(() => transport(a, b, matrix, options as RegularisedOptions));
    expect(error).toMatchObject({ code, argument });
    expect(isOtError(error)).toBe(true);
  });
});

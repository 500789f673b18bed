// regularisedTransport: optimality conditions, limits, closed forms, laws, forms and errors.
import { describe, expect, it } from "vitest";
import {
  cost,
  emd,
  isOtError,
  type OtErrorCode,
  type RegularisedOptions,
  type RegularisedResult,
  type Regulariser,
  random,
  regularisedTransport as transport,
} from "../../src/index.ts";

function cloud(n: number, seed: number, shift = 0): number[][] {
  const rng = random(seed);
  return Array.from({ length: n }, () => [rng.normal() + shift, rng.normal()]);
}
function masses(n: number, seed: number): Float64Array {
  const rng = random(seed);
  const weights = Float64Array.from({ length: n }, () => rng.uniform() + 0.1);
  const total = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => weight / total);
}
const [n, m] = [24, 30];
const x = cloud(n, 1);
const y = cloud(m, 2, 0.5);
const a = masses(n, 3);
const b = masses(m, 4);
const C = cost.points(x, y).block(0, n);
const matrix = { data: C, rows: n, cols: m };
const labels = x.map(([first]) => (first > 0.4 ? "right" : first < -0.4 ? "left" : "middle"));

/** sum P^4, by functions. */
const fourth = (strength: number): Regulariser => ({
  value: ({ data }) => strength * data.reduce((all, p) => all + p ** 4, 0),
  gradient({ data }, out) {
    for (let k = 0; k < out.length; k++) out[k] = 4 * strength * data[k] ** 3;
  },
});
const regularisers: Record<string, RegularisedOptions> = {
  L2: { regulariser: { kind: "L2", strength: 2 } },
  "L2 by conditional gradients": {
    regulariser: { kind: "L2", strength: 2 },
    method: "conditionalGradient",
    tolerance: 1e-8,
  },
  "L2 with entropy": { regulariser: { kind: "L2", strength: 2 }, epsilon: 0.2 },
  "group lasso": { regulariser: { kind: "groupLasso", strength: 0.5, labels } },
  "group lasso with squares": { regulariser: { kind: "groupLasso", strength: 0.5, labels, squares: 3 } },
  "group lasso with entropy": { regulariser: { kind: "groupLasso", strength: 0.5, labels }, epsilon: 0.2 },
  Laplacian: { regulariser: { kind: "laplacian", strength: 3, source: x, target: y } },
  "Laplacian with entropy": { regulariser: { kind: "laplacian", strength: 3, source: x, target: y }, epsilon: 0.2 },
  custom: { regulariser: fourth(1000) },
};

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

/** <P, C> + Omega + entropy, by the definitions. */
function objective(P: Float64Array, { regulariser, epsilon = 0 }: RegularisedOptions): number {
  let total = 0;
  for (let k = 0; k < P.length; k++) {
    total += P[k] * C[k];
    if (epsilon > 0 && P[k] > 0) total += epsilon * P[k] * Math.log(P[k] / (a[Math.floor(k / m)] * b[k % m]));
  }
  return total + omega(P, regulariser);
}

function omega(P: Float64Array, given: Regulariser): number {
  if (given.kind === "L2") return (given.strength / 2) * P.reduce((all, p) => all + p * p, 0);
  if (given.kind === "groupLasso") {
    let total = ((given.squares ?? 0) / 2) * P.reduce((all, p) => all + p * p, 0);
    for (let j = 0; j < m; j++) {
      for (const label of new Set(labels)) {
        total += given.strength * Math.hypot(...labels.map((each, i) => (each === label ? P[i * m + j] : 0)));
      }
    }
    return total;
  }
  if (given.kind === "laplacian") {
    return (
      given.strength * 0.5 * (energy(P, a, y, x, n, (i, j) => i * m + j) + energy(P, b, x, y, m, (j, i) => i * m + j))
    );
  }
  return given.value({ data: P, rows: n, cols: m });
}

/** 1/2 sum_ik S_ik w_i w_k |d_i - d_k|^2 over the three nearest neighbours. */
function energy(
  P: Float64Array,
  weights: Float64Array,
  there: number[][],
  here: number[][],
  size: number,
  at: (i: number, j: number) => number,
): number {
  const moved = here.map((point, i) =>
    point.map((value, k) => there.reduce((all, other, j) => all + P[at(i, j)] * other[k], 0) / weights[i] - value),
  );
  let total = 0;
  for (let i = 0; i < size; i++) {
    const distance = here.map((point) => Math.hypot(point[0] - here[i][0], point[1] - here[i][1]));
    const nearest = [...distance.keys()].filter((k) => k !== i).sort((p, q) => distance[p] - distance[q]);
    for (const k of nearest.slice(0, 3)) {
      const square = (moved[i][0] - moved[k][0]) ** 2 + (moved[i][1] - moved[k][1]) ** 2;
      total += 0.5 * weights[i] * weights[k] * square;
    }
  }
  return total;
}

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

describe("regularisedTransport() with L2", () => {
  it("the plan is max(0, f + g - C) / strength", () => {
    for (const strength of [1e-2, 1, 100]) {
      const { plan, potentials } = transport(a, b, matrix, { regulariser: { kind: "L2", strength } });
      const { data } = plan.toDense();
      for (let k = 0; k < data.length; k++) {
        const expected = Math.max(0, potentials.f[Math.floor(k / m)] + potentials.g[k % m] - C[k]) / strength;
        expect(Math.abs(data[k] - expected)).toBeLessThan(1e-12 / Math.min(1, strength));
      }
    }
  });

  it("the value tends to that of emd from above as the strength falls", () => {
    const exact = emd(a, b, matrix).value;
    for (const strength of [1e-3, 1e-6, 1e-10, 1e-14]) {
      const { value, transportCost } = transport(a, b, matrix, { regulariser: { kind: "L2", strength } });
      expect(value).toBeGreaterThan(exact * (1 - 2e-9));
      expect(value).toBeLessThan(exact * (1 + 2e-9) + strength);
      expect(transportCost).toBeLessThan(exact + strength + 1e-8);
    }
  });

  it("a strength that drowns the cost leaves the plan of least norm: a_i / m + b_j / n - mass / (n m) where that is positive", () => {
    const p = a.map((mass) => 1 / n + 0.2 * (mass - 1 / n));
    const q = b.map((mass) => 1 / m + 0.2 * (mass - 1 / m));
    const { plan } = transport(p, q, matrix, { regulariser: { kind: "L2", strength: 1e13 } });
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < m; j++) expect(plan.at(i, j)).toBeCloseTo(p[i] / m + q[j] / n - 1 / (n * m), 9);
    }
  });

  it("conditional gradients and Newton's method find the same plan", () => {
    const [newton, gradients] = ["L2", "L2 by conditional gradients"].map((name) =>
      transport(a, b, matrix, regularisers[name]).plan.toDense(),
    );
    for (let k = 0; k < C.length; k++) expect(newton.data[k]).toBeCloseTo(gradients.data[k], 4);
  });

  it("masses and strength in other units: P scales with the masses, the value with masses and costs", () => {
    const { value, plan } = transport(a, b, matrix, { regulariser: { kind: "L2", strength: 2 } });
    for (const [mass, unit] of [
      [1e-100, 1e100],
      [1e100, 1e-100],
      [3, 1e12],
    ]) {
      const times = (values: Float64Array, factor: number): Float64Array => values.map((each) => each * factor);
      const scaled = transport(
        times(a, mass),
        times(b, mass),
        { ...matrix, data: times(C, unit) },
        {
          regulariser: { kind: "L2", strength: (2 / mass) * unit },
        },
      );
      expect(scaled.value / mass / unit).toBeCloseTo(value, 9);
      expect(scaled.plan.at(3, 5) / mass).toBeCloseTo(plan.at(3, 5), 9);
    }
  });

  it("a constant added to the costs changes the value by its mass", () => {
    const { value } = transport(a, b, matrix, { regulariser: { kind: "L2", strength: 2 } });
    const moved = transport(
      a,
      b,
      { ...matrix, data: C.map((each) => each - 7) },
      { regulariser: { kind: "L2", strength: 2 } },
    );
    expect(moved.value).toBeCloseTo(value - 7, 9);
  });

  it("forbidden pairs carry nothing; where they leave no plan it is Infeasible with a witness", () => {
    const data = C.map((each, k) => ((Math.floor(k / m) + (k % m)) % 3 === 0 ? Infinity : each));
    const result = transport(a, b, { ...matrix, data }, { regulariser: { kind: "L2", strength: 1 } });
    for (const [i, j] of result.plan.entries()) expect(data[i * m + j]).toBeLessThan(Infinity);
    expect(Math.abs(result.certify().relativeGap)).toBeLessThan(1e-8);
    const wall = C.map((each, k) => (k < m ? Infinity : each));
    const error = failure(() =>
      transport(a, b, { ...matrix, data: wall }, { regulariser: { kind: "L2", strength: 1 } }),
    );
    expect(isOtError(error, "Infeasible") && error.witness?.rows).toEqual(Int32Array.of(0));
  });

  it("one atom, equal clouds, a constant cost: no NaN", () => {
    expect(transport(null, null, [[3]], { regulariser: { kind: "L2", strength: 2 } }).value).toBeCloseTo(4, 12);
    const flat = transport(
      null,
      null,
      [
        [1, 1],
        [1, 1],
      ],
      { regulariser: { kind: "L2", strength: 2 } },
    );
    expect([...flat.plan.toDense().data]).toEqual([0.25, 0.25, 0.25, 0.25]);
    const nothing = transport([0, 0], [0], [[1], [2]], { regulariser: { kind: "L2", strength: 2 } });
    expect(nothing.value).toBe(0);
    expect(nothing.certify().relativeGap).toBe(0);
    const self = transport(null, null, cost.points(x, x), { regulariser: { kind: "L2", strength: 1e-3 } });
    expect(Math.abs(self.certify().relativeGap)).toBeLessThan(1e-8);
  });
});

describe("regularisedTransport() with a group lasso", () => {
  const groupsOf = (result: RegularisedResult): number =>
    new Set([...result.plan.entries(1e-9)].map(([i, j]) => `${labels[i]} ${j}`)).size;
  it("targets draw on fewer classes as the strength grows, and the value stays between that of emd and emd's plan", () => {
    const exact = emd(a, b, matrix);
    const { data } = exact.plan.toDense();
    let before = Infinity;
    for (const strength of [1e-6, 0.3, 1, 3]) {
      const regulariser = { kind: "groupLasso", strength, labels } as const;
      const result = transport(a, b, matrix, { regulariser });
      expect(result.value).toBeGreaterThan(exact.value);
      expect(result.value).toBeLessThan(exact.value + omega(data, regulariser) + 1e-8);
      expect(omega(result.plan.toDense().data, { ...regulariser, strength: 1 })).toBeLessThan(before + 1e-7);
      before = omega(result.plan.toDense().data, { ...regulariser, strength: 1 });
    }
  });

  it("zeroes out whole classes, and only where its dual allows: |max(0, f + g - C)| <= strength, there and nowhere else slack", () => {
    const strength = 0.5;
    const { plan, potentials } = transport(a, b, matrix, { regulariser: { kind: "groupLasso", strength, labels } });
    const { data } = plan.toDense();
    let empty = 0;
    for (let j = 0; j < m; j++) {
      for (const label of new Set(labels)) {
        const members = labels.flatMap((each, i) => (each === label ? [i * m + j] : []));
        const over = members.map((at) => Math.max(0, potentials.f[Math.floor(at / m)] + potentials.g[j] - C[at]));
        const norm = Math.hypot(...members.map((at) => data[at]));
        if (norm === 0) {
          empty++;
          expect(Math.hypot(...over)).toBeLessThan(strength * (1 + 1e-7));
        } else {
          // The gradient of the norm: f + g - C = strength P / |P| where P > 0.
          members.forEach((at, k) => expect(over[k]).toBeCloseTo((strength * data[at]) / norm, 5));
        }
      }
    }
    expect(empty).toBeGreaterThan(m / 4);
    const spread = transport(a, b, matrix, { regulariser: { kind: "L2", strength: 5 } });
    expect(groupsOf(transport(a, b, matrix, { regulariser: { kind: "groupLasso", strength, labels } }))).toBeLessThan(
      groupsOf(spread),
    );
  });

  it("one class each is a sum of entries: the mass, whatever the plan", () => {
    const regulariser = { kind: "groupLasso", strength: 2, labels: x.map((_, i) => i) } as const;
    const result = transport(a, b, matrix, { regulariser });
    expect(result.value).toBeCloseTo(emd(a, b, matrix).value + 2, 8);
  });

  it("with entropy that vanishes, the value tends to that without", () => {
    const regulariser = { kind: "groupLasso", strength: 0.5, labels } as const;
    const { value } = transport(a, b, matrix, { regulariser });
    const soft = transport(a, b, matrix, { regulariser, epsilon: 1e-3, tolerance: 1e-6 });
    expect(soft.transportCost + soft.regularisation).toBeGreaterThan(value - 1e-6);
    expect(soft.transportCost + soft.regularisation).toBeLessThan(value + 1e-2);
  });
});

describe("regularisedTransport() with a Laplacian", () => {
  it("is optimal over all plans of a 2 x 2 problem", () => {
    const source = [
      [0, 0],
      [1, 0],
    ];
    const target = [
      [0, 1],
      [1.5, 0.5],
    ];
    const edge = [
      [0, 1],
      [1, 0],
    ];
    for (const alike of ["positions", "displacements"] as const) {
      const regulariser = {
        kind: "laplacian",
        strength: 4,
        source,
        target,
        sourceGraph: edge,
        targetGraph: edge,
        balance: 0.7,
        alike,
      } as const;
      const D = cost.points(source, target).block(0, 2);
      const result = transport([0.4, 0.6], [0.5, 0.5], { data: D, rows: 2, cols: 2 }, { regulariser });
      let best = Infinity;
      for (let k = 0; k <= 400000; k++) {
        const t = (0.4 * k) / 400000;
        const P = [t, 0.4 - t, 0.5 - t, 0.1 + t];
        const own = alike === "displacements" ? 1 : 0;
        const image = (w: number[], total: number, there: number[][], here: number[]): number[] =>
          here.map((value, c) => (w[0] * there[0][c] + w[1] * there[1][c]) / total - own * value);
        const square = (p: number[], q: number[]): number => (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2;
        const d = square(image([P[0], P[1]], 0.4, target, source[0]), image([P[2], P[3]], 0.6, target, source[1]));
        const e = square(image([P[0], P[2]], 0.5, source, target[0]), image([P[1], P[3]], 0.5, source, target[1]));
        const value = P.reduce((all, p, at) => all + p * D[at], 0) + 4 * (0.7 * 0.24 * d + 0.3 * 0.25 * e);
        best = Math.min(best, value);
      }
      expect(result.value).toBeCloseTo(best, 9);
    }
  });

  it("value is homogeneous in the masses, and a graph without edges changes nothing", () => {
    const one = transport(a, b, matrix, regularisers.Laplacian);
    const ten = transport(
      a.map((mass) => 10 * mass),
      b.map((mass) => 10 * mass),
      matrix,
      regularisers.Laplacian,
    );
    expect(ten.value / 10).toBeCloseTo(one.value, 8);
    const none = (size: number): { data: Float64Array; rows: number; cols: number } => ({
      data: new Float64Array(size * size),
      rows: size,
      cols: size,
    });
    const free = transport(a, b, matrix, {
      regulariser: { kind: "laplacian", strength: 3, source: x, target: y, sourceGraph: none(n), targetGraph: none(m) },
    });
    expect(free.value).toBeCloseTo(emd(a, b, matrix).value, 12);
  });
});

function failure(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("it did not throw");
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

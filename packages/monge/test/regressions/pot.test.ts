// Inputs on which POT failed, from its tracker (github.com/PythonOT/POT/issues/<number>), and what is true of them.
import { expect, test } from "vitest";
import { wasserstein1d } from "../../src/exact/line/wasserstein1d.ts";
import { cost, emd, isOtError, type Result, random } from "../../src/index.ts";

const uniformWeights = (n: number): Float64Array => new Float64Array(n).fill(1 / n);

function proved(result: Result): void {
  const certificate = result.certify();
  if (certificate.kind !== "duality") throw new Error("an exact answer is certified by duality");
  expect(result.report.status).toBe("optimal");
  expect(certificate.primalResidual).toBeLessThanOrEqual(1e-12);
  expect(Math.abs(certificate.relativeGap)).toBeLessThanOrEqual(1e-10);
}

function codeOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (isOtError(error)) return error.code;
    throw error;
  }
  return "no error";
}

const scaled = (values: Float64Array, total: number): Float64Array => {
  const sum = values.reduce((partial, value) => partial + value, 0);
  return values.map((value) => (value / sum) * total);
};

// #229, also GUDHI #465: two persistence diagrams, their far points 1e16 away.
const far = 1e32;
const diagrams = [
  [2.50275352e2, 3.74653218e2, 2.41352736e3, far, 1.5175154e-3],
  [2.1308203e2, 3.28812836e2, 2.29487946e3, far, 1.371098e-1],
  [1.97333083e2, 3.09175848e2, 2.2425055e3, far, 2.46506283],
  [far, far, far, 5.26223432, 2.5e31],
  [3.84690152e1, 8.09465684e1, 3.33064175e2, 2.5e31, 0],
];
const diagramMasses = [0.125, 0.125, 0.125, 0.125, 0.5];
/** Rows 0..2 to the diagonal, 3 to 3, the diagonal to columns 0..2. */
const diagramValue =
  0.125 * (1.5175154e-3 + 1.371098e-1 + 2.46506283 + 5.26223432 + 3.84690152e1 + 8.09465684e1 + 3.33064175e2);

test("#229 emd with unused entries of 1e32: the cheap plan, not one that costs 54 % more", () => {
  const { value, plan } = emd(diagramMasses, diagramMasses, diagrams);
  expect(Math.abs(value - diagramValue)).toBeLessThanOrEqual(1e-12 * diagramValue);
  expect(plan.at(4, 4)).toBeCloseTo(0.125, 12);
});

test("#229 emd with Infinity instead of 1e32: a plan with the right marginals and a finite value", () => {
  const forbidden = diagrams.map((row) => row.map((entry) => (entry === far ? Infinity : entry)));
  const { value, plan } = emd(diagramMasses, diagramMasses, forbidden);
  expect(Math.abs(value - diagramValue)).toBeLessThanOrEqual(1e-12 * diagramValue);
  expect([...plan.marginal(0)]).toEqual(diagramMasses);
  expect([...plan.marginal(1)]).toEqual(diagramMasses);
});

test("#12 emd([.5, .5], [.2, .8], [[0, 1], [1, 0]]) = 0.3, not a plan of zeros", () => {
  const result = emd(
    [0.5, 0.5],
    [0.2, 0.8],
    [
      [0, 1],
      [1, 0],
    ],
  );
  expect(result.value).toBeCloseTo(0.3, 14);
  expect(result.plan.toDense().data.reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 14);
  proved(result);
});

test("#12 emd between two bells on 100 bins under (x - y)^2 / max: the mass arrives, the value is that on the line", () => {
  const bins = Float64Array.from({ length: 100 }, (_, i) => i);
  const bell = (mean: number, deviation: number): Float64Array =>
    scaled(
      bins.map((x) => Math.exp(-((x - mean) ** 2) / (2 * deviation ** 2))),
      1,
    );
  const [a, b] = [bell(20, 5), bell(60, 10)];
  const C = [...bins].map((x) => bins.map((y) => (x - y) ** 2 / 99 ** 2));
  const result = emd(a, b, C);
  const onTheLine = wasserstein1d(bins, bins, { a, b, p: 2 }).value / 99 ** 2;
  expect(Math.abs(result.value - onTheLine)).toBeLessThanOrEqual(1e-12 * onTheLine);
  proved(result);
});

test("#345 emd with an integer cost matrix: halves are not cut to zeros", () => {
  const { value, plan } = emd([0.5, 0.5], [0.5, 0.5], [Int32Array.of(2, 1), Int32Array.of(1, 1)]);
  expect(value).toBe(1);
  expect([...plan.toDense().data]).toEqual([0, 0.5, 0.5, 0]);
});

test("#190 emd between 5 and 960 uniform points: 1/5 and 1/960 sum to 1 only up to rounding, and that is feasible", () => {
  for (let seed = 0; seed < 10; seed++) {
    const { uniform } = random(seed);
    const x = { data: Float64Array.from({ length: 10 }, uniform), rows: 5, cols: 2 };
    const y = { data: Float64Array.from({ length: 1920 }, uniform), rows: 960, cols: 2 };
    proved(emd(uniformWeights(5), uniformWeights(960), cost.points(x, y)));
  }
});

test("#93 emd between 768 directions on the sphere and 2: normalised energies are feasible", () => {
  const { uniform } = random(93);
  const energies = (n: number): Float64Array => scaled(Float64Array.from({ length: n }, uniform), 1);
  const directions = Float64Array.from({ length: 768 }, () => 2 * uniform() - 1);
  const C = [...directions].map((z) => Float64Array.of(Math.acos(z), Math.acos(-z)));
  proved(emd(energies(768), energies(2), C));
});

test("#126 emd between float32 softmaxes on a 25 x 25 grid: neither underflow nor the sums make it infeasible", () => {
  for (const spread of [10, 1000]) {
    const { uniform } = random(spread);
    const softmax = (): Float32Array => {
      const logits = Float64Array.from({ length: 625 }, () => spread * uniform());
      const most = logits.reduce((high, value) => Math.max(high, value), -Infinity);
      return Float32Array.from(
        scaled(
          logits.map((value) => Math.exp(value - most)),
          1,
        ),
      );
    };
    proved(emd(softmax(), softmax(), cost.grid([25, 25])));
  }
});

test("#429 wasserstein1d with float32 weights: their sums may differ in the eighth digit", () => {
  const { uniform } = random(429);
  const x = Float32Array.from({ length: 300 }, uniform);
  const y = Float32Array.from({ length: 200 }, uniform);
  const a = Float32Array.from(scaled(Float64Array.from({ length: 300 }, uniform), 1));
  const b = Float32Array.from(scaled(Float64Array.from({ length: 200 }, uniform), 1));
  const direct = emd(a, b, cost.points({ data: x, rows: 300, cols: 1 }, { data: y, rows: 200, cols: 1 }, "cityblock"));
  const { value } = wasserstein1d(x, y, { a, b, p: 1 });
  expect(Math.abs(value - direct.value)).toBeLessThanOrEqual(1e-10 * direct.value);
});

test("#138 wasserstein1d with weights: the order in which the atoms come changes nothing", () => {
  const { uniform } = random(138);
  const n = 100;
  const draw = (): Float64Array => Float64Array.from({ length: n }, uniform);
  const [x, y] = [draw(), draw()];
  const [a, b] = [scaled(draw(), 1), scaled(draw(), 1)];
  const order = [...x.keys()].sort((i, j) => x[i] * y[i] - x[j] * y[j]);
  const pick = (values: Float64Array): Float64Array => Float64Array.from(order, (i) => values[i]);
  const { value } = wasserstein1d(x, y, { a, b });
  expect(wasserstein1d(pick(x), pick(y), { a: pick(a), b: pick(b) }).value).toBeCloseTo(value, 14);
  const C = [...x].map((from) => y.map((to) => Math.abs(from - to)));
  expect(emd(a, b, C).value).toBeCloseTo(value, 13);
});

test("#24 emd stopped by maxIterations: all of the mass is still there, and the status says so", () => {
  const { uniform } = random(24);
  const cloud = (n: number) => ({ data: Float64Array.from({ length: 95 * n }, uniform), rows: n, cols: 95 });
  const masses = (n: number): Float64Array => scaled(Float64Array.from({ length: n }, uniform), 1);
  const result = emd(masses(60), masses(300), cost.points(cloud(60), cloud(300)), { maxIterations: 1 });
  expect(result.plan.marginal(0).reduce((sum, mass) => sum + mass, 0)).toBeCloseTo(1, 12);
  const certificate = result.certify();
  if (certificate.kind !== "duality") throw new Error("an exact answer is certified by duality");
  expect(certificate.primalResidual).toBeLessThanOrEqual(1e-12);
  expect(certificate.dual).toBeLessThanOrEqual(certificate.primal);
});

test("#123 emd with zero weights: the potentials are feasible at the atoms without mass too", () => {
  const { uniform } = random(123);
  const n = 40;
  const masses = (): Float64Array =>
    scaled(
      Float64Array.from({ length: n }, () => (uniform() < 0.4 ? 0 : uniform())),
      1,
    );
  const C = Array.from({ length: n }, () => Float64Array.from({ length: n }, uniform));
  const result = emd(masses(), masses(), C);
  const { f, g } = result.potentials;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) expect(f[i] + g[j]).toBeLessThanOrEqual(C[i][j] + 1e-14);
  }
  proved(result);
});

test("#364 emd, centred duals: <f, a> = <g, b>, each half of the value", () => {
  const { uniform } = random(364);
  const masses = (n: number): Float64Array => scaled(Float64Array.from({ length: n }, uniform), 1);
  const [a, b] = [masses(30), masses(20)];
  const C = Array.from({ length: 30 }, () => Float64Array.from({ length: 20 }, uniform));
  const { potentials, value } = emd(a, b, C);
  const half = (p: Float64Array, w: Float64Array): number => p.reduce((sum, potential, k) => sum + potential * w[k], 0);
  expect(half(potentials.f, a)).toBeCloseTo(value / 2, 13);
  expect(half(potentials.g, b)).toBeCloseTo(value / 2, 13);
});

test("#869 emd with no finite cost: InvalidValue for NaN, Infeasible for Infinity", () => {
  const all = (value: number): Float64Array[] => Array.from({ length: 4 }, () => new Float64Array(3).fill(value));
  expect(codeOf(() => emd(null, null, all(NaN)))).toBe("InvalidValue");
  expect(codeOf(() => emd(null, null, all(Infinity)))).toBe("Infeasible");
});

test("#469 emd with one NaN among the costs: InvalidValue that names the entry", () => {
  const C = Array.from({ length: 4 }, () => new Float64Array(3).fill(1));
  C[2][1] = NaN;
  expect(() => emd(null, null, C)).toThrow(/2.*1/);
});

test("#114 emd with 100 weights for 101 rows: InvalidShape", () => {
  const C = Array.from({ length: 101 }, () => new Float64Array(101).fill(1));
  expect(codeOf(() => emd(uniformWeights(100), uniformWeights(100), C))).toBe("InvalidShape");
});

test("#386 emd between masses of 1 and 1.5: MassMismatch, no plan", () => {
  const C = [
    [0, 1],
    [1, 0],
  ];
  expect(codeOf(() => emd([0.5, 0.5], [0.5, 1], C))).toBe("MassMismatch");
});

test("#283 emd with negative costs: adding a constant to C adds it to the value and leaves the plan", () => {
  const { uniform } = random(283);
  const C = Array.from({ length: 12 }, () => Float64Array.from({ length: 12 }, uniform));
  const shifted = C.map((row) => row.map((entry) => entry - 5));
  const [plain, moved] = [emd(null, null, C), emd(null, null, shifted)];
  expect(moved.value).toBeCloseTo(plain.value - 5, 13);
  expect([...moved.plan.toDense().data]).toEqual([...plain.plan.toDense().data]);
});

test("#117 emd for 62 332 x 53 526 entries, more than 2^31: OutOfMemory with the bytes, at once", () => {
  expect(
    codeOf(() =>
      emd(
        null,
        null,
        cost.custom([62332, 53526], (i, j) => Math.abs(i - j)),
      ),
    ),
  ).toBe("OutOfMemory");
});

test.runIf(process.env.MONGE_FULL)(
  "#117 emd between 47 000 + 47 000 points, more than 2^31 pairs: solved and certified",
  () => {
    const { uniform } = random(117);
    const cloud = () => ({ data: Float64Array.from({ length: 94000 }, uniform), rows: 47000, cols: 2 });
    proved(emd(null, null, cost.points(cloud(), cloud()), { method: "points" }));
  },
);

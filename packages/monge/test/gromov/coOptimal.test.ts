// Co-optimal transport against its definition, against all pairs of permutations, and against data in another order.
import { describe, expect, it } from "vitest";
import { type CoOptimalResult, coOptimalTransport } from "../../src/gromov/index.ts";
import { isOtError, type Matrix, random } from "../../src/index.ts";
import { klLoss, type PairLoss, squareLoss } from "../oracles/gromov.ts";

const data = (seed: number, rows: number, cols: number): Matrix => {
  const { uniform } = random(seed);
  return { data: Float64Array.from({ length: rows * cols }, () => 0.1 + uniform()), rows, cols };
};
const shuffle = (seed: number, count: number): number[] => {
  const { integer } = random(seed);
  const order = Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = integer(k + 1);
    [order[k], order[other]] = [order[other], order[k]];
  }
  return order;
};
const permutations = (count: number): number[][] =>
  count === 0
    ? [[]]
    : permutations(count - 1).flatMap((rest) =>
        Array.from({ length: count }, (_, at) => [...rest.slice(0, at), count - 1, ...rest.slice(at)]),
      );
/** sum_ijkl L(X_ik, Y_jl) P_ij Q_kl, as it is written. */
const asWritten = (X: Matrix, Y: Matrix, { samples, features }: CoOptimalResult, loss: PairLoss): number => {
  let total = 0;
  for (const [i, j, p] of samples.entries())
    for (const [k, l, q] of features.entries()) total += p * q * loss(X.data[i * X.cols + k], Y.data[j * Y.cols + l]);
  return total;
};
const l1 = (p: ArrayLike<number>, q: ArrayLike<number>): number =>
  Array.from(p).reduce((total, value, k) => total + Math.abs(value - q[k]), 0);

describe("coOptimalTransport(X, Y, a, b)", () => {
  it("rows and columns in another order are found, and cost nothing", () => {
    const X = data(1, 40, 12);
    const [rows, cols] = [shuffle(2, 40), shuffle(3, 12)];
    const Y = rows.map((i) => cols.map((k) => X.data[i * 12 + k]));
    const result = coOptimalTransport(X, Y, null, null);
    expect(result.report.status).toBe("converged");
    expect(result.value).toBe(0);
    rows.forEach((i, j) => {
      expect(result.samples.at(i, j)).toBeCloseTo(1 / 40, 15);
    });
    cols.forEach((k, l) => {
      expect(result.features.at(k, l)).toBeCloseTo(1 / 12, 15);
    });
    const { stationarityGap, lowerBound } = result.certify();
    expect(stationarityGap).toBeLessThan(1e-13);
    expect(lowerBound).toBe(0);
  });

  it("never below the best of all pairs of permutations, and there from many starts", () => {
    for (let seed = 0; seed < 5; seed++) {
      const [X, Y] = [data(2 * seed, 4, 3), data(2 * seed + 1, 4, 3)];
      let best = Infinity;
      for (const rows of permutations(4))
        for (const cols of permutations(3)) {
          let total = 0;
          for (let i = 0; i < 4; i++)
            for (let k = 0; k < 3; k++) total += (X.data[i * 3 + k] - Y.data[rows[i] * 3 + cols[k]]) ** 2;
          best = Math.min(best, total / 12);
        }
      expect(coOptimalTransport(X, Y, null, null, { starts: 30 }).value).toBeCloseTo(best, 12);
    }
  });

  it.each([
    ["square", squareLoss],
    ["KL", klLoss],
  ] as const)("%s, sides of different sizes and masses: value, marginals, gaps and bound", (loss, of) => {
    const [X, Y] = [data(5, 7, 4), data(6, 5, 6)];
    const [a, b] = [data(7, 7, 1).data, data(8, 5, 1).data];
    const [u, v] = [data(9, 4, 1).data, data(10, 6, 1).data];
    const total = (p: Float64Array): number => p.reduce((all, value) => all + value, 0);
    const [scaledB, scaledV] = [b.map((p) => (p * total(a)) / total(b)), v.map((p) => (p * total(u)) / total(v))];
    const result = coOptimalTransport(X, Y, a, scaledB, { features: [u, scaledV], loss, starts: 6 });
    expect(result.value).toBeCloseTo(asWritten(X, Y, result, of), 12);
    expect(l1(result.samples.marginal(0), a)).toBeLessThan(1e-13);
    expect(l1(result.samples.marginal(1), scaledB)).toBeLessThan(1e-13);
    expect(l1(result.features.marginal(0), u)).toBeLessThan(1e-13);
    expect(l1(result.features.marginal(1), scaledV)).toBeLessThan(1e-13);
    const { objective, samplesGap, featuresGap, lowerBound, primalResidual } = result.certify();
    expect(objective).toBeCloseTo(result.value, 13);
    expect(Math.max(samplesGap, featuresGap)).toBeLessThan(1e-8);
    expect(primalResidual).toBeLessThan(1e-13);
    expect(lowerBound).toBeGreaterThan(0);
    expect(lowerBound).toBeLessThan(result.value);
    expect(result.starts).toHaveLength(6);
    for (const { value } of result.starts) expect(value).toBeGreaterThan(result.value - 1e-9);
  });

  it("the certificate sees that a plan can be improved", () => {
    const [X, Y] = [data(11, 6, 5), data(12, 6, 5)];
    const stopped = coOptimalTransport(X, Y, null, null, { maxIterations: 0 });
    expect(stopped.report.status).toBe("maxIterations");
    const { value } = coOptimalTransport(X, Y, null, null);
    const { samplesGap, featuresGap } = stopped.certify();
    expect(stopped.value).toBeGreaterThan(value + 1e-3);
    expect(samplesGap + featuresGap).toBeGreaterThan(1e-4);
  });

  it("with entropy both plans are full, and the certificate is that of entropic duality", () => {
    const [X, Y] = [data(13, 6, 4), data(14, 5, 4)];
    const result = coOptimalTransport(X, Y, null, null, { epsilon: [0.02, 0.05], tolerance: 1e-10 });
    expect(result.report.status).toBe("converged");
    expect(result.samples.toSparse().values).toHaveLength(30);
    expect(result.entropy).toBeGreaterThan(0);
    expect(result.value).toBeCloseTo(asWritten(X, Y, result, squareLoss) + result.entropy, 12);
    const { objective, stationarityGap } = result.certify();
    expect(objective).toBeCloseTo(result.value, 12);
    expect(stationarityGap).toBeLessThan(1e-6);
    const { value } = coOptimalTransport(X, Y, null, null, { epsilon: [1e-4, 0] });
    expect(Math.abs(value - coOptimalTransport(X, Y, null, null).value)).toBeLessThan(2e-3);
  });

  it("the mass of either plan is a factor of the value", () => {
    const [X, Y] = [data(15, 5, 4), data(16, 6, 3)];
    const { value } = coOptimalTransport(X, Y, null, null);
    const heavy = new Float64Array(5).fill(2 / 5);
    const wide = new Float64Array(4).fill(3 / 4);
    const scaled = coOptimalTransport(X, Y, heavy, null, { features: [wide, null] });
    expect(scaled.value).toBeCloseTo(6 * value, 12);
    expect(coOptimalTransport(X, Y, new Float64Array(5), null).value).toBe(0);
  });

  it("async and steps give the same bits; a snapshot on the way is a pair of plans", async () => {
    const [X, Y] = [data(17, 8, 5), data(18, 7, 5)];
    const { value } = coOptimalTransport(X, Y, null, null);
    expect((await coOptimalTransport.async(X, Y, null, null)).value).toBe(value);
    const run = coOptimalTransport.steps(X, Y, null, null);
    run.next();
    const snapshot = run.snapshot();
    expect(snapshot.report.status).toBe("stopped");
    expect(l1(snapshot.samples.marginal(0), new Float64Array(8).fill(1 / 8))).toBeLessThan(1e-13);
    for (let step = run.next(); !step.done; step = run.next());
    expect(run.result?.value).toBe(value);
  });

  it.each([
    [() => coOptimalTransport([], [[1]], null, null), "InvalidShape"],
    [() => coOptimalTransport([[1, Number.NaN]], [[1]], null, null), "InvalidValue"],
    [() => coOptimalTransport([[-1]], [[1]], null, null, { loss: "KL" }), "InvalidValue"],
    [() => coOptimalTransport([[1]], [[1]], null, null, { epsilon: -1 }), "InvalidValue"],
    [() => coOptimalTransport([[1]], [[1]], null, null, { starts: 0 }), "InvalidValue"],
    [() => coOptimalTransport([[1]], [[1]], [1], [2]), "MassMismatch"],
    [() => coOptimalTransport([[1, 2]], [[1]], null, null, { features: [[1, 2], [4]] }), "MassMismatch"],
  ])("bad input %# has a code", (call, code) => {
    expect(call).toThrow(expect.objectContaining({ code }));
    try {
      call();
    } catch (error) {
      expect(isOtError(error)).toBe(true);
    }
  });
});

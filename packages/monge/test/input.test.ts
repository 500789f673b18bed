// Bad input gets one typed error that names the argument, the value seen and the cure; good input is never changed silently.
import { describe, expect, it } from "vitest";
import {
  cost,
  emd,
  histogram,
  isOtError,
  matrix,
  normalize,
  type OtErrorCode,
  pointCloud,
  solve,
  sparseFromEntries,
} from "../src/index.ts";

const C = [
  [0, 1],
  [1, 0],
];
const half = [0.5, 0.5];

const refused: [string, OtErrorCode, string, () => unknown][] = [
  ["a negative weight", "NegativeMass", "a", () => emd([1.5, -0.5], half, C)],
  ["a NaN weight", "InvalidValue", "b", () => emd(half, [NaN, 1], C)],
  ["an infinite weight", "InvalidValue", "a", () => emd([Infinity, 1], half, C)],
  ["too few weights", "InvalidShape", "a", () => emd([1], half, C)],
  ["masses that differ", "MassMismatch", "b", () => emd([0.5, 0.6], half, C)],
  ["mass against none", "MassMismatch", "b", () => emd(half, [0, 0], C)],
  ["masses beyond 1.8e308", "InvalidValue", "a", () => emd([1.7e308, 1.7e308], half, C)],
  [
    "a NaN cost",
    "InvalidValue",
    "C",
    () =>
      emd(half, half, [
        [0, NaN],
        [1, 0],
      ]),
  ],
  [
    "a cost of -Infinity",
    "InvalidValue",
    "C",
    () =>
      emd(half, half, [
        [0, -Infinity],
        [1, 0],
      ]),
  ],
  ["ragged rows", "InvalidShape", "C", () => emd(half, half, [[0, 1], [1]])],
  ["no rows", "InvalidShape", "C", () => emd([], [], [])],
  ["a matrix whose buffer does not fit", "InvalidShape", "data", () => matrix(new Float64Array(3), 2, 2)],
  ["something that is no cost", "InvalidShape", "C", () => emd(half, half, 7 as never)],
  ["points of different dimension", "InvalidShape", "y", () => cost.points([[0, 1]], [[1]])],
  ["a NaN coordinate", "InvalidValue", "x", () => cost.points([[0, NaN]])],
  ["an unknown ground", "InvalidValue", "ground", () => cost.points([[0]], [[1]], "manhattan" as never)],
  ["a norm below 1", "InvalidValue", "ground", () => cost.points([[0]], [[1]], { norm: 0.5 })],
  ["a zero vector under cosine", "InvalidValue", "x", () => cost.points([[0, 0]], [[1, 0]], "cosine")],
  ["points too far apart", "InvalidValue", "x", () => cost.points([[1e200]], [[-1e200]])],
  ["a grid of no cells", "InvalidShape", "source", () => cost.grid([0, 3])],
  ["a grid power below 1", "InvalidValue", "options.power", () => cost.grid([2, 2], [2, 2], { power: 0.5 })],
  ["factors of different rank", "InvalidShape", "B", () => cost.lowRank([[1, 2]], [[1]])],
  [
    "a custom cost of NaN",
    "InvalidValue",
    "at",
    () =>
      emd(
        null,
        null,
        cost.custom([1, 1], () => NaN),
      ),
  ],
  [
    "unsorted CSR columns",
    "InvalidShape",
    "C",
    () =>
      cost.sparse({
        rows: 1,
        cols: 2,
        rowPtr: Int32Array.of(0, 2),
        colIdx: Int32Array.of(1, 0),
        values: Float64Array.of(1, 2),
      }),
  ],
  ["an unknown method", "InvalidValue", "options.method", () => emd(half, half, C, { method: "simplex" as never })],
  ["a negative limit", "InvalidValue", "options.maxIterations", () => emd(half, half, C, { maxIterations: -1 })],
  ["options that are no object", "InvalidValue", "options", () => emd(half, half, C, 3 as never)],
  ["unknown duals", "InvalidValue", "options.duals", () => emd(half, half, C, { duals: "both" as never })],
  [
    "a warm start of another size",
    "InvalidShape",
    "options.warmStart",
    () => emd(half, half, C, { warmStart: { f: new Float64Array(3), g: new Float64Array(2) } }),
  ],
  [
    "a warm start of NaN",
    "InvalidValue",
    "options.warmStart",
    () => emd(half, half, C, { warmStart: { f: Float64Array.of(NaN, 0), g: new Float64Array(2) } }),
  ],
  ["a measure without mass to normalize", "InvalidValue", "measure", () => normalize(pointCloud([[1]], [0]))],
  ["a histogram of the wrong length", "InvalidShape", "weights", () => histogram([1, 2, 3], [2, 2])],
  ["measures of different mass", "MassMismatch", "b", () => solve(pointCloud([[0]], [1]), pointCloud([[0]], [2]))],
];

describe("bad input", () => {
  it.each(refused)("%s throws %s for %s", (_, code, argument, call) => {
    let caught: unknown;
    try {
      call();
    } catch (error) {
      caught = error;
    }
    expect(isOtError(caught), String(caught)).toBe(true);
    if (!isOtError(caught)) return;
    expect([caught.code, caught.argument]).toEqual([code, argument]);
    expect(caught.cure.length).toBeGreaterThan(10);
    expect(caught.message.endsWith(caught.cure)).toBe(true);
  });
});

describe("masses", () => {
  it("within 1e-9 are matched by scaling b, and the report says by how much", () => {
    const result = emd([1, 1], [1 + 5e-10, 1], C);
    expect(result.report.massAdjustment).toBeCloseTo(1 - 2.5e-10, 12);
    expect(result.certify().primalResidual).toBeLessThan(1e-15);
  });
  it("of Float32Array may differ by 1e-6", () => {
    expect(emd(Float32Array.of(0.1, 0.9), Float32Array.of(0.3, 0.7), C).report.status).toBe("optimal");
    expect(() => emd([0.1, 0.9000005], [0.3, 0.7], C)).toThrow(/weighs/);
  });
  it("of null take the other side's total", () => {
    expect(emd([3, 1], null, C).certify().primalResidual).toBe(0);
    expect([...emd([3, 1], null, C).plan.marginal(1)]).toEqual([2, 2]);
  });
  it("of 0 keep finite, feasible potentials", () => {
    const result = emd(
      [0, 1, 0],
      [0.5, 0, 0.5],
      [
        [0, 1, 2],
        [1, 0, 1],
        [2, 1, 0],
      ],
    );
    expect(result.value).toBe(1);
    expect(result.certify().dualInfeasibility).toBeLessThanOrEqual(0);
    const { f, g } = result.potentials;
    for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) expect(f[i] + g[j]).toBeLessThanOrEqual(Math.abs(i - j));
    expect(result.potentials.f.every(Number.isFinite) && result.potentials.g.every(Number.isFinite)).toBe(true);
  });
  it("of 0 on both sides move nothing", () => {
    const result = emd([0, 0], [0, 0], C);
    expect(result.value).toBe(0);
    expect([...result.plan.entries()]).toEqual([]);
    expect(result.certify().gap).toBe(0);
  });
});

describe("normalize", () => {
  it("keeps tiny and huge weights", () => {
    expect([...normalize(pointCloud([[0], [1]], [1e-310, 3e-310])).weights][1]).toBeCloseTo(0.75, 10);
    expect([...normalize(pointCloud([[0], [1]], [1e308, 1e308])).weights]).toEqual([0.5, 0.5]);
  });
});

describe("sparseFromEntries", () => {
  it("sorts, and adds repeated entries up", () => {
    const { rowPtr, colIdx, values } = sparseFromEntries(3, 3, [2, 0, 0, 2, 0], [1, 2, 0, 1, 2], [1, 2, 3, 4, 5]);
    expect([[...rowPtr], [...colIdx], [...values]]).toEqual([
      [0, 2, 2, 3],
      [0, 2, 1],
      [3, 7, 5],
    ]);
  });
});

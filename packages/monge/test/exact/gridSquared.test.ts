import { describe, expect, test } from "vitest";
import { grid } from "../../src/cost/grid.ts";
import { isOtError } from "../../src/errors/otError.ts";
import { emd } from "../../src/exact/emd.ts";
import { gridSquared } from "../../src/exact/grid/gridSquared.ts";
import { type Random, random } from "../../src/linalg/random.ts";
import { sum } from "../../src/linalg/sum.ts";

const kinds: readonly ((rng: Random, cells: number) => Float64Array)[] = [
  (rng, cells) => Float64Array.from({ length: cells }, () => rng.uniform()),
  (rng, cells) => Float64Array.from({ length: cells }, () => rng.integer(3)),
  (rng, cells) => Float64Array.from({ length: cells }, () => (rng.uniform() < 0.06 ? rng.uniform() : 0)),
  (rng, cells) => Float64Array.from({ length: cells }, (_, k) => (k < 3 ? 1e-12 * rng.uniform() : rng.uniform() ** 8)),
];

function example(rng: Random, kind: number, cells: number): Float64Array {
  const weights = kinds[kind % kinds.length](rng, cells);
  weights[rng.integer(cells)] += 1;
  return weights;
}

describe("gridSquared(histograms, [rows, columns])", () => {
  test("gives the values of emd, with a proof: dense, tied, sparse and uneven masses on grids of any shape", () => {
    const rng = random(1);
    const shapes: [number, number][] = [
      [1, 1],
      [1, 9],
      [7, 1],
      [5, 4],
      [13, 11],
      [20, 9],
      [17, 18],
    ];
    for (let round = 0; round < 42; round++) {
      const shape = shapes[round % shapes.length];
      const cells = shape[0] * shape[1];
      const a = example(rng, round, cells);
      const b = example(rng, (round * 7) >> 2, cells);
      const { values, relativeGap } = gridSquared([a, b], shape);
      const unit = (weights: Float64Array): Float64Array => weights.map((weight) => weight / sum(weights));
      const { value } = emd(unit(a), unit(b), grid(shape));
      expect(Math.abs(values[0] - value)).toBeLessThanOrEqual(1e-11 * (shape[0] ** 2 + shape[1] ** 2));
      expect(Math.abs(relativeGap)).toBeLessThanOrEqual(1e-12);
    }
  });

  test("single cells far apart, and the same picture twice", () => {
    const far = (cell: number): Float64Array => Float64Array.from({ length: 900 }, (_, k) => (k === cell ? 5 : 0));
    const { values, pairs } = gridSquared([far(0), far(899), far(0)], [30, 30]);
    expect([...pairs]).toEqual([0, 1, 0, 2, 1, 2]);
    expect([...values]).toEqual([2 * 29 ** 2, 0, 2 * 29 ** 2]);
  });

  test("a translate is as far as it was moved; spacing scales lengths", () => {
    const rng = random(3);
    const [a, b] = [new Float64Array(400), new Float64Array(400)];
    for (let y = 0; y < 12; y++) {
      for (let x = 0; x < 12; x++) b[20 * (y + 3) + x + 5] = a[20 * y + x] = rng.uniform();
    }
    expect(gridSquared([a, b], [20, 20]).values[0]).toBeCloseTo(34, 11);
    expect(gridSquared([a, b], [20, 20], { spacing: 0.5 }).values[0]).toBeCloseTo(8.5, 11);
  });

  test("the value of a pair does not depend on its company", () => {
    const rng = random(4);
    const all = Array.from({ length: 5 }, (_, k) => example(rng, k, 144));
    const together = gridSquared(all, [12, 12]);
    for (let k = 0; k < together.values.length; k++) {
      const [i, j] = [together.pairs[2 * k], together.pairs[2 * k + 1]];
      expect(gridSquared(all, [12, 12], { pairs: [i, j] }).values[0]).toBe(together.values[k]);
      expect(gridSquared(all, [12, 12], { pairs: [j, i] }).values[0]).toBeCloseTo(together.values[k], 12);
    }
  });

  test.each<[string, () => unknown, string]>([
    ["a grid of another size", () => gridSquared([[1, 2, 3]], [2, 2]), "InvalidShape"],
    ["no mass", () => gridSquared([[1, 2, 3, 4], new Array(4).fill(0)], [2, 2]), "InvalidValue"],
    ["negative mass", () => gridSquared([[1, 2, 3, -4]], [2, 2]), "NegativeMass"],
    ["a pair of nobody", () => gridSquared([[1, 2, 3, 4]], [2, 2], { pairs: [0, 1] }), "InvalidValue"],
    ["a spacing of 0", () => gridSquared([[1, 2, 3, 4]], [2, 2], { spacing: 0 }), "InvalidValue"],
  ])("refuses %s", (_, call, code) => {
    let seen: unknown;
    try {
      call();
    } catch (error) {
      seen = error;
    }
    expect(isOtError(seen) && seen.code).toBe(code);
  });
});

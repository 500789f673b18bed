import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import type { Histogram, PointCloud } from "monge";
import { describe, expect, test } from "vitest";
import { encodeNpy, readMatrix, readMeasure, readVector } from "../src/index.ts";
import { joined, npyFile, numbers } from "./files.ts";
import { refusal } from "./refusal.ts";

const six = [1, 2, 3, 4, 5, 6];

describe("readMatrix of .npy", () => {
  const types = ["f8", "f4", "i8", "u8", "i4", "u4", "i2", "u2", "i1", "u1", "b1"];
  test.each(types.flatMap((type) => ["<", ">"].map((order) => [order + type] as const)))("type %s", async (descr) => {
    const values = descr.endsWith("b1") ? [1, 0, 1, 1, 0, 0] : six;
    const matrix = await readMatrix(npyFile(descr, "2, 3", numbers(values, descr.slice(1), descr[0] === "<")));
    expect(matrix.data).toBeInstanceOf(descr.endsWith("f4") ? Float32Array : Float64Array);
    expect([...matrix.data]).toEqual(values);
    expect([matrix.rows, matrix.cols]).toEqual([2, 3]);
  });

  test("half precision: 1, -2, the smallest number, the largest", async () => {
    const halves = new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0001, 0x7bff).buffer);
    expect([...(await readVector(npyFile("<f2", "4,", halves)))]).toEqual([1, -2, 2 ** -24, 65504]);
  });

  test("Fortran order: entry (i, j) is data[i * cols + j] as in C order", async () => {
    const matrix = await readMatrix(npyFile("<f8", "2, 3", numbers([1, 4, 2, 5, 3, 6], "f8", true), "True"));
    expect([...matrix.data]).toEqual(six);
  });

  test("Fortran order of three axes, as a grid", async () => {
    const shape = [2, 3, 4];
    const fortran = Array.from({ length: 24 }, (_, k) => {
      const [i, j, l] = [k % 2, Math.floor(k / 2) % 3, Math.floor(k / 6)];
      return i * 12 + j * 4 + l;
    });
    const grid = (await readMeasure(npyFile("<f8", "2, 3, 4", numbers(fortran, "f8", true), "True"))) as Histogram;
    expect(grid.shape).toEqual(shape);
    expect([...grid.weights]).toEqual(Array.from({ length: 24 }, (_, k) => k));
  });

  test.each([2, 3])("format version %i", async (version) => {
    expect((await readMatrix(npyFile("<f8", "2, 3", numbers(six, "f8", true), "False", version))).rows).toBe(2);
  });

  test("one axis is a column, no axis a single number", async () => {
    expect(await readMatrix(npyFile("<f8", "2,", numbers([1, 2], "f8", true)))).toMatchObject({ rows: 2, cols: 1 });
    expect(await readMatrix(npyFile("<f8", "", numbers([7], "f8", true)))).toMatchObject({ rows: 1, cols: 1 });
  });

  test("bytes that begin at an odd address", async () => {
    const file = npyFile("<f8", "2, 3", numbers(six, "f8", true));
    const shifted = new Uint8Array(file.length + 1);
    shifted.set(file, 1);
    expect([...(await readMatrix(shifted.subarray(1))).data]).toEqual(six);
  });

  test("readMatrix(encodeNpy(C)) = C, bit for bit, in both precisions", async () => {
    const shapes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.boolean());
    const property = fc.asyncProperty(
      shapes,
      fc.infiniteStream(fc.double({ noNaN: true, min: -1e30 })),
      async (shape, stream) => {
        const [rows, cols, single] = shape;
        const values = Array.from({ length: rows * cols }, () => stream.next().value as number);
        const data = single ? Float32Array.from(values) : Float64Array.from(values);
        const file = encodeNpy(data, [rows, cols]);
        expect(file.length % 64).toBe((data.byteLength + 0) % 64);
        expect(await readMatrix(file)).toEqual({ data, rows, cols });
      },
    );
    await fc.assert(property, { numRuns: 60 });
  });
});

describe("readMeasure of .npy", () => {
  test("rows are points, each of mass 1 / n", async () => {
    const cloud = (await readMeasure(npyFile("<f4", "2, 3", numbers(six, "f4", true)))) as PointCloud;
    expect(cloud.points.data).toEqual(Float32Array.from(six));
    expect([...cloud.weights]).toEqual([0.5, 0.5]);
  });

  test("as: grid reads masses, and refuses a negative one by its index", async () => {
    const grid = (await readMeasure(npyFile("<f8", "2, 3", numbers(six, "f8", true)), { as: "grid" })) as Histogram;
    expect([...grid.weights]).toEqual(six);
    const wrong = npyFile("<f8", "2, 3", numbers([1, 2, 3, 4, 5, -6], "f8", true));
    expect((await refusal(() => readMeasure(wrong, { as: "grid" }), "NegativeMass")).message).toContain(
      "[1, 2] in bytes is -6",
    );
  });

  test("NaN is refused with its row", async () => {
    const wrong = npyFile("<f8", "2, 3", numbers([1, 2, 3, 4, Number.NaN, 6], "f8", true));
    expect((await refusal(() => readMeasure(wrong), "InvalidValue")).message).toMatch(/column 1 of .*row 1 is NaN/);
  });
});

describe("readMatrix of .npy refuses", () => {
  const good = npyFile("<f8", "2, 3", numbers(six, "f8", true));
  test.each([
    ["a cut array", good.subarray(0, good.length - 1), "CorruptFile", /truncated/],
    ["a cut header", good.subarray(0, 40), "CorruptFile", /ends within its header/],
    ["a cut prefix", good.subarray(0, 8), "CorruptFile", /does not begin/],
    ["more numbers than its shape", joined(good, [0]), "CorruptFile", /goes on after/],
    [
      "a header that promises 3 GB",
      npyFile("<f8", "20000, 20000", new Uint8Array(64)),
      "CorruptFile",
      /promises 20000 x 20000/,
    ],
    [
      "a header beyond all integers",
      npyFile("<f8", "99999999999, 99999999999", new Uint8Array(8)),
      "CorruptFile",
      /promises/,
    ],
    [
      "a header of 4 GB",
      joined("\x93NUMPY", [2, 0, 255, 255, 255, 255], new Uint8Array(99)),
      "CorruptFile",
      /within its header/,
    ],
    ["a negative extent", npyFile("<f8", "-2, 3", new Uint8Array(48)), "CorruptFile", /no legible/],
    ["no dictionary", joined("\x93NUMPY", [1, 0, 4, 0], "oops"), "CorruptFile", /no legible/],
    ["complex numbers", npyFile("<c16", "2,", new Uint8Array(32)), "Unsupported", /<c16/],
    ["Python objects", npyFile("|O", "2,", new Uint8Array(32)), "Unsupported", /\|O/],
    ["version 9", npyFile("<f8", "2,", new Uint8Array(16), "False", 9), "Unsupported", /version 9/],
    ["no rows", npyFile("<f8", "0, 3", new Uint8Array(0)), "InvalidShape", /holds no numbers/],
    ["three axes", npyFile("<f8", "1, 1, 1", new Uint8Array(8)), "InvalidShape", /3 axes/],
    ["integers beyond 2^53", npyFile("<i8", "1,", numbers([2 ** 60], "i8", true)), "InvalidValue", /beyond 2\^53/],
  ] as const)("%s", async (_, data, code, message) => {
    expect((await refusal(() => readMatrix({ name: "c.npy", data }), code)).message).toMatch(message);
  });

  test("an array that fits the file but not maxBytes", async () => {
    const error = await refusal(() => readMatrix({ name: "c.npy", data: good }, { maxBytes: 140 }), "OutOfMemory");
    expect(error.argument).toBe("c.npy");
  });
});

describe(".npz", () => {
  const points = npyFile("<f8", "2, 2", numbers([1, 2, 3, 4], "f8", true));
  const masses = npyFile("<f8", "2,", numbers([5, 6], "f8", true));

  test.each([0, 9] as const)("points and weights, compression level %i", async (level) => {
    const cloud = (await readMeasure(
      zipSync({ "weights.npy": masses, "points.npy": points }, { level }),
    )) as PointCloud;
    expect([...cloud.points.data]).toEqual([1, 2, 3, 4]);
    expect([...cloud.weights]).toEqual([5, 6]);
  });

  test("the only array, or options.entry", async () => {
    expect((await readMatrix(zipSync({ "cost.npy": points }))).rows).toBe(2);
    const two = zipSync({ "p.npy": points, "q.npy": masses, "readme.txt": strToU8("hello") });
    expect((await readMatrix(two, { entry: "p" })).cols).toBe(2);
    expect([...(await readVector(two, { entry: "q" }))]).toEqual([5, 6]);
    expect([...(await readMeasure(two, { entry: "p", weights: "q" })).weights]).toEqual([5, 6]);
    expect((await refusal(() => readMatrix(two), "InvalidValue")).cure).toContain("p, q");
    expect((await refusal(() => readMatrix(two, { entry: "r" }), "InvalidValue")).message).toContain("no array r");
  });

  test("refuses masses of another length", async () => {
    const wrong = zipSync({
      "points.npy": points,
      "weights.npy": npyFile("<f8", "3,", numbers([1, 2, 3], "f8", true)),
    });
    expect((await refusal(() => readMeasure(wrong), "InvalidShape")).message).toContain("2 points and 3 masses");
  });

  test("refuses cut and empty archives, and entries that promise too much", async () => {
    const good = zipSync({ "points.npy": points });
    await refusal(() => readMatrix({ name: "a.npz", data: good.subarray(0, good.length - 9) }), "CorruptFile");
    await refusal(() => readMatrix({ name: "a.npz", data: zipSync({}) }), "InvalidValue");
    const bomb = zipSync({ "points.npy": new Uint8Array(4e6) });
    await refusal(() => readMatrix({ name: "a.npz", data: bomb }, { maxBytes: 1e6 }), "OutOfMemory");
    const lie = good.slice();
    // The unpacked size in the central directory, 24 bytes after its signature PK 1 2.
    const at = lie.findIndex((_, k) => lie[k] === 0x50 && lie[k + 1] === 0x4b && lie[k + 2] === 1 && lie[k + 3] === 2);
    lie.set([0, 0, 0, 0xc0], at + 24);
    await refusal(() => readMatrix({ name: "a.npz", data: lie }), "CorruptFile");
  });
});

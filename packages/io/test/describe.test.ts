import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { zipSync } from "fflate";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describe as describeFile, readMatrix, readMeasure } from "../src/index.ts";
import { idxFile, joined, npyFile, numbers, pngFile, text } from "./files.ts";
import { refusal } from "./refusal.ts";

/** Bytes that count how many of them are read. */
class CountedBlob extends Blob {
  count = 0;
  override slice(begin = 0, end = this.size): Blob {
    this.count += end - begin;
    return super.slice(begin, end);
  }
}

const points = npyFile("<f4", "2000, 3", new Uint8Array(24000));
const ply = joined(
  "ply\nformat binary_little_endian 1.0\nelement vertex 20000\nproperty float x\nproperty float y\nend_header\n",
  new Uint8Array(160000),
);
const image = pngFile({ width: 2, height: 3, depth: 8, colour: 0, rows: [0, 0, 51, 0, 102, 255, 0, 0, 0] });

describe("describe(file)", () => {
  test(".npy", async () => {
    expect(await describeFile({ name: "x.npy", data: points })).toEqual({
      name: "x.npy",
      format: "npy",
      bytes: points.length,
      kind: "points",
      n: 2000,
      dimension: 3,
      shape: [2000, 3],
      dtype: "float32",
      weights: null,
      mass: null,
    });
  });

  test(".csv with masses", async () => {
    expect(await describeFile({ name: "x.csv", data: text("x;y;Mass\n1;2;0\n3;4;5\n") })).toEqual({
      name: "x.csv",
      format: "csv",
      bytes: 21,
      kind: "points",
      n: 2,
      dimension: 2,
      shape: [2, 2],
      dtype: "text",
      weights: "Mass",
      mass: { total: 5, min: 0, max: 5, zeros: 1 },
      columns: ["x", "y"],
      delimiter: ";",
    });
  });

  test(".ply with masses", async () => {
    const file = text(
      "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty int mass\nend_header\n1 2\n",
    );
    expect(await describeFile(file)).toMatchObject({
      format: "ply",
      n: 1,
      weights: "mass",
      mass: { total: 2 },
      dtype: "float32",
    });
  });

  test(".npz lists its arrays", async () => {
    const file = zipSync({
      "points.npy": points,
      "weights.npy": npyFile("<f8", "2000,", new Uint8Array(16000).fill(64)),
    });
    const found = await describeFile(file);
    expect(found).toMatchObject({ format: "npz", n: 2000, weights: "weights", dtype: "float32" });
    expect(found.entries).toEqual([
      { name: "points", shape: [2000, 3], dtype: "float32" },
      { name: "weights", shape: [2000], dtype: "float64" },
    ]);
  });

  test("an image: cells, masses of its stored size", async () => {
    const expected = {
      format: "png",
      kind: "grid",
      n: 6,
      dimension: 2,
      shape: [3, 2],
      dtype: "uint8",
      weights: "cells",
    };
    expect(await describeFile(image, { size: 1 })).toMatchObject(expected);
    expect((await describeFile(image)).mass).toMatchObject({ min: 0, max: 1, zeros: 3 });
    expect((await describeFile(image, { values: false })).mass).toBeNull();
  });

  test("as: grid describes an array as masses", async () => {
    const grid = npyFile("<f8", "1, 2", numbers([1, 3], "f8", true));
    expect(await describeFile(grid, { as: "grid" })).toMatchObject({
      kind: "grid",
      n: 2,
      dimension: 2,
      mass: { total: 4 },
    });
  });
});

describe("describe(file) reads no more than it needs", () => {
  test.each([
    ["points of .npy", points, {}, 700],
    ["points of .ply", ply, {}, 10_000],
    ["an image without values", image, { values: false }, 300],
    ["IDX without values", idxFile(8, [100, 28, 28], new Uint8Array(78400)), { values: false }, 1600],
  ] as const)("%s", async (_, data, options, limit) => {
    const blob = new CountedBlob([new Uint8Array(data)]);
    await describeFile(blob, options);
    expect(blob.count).toBeLessThanOrEqual(limit);
  });

  test("readMeasure of one IDX image reads that image", async () => {
    const blob = new CountedBlob([new Uint8Array(idxFile(8, [1000, 28, 28], new Uint8Array(784000).fill(9)))]);
    await readMeasure(blob, { index: 7 });
    expect(blob.count).toBeLessThan(5000);
  });
});

describe("sources", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "monge-io-"));
    await writeFile(join(folder, "points"), "1 2\n3 4\n");
    await writeFile(join(folder, "empty.csv"), "");
    await writeFile(join(folder, "photo.csv"), image);
    await writeFile(join(folder, "strange.bin"), Uint8Array.of(1, 2, 3, 255));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("a path, a file URL, bytes, an ArrayBuffer, a Blob, a File, named bytes: the same matrix", async () => {
    const path = join(folder, "points");
    const bytes = new Uint8Array(text("1 2\n3 4\n"));
    const sources = [
      path,
      pathToFileURL(path),
      bytes,
      bytes.buffer,
      new Blob([bytes]),
      new File([bytes], "p.txt"),
      { name: "p", data: bytes },
    ];
    for (const source of sources) expect((await readMatrix(source)).data).toEqual(Float64Array.of(1, 2, 3, 4));
  });

  test("content goes before the ending of the name; options.format before both", async () => {
    expect((await describeFile(join(folder, "photo.csv"))).format).toBe("png");
    await refusal(() => readMatrix(join(folder, "photo.csv"), { format: "csv" }), "CorruptFile");
    await refusal(() => readMatrix(join(folder, "points"), { format: "bmp" as "csv" }), "InvalidValue");
  });

  test.each([
    ["a missing file", "absent.csv", "InvalidValue", /absent.csv does not exist/],
    ["a folder", ".", "InvalidValue", /is a directory/],
    ["a file as a folder", "points/x.csv", "InvalidValue", /no directory/],
    ["an empty file", "empty.csv", "CorruptFile", /is empty/],
    ["an unknown format", "strange.bin", "Unsupported", /none of the known formats/],
  ] as const)("%s", async (_, name, code, message) => {
    const error = await refusal(() => readMeasure(join(folder, name)), code);
    expect(error.message).toMatch(message);
    expect(error.argument).toContain(folder);
  });

  test("no source at all, an empty path, a web address, a limit of nothing", async () => {
    await refusal(() => readMeasure(null as unknown as string), "InvalidValue");
    await refusal(() => readMeasure({ name: "x", data: 3 } as unknown as string), "InvalidValue");
    await refusal(() => readMeasure(""), "InvalidValue");
    await refusal(() => readMeasure(new URL("https://example.org/x.csv")), "InvalidValue");
    await refusal(() => readMeasure(join(folder, "points"), { maxBytes: 0 }), "InvalidValue");
    await refusal(() => readMeasure(join(folder, "points"), { as: "cloud" as "points" }), "InvalidValue");
  });
});

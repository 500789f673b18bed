// Pictures with their channels, from every place that holds some.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encodeNpy, readPictures } from "../src/index.ts";
import { idxFile, npyFile, pngFile } from "./files.ts";
import { refusal } from "./refusal.ts";

const at = (data: Uint8Array, name = "i.png") => ({ name, data });
const rgb = { width: 2, height: 1, depth: 8, colour: 2, rows: [0, 255, 0, 0, 0, 51, 255] };
const grey = { width: 2, height: 1, depth: 8, colour: 0, rows: [0, 0, 255] };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "monge-pictures-"));
  mkdirSync(join(folder, "full"));
  mkdirSync(join(folder, "empty"));
  writeFileSync(join(folder, "full", "b.png"), pngFile(grey));
  writeFileSync(join(folder, "full", "a.png"), pngFile(rgb));
  writeFileSync(join(folder, "full", "notes.txt"), "not a picture");
  writeFileSync(join(folder, "full", "c.npy"), encodeNpy(new Float64Array(8), [4, 1, 2]));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("readPictures of images", () => {
  test("colour: planes in [-1, 1]", async () => {
    const [{ data, shape }] = await readPictures(at(pngFile(rgb)));
    expect(shape).toEqual([3, 1, 2]);
    expect(Array.from(data)).toEqual([1, -1, -1, Math.fround(-0.6), -1, 1]);
  });

  test("equal channels are one, unless colour is asked for", async () => {
    const same = pngFile({ ...rgb, rows: [0, 255, 255, 255, 51, 51, 51] });
    expect((await readPictures(at(same)))[0]).toMatchObject({ shape: [1, 1, 2], data: Float32Array.of(1, -0.6) });
    const [wide] = await readPictures(at(pngFile(grey)), { channels: "colour" });
    expect([wide.shape, Array.from(wide.data)]).toEqual([
      [3, 1, 2],
      [-1, 1, -1, 1, -1, 1],
    ]);
  });

  test("grey: the luma; transparent pixels on black", async () => {
    const [{ data }] = await readPictures(at(pngFile(rgb)), { channels: "grey" });
    expect(data[0]).toBeCloseTo(2 * 0.2126 - 1, 6);
    const half = pngFile({ width: 1, height: 1, depth: 8, colour: 6, rows: [0, 255, 0, 255, 51] });
    expect(Array.from((await readPictures(at(half)))[0].data, (x) => x.toFixed(4))).toEqual([
      "-0.6000",
      "-1.0000",
      "-0.6000",
    ]);
  });
});

describe("readPictures of stacks", () => {
  test("[n, h, w, c] and [n, c, h, w] are the same pictures", async () => {
    const behind = Float32Array.from({ length: 2 * 2 * 2 * 3 }, (_, k) => k / 24);
    const front = new Float32Array(24);
    for (let k = 0; k < 2; k++)
      for (let p = 0; p < 4; p++) for (let c = 0; c < 3; c++) front[(k * 3 + c) * 4 + p] = behind[(k * 4 + p) * 3 + c];
    const [left, right] = await Promise.all([
      readPictures(at(encodeNpy(behind, [2, 2, 2, 3]), "s.npy")),
      readPictures(at(encodeNpy(front, [2, 3, 2, 2]), "s.npy")),
    ]);
    expect(left).toEqual(right);
    expect(left[1].name).toBe("s.npy [1]");
    expect(left[0].data[0]).toBe(-1);
  });

  test("bytes run to 255; numbers with a negative one are in [-1, 1]; range says otherwise", async () => {
    const bytes = await readPictures(at(npyFile("|u1", "1, 1, 2", Uint8Array.of(0, 255)), "s.npy"));
    expect(Array.from(bytes[0].data)).toEqual([-1, 1]);
    const signed = await readPictures(at(encodeNpy(Float64Array.of(-0.5, 0.5), [1, 1, 2]), "s.npy"));
    expect(Array.from(signed[0].data)).toEqual([-0.5, 0.5]);
    const far = at(encodeNpy(Float64Array.of(-3, 5), [1, 1, 2]), "s.npy");
    expect((await refusal(() => readPictures(far), "InvalidValue")).message).toMatch(
      /numbers from -3 to 5, of type float64.*range/,
    );
    expect(Array.from((await readPictures(far, { range: [-1, 1] }))[0].data)).toEqual([-3, 5]);
  });

  test("IDX, as many as asked for", async () => {
    const file = at(
      idxFile(
        8,
        [3, 2, 2],
        Uint8Array.from({ length: 12 }, (_, k) => 85 * (k % 4)),
      ),
      "d-idx3-ubyte",
    );
    expect((await readPictures(file)).length).toBe(3);
    const some = await readPictures(file, { limit: 2 });
    expect(some.map(({ shape }) => shape)).toEqual([
      [1, 2, 2],
      [1, 2, 2],
    ]);
    expect(some[0].data[1]).toBeCloseTo(-1 / 3, 6);
  });

  test("a NaN is named with its place; what is no stack is refused", async () => {
    const data = new Float64Array(12);
    data[7] = Number.NaN;
    const broken = await refusal(() => readPictures(at(encodeNpy(data, [2, 2, 3]), "s.npy")), "InvalidValue");
    expect(broken.message).toMatch(/s\.npy \[1\] holds NaN at row 0, column 1/);
    for (const shape of [[2, 1, 2, 3, 1], [12]])
      await refusal(() => readPictures(at(encodeNpy(data, shape), "s.npy")), "InvalidShape");
  });
});

describe("readPictures of a folder", () => {
  test("by name, pictures alone", async () => {
    const list = await readPictures(join(folder, "full"));
    expect(list.map(({ name }) => name?.replace(/.*\//, ""))).toEqual([
      "a.png",
      "b.png",
      "c.npy [0]",
      "c.npy [1]",
      "c.npy [2]",
      "c.npy [3]",
    ]);
    expect((await readPictures(join(folder, "full"), { limit: 4 })).length).toBe(4);
  });

  test("an empty one, a missing one and a table are refused", async () => {
    const empty = await refusal(() => readPictures(join(folder, "empty")), "InvalidValue");
    expect(empty.message).toMatch(/holds no pictures.*Put .png/);
    await refusal(() => readPictures(join(folder, "none")), "InvalidValue");
    await refusal(() => readPictures(at(new TextEncoder().encode("x,y\n1,2\n"), "t.csv")), "Unsupported");
  });
});

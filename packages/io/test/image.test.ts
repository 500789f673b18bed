import { encode } from "fast-png";
import type { Histogram } from "monge";
import { describe, expect, test } from "vitest";
import { type ReadOptions, readMatrix, readMeasure } from "../src/index.ts";
import { greyPixels, joined, jpegFile, numbers, type PngParts, pngChunk, pngFile, webpFile } from "./files.ts";
import { refusal } from "./refusal.ts";

async function masses(data: Uint8Array, options: ReadOptions = {}): Promise<number[]> {
  const grid = (await readMeasure({ name: "i.png", data }, options)) as Histogram;
  return [...grid.weights];
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const luma = (r: number, g: number, b: number): number => (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255;

describe("readMeasure of .png: mass = luma / max", () => {
  test.each<[string, PngParts, number[]]>([
    ["8-bit grey", { width: 2, height: 2, depth: 8, colour: 0, rows: [0, 0, 51, 0, 102, 255] }, [0, 0.2, 0.4, 1]],
    ["16-bit grey", { width: 2, height: 1, depth: 16, colour: 0, rows: [0, 0, 1, 255, 255] }, [1 / 65535, 1]],
    [
      "1-bit grey, padded rows",
      { width: 3, height: 2, depth: 1, colour: 0, rows: [0, 0b10100000, 0, 0b01000000] },
      [1, 0, 1, 0, 1, 0],
    ],
    ["4-bit grey", { width: 3, height: 1, depth: 4, colour: 0, rows: [0, 0x0f, 0x30] }, [0, 1, 0.2]],
    ["RGB", { width: 2, height: 1, depth: 8, colour: 2, rows: [0, 255, 0, 0, 10, 20, 30] }, [0.2126, luma(10, 20, 30)]],
    ["grey + alpha over black", { width: 2, height: 1, depth: 8, colour: 4, rows: [0, 255, 51, 255, 255] }, [0.2, 1]],
    ["RGBA", { width: 1, height: 1, depth: 8, colour: 6, rows: [0, 255, 255, 255, 51] }, [0.2]],
    [
      "2-bit palette with transparency",
      {
        width: 4,
        height: 1,
        depth: 2,
        colour: 3,
        rows: [0, 0b00011000],
        palette: [255, 255, 255, 0, 255, 0, 0, 0, 0],
        transparency: [51],
      },
      [0.2, 0.7152, 0, 0.2],
    ],
    [
      "a transparent grey",
      { width: 2, height: 1, depth: 8, colour: 0, rows: [0, 255, 51], transparency: [0, 255] },
      [0, 0.2],
    ],
    ["a row filter (Sub)", { width: 3, height: 1, depth: 8, colour: 0, rows: [1, 51, 51, 51] }, [0.2, 0.4, 0.6]],
  ])("%s", async (_, parts, expected) => {
    const found = await masses(pngFile(parts));
    expect(found.length).toBe(expected.length);
    found.forEach((mass, k) => expect(mass).toBeCloseTo(expected[k], 14));
  });

  test("interlaced = not interlaced", async () => {
    const data = Uint8Array.from({ length: 15 * 9 * 3 }, (_, k) => (k * 37) % 256);
    const image = { width: 15, height: 9, channels: 3, data };
    expect(await masses(encode(image, { interlace: "Adam7" }))).toEqual(await masses(encode(image)));
  });

  test("shape [height, width], spacing 1, origin 0", async () => {
    const file = pngFile({ width: 3, height: 2, depth: 8, colour: 0, rows: [0, 1, 2, 3, 0, 4, 5, 6] });
    expect(await readMeasure(file)).toMatchObject({ kind: "grid", shape: [2, 3], spacing: [1, 1], origin: [0, 0] });
    expect((await readMatrix(file)).rows).toBe(2);
  });

  test("texts and colour profiles are skipped, were they bombs or broken", async () => {
    const extra = joined(pngChunk("iCCP", joined("x", [0, 0], [1, 2, 3])), pngChunk("tEXt", joined("k", [0], "v")));
    expect(await masses(pngFile({ width: 1, height: 1, depth: 8, colour: 0, rows: [0, 255], extra }))).toEqual([1]);
  });
});

describe("options of images", () => {
  const half = pngFile({ width: 2, height: 1, depth: 8, colour: 4, rows: [0, 51, 255, 255, 0] });

  test("invert: dark is heavy, transparent still weighs nothing", async () => {
    expect(await masses(half, { invert: true })).toEqual([0.8, 0]);
  });

  test("background: transparent pixels show it", async () => {
    expect(await masses(half, { background: [255, 255, 255] })).toEqual([0.2, 1]);
    expect(await masses(half, { background: [0, 0, 0], invert: true })).toEqual([0.8, 1]);
    expect((await refusal(() => masses(half, { background: [0, 0, 256] }), "InvalidValue")).argument).toBe(
      "options.background",
    );
  });

  test("linear: the sRGB curve is undone", async () => {
    const file = pngFile({ width: 3, height: 1, depth: 8, colour: 0, rows: [0, 5, 188, 255] });
    const [dark, middle, white] = await masses(file, { linear: true });
    expect(dark).toBeCloseTo(5 / 255 / 12.92, 15);
    expect(middle).toBeCloseTo(((188 / 255 + 0.055) / 1.055) ** 2.4, 14);
    expect(white).toBe(1);
  });

  test.each([1, 2, 3, 5, 7, 12])("size %i keeps the mass and the aspect", async (size) => {
    const data = Uint8Array.from({ length: 13 * 7 }, (_, k) => (k * 91) % 256);
    const file = encode({ width: 13, height: 7, channels: 1, data });
    const small = (await readMeasure(file, { size })) as Histogram;
    expect(Math.max(...small.shape)).toBe(size);
    expect(small.shape[0]).toBe(Math.max(1, Math.round((7 * size) / 13)));
    expect(sum([...small.weights])).toBeCloseTo(sum(await masses(file)), 10);
  });

  test("size: each cell gets the mass that it covers", async () => {
    const file = pngFile({ width: 3, height: 1, depth: 8, colour: 0, rows: [0, 255, 51, 102] });
    const [left, right] = await masses(file, { size: 2 });
    expect(left).toBeCloseTo(1.1, 14);
    expect(right).toBeCloseTo(0.5, 14);
    const square = pngFile({ width: 2, height: 2, depth: 8, colour: 0, rows: [0, 255, 51, 0, 51, 51] });
    expect((await masses(square, { size: 1 }))[0]).toBeCloseTo(1.6, 14);
  });

  test("size never enlarges, and refuses what is no size", async () => {
    expect((await masses(half, { size: 64 })).length).toBe(2);
    for (const size of [0, -1, 1.5, Number.NaN]) await refusal(() => masses(half, { size }), "InvalidValue");
  });

  test("an image without mass: the cure is invert", async () => {
    const black = pngFile({ width: 2, height: 1, depth: 8, colour: 0, rows: [0, 0, 0] });
    expect((await refusal(() => masses(black), "InvalidValue")).cure).toContain("invert");
    expect(await masses(black, { invert: true })).toEqual([1, 1]);
  });
});

describe("JPEG and WebP", () => {
  const ramp = greyPixels(24, 40, (i, j) => 40 + 3 * i + 3 * j);
  const expected = Array.from({ length: 24 * 40 }, (_, k) => (40 + 3 * Math.floor(k / 40) + 3 * (k % 40)) / 255);
  const worst = (found: readonly number[]): number =>
    found.reduce((most, mass, k) => Math.max(most, Math.abs(mass - expected[k])), 0);

  test.each([false, true])("JPEG, progressive %s", async (progressive) => {
    const found = await masses(await jpegFile(ramp, { progressive }));
    expect(found.length).toBe(expected.length);
    expect(worst(found)).toBeLessThan(0.02);
  });

  test("lossless WebP is exact, lossy WebP is close", async () => {
    expect(worst(await masses(await webpFile(ramp, true)))).toBeLessThan(1e-15);
    expect(worst(await masses(await webpFile(ramp, false)))).toBeLessThan(0.04);
  });

  test("WebP with alpha goes over the background", async () => {
    const file = await webpFile(
      greyPixels(4, 4, () => 255, 51),
      true,
    );
    expect((await masses(file))[0]).toBeCloseTo(0.2, 12);
    expect((await masses(file, { background: [255, 255, 255] }))[0]).toBeCloseTo(1, 12);
  });

  test("the shape is [height, width], and bytes after the end of a JPEG do not matter", async () => {
    const file = joined(await jpegFile(ramp), [1, 2, 3]);
    expect((await readMatrix(file)).rows).toBe(24);
    expect((await readMatrix(await webpFile(ramp, false))).rows).toBe(24);
  });

  test("decoding leaves no ImageData behind where there was none, and survives broken files", async () => {
    const files = [await jpegFile(ramp), await webpFile(ramp, false)];
    const scope = globalThis as { ImageData?: unknown };
    delete scope.ImageData;
    for (const file of files) {
      const spoilt = file.slice();
      spoilt.fill(0xaa, 400, 500);
      await readMatrix(spoilt).catch(() => {});
      expect(worst(await masses(file))).toBeLessThan(0.04);
    }
    expect("ImageData" in scope).toBe(false);
  });

  test("two images at a time", async () => {
    const files = await Promise.all([jpegFile(ramp), webpFile(ramp, true)]);
    const [a, b, c] = await Promise.all([masses(files[0]), masses(files[1]), masses(files[0])]);
    expect(a).toEqual(c);
    expect(worst(b)).toBeLessThan(1e-15);
  });
});

describe("images that are refused", () => {
  const good = pngFile({ width: 2, height: 2, depth: 8, colour: 0, rows: [0, 0, 51, 0, 102, 255] });
  const header = (width: number, height: number, more: number[]): Uint8Array =>
    joined(
      "\x89PNG\r\n\x1a\n",
      pngChunk("IHDR", joined(numbers([width, height], "u4", false), more)),
      pngChunk("IEND", new Uint8Array(0)),
    );
  const crc = good.slice();
  crc[45] ^= 1;
  test.each([
    ["PNG, cut in its pixels", good.subarray(0, 50), /truncated within its chunk "IDAT"/],
    ["PNG, cut before its end", good.subarray(0, good.length - 12), /IEND/],
    ["PNG, cut in its header", good.subarray(0, 20), /within its header/],
    ["PNG of 100000 x 100000 pixels in 57 bytes", header(100000, 100000, [8, 0, 0, 0, 0]), /promises 100000 x 100000/],
    ["PNG of width 0", header(0, 4, [8, 0, 0, 0, 0]), /broken PNG header/],
    ["PNG of 3 bits", header(4, 4, [3, 0, 0, 0, 0]), /broken PNG header/],
    ["PNG with too few pixels", pngFile({ width: 9, height: 2, depth: 8, colour: 0, rows: [0, 1, 2] }), /fewer pixels/],
    [
      "PNG with too many pixels",
      pngFile({ width: 1, height: 1, depth: 8, colour: 0, rows: new Uint8Array(1e6) }),
      /more pixels/,
    ],
    ["PNG with a wrong checksum", crc, /broken/],
    [
      "PNG with a colour beyond its palette",
      pngFile({ width: 1, height: 1, depth: 8, colour: 3, rows: [0, 9], palette: [1, 2, 3] }),
      /broken/,
    ],
    ["PNG without its palette", pngFile({ width: 1, height: 1, depth: 8, colour: 3, rows: [0, 0] }), /broken/],
  ] as const)("%s", async (_, data, message) => {
    expect((await refusal(() => masses(data), "CorruptFile")).message).toMatch(message);
  });

  test("truncated JPEG and WebP, at every tenth byte", async () => {
    const pixels = greyPixels(16, 16, (i, j) => (i * 16 + j * 5) % 256);
    for (const [name, file] of [
      ["i.jpg", await jpegFile(pixels)],
      ["i.webp", await webpFile(pixels, false)],
    ] as const) {
      for (let end = 1; end < file.length; end += 10) {
        await refusal(() => readMeasure({ name, data: file.subarray(0, end) }), "CorruptFile");
      }
    }
  });

  test("dimensions beyond maxBytes are refused before decoding", async () => {
    const pixels = greyPixels(64, 64, () => 200);
    for (const data of [
      await jpegFile(pixels),
      await webpFile(pixels, true),
      encode({ width: 64, height: 64, channels: 1, data: new Uint8Array(4096) }),
    ]) {
      await refusal(() => masses(data, { maxBytes: 20_000 }), "OutOfMemory");
    }
  });

  test("kinds of JPEG that are not read: lossless, 12 bits, CMYK; and of WebP: animations", async () => {
    const jpeg = await jpegFile(greyPixels(16, 16, () => 99));
    const at = jpeg.findIndex((byte, k) => byte === 0xff && jpeg[k + 1] >= 0xc0 && jpeg[k + 1] <= 0xc2);
    for (const [offset, byte] of [
      [1, 0xc3],
      [4, 12],
      [9, 4],
    ]) {
      const other = jpeg.slice();
      other[at + offset] = byte;
      await refusal(() => masses(other), "Unsupported");
    }
    await refusal(
      () => masses(joined("RIFF", [22, 0, 0, 0], "WEBPVP8X", [10, 0, 0, 0, 2, 0, 0, 0], new Uint8Array(6))),
      "Unsupported",
    );
  });

  test("a JPEG whose header promises more than its bytes can hold", async () => {
    const file = await jpegFile(greyPixels(16, 16, () => 99));
    const at = file.findIndex((byte, k) => byte === 0xff && file[k + 1] >= 0xc0 && file[k + 1] <= 0xc2);
    file.set([0xff, 0xff, 0xff, 0xff], at + 5);
    expect((await refusal(() => masses(file), "CorruptFile")).message).toContain("promises 65535 x 65535");
  });
});

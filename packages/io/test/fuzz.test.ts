// Whatever the bytes, a reader answers with numbers or an OtError: nothing else is thrown, nothing hangs, memory stays small.
import fc from "fast-check";
import { encode } from "fast-png";
import { zipSync } from "fflate";
import { isOtError } from "monge";
import { beforeAll, describe, expect, test } from "vitest";
import {
  describe as describeFile,
  type FormatName,
  type ReadOptions,
  readIdx,
  readMatrix,
  readMeasure,
  readVector,
} from "../src/index.ts";
import { dicomFile, grey } from "./dicomFile.ts";
import { greyPixels, idxFile, joined, jpegFile, npyFile, numbers, pngFile, text, webpFile } from "./files.ts";

const maxBytes = 1e6;
const formats: FormatName[] = ["csv", "npy", "npz", "ply", "png", "jpeg", "webp", "dicom", "idx"];

/** Every reader on the same bytes; throws what is no OtError, and answers that break their own promises. */
async function readAll(data: Uint8Array, options: ReadOptions): Promise<void> {
  const before = data.slice();
  const attempt = async (call: () => Promise<unknown>): Promise<unknown> => {
    try {
      return await call();
    } catch (error) {
      if (!isOtError(error)) throw error;
      expect(error.message).toContain(error.cure);
      expect(error.message.length).toBeLessThan(2000);
      return undefined;
    }
  };
  const measure = (await attempt(() => readMeasure({ name: "f", data }, options))) as
    | Awaited<ReturnType<typeof readMeasure>>
    | undefined;
  if (measure !== undefined) {
    expect(measure.weights.every((mass) => mass >= 0 && mass < Infinity)).toBe(true);
    if (measure.kind === "points") {
      expect(measure.points.data.length).toBe(measure.points.rows * measure.points.cols);
      expect(measure.points.data.every(Number.isFinite)).toBe(true);
    }
  }
  const matrix = (await attempt(() => readMatrix({ name: "f", data }, options))) as
    | { data: Float64Array; rows: number; cols: number }
    | undefined;
  if (matrix !== undefined) {
    expect(matrix.data.length).toBe(matrix.rows * matrix.cols);
    expect(matrix.data.some(Number.isNaN)).toBe(false);
  }
  await attempt(() => readVector({ name: "f", data }, options));
  await attempt(() => describeFile({ name: "f", data }, options));
  await attempt(() => readIdx({ name: "f", data }, { maxBytes }));
  expect(data).toEqual(before);
}

const points = npyFile("<f8", "2, 3", numbers([1, 2, 3, 4, 5, 6], "f8", true));
const rgba = Uint8Array.from({ length: 9 * 7 * 4 }, (_, k) => (k * 53) % 256);
const valid: [string, () => Uint8Array | Promise<Uint8Array>][] = [
  ["csv", () => text('x,"y",weight\n1,2,3\n4.5,-6e1,7\n')],
  ["blanks", () => text("# x y\n1 2\n3 4\n")],
  ["npy", () => points],
  ["Fortran npy", () => npyFile(">f4", "3, 2", numbers([1, 2, 3, 4, 5, 6], "f4", false), "True")],
  ["npz", () => zipSync({ "points.npy": points, "weights.npy": npyFile("<i8", "2,", numbers([1, 2], "i8", true)) })],
  [
    "ascii ply",
    () =>
      text(
        "ply\nformat ascii 1.0\nelement vertex 2\nproperty float x\nproperty float mass\nproperty list uchar int i\nend_header\n1 2 1 3\n4 5 0\n",
      ),
  ],
  [
    "binary ply",
    () =>
      joined(
        "ply\nformat binary_little_endian 1.0\nelement face 1\nproperty list uchar short i\nelement vertex 1\nproperty float x\nend_header\n",
        [1, 5, 0],
        numbers([3], "f4", true),
      ),
  ],
  ["grey png", () => pngFile({ width: 3, height: 2, depth: 4, colour: 0, rows: [0, 0x1f, 0x30, 1, 0x22, 0x40] })],
  [
    "palette png",
    () =>
      pngFile({
        width: 2,
        height: 1,
        depth: 2,
        colour: 3,
        rows: [0, 0x10],
        palette: [9, 9, 9, 255, 0, 0],
        transparency: [7],
      }),
  ],
  ["interlaced png", () => encode({ width: 9, height: 7, channels: 4, data: rgba }, { interlace: "Adam7" })],
  ["jpeg", () => jpegFile(greyPixels(9, 12, (i, j) => 20 * i + j))],
  [
    "lossy webp",
    () =>
      webpFile(
        greyPixels(9, 12, (i, j) => 20 * i + j),
        false,
      ),
  ],
  [
    "lossless webp",
    () =>
      webpFile(
        greyPixels(9, 12, (i, j) => 20 * i + j, 99),
        true,
      ),
  ],
  ["dicom", () => dicomFile({ elements: grey([2, 3], [0, 1, 2, 3, 4, 5], { "0028,1050": "3", "0028,1051": "4" }) })],
  ["idx", () => idxFile(8, [2, 2, 2], Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8))],
];

const options: fc.Arbitrary<ReadOptions> = fc.record({
  maxBytes: fc.constant(maxBytes),
  as: fc.option(fc.constantFrom("points" as const, "grid" as const), { nil: undefined }),
  size: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
  index: fc.option(fc.integer({ min: 0, max: 2 }), { nil: undefined }),
  linear: fc.boolean(),
  invert: fc.boolean(),
});

describe("random bytes", () => {
  test.each(formats)("as %s", async (format) => {
    const bytes = fc.uint8Array({ maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(bytes, options, (data, more) => readAll(data, { ...more, format })),
      { numRuns: 60, seed: 1 },
    );
  });

  test("random text as a table", async () => {
    const cell = fc.constantFrom(
      "1",
      "-2.5",
      "x",
      "weight",
      ",",
      ";",
      "\t",
      " ",
      "\n",
      "\r\n",
      '"',
      "#",
      "nan",
      "inf",
      "1e400",
      "\u0000",
      "é",
    );
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { maxLength: 40 }), options, (cells, more) =>
        readAll(text(cells.join("")), { ...more, format: "csv" }),
      ),
      { numRuns: 400, seed: 2 },
    );
  });
});

describe.each(valid)("%s", (name, make) => {
  // Each JPEG and WebP is decoded three times, in an instance of its own: fewer of them.
  const numRuns = /jpeg|webp/.test(name) ? 40 : 120;
  let file: Uint8Array;
  beforeAll(async () => {
    file = await make();
    await readMeasure({ name: "f", data: file }, { index: 0 });
  });

  test("flipped bits", async () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(flips, options, async (places, more) => {
        const data = file.slice();
        for (const [at, bit] of places) data[at % data.length] ^= 1 << bit;
        await readAll(data, more);
      }),
      { numRuns, seed: 3 },
    );
  });

  test("cut short, and with bytes put in, doubled and replaced", async () => {
    const edit = fc.tuple(fc.nat(), fc.nat(), fc.uint8Array({ maxLength: 8 }));
    await fc.assert(
      fc.asyncProperty(edit, fc.boolean(), options, async ([a, b, put], cut, more) => {
        const [from, to] = [a % (file.length + 1), b % (file.length + 1)];
        await readAll(cut ? file.slice(0, from) : joined(file.subarray(0, from), put, file.subarray(to)), more);
      }),
      { numRuns, seed: 4 },
    );
  });

  test("numbers of the header replaced by huge ones", async () => {
    const huge = fc.constantFrom(
      [255, 255, 255, 255],
      [255, 255, 255, 127],
      [127, 255, 255, 255],
      [0, 0, 0, 0],
      [0, 0, 1, 0],
      [64, 0, 0, 0],
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(), huge, options, async (at, bytes, more) => {
        const data = file.slice();
        data.set(bytes.slice(0, data.length), Math.min(at % 60, Math.max(0, data.length - 4)));
        await readAll(data, more);
      }),
      { numRuns, seed: 5 },
    );
  });
});

test("after all this the process holds no more memory than a few files", async () => {
  const bytes = process.memoryUsage().arrayBuffers;
  expect(bytes).toBeLessThan(400e6);
});

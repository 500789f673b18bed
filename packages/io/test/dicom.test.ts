import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Histogram } from "monge";
import { afterAll, describe, expect, test } from "vitest";
import { describe as describeFile, readImageStack, readMeasure, readPicture } from "../src/index.ts";
import { type DicomParts, dicomFile, grey, syntaxes } from "./dicomFile.ts";
import { greyPixels, jpegFile } from "./files.ts";
import { refusal } from "./refusal.ts";

const step = 1 / 65535;

async function masses(parts: DicomParts | Uint8Array, options = {}): Promise<number[]> {
  const data = parts instanceof Uint8Array ? parts : dicomFile(parts);
  return [...((await readMeasure({ name: "i.dcm", data }, options)) as Histogram).weights];
}

function near(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((value, k) => {
    expect(Math.abs(value - expected[k])).toBeLessThanOrEqual(step);
  });
}

describe("readMeasure of .dcm", () => {
  const ramp = [0, 1000, 2000, 4000, 3000, 500];
  const shares = ramp.map((value) => value / 4000);

  test.each([
    ["explicit little endian", syntaxes.explicit, true],
    ["implicit little endian", syntaxes.implicit, true],
    ["explicit big endian", syntaxes.bigEndian, false],
  ])("%s; without a window from the least value to the largest", async (_, syntax, little) => {
    near(await masses({ syntax, elements: grey([2, 3], ramp, {}, little) }), shares);
  });

  test("MONOCHROME1 is inverted; bits above the stored ones are ignored; padding is black", async () => {
    near(
      await masses({ elements: grey([2, 3], ramp, { "0028,0004": "MONOCHROME1" }) }),
      shares.map((share) => 1 - share),
    );
    near(await masses({ elements: grey([1, 2], [0x7000 + 0, 0x3000 + 9]) }), [0, 1]);
    near(await masses({ elements: grey([1, 3], [100, 4000, 300], { "0028,0120": { us: 4000 } }) }), [0, 0, 1]);
  });

  test("signed values, slope, intercept and window, by the formulas of the standard", async () => {
    // Hounsfield units -1000, -100, 40, 400; center 40, width 401: black at -160, white at 240.
    const elements = grey([1, 4], [12, 462, 532, 712], {
      "0028,1053": "2",
      "0028,1052": "-1024",
      "0028,1050": "40\\-600",
      "0028,1051": "401\\1500",
    });
    near(await masses({ elements }), [0, (-100 - 39.5) / 400 + 0.5, 0.5 / 400 + 0.5, 1]);
    near(await masses({ elements: { ...elements, "0028,1056": "LINEAR_EXACT" } }), [0, -140 / 401 + 0.5, 0.5, 1]);
    const sigmoid = [-1000, -100, 40, 400].map((x) => 1 / (1 + Math.exp((-4 * (x - 40)) / 401)));
    near(await masses({ elements: { ...elements, "0028,1056": "SIGMOID" } }), sigmoid);
    const signed = grey([1, 3], [-5, 0, 5], {
      "0028,0103": { us: 1 },
      "0028,0101": { us: 16 },
      "0028,0102": { us: 15 },
    });
    near(await masses({ elements: signed }), [0, 0.5, 1]);
    const twelve = grey([1, 3], [0xffb, 0, 5], { "0028,0103": { us: 1 } });
    near(await masses({ elements: twelve }), [0, 0.5, 1]);
  });

  test("8 bits, RGB in pixels and in planes", async () => {
    const eight = { "0028,0100": { us: 8 }, "0028,0101": { us: 8 }, "0028,0102": { us: 7 } };
    near(
      await masses({ elements: grey([1, 3], [], { ...eight, "7fe0,0010": Uint8Array.of(0, 51, 255) }) }),
      [0, 0.2, 1],
    );
    const colour = { ...eight, "0028,0002": { us: 3 }, "0028,0004": "RGB" };
    const luma = [0.2126, (0.7152 * 51) / 255];
    const pixels = grey([1, 2], [], { ...colour, "7fe0,0010": Uint8Array.of(255, 0, 0, 0, 51, 0) });
    near(await masses({ elements: pixels }), luma);
    const planes = { ...pixels, "0028,0006": { us: 1 }, "7fe0,0010": Uint8Array.of(255, 0, 0, 51, 0, 0) };
    near(await masses({ elements: planes }), luma);
  });

  test("baseline JPEG, in two fragments, windowed like other pixels", async () => {
    const image = greyPixels(8, 8, (i, j) => 20 * i + 10 * j);
    const jpeg = await jpegFile(image);
    const elements = grey([8, 8], [], {
      "0028,0100": { us: 8 },
      "0028,0101": { us: 8 },
      "0028,0102": { us: 7 },
      "0028,1050": "128",
      "0028,1051": "256",
    });
    const { "7fe0,0010": _, ...header } = elements;
    const half = 2 * Math.floor(jpeg.length / 4);
    const parts = { syntax: syntaxes.jpeg, elements: header, fragments: [jpeg.subarray(0, half), jpeg.subarray(half)] };
    const plain = ((await readMeasure({ name: "i.jpg", data: jpeg })) as Histogram).weights;
    near(await masses(parts), [...plain]);
  });

  test("is known by its content, described from its header, read as a picture of 16 bits", async () => {
    const data = dicomFile({ elements: grey([2, 3], ramp) });
    expect(await describeFile({ name: "IM0001", data })).toMatchObject({
      format: "dicom",
      shape: [2, 3],
      dtype: "uint16",
    });
    const picture = await readPicture({ name: "IM0001", data });
    expect(picture).toMatchObject({ width: 3, height: 2, channels: 1, max: 65535 });
    expect(picture.data[3]).toBe(65535);
  });
});

describe("refuses", () => {
  const fine = grey([2, 3], [0, 1, 2, 3, 4, 5]);
  test.each<[string, Partial<DicomParts>, "CorruptFile" | "Unsupported", RegExp]>([
    ["video", { syntax: syntaxes.video }, "Unsupported", /1\.2\.840\.10008\.1\.2\.4\.102.*gdcmconv/],
    ["a number of frames that is none", { elements: { ...fine, "0028,0008": "-1" } }, "CorruptFile", /-1 frames/],
    ["palettes", { elements: { ...fine, "0028,0004": "PALETTE COLOR" } }, "Unsupported", /PALETTE COLOR/],
    ["32 bits", { elements: { ...fine, "0028,0100": { us: 32 } } }, "Unsupported", /32 bits/],
    ["tables of values", { elements: { ...fine, "0028,3000": new Uint8Array(0) } }, "Unsupported", /LUT/],
    ["fewer pixels than promised", { elements: { ...fine, "0028,0010": { us: 60000 } } }, "CorruptFile", /60000/],
    ["a size of 0", { elements: { ...fine, "0028,0010": { us: 0 } } }, "CorruptFile", /without pixels/],
    ["no number where one belongs", { elements: { ...fine, "0028,1053": "two" } }, "CorruptFile", /two/],
    ["an empty window", { elements: { ...fine, "0028,1050": "1", "0028,1051": "0" } }, "CorruptFile", /window/],
  ])("%s", async (_, parts, code, complaint) => {
    const error = await refusal(() => masses({ elements: fine, ...parts }), code);
    expect(error.message).toMatch(complaint);
  });

  test("what is cut off anywhere, what has no DICM, and what would take too much memory", async () => {
    const whole = dicomFile({ elements: fine });
    for (let end = 1; end < whole.length; end += 3) await refusal(() => masses(whole.subarray(0, end)), "CorruptFile");
    await refusal(() => masses(new Uint8Array(400)), "CorruptFile");
    await refusal(() => masses(whole, { maxBytes: 300 }), "OutOfMemory");
  });
});

describe("readImageStack of a folder", () => {
  const folder = mkdtempSync(join(tmpdir(), "monge-dicom-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const fill = (name: string, files: Readonly<Record<string, Uint8Array>>): string => {
    mkdirSync(join(folder, name));
    for (const [file, data] of Object.entries(files)) writeFileSync(join(folder, name, file), data);
    return join(folder, name);
  };
  const image = (values: number[]): Uint8Array => dicomFile({ elements: grey([2, 2], values) });

  test("reads .dcm and files without an ending; hidden files are no images", async () => {
    const path = fill("good", { "b.dcm": image([0, 1, 2, 3]), IM1: image([3, 0, 0, 0]), ".notes": new Uint8Array(3) });
    const { images, shape, names } = await readImageStack(path);
    expect(names).toEqual(["IM1", "b.dcm"]);
    expect(shape).toEqual([2, 2]);
    near([...images.data], [1, 0, 0, 0, 0, 1 / 3, 2 / 3, 1]);
  });

  test("complains of every file that it cannot read", async () => {
    const good = image([0, 1, 2, 3]);
    const broken = fill("broken", { "a.dcm": good, "b.dcm": good.subarray(0, good.length - 2) });
    expect((await refusal(() => readImageStack(broken), "CorruptFile")).message).toMatch(/b\.dcm/);
    const other = fill("other", { "a.dcm": good, "scan.tiff": new Uint8Array(9) });
    expect((await refusal(() => readImageStack(other), "InvalidValue")).message).toMatch(/scan\.tiff/);
    const words = fill("words", { "a.dcm": good, README: new TextEncoder().encode("1 2\n3 4\n") });
    expect((await refusal(() => readImageStack(words), "InvalidValue")).message).toMatch(/README/);
  });
});

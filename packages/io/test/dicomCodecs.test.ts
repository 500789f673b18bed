import { readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import type { Histogram } from "monge";
import { describe, expect, test } from "vitest";
import { describe as describeFile, readMeasure, readPicture } from "../src/index.ts";
import { decodeWasm } from "../src/wasmCodec.ts";
import { jpeg2000, jpegLs, losslessJpeg, type Pixels, rle } from "./codestreams.ts";
import { type DicomParts, dicomFile, grey, type Value } from "./dicomFile.ts";
import { joined, numbers } from "./files.ts";
import { refusal } from "./refusal.ts";

const jpegs = JSON.parse(readFileSync(new URL("./fixtures/jpegs.json", import.meta.url), "utf8")) as {
  picture: Record<"eight" | "twelve" | "sixteen" | "rgb" | "extendedDecoded", number[]> & {
    width: number;
    height: number;
  };
  files: Record<"eight" | "sixteen" | "rgb" | "extended", string> & { predictors: string[] };
};
const fixture = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));

const [height, width] = [48, 66];
const value = (k: number, most: number): number =>
  Math.floor(most * (0.5 + 0.4 * Math.sin((k % width) / 6) * Math.cos(k / width / 4))) + ((k * k) % 7);
const picture = (bits: number): Pixels => ({
  width,
  height,
  bits,
  values: Array.from({ length: width * height }, (_, k) => value(k, 0.9 * (2 ** bits - 8))),
});
const twelve = picture(12);
const colour: Pixels = {
  ...picture(8),
  colours: 3,
  values: Array.from({ length: 3 * width * height }, (_, k) => (k * 7) % 251),
};
const signed: Pixels = { ...twelve, signed: true, values: twelve.values.map((x) => x - 2048) };

/** The header of such an image; without a window. */
function header({ width, height, bits, colours = 1, signed = false }: Pixels, more: Record<string, Value> = {}) {
  const { "7fe0,0010": _, ...rest } = grey([height, width], [], {
    "0028,0002": { us: colours },
    "0028,0004": colours === 3 ? "RGB" : "MONOCHROME2",
    "0028,0100": { us: bits > 8 ? 16 : 8 },
    "0028,0101": { us: bits },
    "0028,0102": { us: bits - 1 },
    "0028,0103": { us: signed ? 1 : 0 },
    ...more,
  });
  return rest;
}

const uid = (end: string): string => `1.2.840.10008.1.2.${end}`;
const file = (end: string, pixels: Pixels, stream: Uint8Array, more = {}): Uint8Array =>
  dicomFile({ syntax: uid(end), elements: header(pixels, more), fragments: [stream] });

/** The same pixels without compression. */
const plain = (pixels: Pixels): Uint8Array =>
  dicomFile({
    elements: { ...header(pixels), "7fe0,0010": numbers(pixels.values, pixels.bits > 8 ? "i2" : "u1", true) },
  });

const colours = async (data: Uint8Array): Promise<number[]> => [...(await readPicture({ name: "i.dcm", data })).data];
const masses = async (data: Uint8Array, options = {}): Promise<number[]> => [
  ...((await readMeasure({ name: "i.dcm", data }, options)) as Histogram).weights,
];

describe("lossless syntaxes give the bits of the uncompressed file", () => {
  const made: Record<string, (pixels: Pixels) => Uint8Array | Promise<Uint8Array>> = {
    "5": rle,
    "4.57": losslessJpeg,
    "4.70": losslessJpeg,
    "4.80": (pixels) => jpegLs(pixels, 0, pixels.colours === 3 ? 2 : 0),
    "4.90": jpeg2000,
  };
  test.each(Object.keys(made))("%s: 8, 12 and 16 bits, with a sign, RGB", async (end) => {
    for (const pixels of [picture(8), twelve, picture(16), signed, colour]) {
      // Lossless JPEG and RLE know no signs: the stored bits are what they see.
      const bare = { ...pixels, values: pixels.values.map((x) => x & (2 ** pixels.bits - 1)) };
      const stream = await made[end](end === "4.90" ? pixels : bare);
      expect(await colours(file(end, pixels, stream))).toEqual(await colours(plain(pixels)));
    }
  });

  test("lossless JPEG of the IJG library: all predictors, 8 and 16 bits, RGB", async () => {
    const { picture: given, files } = jpegs;
    const of = (bits: number, values: number[], colours = 1): Pixels => ({ ...given, bits, values, colours });
    const cases: [Pixels, string][] = [
      ...files.predictors.map((base64): [Pixels, string] => [of(12, given.twelve), base64]),
      [of(8, given.eight), files.eight],
      [of(16, given.sixteen), files.sixteen],
      [of(8, given.rgb, 3), files.rgb],
    ];
    for (const [pixels, base64] of cases)
      expect(await colours(file("4.70", pixels, fixture(base64)))).toEqual(await colours(plain(pixels)));
  });

  test("lossless JPEG with restarts; with a point transform the low bits are gone", async () => {
    expect(await colours(file("4.57", twelve, losslessJpeg(twelve, { restart: 4 })))).toEqual(
      await colours(plain(twelve)),
    );
    const cut = { ...twelve, values: twelve.values.map((x) => (x >> 3) << 3) };
    expect(await colours(file("4.57", twelve, losslessJpeg(twelve, { low: 3 })))).toEqual(await colours(plain(cut)));
  });

  test("JPEG-LS with colours one after another, by lines, by samples", async () => {
    const planes = { ...colour, values: [0, 1, 2].flatMap((c) => colour.values.filter((_, k) => k % 3 === c)) };
    for (const mode of [0, 1, 2])
      expect(await colours(file("4.80", colour, await jpegLs(mode === 0 ? planes : colour, 0, mode)))).toEqual(
        await colours(plain(colour)),
      );
  });

  test("JPEG 2000 turns YBR_RCT into RGB", async () => {
    const stream = await jpeg2000(colour);
    expect(await colours(file("4.90", colour, stream, { "0028,0004": "YBR_RCT" }))).toEqual(
      await colours(plain(colour)),
    );
  });

  test("a deflated file", async () => {
    const whole = plain(twelve);
    const begin = 128 + 4 + 12 + 8 + uid("1").length + 1;
    const meta = dicomFile({ syntax: uid("1.99"), elements: {} });
    const deflated = joined(meta, deflateRawSync(whole.subarray(begin + (begin % 2))));
    expect(await colours(deflated)).toEqual(await colours(whole));
    for (const end of [meta.length + 1, deflated.length - 20])
      await refusal(() => colours(deflated.subarray(0, end)), "CorruptFile");
    const bomb = joined(meta, deflateRawSync(new Uint8Array(5e6)));
    await refusal(() => masses(bomb, { maxBytes: 1e6 }), "OutOfMemory");
  });
});

describe("lossy syntaxes stay within their bounds", () => {
  /** Without a window the darkest is 0, the brightest 65535. */
  const worst = async (data: Uint8Array, pixels: Pixels): Promise<number> => {
    const window = { "0028,1050": String(2 ** (pixels.bits - 1)), "0028,1051": String(2 ** pixels.bits) };
    const exact = dicomFile({
      elements: { ...header(pixels, window), "7fe0,0010": numbers(pixels.values, "i2", true) },
    });
    const [found, expected] = [await colours(data), await colours(exact)];
    return Math.max(...found.map((x, k) => Math.abs(x - expected[k]))) / (65535 / (2 ** pixels.bits - 1));
  };
  const window = { "0028,1050": "2048", "0028,1051": "4096" };

  test("near-lossless JPEG-LS: every sample by 3 at most, and not by 0", async () => {
    const error = await worst(file("4.81", twelve, await jpegLs(twelve, 3), window), twelve);
    expect(error).toBeLessThan(3.1);
    expect(error).toBeGreaterThan(0.9);
  });

  test("JPEG 2000: within a hundredth of the range", async () => {
    const stream = await jpeg2000(twelve, 0.002);
    const error = await worst(file("4.91", twelve, stream, window), twelve);
    expect(error).toBeLessThan(41);
    expect(error).toBeGreaterThan(0.5);
  });

  test("extended JPEG of 12 bits: as libjpeg-turbo decodes it, within one step", async () => {
    const { picture: given, files } = jpegs;
    const decoded: Pixels = { ...given, bits: 12, values: given.extendedDecoded };
    expect(await worst(file("4.51", decoded, fixture(files.extended), window), decoded)).toBeLessThan(1.1);
  });
});

describe("several frames", () => {
  const second = { ...twelve, values: twelve.values.map((_, k) => (k * 5) % 4096) };
  const frames = { "0028,0008": "2" };
  const parts: [string, () => Promise<DicomParts>][] = [
    [
      "uncompressed",
      async () => ({
        elements: { ...header(twelve, frames), "7fe0,0010": numbers([...twelve.values, ...second.values], "i2", true) },
      }),
    ],
    [
      "RLE",
      async () => ({ syntax: uid("5"), elements: header(twelve, frames), fragments: [rle(twelve), rle(second)] }),
    ],
  ];
  test.each(parts)("%s: index chooses one, none is chosen unasked", async (_, make) => {
    const data = dicomFile(await make());
    expect(await masses(data, { index: 0 })).toEqual(await masses(plain(twelve)));
    expect(await masses(data, { index: 1 })).toEqual(await masses(plain(second)));
    for (const index of [undefined, 2, -1, 0.5]) {
      const error = await refusal(() => masses(data, { index }), "InvalidValue");
      expect(error.message).toMatch(/2 frames.*index.*0\.\.1/);
    }
    expect(await describeFile({ name: "i", data })).toMatchObject({ shape: [height, width], items: 2 });
  });

  test("fragments that could belong to any frame are refused", async () => {
    const stream = rle(twelve);
    const fragments = [stream, stream.subarray(0, 10), stream];
    const data = dicomFile({ syntax: uid("5"), elements: header(twelve, frames), fragments });
    await refusal(() => masses(data, { index: 0 }), "CorruptFile");
  });
});

describe("broken pixels", () => {
  const streams: [string, string, Pixels, () => Uint8Array | Promise<Uint8Array>][] = [
    ["RLE", "5", twelve, () => rle(twelve)],
    ["lossless JPEG", "4.70", twelve, () => losslessJpeg(twelve)],
    ["extended JPEG", "4.51", { ...jpegs.picture, bits: 12, values: [] }, () => fixture(jpegs.files.extended)],
    ["JPEG-LS", "4.80", twelve, () => jpegLs(twelve)],
    ["JPEG 2000", "4.90", twelve, () => jpeg2000(twelve)],
  ];
  test.each(streams)("%s, cut off anywhere", async (_, end, pixels, make) => {
    const stream = await make();
    for (let cut = 0; cut < stream.length - 1; cut += Math.ceil(stream.length / 25))
      await refusal(() => masses(file(end, pixels, stream.subarray(0, cut))), "CorruptFile");
  });

  test.each(streams)(
    "%s of other dimensions than the header promises, before any memory is taken",
    async (_, end, pixels, make) => {
      const stream = await make();
      for (const [tall, wide] of [
        [65535, 65535],
        [pixels.height + 8, pixels.width],
      ])
        await refusal(
          () => masses(file(end, { ...pixels, height: tall, width: wide }, stream)),
          tall > 60000 && end === "5" ? "OutOfMemory" : "CorruptFile",
        );
      await refusal(() => masses(file(end, pixels, stream), { maxBytes: 3000 }), "OutOfMemory");
    },
  );

  test.each(streams)("%s without fragments, and in place of others", async (name, end, pixels, make) => {
    const stream = await make();
    const elements = { ...header(pixels), "7fe0,0010": stream };
    await refusal(() => masses(dicomFile({ syntax: uid(end), elements })), "CorruptFile");
    const other = name === "RLE" ? "4.90" : "5";
    await refusal(() => masses(file(other, pixels, stream)), "CorruptFile");
  });

  test("a JPEG-LS scan that no marker ends, on which CharLS would go on for ever", async () => {
    const stream = await jpegLs(twelve);
    const data = joined(stream.subarray(0, stream.length >> 1), [0, 0]);
    const error = await refusal(() => masses(file("4.80", twelve, data)), "CorruptFile");
    expect(error.message).toMatch(/no end/);
  });

  test("a decoder that wants more memory than it may have is refused", async () => {
    const codec = await import("../src/generated/openjpeg.ts");
    const zeros = new Uint8Array(70e6);
    const decode = (honest: number, maxBytes: number) => () =>
      decodeWasm(codec, "J2KDecoder", zeros, "i.dcm", { honest, maxBytes }, () => 0);
    expect((await refusal(decode(54e6, 2 ** 30), "CorruptFile")).message).toMatch(/memory/);
    await refusal(decode(2 ** 30, 54e6), "OutOfMemory");
    expect((await refusal(decode(2 ** 30, 2 ** 30), "CorruptFile")).message).toMatch(/broken compressed pixels/);
  });
});

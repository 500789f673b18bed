// Pictures with their colours: what is written is what is read, of 8 and 16 bits; animations are PNG files; bad files are refused.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decode, decodeApng } from "fast-png";
import { describe, expect, test } from "vitest";
import { type ColorPicture, encodeAnimation, encodePicture, readPicture, writePicture } from "../src/index.ts";
import { pngFile } from "./files.ts";
import { refusal } from "./refusal.ts";

function picture(channels: 1 | 2 | 3 | 4, max: 255 | 65535, shift = 0): ColorPicture {
  const [width, height] = [7, 5];
  const sample = (_: unknown, k: number): number => (k * 7919 + shift) % (max + 1);
  const length = width * height * channels;
  const data = max > 255 ? Uint16Array.from({ length }, sample) : Uint8Array.from({ length }, sample);
  return { data, width, height, channels, max };
}

describe("encodePicture, then readPicture", () => {
  test.each([1, 2, 3, 4] as const)("%i channels of 8 and 16 bits are the same", async (channels) => {
    for (const max of [255, 65535] as const) {
      const one = picture(channels, max);
      const back = await readPicture({ name: "p.png", data: await encodePicture(one) });
      expect(back).toEqual(one);
    }
  });
  test("a file, and few bits as eight", async () => {
    const folder = mkdtempSync(join(tmpdir(), "picture-"));
    try {
      await writePicture(join(folder, "p.png"), picture(3, 255));
      expect(await readPicture(join(folder, "p.png"))).toEqual(picture(3, 255));
      await expect(writePicture(join(folder, "p.png"), picture(3, 255))).rejects.toThrow(/exists/);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const few = pngFile({ width: 3, height: 1, depth: 4, colour: 0, rows: [0, 0x0f, 0x30] });
    expect(Array.from((await readPicture({ name: "f.png", data: few })).data)).toEqual([0, 255, 51]);
  });
});

test("encodeAnimation(frames): a decoder of its own sees every frame, and any other the first", async () => {
  const frames = [0, 50, 100].map((shift) => picture(3, 255, shift));
  const file = await encodeAnimation(frames, { delayMs: 40 });
  const { frames: seen, numberOfFrames, numberOfPlays } = decodeApng(file, { checkCrc: true });
  expect([numberOfFrames, numberOfPlays]).toEqual([3, 0]);
  seen.forEach(({ data, delayNumber, delayDenominator }, k) => {
    expect(Array.from(data)).toEqual(Array.from(frames[k].data));
    expect(delayNumber / delayDenominator).toBe(0.04);
  });
  expect(Array.from(decode(file, { checkCrc: true }).data)).toEqual(Array.from(frames[0].data));
});

test("what is no picture, too large, or of another size is refused by name", async () => {
  const text = new TextEncoder().encode("1,2\n3,4\n");
  await refusal(() => readPicture({ name: "t.csv", data: text }), "Unsupported");
  const one = await encodePicture(picture(3, 255));
  await refusal(() => readPicture({ name: "p.png", data: one }, { maxBytes: 300 }), "OutOfMemory");
  await refusal(() => readPicture({ name: "p.png", data: one.subarray(0, 60) }), "CorruptFile");
  await refusal(() => encodeAnimation([picture(3, 255), picture(4, 255)]), "InvalidShape");
  await refusal(() => encodePicture({ ...picture(3, 255), width: 9 }), "InvalidShape");
});

// Morphing: ends, conservation of light, translation of shapes, all methods, refusals.
import { describe, expect, it } from "vitest";
import { morph, type Picture } from "../../src/image/index.ts";

const size = 20;

/** A disc of colour. */
function disc(x: number, y: number, radius: number, rgb: readonly number[], ground = 0): Picture {
  const data = new Uint8Array(size * size * 3);
  for (let i = 0; i < size * size; i++) {
    const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot((i % size) - x, Math.floor(i / size) - y)));
    for (let c = 0; c < 3; c++) data[3 * i + c] = Math.round(255 * (cover * rgb[c] + (1 - cover) * ground));
  }
  return { data, width: size, height: size, channels: 3, max: 255 };
}

/** Mean place of the light of a frame. */
function centre({ data, width }: Picture): [number, number] {
  let [sx, sy, total] = [0, 0, 0];
  data.forEach((value, k) => {
    const i = Math.floor(k / 3);
    sx += value * (i % width);
    sy += value * Math.floor(i / width);
    total += value;
  });
  return [sx / total, sy / total];
}

const red = disc(5, 6, 3, [1, 0, 0]);
const blue = disc(14, 12, 3, [0, 0.6, 1]);

describe("morph(source, target)", () => {
  it.each(["exact", "entropic", "unbalanced", "barycenter", "debiased"] as const)(
    "%s: begins and ends with the pictures, and its light goes from one to the other",
    (method) => {
      const reach = method === "unbalanced" ? { reach: 200 } : {};
      const { frames, light, times } = morph(red, blue, { frames: 5, method, size, ...reach });
      expect(frames[0].data).toEqual(red.data);
      expect(frames[4].data).toEqual(blue.data);
      expect(Array.from(times)).toEqual([0, 0.25, 0.5, 0.75, 1]);
      light.forEach((value, k) => {
        const straight = (1 - times[k]) * light[0] + times[k] * light[4];
        expect(Math.abs(value - straight)).toBeLessThan((method === "unbalanced" ? 0.02 : 1e-4) * straight);
      });
      const [x, y] = centre(frames[2]);
      expect(x).toBeCloseTo(9.5, 0);
      expect(y).toBeCloseTo(9, 0);
    },
  );
  it("exact: a shape that moves keeps its form, and the value is the squared way", () => {
    const { frames, value } = morph(disc(5, 6, 3, [1, 1, 1]), disc(13, 12, 3, [1, 1, 1]), { frames: 3, size, blur: 0 });
    expect(value).toBeCloseTo(100, 10);
    expect(frames[1].data).toEqual(disc(9, 9, 3, [1, 1, 1]).data);
  });
  it("colours are those of both ends, halfway their mean", () => {
    const { frames } = morph(disc(5, 6, 3, [1, 0, 0]), disc(13, 12, 3, [1, 0, 0]), { frames: 3, size });
    frames[1].data.forEach((value, k) => {
      if (k % 3 > 0) expect(value).toBe(0);
    });
  });
  it("unbalanced: what is out of reach fades in place", () => {
    const { frames } = morph(red, blue, { frames: 3, method: "unbalanced", size, reach: 1 });
    const at = (x: number, y: number, c: number): number => frames[1].data[3 * (y * size + x) + c];
    expect(at(5, 6, 0)).toBeGreaterThan(100);
    expect(at(14, 12, 2)).toBeGreaterThan(100);
    expect(at(9, 9, 0) + at(9, 9, 2)).toBeLessThan(10);
  });
  it("invert: dark shapes over white", () => {
    const { frames } = morph(disc(5, 6, 3, [0, 0, 0], 1), disc(13, 12, 3, [0, 0, 0], 1), {
      frames: 3,
      size,
      invert: true,
    });
    expect(frames[1].data[3 * (9 * size + 9)]).toBeLessThan(20);
    expect(frames[1].data[0]).toBe(255);
  });
  it("pictures of other sizes and shapes meet on one canvas; larger ones are reduced", () => {
    const wide: Picture = { data: new Uint8Array(80 * 40).fill(200), width: 80, height: 40, channels: 1, max: 255 };
    const { frames } = morph(wide, red, { frames: 2, size: 20 });
    expect([frames[0].width, frames[0].height]).toEqual([20, 10]);
  });
  it("async and sync have the same bits", async () => {
    const options = { frames: 3, size, method: "entropic" as const };
    expect((await morph.async(red, blue, options)).frames).toEqual(morph(red, blue, options).frames);
  });
  it("names what is wrong", () => {
    expect(() => morph({ ...red, data: new Uint8Array(red.data.length) }, blue)).toThrow(/source is all black/);
    expect(() => morph(red, blue, { frames: 1 })).toThrow(/frames/);
    expect(() => morph(red, blue, { method: "warp" as never })).toThrow(/method/);
  });
});

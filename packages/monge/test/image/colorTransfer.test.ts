// Colour transfer: distances fall on pixels that were not looked at, maps are those of their methods, alpha and depth stay.
import { describe, expect, it } from "vitest";
import { type ColorSpace, colorCodec } from "../../src/image/colorSpace.ts";
import { colorTransfer, gradientStatistics, type Picture, palette } from "../../src/image/index.ts";
import { cost, emd } from "../../src/index.ts";
import { dusk, landscape, noon } from "./landscape.ts";

const source = landscape(120, 80, noon, 1);
const reference = landscape(90, 90, dusk, 2);
const settings = { colors: 250, nodes: 17 };

/** Every other pixel, from `first`. */
function half({ data, width, height, channels, max }: Picture, first: 0 | 1): Picture {
  const count = (width * height) / 2;
  const kept = Uint8Array.from({ length: count * channels }, (_, k) => {
    const i = 2 * Math.floor(k / channels) + first;
    return data[i * channels + (k % channels)];
  });
  return { data: kept, width: count, height: 1, channels, max };
}

function squared(x: Picture, y: Picture): number {
  const [p, q] = [palette(x, { size: 400 }), palette(y, { size: 400 })];
  return emd(p.weights, q.weights, cost.points(p.colors, q.colors)).value;
}

describe("colorTransfer(source, reference)", () => {
  it("exact: W2^2 to the reference falls by 90 % or more on pixels that made neither palette nor plan", () => {
    const { apply } = colorTransfer(half(source, 0), half(reference, 0), settings);
    const [held, wanted] = [half(source, 1), half(reference, 1)];
    expect(squared(apply(held), wanted)).toBeLessThan(0.1 * squared(held, wanted));
  });
  it.each(["exact", "entropic", "sliced", "affine", "laplacian"] as const)(
    "%s: the palette comes near, and edges do not come out of nothing",
    (method) => {
      const { distance, gradients, value } = colorTransfer(source, reference, { ...settings, method, colors: 120 });
      expect(distance.after).toBeLessThan(0.1 * distance.before);
      expect(value).toBeGreaterThan(0.9 * distance.before);
      expect(gradients.newEdges).toBeLessThan(0.001);
      expect(gradients.after).toBeLessThan(1.5 * gradients.expected);
    },
  );
  it("unbalanced: a colour without a counterpart stays, the others move", () => {
    // Half of the source is near the reference's only colour, half is far from it.
    const two: Picture = { data: Uint8Array.of(20, 20, 20, 250, 40, 40), width: 2, height: 1, channels: 3, max: 255 };
    const one: Picture = { data: Uint8Array.of(40, 40, 60), width: 1, height: 1, channels: 3, max: 255 };
    const { picture } = colorTransfer(two, one, { method: "unbalanced", space: "srgb", strength: 0.02, neighbours: 1 });
    const [r, , b, red] = picture.data;
    expect(r).toBeGreaterThan(22);
    expect(b).toBeGreaterThan(30);
    expect(red).toBeGreaterThan(240);
    const all = colorTransfer(two, one, { method: "exact", space: "srgb", neighbours: 1 });
    expect(all.picture.data[3]).toBeLessThan(50);
  });
  it("a picture in its own colours is itself, and amount 0 changes nothing", () => {
    for (const [to, options] of [
      [source, settings],
      [reference, { ...settings, amount: 0 }],
      [source, { ...settings, method: "affine" as const }],
    ] as const) {
      const { picture } = colorTransfer(source, to, options);
      picture.data.forEach((value, k) => expect(Math.abs(value - source.data[k])).toBeLessThanOrEqual(2));
    }
  });
  it("affine: the mean of the palette becomes that of the reference", () => {
    const {
      source: from,
      reference: to,
      picture,
    } = colorTransfer(source, reference, { ...settings, method: "affine", nodes: 65 });
    const mean = ({ colors, weights }: typeof from, c: number): number =>
      weights.reduce((total, weight, i) => total + weight * colors.data[3 * i + c], 0);
    const after = palette(picture);
    for (let c = 0; c < 3; c++) {
      expect(Math.abs(mean(from, c) - mean(to, c))).toBeGreaterThan(0.003);
      expect(mean(after, c)).toBeCloseTo(mean(to, c), 1.5);
    }
  });
  it("keeps alpha, leaves transparent pixels out of the palette, and keeps 16 bits", () => {
    const rgba: Picture = {
      data: Uint16Array.of(0, 0, 65535, 0, 30000, 20000, 10000, 65535, 31111, 20000, 10000, 40000),
      width: 3,
      height: 1,
      channels: 4,
      max: 65535,
    };
    const { picture, source: from } = colorTransfer(rgba, reference, settings);
    expect(picture.data).toBeInstanceOf(Uint16Array);
    expect([picture.data[3], picture.data[7], picture.data[11]]).toEqual([0, 65535, 40000]);
    expect(from.weights.length).toBeLessThanOrEqual(2);
    const fine = landscape(120, 80, noon, 1, 65535);
    const out = colorTransfer(fine, reference, settings).picture.data;
    expect(new Set(Array.from(out, (value) => value % 257)).size).toBeGreaterThan(200);
    const coarse = colorTransfer(source, reference, settings).picture.data;
    coarse.forEach((value, k) => expect(Math.abs(out[k] / 257 - value)).toBeLessThan(12));
  });
  it("grey becomes colour; all spaces agree on black and white", () => {
    const grey: Picture = { data: Uint8Array.of(0, 90, 180, 255), width: 2, height: 2, channels: 1, max: 255 };
    expect(colorTransfer(grey, reference, settings).picture.channels).toBe(3);
    expect(colorTransfer({ ...grey, channels: 2, width: 1 }, reference, settings).picture.channels).toBe(4);
  });
  it("guided: changes are smoother where the source is flat, and steps of the source stay", () => {
    const plain = colorTransfer(source, reference, settings);
    const smooth = colorTransfer(source, reference, { ...settings, guided: true });
    expect(smooth.gradients.after).toBeLessThan(plain.gradients.after);
    const strips = colorTransfer(landscape(40, 300, noon, 3), reference, { ...settings, guided: { radius: 40 } });
    expect(strips.gradients.newEdges).toBeLessThan(0.001);
  });
  it("same input, same bits; async too; progress runs through all phases", async () => {
    const phases = new Set<string>();
    const first = colorTransfer(source, reference, { ...settings, onProgress: ({ phase }) => phases.add(phase) });
    const second = await colorTransfer.async(source, reference, settings);
    expect(second.picture.data).toEqual(first.picture.data);
    expect([...phases]).toEqual(expect.arrayContaining(["palette", "table", "pixels"]));
  });
  it("names what is wrong", () => {
    expect(() => colorTransfer({ ...source, width: 7 }, reference)).toThrow(/source is no picture/);
    expect(() => colorTransfer(source, reference, { method: "magic" as never })).toThrow(/method is magic/);
    expect(() => colorTransfer(source, reference, { space: "cmyk" as never })).toThrow(/space is cmyk/);
    expect(() => palette({ data: Uint8Array.of(1, 2, 3, 0), width: 1, height: 1, channels: 4, max: 255 })).toThrow(
      /No pixel/,
    );
  });
});

describe("colour spaces", () => {
  const known: readonly (readonly [ColorSpace, readonly number[], readonly number[]])[] = [
    ["oklab", [1, 1, 1], [1, 0, 0]],
    ["oklab", [1, 0, 0], [0.62796, 0.22486, 0.12585]],
    ["lab", [1, 1, 1], [1, 0, 0]],
    ["lab", [0, 0, 1], [0.32297, 0.79188, -1.0786]],
    ["linear", [0.5, 0.04, 1], [0.21404, 0.003096, 1]],
  ];
  it.each(known)("%s of %j is the published %j", (space, rgb, wanted) => {
    const color = Float64Array.from(rgb);
    colorCodec(space).encode(color, 0);
    wanted.forEach((value, k) => expect(Math.abs(color[k] - value)).toBeLessThan(2e-4));
  });
  it.each(["srgb", "linear", "oklab", "lab"] as const)("%s and back is the same", (space) => {
    const codec = colorCodec(space);
    for (let k = 0; k < 64; k++) {
      const rgb = Float64Array.of((k & 3) / 3, ((k >> 2) & 3) / 3, (k >> 4) / 3);
      const there = rgb.slice();
      codec.encode(there, 0);
      codec.decode(there, 0);
      there.forEach((value, c) => expect(value).toBeCloseTo(rgb[c], 9));
    }
  });
});

describe("palette(picture)", () => {
  it("has every colour of a picture of few, with its share", () => {
    const data = Uint8Array.of(255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 255);
    const { colors, weights } = palette({ data, width: 4, height: 1, channels: 3, max: 255 }, { space: "srgb" });
    expect(Array.from(weights)).toEqual([0.75, 0.25]);
    expect(Array.from(colors.data)).toEqual([1, 0, 0, 0, 0, 1]);
  });
  it("keeps the mean of all pixels", () => {
    const { colors, weights } = palette(source, { size: 40, space: "srgb" });
    expect(weights.length).toBe(40);
    for (let c = 0; c < 3; c++) {
      const mean =
        Array.from(source.data).reduce((total, value, k) => total + (k % 3 === c ? value / 255 : 0), 0) / (120 * 80);
      expect(weights.reduce((total, weight, i) => total + weight * colors.data[3 * i + c], 0)).toBeCloseTo(mean, 10);
    }
  });
});

it("gradientStatistics(before, after) sees an edge that was not there", () => {
  const flat: Picture = { data: new Uint8Array(16).fill(100), width: 4, height: 4, channels: 1, max: 255 };
  const stepped: Picture = {
    ...flat,
    data: flat.data.map((value, i) => (i % 4 < 2 ? value : value + 40)) as Uint8Array,
  };
  expect(gradientStatistics(flat, stepped).newEdges).toBeCloseTo(4 / 24, 12);
  expect(gradientStatistics(flat, flat)).toMatchObject({ before: 0, after: 0, newEdges: 0 });
});

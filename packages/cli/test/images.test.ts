// monge colors, morph, barycenter, register: files out, answers, and what is refused before anything is computed.
import { readdirSync, readFileSync } from "node:fs";
import { type ColorPicture, encodePicture } from "@monge/io";
import { decode, decodeApng } from "fast-png";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Desk, desk } from "./monge.ts";

let d: Desk;

/** A disc of light on a dark ground. */
async function disc(x: number, y: number, depth: 8 | 16 = 8): Promise<Uint8Array> {
  const size = 24;
  const max = depth === 16 ? 65535 : 255;
  const data = depth === 16 ? new Uint16Array(size * size * 4) : new Uint8Array(size * size * 4);
  for (let i = 0; i < size * size; i++) {
    const lit = Math.hypot((i % size) - x, Math.floor(i / size) - y) < 5;
    data.set(lit ? [max, max / 2, 0, max] : [0, 0, max / 8, max - i], 4 * i);
  }
  return encodePicture({ data, width: size, height: size, channels: 4, max } as ColorPicture);
}

beforeAll(async () => {
  d = desk({
    "a.png": await disc(8, 8),
    "b.png": await disc(14, 12),
    "deep.png": await disc(10, 10, 16),
    "cloud.csv": "0,0\n4,0\n4,1\n0,2\n",
    "turned.csv": "8,0\n10,0\n10,4\n9,4\n",
    "broken.png": (await disc(8, 8)).subarray(0, 200),
  });
});
afterAll(() => d.clear());

describe("monge colors", () => {
  it("keeps size, alpha and 16 bits, and prints what became of the distance", () => {
    const { code, stdout, stderr } = d.monge("colors deep.png b.png -o out.png --json");
    expect([code, stderr]).toEqual([0, ""]);
    const { width, height, depth, channels, data } = decode(readFileSync(d.path("out.png")));
    expect([width, height, depth, channels]).toEqual([24, 24, 16, 4]);
    expect(data[3]).toBe(65535);
    const { distance, fall, gradients, method } = JSON.parse(stdout);
    expect(method).toBe("exact");
    expect(distance.after).toBeLessThanOrEqual(distance.before);
    expect(fall).toBeLessThanOrEqual(1);
    expect(gradients.newEdges).toBeGreaterThanOrEqual(0);
  });
  it.each([
    ["colors a.png b.png", /--out is missing/],
    ["colors a.png b.png -o out.jpg", /does not end in \.png/],
    ["colors a.png cloud.csv -o x.png", /holds no colours/],
    ["colors broken.png b.png -o x.png", /truncated/],
    ["colors a.png b.png -o x.png --space cmyk", /--space/],
    ["colors a.png b.png -o x.png --amount 2", /amount is 2/],
  ])("%s is refused in one line", (line, said) => {
    const { code, stderr, stdout } = d.monge(line);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(said);
    expect(d.files()).not.toContain("x.png");
  });
});

describe("monge morph", () => {
  it("writes a folder of frames, or one animation", () => {
    expect(d.monge("morph a.png b.png --frames 3 -o frames").code).toBe(0);
    expect(readdirSync(d.path("frames"))).toEqual(["frame-001.png", "frame-002.png", "frame-003.png"]);
    const { code, stdout } = d.monge("morph a.png b.png --frames 3 --delay 50ms -o morph.png --json");
    expect(code).toBe(0);
    const { frames } = decodeApng(readFileSync(d.path("morph.png")));
    expect(frames).toHaveLength(3);
    expect(JSON.parse(stdout).light).toHaveLength(3);
  });
  it("leaves what exists alone", () => {
    expect(d.monge("morph a.png b.png --frames 3 -o frames").stderr).toMatch(/exists already/);
    expect(d.monge("morph a.png b.png -o morph.gif").stderr).toMatch(/neither a folder nor/);
  });
});

describe("monge barycenter", () => {
  it("of images, of clouds, and the coordinates of one of them", () => {
    const images = d.monge("barycenter a.png b.png --size 12 --debiased --max-iterations 300 -o mean.png");
    expect([0, 3]).toContain(images.code);
    expect(decode(readFileSync(d.path("mean.png"))).width).toBe(12);
    const clouds = JSON.parse(d.monge("barycenter cloud.csv turned.csv --points 1 --shares 1,3 --json").stdout);
    expect(clouds.points[0][0]).toBeCloseTo(0.25 * 2 + 0.75 * 9.25, 9);
    const { weights } = JSON.parse(d.monge("barycenter a.png b.png --size 12 --coordinates-of b.png --json").stdout);
    expect(weights[1]).toBeGreaterThan(0.9);
  });
  it("says what does not fit", () => {
    expect(d.monge("barycenter a.png cloud.csv").stderr).toMatch(/files of one kind/);
    expect(d.monge("barycenter a.png b.png --shares 1").stderr).toMatch(/--shares 1 does not fit/);
    expect(d.monge("barycenter cloud.csv turned.csv --debiased").stderr).toMatch(/for images/);
  });
});

it("monge register finds a turn between clouds, and draws a moved picture", () => {
  const { angle, b, value } = JSON.parse(d.monge("register cloud.csv turned.csv --json").stdout);
  expect(angle).toBeCloseTo(90, 6);
  expect(b[0]).toBeCloseTo(10, 6);
  expect(value).toBeLessThan(1e-12);
  const { code } = d.monge("register a.png b.png -o laid.png");
  expect(code).toBe(0);
  expect(decode(readFileSync(d.path("laid.png"))).width).toBe(24);
  expect(d.monge("register a.png cloud.csv").stderr).toMatch(/two images, or two point clouds/);
});

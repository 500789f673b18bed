// Alignment: planted maps are found again, rigid, similar, affine, in two and three dimensions, and between pictures.
import { describe, expect, it } from "vitest";
import { type Picture, register, registerPictures } from "../../src/image/index.ts";
import { type PointCloud, pointCloud, random } from "../../src/index.ts";

/** A lopsided cloud with weights, and its image in another order. */
function planted(n: number, A: readonly (readonly number[])[], b: readonly number[]): [PointCloud, PointCloud] {
  const generator = random(5);
  const d = b.length;
  const x = Array.from({ length: n }, (_, i) =>
    Array.from({ length: d }, (_unused, k) => (k + 1) * generator.normal() + (i % 3 === 0 ? 4 - k : 0)),
  );
  const weights = x.map(() => 0.5 + generator.uniform());
  const y = x.map((point) => A.map((row, r) => row.reduce((sum, value, k) => sum + value * point[k], b[r])));
  const order = x.map((_, i) => (i * 7) % n);
  return [
    pointCloud(x, weights),
    pointCloud(
      order.map((i) => y[i]),
      order.map((i) => weights[i]),
    ),
  ];
}

const turn = (degrees: number, scale = 1): number[][] => {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [
    [scale * c, -scale * s],
    [scale * s, scale * c],
  ];
};

describe("register(moving, fixed)", () => {
  it.each([0, 33, 140, -100])("finds a turn of %i degrees with a shift", (degrees) => {
    const [moving, fixed] = planted(60, turn(degrees), [5, -3]);
    const { angle, b, value, before, scale, plan } = register(moving, fixed);
    expect(angle).toBeCloseTo(degrees, 8);
    expect(b[0]).toBeCloseTo(5, 8);
    expect(scale).toBeCloseTo(1, 12);
    expect(value).toBeLessThan(1e-16);
    expect(before).toBeGreaterThan(1);
    for (const [i, j] of plan.entries()) expect((j * 7) % 60).toBe(i);
  });
  it("similarity: finds the scale as well", () => {
    const { angle, scale } = register(...planted(60, turn(75, 2.5), [1, 2]), { model: "similarity" });
    expect(angle).toBeCloseTo(75, 8);
    expect(scale).toBeCloseTo(2.5, 8);
  });
  it("affine: finds shear and stretch", () => {
    const A = [
      [1.5, 0.7],
      [-0.2, 0.6],
    ];
    const { A: found, value, angle } = register(...planted(60, A, [0, 1]), { model: "affine" });
    A.flat().forEach((entry, k) => expect(found.data[k]).toBeCloseTo(entry, 6));
    expect(value).toBeLessThan(1e-12);
    expect(angle).toBeNull();
  });
  it("mirrors only where it may", () => {
    const mirror = [
      [-1, 0],
      [0, 1],
    ];
    expect(register(...planted(40, mirror, [0, 0]), { mirror: true }).value).toBeLessThan(1e-12);
    expect(register(...planted(40, mirror, [0, 0])).value).toBeGreaterThan(0.01);
  });
  it("turns in three dimensions, on more points than starts are compared on", () => {
    const A = [
      [0, -1, 0],
      [0, 0, -1],
      [1, 0, 0],
    ];
    const { A: found, apply } = register(...planted(200, A, [1, 2, 3]), { starts: 24, coarse: 60 });
    A.flat().forEach((entry, k) => expect(found.data[k]).toBeCloseTo(entry, 6));
    const image = apply({ data: Float64Array.of(1, 1, 1), rows: 1, cols: 3 }).data;
    [0, 1, 4].forEach((entry, k) => expect(image[k]).toBeCloseTo(entry, 6));
  });
  it("names what is wrong", () => {
    expect(() => register(pointCloud([[1]]), pointCloud([[1, 2]]))).toThrow(/coordinates/);
    expect(() => register(pointCloud([[1]]), pointCloud([[1]]), { model: "bend" as never })).toThrow(/model/);
  });
});

/** An L of light, turned about the middle and shifted. */
function letter(size: number, degrees: number, dx: number, dy: number): Picture {
  const data = new Uint8Array(size * size);
  const [[c, ,], [s, ,]] = turn(degrees);
  for (let i = 0; i < data.length; i++) {
    let lit = 0;
    for (let sub = 0; sub < 16; sub++) {
      const [u, v] = [
        (i % size) + ((sub % 4) - 1.5) / 4 - size / 2 - dx,
        Math.floor(i / size) + ((sub >> 2) - 1.5) / 4 - size / 2 - dy,
      ];
      const [x, y] = [(c * u + s * v) / size, (-s * u + c * v) / size];
      if ((Math.abs(x + 0.1) < 0.06 && Math.abs(y) < 0.25) || (Math.abs(y - 0.2) < 0.06 && x > -0.1 && x < 0.2)) lit++;
    }
    data[i] = Math.round((255 * lit) / 16);
  }
  return { data, width: size, height: size, channels: 1, max: 255 };
}

describe("registerPictures(moving, fixed)", () => {
  it("finds turn and shift in pixels, and draws the moving picture over the fixed one", () => {
    const [moving, fixed] = [letter(60, 0, 0, 0), letter(60, 50, 6, -4)];
    const { angle, picture, value, before } = registerPictures(moving, fixed);
    expect(Math.abs((angle as number) - 50)).toBeLessThan(2);
    expect(value).toBeLessThan(0.05 * before);
    const off = ({ data, channels }: Picture): number =>
      Array.from(fixed.data, (lit, i) => Math.abs(lit - data[i * channels])).reduce((sum, gap) => sum + gap, 0);
    expect(off(picture)).toBeLessThan(0.35 * off(moving));
  });
  it("refuses a picture without light", () => {
    const dark: Picture = { data: new Uint8Array(9), width: 3, height: 3, channels: 1, max: 255 };
    expect(() => registerPictures(dark, letter(20, 0, 0, 0))).toThrow(/all black/);
  });
});

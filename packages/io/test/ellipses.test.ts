import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { random } from "monge";
import { describe, expect, test } from "vitest";
import { type EllipseOptions, type Ellipses, encodeEllipses, readEllipses, writeEllipses } from "../src/index.ts";
import { text } from "./files.ts";
import { refusal } from "./refusal.ts";

const read = (content: string, options?: EllipseOptions): Promise<Ellipses> =>
  readEllipses({ name: "e", data: text(content) }, options);

function expectClose(found: ArrayLike<number>, wanted: readonly number[], digits = 12): void {
  expect(found.length).toBe(wanted.length);
  wanted.forEach((value, k) => expect(found[k]).toBeCloseTo(value, digits));
}

describe("readEllipses", () => {
  test("axes: a along theta, from the axis of x towards that of y", async () => {
    const { kind, means, covariances, weights } = await read(
      "cx,cy,a,b,theta\n1,2,3,1,0\n4,5,3,1,1.5707963267948966\n0,0,3,1,0.7853981633974483\n",
    );
    expect(kind).toBe("mixture");
    expect(means).toEqual({ data: Float64Array.of(1, 2, 4, 5, 0, 0), rows: 3, cols: 2 });
    expectClose(covariances, [9, 0, 0, 1, 1, 0, 0, 9, 5, 4, 4, 5]);
    expectClose(weights, [1 / 3, 1 / 3, 1 / 3]);
  });

  test("a point of the ellipse lies at `level` standard deviations", async () => {
    const level = 2.4477;
    const { covariances } = await read("cx,cy,a,b,theta\n0,0,5,2,0.3\n", { level });
    for (const t of [0, 1, 2, 3]) {
      const [p, q] = [5 * Math.cos(t), 2 * Math.sin(t)];
      const [x, y] = [p * Math.cos(0.3) - q * Math.sin(0.3), p * Math.sin(0.3) + q * Math.cos(0.3)];
      const [a, b, , d] = covariances;
      expect((d * x * x - 2 * b * x * y + a * y * y) / (a * d - b * b)).toBeCloseTo(level ** 2, 10);
    }
  });

  test.each([
    ["a RotatedRect by its names", "cx,cy,width,height,angle\n1,2,4,12,90\n", {}],
    ["a RotatedRect by option", "cx,cy,a,b,theta\n1,2,4,12,90\n", { convention: "opencv" }],
    ["semi-axes in degrees by name", "cx,cy,a,b,theta_deg\n1,2,6,2,0\n", {}],
    ["semi-axes in degrees by option", "cx;cy;a;b;theta\n1;2;6;2;180\n", { angle: "degrees" }],
    ["semi-axes in radians", "x y a b theta\n1 2 6 2 0\n", {}],
    ["covariances", "x,y,xx,xy,yy\n1,2,36,0,4\n", {}],
    ["covariances, whatever the level", "x,y,xx,xy,yy\n1,2,36,0,4\n", { level: 3 }],
    ["JSON by axes", '[{"cx":1,"cy":2,"a":6,"b":2,"theta":0}]', {}],
    ["JSON by covariance", '{"schema":1,"ellipses":[{"mean":[1,2],"covariance":[36,0,4]}]}', {}],
  ] as const)("%s: the same ellipse", async (_, content, options) => {
    const { means, covariances, weights } = await read(content, options);
    expectClose(means.data, [1, 2]);
    expectClose(covariances, [36, 0, 0, 4], 10);
    expect([...weights]).toEqual([1]);
  });

  test("weights, labels and colours", async () => {
    const content = "label,x,y,xx,xy,yy,Weight,r,g,b\n7,1,2,1,0,1,0.5,255,0,51\n-3,1,2,1,0,1,0,0,0,0\n";
    const found = await read(content, { colourRange: 255 });
    expect([...found.weights]).toEqual([0.5, 0]);
    expect(found.labels).toEqual(Int32Array.of(7, -3));
    expect(found.colours).toEqual({ data: Float64Array.of(1, 0, 0.2, 0, 0, 0), rows: 2, cols: 3 });
    const axes = await read("cx,cy,a,b,theta,r,g,b\n1,2,3,1,0,0.25,0.5,0.75\n");
    expect([...axes.covariances, ...(axes.colours?.data ?? [])]).toEqual([9, 0, 0, 1, 0.25, 0.5, 0.75]);
    const json = '[{"mean":[1,2],"covariance":[1,0,1],"weight":2,"label":4,"colour":[0.5,0,1]}]';
    const same = await read(json);
    expect([...same.weights, ...(same.labels ?? []), ...(same.colours?.data ?? [])]).toEqual([2, 4, 0.5, 0, 1]);
  });
});

describe("readEllipses refuses", () => {
  const head = "cx,cy,a,b,theta\n1,2,3,1,0\n";
  test.each([
    ["NaN", `${head}1,2,nan,1,0\n`, {}, "InvalidValue", /e, line 3: a is "nan"/],
    ["Infinity", `${head}1,2,inf,1,0\n`, {}, "InvalidValue", /e, line 3: a is Infinity/],
    ["an axis of 0", `${head}1,2,3,0,0\n`, {}, "InvalidValue", /line 3: the axes 3 and 0 are not both/],
    ["a negative axis", `${head}1,2,3,-1,0\n`, {}, "InvalidValue", /line 3: the axes 3 and -1/],
    ["a < b", `${head}1,2,3,4,0\n`, {}, "InvalidValue", /line 3: a = 3 is below b = 4/],
    [
      "an indefinite covariance",
      "x,y,xx,xy,yy\n1,2,1,2,1\n",
      {},
      "InvalidValue",
      /line 2: the covariance is not .*eigenvalue -1/,
    ],
    ["a missing column", "cx,cy,a,b\n1,2,3,1\n", {}, "InvalidValue", /no column theta, only cx, cy, a, b/],
    ["two angles", "cx,cy,a,b,theta,angle\n1,2,3,1,0,0\n", {}, "InvalidValue", /both theta and angle/],
    ["two columns of one name", "cx,cy,a,A,theta\n1,2,3,1,0\n", {}, "InvalidValue", /two columns "a"/],
    ["axes and covariances", "cx,cy,a,b,theta,xx\n1,2,3,1,0,1\n", {}, "InvalidValue", /both axes and covariances/],
    ["points", "x,y\n1,2\n", {}, "InvalidValue", /neither axes nor covariances/],
    ["a table without names", "1,2,3,1,0\n", {}, "InvalidValue", /does not name its columns/],
    ["a ragged row", `${head}1,2,3,1\n`, {}, "InvalidShape", /line 3 has 4 cells/],
    ["no ellipse", "cx,cy,a,b,theta\n", {}, "CorruptFile", /no row/],
    ["an empty file", "", {}, "CorruptFile", /empty/],
    ["an empty list", "[]", {}, "InvalidShape", /empty list/],
    ["a negative weight", "x,y,xx,xy,yy,weight\n1,2,1,0,1,-1\n", {}, "NegativeMass", /line 2: weight is -1/],
    ["weights of 0", "x,y,xx,xy,yy,weight\n1,2,1,0,1,0\n", {}, "InvalidValue", /no mass/],
    ["half a label", "x,y,xx,xy,yy,label\n1,2,1,0,1,0.5\n", {}, "InvalidValue", /label is 0.5/],
    ["two of three colours", "x,y,xx,xy,yy,green,blue\n1,2,1,0,1,0,0\n", {}, "InvalidValue", /no column red/],
    [
      "a colour of 255 of 1",
      "x,y,xx,xy,yy,r,g,b\n1,2,1,0,1,0,255,0\n",
      {},
      "InvalidValue",
      /green is 255, outside \[0, 1\]/,
    ],
    ["JSON that is cut", '[{"mean":[1,2]', {}, "CorruptFile", /no JSON/],
    [
      "JSON with a string",
      '[{"mean":[1,"2"],"covariance":[1,0,1]}]',
      {},
      "InvalidValue",
      /ellipses|\[0\]\.mean\[1\] is "2"/,
    ],
    [
      "JSON with two numbers of three",
      '[{"mean":[1,2],"covariance":[1,0]}]',
      {},
      "InvalidShape",
      /\[0\]\.covariance has 2 numbers, not 3/,
    ],
    [
      "entries of different kinds",
      '[{"mean":[1,2],"covariance":[1,0,1]},{"mean":[1,2]}]',
      {},
      "InvalidValue",
      /only one of them has xx/,
    ],
    ["a list of numbers", "[1,2]", {}, "InvalidValue", /\[0\] is 1, not an object/],
    ["a level of 0", head, { level: 0 }, "InvalidValue", /options.level is 0/],
    ["an unknown convention", head, { convention: "cv2" as "opencv" }, "InvalidValue", /options.convention is "cv2"/],
  ] as const)("%s", async (_, content, options, code, message) => {
    expect((await refusal(() => read(content, options), code)).message).toMatch(message);
  });
});

function randomEllipses(count: number): Ellipses {
  const rng = random(3);
  const covariances = new Float64Array(4 * count);
  for (let i = 0; i < count; i++) {
    const [a, b, c] = [rng.normal(), rng.normal(), rng.normal()];
    covariances.set([a * a + 0.01, a * b, a * b, b * b + c * c + 0.01], 4 * i);
  }
  return {
    kind: "mixture",
    means: { data: Float64Array.from({ length: 2 * count }, () => 100 * rng.normal()), rows: count, cols: 2 },
    covariances,
    weights: Float64Array.from({ length: count }, () => rng.uniform()),
    labels: Int32Array.from({ length: count }, () => rng.integer(9) - 4),
    colours: { data: Float64Array.from({ length: 3 * count }, () => rng.uniform()), rows: count, cols: 3 },
  };
}

describe("encodeEllipses, then readEllipses", () => {
  const ellipses = randomEllipses(40);

  test.each(["csv", "json"] as const)("%s by covariance: the same bits", async (format) => {
    expect(await read(encodeEllipses(ellipses, format))).toEqual(ellipses);
  });

  test.each([
    ["csv", {}],
    ["json", {}],
    ["csv", { convention: "opencv" }],
    ["json", { convention: "opencv", level: 2 }],
    ["csv", { angle: "degrees", level: 3 }],
  ] as const)("%s by axes, %o: the same to rounding", async (format, form) => {
    const found = await read(encodeEllipses(ellipses, format, { ...form, form: "axes" }), form);
    expectClose(found.covariances, [...ellipses.covariances], 10);
    expect(found.means).toEqual(ellipses.means);
    expect(found.labels).toEqual(ellipses.labels);
    expect(found.weights).toEqual(ellipses.weights);
  });

  test("writeEllipses chooses by the ending", async () => {
    const folder = mkdtempSync(join(tmpdir(), "monge-io-ellipses-"));
    try {
      for (const name of ["e.csv", "e.json"]) {
        await writeEllipses(join(folder, name), ellipses);
        expect(await readEllipses(join(folder, name))).toEqual(ellipses);
      }
      await refusal(() => writeEllipses(join(folder, "e.txt"), ellipses), "Unsupported");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test.each([
    [
      "axes of a singular covariance",
      { covariances: Float64Array.of(1, 0, 0, 0) },
      { form: "axes" },
      "InvalidValue",
      /singular/,
    ],
    [
      "an asymmetric covariance",
      { covariances: Float64Array.of(1, 0.5, 0, 1) },
      {},
      "InvalidValue",
      /covariances\[0\] is not symmetric/,
    ],
    ["NaN", { weights: Float64Array.of(Number.NaN) }, {}, "InvalidValue", /weights holds NaN/],
    ["too few weights", { weights: new Float64Array(0) }, {}, "InvalidShape", /weights holds 0 numbers/],
  ] as const)("refuses %s", async (_, change, options, code, message) => {
    const one = {
      means: { data: Float64Array.of(1, 2), rows: 1, cols: 2 },
      covariances: Float64Array.of(1, 0, 0, 1),
      weights: Float64Array.of(1),
    };
    const call = (): string => encodeEllipses({ ...one, ...change }, "csv", options);
    expect((await refusal(call, code)).message).toMatch(message);
  });
});

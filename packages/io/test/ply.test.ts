import type { PointCloud } from "monge";
import { describe, expect, test } from "vitest";
import { type ReadOptions, readMatrix, readMeasure } from "../src/index.ts";
import { joined, numbers } from "./files.ts";
import { refusal } from "./refusal.ts";

async function cloud(data: Uint8Array, options: ReadOptions = {}): Promise<PointCloud> {
  return (await readMeasure({ name: "p.ply", data }, options)) as PointCloud;
}

function ply(format: string, declarations: string[], body: Uint8Array | string, end = "\n"): Uint8Array {
  return joined(["ply", `format ${format} 1.0`, ...declarations, "end_header", ""].join(end), body);
}

const xyz = ["element vertex 2", "property float x", "property float y", "property float z"];

describe("readMeasure of .ply", () => {
  test.each(["\n", "\r\n"])("ascii, line end %j", async (end) => {
    const file = ply(
      "ascii",
      ["comment hello", ...xyz, "element face 1", "property list uchar int vertex_indices"],
      `1 2 3${end}4 5 6${end}3 0 1 1${end}`,
      end,
    );
    const { points, weights } = await cloud(file);
    expect(points).toEqual({ data: Float64Array.of(1, 2, 3, 4, 5, 6), rows: 2, cols: 3 });
    expect([...weights]).toEqual([0.5, 0.5]);
  });

  test.each([
    ["binary_little_endian", true],
    ["binary_big_endian", false],
  ] as const)("%s: single precision stays single", async (format, little) => {
    const { points } = await cloud(ply(format, xyz, numbers([1, 2, 3, 4, 5, 6], "f4", little)));
    expect(points).toEqual({ data: Float32Array.of(1, 2, 3, 4, 5, 6), rows: 2, cols: 3 });
  });

  test("mixed types and properties between: x and y in double, a mass, colours ignored", async () => {
    const declared = [
      "element vertex 2",
      "property uchar red",
      "property double y",
      "property short Weight",
      "property double x",
    ];
    const row = (y: number, w: number, x: number): Uint8Array =>
      joined([200], numbers([y], "f8", true), numbers([w], "i2", true), numbers([x], "f8", true));
    const { points, weights } = await cloud(ply("binary_little_endian", declared, joined(row(2, 7, 1), row(4, 9, 3))));
    expect(points).toEqual({ data: Float64Array.of(1, 2, 3, 4), rows: 2, cols: 2 });
    expect([...weights]).toEqual([7, 9]);
  });

  test("elements in front of the vertices are walked over, lists and all", async () => {
    const declared = ["element camera 1", "property float f", "element face 2", "property list uchar short i", ...xyz];
    const faces = joined([1], numbers([5], "i2", false), [2], numbers([5, 6], "i2", false));
    const body = joined(numbers([9], "f4", false), faces, numbers([1, 2, 3, 4, 5, 6], "f4", false));
    expect([...(await cloud(ply("binary_big_endian", declared, body))).points.data]).toEqual([1, 2, 3, 4, 5, 6]);
    const ascii = "9\n1 5\n2 5 6\n1 2 3\n4 5 6";
    expect([...(await cloud(ply("ascii", declared, ascii))).points.data]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("vertices with a list among their properties", async () => {
    const declared = ["element vertex 2", "property list uchar uchar tags", "property uchar x"];
    const both = [
      ply("binary_little_endian", declared, joined([2, 8, 8, 1, 0, 3])),
      ply("ascii", declared, "2 8 8 1\n0 3\n"),
    ];
    for (const file of both) expect([...(await cloud(file)).points.data]).toEqual([1, 3]);
  });

  test("options.weights and options.columns choose properties, readMatrix gives the coordinates", async () => {
    const file = ply(
      "ascii",
      ["element vertex 1", "property float x", "property float u", "property float quality"],
      "1 2 3\n",
    );
    expect([...(await cloud(file, { weights: "quality" })).weights]).toEqual([3]);
    expect([...(await cloud(file, { columns: ["u", "x"] })).points.data]).toEqual([2, 1]);
    expect((await readMatrix(file)).cols).toBe(1);
  });

  test("Gaussian splats are refused unless their centres are asked for", async () => {
    const names = ["x", "y", "z", "f_dc_0", "opacity", "scale_0", "rot_0"];
    const file = ply(
      "binary_little_endian",
      ["element vertex 1", ...names.map((name) => `property float ${name}`)],
      numbers([1, 2, 3, 0, 0, 0, 0], "f4", true),
    );
    expect((await refusal(() => cloud(file), "Unsupported")).message).toContain("splats");
    expect([...(await cloud(file, { as: "points" })).points.data]).toEqual([1, 2, 3]);
  });
});

describe("readMeasure of .ply refuses", () => {
  const body = numbers([1, 2, 3, 4, 5, 6], "f4", true);
  const binary = "binary_little_endian";
  test.each([
    ["a cut body", ply(binary, xyz, body.subarray(0, 23)), "CorruptFile", /truncated/],
    ["a cut ascii body", ply("ascii", xyz, "1 2 3\n4 5"), "CorruptFile", /truncated|has 2 numbers/],
    ["a missing ascii line", ply("ascii", xyz, "1 2 3000000000\n"), "CorruptFile", /truncated/],
    [
      "a count of 3 GB",
      ply(binary, ["element vertex 268435456", ...xyz.slice(1)], body),
      "CorruptFile",
      /promises 268435456/,
    ],
    [
      "an endless list",
      ply(binary, ["element a 1", "property list uint double v", ...xyz], joined([255, 255, 255, 255], body)),
      "CorruptFile",
      /truncated/,
    ],
    [
      "a list of -1",
      ply(binary, ["element a 1", "property list char char v", ...xyz], joined([255], body)),
      "CorruptFile",
      /list of -1/,
    ],
    ["a word", ply("ascii", xyz, "1 2 3\n4 five 6\n"), "CorruptFile", /line 9 holds "five"/],
    ["too many words", ply("ascii", xyz, "1 2 3 4\n5 6 7\n"), "CorruptFile", /has 4 numbers, not 3/],
    ["NaN", ply("ascii", xyz, "1 2 3\n4 nan 6\n"), "InvalidValue", /y of p.ply, vertex 1 is NaN/],
    ["no end_header", joined("ply\nformat ascii 1.0\nelement vertex 1\n"), "CorruptFile", /end_header/],
    ["an unknown encoding", ply("binary", xyz, body), "Unsupported", /encodings/],
    [
      "an unknown type",
      ply("ascii", ["element vertex 1", "property half x"], "1\n"),
      "CorruptFile",
      /property that is none/,
    ],
    [
      "a property without an element",
      ply("ascii", ["property float x"], "1\n"),
      "CorruptFile",
      /property that is none/,
    ],
    ["a negative count", ply("ascii", ["element vertex -1"], ""), "CorruptFile", /without a name and a count/],
    ["a line that means nothing", ply("ascii", ["hello", ...xyz], ""), "CorruptFile", /line 3 reads "hello"/],
    ["no vertices", ply("ascii", ["element face 0"], ""), "Unsupported", /no element vertex/],
    [
      "none of x, y, z",
      ply("ascii", ["element vertex 1", "property float u"], "1\n"),
      "Unsupported",
      /without x, y and z/,
    ],
    [
      "a coordinate that is a list",
      ply("ascii", ["element vertex 1", "property list uchar float x"], "1 1\n"),
      "Unsupported",
      /as a list/,
    ],
    ["zero vertices", ply("ascii", ["element vertex 0", "property float x"], ""), "InvalidShape", /holds no numbers/],
    [
      "a negative mass",
      ply("ascii", ["element vertex 1", "property float x", "property float mass"], "1 -2\n"),
      "NegativeMass",
      /vertex 0 is -2/,
    ],
  ] as const)("%s", async (_, file, code, message) => {
    expect((await refusal(() => cloud(file), code)).message).toMatch(message);
  });
});

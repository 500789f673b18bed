import fc from "fast-check";
import type { PointCloud } from "monge";
import { describe, expect, test } from "vitest";
import { encodeMatrix, type ReadOptions, readMatrix, readMeasure, readVector } from "../src/index.ts";
import { joined, text } from "./files.ts";
import { refusal } from "./refusal.ts";

async function points(content: string, options: ReadOptions = {}): Promise<{ rows: number[][]; weights: number[] }> {
  const { points, weights } = (await readMeasure({ name: "p.csv", data: text(content) }, options)) as PointCloud;
  const rows = Array.from({ length: points.rows }, (_, i) => [
    ...points.data.subarray(i * points.cols, (i + 1) * points.cols),
  ]);
  return { rows, weights: [...weights] };
}

const square = [
  [1, 2],
  [3, 4],
];

describe("readMeasure of CSV: what it accepts", () => {
  test.each([
    ["no header", "1,2\n3,4\n"],
    ["a header", "x,y\n1,2\n3,4"],
    ["a quoted header, CRLF, blanks", '"x" , "y"\r\n 1 ,2\r\n\r\n3, 4\r\n'],
    ["semicolons", "x;y\n1;2\n3;4\n"],
    ["tabs", "1\t2\n3\t4\n"],
    ["bars", "1|2\n3|4\n"],
    ["runs of blanks, comments", "# made by hand\n1  2\n 3 4\n"],
    ["a byte order mark", "\ufeffx,y\n1,2\n3,4\n"],
    ["quoted cells with line ends", '"x","the\ny"\n1,2\n3,4\n'],
    ["exponents and signs", "1e0,+2.\n.3e1,4\n"],
  ])("%s", async (_, content) => {
    expect(await points(content)).toEqual({ rows: square, weights: [0.5, 0.5] });
  });

  test("UTF-16 text of a spreadsheet", async () => {
    const wide = joined(
      [0xff, 0xfe],
      new Uint8Array(Uint16Array.from("x\ty\n1\t2\n3\t4\n", (c) => c.charCodeAt(0)).buffer),
    );
    expect(await readMatrix({ name: "wide.txt", data: wide })).toEqual({
      data: Float64Array.of(1, 2, 3, 4),
      rows: 2,
      cols: 2,
    });
  });

  test.each(["weight", "Weights", "MASS", "masses"])("a column %s holds the masses, kept as they are", async (name) => {
    expect(await points(`x,${name},y\n1,7,2\n3,0,4\n`)).toEqual({ rows: square, weights: [7, 0] });
  });

  test("the header that numpy.savetxt writes as a comment names columns", async () => {
    expect(await points("# x,y,weight\n1,2,3\n3,4,5\n")).toEqual({ rows: square, weights: [3, 5] });
  });

  test("options.weights chooses another column, false ignores the masses", async () => {
    expect((await points("x,y,w\n1,2,8\n3,4,9\n", { weights: "w" })).weights).toEqual([8, 9]);
    expect(await points("x,y,mass\n1,2,8\n3,4,9\n", { weights: false })).toEqual({ rows: square, weights: [0.5, 0.5] });
  });

  test("options.columns chooses coordinates in its own order", async () => {
    expect((await points("id,y,x\n9,2,1\n8,4,3\n", { columns: ["x", "y"] })).rows).toEqual(square);
  });

  test("options.header and options.delimiter override detection", async () => {
    expect((await points("1,2\n3,4\n", { header: true })).rows).toEqual([[3, 4]]);
    expect((await points("1:2\n3:4\n", { delimiter: ":" })).rows).toEqual(square);
  });

  test("as: grid reads masses on a grid", async () => {
    const grid = await readMeasure({ name: "g.csv", data: text("1,2,3\n4,5,6\n") }, { as: "grid" });
    expect(grid).toEqual({
      kind: "grid",
      shape: [2, 3],
      spacing: [1, 1],
      origin: [0, 0],
      weights: Float64Array.of(1, 2, 3, 4, 5, 6),
    });
  });

  test("as: grid takes a column of masses alone", async () => {
    const grid = await readMeasure({ name: "g.csv", data: text("mass\n4\n5\n") }, { as: "grid" });
    expect(grid).toMatchObject({ shape: [2, 1], weights: Float64Array.of(4, 5) });
    const wrong = { name: "g.csv", data: text("1,2\n3,-4\n") };
    const error = await refusal(() => readMeasure(wrong, { as: "grid" }), "NegativeMass");
    expect(error.message).toContain("Number 2 in g.csv, line 2 is -4.");
  });

  test("a text without a known ending is recognised as a table", async () => {
    expect((await readMatrix(text("1 2\n3 4\n"))).cols).toBe(2);
  });
});

describe("readMatrix and readVector of CSV", () => {
  test("+Infinity is a forbidden pair, other infinities and gaps are refused", async () => {
    expect((await readMatrix(text("0,inf\nInfinity,0\n"))).data).toEqual(Float64Array.of(0, Infinity, Infinity, 0));
    expect((await refusal(() => readMatrix(text("0,-inf\n1,0\n")), "InvalidValue")).seen).toBe(-Infinity);
  });

  test("a matrix keeps a column called weight", async () => {
    expect((await readMatrix(text("x,weight\n1,2\n"))).cols).toBe(2);
  });

  test("a vector is a row or a column, not a table", async () => {
    expect([...(await readVector(text("weight\n1\n2\n")))]).toEqual([1, 2]);
    expect([...(await readVector(text("1,2,3\n")))]).toEqual([1, 2, 3]);
    expect((await refusal(() => readVector(text("1,2\n3,4\n")), "InvalidShape")).seen).toEqual([2, 2]);
  });

  test("readMatrix(encodeMatrix(C)) = C, bit for bit", async () => {
    const entry = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constant(Infinity));
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(entry, { minLength: 5, maxLength: 30 }),
        async (cols, all) => {
          const rows = Math.floor(all.length / cols);
          // -0 is written as 0.
          const data = Float64Array.from(all.slice(0, rows * cols), (x) => x + 0);
          const back = await readMatrix({ name: "m.csv", data: encodeMatrix({ data, rows, cols }, "csv") });
          expect(back).toEqual({ data, rows, cols });
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe("readMeasure of CSV: what it refuses", () => {
  test.each([
    ["ragged rows", "1,2\n3\n", "InvalidShape", "p.csv, line 2", /has 1 cells/],
    ["a word", "1,2\n3,abc\n", "InvalidValue", "p.csv, line 2", /"abc", not a number/],
    ["NaN", "x,y\n1,2\n\n3,NaN\n", "InvalidValue", "p.csv, line 4", /y is "NaN"/],
    ["an empty cell", "1,2\n3,\n", "InvalidValue", "p.csv, line 2", /column 2 is empty/],
    ["infinite coordinates", "1,2\n3,inf\n", "InvalidValue", "p.csv, line 2", /is Infinity/],
    ["hexadecimal", "1,2\n0x10,3\n", "InvalidValue", "p.csv, line 2", /"0x10"/],
    ["a first row of both", "1,x\n3,4\n", "InvalidValue", "p.csv, line 1", /mixes numbers and words/],
    ["decimal commas", "x;y\n1,5;2\n", "InvalidValue", "p.csv, line 2", /decimal points/],
    ["a negative mass", "x,weight\n1,2\n2,-3\n", "NegativeMass", "p.csv, line 3", /weight in p.csv, line 3 is -3/],
    ["an infinite mass", "x,weight\n1,2\n2,inf\n", "InvalidValue", "p.csv, line 3", /line 3 is Infinity/],
    ["no mass at all", "x,weight\n1,0\n2,0\n", "InvalidValue", "p.csv", /holds no mass/],
    ["two columns of masses", "x,mass,weight\n1,2,3\n", "InvalidValue", "p.csv", /2 columns of masses/],
    ["masses alone", "weight\n1\n", "InvalidShape", "p.csv", /no column of coordinates/],
    ["the unnamed index of a data frame", ",x,y\n0,1,2\n", "InvalidValue", "p.csv", /Column 1 of p.csv has no name/],
    ["a header alone", "x,y\n", "CorruptFile", "p.csv", /no row of numbers/],
    ["blank lines alone", "\n\n\n", "CorruptFile", "p.csv", /no row of numbers/],
    ["an open quote", '"1,2\n3,4\n', "CorruptFile", "p.csv, line 1", /breaks its quotes/],
    ["nothing", "", "CorruptFile", "p.csv", /is empty/],
  ] as const)("%s", async (_, content, code, argument, message) => {
    const error = await refusal(() => points(content), code);
    expect(error.argument).toBe(argument);
    expect(error.message).toMatch(message);
    expect(error.cure).not.toBe("");
  });

  test("a column that is not there: the cure lists those that are", async () => {
    expect((await refusal(() => points("x,y\n1,2\n", { weights: "w" }), "InvalidValue")).cure).toContain("x, y");
    expect((await refusal(() => points("x,y\n1,2\n", { columns: ["z"] }), "InvalidValue")).argument).toBe(
      "options.columns",
    );
    expect((await refusal(() => points("1,2\n", { weights: "w" }), "InvalidValue")).argument).toBe("options.weights");
  });

  test("bytes that are no text", async () => {
    await refusal(() => readMeasure({ name: "p.csv", data: Uint8Array.of(0x31, 0x2c, 0xff, 0xfd) }), "CorruptFile");
  });

  test("a file above maxBytes, before reading it", async () => {
    await refusal(
      () => readMeasure({ name: "p.csv", data: text("1,2\n".repeat(100)) }, { maxBytes: 100 }),
      "OutOfMemory",
    );
  });
});

// Lists of ellipsoids: both forms are the same Gaussians, matching problems are lists too, and what is wrong is named with its place.
import { describe, expect, test } from "vitest";
import { type Ellipsoids, encodeMatchProblem, readEllipsoids } from "../src/index.ts";
import { text } from "./files.ts";
import { refusal } from "./refusal.ts";

const read = (content: string): Promise<Ellipsoids> => readEllipsoids({ name: "e", data: text(content) });

const table =
  "x,y,z,xx,xy,xz,yy,yz,zz,weight,red,green,blue\n1,2,3,4,1,0,5,-1,6,2,0.1,0.2,0.3\n7,8,9,1,0,0,1,0,1,3,0.4,0.5,0.6\n";

describe("readEllipsoids", () => {
  test("CSV: means, full covariances, weights and colours", async () => {
    const { kind, means, covariances, weights, colours } = await read(table);
    expect(kind).toBe("mixture");
    expect(means).toEqual({ data: Float64Array.of(1, 2, 3, 7, 8, 9), rows: 2, cols: 3 });
    expect([...covariances]).toEqual([4, 1, 0, 1, 5, -1, 0, -1, 6, 1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect([...weights]).toEqual([2, 3]);
    expect(colours).toEqual({ data: Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6), rows: 2, cols: 3 });
  });

  test("JSON says the same, on its own and as the field of an object", async () => {
    const list = [
      { mean: [1, 2, 3], covariance: [4, 1, 0, 5, -1, 6], weight: 2, colour: [0.1, 0.2, 0.3] },
      { mean: [7, 8, 9], covariance: [1, 0, 0, 1, 0, 1], weight: 3, colour: [0.4, 0.5, 0.6] },
    ];
    const wanted = await read(table);
    expect(await read(JSON.stringify(list))).toEqual(wanted);
    expect(await read(JSON.stringify({ ellipsoids: list }))).toEqual(wanted);
  });

  test("a matching problem is a list of its ellipsoids; without weights each weighs 1 / n", async () => {
    const { colours: _, ...ellipsoids } = await read(table);
    const flat = { data: Float64Array.of(0, 0), rows: 1, cols: 2 };
    const ellipses = {
      kind: "mixture",
      means: flat,
      covariances: Float64Array.of(1, 0, 0, 1),
      weights: Float64Array.of(1),
    } as const;
    const problem = encodeMatchProblem({ model: "affine", ellipsoids, ellipses, intrinsics: null, camera: null });
    expect(await read(problem)).toEqual(ellipsoids);
    const { weights } = await read("x,y,z,xx,xy,xz,yy,yz,zz\n0,0,0,1,0,0,1,0,1\n1,0,0,1,0,0,1,0,1\n");
    expect([...weights]).toEqual([0.5, 0.5]);
  });

  test.each([
    ["a missing column", "x,y,z,xx,xy,xz,yy,yz\n0,0,0,1,0,0,1,0\n", "InvalidValue", /no column zz/],
    ["no header", "0,0,0,1,0,0,1,0,1\n", "InvalidValue", /does not name its columns.*x,y,z,xx/],
    ["an indefinite covariance", "x,y,z,xx,xy,xz,yy,yz,zz\n0,0,0,1,2,0,1,0,1\n", "InvalidValue", /e.*line 2/],
    ["a negative weight", "x,y,z,xx,xy,xz,yy,yz,zz,weight\n0,0,0,1,0,0,1,0,1,-1\n", "NegativeMass", /weight is -1/],
    ["an empty list", "[]", "InvalidShape", /empty list/],
    [
      "a mean of two numbers",
      '[{"mean":[0,0],"covariance":[1,0,0,1,0,1]}]',
      "InvalidShape",
      /\[0\]\.mean has 2 numbers/,
    ],
    ["an empty file", "", "CorruptFile", /is empty/],
  ] as const)("refuses %s", async (_, content, code, says) => {
    expect((await refusal(() => read(content), code)).message).toMatch(says);
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { encodeMatchProblem, type MatchProblem, readMatchProblem, writeMatchProblem } from "../src/index.ts";
import { text } from "./files.ts";
import { refusal } from "./refusal.ts";

const ellipsoid = { mean: [1, 2, 3], covariance: [4, 1, 0, 5, 0, 6], weight: 0.25 };
const ellipse = { mean: [1, 2], covariance: [4, 1, 5], weight: 0.5 };
const identity = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const file = { model: "affine", ellipsoids: [ellipsoid, ellipsoid], ellipses: [ellipse], intrinsics: null };

const read = (json: unknown): Promise<MatchProblem> =>
  readMatchProblem({ name: "pair.json", data: text(typeof json === "string" ? json : JSON.stringify(json)) });

describe("readMatchProblem", () => {
  test("Gaussians in the layout of a mixture", async () => {
    const problem = await read(file);
    expect(problem).toEqual({
      model: "affine",
      ellipsoids: {
        kind: "mixture",
        means: { data: Float64Array.of(1, 2, 3, 1, 2, 3), rows: 2, cols: 3 },
        covariances: Float64Array.of(4, 1, 0, 1, 5, 0, 0, 0, 6, 4, 1, 0, 1, 5, 0, 0, 0, 6),
        weights: Float64Array.of(0.25, 0.25),
      },
      ellipses: {
        kind: "mixture",
        means: { data: Float64Array.of(1, 2), rows: 1, cols: 2 },
        covariances: Float64Array.of(4, 1, 1, 5),
        weights: Float64Array.of(0.5),
      },
      intrinsics: null,
      camera: null,
    });
  });

  test("full matrices, as rows or flat, are read as their triangles; without weights all weigh the same", async () => {
    const rows = {
      mean: [1, 2, 3],
      covariance: [
        [4, 1, 0],
        [1, 5, 0],
        [0, 0, 6],
      ],
    };
    const flat = { mean: [1, 2, 3], covariance: [4, 1, 0, 1, 5, 0, 0, 0, 6] };
    const problem = await read({ ...file, ellipsoids: [rows, flat] });
    expect(problem.ellipsoids.covariances).toEqual((await read(file)).ellipsoids.covariances);
    expect([...problem.ellipsoids.weights]).toEqual([0.5, 0.5]);
  });

  test.each([
    [{ projection: "affine", A: [1, 2, 3, 4, 5, 6], t: [7, 8] }, null],
    [
      {
        projection: "affine",
        A: [
          [1, 2, 3],
          [4, 5, 6],
        ],
        t: [7, 8],
      },
      null,
    ],
    [{ projection: "scaled-orthographic", R: identity, scale: 2, t: [7, 8] }, null],
    [
      { projection: "perspective", R: identity, t: [7, 8, 9] },
      { fx: 1, fy: 2, cx: 3, cy: 4 },
    ],
  ])("a known camera %o", async (camera, intrinsics) => {
    const problem = await read({ ...file, schema: 1, model: "known", camera, intrinsics });
    expect(problem.intrinsics).toEqual(intrinsics);
    expect(problem.camera?.projection).toBe(camera.projection);
    expect([...(problem.camera?.t ?? [])]).toEqual(camera.t);
    if (problem.camera?.projection === "affine") expect([...problem.camera.A]).toEqual([1, 2, 3, 4, 5, 6]);
    else expect([...(problem.camera?.R ?? [])]).toEqual(identity);
    if (problem.camera?.projection === "perspective") expect(problem.camera.intrinsics).toEqual(intrinsics);
    // What is written reads back as the same problem.
    expect(await read(encodeMatchProblem(problem))).toEqual(problem);
  });
});

describe("readMatchProblem names the entry that is wrong", () => {
  const many = Array.from({ length: 20 }, () => ellipsoid);
  const at17 = (change: object): object => ({
    ...file,
    ellipsoids: many.map((each, k) => (k === 17 ? { ...each, ...change } : each)),
  });
  const known = (camera: unknown, more: object = {}): object => ({ ...file, model: "known", camera, ...more });
  test.each([
    [
      "ellipsoids[17].covariance",
      at17({ covariance: [1, 0, 0, 1, 0, -0.2] }),
      "InvalidValue",
      /^pair.json, ellipsoids\[17\].covariance is not symmetric positive semi-definite: eigenvalue -0.2\./,
    ],
    [
      "ellipsoids[17].covariance",
      at17({
        covariance: [
          [1, 0.5, 0],
          [0, 1, 0],
          [0, 0, 1],
        ],
      }),
      "InvalidValue",
      /not symmetric: 0.5 above and 0 below/,
    ],
    ["ellipsoids[17].covariance", at17({ covariance: [1, 2, 3] }), "InvalidShape", /has 3 numbers, not 6/],
    [
      "ellipsoids[17].covariance[2]",
      at17({ covariance: [1, 0, null, 1, 0, 1] }),
      "InvalidValue",
      /is null, not a finite number/,
    ],
    [
      "ellipsoids[17].covariance",
      at17({ covariance: undefined }),
      "InvalidValue",
      /is missing, not a list of 6 numbers/,
    ],
    ["ellipsoids[17].mean", at17({ mean: [1, 2] }), "InvalidShape", /has 2 numbers, not 3/],
    ["ellipsoids[17].mean[0]", at17({ mean: ["1", 2, 3] }), "InvalidValue", /is "1", not a finite number/],
    ["ellipsoids[17].weight", at17({ weight: -1 }), "NegativeMass", /is -1/],
    ["ellipsoids[17].weight", at17({ weight: undefined }), "InvalidValue", /is missing, not a finite number/],
    ["ellipsoids[0].weight", { ...file, ellipsoids: [{ ...ellipsoid, weight: 0 }] }, "InvalidValue", /no mass/],
    ["ellipsoids", { ...file, ellipsoids: [] }, "InvalidShape", /is an empty list/],
    ["ellipses", { ...file, ellipses: {} }, "InvalidValue", /is an object, not a list/],
    ["ellipses", { ...file, ellipses: undefined }, "InvalidValue", /is missing, not a list/],
    ["ellipses[0]", { ...file, ellipses: [[1, 2]] }, "InvalidValue", /is a list of 2, not an object/],
    [
      "ellipses[0].covariance",
      { ...file, ellipses: [{ ...ellipse, covariance: [1, 2, 1] }] },
      "InvalidValue",
      /eigenvalue -1/,
    ],
    ["model", { ...file, model: "fisheye" }, "InvalidValue", /is "fisheye", not one of "known"/],
    ["schema", { ...file, schema: 2 }, "Unsupported", /schema is 2/],
    ["intrinsics", { ...file, model: "perspective" }, "InvalidValue", /is null, not the intrinsics/],
    ["intrinsics.fx", { ...file, intrinsics: { fx: 0, fy: 1, cx: 0, cy: 0 } }, "InvalidValue", /is 0, not a positive/],
    ["intrinsics.cy", { ...file, intrinsics: { fx: 1, fy: 1, cx: 0 } }, "InvalidValue", /is missing/],
    ["camera", known(undefined), "InvalidValue", /is missing, not the camera/],
    ["camera", { ...file, camera: { projection: "affine" } }, "InvalidValue", /is given, and the model is "affine"/],
    ["camera.projection", known({ projection: "oblique" }), "InvalidValue", /is "oblique"/],
    ["camera.A", known({ projection: "affine", A: identity, t: [1, 2] }), "InvalidShape", /has 9 numbers, not 6/],
    ["camera.t", known({ projection: "affine", A: [1, 2, 3, 4, 5, 6] }), "InvalidValue", /is missing/],
    [
      "camera.R",
      known({ projection: "scaled-orthographic", R: [2, 0, 0, 0, 1, 0, 0, 0, 1], scale: 1, t: [1, 2] }),
      "InvalidValue",
      /orthonormal only to 3/,
    ],
    [
      "camera.R",
      known({ projection: "scaled-orthographic", R: [1, 0, 0, 0, 1, 0, 0, 0, -1], scale: 1, t: [1, 2] }),
      "InvalidValue",
      /reflection/,
    ],
    [
      "camera.scale",
      known({ projection: "scaled-orthographic", R: identity, scale: -1, t: [1, 2] }),
      "InvalidValue",
      /is -1/,
    ],
    ["intrinsics", known({ projection: "perspective", R: identity, t: [1, 2, 3] }), "InvalidValue", /is null/],
    ["pair.json", "[1]", "InvalidValue", /pair.json is a list of 1, not an object/],
    ["pair.json", '{"model": NaN}', "CorruptFile", /is no JSON/],
    ["pair.json", '{"model": "affine", "ellipsoids": [', "CorruptFile", /is no JSON/],
  ] as const)("%s", async (argument, json, code, message) => {
    const error = await refusal(() => read(json), code);
    expect(error.argument).toBe(argument);
    expect(error.message).toMatch(message);
  });

  test("1e999 is not finite", async () => {
    const json = JSON.stringify(file).replace("[1,2,3]", "[1,1e999,3]");
    expect((await refusal(() => read(json), "InvalidValue")).argument).toBe("ellipsoids[0].mean[1]");
  });

  test("more than maxBytes", async () => {
    const data = text(JSON.stringify(file));
    await refusal(() => readMatchProblem({ name: "p", data }, { maxBytes: 1000 }), "OutOfMemory");
  });
});

describe("writeMatchProblem", () => {
  test("writes schema 1, which reads back as the same problem", async () => {
    const folder = mkdtempSync(join(tmpdir(), "monge-io-match-"));
    try {
      const third = { mean: [1 / 3, 1e-300, -1e300], covariance: [1 / 7, 0, 0, 0, 0, 0], weight: 1e-9 };
      const problem = await read({ ...file, ellipsoids: [third, ellipsoid] });
      await writeMatchProblem(join(folder, "p.json"), problem);
      expect(await readMatchProblem(join(folder, "p.json"))).toEqual(problem);
      expect(JSON.parse(encodeMatchProblem(problem)).schema).toBe(1);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test.each([
    ["ellipsoids[1].mean[2]", (p: MatchProblem) => p.ellipsoids.means.data.fill(Number.NaN, 5, 6), "InvalidValue"],
    ["ellipsoids.covariances[0]", (p: MatchProblem) => p.ellipsoids.covariances.fill(9, 1, 2), "InvalidValue"],
    ["ellipses[0].covariance", (p: MatchProblem) => p.ellipses.covariances.fill(-1, 0, 1), "InvalidValue"],
    ["ellipses[0].weight", (p: MatchProblem) => p.ellipses.weights.fill(-1), "NegativeMass"],
  ] as const)("encodeMatchProblem refuses %s", async (argument, spoil, code) => {
    const problem = await read(file);
    spoil(problem);
    expect((await refusal(() => encodeMatchProblem(problem), code)).argument).toBe(argument);
  });

  test("encodeMatchProblem refuses intrinsics that contradict those of the camera, and takes them where it has none", async () => {
    const camera = { projection: "perspective", R: identity, t: [7, 8, 9] };
    const intrinsics = { fx: 1, fy: 2, cx: 3, cy: 4 };
    const problem = await read({ ...file, model: "known", camera, intrinsics });
    const call = () => encodeMatchProblem({ ...problem, intrinsics: { ...intrinsics, cx: 5 } });
    expect((await refusal(call, "InvalidValue")).argument).toBe("camera.intrinsics.cx");
    expect(await read(encodeMatchProblem({ ...problem, intrinsics: null }))).toEqual(problem);
  });

  test("encodeMatchProblem refuses arrays that do not fit", async () => {
    const problem = await read(file);
    const ellipses = { ...problem.ellipses, weights: Float64Array.of(1, 2) };
    expect((await refusal(() => encodeMatchProblem({ ...problem, ellipses }), "InvalidShape")).argument).toBe(
      "ellipses.weights",
    );
  });
});
